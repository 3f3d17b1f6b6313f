"""What happened between the two inventories: felling, fire, planting, thinning; which stands were split or joined."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .growth import diameter_cm, height_m, stems_per_ha, volume_m3_ha
from .parcels import Parcels, edges
from .place import YEARS, dice
from .species import TREES, true_age, true_composition, true_cover, true_origin

SPLITS, JOINS = 24, 22
FELLED, BURNT, GROWN_UP, AFFORESTED, BUILT_UPON, THINNED = 30, 4, 16, 4, 4, 26
COPIED = ["cover", "main", "second", "tenths", "origin", "age", "density", "site"]
BARE = ("cutover", "burnt", "unestablished", "barren", "cropland", "built", "water")


def true_state(sites: pd.DataFrame, parcels: Parcels) -> pd.DataFrame:
    """Return the truth of every piece: columns for now, ``_2015`` for then, and what happened between."""
    rng = dice("truth")
    cover = true_cover(sites)
    origin = true_origin(cover, sites, rng)
    state = pd.concat([pd.DataFrame({"cover": cover, "origin": origin}), true_composition(cover, rng)], axis=1)
    state["age"] = true_age(cover, origin, sites, rng)
    state["site"] = sites["site"]
    state["density"] = np.clip(0.88 + 0.13 * rng.standard_normal(len(state)), 0.45, 1.12)
    state.loc[state["cover"] == "sparse", "density"] = 0.16
    state["event"], state["event_year"] = None, None
    state = pair_up(state, sites, parcels, rng)
    for column in ("cover", "main", "second", "tenths", "origin", "density"):
        state[f"{column}_2015"] = state[column]
    state["age_2015"] = state["age"] - YEARS
    let_things_happen(state, sites, rng)
    young_stands(state, rng)
    measure_truth(state, rng)
    return state


def pair_up(state: pd.DataFrame, sites: pd.DataFrame, parcels: Parcels, rng: np.random.Generator) -> pd.DataFrame:
    """Choose neighbours that were one stand then (``split``) or are one now (``joined``); both grow the same."""
    a, b = edges(parcels.atom)
    pair, shared = np.unique(np.stack([a, b]), axis=1, return_counts=True)
    a, b = pair
    area = sites["grid_ha"].to_numpy()
    tree = state["cover"].isin([*TREES, "660"]).to_numpy()
    same = sites["compartment"].to_numpy()
    fits = (a < b) & tree[a] & tree[b] & (same[a] == same[b]) & (area[a] + area[b] < 24) & (shared >= 8)
    fits &= np.minimum(area[a], area[b]) > 1.0
    state["split_with"], state["joined_with"] = -1, -1
    busy: set[int] = set()
    wanted = ["split_with"] * SPLITS + ["joined_with"] * JOINS
    for number in rng.permutation(np.flatnonzero(fits)).tolist():
        one, other = (
            (int(a[number]), int(b[number])) if area[a[number]] >= area[b[number]] else (int(b[number]), int(a[number]))
        )
        if wanted and one not in busy and other not in busy:
            state.loc[other, wanted.pop()] = one
            state.loc[other, COPIED] = state.loc[one, COPIED].to_numpy()
            busy |= {one, other}
    return state


def let_things_happen(state: pd.DataFrame, sites: pd.DataFrame, rng: np.random.Generator) -> None:
    """Fell, burn, plant, build and thin; stands that were split are often split because of it."""
    paired = (state["split_with"] >= 0) | (state["joined_with"] >= 0)
    partners = pd.concat([state["split_with"], state["joined_with"]])
    free = ~paired & ~state.index.isin(partners[partners >= 0])
    ripe = state["cover"].isin(["310", "220", "261", "550"]) & (state["age"] >= 22) & state["origin"].isin(["21", "24"])
    split = state.index[state["split_with"] >= 0]

    def some(where: pd.Series, count: int) -> pd.Index:
        pool = state.index[where & state["event"].isna()]
        return pd.Index(np.sort(rng.choice(pool, size=min(count, len(pool)), replace=False)))

    felled = some(free & ripe, FELLED).append(split[:9])
    state.loc[felled, "event"] = "felled"
    state.loc[felled, "event_year"] = rng.choice(["2016", "2017", "2018", "2019", "2020"], size=len(felled))
    forest = state["cover"].isin(TREES)
    hot = sites["field_dry"] > 0.3
    burnt = some(free & forest & hot, BURNT).append(split[9:12])
    state.loc[burnt, ["event", "event_year"]] = ["burnt", "2019"]
    thinned = some(free & forest & state["age"].between(14, 40), THINNED)
    state.loc[thinned, ["event", "event_year"]] = ["thinned", "2018"]
    state.loc[thinned, "density_2015"] = state.loc[thinned, "density"] * 1.2
    state.loc[thinned, "density"] *= 0.92
    built = some(free & forest & (sites["position"] < 0.4) & (sites["grid_ha"] < 5), BUILT_UPON)
    state.loc[built, ["event", "event_year", "cover", "origin"]] = ["built", "2017", "built", None]
    grown = some(free & (state["cover"] == "310") & (state["age"] <= 16), GROWN_UP)
    state.loc[grown, ["event", "event_year"]] = ["planted", "2015"]
    state.loc[grown, "age"] = rng.integers(5, 8, len(grown)).astype(float)
    state.loc[grown, "cover_2015"] = "unestablished"
    planted = some(free & (state["cover"] == "barren"), AFFORESTED)
    state.loc[planted, ["event", "event_year", "cover", "main", "origin", "age"]] = [
        "afforested",
        "2018",
        "unestablished",
        "490",
        "21",
        2.0,
    ]


def young_stands(state: pd.DataFrame, rng: np.random.Generator) -> None:
    """Let felled land lie bare, be planted, or carry a young stand, depending on the year."""
    for number in state.index[state["event"] == "felled"]:
        since = 2020 - int(state.loc[number, "event_year"])
        later = rng.random()
        if since <= 1:
            state.loc[number, ["cover", "age"]] = ["cutover", np.nan]
        elif since <= 3 and later < 0.8:
            state.loc[number, ["cover", "main", "second", "tenths", "age"]] = [
                "unestablished",
                "310",
                None,
                10,
                since - 1.0,
            ]
        else:
            state.loc[number, ["cover", "main", "second", "tenths", "age"]] = ["310", "310", None, 10, since - 0.0]
            state.loc[number, "density"] = 0.9
    state.loc[state["event"] == "burnt", ["cover", "age"]] = ["burnt", np.nan]
    state.loc[state["cover"].isin(["cutover", "burnt", "built", "cropland", "water", "barren"]), "origin"] = None


def measure_truth(state: pd.DataFrame, rng: np.random.Generator) -> None:
    """Fill true volume, diameter, height and stems of both dates, with good and bad years for each stand."""
    luck = np.exp(0.10 * rng.standard_normal(len(state)))
    weather = np.exp(0.18 * rng.standard_normal(len(state)))
    for end in ("_2015", ""):
        species = np.where(state[f"cover{end}"] == "sparse", "220", state[f"cover{end}"])
        age, density = state[f"age{end}"].to_numpy(float), state[f"density{end}"].to_numpy(float)
        site = state["site"].to_numpy(float)
        stock = volume_m3_ha(species, age, site, density) * luck
        diameter, height = diameter_cm(species, age, site, density), height_m(species, age, site)
        stock = np.where(diameter < 5.0, 0.0, stock)
        state[f"volume{end}"], state[f"dbh{end}"], state[f"height{end}"] = stock, diameter, height
        state[f"stems{end}"] = np.where(diameter < 5.0, 2400.0, stems_per_ha(species, stock, diameter, height))
    quiet = state["event"].isna() & (state["volume"] > 0)
    grown = state["volume"] - state["volume_2015"]
    state.loc[quiet, "volume_2015"] = (state["volume"] - grown * weather)[quiet].clip(lower=0.0)
    for end in ("_2015", ""):
        bare = state[f"cover{end}"].isin([*BARE, "700", "900", "660"])
        state.loc[bare, f"volume{end}"] = 0.0
        bamboo = state[f"cover{end}"] == "660"
        state.loc[bamboo, f"stems{end}"] = 2650.0 * state["site"] * luck
        state.loc[bamboo, f"dbh{end}"] = 9.6 * state["site"]
        state.loc[bamboo, f"height{end}"] = 12.2 * state["site"]

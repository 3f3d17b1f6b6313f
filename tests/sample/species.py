"""What really grows where: the true cover of every piece (the truth table comes from here)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .parcels import FLOOR, WATER
from .place import dice

# cover: wanted share of the slopes' area, then liking for: position, slope, dryness, remoteness, broadleaf field,
# bamboo field, site
SLOPES = {
    "220": (0.215, 1.6, 0.2, 1.2, 0.1, -0.6, -0.6, -1.0),
    "261": (0.022, -0.4, -0.6, 0.9, -0.6, -0.6, 0.0, 0.2),
    "310": (0.275, -1.0, -0.2, -0.7, -0.3, -0.7, -0.4, 1.4),
    "490": (0.075, 0.2, 0.9, -0.4, 1.3, 1.3, -0.6, 0.0),
    "470": (0.040, 0.2, 0.3, -0.2, 0.4, 1.0, -0.4, 0.3),
    "620": (0.075, 0.3, 0.9, -0.3, 1.4, 1.2, -0.3, 0.0),
    "630": (0.120, 0.7, 0.3, 0.3, 0.5, 0.5, -0.4, -0.2),
    "610": (0.010, 0.1, 0.0, 0.3, 0.0, -0.3, -0.3, 0.1),
    "660": (0.115, -0.9, -0.1, -0.6, -0.4, 0.0, 2.2, 0.9),
    "550": (0.009, -1.4, -0.9, 0.3, -1.2, -0.5, -0.2, 0.3),
    "700": (0.028, -1.2, -1.1, 0.2, -1.3, -0.4, 0.2, 0.2),
    "900": (0.018, 0.9, 0.5, 0.9, 0.2, 0.1, -0.3, -1.2),
    "sparse": (0.008, 0.8, 0.3, 1.0, 0.0, -0.2, -0.3, -1.2),
    "barren": (0.007, 0.8, 0.4, 1.0, -0.2, -0.3, -0.3, -1.4),
}
VALLEY = {"cropland": 0.60, "built": 0.14, "660": 0.07, "700": 0.08, "310": 0.11}
TREES = ("220", "261", "310", "490", "470", "620", "630", "610", "550")
LETTER = {"220": "马", "261": "湿", "310": "杉", "490": "阔", "470": "荷", "620": "阔", "550": "桉", "660": "竹"}


def true_cover(sites: pd.DataFrame) -> np.ndarray:
    """Choose the cover of every piece: liking for the ground, patches of one kind, chance; shares are met by area."""
    rng = dice("species")
    names = list(SLOPES)
    weight = np.array([SLOPES[n] for n in names])
    ground = np.column_stack(
        [
            (sites["position"] - 0.45) * 3.0,
            (sites["slope_deg"] - 21.0) / 7.0,
            sites["field_dry"] - np.cos(np.radians(sites["aspect_deg"])) * 0.7,
            sites["field_remote"] + (sites["elevation_m"] - 420.0) / 180.0,
            sites["field_broad"],
            sites["field_bamboo"],
            (sites["site"] - 1.0) * 6.0,
        ]
    )
    liking = ground @ weight[:, 1:].T * 0.8 + rng.gumbel(0.0, 0.75, (len(sites), len(names)))
    bonus = np.log(weight[:, 0])
    area = sites["grid_ha"].to_numpy() * (sites["ground"].to_numpy() == 0)
    for _ in range(400):
        choice = np.argmax(liking + bonus, axis=1)
        share = np.bincount(choice, weights=area, minlength=len(names)) / area.sum()
        bonus -= 0.35 * np.log((share + 0.002) / (weight[:, 0] / weight[:, 0].sum() + 0.002))
    cover = np.array(names, dtype=object)[choice]
    floor = (sites["ground"] == FLOOR).to_numpy()
    cover[floor] = rng.choice(list(VALLEY), size=int(floor.sum()), p=list(VALLEY.values()))
    cover[(sites["ground"] == WATER).to_numpy()] = "water"
    return cover


def true_origin(cover: np.ndarray, sites: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Return QI_YUAN codes; None off forest."""
    natural = {"220": 0.45, "490": 0.93, "470": 0.35, "620": 0.94, "630": 0.72, "610": 0.2, "660": 0.6, "900": 0.95}
    chance = np.array([natural.get(c, 0.0) for c in cover]) + 0.08 * sites["field_remote"].to_numpy()
    is_natural = rng.random(len(cover)) < np.where(np.isin(cover, list(natural)), chance, 0.0)
    kind_natural = rng.choice(["11", "12", "13"], size=len(cover), p=[0.55, 0.25, 0.20])
    coppice = np.isin(cover, ["310", "550", "470"]) & (rng.random(len(cover)) < 0.12)
    code = np.where(is_natural, kind_natural, np.where(coppice, "24", "21")).astype(object)
    code[np.isin(cover, ["cropland", "built", "water", "barren"])] = None
    return code


def true_age(cover: np.ndarray, origin: np.ndarray, sites: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """Return the age at the later inventory in years (NaN where it has no meaning)."""
    middle: dict[str, tuple[float, float]] = {"220": (24, 8), "261": (19, 6), "310": (16.5, 7.5), "490": (38, 12)}
    middle |= {"470": (24, 9), "620": (36, 12), "630": (28, 8), "610": (22, 7), "550": (6, 1.5), "660": (5, 2)}
    middle |= {"700": (14, 6), "sparse": (26, 9)}
    values = np.array([middle.get(c, (np.nan, np.nan)) for c in cover], dtype=float)
    natural = np.array([o is not None and o.startswith("1") for o in origin])
    age = values[:, 0] + values[:, 1] * (0.75 * rng.standard_normal(len(cover)) + 0.65 * sites["field_old"].to_numpy())
    age += np.where(natural & np.isin(cover, ["220", "470", "630"]), 6.0, 0.0)
    lowest = np.where(np.isin(cover, ["550", "660"]), 2.0, np.where(natural, 15.0, 6.0))
    highest = np.select([cover == "550", cover == "660", cover == "310"], [9.0, 10.0, 42.0], 88.0)
    return np.round(np.clip(age, lowest, highest))


def true_composition(cover: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return main and second species and the main one's share of the stock (tenths)."""
    count = len(cover)
    main, second, tenths = cover.copy(), np.full(count, None, dtype=object), np.full(count, 10)
    chance = rng.random(count)
    pure = np.isin(cover, ["220", "310", "261", "550", "490", "470", "660"])
    tenths[pure] = rng.choice([10, 9, 8, 7], size=count, p=[0.44, 0.29, 0.20, 0.07])[pure]
    partner = {"220": ["490", "310"], "310": ["220", "490"], "261": ["490", "220"], "550": ["490", "220"]}
    partner |= {"490": ["220", "310"], "470": ["490", "220"], "660": ["490", "310"]}
    for code, (often, seldom) in partner.items():
        here = (cover == code) & (tenths < 10)
        second[here] = np.where(chance[here] < 0.7, often, seldom)
    mixed = cover == "630"
    main[mixed] = np.where(chance[mixed] < 0.84, "220", "310")
    second[mixed] = "490"
    tenths[mixed] = rng.choice([6, 5, 4], size=count, p=[0.32, 0.42, 0.26])[mixed]
    conifers = cover == "610"
    main[conifers], second[conifers], tenths[conifers] = "220", "310", 5
    leafy = cover == "620"
    main[leafy], second[leafy] = "490", "470"
    tenths[leafy] = rng.choice([6, 5], size=count)[leafy]
    sparse = cover == "sparse"
    main[sparse] = "220"
    return pd.DataFrame({"main": main, "second": second, "tenths": tenths})


def composition_text(cover: str, main: str, second: str | None, tenths: int) -> str | None:
    """Write SZ_ZC as a forester does: 10马, 8马2阔; the larger share first."""
    if main not in LETTER:
        return None
    if second is None or tenths >= 10:
        return f"10{LETTER[main]}"
    parts = [(tenths, LETTER[main]), (10 - tenths, LETTER[second])]
    if cover != "610":
        parts.sort(key=lambda part: -part[0])
    return "".join(f"{number}{letter}" for number, letter in parts)

"""Make the whole sample: ``python -m tests.sample [folder]``; under three minutes, the same on every run."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from scipy import ndimage

if __package__ in (None, ""):  # started as a file
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    __package__ = "tests.sample"

from tests.sample import damage as harm
from tests.sample import inventory as survey
from tests.sample import slips, spectra, tenure, writing
from tests.sample.five_years_ago import true_state
from tests.sample.landscape import Landscape, make_landscape
from tests.sample.outlines import Lines, draw_lines, polygons
from tests.sample.parcels import Parcels, make_parcels
from tests.sample.place import (
    DEM_GRID,
    IMAGE_GRID,
    NOTHING,
    OUTLINE_GRID,
    REFERENCE_2015,
    REFERENCE_NOW,
    TOWNSHIP_ZH,
    YEARS,
    dice,
)
from tests.sample.sites import describe_sites
from tests.sample.stands import put_together, stand_key, stand_table
from tests.sample.truth import truth_table
from tests.sample.variant import office_variant

ROOT = Path(__file__).resolve().parents[2]
REDRAWN_VILLAGE = 3
MADE = "MADE, not surveyed: fictitious township for trying out the plugin"


def redraw(lines: Lines, parcels: Parcels) -> Lines:
    """Move the lines inside one village by up to 6 m, as if digitised from another base map in 2015."""
    inside = parcels.village == REDRAWN_VILLAGE
    weight = np.clip(ndimage.distance_transform_edt(inside) / 12.0, 0.0, 1.0)
    grid = OUTLINE_GRID
    wave = dice("redrawn").uniform(0, 2 * np.pi, 2)

    def shift(xy: np.ndarray) -> np.ndarray:
        row, col = (grid.north - xy[:, 1]) / grid.cell - 0.5, (xy[:, 0] - grid.west) / grid.cell - 0.5
        near = ndimage.map_coordinates(weight, [row, col], order=1)
        east = 4.2 + 1.5 * np.sin(xy[:, 1] / 310.0 + wave[0])
        north = -2.6 + 1.5 * np.sin(xy[:, 0] / 270.0 + wave[1])
        return np.round(xy + np.stack([east * near, north * near], axis=1), 2)

    return Lines(shapely.transform(lines.line, shift), lines.left, lines.right, lines.label, lines.grid)


def survey_methods(table: pd.DataFrame, rng: np.random.Generator, now: bool) -> np.ndarray:
    names = ["角规", "样地", "目测", "激光雷达", "模型更新"]
    share = [0.44, 0.14, 0.13, 0.09, 0.20] if now else [0.54, 0.14, 0.32, 0.0, 0.0]
    return rng.choice(names, size=len(table), p=share).astype(object)


def record(
    table: pd.DataFrame, end: str, method: np.ndarray, rng: np.random.Generator, owned: pd.DataFrame
) -> list[pd.DataFrame]:
    """Return the survey's columns of one date."""
    stock = survey.stocking_fields(table, end, method, rng)
    stock["LING_ZU"] = survey.age_groups(stock, table[f"main{end}"].to_numpy())
    return [owned.reset_index(drop=True), survey.ground_fields(table), stock]


def inventories(sites: pd.DataFrame, state: pd.DataFrame, patches: pd.DataFrame, lines_then: Lines, lines_now: Lines):
    """Return both stand layers and the truth table."""
    both = pd.concat([sites.drop(columns="site"), state], axis=1)
    owned = survey.ownership(both, dice("ownership"))
    weight = sites["grid_ha"].to_numpy()
    then, now = put_together(sites, state)
    shape_then, shape_now = polygons(lines_then, then.group), polygons(lines_now, now.group)
    hurt = harmed_area(patches, now.group, len(now.keys))
    table_now, table_then = stand_table(both, now, weight), stand_table(both, then, weight)
    seen_now, planted = slips.plant_errors(table_now, dice("planted errors"))
    seen_then = carry_errors(seen_now, table_then, now, then)
    rng = dice("survey 2015")
    method = survey_methods(seen_then, rng, now=False)
    parts = record(seen_then, "_2015", method, rng, owned.loc[then.keys["leader"]])
    calm = pd.DataFrame({"DISPE": np.where(parts[2]["DI_LEI"].isin(["0111", "0113"]), "00", NOTHING)})
    calm["DISASTER_C"] = calm["DISPE"].str[:1]
    parts += [calm, pd.DataFrame({"DC_FF": method})]
    fields_then = survey.assemble(then.keys, parts, shapely.area(shape_then) / 1e4, REFERENCE_2015)
    rng = dice("survey 2020")
    method = survey_methods(seen_now, rng, now=True)
    parts = record(seen_now, "", method, rng, owned.loc[now.keys["leader"]])
    parts += [slips.disturbance(seen_now, hurt["wilt_ha"] / (shapely.area(shape_now) / 1e4), rng), changes(seen_now)]
    parts += [pd.DataFrame({"DC_FF": method, "REMARKS": remarks(seen_now)})]
    fields_now = survey.assemble(now.keys, parts, shapely.area(shape_now) / 1e4, REFERENCE_NOW)
    earlier_row = then.group[now.keys["leader"].to_numpy()]
    fields_now = survey.roll_forward(fields_now, fields_then, earlier_row, YEARS)
    fields_now = surveyed_late(fields_now, fields_then, earlier_row, rng)
    fields_then = slips.hide_cells(fields_then, dice("hidden 2015"))
    recorded = fields_now["YOU_SHI_SZ"].copy()
    fields_now = slips.hide_cells(fields_now, dice("hidden 2020"))
    fields_now, slip = slips.slip_the_pen(fields_now, planted, dice("slips"))
    truth = truth_table(stand_key(now.keys), now.keys, table_now, planted, slip, hurt, shape_now, recorded)
    return (fields_now, shape_now), (fields_then, shape_then), truth


def carry_errors(seen_now: pd.DataFrame, table_then: pd.DataFrame, now, then) -> pd.DataFrame:
    """Bring errors that were made at both dates into the earlier table."""
    seen = table_then.copy()
    position = pd.Series(seen_now.index, index=now.keys["leader"])
    rows = position.reindex(then.keys["leader"]).to_numpy()
    ours = ~np.isnan(rows) & seen["event"].isna().to_numpy() & (np.bincount(then.group) == 1)
    alone_now = np.bincount(now.group) == 1
    ours &= alone_now[np.nan_to_num(rows).astype(int)]
    for name in ("cover", "main", "second", "tenths", "origin", "age", "volume", "dbh", "height", "stems"):
        column = f"{name}_2015"
        seen.loc[ours, column] = seen_now[column].to_numpy()[rows[ours].astype(int)]
    return seen


def harmed_area(patches: pd.DataFrame, group: np.ndarray, count: int) -> pd.DataFrame:
    stand = group[patches["atom"].to_numpy()]
    wilt = (patches["kind"] == "pine_wilt").to_numpy()
    area = patches["area_ha"].to_numpy()
    return pd.DataFrame(
        {
            "damage_ha": np.bincount(stand, weights=area, minlength=count),
            "wilt_ha": np.bincount(stand, weights=area * wilt, minlength=count),
        }
    )


def changes(table: pd.DataFrame) -> pd.DataFrame:
    reason = survey.tags(table["event"], survey.CHANGE)
    return pd.DataFrame({"BHYY": reason, "BHND": np.where(pd.notna(reason), table["event_year"], NOTHING)})


def remarks(table: pd.DataFrame) -> np.ndarray:
    words = {"thinned": "2018年抚育间伐", "burnt": "2019年火烧", "built": "道路建设占用", "planted": "2015年造林"}
    return survey.tags(table["event"], words)


def surveyed_late(
    now: pd.DataFrame, then: pd.DataFrame, earlier_row: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Leave four stands in a hundred with an older visit: figures of mid-2018, seen by eye."""
    now = now.copy()
    old = (rng.random(len(now)) < 0.04) & (now["HUO_LMGQXJ"] > 0).to_numpy() & now["BHYY"].isna().to_numpy()
    before = then["HUO_LMGQXJ"].to_numpy()[earlier_row]
    now.loc[old, "HUO_LMGQXJ"] = np.round((now["HUO_LMGQXJ"].to_numpy() + before) / 2, 1)[old]
    now.loc[old, ["DC_RQ", "DC_FF"]] = ["2018-06-30", "目测"]
    return now


def images(folder: Path, land: Landscape, state: pd.DataFrame, shapes: np.ndarray, patches: pd.DataFrame) -> None:
    """Write both composites and the elevation model."""
    atom = writing.rasterise(shapes, np.arange(len(shapes)), IMAGE_GRID, -1.0).astype(int)
    atom, wanted = spectra.image_cells(atom)
    light = spectra.sunlight(land)
    dead, lost = damaged_cells(patches)
    nothing = np.zeros(IMAGE_GRID.shape)
    for year, end, share, hurt in (("2015", "_2015", 0.006, (nothing, nothing)), ("2020", "", 0.010, (dead, lost))):
        masked, veil = spectra.clouds(IMAGE_GRID.shape, share, f"clouds {year}")
        bands = spectra.compose(state, end, atom, light, *hurt)
        values = spectra.quantise(bands, masked | ~wanted, veil)
        text = f"{MADE}; Sentinel-2-like composite, winter {year}, reflectance x 10000"
        writing.write_raster(folder / f"composite_{year}.tif", values, IMAGE_GRID, spectra.BANDS, 0, text)
    x = np.arange(DEM_GRID.cols) * 30.0 + 15.0 + DEM_GRID.west - OUTLINE_GRID.west
    y = OUTLINE_GRID.north - DEM_GRID.north + np.arange(DEM_GRID.rows) * 30.0 + 15.0
    rows, cols = np.meshgrid(y / 20.0 - 0.5, x / 20.0 - 0.5, indexing="ij")
    height = ndimage.map_coordinates(land.elevation_m, [rows, cols], order=1, mode="nearest")
    height = np.round(height + 1.2 * dice("dem").standard_normal(height.shape)).astype(np.int16)
    writing.write_raster(folder / "dem.tif", height[None], DEM_GRID, ["elevation"], -32768, f"{MADE}; metres")


def damaged_cells(patches: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return shares of dead crowns and of lost ground per image cell; dead trees stand in groups."""
    fine = type(IMAGE_GRID)(IMAGE_GRID.west, IMAGE_GRID.north, 5.0, IMAGE_GRID.rows * 2, IMAGE_GRID.cols * 2)
    shapes, severity = patches["geometry"].to_numpy(), patches["severity"].to_numpy()
    wilt = (patches["kind"] == "pine_wilt").to_numpy()
    result = []
    for chosen in (wilt, ~wilt):
        burn = writing.rasterise(shapes[chosen], severity[chosen], fine, 0.0)
        result.append(burn.reshape(IMAGE_GRID.rows, 2, IMAGE_GRID.cols, 2).mean(axis=(1, 3)))
    uneven = np.clip(1.0 + 0.35 * dice("dead trees").standard_normal(IMAGE_GRID.shape), 0.2, 1.8)
    return np.clip(result[0] * uneven, 0.0, 1.0), np.clip(result[1], 0.0, 1.0)


def make(folder: Path, truth_folder: Path, with_images: bool = True) -> None:
    """Write the sample into ``folder`` and the truth into ``truth_folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    truth_folder.mkdir(parents=True, exist_ok=True)
    land = make_landscape()
    parcels = make_parcels(land)
    sites = describe_sites(land, parcels)
    state = true_state(sites, parcels)
    lines = draw_lines(parcels.atom)
    pieces = polygons(lines, np.arange(len(sites)))
    patches = harm.make_damage(state, pieces)
    now, then, truth = inventories(sites, state, patches, redraw(lines, parcels), lines)
    kinds = {n: survey.NUMBERS.get(n, ("text", survey.WIDTHS.get(n, 3), 0)) for n in survey.FIELDS}
    kinds["DC_RQ"] = ("date", 0, 0)
    writing.write_layer(folder / "stands.gpkg", "stands", now[0], now[1], kinds)
    writing.write_layer(folder / "stands_2015.gpkg", "stands", then[0], then[1], kinds)
    rights = tenure.make_tenure(land, parcels)
    writing.write_layer(folder / "tenure.gpkg", "tenure", rights[0], rights[1], tenure.TENURE_FIELDS)
    forest = now[0]["DI_LEI"].isin(["0111"]).to_numpy()
    claims = tenure.make_credited(now[1], forest)
    writing.write_layer(folder / "credited.gpkg", "credited", claims[0], claims[1], tenure.CREDITED_FIELDS)
    villages = tenure.make_villages(now[0]["CUN"].astype(int).to_numpy() - 201, now[1])
    fields = {"CUN": ("text", 3, 0), "name": ("text", 40, 0)}
    writing.write_layer(folder / "township.gpkg", "villages", villages[0], villages[1], fields)
    (folder / "gbk").mkdir(exist_ok=True)
    writing.write_shapefile_gbk(folder / "gbk" / "xiaoban.shp", *office_variant(*now))
    truth.to_csv(truth_folder / "truth.csv", index=False, encoding="utf-8", lineterminator="\n")
    hurt = patches.assign(stand_key=truth["stand_key"].to_numpy()[put_together(sites, state)[1].group[patches["atom"]]])
    kinds = {
        "kind": ("text", 12, 0),
        "severity": ("real", 4, 2),
        "area_ha": ("real", 8, 4),
        "stand_key": ("text", 40, 0),
    }
    writing.write_layer(truth_folder / "damage.gpkg", "damage", hurt, patches["geometry"].to_numpy(), kinds)
    if with_images:
        images(folder, land, state, pieces, patches)


def main() -> None:
    started = time.monotonic()
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    make(folder / "resources" / "sample", folder / "tests" / "data" / "truth")
    print(f"{TOWNSHIP_ZH}: {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()

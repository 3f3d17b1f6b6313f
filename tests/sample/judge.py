"""How hard is the sample? ``python -m tests.sample.judge [folder]``: figures for the README and the tests.

A plain random forest on stand means by spatial blocks, and a plain difference of two dates for damage. Both are
measuring sticks for the maker, not the plugin's own methods.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from osgeo import gdal, ogr
from scipy import ndimage

from .place import IMAGE_GRID
from .truth import GROUP_OF
from .writing import rasterise

ROOT = Path(__file__).resolve().parents[2]
BLOCK_M = 1500.0


def read_vector(path: Path) -> tuple[pd.DataFrame, np.ndarray]:
    source = ogr.Open(str(path))
    layer = source.GetLayer(0)
    names = [layer.GetLayerDefn().GetFieldDefn(i).GetName() for i in range(layer.GetLayerDefn().GetFieldCount())]
    rows, shapes = [], []
    for feature in layer:
        rows.append([feature.GetField(i) if feature.IsFieldSetAndNotNull(i) else None for i in range(len(names))])
        shapes.append(shapely.from_wkb(bytes(feature.GetGeometryRef().ExportToIsoWkb())))
    return pd.DataFrame(rows, columns=names), np.array(shapes, dtype=object)


def read_bands(path: Path) -> np.ndarray:
    values = gdal.Open(str(path)).ReadAsArray().astype(np.float32)
    return np.where(values == 0, np.nan, values)


def ratio(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return (a - b) / (a + b)


def evidence(folder: Path, stand: np.ndarray, count: int) -> np.ndarray:
    """Return means and deviations per stand of bands and a few ratios, both dates."""
    columns = []
    for year in ("2015", "2020"):
        bands = read_bands(folder / f"composite_{year}.tif")
        more = [ratio(bands[6], bands[2]), ratio(bands[7], bands[8]), ratio(bands[6], bands[9])]
        more += [ratio(bands[6], bands[3]), bands[8] / bands[6], bands[1] / bands[2]]
        for values in [*bands, *more]:
            good = np.isfinite(values) & (stand >= 0)
            number = np.maximum(np.bincount(stand[good], minlength=count), 1)
            mean = np.bincount(stand[good], weights=values[good], minlength=count) / number
            square = np.bincount(stand[good], weights=values[good] ** 2, minlength=count) / number
            columns += [mean, np.sqrt(np.maximum(square - mean**2, 0.0))]
    return np.column_stack(columns)


def species_accuracy(folder: Path, truth_folder: Path) -> dict[str, object]:
    """Train on the inventory's own labels, predict by blocks, compare with the truth."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import GroupKFold, cross_val_predict

    fields, shapes = read_vector(folder / "stands.gpkg")
    truth = pd.read_csv(truth_folder / "truth.csv", dtype={"true_species_code": str}, encoding="utf-8")
    stand = rasterise(shapes, np.arange(len(shapes)), IMAGE_GRID, -1.0).astype(int)
    x = evidence(folder, stand, len(shapes))
    label = np.array([GROUP_OF.get(c, "other") for c in fields["YOU_SHI_SZ"]], dtype=object)
    label[~fields["DI_LEI"].isin(["0111", "0113"]).to_numpy()] = "other"
    known = ((fields["YOU_SHI_SZ"].notna() & (fields["YOU_SHI_SZ"] != "999")) | (label == "other")).to_numpy()
    known &= ~(fields["DI_LEI"].isin(["0111", "0113"]) & fields["YOU_SHI_SZ"].isna()).to_numpy()
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    block = (centre[:, 0] // BLOCK_M).astype(int) * 1000 + (centre[:, 1] // BLOCK_M).astype(int)
    forest = RandomForestClassifier(300, min_samples_leaf=2, random_state=1, n_jobs=2)
    chance = cross_val_predict(
        forest, x[known], label[known], groups=block[known], cv=GroupKFold(5), method="predict_proba"
    )
    names = np.unique(label[known].astype(str))
    guess, true = names[chance.argmax(axis=1)], truth["true_group"].to_numpy()[known]
    own = chance[np.arange(len(guess)), np.searchsorted(names, label[known].astype(str))]
    doubt = chance.max(axis=1) - own
    listed = np.argsort(-doubt, kind="stable")[: len(shapes) // 10]
    wrong = (truth["planted_error"] == "yes").to_numpy()[known]
    table = pd.crosstab(pd.Series(true, name="true"), pd.Series(guess, name="image"))
    return {
        "accuracy": float((guess == true).mean()),
        "agreement": float((guess == label[known]).mean()),
        "planted_found": float(wrong[listed].sum() / wrong.sum()),
        "confusion": table,
    }


def damage_score(folder: Path, truth_folder: Path, ndvi: float = -0.085, ndmi: float = -0.075) -> dict[str, float]:
    """Flag cells that fell against the healthy median of both ratios; score by cell area and by stand."""
    fields, shapes = read_vector(folder / "stands.gpkg")
    truth = pd.read_csv(truth_folder / "truth.csv", encoding="utf-8")
    patches, patch_shapes = read_vector(truth_folder / "damage.gpkg")
    stand = rasterise(shapes, np.arange(len(shapes)), IMAGE_GRID, -1.0).astype(int)
    code, land = fields["YOU_SHI_SZ"].to_numpy(), fields["DI_LEI"].to_numpy()
    searched = np.isin(code, list(GROUP_OF)) & (land == "0111") & fields["BHYY"].isna().to_numpy()
    cells = (stand >= 0) & searched[np.maximum(stand, 0)]
    old, new = read_bands(folder / "composite_2015.tif"), read_bands(folder / "composite_2020.tif")
    fall_v = ratio(new[6], new[2]) - ratio(old[6], old[2])
    fall_m = ratio(new[7], new[8]) - ratio(old[7], old[8])
    flat_v, flat_m = np.nanmedian(fall_v[cells]), np.nanmedian(fall_m[cells])
    with np.errstate(invalid="ignore"):
        flag = cells & (fall_v - flat_v < ndvi) & (fall_m - flat_m < ndmi)
    part, count = ndimage.label(flag, np.ones((3, 3)))
    size = np.bincount(part.ravel(), minlength=count + 1)
    flag &= (size >= 3)[part]
    real = rasterise(patch_shapes, np.ones(len(patch_shapes)), IMAGE_GRID, 0.0) > 0
    seen = cells & np.isfinite(fall_v)
    hit = float((flag & real & seen).sum())
    cell_f1 = (
        2
        * hit
        / (flag & seen).sum().clip(1)
        * hit
        / (real & seen).sum()
        / (hit / (flag & seen).sum().clip(1) + hit / (real & seen).sum())
    )
    found = np.bincount(stand[flag], minlength=len(shapes)) * 0.01 > 0.08
    wanted = (truth["damage_ha"] > 0.1).to_numpy() & searched
    found &= searched
    both = float((found & wanted).sum())
    del patches
    return {
        "cell_f1": float(cell_f1),
        "stand_precision": both / max(found.sum(), 1),
        "stand_recall": both / wanted.sum(),
        "stand_f1": 2 * both / (found.sum() + wanted.sum()),
        "stands_with_damage": int(wanted.sum()),
    }


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT
    sample, truth = folder / "resources" / "sample", folder / "tests" / "data" / "truth"
    for name, value in {**species_accuracy(sample, truth), **damage_score(sample, truth)}.items():
        print(name, value, sep="\n" if name == "confusion" else ": ")


if __name__ == "__main__":
    main()

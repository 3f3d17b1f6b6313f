"""Copies of a package that surveyors brought back: a folder, or the file itself in any vector format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from ...core.classes.overrides import geometry_hashes
from ...core.errors import InputError
from ...core.fieldwork.form import ROW_ID, STAND_KEY, Form
from ...core.fieldwork.returned import GEOMETRY
from ...core.issues import join_issues, no_issues, stand_issues
from ...core.stands.layer import FieldType, VectorLayer
from ...core.units import FULL_TURN_DEG
from ..crs import same_crs, transformer
from ..geopackage import read_geopackage_table
from ..geopackage_rows import table_names
from ..resources import read_table
from ..vectors import read_layer
from .files import ABOUT_TABLE, FIELD_FILE, MANIFEST_FILE, PHOTO_FOLDER, PROJECT_FILE, WORK_LAYER, Sent
from .results import Geometries, as_multi

_CLOSE_M = 0.01
_SHAPEFILE_NAME = 10
_CLOSE_DEGREES = 1e-7
_PHOTOS = (".jpg", ".jpeg", ".png", ".heic", ".webp")


@dataclass(frozen=True)
class ReturnedFile:
    """A returned copy, read.

    Attributes
    ----------
    name
        Name of its folder, or of its file where that stands alone.
    package, mark
        Which package it says it is, and the mark of what was sent; None where that was lost.
    """

    name: str
    path: Path
    folder: Path
    layer: VectorLayer
    package: str | None
    mark: str | None


def read_returned(path: Path) -> ReturnedFile:
    """Read a returned copy.

    Raises
    ------
    InputError
        FIELD_RETURN_UNFIT, or where the file cannot be read.
    """
    file = path / FIELD_FILE if path.is_dir() else path
    if not file.exists():
        raise InputError("FIELD_RETURN_UNFIT", path=str(path), reason=FIELD_FILE)
    package = mark = None
    layer_name = None
    if file.suffix.lower() == ".gpkg":
        names = table_names(file)
        layer_name = WORK_LAYER if WORK_LAYER in names else None
        if ABOUT_TABLE in names and len(about := read_geopackage_table(file, ABOUT_TABLE)):
            package, mark = str(about["package"].iloc[0]), str(about["base_mark"].iloc[0])
    layer = _table_alone(file) if file.suffix.lower() == ".csv" else read_layer(file, layer=layer_name, rows_alone=True)
    if ROW_ID not in layer.attributes.columns and STAND_KEY not in layer.attributes.columns:
        raise InputError("FIELD_RETURN_UNFIT", path=str(path), reason="{} + {}".format(ROW_ID, STAND_KEY))
    own_name = file.parent.name if file.name == FIELD_FILE else file.stem
    return ReturnedFile(own_name, file, file.parent, layer, package, mark)


def _table_alone(path: Path) -> VectorLayer:
    """A table that was saved as CSV; its cells are texts, and nothing is known of outlines."""
    table = read_table(path)
    outlines = np.full(len(table), None, dtype=object)
    return VectorLayer(path.stem, table, dict.fromkeys(table.columns, FieldType("text")), outlines, None)


def named_apart(copies: list[ReturnedFile]) -> list[str]:
    """A name for each copy; where two folders are called the same, numbers tell them apart."""
    names = [copy.name for copy in copies]
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append("{} ({})".format(name, seen[name]) if names.count(name) > 1 else name)
    return result


def returned_table(copy: ReturnedFile, sent: Sent, form: Form) -> tuple[pd.DataFrame, Geometries]:
    """Rows of a copy with the marks of their outlines, and the outlines in the CRS of what was sent.

    An outline that is within a centimetre of what was sent counts as the same: other programs round coordinates.
    One that has no place in that CRS is none.
    """
    geometry = as_multi(copy.layer.geometry)
    if copy.layer.crs_wkt and not same_crs(copy.layer.crs_wkt, sent.crs_wkt):
        geometry = shapely.transform(geometry, transformer(copy.layer.crs_wkt, sent.crs_wkt))
        geometry[~np.isfinite(shapely.bounds(geometry)).all(axis=1)] = None
    table = copy.layer.attributes.reset_index(drop=True).copy()
    table.columns = _whole_names([str(name) for name in table.columns], form)
    marks = geometry_hashes(geometry)
    identifier = ROW_ID if ROW_ID in table else STAND_KEY
    known = pd.Series(np.arange(len(sent.table)), index=sent.table[identifier].to_numpy(dtype=object))
    known = known[~known.index.duplicated()]
    place = known.reindex(table[identifier].to_numpy(dtype=object)).to_numpy(dtype=np.float64)
    sent_marks = sent.table[GEOMETRY].to_numpy(dtype=object)
    for row in np.flatnonzero(~np.isnan(place)):
        before = int(place[row])
        if marks[row] != sent_marks[before] and _close(geometry[row], sent.geometry[before]):
            marks[row] = sent_marks[before]
    if copy.layer.crs_wkt is not None:  # a table without outlines does not say that they were taken away
        table[GEOMETRY] = marks
    return table, geometry


def odd_outlines(name: str, table: pd.DataFrame, geometry: Geometries, sent: Sent) -> pd.DataFrame:
    """Stands whose outline came back empty, or far from everything that was sent: told, and merged all the same.

    Parameters
    ----------
    name
        Whose copy it is.
    table, geometry
        As :func:`returned_table` gives them.
    """
    if GEOMETRY not in table:
        return no_issues()
    identifier, keys = (ROW_ID if ROW_ID in table else STAND_KEY), sent.table[STAND_KEY]
    by_row = dict(zip(sent.table[identifier], keys, strict=True))
    of_row = table[identifier].map(by_row)
    bounds = shapely.bounds(geometry)
    empty = ~np.isfinite(bounds).all(axis=1)
    all_sent = shapely.total_bounds(sent.geometry)
    reach = np.hypot(*(all_sent[2:] - all_sent[:2]))  # as far again as the package is wide
    elsewhere = (bounds[:, :2] > all_sent[2:] + reach).any(axis=1) | (bounds[:, 2:] < all_sent[:2] - reach).any(axis=1)
    known = of_row.notna().to_numpy()
    places = ["{:.6g}, {:.6g}".format(*corner) for corner in bounds[known & elsewhere, :2]]
    return join_issues(
        [
            stand_issues("FIELD_OUTLINE_EMPTY", of_row[known & empty], copy=name),
            stand_issues("FIELD_OUTLINE_ELSEWHERE", of_row[known & elsewhere], None, places, copy=name),
        ]
    )


def _whole_names(names: list[str], form: Form) -> list[str]:
    """Names of columns, those that a shapefile cut after ten characters put right where only one column is meant."""
    result = []
    for name in names:
        meant = [whole for whole in form.names if whole[:_SHAPEFILE_NAME] == name and whole not in names]
        cut = len(name) == _SHAPEFILE_NAME and name not in form.names and len(meant) == 1
        result.append(meant[0] if cut else name)
    return result


def _close(one: object, other: object) -> bool:
    if one is None or other is None:
        return one is other
    tolerance = _CLOSE_DEGREES if np.abs(shapely.bounds(other)).max() <= FULL_TURN_DEG else _CLOSE_M
    return bool(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other), tolerance))


def photo_finder(copy: ReturnedFile) -> Callable[[str, str], tuple[str | None, str]]:
    """What looks for the photos of a copy in its folder.

    A photo that is not where the row says is known by its name in another folder, by its name but for case and
    ending, or, where it was renamed, as the only photo that carries the stand's key and that no other row names.
    """
    # A file that was saved among others must not have a whole disk looked through.
    whole = (copy.folder / MANIFEST_FILE).exists() or (copy.folder / PROJECT_FILE).exists()
    looked = copy.folder.rglob("*") if whole else [*copy.folder.glob("*"), *copy.folder.glob(PHOTO_FOLDER + "/**/*")]
    photos = [item for item in looked if item.suffix.lower() in _PHOTOS and item.is_file()]
    places = {item.relative_to(copy.folder).as_posix(): item for item in photos}
    named = _named_photos(copy)

    def find(path: str, stand_key: str) -> tuple[str | None, str]:
        wanted = path.replace("\\", "/").strip()
        if wanted.startswith("./"):
            wanted = wanted[2:]
        if wanted in places:
            return wanted, "there"
        for alike in (_same_name, _same_stem):
            found = [place for place in places if alike(place, wanted)]
            if len(found) == 1:
                return found[0], "moved"
        key = "".join(sign if sign.isalnum() or sign == "-" else "_" for sign in stand_key)
        found = [place for place in places if Path(place).stem.startswith((key, stand_key)) and place not in named]
        return (found[0], "moved") if len(found) == 1 else (None, "missing")

    return find


def _named_photos(copy: ReturnedFile) -> set[str]:
    columns = [name for name in copy.layer.attributes.columns if str(name).startswith("photo")]
    return {str(cell) for name in columns for cell in copy.layer.attributes[name] if isinstance(cell, str)}


def _same_name(place: str, wanted: str) -> bool:
    return Path(place).name.casefold() == Path(wanted).name.casefold()


def _same_stem(place: str, wanted: str) -> bool:
    return Path(place).stem.casefold() == Path(wanted).stem.casefold()

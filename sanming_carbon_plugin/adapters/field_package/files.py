"""The data files of a package: the stands to check, the copy of them as sent, and what is around them."""

from __future__ import annotations

import hashlib
import json
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ...core.errors import InputError
from ...core.fieldwork.form import ROW_ID, SHOWN, STAND_KEY, Form, desk_table
from ...core.fieldwork.values import NUMBER, TEXT, canonical, iso_date
from ...core.stands.layer import FieldType, VectorLayer
from ..crs import is_geographic
from ..geopackage import OutputTable, read_geopackage_table, write_geopackage
from ..geopackage_rows import table_names
from ..output_files import output_errors
from ..vectors import read_layer
from ..words import word
from .results import Geometries, ReadResult, as_multi, canonical_desk

FIELD_FILE, BASE_FILE, CONTEXT_FILE, BACKGROUND_FILE = "field.gpkg", "base.gpkg", "context.gpkg", "background.gpkg"
PROJECT_FILE, MANIFEST_FILE, PHOTO_FOLDER = "field.qgz", "package.json", "DCIM"
WORK_LAYER, ABOUT_TABLE = "stands_to_check", "field_package"
LIST_LAYER, CONTROL_TABLE = "to_check", "control_sample"
DESIGN_TABLE, RECORD_TABLE = "control_design", "field_sample"
ALL_STANDS, TENURE = "all_stands", "tenure"

_KINDS = {TEXT: FieldType("text"), NUMBER: FieldType("real"), "date": FieldType("date")}
_TEXT, _REAL = FieldType("text"), FieldType("real")
_CONTEXT_COLUMNS = {
    "stand_key": _TEXT, "measure": _TEXT, "pine_transform": _TEXT, "reserve_forest": _TEXT, "species_group": _TEXT,
    "area_ha": _REAL,
}  # fmt: skip
_TENURE_COLUMNS = ("certificate", "holder", "right", "valid_to", "disputed")
_CONTROL_COLUMNS = {
    "row_id": _TEXT, "stand_key": _TEXT, "stratum": _TEXT, "inclusion_probability": _REAL, "area_ha": _REAL,
}  # fmt: skip
_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class Sent:
    """A package as it was sent.

    Attributes
    ----------
    package
        Its identifier.
    mark
        Mark of the content of ``table``.
    made
        When the run of the result ended that it was made from.
    sent_on
        Day on which the package was made, ISO; empty where it does not say.
    table
        Canonical cells, index ``row_id``, with the marks of the outlines.
    geometry
        Outlines by row, shape (n,).
    control, design
        The control sample and its strata.
    record
        What the list says of itself: seed, settings.
    """

    package: str
    mark: str
    made: str
    table: pd.DataFrame
    geometry: Geometries
    crs_wkt: str
    control: pd.DataFrame
    design: pd.DataFrame
    record: dict[str, object]
    sent_on: str = ""


@dataclass(frozen=True)
class BackgroundSource:
    """A layer to draw: where its file is, and its style as QGIS writes it (empty for the file's own)."""

    source: str
    style: str = ""


@dataclass(frozen=True)
class StandList:
    """The list of stands to check.

    Attributes
    ----------
    rows
        Stands chosen, with reasons, stratum and chance.
    design
        Strata of the control sample.
    record
        Seed and settings, as text.
    """

    rows: pd.DataFrame
    design: pd.DataFrame
    record: dict[str, str]


def read_list(path: Path) -> StandList:
    """Read a list of stands to check.

    Raises
    ------
    InputError
        FIELD_LIST_UNFIT.
    """
    names = table_names(path)
    for name in (LIST_LAYER, DESIGN_TABLE, RECORD_TABLE):
        if name not in names:
            raise InputError("FIELD_LIST_UNFIT", path=str(path), reason=name)
    record, rows = read_geopackage_table(path, RECORD_TABLE).iloc[0], read_geopackage_table(path, LIST_LAYER)
    if rows.empty:
        raise InputError("FIELD_LIST_UNFIT", path=str(path), reason=LIST_LAYER + ": 0")
    return StandList(
        rows=rows,
        design=read_geopackage_table(path, DESIGN_TABLE),
        record={str(name): str(value) for name, value in record.items()},
    )


def work_rows(stands: pd.DataFrame, listed: pd.DataFrame, form: Form, package: str, language: str) -> pd.DataFrame:
    """Rows of the layer that goes to the field: what the desk says, empty records, a stable id for each row."""
    desk = desk_table(stands.loc[listed[STAND_KEY]], form)
    rows = pd.DataFrame(index=range(len(listed)))
    for column in form.columns:
        if column.name == ROW_ID:
            values: object = [str(uuid.uuid5(uuid.UUID(package), str(key))) for key in listed[STAND_KEY]]
        elif column.name == "reasons":
            values = [_in_words(cell, language) for cell in listed["reasons"]]
        elif column.role == SHOWN and column.name in listed.columns and column.kind == TEXT:
            values = listed[column.name].to_numpy()
        elif column.name in desk.columns:
            values = desk[column.name].to_numpy()
        else:  # records and spare columns are the field's own, whatever the result has under such a name
            values = [np.nan if column.kind == NUMBER else None] * len(listed)
        cells = canonical(pd.Series(values, dtype=object), column.kind)
        rows[column.name] = cells.astype(float) if column.kind == NUMBER else cells
    return rows


def _in_words(reasons: object, language: str) -> str | None:
    if not isinstance(reasons, str):
        return None
    return ("、" if language == "zh" else ", ").join(
        word("field_reason", code, language) for code in reasons.split(";")
    )


def write_field_file(
    path: Path, rows: pd.DataFrame, geometry: Geometries, crs_wkt: str, form: Form, language: str, about: dict[str, str]
) -> None:
    """Write the file that surveyors work in and bring back."""
    columns = {column.name: _KINDS[column.kind] for column in form.columns}
    aliases = {column.name: column.title(language) for column in form.columns}
    work = OutputTable(WORK_LAYER, columns, rows, geometry, crs_wkt, aliases=aliases)
    told = OutputTable(ABOUT_TABLE, dict.fromkeys(about, _TEXT), pd.DataFrame([about]))
    write_geopackage(path, [work, told])


def write_base_file(
    path: Path,
    rows: pd.DataFrame,
    geometry: Geometries,
    crs_wkt: str,
    form: Form,
    listed: StandList,
    about: dict[str, str],
) -> None:
    """Write the copy of what was sent, with the control sample, which the surveyors' file does not tell."""
    columns = {column.name: _KINDS[column.kind] for column in form.columns}
    control = listed.rows[listed.rows["control_sample"] == "yes"].merge(rows[[ROW_ID, STAND_KEY]], on=STAND_KEY)
    design = {name: _TEXT if name == "stratum" else _REAL for name in listed.design.columns}
    write_geopackage(
        path,
        [
            OutputTable(WORK_LAYER, columns, rows, geometry, crs_wkt),
            OutputTable(CONTROL_TABLE, _CONTROL_COLUMNS, control),
            OutputTable(DESIGN_TABLE, design, listed.design),
            OutputTable(RECORD_TABLE, dict.fromkeys(listed.record, _TEXT), pd.DataFrame([listed.record])),
            OutputTable(ABOUT_TABLE, dict.fromkeys(about, _TEXT), pd.DataFrame([about])),
        ],
    )


def write_context_file(
    path: Path,
    result: ReadResult,
    stands: pd.DataFrame,
    tenure: VectorLayer | None,
    around: Geometries,
    margin_m: float,
) -> list[str]:
    """Write the stands, and the tenure parcels, around those to check; gives the names of the layers."""
    tables = []
    near = _near(result.geometry, around, result.crs_wkt, margin_m)
    columns = {name: kind for name, kind in _CONTEXT_COLUMNS.items() if name == STAND_KEY or name in stands.columns}
    frame = stands.iloc[near].reset_index().rename(columns={"index": STAND_KEY})
    frame = frame.assign(**{STAND_KEY: stands.index[near].to_numpy(dtype=object)})
    tables.append(OutputTable(ALL_STANDS, columns, frame, result.geometry[near], result.crs_wkt))
    if tenure is not None:
        near = _near(tenure.geometry, around, result.crs_wkt, margin_m)
        kept = [name for name in tenure.attributes.columns if name in _TENURE_COLUMNS] or list(tenure.attributes)[:5]
        rows = tenure.attributes.iloc[near][kept].reset_index(drop=True)
        kinds = {name: tenure.field_types[name] for name in kept}
        tables.append(OutputTable(TENURE, kinds, rows, as_multi(tenure.geometry)[near], result.crs_wkt))
    write_geopackage(path, tables)
    return [table.name for table in tables]


def margin_box(around: Geometries, crs_wkt: str, margin_m: float) -> tuple[float, float, float, float]:
    """Box around outlines with a margin, in their CRS."""
    west, south, east, north = (float(end) for end in shapely.total_bounds(around))
    margin = margin_m / _METRES_PER_DEGREE if is_geographic(crs_wkt) else margin_m
    return west - margin, south - margin, east + margin, north + margin


def _near(geometry: Geometries, around: Geometries, crs_wkt: str, margin_m: float) -> npt.NDArray[np.intp]:
    """Rows whose box comes within a margin of the box of any of the outlines; they may lie far from one another."""
    margin = margin_m / _METRES_PER_DEGREE if is_geographic(crs_wkt) else margin_m
    bounds = shapely.bounds(around)
    boxes = shapely.box(bounds[:, 0] - margin, bounds[:, 1] - margin, bounds[:, 2] + margin, bounds[:, 3] + margin)
    return np.unique(shapely.STRtree(geometry).query(boxes)[1])


def read_sent(path: Path, form: Form) -> Sent:
    """Read the copy of a package as it was sent.

    Raises
    ------
    InputError
        FIELD_RETURN_UNFIT where it is none.
    """
    names = table_names(path)
    if ABOUT_TABLE not in names or WORK_LAYER not in names or CONTROL_TABLE not in names:
        raise InputError("FIELD_RETURN_UNFIT", path=str(path), reason="{} + {}".format(WORK_LAYER, CONTROL_TABLE))
    about = read_geopackage_table(path, ABOUT_TABLE).iloc[0]
    layer = read_layer(path, layer=WORK_LAYER)
    geometry = as_multi(layer.geometry)
    rows = layer.attributes
    table = canonical_desk(rows.set_index(rows[STAND_KEY].to_numpy(dtype=object)), geometry, form)
    table.insert(0, ROW_ID, canonical(rows[ROW_ID], TEXT))
    return Sent(
        package=str(about["package"]),
        mark=content_mark(rows, geometry),
        made=str(about["result_made"]),
        table=table.set_index(ROW_ID, drop=False),
        geometry=geometry,
        crs_wkt=layer.crs_wkt or "",
        control=read_geopackage_table(path, CONTROL_TABLE),
        design=read_geopackage_table(path, DESIGN_TABLE),
        record=dict(read_geopackage_table(path, RECORD_TABLE).iloc[0]),
        sent_on=iso_date(str(about.get("made") or "")) or "",
    )


def content_mark(rows: pd.DataFrame, geometry: Geometries) -> str:
    """Mark of what was sent, by its cells and outlines alone.

    Neither the file around them counts, because QGIS writes into files that it opens, nor the form and version by
    which they are read.
    """
    names = sorted(str(name) for name in rows.columns if name != "fid")
    cells = [[_plain(cell) for cell in row] for row in rows[names].to_numpy(dtype=object)]
    outlines = [None if item is None else item.hex() for item in shapely.to_wkb(geometry, byte_order=1)]
    lines = sorted(json.dumps([row, outline], ensure_ascii=False) for row, outline in zip(cells, outlines, strict=True))
    return hashlib.sha256("\n".join([json.dumps(names), *lines]).encode("utf-8")).hexdigest()


def _plain(cell: object) -> object:
    if isinstance(cell, float):
        return None if np.isnan(cell) else "{:.10g}".format(cell)
    return cell if cell is None or isinstance(cell, str) else str(cell)


def kept_base(result: Path, package: str) -> Path:
    """Where the desk keeps the copy of a package: a folder beside the result."""
    return result.with_name(result.stem + ".fieldwork") / "{}.gpkg".format(package)


def keep_base(base: Path, result: Path, package: str) -> Path:
    """Put a copy of what was sent beside the result.

    Raises
    ------
    OutputError
        Where it cannot be written.
    """
    target = kept_base(result, package)
    with output_errors(target):
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(base, target)
    return target

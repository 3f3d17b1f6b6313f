"""Raster statistics only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ...core.errors import DependencyError
from ...core.pipeline import know_stands
from ...core.progress import Progress
from ...core.rasters.evidence import evidence
from ...core.results import ResultTable, source_names
from ...core.stands.layer import FieldType, VectorLayer
from ..geopackage import OutputTable, write_geopackage
from ..output_files import moved_into_place, output_errors
from ..stand_tables import load_stand_tables
from .issue_table import issue_counts, issues_table
from .opening import check_output, geodesy_of, open_inventory, open_rasters, require_all
from .request import JobOutcome, StandSource

FORMATS = (".gpkg", ".csv", ".parquet")


def zonal(
    stands: StandSource,
    rasters: Sequence[tuple[str, str]],
    out: Path,
    mapping: Path | None,
    overwrite: bool,
    progress: Progress,
) -> JobOutcome:
    """Write mean, standard deviation and support of each raster per stand; the format by the ending of ``out``.

    Raises
    ------
    UsageError, InputError, OutputError, DependencyError, CancelledError
        Nothing is left half-written then.
    """
    check_output(out, overwrite, FORMATS)
    if out.suffix.lower() == ".parquet":
        _require_parquet()
    progress.step("read", 0, 2)
    inventory = open_inventory(stands, mapping, None, progress)
    layer = inventory.layer
    require_all(layer)
    known = know_stands(inventory, load_stand_tables(), geodesy_of(layer))
    progress.step("zonal", 1, 2)
    found = evidence(known.columns.index, layer.geometry, open_rasters(rasters, layer), progress)
    columns = {name: FieldType("real") for name in found.columns.columns}
    result = ResultTable(
        {"stand_key": FieldType("text"), **columns}, found.columns.rename_axis("stand_key").reset_index()
    )
    _write(layer, result, out, overwrite, progress)
    issues = issues_table(found.issues, known.columns.index, layer.geometry)
    return JobOutcome(out, {"stands": len(layer), "columns": len(columns)}, issue_counts(issues.frame))


def _write(
    layer: VectorLayer,
    result: ResultTable,
    out: Path,
    overwrite: bool,
    progress: Progress,
) -> None:
    if out.suffix.lower() == ".gpkg":
        names = source_names(layer.attributes.columns, result.columns)
        frame = layer.attributes.rename(columns=names).reset_index(drop=True).join(result.frame)
        columns = {names[name]: kind for name, kind in layer.field_types.items()} | result.columns
        write_geopackage(
            out, [OutputTable("stands", columns, frame, layer.geometry, layer.crs_wkt)], overwrite, progress
        )
        return
    with moved_into_place(out, overwrite=overwrite) as beside, output_errors(out):
        if out.suffix.lower() == ".csv":
            # The mark at the beginning lets Excel read Chinese; repr keeps every digit.
            result.frame.to_csv(beside, index=False, encoding="utf-8-sig")
        else:
            result.frame.to_parquet(beside, index=False)


def _require_parquet() -> None:
    from importlib.util import find_spec

    if find_spec("pyarrow") is None and find_spec("fastparquet") is None:
        raise DependencyError("LIBRARY_MISSING", library="pyarrow", purpose="Parquet")

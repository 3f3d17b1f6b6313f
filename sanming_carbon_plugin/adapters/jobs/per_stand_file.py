"""Figures per stand as a file of the user's choice: GeoPackage, CSV or Parquet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ...core.errors import DependencyError
from ...core.issues import issues_by_key, join_issues
from ...core.progress import Progress
from ...core.results import ResultTable, source_names
from ...core.stage import StageResult
from ...core.stands.layer import VectorLayer
from ..geopackage import OutputTable, write_geopackage
from ..output_files import moved_into_place, output_errors
from .opening import check_output

ROWS_AT_ONCE = 1_000
FORMATS = (".gpkg", ".csv", ".parquet")
_ABOUT_THE_STAND = ("STAND_KEY_MISSING", "STAND_KEY_REPEATED", "AREA_UNCERTAIN")
_UNSEEN, _LITTLE = ("RASTER_OUTSIDE", "RASTER_NODATA"), ("RASTER_LOW_SUPPORT",)


def check_per_stand_file(out: Path, overwrite: bool, reads: object) -> None:
    """Refuse before the work begins what could not be written after it.

    Raises
    ------
    UsageError, OutputError, DependencyError
        Where the format is unknown, the file is there or cannot be written, or a library is missing.
    """
    check_output(out, overwrite, FORMATS, reads=reads)
    if out.suffix.lower() == ".parquet":
        _require_parquet()


def write_per_stand_file(
    layer: VectorLayer,
    result: ResultTable,
    out: Path,
    overwrite: bool,
    progress: Progress,
    further: Sequence[OutputTable] = (),
) -> None:
    """Write figures per stand in the order of the layer.

    A GeoPackage has the source columns too, and the ``further`` layers; the other formats the figures only.
    """
    progress.step("write")
    if out.suffix.lower() == ".gpkg":
        names = source_names(layer.attributes.columns, result.columns)
        frame = layer.attributes.rename(columns=names).reset_index(drop=True).join(result.frame)
        columns = {names[name]: kind for name, kind in layer.field_types.items()} | result.columns
        stands = OutputTable("stands", columns, frame, layer.geometry, layer.crs_wkt)
        write_geopackage(out, [stands, *further], overwrite, progress)
        return
    with moved_into_place(out, overwrite=overwrite) as beside, output_errors(out):
        if out.suffix.lower() == ".csv":
            _write_csv(result.frame, beside, progress)
        else:
            result.frame.to_parquet(beside, index=False)


def _write_csv(frame: pd.DataFrame, path: Path, progress: Progress) -> None:
    """A table that Excel reads in Chinese, with every digit; few rows at a time let a window and a cancel through."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        for first in range(0, max(len(frame), 1), ROWS_AT_ONCE):
            progress.raise_if_cancelled()
            progress.update(first / max(len(frame), 1))
            frame.iloc[first : first + ROWS_AT_ONCE].to_csv(file, index=False, header=first == 0)


def stand_doubts(layer: VectorLayer, known: StageResult) -> pd.DataFrame:
    """What keeps figures from being those of a stand: no outline, one that crosses itself, a key that is not its own.

    What else is wrong with a stand is for checks: rasters say nothing of it.
    """
    own = known.issues[known.issues["code"].isin(_ABOUT_THE_STAND)]
    return join_issues([issues_by_key(layer.notes, known.columns.index), own])


def seen_counts(doubts: pd.DataFrame) -> dict[str, object]:
    """How many stands some raster does not show at all, and of how many it shows too little."""
    return {
        name: int(doubts.loc[doubts["code"].isin(codes), "stand_key"].nunique())
        for name, codes in (("stands_unseen", _UNSEEN), ("stands_low_support", _LITTLE))
    }


def _require_parquet() -> None:
    from importlib.util import find_spec

    if find_spec("pyarrow") is None and find_spec("fastparquet") is None:
        raise DependencyError("LIBRARY_MISSING", library="pyarrow", purpose="Parquet")

"""The list of doubts again, looking only at the stands that changed since it was made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ...core.errors import InputError, UsageError
from ...core.issues import issues_by_key, join_issues
from ...core.pipeline import know_stands, middle_longitude_deg
from ...core.progress import Progress
from ...core.stands.checks import check_stands
from ...core.stands.layer import VectorLayer
from ..checked_stands import CHECKED_STANDS, OTHERS_BETWEEN, checked_table, compartments_of, stand_digests
from ..geopackage import OutputTable, read_geopackage_table, write_geopackage
from ..geopackage_rows import holds_result, table_names
from ..issue_status import carried_over
from ..stand_tables import load_stand_tables
from .check import list_counts
from .issue_table import ISSUE_LAYER_COLUMNS, issue_counts, issues_table
from .opening import check_output, geodesy_of, open_inventory, require_all
from .request import JobOutcome, StandSource

Mask = npt.NDArray[np.bool_]


def recheck(
    stands: StandSource, earlier: Path, out: Path, mapping: Path | None, overwrite: bool, progress: Progress
) -> JobOutcome:
    """Check the stands that changed since the list ``earlier``, and keep its rows about the others.

    Besides a changed stand, the stands of its compartment and those told in a pair with it are looked at once
    more, because a doubt about them may have gone with it. Assumptions about the whole layer are made anew.

    Parameters
    ----------
    stands
        The layer as it is now.
    earlier
        GeoPackage with the list, from a check, a re-check or the main job.
    out
        The new list; may be ``earlier`` itself unless that holds a whole result.

    Raises
    ------
    UsageError
        RECHECK_OVER_RESULT: the new list would take the place of a result.
    InputError
        RECHECK_LIST_UNFIT: the list does not say how the stands looked.
    OutputError, CancelledError
        Nothing is left half-written then.
    """
    before = _checked_before(earlier, out)
    check_output(out, overwrite, reads=stands)
    progress.step("read", 0, 3)
    inventory = open_inventory(stands, mapping, None, progress)
    require_all(inventory.layer)
    tables = load_stand_tables()
    progress.step("stands", 1, 3)
    geodesy = geodesy_of(inventory.layer)
    known = know_stands(inventory, tables, geodesy, progress)
    keys = known.columns.index
    changed, again = _to_look_at(before, known.columns, stand_digests(inventory.layer, known.columns))
    progress.step("check", 2, 3)
    middle = middle_longitude_deg(inventory.layer, geodesy)
    doubts = check_stands(inventory.layer, known.columns, tables, progress=progress, longitude_deg=middle, only=again)
    read = join_issues([issues_by_key(inventory.layer.notes, keys), known.issues])
    about_others = read["stand_key"].isin(keys[~again]).to_numpy(dtype=bool)
    fresh = join_issues([read[~about_others], doubts])
    table = _joined(_kept(earlier, keys[~again]), fresh, inventory.layer, keys)
    checked = _with_known_pairs(checked_table(inventory.layer, known.columns, fresh), before, again)
    write_geopackage(out, [table, checked, *carried_over((earlier,), table.frame)], overwrite, progress)
    counts = list_counts(len(inventory.layer), table)
    counts |= {"stands_changed": changed, "stands_checked": int(again.sum())}
    return JobOutcome(out, counts, issue_counts(table.frame))


def _checked_before(earlier: Path, out: Path) -> pd.DataFrame:
    names = table_names(earlier)
    if "issues" not in names or CHECKED_STANDS not in names:
        raise InputError("RECHECK_LIST_UNFIT", path=str(earlier))
    if out.exists() and holds_result(out):
        raise UsageError("RECHECK_OVER_RESULT", path=str(out))
    return read_geopackage_table(earlier, CHECKED_STANDS)


def _to_look_at(before: pd.DataFrame, facts: pd.DataFrame, digests: npt.NDArray[np.object_]) -> tuple[int, Mask]:
    """How many stands are new, changed or gone, and which stands are to be looked at for that."""
    known, keys = before.set_index("stand_key"), facts.index
    then = known["digest"].reindex(keys).to_numpy(dtype=object)
    changed = set(keys[then != digests]) | set(known.index.difference(keys))
    count = len(changed)
    places = pd.Series(compartments_of(facts), index=keys)
    touched = {*places[places.index.isin(changed)], *known.loc[known.index.isin(changed), "compartment"]}
    again = changed | set(keys[places.isin(touched).to_numpy(dtype=bool)])
    others = {key: text.split(OTHERS_BETWEEN) for key, text in known["others"].dropna().items()}
    # A row about a pair stands under one of the two: both are looked at, or neither.
    found = again
    while found:
        found = {other for key in found for other in others.get(key, ())} - again
        again |= found
    return count, np.asarray(keys.isin(list(again)), dtype=bool)


def _kept(earlier: Path, keys: pd.Index) -> pd.DataFrame:
    rows = read_geopackage_table(earlier, "issues", geometry=True)
    return rows[rows["stand_key"].isin(keys).to_numpy(dtype=bool)]


def _joined(kept: pd.DataFrame, fresh: pd.DataFrame, layer: VectorLayer, keys: pd.Index) -> OutputTable:
    """Rows of both lists, those of one code together."""
    new = issues_table(fresh, keys, layer.geometry, layer.crs_wkt)
    names = list(ISSUE_LAYER_COLUMNS)
    frame = pd.concat([new.frame[names], kept[names]], ignore_index=True)
    place = np.concatenate([np.asarray(new.geometry, dtype=object), kept["geometry"].to_numpy(dtype=object)])
    order = frame["code"].argsort(kind="stable").to_numpy()
    return OutputTable("issues", dict(ISSUE_LAYER_COLUMNS), frame.iloc[order], place[order], layer.crs_wkt)


def _with_known_pairs(checked: OutputTable, before: pd.DataFrame, again: Mask) -> OutputTable:
    """Pairs of stands that were not looked at once more are as they were; both rows may name others now."""
    frame = checked.frame
    known = before.set_index("stand_key")["others"].reindex(frame["stand_key"]).to_numpy(dtype=object)
    for row in np.flatnonzero(~again & pd.notna(known)):
        new = frame.at[row, "others"]
        both = set(known[row].split(OTHERS_BETWEEN)) | (
            set(new.split(OTHERS_BETWEEN)) if isinstance(new, str) else set()
        )
        frame.at[row, "others"] = OTHERS_BETWEEN.join(sorted(both))
    return checked

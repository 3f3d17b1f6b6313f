"""A result as the field check reads it: every column of its stands in one table."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ...core.classes.overrides import DECIDABLE, decided, geometry_hashes, in_force
from ...core.errors import InputError
from ...core.fieldwork.form import ROW_ID, STAND_KEY, Form, desk_table
from ...core.fieldwork.returned import GEOMETRY
from ...core.fieldwork.values import canonical
from ...core.progress import Progress
from ...core.stands.layer import VectorLayer
from ..decision_files import decisions_beside, read_decisions
from ..geopackage import read_geopackage_table
from ..geopackage_rows import table_names
from ..vectors import read_layer

Geometries = npt.NDArray[np.object_]


@dataclass(frozen=True)
class ReadResult:
    """A result of the main job.

    Attributes
    ----------
    stands
        Columns of the layer ``stands`` and of the table ``facts``, indexed by ``stand_key``, n rows.
    geometry
        Multipolygons, shape (n,).
    layer
        The layer ``stands`` as it was read.
    made
        When its run ended: what tells it from another run.
    """

    path: Path
    layer: VectorLayer
    stands: pd.DataFrame
    geometry: Geometries
    made: str

    @property
    def crs_wkt(self) -> str:
        """CRS of the stands."""
        return self.layer.crs_wkt or ""


def read_result(
    path: Path, progress: Progress | None = None, facts_of: npt.NDArray[np.object_] | None = None
) -> ReadResult:
    """Read a result.

    Parameters
    ----------
    path
        The result.
    progress
        Told the share of rows read.
    facts_of
        Keys of the stands whose facts are needed, None for all; those of the others are left empty.

    Raises
    ------
    InputError
        Where it cannot be read or is none.
    """
    names = table_names(path)
    for name in ("stands", "run"):
        if name not in names:
            raise InputError("RESULT_LAYER_MISSING", path=str(path), layer=name)
    layer = read_layer(path, layer="stands", progress=progress)
    stands = layer.attributes
    if STAND_KEY not in stands.columns:
        raise InputError("RESULT_LAYER_MISSING", path=str(path), layer="stands.stand_key")
    if "facts" in names:
        facts = _facts(path, stands[STAND_KEY], facts_of)
        further = [name for name in facts.columns if name not in stands.columns]
        stands = pd.concat([stands, facts[further]], axis=1)
    made = str(read_geopackage_table(path, "run")["ended"].iloc[0])
    keyed = stands.set_index(stands[STAND_KEY].to_numpy(dtype=object)).drop(columns=STAND_KEY)
    return ReadResult(path, layer, keyed, as_multi(layer.geometry), made)


def _facts(path: Path, keys: pd.Series, wanted: npt.NDArray[np.object_] | None) -> pd.DataFrame:
    """Rows of the table ``facts`` in the order of ``keys``."""
    if wanted is None:
        return read_geopackage_table(path, "facts").reset_index(drop=True)
    parts = [read_geopackage_table(path, "facts", {STAND_KEY: key}) for key in wanted]
    found = pd.concat(parts, ignore_index=True).drop_duplicates(STAND_KEY).set_index(STAND_KEY)
    return found.reindex(keys.to_numpy(dtype=object)).reset_index(drop=True)


def in_force_now(result: ReadResult) -> pd.DataFrame:
    """The stands with what counts today: what was computed, or decided since by a person."""
    stands = result.stands.copy(deep=False)  # only whole columns are replaced
    computed = pd.DataFrame({name: stands[name] for name in DECIDABLE if name in stands}, index=stands.index)
    beside = decisions_beside(result.path)
    if beside.exists():  # the list itself, with what was decided or withdrawn since the run
        found = decided(computed, None, read_decisions(beside)).columns
    else:
        found = stands[[name + "_decided" for name in computed if name + "_decided" in stands]]
    both = pd.concat([computed, found], axis=1)
    for name in computed.columns:
        stands[name] = in_force(both, name)
    if "measure" in stands:
        # On the form "no measure" is an answer like the others.
        stands["measure"] = stands["measure"].where(stands["measure"].notna(), "none")
    return stands


def canonical_desk(stands: pd.DataFrame, geometry: Geometries, form: Form) -> pd.DataFrame:
    """What the desk says in the columns of the form, in the form in which it is compared, indexed as ``stands``."""
    table = desk_table(stands, form)
    made = pd.DataFrame(index=table.index)
    for column in form.columns:
        if column.name in table.columns and column.name != ROW_ID:
            made[column.name] = canonical(table[column.name], column.kind)
    made[GEOMETRY] = geometry_hashes(geometry)
    return made


def as_multi(geometry: Geometries) -> Geometries:
    """Polygons as multipolygons, the form in which GeoPackages hold them; others and None as they are."""
    result = geometry.copy()
    single = np.flatnonzero(shapely.get_type_id(geometry) == shapely.GeometryType.POLYGON)
    if len(single):
        result[single] = shapely.multipolygons(geometry[single], indices=np.arange(len(single)))
    return result

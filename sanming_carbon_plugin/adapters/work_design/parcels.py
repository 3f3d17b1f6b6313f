"""The parcels of a work design with what is known and what is planned for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import shapely

from ...core.errors import InputError, UsageError
from ...core.planning.work_design import DesignTables, parcel_design
from ...paths import resources_dir
from ..carbon_parameters import read_rows
from ..geopackage import read_geopackage_table
from ..geopackage_rows import table_names
from ..maps.map_rows import MapRows
from ..plan_tables import load_planning_tables

_FROM_PLAN = ("year", "area_ha", "area_mu", "cost_yuan", "felled_m3", "felled_share", "felling_block", "locked")
_TECHNIQUES = {"pine_transform": "pine_technique", "reserve_forest": "reserve_mode"}


@dataclass(frozen=True)
class Parcel:
    """One parcel.

    Attributes
    ----------
    position
        Its row among the stands.
    stand
        What is known of the stand, with ``measure``, ``technique`` and, from a plan, year and amounts.
    design
        See :func:`sanming_carbon_plugin.core.planning.work_design.parcel_design`.
    has_outline
        Whether there is anything to draw.
    outline
        What of the stand is planned, in the CRS of the stands; None for the whole of it.
    """

    position: int
    stand: dict[str, Any]
    design: dict[str, Any]
    has_outline: bool = True
    outline: shapely.Geometry | None = None

    @property
    def key(self) -> str:
        """Key of the stand."""
        return str(self.stand["stand_key"])


def load_design_tables(
    designs: Path | None = None, operations: Path | None = None, works: Path | None = None
) -> tuple[DesignTables, dict[str, dict[str, str]]]:
    """The packaged tables, or a user's own in their place, and what each says of itself.

    Raises
    ------
    InputError
        ``PARAMETERS_UNREADABLE`` or ``PARAMETERS_INVALID`` with every bad cell.
    """
    folder = resources_dir() / "work_design"
    planning = load_planning_tables(works)
    design_rows, design_meta = read_rows(designs or folder / "designs.csv")
    operation_rows, operation_meta = read_rows(operations or folder / "operations.csv")
    tables = DesignTables.from_rows(design_rows, operation_rows, planning.works)
    return tables, {"designs": design_meta, "operations": operation_meta, "works": planning.identities["works"]}


def chosen_parcels(
    rows: MapRows, tables: DesignTables, plan: Path | None, keys: Sequence[str], within: Sequence[str], result: Path
) -> list[Parcel]:
    """The parcels that were asked for, in the order of the stands.

    Raises
    ------
    UsageError
        ``DESIGN_NOTHING_CHOSEN``.
    InputError
        ``MAP_STAND_UNKNOWN``, ``DESIGN_WITHOUT_MEASURE``, ``DESIGN_EMPTY``, ``RESULT_LAYER_MISSING``.
    """
    if plan is None and not keys and not within:
        raise UsageError("DESIGN_NOTHING_CHOSEN")
    frame = rows.frame
    planned = None if plan is None else _planned(plan)
    known = set(frame["stand_key"])
    unknown = [key for key in (*keys, *([] if planned is None else planned.index)) if key not in known]
    if unknown:
        raise InputError("MAP_STAND_UNKNOWN", stand_key=unknown[0])
    taken = pd.Series(True, index=frame.index)
    if keys:
        taken &= frame["stand_key"].isin(list(keys))
    if planned is not None:
        taken &= frame["stand_key"].isin(planned.index)
    if within:
        taken &= frame["stand_key"].map(lambda key: any(_inside(str(key), code) for code in within))
    found = []
    for position in frame.index[taken]:
        stand = _stand(frame.loc[position].to_dict(), planned, tables)
        if stand["measure"] is None:
            if keys:
                raise InputError("DESIGN_WITHOUT_MEASURE", stand_key=stand["stand_key"])
            continue  # of a whole unit only the stands that have something to be done
        shape = rows.geometry[position]
        drawn = shape is not None and not shape.is_empty
        outline = None if planned is None else planned.loc[stand["stand_key"], "geometry"]
        found.append(Parcel(int(position), stand, parcel_design(stand, tables), drawn, outline))
    if not found:
        raise InputError("DESIGN_EMPTY", path=str(result))
    return found


def _inside(key: str, code: str) -> bool:
    return key == code or key.startswith(code + "-")


def _planned(plan: Path) -> pd.DataFrame:
    if "plan" not in table_names(plan):
        raise InputError("RESULT_LAYER_MISSING", path=str(plan), layer="plan")
    table = read_geopackage_table(plan, "plan", geometry=True)
    return table.drop_duplicates("stand_key").set_index("stand_key")


def _stand(row: dict[str, Any], planned: pd.DataFrame | None, tables: DesignTables) -> dict[str, Any]:
    stand = {name: None if _missing(value) else value for name, value in row.items()}
    if planned is not None:
        own = planned.loc[stand["stand_key"]]
        stand["stand_area_ha"] = stand.get("area_ha")
        stand |= {name: None if _missing(own[name]) else own[name] for name in _FROM_PLAN if name in own.index}
        stand["measure"], stand["technique"] = own["measure"], own["technique"]
        return stand
    measure = stand.get("measure")
    found = stand.get(_TECHNIQUES.get(str(measure), ""))
    stand["technique"] = None if measure is None else tables.technique_of(str(measure), found)
    return stand


def _missing(value: object) -> bool:
    return value is None or (not isinstance(value, str) and bool(pd.isna(value)))

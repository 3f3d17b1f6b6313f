"""The record of a run: what went in, which versions and rules worked on it, when."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Mapping
from datetime import date, datetime

import numpy as np
import pandas as pd
import scipy
import shapely
from osgeo import gdal

from ...about import version
from ...core.results import ResultTable
from ...core.stands.layer import FieldType


def versions() -> dict[str, str]:
    """Version of everything whose change could change a number."""
    return {
        "plugin": version(),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "gdal": gdal.__version__,
        "geos": ".".join(str(part) for part in shapely.geos_version),
        "shapely": shapely.__version__,
        "numpy": np.__version__,
        "pandas": pd.__version__,
        "scipy": scipy.__version__,
        "qgis": _qgis_version(),
    }


def _qgis_version() -> str:
    # Only told where QGIS is running already: the command line must not load it.
    core = sys.modules.get("qgis.core")
    return getattr(getattr(core, "Qgis", None), "QGIS_VERSION", "") if core else ""


def now() -> str:
    """The present moment with its offset from UTC, to the second."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def today() -> date:
    """The day of this run, where the user is."""
    return datetime.now().astimezone().date()


def run_record(
    *,
    inputs: Mapping[str, object],
    rules: Mapping[str, object],
    rule_files: Mapping[str, object],
    options: Mapping[str, object],
    totals: Mapping[str, object],
    seed: int,
    started: str,
) -> dict[str, object]:
    """The record as one row; nested parts are JSON with sorted keys."""
    return {
        "plugin_version": version(),
        "versions": _json(versions()),
        "inputs": _json(inputs),
        "rules": _json(rules),
        "rule_files": _json(rule_files),
        "options": _json(options),
        "seed": seed,
        "started": started,
        "ended": now(),
        **totals,
    }


def run_table(record: Mapping[str, object]) -> ResultTable:
    """The layer ``run``: the record as its only row."""
    kinds = {str: "text", int: "integer64", float: "real"}
    columns = {name: FieldType(kinds.get(type(value), "text")) for name, value in record.items()}
    return ResultTable(columns, pd.DataFrame([dict(record)], columns=list(columns)))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)

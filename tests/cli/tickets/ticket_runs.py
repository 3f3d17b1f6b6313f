"""Applications and tenure layers that the tests of tickets make, and how a command ended."""

from __future__ import annotations

import csv
import json

from ..conftest import ERROR_LINE

COLLECTIVE = "杉坑村集体"
PERIOD = "2016-01-01/2020-12-31"


def failure(finished):
    """Exit status and the code of the one line that tells what is wrong; no code where it is not told like that."""
    line = ERROR_LINE.match(finished[2])
    return finished[0], line and line[1]


def content_of(folder):
    return json.loads((folder / "application.json").read_text(encoding="utf-8"))


def applied(run, result, out, *more):
    status, counts, _ = run("application", result, "--holder", COLLECTIVE, "--out", out, *more)
    assert status == 0
    return counts, content_of(out)


def households(path, *rows):
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("农户", "是否授权", "收益权重"), *rows])
    return path


def write_tenure(path, frame, like):
    from sanming_carbon_plugin.adapters.geopackage import OutputTable, write_geopackage
    from sanming_carbon_plugin.adapters.vectors import read_layer
    from sanming_carbon_plugin.core.stands.layer import FieldType

    shapes = frame["geometry"].to_numpy(dtype=object)
    names = [name for name in frame.columns if name not in ("geometry", "source", "source_row")]
    crs_wkt = read_layer(str(like), layer="pieces").crs_wkt
    columns = dict.fromkeys(names, FieldType("text"))
    write_geopackage(path, [OutputTable("tenure", columns, frame[names], shapes, crs_wkt)])

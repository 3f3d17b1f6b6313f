"""How a plan on the command line ended, and what is read of it."""

import json
import re

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table

from ..conftest import ERROR_LINE

CHINESE = re.compile("[\u4e00-\u9fff]")
HEADER = "measure,area_unit,year_from,year,amount,unit,bound,source\n"
TARGETS = (
    HEADER + "pine_transform,350428,2026,2028,120,ha,at_least,test\n" + "tending,350428,2026,2028,60,ha,at_least,test\n"
)
FOUR_TARGETS = (
    HEADER
    + "pine_transform,350428,2026,2028,3000,亩,at_least,test\n"
    + "reserve_forest,350428,2026,2028,100,ha,at_least,test\n"
    + "tending,350428,2026,2026,40,ha,at_most,test\n"
    + "tending,350428,2026,2028,60,ha,at_least,test\n"
)
QUOTA = "area_unit,felling_type,origin,year,volume_m3\n"


class Finished:
    def __init__(self, status, out, err):
        self.status, self.err = status, err
        rows = [line.split("\t") for line in out.splitlines()]
        self.counts = {row[0]: row[1] for row in rows if len(row) == 2}
        self.last_line = err.strip().splitlines()[-1] if err.strip() else ""


def asked(finished):
    run = read_geopackage_table(finished.out, "plan_run").iloc[0]
    return run, json.loads(run["options"])


def check_line(finished, code, language):
    assert finished.last_line.startswith(f"error[{code}]: "), finished.last_line
    assert ERROR_LINE.match(finished.last_line), finished.last_line
    assert "{" not in finished.last_line
    assert "Traceback" not in finished.err
    # The units 亩 and 万亩 have no other name.
    assert bool(CHINESE.search(re.sub("万?亩", "", finished.last_line))) == (language == "zh"), finished.last_line
    assert not finished.out.exists()

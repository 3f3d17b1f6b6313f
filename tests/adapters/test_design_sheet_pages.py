"""No sheet of a work design ends with a page that holds the notice alone, and its sources name papers, not files."""

from __future__ import annotations

from sanming_carbon_plugin.adapters.work_design.sheets import say
from sanming_carbon_plugin.paths import resources_dir

ENGLISH_LINE = 112
"""Signs of the small letters that a line of a sheet has room for."""


def test_the_notice_below_a_sheet_takes_one_line():
    assert len(say("provisional_sheet", "en")) <= ENGLISH_LINE
    assert 2 * len(say("provisional_sheet", "zh")) <= ENGLISH_LINE


def test_sources_on_paper_name_no_files():
    for name in ("operations.csv", "designs.csv"):
        lines = (resources_dir() / "work_design" / name).read_text(encoding="utf-8").splitlines()
        assert not [line for line in lines if not line.startswith("#") and (".csv" in line or "resources/" in line)]

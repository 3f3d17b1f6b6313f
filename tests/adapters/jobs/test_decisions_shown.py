"""What people decided shows on maps, in tables and in the report alike, and says so."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook
from sample_parts import part

from sanming_carbon_plugin.adapters.decided_stands import decided_stands, waiting_decisions
from sanming_carbon_plugin.adapters.decision_files import decisions_beside, read_decisions, write_decisions
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.report import ReportRequest, report
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest
from sanming_carbon_plugin.adapters.maps.class_areas import class_areas
from sanming_carbon_plugin.adapters.maps.map_rows import read_map_rows
from sanming_carbon_plugin.adapters.maps.run_note import note_of
from sanming_carbon_plugin.adapters.maps.stand_figures import stand_rows
from sanming_carbon_plugin.adapters.maps.themes import themes
from sanming_carbon_plugin.adapters.parcel_card import parcel_card
from sanming_carbon_plugin.adapters.parcel_pages import card_html
from sanming_carbon_plugin.adapters.reports.forest_table import forest_sums
from sanming_carbon_plugin.adapters.words import word
from sanming_carbon_plugin.core.classes.overrides import no_decisions
from sanming_carbon_plugin.core.progress import Progress

DECIDED_THEMES = ("measure", "pine_technique", "reserve_mode")


@pytest.fixture(scope="module")
def village_of_module(township):
    return part(township, np.flatnonzero(township.attributes["CUN"] == township.attributes["CUN"].iloc[0]))


@pytest.fixture(scope="module")
def shown(village_of_module, tmp_path_factory):
    """A result in which people decided about three stands, its reports, and what was computed without them."""
    folder = tmp_path_factory.mktemp("人工决定")
    out = folder / "结果.gpkg"
    assess(AssessRequest(village_of_module, out), Progress())
    stands = read_geopackage_table(out, "stands")
    cut = stands.index[(stands["pine_transform"] == "yes") & (stands["measure"] == "pine_transform")]
    free = stands.index[stands["measure"].isna()]
    said = [
        (cut[0], "pine_transform", "no"),
        (cut[1], "pine_technique", "strip_cut"),
        (free[0], "measure", "closure"),
        (free[0], "reserve_forest", "yes"),
    ]
    decisions = no_decisions()
    for row, column, value in said:
        decisions = decisions.with_decision(
            {"stand_key": stands["stand_key"][row], "column": column, "value": value, "reason": "现地", "name": "林工",
             "date": "2026-03-01", "evidence": None, "geometry_hash": None}
        )  # fmt: skip
    write_decisions(decisions, decisions_beside(out))
    assess(AssessRequest(village_of_module, out, overwrite=True, report=folder / "run", language="en"), Progress())
    report(ReportRequest(out, folder / "later", language="en"), Progress())
    places = {"no": cut[0], "strip": cut[1], "closure": free[0]}
    return out, stands, {name: stands["stand_key"][row] for name, row in places.items()}


def rows_of(result, theme):
    rows = read_map_rows(result, themes()[theme]).frame
    return rows.set_index("stand_key")


@pytest.mark.long
def test_the_result_keeps_what_was_computed(shown):
    out, computed, _ = shown
    now = read_geopackage_table(out, "stands")
    names = ["pine_transform", "pine_technique", "reserve_forest", "reserve_mode", "measures", "measure"]
    pd.testing.assert_frame_equal(now[names], computed[names])
    assert "decided" not in now.columns


def test_the_rows_of_maps_and_tables_hold_what_counts(shown):
    out, computed, keys = shown
    rows = rows_of(out, "measure")
    assert rows.loc[keys["no"], ["pine_transform", "pine_technique", "decided"]].tolist() == [
        "no", None, "pine_transform"
    ]  # fmt: skip
    assert rows.loc[keys["no"], "measure"] != "pine_transform"
    assert rows.loc[keys["strip"], "pine_technique"] == "strip_cut"
    assert rows.loc[keys["closure"], ["measure", "class", "reserve_forest"]].tolist() == ["closure", "closure", "yes"]
    others = rows.drop(index=list(keys.values()))
    before = computed.set_index("stand_key").loc[others.index]
    for name in ("pine_transform", "pine_technique", "measure"):
        one, other = (frame[name].where(frame[name].notna(), "") for frame in (others, before))
        assert one.tolist() == other.tolist()


def table_after(page: str, title: str) -> dict[str, tuple[int, float]]:
    body = page[page.index("<h2>" + title + "</h2>") :]
    body = body[: body.index("</table>")]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", body)]
    return {row[0]: (int(row[1].replace(",", "")), float(row[2].replace(",", ""))) for row in cells if row}


@pytest.mark.long
@pytest.mark.parametrize("theme", DECIDED_THEMES)
def test_map_and_report_have_the_same_figures(shown, theme):
    out, _, _ = shown
    frame = rows_of(out, theme)
    sums = class_areas(frame, themes()[theme])
    page = (out.parent / "later" / "report.html").read_text(encoding="utf-8")
    told = table_after(page, themes()[theme].title("en"))
    labels = {each.value: each.label("en") for each in themes()[theme].classes}
    total = told.pop("Total")
    truth = {labels[each["class"]]: (each["stands"], each["area_ha"]) for each in sums.to_dict("records")}
    assert told.keys() == truth.keys()
    for name, (count, area) in truth.items():  # as printed, so that it adds up
        assert told[name] == (count, pytest.approx(area, abs=0.01))
    assert total[1] == pytest.approx(sum(area for _, area in told.values()), abs=1e-6)


@pytest.mark.parametrize("folder", ["run", "later"])
def test_the_report_counts_what_was_decided_and_says_so(shown, folder):
    out, _, _ = shown
    page = (out.parent / folder / "report.html").read_text(encoding="utf-8")
    assert "Of 3 stands a person has decided classes" in page
    rows = rows_of(out, "measure")
    book = load_workbook(out.parent / folder / "carbon_tables.xlsx")
    sheet = book[book.sheetnames[1]]
    table = pd.DataFrame(list(sheet.values)[1:], columns=[cell.value for cell in sheet[1]])
    assert table.columns[-1] == "Stands with a decision"
    told = {(row[0], row[1]): (row[2], row[-1]) for row in table.to_numpy().tolist()}
    for column, kind in (("pine_transform", "outcome"), ("reserve_forest", "outcome"), ("measure", "measure"),
                         ("pine_technique", "pine_technique")):  # fmt: skip
        for value, mine in rows.groupby(column):
            counted = (len(mine), mine["decided"].notna().sum())
            assert told[(word("column", column, "en"), word(kind, value, "en"))] == counted, (column, value)


def test_the_workbook_of_groups_counts_the_same(shown):
    out, _, _ = shown
    rows = rows_of(out, "measure").reset_index()
    sums = forest_sums(rows)
    book = load_workbook(out.parent / "later" / "forest_tables.xlsx")
    sheet = book["Detail"]
    head = next(number for number, row in enumerate(sheet.values) if row and "Stands" in row)
    lines = list(sheet.values)
    names = list(lines[head])
    place, decided = names.index("Stands"), names.index("Stands with a decision")
    data = [row for row in lines[head + 1 :] if row[place] is not None and isinstance(row[place], int)]
    assert sum(row[decided] for row in data) == 3
    closure = [
        row for row in data if row[names.index(word("column", "measure", "en"))] == word("measure", "closure", "en")
    ]
    assert sum(row[place] for row in closure) == sums.loc[sums["measure"] == "closure", "stands"].sum()
    assert sum(row[decided] for row in closure) == 1


def test_a_decision_that_waits_for_the_next_run_is_told_and_not_shown(shown, tmp_path):
    out, _, keys = shown
    before = rows_of(out, "measure")
    kept = read_decisions(decisions_beside(out))
    assert waiting_decisions(out) == 0
    late = {"stand_key": keys["strip"], "column": "measure", "value": "none", "reason": "现地", "name": "林工",
            "date": "2026-04-01", "evidence": None, "geometry_hash": None}  # fmt: skip
    write_decisions(kept.with_decision(late), decisions_beside(out))
    try:
        assert waiting_decisions(out) == 1
        pd.testing.assert_frame_equal(rows_of(out, "measure"), before)
        report(ReportRequest(out, tmp_path / "report", language="zh"), Progress())
        page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
        assert "此次运行之后又作出 1 项人工决定" in page
        assert "其中 3 个小班的类型已由人工决定" in page
    finally:
        write_decisions(kept, decisions_beside(out))


def test_only_the_decided_stands_are_read_for_the_layers(shown):
    out, _, keys = shown
    computed, counting = decided_stands(out)
    assert sorted(computed.index) == sorted(keys.values()) == sorted(counting.index)


def test_where_nobody_decided_nothing_is_said(village_of_module, tmp_path):
    out = tmp_path / "plain.gpkg"
    assess(AssessRequest(village_of_module, out, report=tmp_path / "report", language="en"), Progress())
    assert "decided" not in rows_of(out, "measure").columns
    page = (tmp_path / "report" / "report.html").read_text(encoding="utf-8")
    assert "person has decided" not in page
    assert "Stands with a decision" not in page
    assert len(decided_stands(out)[0]) == 0


def test_the_card_names_the_measure_that_counts(shown):
    out, _, keys = shown
    for name, marked in (("closure", True), ("strip", False), ("no", True)):
        card = parcel_card(out, keys[name], "en")
        measure = rows_of(out, "measure").loc[keys[name], "measure"]
        assert card.columns["measure"] == measure
        if measure is not None:
            told = re.search(r"<p>Goes first: <b>(.*?)</b></p>", card_html(card)).group(1)
            assert told == word("measure", measure, "en") + (" (decided)" if marked else "")


def test_sheets_and_web_map_say_of_how_many_stands(shown):
    out, _, _ = shown
    run = read_map_rows(out, themes()["measure"]).run
    assert "Classes of 3 stands are shown as a person decided them." in note_of(run, "EPSG:4527", "en")
    assert "其中 3 个小班的类型按人工决定表示" in note_of(run, None, "zh")
    assert "decided" not in note_of({key: value for key, value in run.items() if key != "decided"}, None, "en")


def test_the_sheet_of_a_stand_says_what_was_decided(shown):
    out, _, keys = shown
    stand = rows_of(out, "measure").reset_index().set_index("stand_key", drop=False).loc[keys["closure"]]
    told = dict(stand_rows(stand.to_dict(), "en")[1:])
    assert set(told["Decided"].split(", ")) == {
        word("column", "reserve_forest", "en"), word("column", "measure", "en")
    }  # fmt: skip

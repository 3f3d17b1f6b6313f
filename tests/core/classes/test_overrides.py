"""Decisions of foresters survive new runs and are never lost silently."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
import pytest
import shapely
import shapely.affinity

from sanming_carbon_plugin.adapters.decision_files import (
    decisions_beside,
    decisions_of_run,
    read_decisions,
    write_decisions,
)
from sanming_carbon_plugin.adapters.messages import render_issues
from sanming_carbon_plugin.adapters.rule_files import load_rule_sets
from sanming_carbon_plugin.core.classes.measures import classify
from sanming_carbon_plugin.core.classes.overrides import Decisions, geometry_hash, in_force, no_decisions
from sanming_carbon_plugin.core.errors import InputError

from .hand_made import stand, table

RULES = load_rule_sets()
POLYGONS = np.array([shapely.box(500000 + 200 * i, 2900000, 500200 + 200 * i, 2900200) for i in range(3)])


def decision(key="a", column="pine_technique", value="selective_tending", polygon=POLYGONS[0], **more):
    return {
        "stand_key": key, "column": column, "value": value, "reason": "溪流两侧", "name": "林工", "date": "2025-03-01",
        "evidence": "photo.jpg", "geometry_hash": geometry_hash(polygon),
    } | more  # fmt: skip


def layer(keys="abc"):
    return table([stand("pine"), stand("fir"), stand("pine", "slope_deg=20")], list(keys))


def codes(result):
    return list(result.issues["code"][result.issues["code"].str.startswith("DECISION")])


def test_a_decision_stands_beside_what_was_computed():
    result = classify(layer(), POLYGONS, RULES, no_decisions().with_decision(decision()))
    assert result.columns.loc["a", "pine_technique"] == "clear_cut"
    assert result.columns.loc["a", "pine_technique_decided"] == "selective_tending"
    assert result.columns["pine_technique_decided"].isna().tolist() == [False, True, True]
    assert in_force(result.columns, "pine_technique").tolist() == ["selective_tending", None, "clear_cut"]
    assert in_force(result.columns, "measure").tolist() == result.columns["measure"].tolist()
    assert codes(result) == []


def test_a_changed_boundary_keeps_the_decision_and_flags_it():
    moved = POLYGONS.copy()
    moved[0] = shapely.box(500000, 2900000, 500150, 2900200)
    result = classify(layer(), moved, RULES, no_decisions().with_decision(decision()))
    assert result.columns.loc["a", "pine_technique_decided"] == "selective_tending"
    assert codes(result) == ["DECISION_GEOMETRY_CHANGED"]


def test_a_stand_that_is_gone_is_named_with_its_new_key():
    result = classify(layer("xbc"), POLYGONS, RULES, no_decisions().with_decision(decision()))
    row = result.issues[result.issues["code"] == "DECISION_STAND_GONE"].iloc[0]
    assert (row["stand_key"], row["value"]) == ("a", "x")
    assert "pine_technique_decided" not in result.columns


def test_a_withdrawn_or_replaced_decision_about_a_lost_stand_needs_nobody():
    decisions = no_decisions().with_decision(decision()).with_decision(decision(value="withdrawn", date="2025-04-01"))
    assert codes(classify(layer("xbc"), POLYGONS, RULES, decisions)) == []
    twice = no_decisions().with_decision(decision()).with_decision(decision(value="strip_cut", date="2025-04-01"))
    assert codes(classify(layer("xbc"), POLYGONS, RULES, twice)) == ["DECISION_STAND_GONE"]


def test_decisions_about_another_township_are_told_once_and_need_nobody():
    away = shapely.box(600000, 2900000, 600100, 2900100)
    other = ("350428-200-3-1-{}".format(number) for number in range(3))
    decisions = no_decisions()
    for key in other:
        decisions = decisions.with_decision(decision(key, polygon=away))
    here = layer(["350428-104-1-1-{}".format(number) for number in range(3)])
    (told,) = (
        classify(here, POLYGONS, RULES, decisions).issues.query("code.str.startswith('DECISION')").to_dict("records")
    )
    assert (told["code"], told["stand_key"], told["params"]["count"]) == ("DECISIONS_OF_OTHER_TOWNSHIPS", None, 3)
    # One of this township, one whose outline was never noted, and one whose township only got another code.
    lost = (decision("350428-104-9-9-9", polygon=away), decision("350428-200-9-9-9", geometry_hash=None))
    for one in (*lost, decision("350428-201-3-1-1")):
        assert codes(classify(here, POLYGONS, RULES, no_decisions().with_decision(one))) == ["DECISION_STAND_GONE"]


def test_the_latest_of_several_decisions_counts():
    decisions = no_decisions().with_decision(decision(date="2025-05-01", value="strip_cut")).with_decision(decision())
    result = classify(layer(), POLYGONS, RULES, decisions)
    assert result.columns.loc["a", "pine_technique_decided"] == "strip_cut"
    assert codes(result)[0] == "DECISION_SUPERSEDED"
    assert len(decisions.table) == 2


def test_order_of_rows_and_runs_does_not_matter():
    decisions = no_decisions().with_decision(decision()).with_decision(decision("c", "measure", "none", POLYGONS[2]))
    first = classify(layer(), POLYGONS, RULES, decisions).columns
    back = classify(layer().iloc[::-1], POLYGONS[::-1], RULES, decisions).columns.loc[first.index]
    pd.testing.assert_frame_equal(first, back)


def test_shape_is_recognised_from_any_first_vertex_and_direction():
    polygon = shapely.Polygon([(0, 0), (10, 0), (10, 5), (0, 5)])
    same = shapely.Polygon([(10, 5), (10, 0), (0, 0), (0, 5)])
    assert geometry_hash(polygon) == geometry_hash(same)
    assert geometry_hash(polygon) == geometry_hash(shapely.force_3d(polygon))
    assert geometry_hash(polygon) != geometry_hash(shapely.Polygon([(0, 0), (10, 0), (10, 5.5), (0, 5)]))
    degrees = shapely.box(117.5, 26.7, 117.6, 26.8)
    assert geometry_hash(degrees) != geometry_hash(shapely.box(117.5, 26.7, 117.60001, 26.8))
    assert geometry_hash(None) is None


def test_decisions_without_polygons_are_kept():
    result = classify(layer(), None, RULES, no_decisions().with_decision(decision(geometry_hash=None)))
    assert result.columns.loc["a", "pine_technique_decided"] == "selective_tending"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": None}, "reason is missing"),
        ({"name": ""}, "name is missing"),
        ({"date": "2025-13-01"}, "not written YYYY-MM-DD"),
        ({"date": "2025-02-30"}, "not written YYYY-MM-DD"),
        ({"date": "1.3.2025"}, "not written YYYY-MM-DD"),
        ({"date": None}, "date is missing"),
        ({"column": "stock_tco2e"}, "nothing can be decided about column stock_tco2e"),
        ({"value": "burn"}, "pine_technique cannot be burn"),
    ],
)
def test_incomplete_decisions_are_refused(more, words):
    with pytest.raises(InputError) as caught:
        no_decisions().with_decision(decision(**more))
    assert caught.value.code == "DECISIONS_INVALID"
    assert words in str(caught.value.values["problems"])


def test_a_table_without_the_columns_is_refused():
    with pytest.raises(InputError):
        Decisions.from_rows(pd.DataFrame({"stand_key": ["a"]}))


def test_decisions_survive_in_a_file(tmp_path):
    path = decisions_beside(tmp_path / "结果 1.gpkg")
    assert path.name == "结果 1.decisions.csv"
    assert read_decisions(path).table.empty
    decisions = no_decisions().with_decision(decision(reason='溪流两侧, "陡"', geometry_hash=None))
    decisions = decisions.with_decision(decision("c", "measure", "none", POLYGONS[2]))
    write_decisions(decisions, path)
    write_decisions(read_decisions(path), path)
    pd.testing.assert_frame_equal(read_decisions(path).table, decisions.table)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_damaged_file_of_decisions_is_refused(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("stand_key,column\na,measure\n", encoding="utf-8")
    with pytest.raises(InputError):
        read_decisions(path)


def test_an_outline_in_a_multipolygon_of_one_part_is_the_same_outline():
    """A result holds all polygons as multipolygons: a decision taken from it must still fit its source."""
    polygon = shapely.box(39_500_000.0, 2_900_000.0, 39_500_100.0, 2_900_080.0)
    assert geometry_hash(shapely.MultiPolygon([polygon])) == geometry_hash(polygon)
    two = shapely.MultiPolygon([polygon, shapely.affinity.translate(polygon, 500.0)])
    assert geometry_hash(two) != geometry_hash(polygon)


@pytest.mark.parametrize("day", ["2026/3/1", "2026-3-1", "2026.03.01", "2026年3月1日", " 2026-03-01 "])
def test_days_as_office_programs_save_them(day):
    assert no_decisions().with_decision(decision(date=day)).table["date"].tolist() == ["2026-03-01"]


def test_lists_are_merged_without_doubles():
    one = no_decisions().with_decision(decision(geometry_hash=None))
    other = no_decisions().with_decision(decision()).with_decision(decision(value="strip_cut", date="2026-01-01"))
    both = one.merged(other)
    assert list(both.table["value"]) == ["selective_tending", "strip_cut"]
    assert both.table["geometry_hash"].notna().all()
    pd.testing.assert_frame_equal(both.merged(one).table, both.table)
    assert list(other.merged(one).table["value"]) == ["selective_tending", "strip_cut"]
    assert no_decisions().merged(no_decisions()).table.empty


def test_outlines_are_noted_for_stands_that_are_there():
    written = (
        no_decisions().with_decision(decision(geometry_hash=None)).with_decision(decision("gone", geometry_hash=None))
    )
    noted = written.marked(layer().index, POLYGONS).table["geometry_hash"]
    assert noted.tolist() == [geometry_hash(POLYGONS[0]), None]
    assert written.table["geometry_hash"].isna().all()


def test_a_decision_that_was_withdrawn_leaves_what_was_computed():
    decisions = no_decisions().with_decision(decision()).with_decision(decision(value="withdrawn", date="2025-04-01"))
    moved = POLYGONS.copy()
    moved[0] = shapely.box(500000, 2900000, 500150, 2900200)
    result = classify(layer(), moved, RULES, decisions)
    assert result.columns["pine_technique_decided"].isna().all()
    assert in_force(result.columns, "pine_technique").tolist() == result.columns["pine_technique"].tolist()
    assert codes(result) == ["DECISION_SUPERSEDED"]


def told(result, code):
    rows = result.issues[result.issues["code"] == code]
    return [(row["stand_key"], row["field"], row["value"], row["params"]["rules"]) for _, row in rows.iterrows()]


STRICT = "red_line=yes forest_use=public forest_class=public_key protection_grade=1 slope_deg=27.8"


def decided_on(changes, base="pine", **more):
    one = table([stand(base, changes), stand(base)], ["a", "b"])
    return classify(one, POLYGONS[:2], RULES, no_decisions().with_decision(decision(**more)))


def test_a_decision_against_a_prohibition_counts_and_is_told_with_the_rules():
    result = decided_on(STRICT, value="clear_cut")
    assert result.columns.loc["a", "pine_technique_decided"] == "clear_cut"
    against = [("a", "pine_technique", "clear_cut", "CC_REDLINE;CC_GRADE1")]
    assert told(result, "DECISION_AGAINST_PROHIBITION") == against
    ((_, _, _, lacking),) = told(result, "DECISION_AGAINST_REQUIREMENT")
    assert {"CC_USE", "CC_SLOPE25"} <= set(lacking.split(";"))
    row = render_issues(result.issues[result.issues["code"] == "DECISION_AGAINST_PROHIBITION"]).iloc[0]
    assert row["severity"] == "warning"
    rules = {rule.id: rule for rule_set in RULES for rule in rule_set.rules}
    for language, title in (("message", "title"), ("message_zh", "title_zh")):
        for name in ("CC_REDLINE", "CC_GRADE1"):
            assert getattr(rules[name], title) in row[language]
        assert "{" not in row[language]


@pytest.mark.parametrize(
    ("base", "changes", "more", "rules"),
    [
        ("fir", "dispute=yes", {"column": "reserve_forest", "value": "yes"}, "RF_DISPUTE"),
        ("fir", "dispute=yes", {"column": "measure", "value": "reserve_forest"}, "RF_DISPUTE"),
        ("fir", "dispute=yes", {"column": "reserve_mode", "value": "young_tending"}, "RF_DISPUTE"),
        ("cutover", "red_line=yes", {"column": "measure", "value": "afforestation"}, "AF_REDLINE"),
        # No technique is allowed in a reserve's core, so the measure is not either.
        ("pine", "reserve=yes reserve_core=yes", {"column": "pine_transform", "value": "yes"},
         "CC_RESERVE;ST_RESERVE;SEL_CORE"),
    ],
)  # fmt: skip
def test_every_kind_of_decision_is_held_against_the_prohibitions(base, changes, more, rules):
    result = decided_on(changes, base, **more)
    assert [row[3] for row in told(result, "DECISION_AGAINST_PROHIBITION")] == [rules]


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ("", {"value": "clear_cut"}),
        ("red_line=", {"value": "clear_cut"}),
        (STRICT, {"value": "withdrawn"}),
        (STRICT, {"column": "pine_transform", "value": "no"}),
        (STRICT, {"column": "measure", "value": "none"}),
        # On a red line another technique is possible.
        ("red_line=yes", {"column": "pine_transform", "value": "yes"}),
    ],
)
def test_a_decision_that_no_prohibition_meets_is_left_alone(changes, more):
    assert told(decided_on(changes, **more), "DECISION_AGAINST_PROHIBITION") == []


def test_a_decision_of_a_day_to_come_is_refused(tmp_path):
    today = datetime.now().astimezone().date()
    path = tmp_path / "r.decisions.csv"
    write_decisions(no_decisions().with_decision(decision(date=today.isoformat())), path)
    assert len(read_decisions(path).table) == 1
    later = no_decisions().with_decision(decision()).with_decision(decision(date="2099-01-01"))
    with pytest.raises(InputError, match="DECISIONS_INVALID") as caught:
        write_decisions(later, path)
    assert "row 2: date 2099-01-01 lies in the future" in str(caught.value.values["problems"])
    path.write_text(path.read_text(encoding="utf-8-sig").replace(today.isoformat(), "2099/1/1"), encoding="utf-8")
    for ask in (lambda: read_decisions(path), lambda: decisions_of_run(tmp_path / "r.gpkg"),
                lambda: decisions_of_run(tmp_path / "other.gpkg", path)):  # fmt: skip
        with pytest.raises(InputError, match="DECISIONS_INVALID"):
            ask()

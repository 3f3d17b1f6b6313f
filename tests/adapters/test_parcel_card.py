"""The parcel card: words instead of codes, figures of the result, decisions that survive, and no full scans."""

from __future__ import annotations

import re
import sqlite3

import pytest

from sanming_carbon_plugin.adapters import parcel_places, stand_rows
from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.issue_status import ACCEPTED, mark_issues
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.explain import explain
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.adapters.parcel_card import parcel_card
from sanming_carbon_plugin.adapters.parcel_decisions import decidable_columns, decidable_values, decide
from sanming_carbon_plugin.adapters.parcel_pages import card_html, card_text
from sanming_carbon_plugin.adapters.parcel_places import chosen_neighbour, neighbour, position, stands_at
from sanming_carbon_plugin.adapters.words import word
from sanming_carbon_plugin.core.classes.overrides import DECIDABLE
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.units import UnitChoice
from sanming_carbon_plugin.paths import resources_dir

SAMPLE = resources_dir() / "sample"
PERIOD = "2016-01-01/2020-12-31"


def _request(out):
    return AssessRequest(
        LayerSource(str(SAMPLE / "stands.gpkg")), out, rasters=(("dem", str(SAMPLE / "dem.tif")),),
        earlier=LayerSource(str(SAMPLE / "stands_2015.gpkg")), period=PERIOD,
        credited=(LayerSource(str(SAMPLE / "credited.gpkg")),), tenure=LayerSource(str(SAMPLE / "tenure.gpkg")),
        overwrite=True,
    )  # fmt: skip


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    out = tmp_path_factory.mktemp("三明 卡片") / "结果.gpkg"
    assess(_request(out), Progress())
    return out


@pytest.fixture(scope="module")
def stands(result):
    return read_geopackage_table(result, "stands", geometry=True)


def _key(stands, **wanted):
    rows = stands
    for name, value in wanted.items():
        rows = rows[rows[name] == value]
    return rows["stand_key"].iloc[0]


def _lines(card, name):
    section = next(each for each in (*card.sections, card.ticket) if each.name == name)
    return {line.label: line for line in section.lines}


@pytest.mark.long
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_attribute_is_in_words(result, stands, language):
    """No code of the inventory and no identifier of the program is left in what a forester reads."""
    for key in stands["stand_key"][::40]:
        card = parcel_card(result, key, language)
        for line in card.sections[0].lines:
            assert "_" not in line.text, line
            assert "_" not in line.label, line
            if language == "en" and line.label != "Species composition":
                assert not re.search("[\u4e00-\u9fff]", line.label + line.text), line
            if language == "zh":
                assert re.search("[\u4e00-\u9fff]", line.label), line
        for block in card.classes:
            assert all("_" not in rule.seen + rule.limit + rule.title for rule in block.rules), block


@pytest.mark.long
def test_the_area_is_told_three_ways_with_the_differences(result, stands):
    key = _key(stands, ticket="yes")
    row = stands[stands["stand_key"] == key].iloc[0]
    area = _lines(parcel_card(result, key, "en"), "area")
    assert "{:,.4f} ha".format(row["area_ha"]) in area["On the ellipsoid"].text
    assert "{:,.2f} mu".format(row["area_mu"]) in area["On the ellipsoid"].text
    assert "{:,.4f} ha".format(row["MIAN_JI"]) in area["In the inventory"].text
    assert "{:,.4f} ha".format(row["geometry"].area / 1e4) in area["In the plane of the map"].text
    assert "%" in area["In the plane of the map"].note


@pytest.mark.long
@pytest.mark.everywhere
def test_figures_are_those_of_the_result_in_the_chosen_units(result, stands):
    key = _key(stands, ticket="yes", sink_basis="measured")
    row = stands[stands["stand_key"] == key].iloc[0]
    card = parcel_card(result, key, "en")
    assert card.sink.value == pytest.approx(row["sink_tco2e_yr"])
    assert (card.sink.low, card.sink.high) == pytest.approx((row["sink_low_tco2e_yr"], row["sink_high_tco2e_yr"]))
    assert "{:,.1f} tCO₂e".format(row["stock_tco2e"]) == _lines(card, "stock")["Stock, constant factors"].text
    assert "{:,.1f} tCO₂e".format(row["stock_alt_tco2e"]) == _lines(card, "stock")["Stock, continuous factors"].text
    in_mu = parcel_card(result, key, "zh", UnitChoice("mu", "wan_t"))
    assert in_mu.sink.value == pytest.approx(row["sink_tco2e_yr"] / 1e4)
    assert _lines(in_mu, "area")["椭球面面积"].text.startswith("{:,.2f} 亩".format(row["area_mu"]))
    assert _lines(in_mu, "stock")["碳密度(吨碳/亩)"].text == "{:.2f}".format(row["carbon_tc_ha"] / 15)
    assert card.evidence[0][0] == "dem"
    assert card.evidence[0][3] == "{:.1f} %".format(100 * row["dem_support"])


def test_every_rule_is_there_with_value_threshold_and_distance(result, stands):
    key = _key(stands, pine_transform="yes")
    card = parcel_card(result, key, "en")
    rules = {rule.rule: rule for block in card.classes for rule in block.rules}
    told = {rule["rule"]: rule for rule in explain(result, key)["rules"]}
    assert set(rules) == set(told)
    slope = next(rule for rule in told.values() if rule["field"] == "slope_deg" and rule["distance"] is not None)
    assert "{:+.4g}".format(slope["distance"]).replace("-", "−") == rules[slope["rule"]].distance
    assert "{:g}".format(slope["threshold"]) in rules[slope["rule"]].limit
    assert [block.column for block in card.classes[:3]] == ["pine_transform", "reserve_forest", "ticket"]
    assert card.classes[0].answer.startswith("Yes")


def test_rules_of_a_technique_stand_under_its_name_the_chosen_one_first(result, stands):
    key = _key(stands, pine_transform="yes", pine_technique="selective_tending")
    card = parcel_card(result, key, "zh", UnitChoice())
    block = next(each for each in card.classes if each.column == "pine_transform")
    ways = list(dict.fromkeys(rule.way for rule in block.rules))
    assert ways == ["", "择(间)伐抚育改造（采用）：", "皆伐改造（未采用）：", "带状采伐改造（未采用）："]
    assert not [rule.rule for rule in block.rules if rule.way in ways[:2] and rule.outcome == "fail"]
    text = card_text(card)
    assert text.index(ways[1]) < text.index(ways[2])
    assert all(text.count(way) == 1 for way in ways[1:])
    assert "sanming_pine_transformation" not in text


def test_what_is_unknown_is_said_and_never_zero(result, stands):
    rows = stands[stands["stock_tco2e"].isna()]
    card = parcel_card(result, rows["stand_key"].iloc[0], "en")
    assert _lines(card, "stock")["Stock, constant factors"].text == "Unknown"
    rows = stands[stands["sink_tco2e_yr"].isna()]
    assert parcel_card(result, rows["stand_key"].iloc[0], "en").sink.value is None


def test_the_ticket_says_what_is_missing_and_what_is_credited_elsewhere(result, stands):
    open_key = _key(stands, ticket="unknown")
    missing = _lines(parcel_card(result, open_key, "en"), "ticket")["What is missing"].text
    assert missing != "Nothing"
    assert "_" not in missing
    facts = read_geopackage_table(result, "facts")
    partly = facts[(facts["free_share"] > 0.05) & (facts["free_share"] < 0.95)].iloc[0]
    told = _lines(parcel_card(result, partly["stand_key"], "en"), "ticket")
    assert told["Credited elsewhere"].text.startswith("{:.1f} %".format(100 * (1 - partly["free_share"])))
    assert told["Credited elsewhere"].note.endswith("ha")


@pytest.mark.long
def test_who_has_credited_the_ground_is_named_with_days_and_share(result, stands):
    """The parts that the guard of double counting drew, by scheme, say what the card says."""
    credited = read_geopackage_table(result, "credited_parcels", geometry=True)
    shapes = stands.set_index("stand_key")["geometry"]
    for _, parcel in credited.iterrows():
        shares = {key: shape.intersection(parcel["geometry"]).area / shape.area for key, shape in shapes.items()
                  if shape is not None and shape.is_valid and shape.intersects(parcel["geometry"])}  # fmt: skip
        shares = {key: share for key, share in shares.items() if share > 1e-6}
        if not shares:
            continue
        key = max(shares, key=shares.get)
        for language in ("en", "zh"):
            card = parcel_card(result, key, language)
            line = next(one for one in card.ticket.lines if parcel["scheme_id"] in one.text)
            assert line.label == word("card", "credited_by", language)
            assert word("scheme", parcel["scheme"], language) in line.text
            assert "{} – {}".format(parcel["period_start"], parcel["period_end"]) in line.text
            assert "{:.1f} %".format(100 * shares[key]) in line.note
            outside = parcel["period_start"] > "2020-12-31" or parcel["period_end"] < "2016-01-01"
            assert (word("card", "other_days", language) in line.note) is outside
            assert line.text in card_text(card)
    untouched = next(key for key, shape in shapes.items() if shape is not None and not any(
        shape.intersects(one) for one in credited["geometry"]))  # fmt: skip
    labels = [line.label for line in parcel_card(result, untouched, "en").ticket.lines]
    assert "Credited by" not in labels


def test_a_result_without_credited_parcels_names_nobody(result, stands, tmp_path):
    copied = tmp_path / "copy.gpkg"
    copied.write_bytes(result.read_bytes())
    facts = read_geopackage_table(result, "facts")
    key = facts[facts["free_share"] < 0.5]["stand_key"].iloc[0]
    with sqlite3.connect(copied) as database:
        database.execute("ALTER TABLE credited_parcels RENAME TO nothing_here")
    assert "Credited by" not in [line.label for line in parcel_card(copied, key, "en").ticket.lines]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_text_and_page_say_the_same(result, stands, language):
    card = parcel_card(result, _key(stands, ticket="unknown"), language)
    text, page = card_text(card), card_html(card)
    for section in (*card.sections, card.ticket):
        for line in section.lines:
            assert line.text in text
            assert line.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in page
    assert card.doubts
    assert all(each.text in text for each in card.doubts)


@pytest.mark.parametrize(("language", "twice"), [("zh", "暂行"), ("en", "provisional")])
def test_what_is_provisional_is_said_once_of_each_class(result, stands, language, twice):
    text = card_text(parcel_card(result, stands["stand_key"].iloc[0], language))
    titles = [line for line in text.splitlines() if line.endswith(("(暂行)", "(provisional)")) or "碳票" in line]
    assert len(titles) >= 3
    assert [line for line in titles if line.count(twice) > 1] == []


@pytest.mark.long
@pytest.mark.everywhere
def test_a_decision_is_written_shown_and_survives_the_next_run(tmp_path):
    out = tmp_path / "结果.gpkg"
    assess(_request(out), Progress())
    stands = read_geopackage_table(out, "stands")
    key = stands["stand_key"][stands["pine_transform"] == "yes"].iloc[0]
    decide(out, key, column="pine_transform", value="no", reason="水源地上游", name="林工", date="2026-03-01",
           evidence="照片1.jpg")  # fmt: skip
    (waiting,) = parcel_card(out, key, "zh").decisions
    assert (waiting.state, waiting.text, waiting.reason, waiting.name) == ("waiting", "否", "水源地上游", "林工")
    for _ in range(2):
        assess(_request(out), Progress())
        (line,) = parcel_card(out, key, "zh").decisions
        assert line.state == "counts"
    codes = read_geopackage_table(out, "issues", {"stand_key": key})["code"]
    assert "DECISION_GEOMETRY_CHANGED" not in set(codes)  # the outline of a result is that of its source
    decide(out, key, column="pine_transform", value="withdrawn", reason="误判", name="林工", date="2026-03-02")
    states = [(each.value, each.state) for each in parcel_card(out, key, "zh").decisions]
    assert states == [("withdrawn", "waiting"), ("no", "superseded")]
    assert "林工" in card_text(parcel_card(out, key, "zh"))


def test_what_was_decided_about_a_doubt_stands_beside_it(result, stands, tmp_path):
    copy = tmp_path / "copy.gpkg"
    copy.write_bytes(result.read_bytes())
    key = _key(stands, ticket="unknown")
    issue = next(each for each in explain(copy, key)["issues"] if each["severity"] == "warning")
    mark_issues(
        copy, [(key, issue["code"], issue["field"], issue["value"])], ACCEPTED, "已核实", "林工", "2026-03-01T08:00"
    )
    doubts = {each.code: each for each in parcel_card(copy, key, "zh").doubts}
    assert doubts[issue["code"]].status == "已认可, 已核实, 林工, 2026-03-01"
    assert "已认可, 已核实" in card_text(parcel_card(copy, key, "zh"))
    assert [each.code for each in doubts.values() if each.status] == [issue["code"]]


def test_a_decision_without_a_reason_is_not_written(result, stands):
    from sanming_carbon_plugin.adapters.decision_files import decisions_beside

    with pytest.raises(InputError) as caught:
        decide(result, _key(stands, ticket="no"), column="pine_transform", value="no", reason=" ", name="林工",
               date="2026-03-01")  # fmt: skip
    assert caught.value.code == "DECISIONS_INVALID"
    assert not decisions_beside(result).exists()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_all_that_can_be_decided_has_a_name(language):
    assert set(decidable_columns(language)) == set(DECIDABLE)
    for column in DECIDABLE:
        for value, text in decidable_values(column, language).items():
            assert text
            assert text != value or language == "en"


@pytest.mark.everywhere
def test_a_click_finds_the_stand_and_its_neighbours(result, stands):
    row = stands.iloc[17]
    point = row["geometry"].representative_point()
    assert row["stand_key"] in stands_at(result, point.x, point.y)
    assert stands_at(result, 0.0, 0.0) == []
    keys = list(stands["stand_key"])
    assert neighbour(result, keys[17], 1) == keys[18]
    assert neighbour(result, keys[17], -1) == keys[16]
    assert neighbour(result, keys[0], -1) is None
    assert position(result, keys[17]) == (18, len(keys))


@pytest.mark.parametrize(
    ("here", "step", "expected"),
    [(None, 1, 3), (3, 1, 7), (9, 1, None), (3, -1, None), (9, -1, 7), (5, 1, 7), (5, -1, 3)],
)
def test_the_next_of_some_chosen_rows(here, step, expected):
    assert chosen_neighbour([3, 7, 9], here, step) == expected


def test_no_statement_of_the_card_scans_a_whole_table(result, stands):
    """What is quick on the sample stays quick on a million stands only with an index."""
    key, values = stands["stand_key"].iloc[0], {"x": 1.0, "y": 1.0}
    statements = [
        (parcel_places._AT, values), (parcel_places._KEY, (1,)), (parcel_places._ROW, (key,)),
        (parcel_places._GEOMETRY, (key,)), (parcel_places._NEXT, (1,)), (parcel_places._BEFORE, (5,)),
        (parcel_places._LAST, ()), *(("SELECT * FROM {} WHERE stand_key = ?".format(table), (key,))
                                     for table in ("stands", "facts", "issues")),
    ]  # fmt: skip
    with sqlite3.connect(result) as database:
        for statement, parameters in statements:
            for *_, detail in database.execute("EXPLAIN QUERY PLAN " + statement, parameters):
                scanned = re.match(r"SCAN (?!rtree)(\w+)", detail)
                assert not scanned, (statement, detail)


def test_the_rows_of_a_stand_are_read_once(result, stands, monkeypatch):
    """From a file of a million stands on a slow disk a click waits for every row that is read."""
    read, columns_in = [], stand_rows.columns_in
    opened = []

    def counted(database, path, table, where, **others):
        read.append(table)
        return columns_in(database, path, table, where, **others)

    connect = sqlite3.connect
    monkeypatch.setattr(stand_rows, "columns_in", counted)
    monkeypatch.setattr(sqlite3, "connect", lambda *given, **others: opened.append(given) or connect(*given, **others))
    parcel_card(result, stands["stand_key"].iloc[0], "en")
    assert sorted(set(read)) == sorted(read)
    assert {"stands", "facts", "issues"} <= set(read)
    assert len(opened) == 1


def test_a_stand_that_is_not_there_is_an_error(result):
    with pytest.raises(InputError) as caught:
        parcel_card(result, "nowhere", "en")
    assert caught.value.code == "STAND_NOT_FOUND"


@pytest.mark.parametrize(
    ("language", "numbered", "named"),
    [
        ("zh", "将乐县 乡镇 199 村 204", "将乐县 青溪镇 竹洲村"),
        ("en", "Jiangle, Township 199, Village 204", "Jiangle, 青溪镇, 竹洲村"),
    ],
)
def test_named_places_are_not_said_twice(language, numbered, named):
    from sanming_carbon_plugin.adapters.fact_words import place_text

    county = {"county": "350428"}
    assert place_text(county | {"township": "199", "village": "204"}, language).lower() == numbered.lower()
    assert place_text(county | {"township": "青溪镇", "village": "竹洲村"}, language) == named

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.core.stands.mapping import FieldMapping
from sanming_carbon_plugin.core.stands.survey import iso_date

from .layers import codes_of, keyed, normalised, rows_of, squares


def column(name, values, **others):
    facts, issues = normalised(keyed(len(values), **others, **{name: values}))
    return facts, issues


def test_species_are_read_as_code_six_digits_number_or_name():
    written = ["220", "220000", 220.0, "220.0", "马尾松", "马尾松(220)", " 杉木 ", "２２０"]
    facts, issues = column("YOU_SHI_SZ", written)
    assert list(facts["species_code"]) == ["220"] * 6 + ["310", "220"]
    assert list(facts["species_group"][:1]) == ["pine"]
    assert "SPECIES_UNKNOWN" not in codes_of(issues)
    assert rows_of(issues, "CODES_FROM_NAMES")["value"].item() == "2"


def test_an_unknown_species_is_listed_and_stays_unknown():
    facts, issues = column("YOU_SHI_SZ", ["220", "999", "猴面包树", None, "0"])
    assert list(facts["species_code"]) == ["220", None, None, None, None]
    assert list(rows_of(issues, "SPECIES_UNKNOWN")["value"]) == ["999", "猴面包树"]


@pytest.mark.parametrize("written", ["-9999", -9999.0, "NaN", "NULL", "", None, np.nan, "#N/A", 1e38, "-9999.000"])
def test_marks_for_no_data_are_unknown_and_never_zero(written):
    facts, _ = column("HUO_LMGQXJ", pd.Series([written, 100.0], dtype=object))
    assert np.isnan(facts["volume_m3_ha"].iloc[0])
    assert facts["volume_m3_ha"].iloc[1] == 100.0


def test_a_true_zero_of_stock_stays_zero():
    facts, issues = column("HUO_LMGQXJ", [0.0, 0.0], DI_LEI=["0111", "0111"], YOU_SHI_SZ=["220", "310"])
    assert list(facts["volume_m3_ha"]) == [0.0, 0.0]
    assert "VOLUME_MISSING" not in codes_of(issues)


def test_thousands_separators_and_units_in_text():
    facts, issues = column("HUO_LMGQXJ", ["1,234.5", "120m3", "12,5", "88"])
    assert facts["volume_m3_ha"].tolist()[0] == 1234.5
    assert np.isnan(facts["volume_m3_ha"].iloc[1:3]).all()
    assert list(rows_of(issues, "NOT_A_NUMBER")["value"]) == ["120m3", "12,5"]
    assert "THOUSANDS_SEPARATORS" in codes_of(issues)


def test_impossible_numbers_are_unknown_and_listed():
    facts, issues = column("PINGJUN_XJ", [12.0, 1200.5, -3.0])
    assert facts["dbh_cm"].tolist()[0] == 12.0
    assert np.isnan(facts["dbh_cm"].iloc[1:]).all()
    assert len(rows_of(issues, "VALUE_OUT_OF_RANGE")) == 2


def test_missing_stock_is_a_warning_in_forest_only():
    land = ["0111", "0161", "0210", "0113", "0111"]
    species = ["220", None, None, "660", None]
    facts, issues = column("HUO_LMGQXJ", [np.nan] * 4 + [50.0], DI_LEI=land, YOU_SHI_SZ=species)
    assert list(rows_of(issues, "VOLUME_MISSING")["stand_key"]) == [facts.index[0]]
    assert list(rows_of(issues, "SPECIES_MISSING")["stand_key"]) == [facts.index[4]]


def test_a_layer_without_the_column_gets_one_row():
    _, issues = column("YOU_SHI_SZ", ["220"] * 3, DI_LEI=["0111"] * 3)
    assert len(rows_of(issues, "FIELD_MISSING").query("field == 'volume'")) == 1
    assert "VOLUME_MISSING" not in codes_of(issues)


@pytest.mark.parametrize(
    ("factor", "code"), [(1.0, "AREA_IN_HECTARES"), (15.0, "AREA_IN_MU"), (10_000.0, "AREA_IN_SQUARE_METRES")]
)
def test_the_unit_of_recorded_areas_is_found_by_comparing(factor, code):
    facts, issues = column("MIAN_JI", [4.0 * factor * 1.02] * 5)
    assert facts["area_ha"].tolist() == pytest.approx([4.0] * 5)
    assert facts["area_mu"].tolist() == pytest.approx([60.0] * 5)
    assert facts["area_attr_ha"].tolist() == pytest.approx([4.08] * 5)
    assert code in codes_of(issues)


def test_areas_that_fit_no_unit_are_left_out():
    facts, issues = column("MIAN_JI", [4.0, 60.0, 4.0, 60.0])
    assert facts["area_attr_ha"].isna().all()
    assert "AREA_UNIT_OPEN" in codes_of(issues)
    mapping = FieldMapping({"area": "MIAN_JI"}, decisions={"area_unit": "mu"})
    facts, _ = normalised({"MIAN_JI": [4.0, 60.0]}, mapping=mapping)
    assert facts["area_attr_ha"].tolist() == pytest.approx([4.0 / 15.0, 4.0])


def test_closure_in_percent_tenths_and_fractions():
    facts, issues = column("YU_BI_DU", [70, 55, 100, 0, 0.5])
    assert facts["closure"].tolist()[:4] == [0.7, 0.55, 1.0, 0.0]
    assert np.isnan(facts["closure"].iloc[4])
    assert {"CLOSURE_IN_PERCENT", "CLOSURE_UNIT_UNCLEAR"} <= codes_of(issues)
    facts, issues = column("YU_BI_DU", [7, 5, 10, 0])
    assert facts["closure"].tolist() == [0.7, 0.5, 1.0, 0.0]
    assert "CLOSURE_IN_TENTHS" in codes_of(issues)
    facts, issues = column("YU_BI_DU", [0.7, 0.5, 1.0, 70])
    assert facts["closure"].tolist()[:3] == [0.7, 0.5, 1.0]
    assert np.isnan(facts["closure"].iloc[3])
    facts, _ = column("YU_BI_DU", ["70%", "55%", "5%"])
    assert facts["closure"].tolist() == pytest.approx([0.7, 0.55, 0.05])


def test_diameters_in_millimetres_and_heights_in_decimetres():
    facts, issues = column("PINGJUN_XJ", [156, 180, 98], PINGJUN_SG=[120, 150, 88])
    assert facts["dbh_cm"].tolist() == [15.6, 18.0, 9.8]
    assert facts["height_m"].tolist() == [12.0, 15.0, 8.8]
    assert {"DBH_IN_MILLIMETRES", "HEIGHT_IN_DECIMETRES"} <= codes_of(issues)


def test_stock_per_mu_and_stock_of_the_stand_become_stock_per_hectare():
    facts, _ = column("每亩蓄积", [8.0, 10.0])
    assert facts["volume_m3_ha"].tolist() == [120.0, 150.0]
    facts, issues = column("小班蓄积", [400.0, 0.0])
    assert facts["volume_m3_ha"].tolist() == pytest.approx([100.0, 0.0])
    assert "VOLUME_FROM_STAND_TOTAL" in codes_of(issues)


@pytest.mark.parametrize(
    ("numbers", "totals", "per_ha"),
    [
        (["1", "1", "2"], [400.0, 400.0, 400.0], [50.0, 50.0, 100.0]),  # one stand cut in two keeps what it had
        (["1", "1", "2"], [400.0, 300.0, 400.0], [100.0, 75.0, 100.0]),  # each recorded for itself
        ([None, None, "2"], [400.0, 400.0, 400.0], [100.0, 100.0, 100.0]),  # without a number nobody says so
        (["1", "1", "2"], [0.0, 0.0, 400.0], [0.0, 0.0, 100.0]),
    ],
)
@pytest.mark.parametrize(
    ("name", "fact", "unit"),
    [
        ("小班蓄积", "volume_m3_ha", 1),
        ("毛竹株数", "bamboo_culms_per_ha", 1),
        ("毛竹株数（百株）", "bamboo_culms_per_ha", 100),
    ],
)
def test_parts_of_a_stand_hold_its_amount_together(name, fact, unit, numbers, totals, per_ha):
    facts, issues = column(name, totals, XIAO_BAN=numbers)
    assert facts[fact].tolist() == pytest.approx([unit * amount for amount in per_ha])
    assert ("TOTAL_HELD_BY_PARTS" in codes_of(issues)) == (per_ha[0] == 50.0)


def test_the_amount_of_a_stand_of_another_area_is_unknown_per_hectare():
    """Squares of 4 ha: of the last nobody knows whether the outline was cut or the area is wrong; 5 % are rounding."""
    areas = [4.0] * 8 + [4.15, 8.0]
    facts, issues = column("小班蓄积", [400.0] * 10, MIAN_JI=areas)
    assert facts["volume_m3_ha"].tolist() == pytest.approx([100.0] * 9 + [np.nan], nan_ok=True)
    assert rows_of(issues, "TOTAL_OF_OTHER_AREA")["value"].tolist() == ["400"]
    facts, issues = column("小班蓄积", [400.0] * 10, MIAN_JI=areas, HUO_LMGQXJ=[100.0] * 10)
    assert facts["volume_m3_ha"].tolist() == [100.0] * 10
    assert "TOTAL_OF_OTHER_AREA" not in codes_of(issues)


def test_a_zero_beside_stock_is_unknown():
    facts, issues = column("PINGJUN_XJ", [0.0, 0.0], HUO_LMGQXJ=[80.0, 0.0])
    assert np.isnan(facts["dbh_cm"].iloc[0])
    assert facts["dbh_cm"].iloc[1] == 0.0
    assert len(rows_of(issues, "ZERO_BESIDE_STOCK")) == 1


@pytest.mark.parametrize(
    ("dbh", "land", "unknown"),
    [
        (16.0, "0111", True),
        (4.0, "0111", False),  # a young plantation
        (None, "0111", False),
        (16.0, "0161", False),  # figures of what was felled
    ],
)
def test_a_closure_of_zero_beside_callipered_trees_is_unknown(dbh, land, unknown):
    facts, issues = column("YU_BI_DU", [0.0, 0.6], PINGJUN_XJ=[dbh, 16.0], DI_LEI=[land, "0111"], HUO_LMGQXJ=[0.0, 9.0])
    assert facts["closure"].tolist() == pytest.approx([np.nan if unknown else 0.0, 0.6], nan_ok=True)
    assert rows_of(issues, "CLOSURE_ZERO_BESIDE_TREES")["field"].tolist() == (["YU_BI_DU"] if unknown else [])


def test_a_closure_of_zero_beside_stock_is_unknown():
    facts, issues = column("YU_BI_DU", [0.0, 0.0], HUO_LMGQXJ=[80.0, 0.0])
    assert facts["closure"].tolist() == pytest.approx([np.nan, 0.0], nan_ok=True)
    assert len(rows_of(issues, "ZERO_BESIDE_STOCK")) == 1


def test_forest_class_with_and_without_leading_zero_and_use_from_category():
    facts, issues = column("SEN_LIN_LB", ["11", "011", "21", "22", None], LIN_ZHONG=["111", "111", "231", "231", "127"])
    assert list(facts["forest_class"]) == ["public_key", "public_key", "commercial_key", "commercial_general", None]
    assert list(facts["forest_use"]) == ["public", "public", "commercial", "commercial", "public"]
    assert "FOREST_USE_FROM_CATEGORY" in codes_of(issues)


def test_origin_of_one_and_two_digits():
    facts, _ = column("QI_YUAN", ["11", "1", "21", 24.0, "人工", "99"])
    assert list(facts["origin"]) == ["natural", "natural", "planted", "planted", "planted", None]
    assert list(facts["origin_code"]) == ["11", None, "21", "24", None, None]


def test_old_county_codes_become_those_of_today():
    layer = keyed(6)
    layer["XIAN"] = ["350402", "350403", "350427", "将乐县", "350428101", "350722"]
    facts, issues = normalised(layer)
    assert list(facts["county"]) == ["350404", "350404", "350405", "350428", "350428", "350722"]
    assert rows_of(issues, "COUNTY_RENUMBERED")["value"].item() == "3"
    assert list(rows_of(issues, "COUNTY_UNKNOWN")["value"]) == ["350722"]


def test_slope_as_class_is_an_interval_and_as_degrees_a_number():
    facts, issues = column("PO_DU", ["1", "3", "6", "0", "陡", None])
    assert facts["slope_deg_low"].tolist()[:3] == [0.0, 15.0, 45.0]
    assert facts["slope_deg_high"].tolist()[1] == np.nextafter(25.0, 0.0)
    assert facts["slope_deg_high"].tolist()[2] == 90.0
    assert np.isnan(facts["slope_deg_low"].iloc[3])
    assert facts["slope_deg_low"].iloc[4] == 25.0
    assert "SLOPE_AS_CLASS" in codes_of(issues)
    facts, issues = column("PO_DU", [3, 12, 25, 0, 120])
    assert facts["slope_deg_low"].tolist()[:4] == facts["slope_deg_high"].tolist()[:4] == [3.0, 12.0, 25.0, 0.0]
    assert np.isnan(facts["slope_deg_low"].iloc[4])
    assert {"SLOPE_AS_DEGREES", "VALUE_OUT_OF_RANGE"} <= codes_of(issues)


def test_dates_and_methods_of_the_survey():
    written = ["2023.0", "20230415", "2023/4/5", "2023年4月5日", "昨天", None]
    facts, issues = column("调查日期", written, 调查方法=["角规", "plot", None, "机载激光雷达", "模型更新", None])
    assert list(facts["survey_date"]) == ["2023", "2023-04-15", "2023-04-05", "2023-04-05", None, None]
    assert list(facts["survey_method"]) == ["angle_gauge", "plot", None, "lidar", "model", None]
    assert list(rows_of(issues, "DATE_UNREADABLE")["value"]) == ["昨天"]
    facts, issues = normalised(keyed(2), survey_method="ocular")
    assert list(facts["survey_method"]) == ["ocular"] * 2
    facts, _ = normalised(keyed(2), survey_method="unknown")
    assert list(facts["survey_method"]) == [None] * 2


def test_of_a_span_of_days_none_is_the_day_of_the_survey():
    assert iso_date("2020-12-31 08:30:00+08") == "2020-12-31"
    for span in ("2020-01-01 至 2020-12-31", "2020-01-01 2020/12/31", "2020年1月1日 到 2021年"):
        assert iso_date(span) is None


def test_keys_keep_leading_zeros_and_lose_decimals():
    layer = {**keyed(3), "LIN_BAN": [1.0, 2.0, np.nan], "XIAO_BAN": ["00010", "00010", "3.0"]}
    facts, _ = normalised(layer)
    assert list(facts.index) == ["350428-101-201-1-00010", "350428-101-201-2-00010", "350428-101-201-0-3"]


def test_repeated_keys_are_listed():
    facts, issues = normalised({**keyed(3), "XIAO_BAN": ["1", "2", "1"]})
    assert facts.index.is_unique
    assert list(rows_of(issues, "STAND_KEY_REPEATED")["stand_key"]) == [facts.index[0], facts.index[2]]


def test_a_layer_that_numbers_nothing_is_told_once():
    facts, issues = normalised({"YOU_SHI_SZ": ["220", "310", "220"]})
    assert facts.index.is_unique
    assert rows_of(issues, "STAND_KEY_REPEATED").empty
    assert len(rows_of(issues, "STAND_KEY_MISSING")) == 1


def test_the_source_is_not_changed_and_every_column_is_there():
    layer = pd.DataFrame(keyed(2, YOU_SHI_SZ=["220000", None], HUO_LMGQXJ=["1,000", "-9999"]))
    before = layer.copy()
    facts, _ = normalised(layer)
    pd.testing.assert_frame_equal(layer, before)
    for name in ("slope_deg_low", "red_line", "dispute", "disturbance_grade", "land_tenure", "soil_depth_cm"):
        assert name in facts
    assert not (facts.select_dtypes(object) == "").any().any()


def test_a_layer_without_any_known_column_or_any_row_goes_through():
    facts, issues = normalised({"a": [1, 2], "b": ["x", "y"]})
    assert list(facts.index) == ["0-0-0-0-0#1", "0-0-0-0-0#2"]
    assert "FIELD_MISSING" in codes_of(issues)
    facts, _ = normalised(pd.DataFrame({"YOU_SHI_SZ": pd.Series([], dtype=object)}), np.empty(0, dtype=object))
    assert len(facts) == 0


hostile = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(-10_000, 10_000),
    st.floats(allow_nan=True, allow_infinity=True),
    st.sampled_from(
        ["220", "0111", "马尾松", "1,5", "-9999", "NaN", "2023.0", "70%", "8马2阔", "０", "Ⅰ", "\x00", "-"]
    ),
)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_no_content_crashes_it_or_turns_unknown_into_zero(data):
    names = [
        "XIAN",
        "XIAO_BAN",
        "DI_LEI",
        "YOU_SHI_SZ",
        "HUO_LMGQXJ",
        "YU_BI_DU",
        "PO_DU",
        "SZ_ZC",
        "LING_ZU",
        "调查日期",
    ]
    rows = data.draw(st.integers(1, 6))
    columns = {
        name: pd.Series(data.draw(st.lists(hostile, min_size=rows, max_size=rows)), dtype=object) for name in names
    }
    roles = ["county", "stand_no", "land_class", "species", "volume", "closure", "slope", "composition", "age_group"]
    mapping = FieldMapping({**dict(zip(roles, names, strict=False)), "survey_date": "调查日期"})
    facts, issues = normalised(columns, squares(rows), mapping)
    assert facts.index.is_unique
    assert len(facts) == rows
    zero = facts["volume_m3_ha"] == 0
    numeric = pd.to_numeric(
        columns["HUO_LMGQXJ"].map(lambda cell: cell if not isinstance(cell, str) else cell.strip()), errors="coerce"
    )
    said = numeric.eq(0) | columns["HUO_LMGQXJ"].astype(str).str.contains("[0０]")
    assert not (zero.to_numpy() & ~said.to_numpy()).any()
    assert not issues["code"].isna().any()


def test_geometry_that_is_unknown_leaves_the_area_unknown():
    facts, _ = normalised(keyed(2), np.array([None, shapely.box(0, 0, 100, 100)], dtype=object))
    assert np.isnan(facts["area_ha"].iloc[0])
    assert facts["area_ha"].iloc[1] == 1.0


def test_an_outline_that_crosses_itself_has_no_certain_area():
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    doubled = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(50, 0, 150, 100)])
    knot = shapely.Polygon(
        [(0, 0), (100, 0), (100, 100), (50, 100), (50, 100.1), (49.9, 100), (50.1, 100.05), (0, 100)]
    )
    facts, issues = normalised(keyed(4), np.array([bow, doubled, knot, shapely.box(0, 0, 9, 9)], dtype=object))
    assert np.isnan(facts["area_ha"].iloc[:2]).all()
    assert facts["area_ha"].iloc[2] == pytest.approx(1.0, rel=1e-3)
    assert len(rows_of(issues, "AREA_UNCERTAIN")) == 2


def test_flags_in_all_their_spellings():
    facts, issues = column("争议", ["1", 0.0, "是", "否", "有争议", "无争议", "true", None, "说不清"])
    assert list(facts["dispute"]) == ["yes", "no", "yes", "no", "yes", "no", "yes", None, None]
    assert list(rows_of(issues, "CODE_UNKNOWN")["value"]) == ["说不清"]


def test_a_word_that_may_mean_any_tree_is_no_species():
    facts, _ = column("YOU_SHI_SZ", ["其他", "其它", "杂木", "220", "310"])
    assert list(facts["species_code"]) == [None, None, None, "220", "310"]


def test_the_core_is_a_part_of_the_reserve():
    facts, _ = column("自然保护区", ["是", "否", None, "是"], 保护区核心区=["是", None, "是", None])
    assert list(facts["reserve"]) == ["yes", "no", "yes", "yes"]
    assert list(facts["reserve_core"]) == ["yes", "no", "yes", None]
    core_only, _ = column("ZRBHQ_HX", ["1", "0"])
    assert list(core_only["reserve"]) == ["yes", None]
    neither, _ = column("YU_BI_DU", [0.7])
    assert neither[["reserve", "reserve_core"]].isna().all(axis=None)


def test_dead_trees_in_percent_or_as_a_share():
    facts, issues = column("枯死率", [0.0, 3.0, 35.0, None, 120.0])
    np.testing.assert_allclose(facts["dead_tree_rate"], [0.0, 0.03, 0.35, np.nan, np.nan])
    assert "DEAD_TREES_IN_PERCENT" in codes_of(issues)
    facts, issues = column("枯死率", [0.0, 0.03, None])
    np.testing.assert_allclose(facts["dead_tree_rate"], [0.0, 0.03, np.nan])
    assert "DEAD_TREES_IN_PERCENT" not in codes_of(issues)


def test_zones_and_levels_of_a_reserve_say_that_it_is_one():
    written = ["核心区", "实验区", "缓冲区", "省级", "否", "是", "龙栖山"]
    facts, issues = column("自然保护区", written)
    assert list(facts["reserve"]) == ["yes", "yes", "yes", "yes", "no", "yes", None]
    assert rows_of(issues, "CODE_UNKNOWN")["value"].tolist() == ["龙栖山"]
    zones, _ = column("保护区核心区", ["核心区", "实验区", "一般控制区", "否"])
    assert list(zones["reserve_core"]) == ["yes", "no", "no", "no"]
    assert list(zones["reserve"]) == ["yes", None, None, None]

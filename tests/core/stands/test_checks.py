from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.adapters.message_tables import message_table
from sanming_carbon_plugin.adapters.messages import render_issues
from sanming_carbon_plugin.core.issues import layer_issue
from sanming_carbon_plugin.core.stage import StageResult
from sanming_carbon_plugin.core.stands.checks import check_stands, check_two_dates, repair_rings
from sanming_carbon_plugin.core.stands.checks.areas import zone_edges_deg
from sanming_carbon_plugin.core.stands.checks.findings import FINDING_COLUMNS
from sanming_carbon_plugin.core.stands.checks.outliers import robust_scores
from sanming_carbon_plugin.core.stands.checks.two_dates import check_earlier_layer
from sanming_carbon_plugin.core.stands.layer import VectorLayer

from .layers import PROJECTED, TABLES, codes_of, keyed, normalised, rows_of, squares, stand_layer

SETTINGS = TABLES.settings
GAUSS_KRUGER = (
    'PROJCRS["{}",CONVERSION["x",METHOD["Transverse Mercator"],PARAMETER["Longitude of natural origin",117]]]'
)


def checked(columns, geometry=None, **options):
    columns = pd.DataFrame(columns)
    layer = stand_layer(columns, geometry)
    facts, _ = normalised(columns, layer.geometry)
    return check_stands(layer, facts, TABLES, **options)


GOOD = {
    "DI_LEI": "0111",
    "YOU_SHI_SZ": "310",
    "SZ_ZC": "10杉",
    "QI_YUAN": "21",
    "SEN_LIN_LB": "022",
    "LIN_ZHONG": "233",
    "LING_ZU": "3",
    "PINGJUN_NL": 22.0,
    "YU_BI_DU": 0.7,
    "PINGJUN_XJ": 16.0,
    "PINGJUN_SG": 14.0,
    "HUO_LMGQXJ": 210.0,
    "MEI_GQ_ZS": 1600.0,
    "PINGJUN_DM": 32.0,
    "PO_DU": "3",
    "DISPE": "00",
    "DISASTER_C": "0",
    "调查日期": "2023-05-01",
    "造林年度": 2001.0,
    "MIAN_JI": 4.0,
    "GJGYL_BHDJ": None,
}


def one_stand(**changes):
    """Codes found for a sound stand with some values changed, beside sound ones."""
    rows = [GOOD, {**GOOD, **changes}, GOOD]
    columns = {name: [row[name] for row in rows] for name in GOOD}
    issues = checked(keyed(3, **columns))
    assert set(issues["stand_key"]) <= {"350428-101-201-001-00002"}
    return codes_of(issues)


def test_a_sound_stand_has_no_issue():
    assert one_stand() == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"PINGJUN_SG": 0.9}, "DBH_WITHOUT_HEIGHT"),
        ({"PINGJUN_SG": 45.0}, "TREES_TOO_SLENDER"),
        ({"PINGJUN_SG": 2.0}, "TREES_TOO_STOUT"),
        ({"PINGJUN_NL": 3.0, "造林年度": 2020.0}, "HEIGHT_TOO_LARGE_FOR_AGE"),
        ({"PINGJUN_NL": 3.0, "造林年度": 2020.0}, "DBH_TOO_LARGE_FOR_AGE"),
        ({"YU_BI_DU": 0.25}, "STOCK_TOO_LARGE_FOR_CLOSURE"),
        ({"HUO_LMGQXJ": 0.0}, "STOCK_ZERO_WITH_TREES"),
        ({"PINGJUN_XJ": 4.0}, "STOCK_OF_SMALL_TREES"),
        ({"MEI_GQ_ZS": 9000.0}, "BASAL_AREA_TOO_LARGE"),
        ({"PINGJUN_DM": 60.0}, "BASAL_AREA_DISAGREES"),
        ({"HUO_LMGQXJ": 900.0}, "STOCK_TOO_LARGE_FOR_TREES"),
        ({"HUO_LMGQXJ": 20.0}, "STOCK_TOO_SMALL_FOR_TREES"),
        ({"DI_LEI": "0113"}, "BAMBOO_LAND_OTHER_SPECIES"),
        ({"YOU_SHI_SZ": "660"}, "ARBOR_LAND_BAMBOO_SPECIES"),
        ({"YOU_SHI_SZ": "900"}, "ARBOR_LAND_SHRUB_SPECIES"),
        ({"DI_LEI": "0161"}, "STOCK_ON_TREELESS_LAND"),
        ({"YU_BI_DU": 0.1}, "ARBOR_CLOSURE_TOO_LOW"),
        ({"DI_LEI": "0120"}, "SPARSE_CLOSURE_TOO_HIGH"),
        ({"LIN_ZHONG": "111"}, "FOREST_CLASS_AND_CATEGORY"),
        ({"GJGYL_BHDJ": "2"}, "PROTECTION_GRADE_ON_COMMERCIAL"),
        ({"DISASTER_C": "2"}, "DISTURBANCE_GRADE_WITHOUT_KIND"),
        ({"DISPE": "11"}, "DISTURBANCE_KIND_WITHOUT_GRADE"),
        ({"QI_YUAN": "11"}, "NATURAL_WITH_PLANTING_YEAR"),
        ({"造林年度": 2024.0}, "PLANTED_AFTER_SURVEY"),
        ({"造林年度": 1990.0}, "AGE_AND_PLANTING_YEAR"),
        ({"SZ_ZC": "8马2阔"}, "SPECIES_AND_COMPOSITION"),
        ({"QI_YUAN": None}, "ORIGIN_MISSING"),
        ({"YU_BI_DU": None}, "CLOSURE_MISSING"),
        ({"SEN_LIN_LB": None, "LIN_ZHONG": None}, "FOREST_CLASS_MISSING"),
        ({"PO_DU": None}, "SLOPE_MISSING"),
        ({"调查日期": None}, "SURVEY_DATE_MISSING"),
        ({"DI_LEI": None}, "LAND_CLASS_MISSING"),
        ({"LING_ZU": None, "PINGJUN_NL": None}, "AGE_GROUP_MISSING"),
    ],
)
def test_each_contradiction_has_its_code(changes, code):
    assert code in one_stand(**changes)


def test_broken_rings_are_listed_at_their_place():
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    touching = shapely.Polygon([(200, 0), (300, 0), (250, 50), (300, 100), (200, 100), (250, 50)])
    outside = shapely.Polygon(shapely.box(400, 0, 500, 100).exterior, [shapely.box(600, 0, 650, 50).exterior])
    line = shapely.LineString([(0, 0), (1, 1)])
    endless = shapely.Polygon([(700, 0), (800, 0), (np.nan, 50)])
    geometry = np.array([bow, touching, outside, None, shapely.Polygon(), line, endless], dtype=object)
    issues = checked(keyed(7), geometry)
    assert {
        "RING_CROSSES_ITSELF",
        "RING_TOUCHES_ITSELF",
        "HOLE_OUTSIDE",
        "GEOMETRY_NULL",
        "GEOMETRY_EMPTY",
        "GEOMETRY_NOT_POLYGON",
        "GEOMETRY_NOT_FINITE",
    } <= codes_of(issues)
    assert rows_of(issues, "RING_CROSSES_ITSELF")["geometry"].item().equals(shapely.Point(50, 50))


def test_what_the_reading_told_is_not_told_again():
    note = layer_issue("GEOMETRY_NULL", "geometry", 1, count=1, rows=(0,))
    columns = pd.DataFrame(keyed(2))
    geometry = np.array([None, None], dtype=object)
    layer = VectorLayer("stands", columns, {}, geometry, PROJECTED, notes=(note,))
    facts, _ = normalised(columns, geometry)
    assert len(rows_of(check_stands(layer, facts, TABLES), "GEOMETRY_NULL")) == 1


def test_parts_slivers_and_sizes():
    many = shapely.MultiPolygon([shapely.box(0, 0, 100, 100), shapely.box(200, 0, 215, 15)])
    strip = shapely.box(0, 300, 1000, 301)
    small = shapely.box(0, 500, 25, 522)
    issues = checked(keyed(3), np.array([many, strip, small], dtype=object))
    assert rows_of(issues, "MULTIPART")["value"].item() == "2"
    part = rows_of(issues, "PART_TOO_SMALL")
    assert part["value"].item() == "225"
    assert part["geometry"].item().equals(shapely.box(200, 0, 215, 15))
    assert rows_of(issues, "PART_SMALL_BEFORE_2022")["value"].item() == "550"
    assert len(rows_of(issues, "PART_IS_SLIVER")) == 1


def test_overlaps_duplicates_and_stands_inside_others_carry_their_piece():
    geometry = [
        shapely.box(0, 0, 100, 100),
        shapely.box(90, 0, 200, 100),
        shapely.box(0, 0, 100, 100),
        shapely.box(120, 20, 140, 40),
        shapely.box(199, 0, 300, 100),
    ]
    issues = checked(keyed(5), np.array(geometry, dtype=object))
    overlap = rows_of(issues, "OVERLAP")
    assert sorted(overlap["value"]) == ["1000", "1000"]
    assert overlap["geometry"].iloc[0].equals(shapely.box(90, 0, 100, 100))
    assert rows_of(issues, "GEOMETRY_REPEATED")["params"].item() == {"other": "350428-101-201-001-00003"}
    assert rows_of(issues, "STAND_INSIDE_ANOTHER")["value"].item() == "400"
    assert rows_of(issues, "OVERLAP_SLIVER")["value"].item() == "100"


def test_gaps_inside_a_compartment():
    cells = [shapely.box(x, y, x + 100, y + 100) for x in (0, 100, 200) for y in (0, 100, 200) if (x, y) != (100, 100)]
    issues = checked(keyed(8), np.array(cells, dtype=object))
    gap = rows_of(issues, "GAP")
    assert gap["value"].item() == "10000"
    assert gap["geometry"].item().equals(shapely.box(100, 100, 200, 200))
    crack = [shapely.box(0, 0, 100, 300), shapely.box(101, 10, 200, 290), shapely.box(100, 0, 200, 10)]
    crack.append(shapely.box(100, 290, 200, 300))
    assert rows_of(checked(keyed(4), np.array(crack, dtype=object)), "GAP_SLIVER")["value"].item() == "280"


def test_areas_on_paper_on_the_map_and_on_the_ellipsoid():
    columns = pd.DataFrame(keyed(10, MIAN_JI=[4.0] * 9 + [5.0]))
    layer = stand_layer(columns)
    facts, _ = normalised(columns, layer.geometry)
    issues = check_stands(layer, facts, TABLES)
    assert list(rows_of(issues, "AREA_DISAGREES")["stand_key"]) == [facts.index[9]]
    stretched = facts.assign(area_ha=facts["area_ha"] * np.where(np.arange(10) == 3, 1.01, 1.0))
    assert list(rows_of(check_stands(layer, stretched, TABLES), "AREA_PLANAR_DIFFERS")["stand_key"]) == [facts.index[3]]
    lost = facts.assign(area_ha=np.where(np.arange(10) == 4, np.nan, facts["area_ha"]))
    assert list(rows_of(check_stands(layer, lost, TABLES), "STAND_OFF_THE_EARTH")["stand_key"]) == [facts.index[4]]
    mercator = facts.assign(area_ha=facts["area_ha"] * 0.8)
    assert rows_of(check_stands(layer, mercator, TABLES), "PROJECTION_STRETCHES_AREA")["value"].item() == "1.25"


@pytest.mark.parametrize(
    ("crs_wkt", "edges"),
    [
        (GAUSS_KRUGER.format("CGCS2000 / 3-degree Gauss-Kruger CM 117E"), (115.5, 118.5)),
        (GAUSS_KRUGER.format("CGCS2000_3_Degree_GK_CM_117E"), (115.5, 118.5)),
        (GAUSS_KRUGER.format("WGS 84 / UTM zone 50N"), (114.0, 120.0)),
        ('GEOGCRS["China Geodetic Coordinate System 2000"]', None),
        (None, None),
    ],
)
def test_zones(crs_wkt, edges):
    assert zone_edges_deg(crs_wkt, SETTINGS) == edges


def test_stands_beyond_their_zone():
    columns = pd.DataFrame(keyed(3))
    layer = replace(stand_layer(columns), crs_wkt=GAUSS_KRUGER.format("3-degree Gauss-Kruger"))
    facts, _ = normalised(columns)
    issues = check_stands(layer, facts, TABLES, longitude_deg=np.array([117.0, 118.6, np.nan]))
    assert list(rows_of(issues, "OUTSIDE_ZONE")["stand_key"]) == [facts.index[1]]


def test_outliers_are_judged_within_species_and_age():
    rng = np.random.default_rng(3)
    volume = np.concatenate([rng.normal(100, 10, 40), rng.normal(300, 10, 40)])
    volume[5], volume[50] = 300.0, 100.0
    columns = keyed(80, YOU_SHI_SZ=["310"] * 80, LING_ZU=["2"] * 40 + ["5"] * 40, HUO_LMGQXJ=volume)
    issues = checked(columns)
    assert list(rows_of(issues, "OUTLIER_STOCK")["stand_key"].str[-2:]) == ["06", "51"]


def test_robust_scores_need_enough_stands_and_some_spread():
    values = np.array([1.0, 2.0, 3.0, 100.0, 5.0, 5.0, 5.0, 5.0, np.nan])
    group = np.array([0, 0, 0, 0, 1, 1, 1, 1, 0])
    scores = robust_scores(values, group, 4)
    assert scores[3] == pytest.approx((100.0 - 2.5) / (1.0 * 1.4826))
    assert np.isnan(scores[4:]).all()
    assert np.isnan(robust_scores(values, group, 5)).all()


def test_stock_per_mu_is_suspected():
    columns = keyed(30, DI_LEI=["0111"] * 30, PINGJUN_XJ=[16.0] * 30, HUO_LMGQXJ=np.linspace(5.0, 9.0, 30))
    assert "VOLUME_UNIT_DOUBTFUL" in codes_of(checked(columns))


def two_dates(growth):
    count = len(growth)
    columns = keyed(count, YOU_SHI_SZ=["310"] * count, LING_ZU=["3"] * count)
    volume = np.linspace(50.0, 250.0, count)
    earlier, _ = normalised({**columns, "HUO_LMGQXJ": volume})
    later, _ = normalised({**columns, "HUO_LMGQXJ": volume * (1.0 + growth)})
    return check_two_dates(later, earlier, SETTINGS)


def test_a_layer_rolled_forward_by_a_table_is_told_from_a_survey():
    rng = np.random.default_rng(4)
    rolled = two_dates(np.full(40, 0.081))
    assert list(rolled["code"]) == ["GROWTH_BY_TABLE"]
    assert rolled["params"].item()["percent"] == 8.1
    assert len(two_dates(rng.normal(0.08, 0.03, 40))) == 0
    assert len(two_dates(np.full(5, 0.081))) == 0
    partly = two_dates(np.concatenate([rng.normal(0.3, 0.2, 120), np.full(25, 0.313)]))
    assert 25 <= partly["params"].item()["count"] <= 30
    assert all(len(two_dates(rng.normal(0.3, 0.2, 300))) == 0 for _ in range(10))
    assert len(two_dates(np.zeros(40))) == 0


def test_layers_without_a_common_stand_are_told():
    now, _ = normalised(keyed(2))
    before, _ = normalised({**keyed(2), "LIN_BAN": ["9", "9"]})
    assert codes_of(check_two_dates(now, before, SETTINGS)) == {"NO_STANDS_IN_COMMON"}


def test_rings_are_repaired_where_the_area_stays():
    spike = shapely.Polygon([(0, 0), (100, 0), (100, 100), (50, 100), (50, 150), (50, 100), (0, 100)])
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 101)])
    good = shapely.box(0, 0, 10, 10)
    geometry = np.array([spike, bow, good, None], dtype=object)
    repaired, change = repair_rings(geometry, 0.001)
    assert repaired[0].is_valid
    assert repaired[0].area == pytest.approx(10_000.0)
    assert repaired[1] is bow
    assert abs(change[1]) > 0.001
    assert repaired[2] is good
    assert change[2] == 0
    assert np.isnan(change[3])
    assert geometry[0] is spike


def test_only_changed_stands_are_checked_again():
    geometry = np.array([shapely.box(0, 0, 100, 100), shapely.box(90, 0, 200, 100), shapely.box(190, 0, 290, 100)])
    columns = keyed(3, DI_LEI=["0111"] * 3, QI_YUAN=["21", None, None])
    issues = checked(columns, geometry, only=np.array([False, False, True]))
    assert list(rows_of(issues, "ORIGIN_MISSING")["stand_key"].str[-1]) == ["3"]
    assert list(rows_of(issues, "OVERLAP")["stand_key"].str[-1]) == ["2"]


def test_every_code_has_words_in_both_languages_and_a_severity():
    issues = pd.concat(
        [
            checked(
                keyed(4), np.array([None, shapely.box(0, 0, 9, 9), shapely.box(5, 0, 20, 9), shapely.box(0, 0, 9, 9)])
            ),
            normalised(keyed(2, DI_LEI=["0111", "zz"], YU_BI_DU=[70, 60]))[1],
        ]
    )
    rendered = render_issues(issues)
    assert list(issues.columns) == list(FINDING_COLUMNS)
    for name in ("message", "message_zh"):
        assert not rendered[name].str.contains(r"[{}]|nan|NULL").any(), rendered[name].tolist()
    assert len(message_table("issues")) > 35


def test_an_empty_layer_has_no_issue():
    columns = pd.DataFrame({"XIAN": pd.Series([], dtype=object)})
    facts, _ = normalised(columns, np.empty(0, dtype=object))
    assert len(check_stands(stand_layer(columns, np.empty(0, dtype=object)), facts, TABLES)) == 0
    assert len(squares(0)) == 0


@pytest.mark.long
@given(st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_no_outline_crashes_the_checks(seed):
    rng = np.random.default_rng(seed)
    geometry = np.empty(8, dtype=object)
    for number in range(8):
        points = rng.integers(0, 30, (rng.integers(4, 9), 2)).astype(float)
        points = np.vstack([points, points[:1]])
        if rng.random() < 0.1:
            points[rng.integers(1, len(points) - 1), 0] = rng.choice([np.nan, np.inf, 1e18])
        with np.errstate(invalid="ignore"):
            geometry[number] = shapely.Polygon(points)
        if rng.random() < 0.2:
            geometry[number] = shapely.MultiPolygon([geometry[number], shapely.box(5, 5, 12, 12)])
        if rng.random() < 0.1:
            geometry[number] = shapely.GeometryCollection([geometry[number], shapely.Point(1, 1)])
    issues = checked(keyed(8), geometry)
    assert issues["code"].notna().all()
    repaired, change = repair_rings(geometry, 0.01)
    within = np.abs(change) <= 0.01
    assert shapely.is_valid(repaired[within]).all()


def test_one_layer_given_for_two_dates_is_told():
    columns = keyed(2, DI_LEI=["0111"] * 2, HUO_LMGQXJ=[100.0, np.nan], PINGJUN_NL=[25, 3], PINGJUN_XJ=[16.0, 0.0])

    def told(rows=slice(None), **changed):
        cut = {name: values[rows] for name, values in {**columns, **changed}.items()}
        before, today = (StageResult(*normalised(table)) for table in (columns, cut))
        return "EARLIER_LAYER_SAME" in codes_of(check_earlier_layer(today.columns, before, SETTINGS)[0])

    assert told()
    assert told(YOU_SHI_SZ=["310", "220"])
    assert not told(HUO_LMGQXJ=[100.1, np.nan])
    assert not told(HUO_LMGQXJ=[np.nan, np.nan])
    assert not told(PINGJUN_NL=[26, 3])
    assert not told(PINGJUN_XJ=[16.0, 5.0])
    assert not told(slice(1))


@pytest.mark.parametrize(
    ("then", "now", "doubted"),
    [
        ({"HUO_LMGQXJ": [7.0, 8.0, 120.0]}, {}, "volume_m3_ha"),  # two of three in m³ per 亩
        ({"HUO_LMGQXJ": [7.0, 110.0, 100.0]}, {}, None),  # one slip is no unit
        ({"HUO_LMGQXJ": [7.0, 8.0, 9.0], "PINGJUN_NL": [3, 3, 3]}, {}, None),  # young stands grow as much
        ({"HUO_LMGQXJ": [7.0, 8.0, 9.0], "PINGJUN_NL": [None] * 3}, {"PINGJUN_NL": [8, 8, 8]}, None),
        ({"HUO_LMGQXJ": [7.0, 8.0, 9.0], "PINGJUN_NL": [None] * 3}, {}, "volume_m3_ha"),
        ({"HUO_LMGQXJ": [0.0, 0.0, 0.0]}, {}, None),
        ({"DI_LEI": ["0113"] * 3, "MEI_GQ_ZS": [200, 210, 220]}, {"DI_LEI": ["0113"] * 3}, "stems_per_ha"),
        ({"MEI_GQ_ZS": [200, 210, 220]}, {}, None),  # replanted trees
    ],
)
def test_another_unit_of_one_date_is_seen_in_few_stands_too(then, now, doubted):
    columns = keyed(
        3,
        DI_LEI=["0111"] * 3,
        YOU_SHI_SZ=["220"] * 3,
        HUO_LMGQXJ=[120.0, 130.0, 140.0],
        PINGJUN_NL=[30] * 3,
        MEI_GQ_ZS=[3000] * 3,
    )
    today, before = (StageResult(*normalised({**columns, **changed})) for changed in (now, then))
    issues, unit = check_earlier_layer(today.columns, before, SETTINGS)
    told = rows_of(issues, "EARLIER_UNIT_DIFFERS")
    assert told["field"].tolist() == ([doubted] if doubted else [])
    assert unit == (doubted is not None)

"""What counts as done, and the indicators of the whole forest: every figure worked by hand."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
import shapely

from sanming_carbon_plugin.adapters.plan_tables import load_planning_tables, read_targets
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.planning.acceptance import accepted_of, dates_of
from sanming_carbon_plugin.core.planning.done_ground import done_ground
from sanming_carbon_plugin.core.planning.target_progress import indicators, target_progress
from sanming_carbon_plugin.core.planning.targets import Target, targets_of
from sanming_carbon_plugin.core.planning.works import CountingMatrix
from sanming_carbon_plugin.paths import resources_dir

from .test_targets_and_works import ledger, rows

TABLES = load_planning_tables()
SHIPPED = resources_dir() / "targets" / "sanming_2025.csv"
BOX = shapely.box(0, 0, 100, 100)


def accepted(*rows):
    """Acceptance polygons: outline, measure, date, survival, retention, photo."""
    names = ["measure", "date", "survival", "retention", "photo"]
    frame = pd.DataFrame([dict(zip(names, row[1:], strict=True)) for row in rows])
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [row[0] for row in rows]
    return accepted_of(frame, shapes, TABLES.works, TABLES.rules, dt.date(2026, 12, 31))


@pytest.mark.parametrize(
    ("survival", "retention", "photo", "reason"),
    [
        ("0.85", None, "a.jpg", None),
        ("85", "80", "a.jpg", None),
        ("85%", "80%", "a.jpg", None),
        ("85％", "0.8", "a.jpg", None),
        ("0.849", None, "a.jpg", "survival_low"),
        ("84.9%", None, "a.jpg", "survival_low"),
        (None, "0.9", "a.jpg", "survival_unknown"),
        ("many", "0.9", "a.jpg", "survival_unknown"),
        ("950", None, "a.jpg", "survival_unknown"),
        ("-5", None, "a.jpg", "survival_unknown"),
        ("0.9", "0.79", "a.jpg", "retention_low"),
        ("0.9", "79", "a.jpg", "retention_low"),
        ("0.9", "79%", "a.jpg", "retention_low"),
        ("0.9", "0", "a.jpg", "retention_low"),
        ("0.9", "good", "a.jpg", "retention_unknown"),
        ("0.9", "0.9", None, "no_photo"),
        ("0.9", "0.9", "  ", "no_photo"),
        *[("0.9", "0.9", word, "no_photo") for word in ("无", "否", "no", "0", 0, 0.0, False, "False")],
        *[("0.9", "0.9", word, None) for word in ("有", "1", True, "a.jpg", "否定.jpg")],
    ],
)
def test_planted_ground_is_done_with_survival_retention_and_photo(survival, retention, photo, reason):
    found = accepted((BOX, "afforestation", "2026-03-01", survival, retention, photo))
    assert found.refused == ({} if reason is None else {reason: 1})
    assert len(found.measure) == (reason is None)


def test_retention_counts_for_work_that_plants_nothing_too():
    assert accepted((BOX, "tending", "2026-03-01", None, "0.5", "a.jpg")).refused == {"retention_low": 1}
    assert accepted((BOX, "tending", "2026-03-01", None, None, "a.jpg")).refused == {}


def test_what_is_accepted_later_than_today_is_not_done():
    days = ("2026-12-31", "2027-01-01", "2028-12-31")
    found = accepted(*((BOX, "tending", day, None, None, "a.jpg") for day in days))
    assert (len(found.measure), found.refused) == (1, {"date_in_future": 2})


def test_only_what_plants_needs_a_survival():
    asks = {name for name in TABLES.works.measure
            if accepted((BOX, name, "2026-03-01", None, None, "a.jpg")).refused == {"survival_unknown": 1}}  # fmt: skip
    assert asks == {"pine_transform", "reserve_forest", "afforestation", "quality_improvement"}
    assert "closure" in set(TABLES.works.measure)


def test_days_as_offices_write_them():
    written = pd.Series(
        ["2026-03-01", "2026/3/1", "2026年3月1日", "2026.3.1", "2026-03-01 00:00:00", "2026-02-30", "x", ""]
    )
    assert dates_of(written).dt.strftime("%Y-%m-%d").fillna("-").tolist() == [*["2026-03-01"] * 5, "-", "-", "-"]


STANDS = shapely.box([0, 100, 200], 0, [100, 200, 300], 100)
AREA = np.array([1.0, 1.0, 1.0])
FITS = {"pine_transform": np.array([True, True, False]), "pest_control": np.array([True, False, True]),
        "tending": np.array([True, True, True])}  # fmt: skip
PHOTO = (0.9, None, "a.jpg")


def ground(*rows, matrix=None):
    found = accepted(*rows)
    return done_ground(found, STANDS, AREA, matrix or TABLES.matrix, (2026, 2026), FITS)


def test_a_transformation_counts_as_pest_control_where_the_stand_fits_that():
    done = ground((shapely.box(0, 0, 300, 50), "pine_transform", "2026-03-01", *PHOTO))
    assert done.done_ha("pine_transform").tolist() == pytest.approx([0.5, 0.5, 0.5])
    assert done.done_ha("pest_control").tolist() == pytest.approx([0.5, 0.0, 0.5])  # nothing to control in the second
    assert done.taken_ha("pest_control").tolist() == pytest.approx([0.5, 0.0, 0.5])
    assert done.taken_ha("tending").tolist() == pytest.approx([0.5, 0.5, 0.5])
    assert done.done_ha("tending").tolist() == [0, 0, 0]


def test_a_sanitation_cut_transforms_no_stand_and_keeps_none_from_it():
    done = ground((shapely.box(0, 0, 300, 50), "pest_control", "2026-03-01", *PHOTO))
    assert done.done_ha("pest_control").tolist() == pytest.approx([0.5, 0.5, 0.5])
    assert done.done_ha("pine_transform").tolist() == [0, 0, 0]
    assert done.taken_ha("pine_transform").tolist() == [0, 0, 0]


def test_ground_done_for_both_counts_once_for_each():
    done = ground(
        (shapely.box(0, 0, 100, 50), "pest_control", "2026-03-01", *PHOTO),
        (shapely.box(0, 25, 100, 75), "pine_transform", "2026-04-01", *PHOTO),
    )
    assert done.done_ha("pine_transform")[0] == pytest.approx(0.5)
    assert done.done_ha("pest_control")[0] == pytest.approx(0.75)  # 0.5 of its own, 0.25 of the transformation
    assert done.taken_ha("tending")[0] == pytest.approx(0.75)


def test_ground_that_another_measure_has_taken_is_not_counted_besides():
    rows = [
        (shapely.box(0, 0, 100, 50), "pest_control", "2026-03-01", *PHOTO),
        (shapely.box(0, 0, 100, 20), "tending", "2026-04-01", None, None, "a.jpg"),
    ]
    pairs = {("pest_control", "pine_transform"), ("pest_control", "tending")}
    done = ground(*rows, matrix=CountingMatrix(frozenset(pairs)))
    assert done.done_ha("tending")[0] == pytest.approx(0.2 + 0.0)
    assert done.done_ha("pine_transform")[0] == pytest.approx(0.3)  # not where it was accepted as tending


def test_progress_takes_off_what_is_done_for_compatible_and_for_other_measures():
    done = ground(
        (shapely.box(0, 0, 100, 50), "pine_transform", "2026-03-01", *PHOTO),
        (shapely.box(100, 0, 200, 30), "pest_control", "2026-03-01", *PHOTO),
        (shapely.box(100, 50, 200, 80), "tending", "2026-03-01", None, None, "a.jpg"),
    )
    target = Target("pine_transform", "350428", 2026, 2026, 1.6, "ha", "at_least", "made")
    units = {"350428": np.ones(3, dtype=bool)}
    free = {"pine_transform": FITS["pine_transform"] * (AREA - done.taken_ha("pine_transform"))}
    row = target_progress([target], units, lambda _: "county", free, lambda m, *_: done.done_ha(m)).iloc[0]
    assert row["done_ha"] == pytest.approx(0.5)
    assert row["missing_ha"] == pytest.approx(1.1)
    assert row["available_ha"] == pytest.approx(2 - 0.5 - 0.3)
    assert row["met"] == "no"


def test_the_shipped_programme_in_full():
    frame, _ = read_targets(SHIPPED)
    found = targets_of(frame, set(TABLES.works.measure), TABLES.units)
    assert {(t.measure, round(t.amount, 3), t.unit, t.year_from, t.year, t.area_unit, t.bound) for t in found} == {
        ("afforestation", 60_000.0, "ha", 2021, 2025, "350400", "at_least"),  # 90 万亩, 15 亩 a hectare
        ("reserve_forest", 66_666.667, "ha", 2021, 2025, "350400", "at_least"),  # 100 万亩
        ("pine_transform", 80_000.0, "ha", 2021, 2025, "350400", "at_least"),  # 120 万亩
        ("tending", 200_000.0, "ha", 2021, 2025, "350400", "at_least"),  # 300 万亩
        ("closure", 66_666.667, "ha", 2021, 2025, "350400", "at_least"),  # 100 万亩
        ("quality_improvement", 30_000.0, "ha", 2021, 2025, "350400", "at_least"),  # 45 万亩
        ("forest_cover", 76.80, "%", None, 2025, "350400", "at_least"),
        ("growing_stock", 199_060_000.0, "m3", None, 2025, "350400", "at_least"),
        ("projects_planned", 20.0, "count", 2021, 2025, "350400", "at_least"),
        ("traded", 1_500_000.0, "t", 2021, 2025, "350400", "at_least"),
        ("tickets", 300_000.0, "t", 2021, 2025, "350400", "at_least"),
    }


FOREST = pd.DataFrame(
    [
        ("arbor", 1_500_000.0, 120.0),
        ("bamboo", 200_000.0, 30.0),
        ("special_shrub", 20_000.0, np.nan),
        ("other_shrub", 50_000.0, np.nan),
        ("sparse", 30_000.0, 20.0),
        ("unestablished_plantation", 25_000.0, 5.0),
        ("built_up", 75_000.0, 0.0),
    ],
    columns=["land_class", "area_ha", "volume_m3_ha"],
).assign(survey_date="2025-06-30", scattered_volume_m3_ha=3.0, scattered_m3=1e6)  # fmt: skip


def told(name, forest=FOREST):
    frame, _ = read_targets(SHIPPED)
    programme = targets_of(frame, set(TABLES.works.measure), TABLES.units)
    units = {"350400": np.ones(len(forest), dtype=bool)}
    seen = indicators(forest, TABLES.indicators, programme, units, TABLES.units, None, 0.7)
    return seen[seen["indicator"] == name].iloc[0]


def test_forest_cover_by_its_definition():
    row = told("forest_cover")
    # (1 500 000 + 200 000 + 20 000) of 2 293 000 ha: bamboo and special shrub are in it, other shrub is not.
    assert row["value"] == pytest.approx(75.0109, abs=1e-4)
    assert (row["unit"], row["target"], row["met"], row["date"]) == ("%", 76.8, "no", "2025-06-30")
    assert "22930" in str(TABLES.units.land_km2["350400"])
    more = FOREST.assign(area_ha=FOREST["area_ha"] + np.where(FOREST["land_class"] == "bamboo", 42_000, 0))
    assert told("forest_cover", more)["value"] == pytest.approx(1_762_000 / 22_930)
    assert told("forest_cover", more)["met"] == "yes"


def test_each_unit_is_dated_by_its_own_surveys():
    forest = FOREST.assign(survey_date=["2021-05-01", "2023-06-30", "2022-01-01", None, "2025-06-30", None, None])
    at = np.arange(len(forest))
    units = {"350400": at >= 0, "350428": at < 3, "350426": at == 4, "350429": at > 4}
    seen = indicators(forest, TABLES.indicators, [], units, TABLES.units, None, 0.7)
    for name in ("forest_cover", "growing_stock"):
        dates = seen[seen["indicator"] == name].set_index("area_unit")["date"].to_dict()
        assert dates == {"350400": "2021-05-01/2025-06-30", "350428": "2021-05-01/2023-06-30", "350426": "2025-06-30",
                         "350429": None}  # fmt: skip


def test_forest_cover_of_part_of_the_land_says_nothing():
    part = FOREST.assign(area_ha=FOREST["area_ha"] * 0.8)  # 1 520 000 ha are below 70 % of the land
    assert pd.isna(told("forest_cover", part)["value"])
    assert told("forest_cover", part)["met"] == "unknown"


def test_growing_stock_leaves_out_open_woodland_and_scattered_trees():
    row = told("growing_stock")
    assert row["value"] == pytest.approx(18_000.0)  # 1 500 000 ha × 120 m³ = 180 million m³, in 万 m³
    assert (row["target"], row["met"]) == (19_906.0, "no")
    rich = FOREST.assign(volume_m3_ha=np.where(FOREST["land_class"] == "arbor", 133.0, 0.0))
    assert told("growing_stock", rich)["value"] == pytest.approx(19_950.0)
    assert told("growing_stock", rich)["met"] == "yes"
    unknown = pd.concat([FOREST, FOREST.head(1).assign(area_ha=1.0, volume_m3_ha=np.nan)], ignore_index=True)
    assert told("growing_stock", unknown)["met"] == "unknown"  # below the target, but something is missing


@pytest.mark.parametrize(
    ("measure", "unit", "amount"),
    [("tending", "公顷", 15.0), ("tending", "万公顷", 150_000.0), ("tending", "万亩", 10_000.0),
     ("growing_stock", "万立方米", 150_000.0), ("growing_stock", "万m³", 150_000.0), ("growing_stock", "立方米", 15.0),
     ("tickets", "万吨", 150_000.0), ("tickets", "吨", 15.0), ("forest_cover", "％", 15.0)],
)  # fmt: skip
def test_units_as_offices_write_them(measure, unit, amount):
    (target,) = targets_of(rows(measure=measure, unit=unit), {"tending"}, TABLES.units)
    assert target.amount == pytest.approx(amount)


def test_more_than_the_whole_is_told_as_the_amount_that_it_is():
    with pytest.raises(InputError) as refused:
        targets_of(rows(measure="forest_cover", unit="%", amount="120"), {"tending"}, TABLES.units)
    assert refused.value.code == "TARGETS_INVALID"
    assert str(refused.value.values["rows"]).endswith(": amount 120")


def test_tonnes_that_add_up_to_the_target_meet_it_whatever_the_noise(tmp_path):
    found = ledger(tmp_path, *(f"ticket,T{n},350428,2024-03-01,0.7,issued" for n in range(3)))
    assert found["tonnes"].sum() < 2.1  # as numbers go
    target = Target("tickets", "350428", 2024, 2025, 2.1, "t", "at_least", "")
    facts = pd.DataFrame({"area_ha": [1.0], "survey_date": [None]})
    seen = indicators(facts, TABLES.indicators, [target], {"350428": np.ones(1, bool)}, TABLES.units, found, 0.7)
    assert seen.loc[seen["indicator"] == "tickets", "met"].tolist() == ["yes"]

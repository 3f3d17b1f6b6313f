"""Nothing is credited twice."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.adapters.profiles import load_profile
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.tickets.credited_parcels import with_known_schemes
from sanming_carbon_plugin.core.tickets.double_count import OVERLAY_NOISE, free_share, self_overlaps, shown_pieces

from .conftest import FiveYears, credited, shapes

pytestmark = pytest.mark.everywhere

DAYS = (date(2020, 12, 31) - date(2016, 1, 1)).days + 1


def one(square, parcels, **more):
    return free_share(shapes(square), ["A"], FiveYears(), [parcels], **more)


def test_a_parcel_over_half_the_stand_for_the_whole_period_blocks_half(square):
    result = one(square, credited([shapely.box(0, 0, 50, 100)]))
    assert result.free_share["A"] == 0.5
    assert result.stands.loc["A", "blocked_share"] == 0.5
    assert result.stands.loc["A", "state"] == "partly_free"
    assert list(result.pieces["state"]) == ["free", "blocked"]
    assert list(result.pieces["geometry"].map(lambda piece: piece.area)) == [5000.0, 5000.0]


def test_space_and_time_multiply(square):
    result = one(square, credited([shapely.box(0, 0, 50, 100)], start="2020-01-01", end="2021-06-30"))
    assert result.stands.loc["A", "blocked_share"] == pytest.approx(0.5 * 366 / DAYS, abs=1e-12)
    piece = result.pieces.iloc[1]
    assert (piece["state"], piece["from"], piece["to"]) == ("partly_free", "2020-01-01", "2020-12-31")
    assert piece["reason"] == "credited_part_of_period"


def test_the_last_day_of_a_vintage_is_taken_and_the_next_is_free(square):
    before = one(square, credited([square], start="2011-01-01", end="2015-12-31"))
    assert before.free_share["A"] == 1.0
    assert before.stands.loc["A", "state"] == "free"
    one_day = one(square, credited([square], start="2011-01-01", end="2016-01-01"))
    assert one_day.stands.loc["A", "blocked_share"] == pytest.approx(1 / DAYS, abs=1e-15)
    after = one(square, credited([square], start="2021-01-01", end="2025-12-31"))
    assert after.free_share["A"] == 1.0


def test_two_vintages_that_touch_block_each_day_once(square):
    both = credited([square, square], start=["2016-01-01", "2018-01-01"], end=["2017-12-31", "2020-12-31"])
    assert one(square, both).free_share["A"] == 0.0
    assert one(square, both).stands.loc["A", "state"] == "blocked"


def test_overlapping_parcels_of_two_schemes_block_their_union(square):
    left, right = shapely.box(0, 0, 60, 100), shapely.box(40, 0, 80, 100)
    result = free_share(shapes(square), ["A"], FiveYears(), [credited([left]), credited([right], scheme="FFCER")])
    assert result.free_share["A"] == pytest.approx(0.2, abs=1e-12)


def test_overlap_in_space_but_not_in_time_is_counted_span_by_span(square):
    left, right = shapely.box(0, 0, 60, 100), shapely.box(40, 0, 80, 100)
    parcels = credited([left, right], start=["2016-01-01", "2018-01-01"], end=["2018-12-31", "2020-12-31"])
    years_a, both, years_b = (365 + 366), 365, (365 + 366)
    expected = (0.6 * years_a + 0.8 * both + 0.4 * years_b) / DAYS
    assert one(square, parcels).stands.loc["A", "blocked_share"] == pytest.approx(expected, abs=1e-12)


def test_a_sliver_is_deducted_and_only_hidden_from_the_map(square):
    result = one(square, credited([shapely.box(0, 0, 0.001, 100)]), shown_from_share=0.001)
    assert result.stands.loc["A", "blocked_share"] == pytest.approx(1e-5, rel=1e-9)
    assert result.issues.empty
    assert list(shown_pieces(result.pieces, 0.001)["state"]) == ["free"]


def test_touching_borders_do_not_block(square):
    result = one(square, credited([shapely.box(100, 0, 200, 100), shapely.box(-5, -5, 0, 0)]))
    assert result.free_share["A"] == 1.0
    assert result.issues.empty


def test_a_parcel_without_dates_blocks_and_is_reported(square):
    result = one(square, credited([square], start=None, end="2017-12-31"))
    assert result.stands.loc["A", "blocked_share"] == pytest.approx(731 / DAYS)
    assert "CREDITED_PERIOD_MISSING" in set(result.issues["code"])
    assert one(square, credited([square], start="2017-01-01", end=None)).free_share["A"] == pytest.approx(366 / DAYS)
    assert one(square, credited([square], start=None, end=None)).free_share["A"] == 0.0


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2017年1月1日", "2018年12月31日"),
        ("2017/1/1", "2018/12/31"),
        ("2017.01.01", "20181231"),
        ("２０１７－０１－０１", "2018-12-31T23:59:59"),
        ("2017/1/1 0:00:00", "2018-12-31 16:00:00+00"),
    ],
)
def test_days_are_read_however_offices_write_them(square, first, last):
    result = one(square, credited([square], start=first, end=last))
    assert result.stands.loc["A", "blocked_share"] == pytest.approx(730 / DAYS)


def test_ground_credited_in_a_thousand_strips_leaves_nothing_free():
    left, bottom, side = 39_536_000.0, 2_955_000.0, 316.2277
    stand = shapely.box(left, bottom, left + side, bottom + side)
    edges = left + side * np.arange(1_001) / 1_000
    strips = [shapely.box(a, bottom, a + side / 1_000, bottom + side) for a in edges[:-1]]
    result = one(stand, credited(strips))
    assert result.free_share["A"] == 0.0
    assert result.stands.loc["A", "state"] == "blocked"


def test_a_row_of_the_scheme_none_does_not_block(square):
    result = one(square, credited([square], scheme=["none"]))
    assert result.free_share["A"] == 1.0
    assert list(result.issues["code"]) == ["CREDITED_SCHEME_IGNORED"]


@pytest.mark.parametrize("shape", [None, shapely.Polygon()])
def test_where_a_credited_parcel_has_no_place_no_ground_is_called_free(square, shape):
    with pytest.raises(InputError) as caught:
        one(square, credited([square, shape]))
    assert (caught.value.code, caught.value.values["row"]) == ("CREDITED_PLACE_UNKNOWN", 2)
    elsewhere = {"start": "2009-01-01", "end": "2015-12-31"}
    assert one(square, credited([shape], **elsewhere)).free_share["A"] == 1.0
    assert one(square, credited([shape], scheme=["none"])).free_share["A"] == 1.0


@pytest.mark.parametrize("text", ["None", "无", "null", " 空 ", "NaN", "－"])
def test_a_scheme_that_means_nothing_sets_nothing_free(square, text):
    (known,) = with_known_schemes([credited([square], scheme=text)], load_profile().value("schemes"))
    result = free_share(shapes(square), ["A"], FiveYears(), [known])
    assert result.free_share["A"] == 0.0
    assert "CREDITED_SCHEME_MISSING" in set(result.issues["code"])


def test_a_stand_without_polygon_is_unknown_not_free(square):
    result = free_share(shapes(square, None, shapely.Polygon()), ["A", "B", "C"], FiveYears(), [])
    assert result.free_share["A"] == 1.0
    assert np.isnan(result.free_share["B"])
    assert result.stands.loc["C", "state"] is None


def test_a_ring_that_crosses_itself_still_blocks(square):
    bow_tie = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    assert one(square, credited([bow_tie])).free_share["A"] == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        ("2020-01-01", "2019-12-31", "CREDITED_PERIOD_REVERSED"),
        ("2020-13-01", "2021-12-31", "CREDITED_DATE_UNREADABLE"),
        ("2020-01-01", "someday", "CREDITED_DATE_UNREADABLE"),
        ("2016-01-01 至 2020-12-31", "2020-12-31", "CREDITED_DATE_UNREADABLE"),
        ("2016-01-01", "2016-01-01至2020-12-31", "CREDITED_DATE_UNREADABLE"),
        ("2016-01-01/2020-12-31", "2020-12-31", "CREDITED_DATE_UNREADABLE"),
        ("2016", "2020", "CREDITED_DATE_UNREADABLE"),
        ("2016-01", "2020-12", "CREDITED_DATE_UNREADABLE"),
    ],
)
def test_wrong_dates_are_one_clear_error(square, start, end, code):
    with pytest.raises(InputError) as caught:
        one(square, credited([square, square], start=["2016-01-01", start], end=["2016-12-31", end]))
    assert caught.value.code == code
    assert caught.value.values["row"] == 2
    assert caught.value.values["layer"] == "credited.gpkg"


@pytest.mark.parametrize("text", ["2020-12-31", "20201231", "2020/12/31", "2020-12-31T00:00:00"])
def test_usual_date_spellings_are_read(square, text):
    assert one(square, credited([square], end=text)).free_share["A"] == 0.0


def test_a_parcel_with_a_very_long_outline_gives_the_same_area():
    ring = [(50 + r * np.cos(a), 50 + r * np.sin(a)) for a, r in _wavy(9_000)]
    parcel = shapely.Polygon(ring)
    stands = shapes(*[shapely.box(x, y, x + 20, y + 20) for x in range(0, 100, 20) for y in range(0, 100, 20)])
    result = free_share(stands, [f"S{row}" for row in range(25)], FiveYears(), [credited([parcel])])
    expected = shapely.area(shapely.intersection(stands, parcel)) / 400.0
    assert np.abs(result.stands["blocked_share"].to_numpy() - expected).max() < 1e-12
    assert (result.pieces["state"] != "free").sum() == (expected > 0).sum()


def _wavy(count):
    return [(2 * np.pi * k / count, 35 + 5 * np.sin(40 * 2 * np.pi * k / count)) for k in range(count)]


def test_stands_of_the_application_on_each_other_both_lose_the_part():
    stands = shapes(shapely.box(0, 0, 100, 100), shapely.box(90, 0, 190, 100), shapely.box(190, 0, 200, 100))
    overlaps = self_overlaps(stands, ["B", "A", "C"])
    assert overlaps[["stand_key", "other_key", "share", "other_share"]].to_numpy().tolist() == [["A", "B", 0.1, 0.1]]
    result = free_share(stands, ["B", "A", "C"], FiveYears(), [], overlaps=overlaps)
    assert result.free_share.to_dict() == {"B": 0.9, "A": 0.9, "C": 1.0}
    assert set(result.pieces["reason"]) == {"overlaps_other_stand", "not_credited"}


def test_a_stand_entered_twice_is_found():
    square = shapely.box(0, 0, 10, 10)
    overlaps = self_overlaps(shapes(square, square), ["A", "A#2"])
    assert free_share(shapes(square, square), ["A", "A#2"], FiveYears(), [], overlaps=overlaps).free_share.max() == 0.0


def test_what_the_checks_proved_to_be_without_overlap_is_not_looked_at_again():
    one, beside, over = shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10), shapely.box(5, 0, 15, 10)
    keys, tidy = ["C", "A", "B"], np.array([7, 7, -1])
    found = self_overlaps(shapes(one, beside, over), keys, tidy=tidy)
    pd.testing.assert_frame_equal(found, self_overlaps(shapes(one, beside, over), keys))
    assert found[["stand_key", "other_key"]].to_numpy().tolist() == [["A", "B"], ["B", "C"]]
    assert len(self_overlaps(shapes(one, one), ["A", "B"], tidy=np.array([3, 3]))) == 0  # taken at its word


# --- properties -----------------------------------------------------------------------------------------

START = np.datetime64("2015-06-01")


@st.composite
def polygons(draw):
    x, y = draw(st.floats(-40, 120)), draw(st.floats(-40, 120))
    width, height = draw(st.floats(0.01, 120)), draw(st.floats(0.01, 120))
    turn = draw(st.floats(0, 90))
    # Coordinates to a micrometre, as fine as any layer holds them.
    west, south, east, north = (round(value, 6) for value in (x, y, x + width, y + height))
    box = shapely.box(west, south, east, north)
    return shapely.affinity.rotate(box, turn) if draw(st.booleans()) else box


@st.composite
def credited_layers(draw, least=0, most=6):
    count = draw(st.integers(least, most))
    geometry = [draw(polygons()) for _ in range(count)]
    first = [draw(st.integers(0, 2300)) for _ in range(count)]
    start = [str(START + day) for day in first]
    end = [str(START + day + draw(st.integers(0, 1200))) for day in first]
    return geometry, start, end


STANDS = shapes(*[shapely.box(x, y, x + 50, y + 50) for x in (0, 50) for y in (0, 50)])
KEYS = ["A", "B", "C", "D"]


def guard(layer):
    geometry, start, end = layer
    return free_share(STANDS, KEYS, FiveYears(), [credited(geometry, start, end)] if geometry else [])


def by_days(layer):
    """Blocked share by looking at every day: the slow definition."""
    geometry, start, end = layer
    first, last = np.datetime64("2016-01-01"), np.datetime64("2020-12-31")
    marks = sorted({first, last + 1, *(np.datetime64(day) for day in start), *(np.datetime64(day) + 1 for day in end)})
    marks = [day for day in marks if first <= day <= last + 1]
    blocked = np.zeros(len(STANDS))
    for begin, finish in pairwise(marks):
        active = [
            shape
            for shape, a, b in zip(geometry, start, end, strict=True)
            if np.datetime64(a) <= begin and np.datetime64(b) >= finish - 1
        ]
        union = shapely.union_all(active)
        blocked += shapely.area(shapely.intersection(STANDS, union)) / 2500.0 * float((finish - begin).astype(int))
    return blocked / DAYS


@given(credited_layers())
@settings(max_examples=60, deadline=None)
def test_free_and_blocked_make_up_the_whole_and_agree_with_the_slow_definition(layer):
    result = guard(layer)
    total = result.stands["free_share"] + result.stands["blocked_share"]
    assert np.abs(total - 1).max() < 1e-9
    assert np.abs(result.stands["blocked_share"].to_numpy() - by_days(layer)).max() < 1e-9


@given(credited_layers())
@settings(max_examples=40, deadline=None)
def test_degrees_give_the_same_shares_as_metres(layer):
    geometry, start, end = layer

    def in_degrees(shape):
        return shapely.transform(shape, lambda xy: xy * 1e-5 + np.array([117.4, 26.3]))

    parcels = [credited([in_degrees(shape) for shape in geometry], start, end)] if geometry else []
    result = free_share(shapes(*[in_degrees(stand) for stand in STANDS]), KEYS, FiveYears(), parcels)
    assert np.abs(result.free_share - guard(layer).free_share).max() < 1e-7
    total = result.stands["free_share"] + result.stands["blocked_share"]
    assert np.abs(total - 1).max() < 1e-9


@given(credited_layers(least=1), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_and_layers_do_not_matter(layer, chance):
    rows = list(range(len(layer[0])))
    chance.shuffle(rows)
    shuffled = tuple([column[row] for row in rows] for column in layer)
    half = len(rows) // 2
    parts = [credited(*(column[part] for column in shuffled)) for part in (slice(0, half), slice(half, None))]
    order = np.asarray(chance.sample(range(4), 4))
    again = free_share(STANDS[order], np.asarray(KEYS)[order], FiveYears(), parts)
    assert np.abs(again.free_share.reindex(KEYS) - guard(layer).free_share).max() < 1e-12


@given(credited_layers(least=1), st.floats(-20, 120), st.floats(-20, 120), st.integers(0, 1500))
@settings(max_examples=40, deadline=None)
def test_cutting_and_doubling_parcels_changes_nothing(layer, x, y, day):
    geometry, start, end = layer
    cut = ([], [], [])
    for shape, first, last in zip(geometry, start, end, strict=True):
        middle = np.datetime64(first) + day
        spans = [(first, last)]
        if middle < np.datetime64(last):
            spans = [(first, str(middle)), (str(middle + 1), last)]
        sides = (shapely.box(-500, -500, x, 500), shapely.box(x, -500, 500, y), shapely.box(x, y, 500, 500))
        for part in [shape.intersection(side) for side in sides] + [shape]:
            for a, b in spans:
                if not part.is_empty:
                    for column, value in zip(cut, (part, a, b), strict=True):
                        column.append(value)
    # Edges that lie micrometres from a cut may be snapped to it: 2e-6 m² of a stand of a quarter hectare were seen.
    assert np.abs(guard(cut).free_share - guard(layer).free_share).max() < 1e-8


@given(credited_layers(least=1))
@settings(max_examples=40, deadline=None)
def test_merging_parcels_of_the_same_dates_changes_nothing(layer):
    geometry, start, end = layer
    same = (geometry, [start[0]] * len(geometry), [end[0]] * len(geometry))
    merged = ([shapely.union_all(geometry)], [start[0]], [end[0]])
    assert np.abs(guard(merged).free_share - guard(same).free_share).max() < 1e-9


@given(credited_layers(least=1), st.floats(-30, 30), st.floats(-30, 30))
@settings(max_examples=40, deadline=None)
def test_adding_shifted_copies_never_frees_anything_and_what_was_issued_is_never_free_again(layer, dx, dy):
    geometry, start, end = layer
    shifted = [shapely.affinity.translate(shape, dx, dy) for shape in geometry]
    first = guard(layer)
    more = guard((geometry + shifted, start * 2, end * 2))
    assert (more.free_share <= first.free_share + 1e-9).all()
    free = first.pieces[first.pieces["state"] == "free"]
    issued = ([*geometry, *free["geometry"]], [*start, *free["from"]], [*end, *free["to"]])
    again = guard(issued)
    space_free = np.asarray(
        [free.loc[free["stand_key"] == key, "geometry"].map(lambda g: g.area).sum() for key in KEYS]
    )
    taken_now = again.stands["blocked_share"].to_numpy() - first.stands["blocked_share"].to_numpy()
    # Free ground below the noise of the overlay is taken with the rest.
    assert np.abs(taken_now - space_free / 2500.0).max() < OVERLAY_NOISE + 1e-9


@given(credited_layers(least=1))
@settings(max_examples=40, deadline=None)
def test_the_map_adds_up_to_the_stand_and_free_ground_meets_no_parcel(layer):
    result = guard(layer)
    for key, stand in zip(KEYS, STANDS, strict=True):
        pieces = result.pieces[result.pieces["stand_key"] == key]
        free = pieces.loc[pieces["state"] == "free", "geometry"]
        blocked = pieces.loc[pieces["state"] != "free", "geometry"]
        covered = shapely.union_all(blocked.to_numpy(dtype=object)) if len(blocked) else shapely.Polygon()
        ground = free.iloc[0] if len(free) else shapely.Polygon()
        assert ground.area + covered.area == pytest.approx(stand.area, rel=1e-8)
        in_period = result.pieces.loc[result.pieces["state"] != "free", "geometry"].to_numpy(dtype=object)
        assert sum(ground.intersection(shape).area for shape in in_period) < 1e-6

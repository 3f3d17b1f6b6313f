"""Mean, standard deviation and support against exactextract and against plain arithmetic."""

import json

import numpy as np
import pytest
import shapely
from arrays import ArrayBands, named
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import ask_arrays
from outlines_strategy import grids, outlines, without_needles

from sanming_carbon_plugin.core.errors import CancelledError, InputError, UsageError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.core.rasters import moments as moments_module
from sanming_carbon_plugin.core.rasters import outlines as outlines_module
from sanming_carbon_plugin.core.rasters.coverage import coverage_blocks
from sanming_carbon_plugin.core.rasters.evidence import band_columns, evidence, result_columns
from sanming_carbon_plugin.core.rasters.grid import Grid
from sanming_carbon_plugin.core.rasters.named_raster import NamedRaster
from sanming_carbon_plugin.core.stands import packed as packed_module
from tests.coverage_helpers import packed_outlines

PLAIN = Grid(10, 8, (0.0, 1.0, 0.0, 8.0, 0.0, -1.0))


def stands(*shapes):
    return np.array(shapes, dtype=object)


def exactly(values, valid, shapes, grid):
    """What exactextract 0.3.0 finds: mean, standard deviation, count per shape; None where it crashes."""
    values = np.where(valid, values, np.nan)
    if grid.transform[5] > 0:
        values = values[::-1]
    features = [
        {"type": "Feature", "properties": {}, "geometry": json.loads(shapely.to_geojson(one))} for one in shapes
    ]
    found = ask_arrays(np.ascontiguousarray(values), grid.bounds, features, ["mean", "stdev", "count"])
    if found is None:
        return None
    wanted = [[one[name] for name in ("mean", "stdev", "count")] for one in found]
    return np.array(wanted, dtype=float).T


@pytest.mark.oracle
@settings(max_examples=150, deadline=None, derandomize=True)
@given(data=st.data())
def test_agrees_with_exactextract(data):
    grid = data.draw(grids())
    drawn = data.draw(st.lists(outlines(grid), min_size=1, max_size=4))
    shapes = [shape for shape in (without_needles(one, grid) for one in drawn) if shape.area]
    if not shapes:
        return
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    values = rng.uniform(10, 20, (1, grid.height, grid.width))
    valid = rng.random(values.shape) < data.draw(st.sampled_from([1.0, 0.7, 0.1]))
    raster = named("x", values, grid, valid)
    try:
        found = evidence(range(len(shapes)), stands(*shapes), [raster], low_support=0).columns
    except InputError:
        return
    expected = exactly(values[0], valid[0], shapes, grid)
    if expected is None:
        return
    mean, spread, count = expected
    areas = shapely.area(np.array(shapes, dtype=object)) / grid.cell_area
    # The oracle keeps shares as four-byte numbers: below a ten-thousandth of a cell it has few digits left.
    sure = count > 1e-4
    np.testing.assert_allclose(found.x_mean[sure], mean[sure], rtol=1e-6)
    np.testing.assert_allclose(found.x_std[sure], spread[sure], rtol=1e-6, atol=2e-5)
    np.testing.assert_allclose(found.x_support * areas, count, rtol=1e-6, atol=1e-6)


def test_mean_weighs_cells_by_their_covered_share():
    values = np.arange(80.0).reshape(1, 8, 10)
    found = evidence(["a"], stands(shapely.box(0.5, 6.5, 2.0, 8.0)), [named("x", values, PLAIN)]).columns.loc["a"]
    weights = np.array([0.5, 1.0, 0.25, 0.5])
    cells = np.array([0.0, 1.0, 10.0, 11.0])
    mean = np.average(cells, weights=weights)
    assert found.x_mean == pytest.approx(mean)
    assert found.x_std == pytest.approx(np.sqrt(np.average((cells - mean) ** 2, weights=weights)))
    assert found.x_support == 1


def test_unknown_stays_unknown_and_is_told():
    values = np.ones((1, 8, 10))
    valid = np.ones((1, 8, 10), dtype=bool)
    valid[:, :, 5:] = False
    shapes = stands(
        shapely.box(0, 0, 4, 4), shapely.box(6, 0, 9, 3), shapely.box(20, 20, 30, 30), None, shapely.box(3, 0, 9, 1)
    )
    result = evidence(list("abcde"), shapes, [named("x", values, PLAIN, valid)], low_support=0.5)
    assert result.columns.x_support.tolist()[:3] == [1, 0, 0]
    assert np.isnan(result.columns.x_support["d"])
    assert result.columns.x_support["e"] == pytest.approx(2 / 6)
    assert result.columns.x_mean.notna().tolist() == [True, False, False, False, True]
    assert result.columns.x_std.notna().tolist() == [True, False, False, False, True]
    told = dict(zip(result.issues.stand_key, result.issues.code, strict=True))
    assert told == {"b": "RASTER_NODATA", "c": "RASTER_OUTSIDE", "e": "RASTER_LOW_SUPPORT"}


def test_what_all_bands_show_alike_is_told_once():
    """Ten bands under one cloud were ten doubts of each stand."""
    valid = np.ones((3, 8, 10), dtype=bool)
    valid[:, :, 5:] = False
    valid[2, :, :1] = False
    shapes = stands(shapely.box(0, 0, 4, 4), shapely.box(6, 0, 9, 3), shapely.box(3, 0, 9, 1))
    issues = evidence(list("abc"), shapes, [named("x", np.ones((3, 8, 10)), PLAIN, valid)]).issues
    assert issues[["stand_key", "code", "field"]].to_numpy().tolist() == [
        ["b", "RASTER_NODATA", "x"],
        ["c", "RASTER_LOW_SUPPORT", "x"],
        ["a", "RASTER_LOW_SUPPORT", "x_b3_support"],
    ]


def test_a_raster_beside_all_stands_is_an_error_that_names_both_extents():
    with pytest.raises(InputError) as caught:
        evidence(["a"], stands(shapely.box(100, 100, 110, 110)), [named("x", np.ones((1, 8, 10)), PLAIN)])
    assert caught.value.code == "RASTER_NO_OVERLAP"
    assert caught.value.values["raster_extent"] == "0 – 10, 0 – 8"
    assert caught.value.values["stands_extent"] == "100 – 110, 100 – 110"


def test_a_layer_without_geometry_gives_unknown_columns():
    found = evidence(["a"], stands(None), [named("x", np.ones((1, 8, 10)), PLAIN)]).columns
    assert found.isna().all(axis=None)
    assert found.columns.tolist() == ["x_mean", "x_std", "x_support"]


@pytest.mark.filterwarnings("error")
def test_land_without_a_place_in_the_crs_of_the_raster_is_outside_and_told():
    def to_grid(shapes):
        moved = shapes.copy()
        moved[1] = None
        with np.errstate(invalid="ignore"):  # newer GEOS says so when it is made
            moved[2] = shapely.Polygon([(1, 1), (np.nan, np.nan), (3, 3), (1, 1)])
        return moved

    raster = named("x", np.ones((1, 8, 10)), PLAIN, to_grid=to_grid)
    result = evidence(list("abc"), stands(*[shapely.box(0, 0, 2, 2)] * 3), [raster])
    assert result.columns.x_support.tolist() == [1, 0, 0]
    assert result.columns.x_mean.isna().tolist() == [False, True, True]
    assert result.issues.stand_key[result.issues.code == "RASTER_OUTSIDE"].tolist() == ["b", "c"]


def test_columns_of_several_bands_are_named_after_them():
    raster = named("s2", np.ones((5, 8, 10)), PLAIN, band_names=["Red", "", "N.I.R. 8A", "red", "红边"])
    assert band_columns(raster) == ["s2_red", "s2_b2", "s2_nir8a", "s2_redb4", "s2_红边"]
    found = evidence(["a"], stands(shapely.box(0, 0, 2, 2)), [raster]).columns
    assert found.columns.tolist()[:4] == ["s2_red_mean", "s2_red_std", "s2_red_support", "s2_b2_mean"]
    assert found.columns.tolist() == result_columns([raster])


def test_digits_survive_large_values_and_small_spread():
    rng = np.random.default_rng(3)
    values = 1e7 + rng.normal(0, 0.01, (1, 8, 10))
    found = evidence(["a"], stands(shapely.box(0, 0, 10, 8)), [named("x", values, PLAIN)]).columns
    assert found.x_std["a"] == pytest.approx(values.std(), rel=1e-6)
    flat = evidence(["a"], stands(shapely.box(0.3, 0, 9.7, 8)), [named("x", np.full((1, 8, 10), 0.1), PLAIN)]).columns
    assert flat.x_std["a"] == 0
    assert flat.x_mean["a"] == pytest.approx(0.1, rel=1e-12)


@pytest.mark.parametrize("seen", ["below", "one cell above"])
def test_digits_survive_where_the_first_rows_are_unknown(seen):
    """Squares are counted from a typical value; it is looked for where the first valid cells are."""
    rng = np.random.default_rng(3)
    grid = Grid(200, 300, (0.0, 1.0, 0.0, 300.0, 0.0, -1.0))
    values = 1e7 + rng.normal(0, 0.01, (2, 300, 200))
    valid = np.ones(values.shape, dtype=bool)
    valid[:, :100] = False
    if seen == "one cell above":
        valid[1, 3, 7] = True
    raster = named("x", np.where(valid, values, -9999.0), grid, valid, row_step=100)
    found = evidence(["a"], stands(shapely.box(0, 0, 200, 300)), [raster], low_support=0).columns.loc["a"]
    for band in (0, 1):
        assert found[f"x_b{band + 1}_std"] == pytest.approx(values[band][valid[band]].std(), rel=1e-6)
        assert found[f"x_b{band + 1}_mean"] == pytest.approx(values[band][valid[band]].mean(), rel=1e-14)


def test_a_wild_value_in_one_stand_leaves_the_others_alone():
    values = np.ones((1, 8, 10))
    values[0, :, 0] = -3.4e38
    values[0, :, 6] = 2
    found = evidence(list("ab"), stands(shapely.box(0, 0, 3, 8), shapely.box(5, 0, 7, 8)), [named("x", values, PLAIN)])
    assert found.columns.x_mean["b"] == 1.5
    assert found.columns.x_std["b"] == 0.5


@pytest.mark.parametrize(("wild", "of_rows"), [(-3.4e38, 2), (-3.4e38, 3), (3e38, 2), (-9999, 2), (-9999, 3)])
def test_undeclared_nodata_in_the_first_rows_costs_the_others_no_digits(wild, of_rows):
    """Squares are counted from a typical value; nodata is none, though most cells of the first rows are."""
    values = np.random.default_rng(3).normal(0.6, 1e-4, (1, 8, 10)).astype(np.float32)
    values[0, :of_rows, 1:] = values[0, :of_rows] = wild
    values[0, 1:of_rows, 0] = 0.6 if of_rows == 2 else wild
    shapes = stands(shapely.box(0, 0, 10, 4), shapely.box(0, 5, 2, 8))
    found = evidence(list("ab"), shapes, [named("x", values, PLAIN)]).columns.loc["a"]
    assert found.x_mean == pytest.approx(values[0, 4:].mean(dtype=float), rel=1e-12)
    assert found.x_std == pytest.approx(values[0, 4:].std(dtype=float), rel=1e-6)


def test_rows_of_nothing_but_undeclared_nodata_count_as_what_they_say():
    """They are told to the user; what is typical is looked for once, or the sums would not fit each other."""
    values = np.full((1, 8, 10), 0.5)
    values[:, :3] = -9999
    found = evidence(["a"], stands(shapely.box(0, 0, 10, 8)), [named("x", values, PLAIN, row_step=3)]).columns
    assert found.x_mean["a"] == pytest.approx(values.mean())
    assert found.x_std["a"] == pytest.approx(values.std())


def test_equal_values_have_no_spread_beside_others():
    values = np.full((1, 8, 10), 0.7)
    values[:, :, :3] = 0.1
    shapes = shapely.buffer(shapely.points(1.5, np.linspace(2, 6, 30)), np.linspace(0.3, 1.4, 30))
    assert (evidence(range(30), shapes, [named("x", values, PLAIN)]).columns.x_std == 0).all()


def test_one_thread_and_two_give_the_same_digits():
    rng = np.random.default_rng(8)
    grid = Grid(200, 150, (0.0, 1.0, 0.0, 150.0, 0.0, -1.0))
    discs = shapely.buffer(shapely.points(rng.uniform(0, 150, (300, 2))), rng.uniform(0.2, 9, 300))
    valid = rng.random((2, 150, 200)) < 0.8
    raster = named("x", rng.normal(size=(2, 150, 200)), grid, valid, row_step=16)
    one = evidence(range(300), discs, [raster], threads=1).columns
    two = evidence(range(300), discs, [raster], threads=2).columns
    assert one.equals(two)


@pytest.mark.parametrize("turn", [0.0, 0.785, 2.5])
def test_many_blocks_and_strips_add_up_on_turned_grids(monkeypatch, turn):
    monkeypatch.setattr(outlines_module, "VERTICES_PER_BLOCK", 60)
    monkeypatch.setattr(moments_module, "CELLS_PER_STRIP", 1)
    rng = np.random.default_rng(9)
    a, b = np.cos(turn), np.sin(turn)
    grid = Grid(14, 20, (39_450_000.0, 10 * a, 10 * b, 2_900_000.0, 10 * b, -10 * a))
    centres, slopes = grid.to_map(rng.uniform(-5, 25, (90, 2))), rng.uniform(-2, 2, 90)
    ends = centres + rng.uniform(1, 90, (90, 1)) * np.column_stack([np.cos(slopes), np.sin(slopes)])
    bars = shapely.buffer(shapely.linestrings(np.stack([centres, ends], axis=1)), rng.uniform(1, 9, 90), quad_segs=2)
    shapes = shapely.union(bars, np.roll(bars, 1))
    values = rng.normal(20, 3, (1, 20, 14))
    found = evidence(range(90), shapes, [named("x", values, grid, row_step=4)], low_support=0).columns
    columns, rows = np.meshgrid(np.arange(14), np.arange(20))
    cells = shapely.box(columns, rows, columns + 1, rows + 1).ravel()
    placed = shapely.transform(shapes, grid.to_cells)
    shares = shapely.area(shapely.intersection(placed[:, None], cells))
    inside = shares.sum(axis=1) > 1e-6
    assert 40 < inside.sum() < 90
    np.testing.assert_allclose(found.x_support, shares.sum(axis=1) / shapely.area(placed), rtol=1e-6, atol=1e-7)
    mean = shares @ values.ravel() / np.where(inside, shares.sum(axis=1), 1)
    np.testing.assert_allclose(found.x_mean[inside], mean[inside], rtol=1e-6)


def test_parts_beside_the_grid_count_for_support(monkeypatch):
    monkeypatch.setattr(outlines_module, "VERTICES_PER_BLOCK", 1)
    beside = [shapely.box(x, y, x + 1, y + 1) for x, y in ((-3, 4), (4, 12), (15, 4), (4, -6), (-3, -6))]
    shapes = stands(shapely.MultiPolygon([shapely.box(2, 2, 4, 4.5), *beside]), shapely.box(0, 0, 10, 8))
    found = evidence(list("ab"), shapes, [named("x", np.ones((1, 8, 10)), PLAIN)], low_support=0).columns
    assert found.x_support.tolist() == pytest.approx([0.5, 1])


def test_rows_are_read_once_and_in_whole_steps(monkeypatch):
    monkeypatch.setattr(moments_module, "CELLS_PER_STRIP", 20)
    reader = ArrayBands(np.arange(80.0).reshape(1, 8, 10), PLAIN, row_step=4)
    found = evidence(["a"], stands(shapely.box(0, 0, 10, 8)), [NamedRaster("x", reader)]).columns
    assert reader.readings == [(0, 4), (4, 4)]
    assert found.x_mean["a"] == pytest.approx(39.5)


def test_rasters_on_the_same_cells_share_their_coverage():
    calls = []

    def covering(geometry, grid, progress):
        calls.append(grid)
        return coverage_blocks(geometry, grid, progress)

    other = Grid(5, 4, (0.0, 2.0, 0.0, 8.0, 0.0, -2.0))
    rasters = [
        named("x", np.ones((1, 8, 10)), PLAIN),
        named("y", np.full((1, 4, 5), 2.0), other),
        named("z", np.full((1, 8, 10), 3.0), PLAIN),
    ]
    found = evidence(["a"], stands(shapely.box(1, 1, 3, 3)), rasters, covering=covering).columns
    assert calls == [PLAIN, other]
    assert found.filter(like="_mean").loc["a"].tolist() == [1, 2, 3]
    assert found.columns[0] == "x_mean"
    assert found.columns[3] == "y_mean"


@pytest.mark.parametrize(
    "rasters",
    [
        [("s2", ["NDVI", "b2"]), ("S2_ndvi", [""])],
        [("x", [""]), ("X", [""])],
    ],
)
def test_figures_of_one_raster_never_take_the_place_of_anothers(rasters):
    made = [named(name, np.ones((len(bands), 8, 10)), PLAIN, band_names=bands) for name, bands in rasters]
    with pytest.raises(UsageError) as caught:
        evidence(["a"], stands(shapely.box(0, 0, 2, 2)), made)
    assert caught.value.code == "RASTER_COLUMNS_TWICE"


@pytest.mark.parametrize("pack", [lambda shapes: shapes, packed_outlines])
def test_moving_many_stands_hears_a_cancel_and_changes_nothing(monkeypatch, pack):
    monkeypatch.setattr(packed_module, "STANDS_AT_ONCE", 3)
    asked, shapes = [], shapely.box(np.arange(8.0), 0, np.arange(8.0) + 1, 5)

    def shifted(part):
        asked.append(len(part))
        return shapely.transform(part, lambda xy: xy + 0.25)

    raster = named("x", np.arange(80.0).reshape(1, 8, 10), PLAIN, to_grid=shifted)
    found = evidence(range(8), pack(shapes), [raster]).columns
    assert asked == [3, 3, 2]
    plain = named("x", np.arange(80.0).reshape(1, 8, 10), PLAIN)
    assert found.equals(evidence(range(8), shapely.transform(shapes, lambda xy: xy + 0.25), [plain]).columns)

    class CancelledSoon(Progress):
        def is_cancelled(self):
            return len(asked) > 4

    with pytest.raises(CancelledError):
        evidence(range(8), pack(shapes), [raster], CancelledSoon())
    assert asked == [3, 3, 2, 3, 3]


def test_cancelling_answers():
    class CancelledAtOnce(Progress):
        def is_cancelled(self):
            return True

    with pytest.raises(CancelledError):
        evidence(["a"], stands(shapely.box(0, 0, 2, 2)), [named("x", np.ones((1, 8, 10)), PLAIN)], CancelledAtOnce())


def test_stands_move_to_the_grid():
    raster = named(
        "x",
        np.arange(80.0).reshape(1, 8, 10),
        PLAIN,
        to_grid=lambda shapes: shapely.transform(shapes, lambda xy: xy - 1000),
    )
    found = evidence(["a"], stands(shapely.box(1000, 1000, 1001, 1001)), [raster]).columns
    assert found.x_mean["a"] == 70


def test_a_stand_in_one_cell_of_single_precision_has_exactly_its_value():
    values = np.linspace(5, 25, 80, dtype=np.float32).reshape(1, 8, 10)
    found = evidence(["a"], stands(shapely.box(2.1, 4.1, 2.9, 4.9)), [named("x", values, PLAIN)]).columns
    assert found.x_mean["a"] == pytest.approx(float(values[0, 3, 2]), rel=1e-15)

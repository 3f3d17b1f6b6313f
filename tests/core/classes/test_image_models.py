"""Models are plain numbers; folds keep neighbours together; accuracy is estimated from a sample."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.image_models import load_species_terms, load_wilt_terms
from sanming_carbon_plugin.core.classes.accuracy import stratified_accuracy
from sanming_carbon_plugin.core.classes.folds import block_folds, distance_matched_folds, metres, random_folds
from sanming_carbon_plugin.core.classes.forest_model import Forest, grow_forest
from sanming_carbon_plugin.core.classes.pine_wilt import DiscolouredBands, WiltTerms, damage_grades
from sanming_carbon_plugin.core.classes.species_from_images import SpeciesTerms, image_features, images_of
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.rasters.grid import Grid

sklearn_ensemble = pytest.importorskip("sklearn.ensemble")


@pytest.fixture(scope="module")
def grown():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(300, 4))
    labels = np.where(values[:, 0] + values[:, 1] > 0, "pine", np.where(values[:, 2] > 0, "fir", "bamboo")).astype(
        object
    )
    return values, labels, grow_forest(values, labels, list("abcd"), trees=10, draws=200, leaf=2, seed=3)


def test_plain_forest_says_what_scikit_learn_says(grown):
    values, labels, forest = grown
    peer = sklearn_ensemble.RandomForestClassifier(
        n_estimators=10, max_samples=200, min_samples_leaf=2, random_state=3
    ).fit(values.astype(np.float32), labels.astype(str))
    np.testing.assert_allclose(forest.probabilities(values), peer.predict_proba(values.astype(np.float32)), atol=1e-12)
    assert forest.classes == ("bamboo", "fir", "pine")


def test_forest_survives_saving(grown):
    values, _, forest = grown
    again = Forest.from_dict(forest.to_dict())
    np.testing.assert_array_equal(again.probabilities(values), forest.probabilities(values))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data.clear(),
        lambda data: data.update(format="pickle"),
        lambda data: data.pop("threshold"),
        lambda data: data.update(left="__import__('os')"),
        lambda data: data["left"].pop(),
        lambda data: data["tree_start"].append(10**6),
        lambda data: data["tree_start"].append(-1),
        lambda data: data.update(tree_start=[]),
        lambda data: data["left"].__setitem__(0, 0),
        lambda data: data["left"].__setitem__(0, 10**9),
        lambda data: data["feature"].__setitem__(0, 99),
        lambda data: data["leaf_share"].__setitem__(0, [5.0, 0.0, 0.0]),
        lambda data: data["leaf_share"].__setitem__(0, [float("nan"), 0.0, 1.0]),
        lambda data: data["leaf_share"].pop(),
        lambda data: data.update(features=["a"]),
        lambda data: data.update(left=[10**400]),
        lambda data: data.update(left=[], right=[], feature=[], threshold=[], leaf_share=[]),
    ],
)
def test_damaged_models_are_refused(grown, damage):
    data = copy.deepcopy(grown[2].to_dict())
    damage(data)
    with pytest.raises(InputError) as caught:
        Forest.from_dict(data)
    assert caught.value.code == "MODEL_INVALID"


def test_blocks_stay_together_and_folds_are_of_about_equal_size():
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 10_000, (1000, 2))
    fold = block_folds(xy, 5, 1000.0, 1)
    cells = pd.Series(fold).groupby([*np.floor(xy / 1000).astype(int).T]).nunique()
    assert (cells == 1).all()
    assert np.bincount(fold).min() > 150
    np.testing.assert_array_equal(fold, block_folds(xy, 5, 1000.0, 1))
    assert np.bincount(random_folds(1000, 5, 1)).tolist() == [200] * 5


def test_distance_matched_folds_keep_the_distance_that_prediction_meets():
    rng = np.random.default_rng(0)
    xy = rng.uniform(0, 10_000, (800, 2))
    near = distance_matched_folds(xy, xy, 5, 1)
    np.testing.assert_array_equal(near, random_folds(800, 5, 1))
    far = distance_matched_folds(xy, xy + np.array([12_000.0, 0.0]), 5, 1)

    def kept(fold):
        gaps = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
        gaps[fold[:, None] == fold[None]] = np.inf
        return gaps.min(axis=1).mean()

    assert kept(far) > 3 * kept(near)


def test_degrees_become_metres():
    ends = metres(np.array([[117.0, 26.0], [117.0, 27.0], [118.0, 26.5]]))
    assert np.hypot(*(ends[1] - ends[0])) == pytest.approx(111_320)
    assert abs(ends[2, 0] - ends[0, 0]) == pytest.approx(111_320 * np.cos(np.radians(26.5)))
    plain = np.array([[39_500_000.0, 2_900_000.0]])
    assert metres(plain) is plain


def test_accuracy_against_a_worked_example():
    # Two classes of 300 and 100 stands; 9 of 10 and 6 of 10 checked ones are right.
    mapped = np.array(["a"] * 300 + ["b"] * 100, dtype=object)
    checked = np.zeros(400, dtype=bool)
    checked[[*range(10), *range(300, 310)]] = True
    reference = mapped.copy()
    reference[[0, 300, 301, 302, 303]] = "c"
    found = stratified_accuracy(mapped, np.ones(400), checked, reference)
    assert found.overall == pytest.approx(0.75 * 0.9 + 0.25 * 0.6)
    variance = 0.75**2 * 0.9 * 0.1 / 9 + 0.25**2 * 0.6 * 0.4 / 9
    assert found.high - found.overall == pytest.approx(1.6448536 * np.sqrt(variance))
    assert found.by_class.loc["b", "users_accuracy"] == pytest.approx(0.6)
    checked[301:310] = False
    with pytest.raises(InputError) as caught:
        stratified_accuracy(mapped, np.ones(400), checked, reference)
    assert caught.value.code == "SAMPLE_TOO_SMALL"


def test_features_do_not_see_light_and_shade():
    facts = pd.DataFrame({"i_b4_mean": [2.0, 1.0], "i_b8_mean": [6.0, 3.0], "dem_mean": [100.0, 100.0]})
    values, names = image_features(facts, {"i": ["i_b4", "i_b8"], "dem": ["dem"]}, 0.5)
    assert names == ["i_b4|i_b8", "dem"]
    np.testing.assert_allclose(values, [[-0.5, 100.0], [-0.5, 100.0]])
    assert images_of(["a_b1_mean", "a_b1_std", "a_2_b1_mean", "dem_mean"], ["a", "a_2", "dem"]) == {
        "a": ["a_b1"], "a_2": ["a_2_b1"], "dem": ["dem"],
    }  # fmt: skip


@pytest.mark.parametrize("terms", [SpeciesTerms, WiltTerms])
@pytest.mark.parametrize("data", [None, [], {}, {"classes": {"a": ["b"]}}, {"bands": {"red": "B4"}}])
def test_terms_that_cannot_be_used(terms, data):
    with pytest.raises(InputError) as caught:
        terms.from_dict(data)
    assert caught.value.code == "IMAGE_TERMS_INVALID"


def test_shipped_terms_are_accepted():
    assert load_species_terms().folds == 5
    assert load_wilt_terms().ndvi_change_below == -0.10


def test_grades_at_their_ends():
    found = damage_grades(np.array([0.0, 1e-9, 0.01, 0.0101, 0.05, 0.3, 0.31, 1.0]), load_wilt_terms())
    assert found.tolist() == ["none", "trace", "trace", "light", "light", "moderate", "severe", "severe"]


class _Change:
    """Two bands of change held in memory."""

    def __init__(self, change, valid):
        self._change, self._valid = change, valid
        self.name, self.row_step = "made", 1
        self.grid = Grid(change.shape[2], change.shape[1], (0.0, 10.0, 0.0, 0.0, 0.0, -10.0))

    def read_rows(self, first_row, row_count):
        rows = slice(first_row, first_row + row_count)
        return self._change[:, rows], self._valid[None, rows]


def test_single_cells_and_cloud_do_not_count():
    change = np.zeros((2, 8, 8))
    change[:, 1:4, 1:4] = -0.5
    change[:, 6, 6] = -0.5
    valid = np.ones((8, 8), dtype=bool)
    valid[2, 2] = False
    flags = DiscolouredBands(_Change(change, valid), np.zeros(2), load_wilt_terms())
    whole, known = flags.read_rows(0, 8)
    assert whole[0, 6, 6] == 0
    assert whole[0, 1, 2] == 1
    assert whole[0, 2, 2] == 0
    assert not known[0, 2, 2]
    parts = np.concatenate([flags.read_rows(row, 1)[0] for row in range(8)], axis=1)
    np.testing.assert_array_equal(whole, parts)

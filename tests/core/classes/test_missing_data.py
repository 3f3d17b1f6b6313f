"""Missing data never grants anything: not a measure, not a stronger technique, not to a neighbour."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.adapters.rule_files import load_rule_sets
from sanming_carbon_plugin.core.classes.measures import classify, measure_rules

from .hand_made import BASES, TEXT, apart, stand, table

RULES = load_rule_sets()
NUMBERS = {
    "pine_share_low": [0.0, 0.3, 0.65, 1.0],
    "pine_share_high": [0.35, 0.65, 1.0],
    "age_group": [1.0, 2.0, 3.0, 4.0, 5.0],
    "closure": [0.1, 0.29, 0.3, 0.5, 0.62, 0.625, 0.7, 0.8, 0.9],
    "height_m": [1.0, 2.0, 12.0],
    "volume_m3_ha": [0.0, 20.0, 60.0, 100.0, 150.0, 700.0],
    "slope_deg_low": [0.0, 5.0, 15.0, 25.0, 35.0],
    "slope_deg_high": [4.0, 14.0, 24.0, 25.0, 34.0, 50.0],
    "slope_over_25_share": [0.0, 0.2, 0.5],
    "slope_over_35_share": [0.0, 0.2, 0.5],
    "soil_depth_cm": [20.0, 40.0, 80.0],
    "quality_grade": [1.0, 3.0, 5.0],
    "area_ha": [0.05, 1.0, 8.0, 25.0],
    "protection_grade": [1.0, 2.0],
    "land_protection_grade": [1.0, 3.0],
    "disturbance_grade": [0.0, 1.0, 3.0],
    "dead_tree_rate": [0.0, 0.02, 0.5],
    "damage_share": [0.0, 0.04, 0.5],
}
SIGNS = ("dead_tree_rate", "damage_share")
"""Only seen, never missed: without them a stand may lose what they gave it."""
WORDS = {
    "land_class": ["arbor", "arbor", "arbor", "cutover", "plantable_barren", "bamboo", "sparse", "cropland"],
    "species_group": ["pine", "pine", "chinese_fir", "hard_broadleaf", "mixed_conifer_broadleaf"],
    "origin": ["planted", "natural"],
    "forest_use": ["commercial", "public"],
    "forest_class": ["commercial_general", "public_key", "public_general"],
    "disturbance": ["none", "disease", "insects", "fire"],
    "red_line": ["no", "no", "no", "yes"],
    "reserve": ["no", "no", "no", "yes"],
    "reserve_core": ["no", "no", "no", "yes"],
    "dispute": ["no", "yes"],
}
STRENGTH = {"clear_cut": 0, "strip_cut": 1, "selective_tending": 2, None: 3}


def some_layer(seed: int, count: int = 60) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    stands = []
    for _ in range(count):
        one = {name: rng.choice(values) for name, values in NUMBERS.items()}
        one |= {name: str(rng.choice(np.array(values, dtype=object))) for name, values in WORDS.items()}
        if rng.random() < 0.6:
            # Many stands of one site, so that means exist.
            one |= {"land_class": "arbor", "species_group": "pine", "age_group": 3.0, "quality_grade": 1.0}
            one |= {"pine_share_low": 0.9, "pine_share_high": 0.9}
        if rng.random() < 0.3:
            one |= {"slope_deg_low": 15.0, "slope_deg_high": 24.0, "origin": "planted", "forest_use": "commercial"}
        stands.append(one)
    layer = table(stands)
    holes = rng.random(layer.shape) < 0.02
    for column, name in enumerate(layer.columns):
        layer.loc[holes[:, column], name] = None if name in TEXT else np.nan
    return layer


def side_by_side(count: int) -> np.ndarray:
    """Adjoining squares, ten in a row."""
    row, column = np.divmod(np.arange(count), 10)
    return shapely.box(column, row, column + 1.0, row + 1.0)


def found_in(layer: pd.DataFrame) -> pd.DataFrame:
    return classify(layer, side_by_side(len(layer)), RULES).columns


def assert_nothing_granted(before: pd.DataFrame, after: pd.DataFrame, lost: bool = False) -> None:
    for name in ("pine_transform", "reserve_forest"):
        granted = (after[name] == "yes") & (before[name] != "yes")
        assert not granted.any(), (name, list(before.index[granted]))
        turned = (before[name] == "yes") & (after[name] == "no")
        assert lost or not turned.any(), (name, list(before.index[turned]))
    for key in before.index:
        had = set((before.at[key, "measures"] or "").split(";"))
        has = set((after.at[key, "measures"] or "").split(";"))
        assert has - {""} <= had, key
    stronger = after["pine_technique"].map(STRENGTH) < before["pine_technique"].map(STRENGTH)
    assert not stronger.any()


@pytest.mark.long
@pytest.mark.parametrize("seed", range(4))
def test_dropping_any_column_grants_nothing(seed):
    layer = some_layer(seed)
    before = found_in(layer)
    for name in layer.columns:
        assert_nothing_granted(before, found_in(layer.drop(columns=name)), name in SIGNS)
        blank = layer.copy()
        blank[name] = None if name in TEXT else np.nan
        assert_nothing_granted(before, found_in(blank), name in SIGNS)


@pytest.mark.long
@settings(max_examples=60, deadline=None)
@given(st.integers(0, 50), st.lists(st.tuples(st.integers(0, 59), st.integers(0, 27)), min_size=1, max_size=12))
def test_blanking_any_cell_grants_nothing_to_any_stand(seed, cells):
    layer = some_layer(seed)
    before = found_in(layer)
    less, lost = layer.copy(), False
    for row, column in cells:
        name = layer.columns[column]
        lost |= name in SIGNS
        less.iloc[row, column] = None if name in TEXT else np.nan
    assert_nothing_granted(before, found_in(less), lost)


def test_the_layers_really_grant_something():
    layers = [classify(layer, apart(len(layer)), RULES) for layer in map(some_layer, range(4))]
    columns = pd.concat([layer.columns for layer in layers])
    assert set(columns["pine_technique"]) == {"clear_cut", "strip_cut", "selective_tending", None}
    assert columns["site_volume_ratio_low"].notna().any()
    assert (columns["reserve_forest"] == "yes").any()


def test_a_table_without_columns_and_a_table_without_rows():
    columns = classify(pd.DataFrame(index=pd.Index(["a", "b"])), None, RULES).columns
    assert list(columns["pine_transform"]) == ["unknown", "unknown"]
    assert columns["measures"].isna().all()
    empty = classify(some_layer(1).iloc[:0], np.empty(0, dtype=object), RULES)
    assert len(empty.columns) == 0
    assert len(empty.issues) == 0


def test_what_is_missing_is_named_once_per_stand_and_rule_set():
    layer = table([stand("pine", "pine_share= closure="), stand("cutover", "dispute="), stand("fir")], ["a", "b", "c"])
    issues = classify(layer, None, RULES).issues
    per_stand = issues[issues["code"] == "CLASS_UNKNOWN"]
    names = [params["rule_set"] for params in per_stand["params"]]
    assert not pd.Series(per_stand["stand_key"].astype(str) + names).duplicated().any()
    pine = per_stand[(per_stand["stand_key"] == "a")].iloc[0]
    assert pine["value"] == "PINE;SEL_CLOSURE;SEL_REASON"
    assert pine["field"] == "pine_share;closure"
    reserve = per_stand[per_stand["stand_key"] == "b"]
    assert list(reserve["value"]) == ["RF_DISPUTE", "AF_DISPUTE"]
    assert list(reserve["field"]) == ["dispute"] * 2


def test_fields_that_no_stand_has_are_named_once():
    layer = table([stand("fir"), stand("pine")]).drop(columns=["red_line"])
    issues = classify(layer, None, RULES).issues
    absent = issues[issues["code"] == "RULES_LACK_FIELDS"]
    assert absent["stand_key"].isna().all()
    pine = absent[[params["rule_set"] == "sanming_pine_transformation" for params in absent["params"]]]
    assert "red_line" in pine["value"].iloc[0].split(";")


def test_bases_are_what_they_say():
    assert set(BASES) == {"pine", "cutover", "fir", "nothing"}


def test_a_declared_word_counts_only_where_there_is_none():
    data = dict(RULES[1].data)
    told = {"value": "no", "reason": "no dispute on file", "name": "Lin", "date": "2025-03-01"}
    declaring = measure_rules(data | {"declared": {"dispute": told}})
    layer = table([stand("cutover", "dispute="), stand("cutover", "dispute=yes"), stand("cutover")])
    result = classify(layer, None, declaring)
    assert list(result.columns["reserve_forest"]) == ["yes", "no", "yes"]
    row = result.issues[result.issues["code"] == "RULES_DECLARED"].iloc[0]
    assert (row["field"], row["value"], row["params"]["count"]) == ("dispute", "no", 1)
    without = classify(layer.drop(columns="dispute"), None, declaring).columns
    assert list(without["reserve_forest"]) == ["yes"] * 3


def test_an_age_group_from_the_age_alone_is_no_record():
    """The table of ages says 2, nothing is written down: figures may use it, rules wait."""
    layer = table([stand("fir", "closure=0.9"), stand("pine"), stand("fir", "closure=0.9"), stand("pine")])
    recorded = layer["age_group"].where([True, True, False, False])
    found = classify(layer.assign(age_group_low=recorded, age_group_high=recorded), None, RULES).columns
    known = classify(layer, None, RULES).columns
    pd.testing.assert_frame_equal(found.iloc[:2], known.iloc[:2])
    assert "tending" in known["measures"].iloc[2]
    assert "tending" not in (found["measures"].iloc[2] or "")
    assert known["reserve_forest"].iloc[2] == "yes"
    assert found["reserve_forest"].iloc[2] == "unknown"
    assert "CC_REASON?" in found["pine_rules"].iloc[3]
    assert "CC_REASON+" in known["pine_rules"].iloc[3]

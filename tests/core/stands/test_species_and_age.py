import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanming_carbon_plugin.core.stands.age_groups import age_group_of
from sanming_carbon_plugin.core.stands.composition import parse_composition

from .layers import TABLES, keyed, normalised, rows_of


def pine_share(text):
    found = parse_composition(text, TABLES)
    return None if found is None else round(found.share_of_kind("pine"), 6)


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("8马2阔", 0.8),
        ("10杉", 0.0),
        ("7马3杉", 0.7),
        ("6马4阔+竹", 0.6),
        ("马尾松", 1.0),
        ("8马尾松2木荷", 0.8),
        ("马8阔2", 0.8),
        ("5马3湿2阔", 0.8),
        ("８马２阔", 0.8),
        ("80马20阔", 0.8),
        ("0.8马0.2阔", 0.8),
        ("7马3阔-荷", 0.7),
        ("8马+2阔", 0.8),
        ("7马2阔", None),
        ("8马2猫", None),
        ("", None),
        ("8", None),
    ],
)
def test_compositions(text, share):
    assert pine_share(text) == share


@given(st.lists(st.sampled_from("马杉阔湿荷枫竹软硬"), min_size=1, max_size=5), st.data())
def test_shares_add_up_and_keep_the_order(names, data):
    cuts = sorted(
        data.draw(st.lists(st.integers(1, 99), min_size=len(names) - 1, max_size=len(names) - 1, unique=True))
    )
    tenths = np.diff([0, *cuts, 100])
    found = parse_composition("".join(f"{number}{name}" for number, name in zip(tenths, names, strict=True)), TABLES)
    assert sum(share for _, _, share in found.shares) == pytest.approx(1.0)
    assert [share for _, _, share in found.shares] == pytest.approx((tenths / 100).tolist())


@given(st.text(alphabet="马杉阔0123456789+-. ", max_size=12))
def test_any_text_is_read_or_refused(text):
    found = parse_composition(text, TABLES)
    assert found is None or sum(share for _, _, share in found.shares) == pytest.approx(1.0)


def test_pine_share_is_exact_from_a_composition_and_an_interval_from_the_species():
    species = ["220", "220", "310", "490", "610", "620", "630", "660", None]
    composition = ["8马2阔", None, None, None, None, None, None, None, "6马4杉"]
    facts, _ = normalised(keyed(9, YOU_SHI_SZ=species, SZ_ZC=composition))
    below = np.nextafter(0.65, 0.0)
    assert facts["pine_share_low"].tolist()[:7] == [0.8, 0.65, 0, 0, 0, 0, 0]
    assert facts["pine_share_high"].tolist()[:7] == [0.8, 1.0, 0.35, 0.35, 1.0, 0.35, below]
    assert np.isnan(facts["pine_share_low"].iloc[7])
    assert facts["pine_share_low"].iloc[8] == facts["pine_share_high"].iloc[8] == 0.6


def test_the_species_comes_from_a_pure_composition_where_none_is_recorded():
    facts, issues = normalised(keyed(3, YOU_SHI_SZ=[None, None, "310"], SZ_ZC=["8马2阔", "6马4阔", "10马"]))
    assert list(facts["species_code"]) == ["220", None, "310"]
    assert rows_of(issues, "SPECIES_FROM_COMPOSITION")["value"].item() == "1"


@pytest.mark.parametrize(
    ("species", "origin", "ages", "groups"),
    [
        ("310", "planted", [0, 10, 11, 20, 21, 25, 26, 35, 36, 90], [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]),
        ("220", "planted", [10, 11, 30, 31, 50, 51], [1, 2, 3, 4, 4, 5]),
        ("220", "natural", [20, 21, 31, 41, 60, 61], [1, 2, 3, 4, 4, 5]),
        ("660", None, [1, 2, 3, 6, 7, 20], [1, 1, 2, 2, 3, 3]),
    ],
)
def test_age_groups_of_the_table(species, origin, ages, groups):
    count = len(ages)
    found = age_group_of(
        np.array(ages, dtype=float), np.array([species] * count, object), np.array([origin] * count, object), TABLES
    )
    assert found.tolist() == groups


def test_no_age_group_without_age_species_or_origin():
    found = age_group_of(
        np.array([np.nan, 12.0, 12.0, 12.0]),
        np.array(["310", None, "310", "849"], dtype=object),
        np.array(["planted", "planted", None, "planted"], dtype=object),
        TABLES,
    )
    assert np.isnan(found).all()


def test_the_recorded_group_is_used_and_a_difference_is_listed():
    facts, issues = normalised(
        keyed(
            4,
            YOU_SHI_SZ=["310", "310", "310", "660"],
            QI_YUAN=["21"] * 4,
            PINGJUN_NL=[12, 12, np.nan, np.nan],
            LING_ZU=["3", None, "中龄林", "5"],
        )
    )
    assert facts["age_group"].tolist()[:3] == [3.0, 2.0, 2.0]
    assert np.isnan(facts["age_group"].iloc[3])
    # For rules only what is recorded counts: a group from the age alone has no known ends.
    for end in ("age_group_low", "age_group_high"):
        np.testing.assert_array_equal(facts[end], [3.0, np.nan, 2.0, np.nan])
    assert list(rows_of(issues, "AGE_GROUP_DISAGREES")["stand_key"]) == [facts.index[0]]
    assert list(rows_of(issues, "AGE_GROUP_OUT_OF_LIST")["stand_key"]) == [facts.index[3]]


def test_the_age_group_of_a_mixed_stand_follows_its_leading_species():
    facts, _ = normalised(
        keyed(2, YOU_SHI_SZ=["630", "630"], SZ_ZC=["6杉4阔", None], QI_YUAN=["21"] * 2, PINGJUN_NL=[22, 22])
    )
    assert facts["age_group"].iloc[0] == 3.0
    assert np.isnan(facts["age_group"].iloc[1])

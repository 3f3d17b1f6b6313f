from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sanming_carbon_plugin.core.stands.tenure import (
    PIECE_COLUMNS,
    reconcile_areas,
    tenure_pieces,
    without_identity_numbers,
)

from .layers import TABLES, codes_of, rows_of


def parcels(count, **columns):
    base = {"certificate": [f"第{number}号" for number in range(count)], "holder": ["某甲"] * count}
    base |= {"right": ["林地使用权"] * count, "valid_to": ["2050-12-31"] * count, "disputed": ["no"] * count}
    return pd.DataFrame({**base, **columns}, dtype=object)


def laid_over(stands, plots, **columns):
    stands, plots = np.array(stands, dtype=object), np.array(plots, dtype=object)
    keys = np.array([f"s{number}" for number in range(len(stands))], dtype=object)
    areas = shapely.area(stands) / 10_000.0
    return tenure_pieces(stands, keys, areas, plots, parcels(len(plots), **columns), TABLES.settings)


def test_pieces_carry_both_keys_and_shares():
    found = laid_over(
        [shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100), shapely.box(500, 0, 600, 100)],
        [shapely.box(0, 0, 150, 100), shapely.box(150, 0, 180, 100)],
    )
    pieces = found.pieces
    assert list(pieces.columns) == list(PIECE_COLUMNS)
    assert list(zip(pieces["stand_key"], pieces["certificate"], strict=True)) == [
        ("s0", "第0号"),
        ("s1", "第0号"),
        ("s1", "第1号"),
    ]
    assert pieces["stand_share"].tolist() == pytest.approx([1.0, 0.5, 0.3])
    assert pieces["parcel_share"].tolist() == pytest.approx([2 / 3, 1 / 3, 1.0])
    assert pieces["area_ha"].tolist() == pytest.approx([1.0, 0.5, 0.3])
    assert list(rows_of(found.issues, "TENURE_NO_PARCEL")["stand_key"]) == ["s2"]
    assert rows_of(found.issues, "TENURE_PARTLY_COVERED")["value"].item() == "0.8"


def test_parcels_on_each_other_are_listed_with_their_piece():
    found = laid_over([shapely.box(0, 0, 100, 100)], [shapely.box(0, 0, 60, 100), shapely.box(50, 0, 100, 100)])
    row = rows_of(found.issues, "TENURE_PARCELS_OVERLAP")
    assert row["value"].item() == "1000"
    assert row["params"].item() == {"certificate": "第0号", "other": "第1号"}
    assert row["geometry"].item().equals(shapely.box(50, 0, 60, 100))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("曾某甲 350428197001011234", "曾某甲"),
        ("曾某甲（身份证号：35042819700101123X）", "曾某甲"),
        ("350428700101123", None),
        ("林某乙、350428198502281235", "林某乙"),
        ("曾某甲350428197001011234林某乙350428198502281235", "曾某甲林某乙"),
        ("将林证字(2010)第3504280001号", "将林证字(2010)第3504280001号"),
        ("91350428MA31ABCD2X", "91350428MA31ABCD2X"),
        ("350428199913991234", "350428199913991234"),
        ("黄地村集体", "黄地村集体"),
    ],
)
def test_identity_numbers_are_left_out(text, kept):
    found, count = without_identity_numbers(np.array([text], dtype=object))
    assert found[0] == kept
    assert count == (0 if kept == text else max(1, text.count("3504281")))


@given(st.text(alphabet="曾某甲 ():号", max_size=6), st.dates(), st.integers(0, 999), st.sampled_from("0123456789Xx"))
def test_no_identity_number_survives_in_any_company(name, birth, serial, check):
    if birth.year < 1900 or birth.year > 2100:
        return
    number = f"350428{birth:%Y%m%d}{serial:03d}{check}"
    found, count = without_identity_numbers(np.array([name + number + name], dtype=object))
    assert count == 1
    assert number not in (found[0] or "")


def test_identity_numbers_do_not_reach_the_pieces():
    found = laid_over([shapely.box(0, 0, 9, 9)], [shapely.box(0, 0, 9, 9)], holder=["曾某甲 350428197001011234"])
    assert list(found.pieces["holder"]) == ["曾某甲"]
    assert rows_of(found.issues, "TENURE_IDENTITY_REMOVED")["params"].item() == {"count": 1}
    assert "350428197001011234" not in found.pieces.to_csv() + found.issues.to_csv()


def test_the_three_areas_stand_side_by_side():
    stands = [shapely.box(0, 0, 100, 100)]
    plots = [shapely.box(0, 0, 100, 80), shapely.box(0, 80, 100, 130)]
    pieces = laid_over(stands, plots).pieces
    names = np.array(["第0号", "第1号"], dtype=object)
    table, issues = reconcile_areas(pieces, names, np.array([0.8, 0.7]), np.array([0.8, 0.5]), 0.05)
    assert table["certificate_mu"].tolist() == pytest.approx([12.0, 10.5])
    assert table["parcel_mu"].tolist() == pytest.approx([12.0, 7.5])
    assert table["stands_mu"].tolist() == pytest.approx([12.0, 3.0])
    assert rows_of(issues, "TENURE_AREA_DISAGREES")["params"].item() == {"certificate": "第1号"}


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_pieces_add_up_to_what_both_layers_share(seed):
    rng = np.random.default_rng(seed)
    edges_x, edges_y = np.sort(rng.uniform(0, 100, 4)), np.sort(rng.uniform(0, 100, 4))
    stands = [shapely.box(x, 0, x2, 100) for x, x2 in pairwise(edges_x)]
    plots = [shapely.box(0, y, 100, y2) for y, y2 in pairwise(edges_y)]
    pieces = laid_over(stands, plots).pieces
    shared = shapely.union_all(stands).intersection(shapely.union_all(plots)).area
    assert pieces["area_ha"].sum() * 10_000 == pytest.approx(shared, rel=1e-9)


def test_a_layer_without_parcels():
    found = laid_over([shapely.box(0, 0, 1, 1), None], [])
    assert len(found.pieces) == 0
    assert codes_of(found.issues) == {"TENURE_NO_PARCEL"}

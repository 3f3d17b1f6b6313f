"""The classes of every theme are told apart in grey print and by colour-blind eyes, and are the same in the report."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from sanming_carbon_plugin.adapters.maps.themes import every_theme, themes
from sanming_carbon_plugin.adapters.reports.page import _bars

# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear light.
BLIND = {
    "grey print": None,
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
LEAST_LIGHTNESS = 8.0
LEAST_DIFFERENCE = 10.0
"""CIELAB units; about 2 can just be seen side by side."""


def _linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def _lab(linear: np.ndarray) -> np.ndarray:
    matrix = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    xyz = matrix @ np.clip(linear, 0, 1) / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def _seen(colour: str, eyes: str) -> np.ndarray:
    linear = _linear(colour)
    if BLIND[eyes] is None:
        return _lab(linear) * np.array([1.0, 0.0, 0.0])
    return _lab(np.array(BLIND[eyes]) @ linear)


@pytest.mark.parametrize("eyes", BLIND)
@pytest.mark.parametrize("name", every_theme())
def test_two_classes_differ_in_pattern_or_can_be_told_apart(name, eyes):
    least = LEAST_LIGHTNESS if eyes == "grey print" else LEAST_DIFFERENCE
    for one, other in combinations(every_theme()[name].classes, 2):
        if one.pattern != other.pattern:
            continue
        apart = np.linalg.norm(_seen(one.fill, eyes) - _seen(other.fill, eyes))
        assert apart >= least, (one.value, other.value, apart)


@pytest.mark.parametrize("name", every_theme())
def test_a_pattern_can_be_seen_on_its_fill(name):
    for each in every_theme()[name].classes:
        if each.pattern:
            apart = abs(_seen(each.fill, "grey print")[0] - _seen(each.line, "grey print")[0])
            assert apart >= LEAST_LIGHTNESS, (each.value, apart)


def test_bars_of_the_report_have_the_colours_and_patterns_of_the_map():
    classes = [each for each in themes()["measure"].classes if each.value in ("pine_transform", "tending", "none")]
    drawn = _bars({each.value: 1.0 for each in classes}, "ha", classes, "measure")
    for each in classes:
        assert each.fill in drawn
        assert not each.pattern or "url(#bar_measure_{})".format(each.value) in drawn

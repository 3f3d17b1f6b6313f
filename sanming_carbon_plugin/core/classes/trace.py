"""Outcomes in short words: one text per stand, made once per different combination of outcomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

SIGNS = {1: "+", 0: "?", -1: "-"}
_PER_NUMBER = 30

Texts = npt.NDArray[np.object_]


def combinations(outcomes: Sequence[npt.NDArray[np.int8]], count: int) -> tuple[npt.NDArray[np.intp], npt.NDArray]:
    """Number of each stand's combination of outcomes, and for each combination one stand that has it.

    Parameters
    ----------
    outcomes
        int8 arrays of length ``count`` with values −1, 0, 1 (or 0, 1).
    """
    codes = np.zeros(count, dtype=np.intp)
    for start in range(0, len(outcomes), _PER_NUMBER):
        packed = np.zeros(count, dtype=np.int64)
        for outcome in outcomes[start : start + _PER_NUMBER]:
            packed *= 3
            packed += outcome
            packed += 1
        found, different = pd.factorize(packed)
        codes, _ = pd.factorize(codes.astype(np.int64) * len(different) + found)
    first = np.zeros(int(codes.max()) + 1 if count else 0, dtype=np.intp)
    first[codes[::-1]] = np.arange(count)[::-1]
    return codes, first


def texts_of(outcomes: Sequence[npt.NDArray[np.int8]], count: int, word: Callable[[list[int]], str | None]) -> Texts:
    """``word(outcomes of one stand)`` for every stand, called once per different combination."""
    codes, first = combinations(outcomes, count)
    table = np.empty(len(first), dtype=object)
    for number, stand in enumerate(first):
        table[number] = word([int(outcome[stand]) for outcome in outcomes])
    return table[codes] if count else np.empty(0, dtype=object)


def trace(
    rule_ids: Sequence[str],
    outcomes: Sequence[npt.NDArray[np.int8]],
    count: int,
    marks: Mapping[str, npt.NDArray[np.bool_]] | None = None,
) -> Texts:
    """``RULE+;RULE-;RULE?`` for every stand, and after these each of ``marks`` with ``+`` where it holds."""
    extra = marks or {}

    def word(signs: list[int]) -> str:
        parts = [name + SIGNS[sign] for name, sign in zip(rule_ids, signs[: len(rule_ids)], strict=True)]
        return ";".join(parts + [name + "+" for name, held in zip(extra, signs[len(rule_ids) :], strict=True) if held])

    return texts_of([*outcomes, *(held.astype(np.int8) for held in extra.values())], count, word)

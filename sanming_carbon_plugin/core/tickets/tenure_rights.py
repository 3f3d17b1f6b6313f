"""Which rights a certificate proves: to the land, to the trees, or to both."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

RIGHT_PARTS = ("land_and_trees", "land", "trees", "right_words")
_BETWEEN = re.compile(r"[\s和与及或、/\\,，;；+＋()（）|.·-]+")


def rights_proved(texts: npt.NDArray[np.object_], words: Mapping[str, Sequence[str]] | None) -> npt.NDArray[np.int8]:
    """Whether each text names a right to land and trees: 1 both, −1 only one of them, 0 nobody can say. Shape (n,).

    Parameters
    ----------
    texts
        Kind of right of each certificate, or None.
    words
        Words of :data:`RIGHT_PARTS` from the profile. A text with any other word stays unknown, so that a lease
        or a note is never taken for a title. None knows no word.
    """
    codes, distinct = pd.factorize(np.asarray(texts, dtype=object))
    outcomes = [_proved(str(text), words or {}) for text in distinct]
    return np.asarray([*outcomes, 0], dtype=np.int8)[codes]


def _proved(text: str, words: Mapping[str, Sequence[str]]) -> int:
    part_of = {word: part for part in RIGHT_PARTS for word in words.get(part, ())}
    if not part_of:
        return 0
    longest_first = "|".join(re.escape(word) for word in sorted(part_of, key=len, reverse=True))
    plain = "".join(unicodedata.normalize("NFKC", text).split())
    found = {part_of[word] for word in re.findall(longest_first, plain)} - {"right_words"}
    rest = _BETWEEN.sub("", re.sub(longest_first, "", plain))
    if rest or not found:
        return 0
    return 1 if "land_and_trees" in found or {"land", "trees"} <= found else -1

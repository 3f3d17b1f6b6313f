"""Every code the carbon room can raise has its words, and every word its code."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pandas as pd
import pytest

import sanming_carbon_plugin
from sanming_carbon_plugin.paths import resources_dir

ROOM = Path(sanming_carbon_plugin.__file__).parent / "core" / "carbon"
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted(ROOM.glob("*.py")))
ADAPTERS = ROOM.parents[1] / "adapters"
LOADER = "".join((ADAPTERS / name).read_text(encoding="utf-8") for name in ("carbon_parameters.py", "harvest_files.py"))


def table(kind, room="carbon"):
    path = resources_dir() / "messages" / kind / f"{room}.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def codes(prefixes):
    return set(re.findall(rf'"((?:{prefixes})_[A-Z_]+)"', SOURCE + LOADER))


def test_issue_codes_and_words_match():
    of_the_checks = set(table("issues", "stands")["code"])
    assert codes("STOCK|SINK|GROWTH|CONFLICT") - of_the_checks <= set(table("issues")["code"])
    raised = codes("STOCK|SINK|GROWTH|CONFLICT|PERIOD|PARAMETERS|PRODUCTS|YEARS|DATE|CURVES|DRAWS|HARVEST")
    for kind in ("issues", "errors"):
        assert set(table(kind)["code"]) <= raised
        assert not table(kind)["code"].duplicated().any()


@pytest.mark.parametrize(("kind", "columns"), [("issues", ["message"]), ("errors", ["message", "hint"])])
def test_words_are_whole_sentences_with_the_same_values_in_both_languages(kind, columns):
    def fields(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    for row in table(kind).to_dict("records"):
        for column in columns:
            english, chinese = row[column], row[f"{column}_zh"]
            assert english.endswith("."), english
            assert chinese.endswith("。"), chinese
            assert not re.search(r"[,;:()](?![^{]*})", chinese), chinese
            assert fields(english) >= fields(chinese)

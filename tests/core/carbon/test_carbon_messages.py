"""Every code the carbon room can raise has its words, and every word its code."""

from __future__ import annotations

import re
import string
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sanming_carbon_plugin
from sanming_carbon_plugin.core.carbon.sink import sink
from sanming_carbon_plugin.core.carbon.two_dates import EarlierInventory
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


@pytest.mark.parametrize(("today", "before"), [(120.0, np.nan), (np.nan, 20.0)])
def test_a_gain_from_trees_of_one_date_is_told_as_none(make_facts, parameters, errors, five_years, today, before):
    """No tonne of it is in the sink; all of it is in the recoding; and both languages say that it does not count."""
    trees = {"species_code": "220", "dbh_cm": 10.0, "height_m": 8.0, "stems_per_ha": 900.0}
    now, then = (make_facts(["k"], volume_m3_ha=volume, **trees) for volume in (today, before))
    nowhere = np.full(1, None, dtype=object)
    found = sink(now, nowhere, EarlierInventory(then, nowhere), parameters, errors, five_years)
    row = found.columns.iloc[0]
    assert (row["sink_tco2e_yr"], row["sink_basis"]) == (0.0, "two_layers")
    assert row["recode_tco2e"] > 0.0
    assert {"SINK_VOLUME_BASIS_DIFFERS", "SINK_RECODED"} <= set(found.issues["code"])
    words = table("issues").set_index("code").loc["SINK_VOLUME_BASIS_DIFFERS"]
    assert "for one date alone, a loss counts but a gain does not" in words["message"]
    assert "仅一期如此的，只计损失、不计增长" in words["message_zh"]
    assert "way of counting" in table("issues").set_index("code").loc["SINK_RECODED", "message"]

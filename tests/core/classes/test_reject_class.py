"""Where no species group is likely enough, the images say nothing: no group, no conflict, and one line that tells."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.image_models import load_species_terms
from sanming_carbon_plugin.adapters.messages import render_issues
from sanming_carbon_plugin.core.classes.species_from_images import predict_species
from sanming_carbon_plugin.core.errors import InputError

CLASSES = ("bamboo", "broadleaf", "chinese_fir", "pine")
TERMS = load_species_terms()


def said(shares, terms=TERMS, species="pine"):
    """What is said of stands for which the model gives these probabilities."""
    table = np.asarray(shares, dtype=np.float64)
    model = SimpleNamespace(
        features=("i_b4",), classes=CLASSES, probabilities=lambda values: table[values[:, 0].astype(int)]
    )
    facts = pd.DataFrame(
        {
            "i_b4_mean": np.arange(len(table), dtype=np.float64),
            "land_class": ["arbor"] * len(table),
            "species_group": [species] * len(table),
        },
        index=pd.Index([f"s{row}" for row in range(len(table))], name="stand_key"),
    )
    return predict_species(facts, {"i": ["i_b4"]}, terms, model)


LIKELY, AT_THE_LIMIT, BELOW = [0.9, 0.1, 0, 0], [0.4, 0.3, 0.3, 0.0], [0.39, 0.31, 0.3, 0.0]


def test_a_group_below_the_limit_is_not_named():
    found = said([LIKELY, AT_THE_LIMIT, BELOW])
    assert found.columns["image_species_group"].tolist() == ["bamboo", "bamboo", None]
    # How likely it was stays readable, so that the limit can be judged.
    assert found.columns["image_probability"].tolist() == [0.9, 0.4, 0.39]


def test_a_rejected_stand_is_in_no_conflict_with_its_inventory():
    """The inventory's label has a probability of 0 in all three; only where a group is named does that contradict."""
    found = said([LIKELY, AT_THE_LIMIT, BELOW])
    assert found.columns["image_conflict"].tolist() == ["yes", "yes", None]
    conflicts = found.issues[found.issues["code"] == "IMAGE_SPECIES_CONFLICT"]
    assert conflicts["stand_key"].tolist() == ["s0", "s1"]
    assert conflicts["value"].notna().all()


def test_rejected_stands_are_counted_in_one_line():
    found = said([LIKELY, BELOW, BELOW])
    (row,) = found.issues[found.issues["code"] == "IMAGE_SPECIES_REJECTED"].to_dict("records")
    assert (row["value"], row["params"]["limit"]) == ("2", 0.4)
    told = render_issues(found.issues[found.issues["code"] == "IMAGE_SPECIES_REJECTED"]).iloc[0]
    assert "2" in told["message"]
    assert "0.4" in told["message_zh"]
    assert "IMAGE_SPECIES_REJECTED" not in set(said([LIKELY, AT_THE_LIMIT]).issues["code"])


@pytest.mark.parametrize(("limit", "rejected"), [(0.2, 0), (0.395, 1), (0.5, 2), (1.0, 3)])
def test_the_limit_of_the_terms_decides(limit, rejected):
    found = said([LIKELY, AT_THE_LIMIT, BELOW], replace(TERMS, reject_below=limit))
    assert found.columns["image_species_group"].isna().sum() == rejected


@pytest.mark.parametrize("limit", [0, 0.0, -0.1, 1.1, None, "0.4", True])
def test_terms_without_a_reject_class_are_refused(limit):
    data = {name: getattr(TERMS, name) for name in TERMS.__dataclass_fields__}
    assert type(TERMS).from_dict(data) == TERMS
    with pytest.raises(InputError) as caught:
        type(TERMS).from_dict(data | {"reject_below": limit})
    assert caught.value.values["name"] == "reject_below"


def test_the_shipped_limit_lies_above_chance():
    """With five species groups and no forest, a guess is right in one of six."""
    assert 1 / (len(TERMS.classes) + 1) < TERMS.reject_below <= 0.5

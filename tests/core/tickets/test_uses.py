"""What a ticket is worth to a use: every figure with its arithmetic."""

from __future__ import annotations

import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.profiles import load_use, shipped_uses
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.tickets.uses import (
    FactorTable,
    emissions,
    planting_duty,
    pledge_value,
    restoration,
    tickets_that_cover,
)

pytestmark = pytest.mark.everywhere


def test_a_conference_is_neutral_with_so_many_tonnes():
    table = load_use("neutrality")
    done = emissions([("electricity_fujian", 10_000), ("diesel", 200)], table)
    assert done.totals["emitted_tco2e"] == pytest.approx(4.092 + 0.63726)
    assert done.totals["needed_t"] == 5
    assert done.lines["arithmetic"].iloc[0] == "10000 kWh × 0.4092 kgCO2e/kWh ÷ 1000 = 4.092 tCO2e"
    assert done.lines["source"].str.len().min() > 10


def test_tickets_are_used_from_the_oldest_period():
    tickets = pd.DataFrame(
        {"ticket": ["T2", "T1", "T3"], "whole_t": [10, 3, 0], "period_end": ["2025-12-31", "2020-12-31", "2015-12-31"]}
    )
    used, missing = tickets_that_cover(5, tickets)
    assert used[["ticket", "used_t", "left_t"]].to_numpy().tolist() == [["T1", 3, 0], ["T2", 2, 8]]
    assert missing == 0
    assert tickets_that_cover(20, tickets)[1] == 7


def test_a_damaged_forest():
    done = restoration(2.0, 5.0, load_use("ecological_justice"), "growth_pine", {"stock_pine": 73.6})
    assert done.totals["lost_tco2e"] == pytest.approx(2 * 5 * 6 + 73.6 * 1.12)
    assert done.totals["needed_t"] == 143
    assert done.lines["arithmetic"].iloc[1] == "73.6 m³ × 1.12 tCO2e/m³ = 82.432 tCO2e"


def test_planting_duty_and_pledge():
    assert planting_duty(100, 1, load_use("tree_planting")).totals == {
        "trees": 300.0,
        "yuan": 4500.0,
        "needed_t": 300.0,
    }
    worth = pledge_value(18_294, load_use("pledge")).totals
    assert (worth["value_low_yuan"], worth["value_high_yuan"]) == (182_940, 274_410)
    assert worth["loan_high_yuan"] == 137_205


@pytest.mark.parametrize("amount", [-1.0, float("nan"), float("inf"), True, "3"])
def test_amounts_must_be_numbers_from_zero(amount):
    with pytest.raises(InputError) as caught:
        emissions([("diesel", amount)], load_use("neutrality"))
    assert caught.value.code == "USE_AMOUNT_INVALID"


def test_unknown_factors_and_tables_are_named():
    with pytest.raises(InputError) as caught:
        emissions([("coal", 1.0)], load_use("neutrality"))
    assert caught.value.code == "USE_FACTOR_UNKNOWN"
    with pytest.raises(InputError) as caught:
        load_use("nothing")
    assert caught.value.code == "USE_TABLE_NOT_FOUND"


def test_every_problem_of_a_factor_file_is_named_with_its_place():
    factor = dict.fromkeys(("id", "date", "confidence"), "X") | {"title": "", "title_zh": "甲", "value": 0}
    data = dict.fromkeys(("id", "version", "status", "title", "title_zh", "note"), "t") | {"kind": "pledge", "extra": 1}
    data |= {"dated": None, "factors": [factor | {"unit": "t", "source": "s"}, 3]}
    places = ["$.status", "$.dated", "note_zh", "'extra'", "$.factors[1]", "price_low"]
    places += [f"$.factors[0].{name}" for name in ("id", "title", "value", "date", "confidence")]
    with pytest.raises(InputError) as caught:
        FactorTable.from_dict(data)
    text = caught.value.values["problems"]
    for place in places:
        assert place in text
    with pytest.raises(InputError):
        FactorTable.from_dict([])


def test_the_shipped_tables_load():
    assert set(shipped_uses()) == {"neutrality", "ecological_justice", "tree_planting", "pledge"}
    for name in shipped_uses():
        assert load_use(name).id == name

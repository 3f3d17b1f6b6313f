"""What applications claim: the same application is known again, shared pieces are found."""

from __future__ import annotations

import pandas as pd
import pytest

from sanming_carbon_plugin.core.tickets.claims import CLAIM_COLUMNS, application_id, shared_pieces

pytestmark = pytest.mark.everywhere

FIRST, SECOND = ("2016-01-01", "2020-12-31"), ("2021-01-01", "2025-12-31")


def test_an_application_is_known_by_applicant_period_and_pieces_in_any_order():
    pieces = [("A", "证1"), ("B", None)]
    number = application_id("张三", *FIRST, pieces)
    assert number == application_id(" 张三", *FIRST, pieces[::-1])
    others = {application_id("李四", *FIRST, pieces), application_id("张三", *SECOND, pieces)}
    others |= {application_id("张三", *FIRST, pieces[:1]), number}
    assert len(others) == 4


def claims(*rows):
    return pd.DataFrame(rows, columns=list(CLAIM_COLUMNS))


def test_pieces_of_two_applications_for_the_same_days_are_found():
    found = shared_pieces(
        claims(
            ("T1", "A", "证1", *FIRST, 10),
            ("T1", "A", "证1", *FIRST, 5),
            ("T1", "B", None, *FIRST, 7),
            ("T2", "A", "证1", *FIRST, 12),
            ("T2", "B", None, *FIRST, 7),
            ("T2", "C", "证1", *FIRST, 7),
            ("T3", "A", "证1", *SECOND, 12),
            ("T4", "A", "证2", *FIRST, 12),
        )
    )
    assert found.to_numpy().tolist() == [["T1", "T2", 2, 19]]
    assert shared_pieces(claims()).empty

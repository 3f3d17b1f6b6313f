"""Doubts as the log tells them: with the first case in full where the sentence differs from stand to stand."""

from __future__ import annotations

import pytest

from sanming_carbon_plugin.adapters.count_words import doubt_line
from sanming_carbon_plugin.adapters.jobs.issue_table import issue_counts
from sanming_carbon_plugin.adapters.message_tables import message_table
from sanming_carbon_plugin.adapters.messages import render_issues
from sanming_carbon_plugin.core.issues import stand_issues

DIFFERING = next(code for code, row in message_table("issues").items() if "{value}" in row["message"])
SAME = next(code for code, row in message_table("issues").items() if "{" not in row["message"] + row["message_zh"])


def _counted(code, *stands):
    found = render_issues(stand_issues(code, list(stands), "age_yr", [7] * len(stands)))
    return issue_counts(found), found


@pytest.mark.parametrize(("language", "example"), [("en", "e.g. stand 甲: "), ("zh", "例如 小班 甲：")])
def test_the_first_case_is_told_in_full(language, example):
    counts, found = _counted(DIFFERING, "甲", "乙")
    ((code, severity), count) = next(iter(counts.items()))
    line = doubt_line(code, severity, count, language, counts.first[code])
    assert line.endswith(example + found["message_zh" if language == "zh" else "message"].iloc[0])
    assert "…" not in line
    assert "…" in doubt_line(code, severity, count, language)


def test_a_single_case_is_told_as_it_is_and_one_that_never_differs_once():
    counts, found = _counted(DIFFERING, "甲")
    line = doubt_line(DIFFERING, "warning", 1, "en", counts.first[DIFFERING])
    assert line.endswith("stand 甲: " + found["message"].iloc[0])
    assert "e.g." not in line
    counts, found = _counted(SAME, "甲", "乙")
    assert doubt_line(SAME, "warning", 2, "en", counts.first[SAME]).endswith("(2): " + found["message"].iloc[0])

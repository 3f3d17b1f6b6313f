"""Doubts about how households of a joint application share the income."""

from __future__ import annotations

import pandas as pd

from ..issues import join_issues, layer_issue
from .applications import Application


def income_doubts(application: Application) -> pd.DataFrame:
    """Households that get income though no ground of theirs counts, one row each."""
    table = application.households
    without = table[(table["income_share"] > 0) & ~(table["area_ha"] > 0)]
    return join_issues(
        layer_issue(
            "APPLICATION_INCOME_WITHOUT_GROUND", "income_weight", row.holder, percent=f"{row.income_share * 100:.4g}"
        )
        for row in without.itertuples()
    )

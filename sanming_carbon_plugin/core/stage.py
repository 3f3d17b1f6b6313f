"""What a stage of the pipeline hands on."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from .issues import no_issues


@dataclass(frozen=True)
class StageResult:
    """New columns for the table of stands, and the doubts that came up.

    Attributes
    ----------
    columns
        One row per stand, indexed by ``stand_key`` in the order of the table that went in. Unknown is NaN
        in numbers and None in text, never 0 and never an empty text.
    issues
        Rows as made by :mod:`sanming_carbon_plugin.core.issues`.
    """

    columns: pd.DataFrame
    issues: pd.DataFrame = field(default_factory=no_issues)

"""Names of the steps of a run, in words."""

from __future__ import annotations

import csv
from functools import lru_cache

from ..paths import resources_dir


@lru_cache(maxsize=1)
def _steps() -> dict[str, dict[str, str]]:
    with (resources_dir() / "messages" / "steps.csv").open(encoding="utf-8", newline="") as file:
        return {row["step"]: row for row in csv.DictReader(file)}


def step_text(name: str, language: str) -> str:
    """Step ``name`` as a user reads it; the name itself where the table does not know it."""
    row = _steps().get(name)
    return name if row is None else row["text_zh" if language == "zh" else "text"]

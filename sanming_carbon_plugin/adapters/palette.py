"""The one table of colours and patterns: maps, legends, charts, reports and the field project all take theirs here."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache

from ..paths import resources_dir


@dataclass(frozen=True)
class Look:
    """Colour of an area (``#rrggbb``), what lies on it (empty for nothing), and the colour of that."""

    fill: str
    pattern: str
    line: str


@lru_cache(maxsize=1)
def palette() -> dict[str, Look]:
    """Every look by its name."""
    with (resources_dir() / "styles" / "palette.csv").open(encoding="utf-8", newline="") as file:
        return {row["look"]: Look(row["fill"], row["pattern"], row["line"]) for row in csv.DictReader(file)}

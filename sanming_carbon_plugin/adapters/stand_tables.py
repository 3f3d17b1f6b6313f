"""The packaged look-up tables of the stands, opened once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from ..core.stands.tables import StandTables
from ..paths import resources_dir


@lru_cache(maxsize=1)
def load_stand_tables() -> StandTables:
    """Codes, field names, age groups, species and thresholds of ``resources/codes`` and ``resources/fields``."""
    codes, fields = resources_dir() / "codes", resources_dir() / "fields"
    return StandTables.from_frames(
        codes=_read(codes / "codes.csv"),
        fields=_read(fields / "roles.csv"),
        age_groups=_read(codes / "age_groups.csv"),
        species=_read(codes / "species.csv"),
        settings=_read(fields / "check_settings.csv"),
    )


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")

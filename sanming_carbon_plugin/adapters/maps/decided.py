"""Layers of a result show the classes that count: those that people decided in the place of the computed ones.

The columns of the file stay as they were computed, so the symbols look the decided stands up by their key.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from qgis.core import QgsExpression, QgsVectorLayer

from .run_note import DECIDED_STANDS
from .themes import Theme

_COLUMNS = ("pine_transform", "pine_technique", "reserve_forest", "reserve_mode", "measure")
_TABLE = "SELECT 1 FROM sqlite_master WHERE name = 'decisions'"
_TITLES = ("{} ({} stands as decided)", "{}（含 {} 个人工决定小班）")


@dataclass(frozen=True)
class DecidedClasses:
    """What people decided about the stands of a result.

    Attributes
    ----------
    stands
        Number of stands with a decision that counts.
    values
        For each column that decisions change: key → what counts, None for nothing.
    """

    stands: int = 0
    values: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)

    @staticmethod
    def of(result: Path) -> DecidedClasses:
        """Read them from a result; only the rows of these stands are looked at.

        Raises
        ------
        InputError
            Where the file cannot be read.
        """
        if not _has_decisions(result):
            return DecidedClasses()
        # pandas, which this needs, may be missing when QGIS loads the plugin, and takes its time to load.
        from ..decided_stands import decided_stands

        computed, counting = decided_stands(result)
        values = {}
        for name in (each for each in _COLUMNS if each in computed.columns):
            before, now = (
                frame[name].astype(object).where(frame[name].notna(), None) for frame in (computed, counting)
            )
            rows = before.to_numpy(dtype=object) != now.to_numpy(dtype=object)
            if rows.any():
                values[name] = dict(zip(now.index[rows], now[rows], strict=True))
        return DecidedClasses(len(computed), values)

    @staticmethod
    def of_layer(layer: QgsVectorLayer) -> DecidedClasses:
        """Read them from the file of a layer; none where that is gone."""
        path = Path(layer.source().partition("|")[0])
        return DecidedClasses.of(path) if path.is_file() else DecidedClasses()

    def theme(self, theme: Theme) -> Theme:
        """The theme, its classes being those that count; its title says where somebody decided."""
        asked = set(re.findall(r'"([^"]+)"', theme.expression))
        if theme.layer != "stands" or not self.stands or not asked & set(_COLUMNS):
            return theme
        expression = theme.expression
        for name, values in self.values.items():
            expression = expression.replace('"{}"'.format(name), _looked_up(name, values))
        titles = tuple(text.format(title, self.stands) for text, title in zip(_TITLES, theme.titles, strict=True))
        return replace(theme, titles=(titles[0], titles[1]), expression=expression)

    def mark(self, layer: QgsVectorLayer) -> None:
        """Note on a layer how many stands it shows as somebody decided them."""
        if self.stands:
            layer.setCustomProperty(DECIDED_STANDS, self.stands)


def _has_decisions(result: Path) -> bool:
    """Whether a result carries decisions; most carry none, and their layers must not wait for libraries."""
    try:
        with closing(sqlite3.connect(result.resolve().as_uri() + "?mode=ro", uri=True)) as database:
            return database.execute(_TABLE).fetchone() is not None
    except sqlite3.Error:
        return False  # what is wrong with the file is told where its layers are opened


def _looked_up(name: str, values: Mapping[str, str | None]) -> str:
    """The column, but for the given stands; a map of constants is made once, not for every row."""
    pairs = ", ".join(
        "{}, {}".format(QgsExpression.quotedString(key), QgsExpression.quotedString(value or ""))
        for key, value in values.items()
    )
    return (
        'CASE WHEN map_exist(map({0}), "stand_key") THEN nullif(map_get(map({0}), "stand_key"), \'\') ELSE "{1}" END'
    ).format(pairs, name)

"""A layer together with the roles of its columns."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..progress import Progress
from .cells import read_text
from .codes import CodeColumn, read_codes
from .doubts import Doubts
from .layer import VectorLayer
from .mapping import FieldMapping
from .tables import StandTables

Texts = npt.NDArray[np.object_]


def no_text(count: int) -> Texts:
    """A text column in which nothing is known."""
    return np.full(count, None, dtype=object)


@dataclass(frozen=True)
class Source:
    """A layer with the roles of its columns, as the steps below need it."""

    layer: VectorLayer
    mapping: FieldMapping
    tables: StandTables
    doubts: Doubts
    progress: Progress = field(default_factory=Progress)

    def name(self, role: str) -> str | None:
        """Source column of a role."""
        return self.mapping.column(role)

    def column(self, role: str) -> pd.Series | None:
        """Values of a role's column, None where no column has the role; a cancel is heard with each column."""
        self.progress.raise_if_cancelled()
        name = self.name(role)
        if name is None:
            return None
        found = self.layer.attributes[name]
        return found.iloc[:, 0] if isinstance(found, pd.DataFrame) else found

    def written(self, role: str) -> Texts:
        """What the source says, for the list of issues."""
        column = self.column(role)
        return no_text(len(self.layer)) if column is None else column.to_numpy(dtype=object)

    def text(self, role: str) -> Texts:
        """Text of a role, None where unknown."""
        column = self.column(role)
        return no_text(len(self.layer)) if column is None else read_text(column, self.tables)

    def codes_quiet(self, role: str, names: tuple[str, ...] = ()) -> CodeColumn:
        """Codes of a role, without a word to the list of issues."""
        column = self.column(role)
        if column is None:
            nothing = no_text(len(self.layer))
            return CodeColumn(nothing, nothing, np.full(len(self.layer), "missing", dtype=object))
        return read_codes(column, names or self.tables.roles[role].code_tables, self.tables)

    def codes(self, role: str, names: tuple[str, ...] = (), issue: str = "CODE_UNKNOWN") -> CodeColumn:
        """Codes of a role; unknown ones and other spellings go to the list of issues."""
        found = self.codes_quiet(role, names)
        self.doubts.stands(issue, found.is_unknown(), self.name(role), self.written(role))
        self.doubts.counted("CODES_REWRITTEN", found.count("rewritten"), self.name(role))
        self.doubts.counted("CODES_FROM_NAMES", found.count("name"), self.name(role))
        return found

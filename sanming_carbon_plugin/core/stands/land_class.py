"""Land classes of three generations, two of which share numbers with other meanings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from .cells import as_text, map_unique
from .codes import CodeColumn, find_code, split_codes
from .tables import StandTables, plain

OLD, PLAN_2020, SURVEY_3 = "DI_LEI_OLD", "DI_LEI_2020", "DI_LEI_SANDIAO"
_OLD_WIDTH, _NEW_WIDTH = 4, 6
_NEW_STARTS = ("03", "05")


@dataclass(frozen=True)
class LandClasses:
    """Land classes of a layer.

    Attributes
    ----------
    codes
        Codes and what they mean.
    generations
        List name → number of stands read with it (names without a code count nowhere).
    chosen
        The one of the two newer lists that the layer follows, None where its codes do not tell.
    mixed
        Whether the layer has codes that only one of the newer lists has, of both.
    ambiguous
        Stands whose code means different things in the two newer lists while the layer does not tell which.
    """

    codes: CodeColumn
    generations: dict[str, int]
    chosen: str | None
    mixed: bool
    ambiguous: npt.NDArray[np.bool_]


def land_class_code(text: str) -> str:
    """A land-class code with the digits of its generation: four of the old one, six of the newer ones.

    ``111`` → ``0111``; ``30100`` and ``0301`` → ``030100``; anything else is left as it is.
    """
    if not text.isascii() or not text.isdigit():
        return text
    if len(text) in (_OLD_WIDTH - 1, _NEW_WIDTH - 1):
        text = "0" + text
    if len(text) == _OLD_WIDTH and text.startswith(_NEW_STARTS):
        text = text + "00"
    return text


def read_land_classes(column: pd.Series, tables: StandTables, decided: str | None = None) -> LandClasses:
    """Land classes of a column.

    A code that one list alone has is read with it. A code that both newer lists have with different meanings
    (``0303``, ``0304``) is read with the list that the other codes of the layer follow; where they do not
    tell, or follow both, it stays unknown.

    Parameters
    ----------
    column
        Codes or names.
    tables
        Look-up tables of the stands.
    decided
        ``DI_LEI_2020`` or ``DI_LEI_SANDIAO`` where the user says which list the layer follows.
    """
    texts = map_unique(column, lambda cell: land_class_code(as_text(cell)))
    present = {text for text in texts if text is not None}
    plan, survey = tables.codes[PLAN_2020], tables.codes[SURVEY_3]
    clashing = {
        code
        for code in present
        if code in plan.values and plan.values[code] != survey.values.get(code, plan.values[code])
    }
    only_plan = {code for code in present if code in plan.values and code not in survey.values}
    only_survey = {code for code in present if code in survey.values and code not in plan.values}
    mixed = bool(only_plan and only_survey)
    chosen = decided
    if chosen is None and not mixed and (only_plan or only_survey):
        chosen = PLAN_2020 if only_plan else SURVEY_3
    order = [OLD, chosen or PLAN_2020, SURVEY_3 if (chosen or PLAN_2020) == PLAN_2020 else PLAN_2020]

    def translate(cell: object) -> tuple[str | None, str | None, str]:
        text = str(cell)
        if plain(text) in tables.unknown_texts or not text.strip("0"):
            return None, None, "missing"
        if chosen is None and text in clashing:
            return None, None, "ambiguous"
        for name in order:
            code, how = find_code(text, tables.codes[name])
            if code is not None:
                return code, tables.codes[name].values[code], name if how != "name" else "name"
        return None, None, "unknown"

    codes = split_codes(map_unique(pd.Series(texts, dtype=object), translate))
    counts = {name: codes.count(name) for name in (OLD, PLAN_2020, SURVEY_3)}
    return LandClasses(codes, counts, chosen, mixed, np.asarray(codes.how == "ambiguous"))

"""Errors and issues in words: what is wrong and where, and what to do."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..core.errors import CarbonError
from .message_tables import hints_in_qgis, readable_messages
from .sentences import filled

_MESSAGES = (("message", "en"), ("message_zh", "zh"))


def render_error(exc: CarbonError, language: str = "en", *, in_qgis: bool = False) -> tuple[str, str]:
    """What is wrong and where, and what to do, in ``en`` or ``zh``; ``in_qgis`` by its boxes instead of by options.

    A code that no table knows gives the exception's own text and an empty hint. Never fails: this is the
    last place that can say anything.
    """
    words = readable_messages("errors").get(exc.code)
    if words is None:
        return str(exc), ""
    if in_qgis:
        words = words | hints_in_qgis().get(exc.code, {})
    chosen = "zh" if language.lower().startswith("zh") else "en"
    suffix = "_zh" if chosen == "zh" else ""
    message, hint = (words.get(name + suffix) or words.get(name, "") for name in ("message", "hint"))
    return filled(message, exc.values, chosen), filled(hint, exc.values, chosen)


def render_issues(issues: pd.DataFrame) -> pd.DataFrame:
    """The list of issues with ``severity``, ``message`` and ``message_zh`` added.

    Each distinct combination of what a message shows is put into words once, so that a million rows with
    the same doubt cost one sentence.
    """
    table = readable_messages("issues")
    result = issues.copy()
    codes, code_names = pd.factorize(result["code"].to_numpy(dtype=object))
    words = [table.get(str(name), {}) for name in code_names]
    shows_value = np.asarray(["{value" in "".join(entry.values()) for entry in words], dtype=bool)
    value = result["value"].to_numpy(dtype=object).copy()
    if len(result):
        value[~shows_value[codes]] = None
    keys = pd.DataFrame(
        {
            "code": codes,
            "field": pd.factorize(result["field"].to_numpy(dtype=object))[0],
            "value": pd.factorize(value)[0],
            "params": [id(params) for params in result["params"]],
        },
    )
    group = keys.groupby(list(keys.columns), sort=False).ngroup().to_numpy(dtype=np.int64)
    _, first_rows = np.unique(group, return_index=True)
    sentences = np.empty((len(first_rows), 2), dtype=object)
    for number, row in enumerate(first_rows):
        entry = words[codes[row]]
        code = str(code_names[codes[row]])
        params = result["params"].iloc[row] or {}
        values = {"field": result["field"].iloc[row], "value": result["value"].iloc[row], **params}
        sentences[number] = [filled(entry.get(name) or code, values, lang) for name, lang in _MESSAGES]
    severities = np.asarray([entry.get("severity") or "warning" for entry in words] or [""], dtype=object)
    result["severity"] = severities[codes] if len(result) else pd.Series(dtype=object)
    result["message"] = sentences[group, 0]
    result["message_zh"] = sentences[group, 1]
    return result

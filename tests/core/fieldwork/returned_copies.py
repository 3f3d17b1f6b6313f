"""What was sent, copies as they come back, and the choices of a person between them."""

import numpy as np
import pandas as pd

from sanming_carbon_plugin.core.fieldwork.form import Form
from sanming_carbon_plugin.core.fieldwork.merge import three_way
from sanming_carbon_plugin.core.fieldwork.resolution import (
    unresolved,
)
from sanming_carbon_plugin.core.fieldwork.returned import tidied
from sanming_carbon_plugin.core.fieldwork.values import canonical

NAMES = (
    # name, role, kind, widget, words
    ("row_id", "shown", "text", "hidden", ""),
    ("stand_key", "shown", "text", "text", ""),
    ("village", "shown", "text", "text", ""),
    ("verdict", "record", "text", "list", "verdict"),
    ("pine_transform", "finding", "text", "list", "outcome"),
    ("species_code", "finding", "text", "list", "species"),
    ("age_yr", "finding", "number", "number", ""),
    ("closure", "finding", "number", "number", ""),
    ("surveyor", "record", "text", "text", ""),
    ("survey_date", "record", "date", "date", ""),
    ("photo_1", "record", "text", "photo", ""),
    ("note", "record", "text", "long_text", ""),
)
LISTS = {
    "verdict": ("right", "wrong", "not_reached"),
    "outcome": ("yes", "no", "unknown"),
    "species": ("220", "310", "001"),
}
FORM = Form.from_rows(
    pd.DataFrame(
        [
            {"name": n, "role": r, "kind": k, "widget": w, "words": words, "needed": "", "title": n, "title_zh": n,
             "group": "map", "low": None, "high": None}
            for n, r, k, w, words in NAMES
        ]
    ),
    LISTS,
)  # fmt: skip
BASE = {
    "stand_key": ["k1", "k2", "k3"],
    "village": ["竹洲", "青溪", "岭下"],
    "pine_transform": ["yes", "no", "unknown"],
    "species_code": ["220", "310", None],
    "age_yr": [20.0, np.nan, 0.0],
    "closure": [0.7, 0.5, np.nan],
}
SIGNED = {"surveyor": "张三", "survey_date": "2026-11-20", "verdict": "right"}


def base_table(**changes):
    frame = pd.DataFrame(BASE | changes, index=pd.Index(["u1", "u2", "u3"], name="row_id"))
    return as_canonical(frame)


def as_canonical(frame):
    made = pd.DataFrame(index=frame.index)
    for column in FORM.columns:
        if column.name in frame:
            made[column.name] = canonical(frame[column.name], column.kind)
    made["geometry"] = ["g1", "g2", "g3"][: len(made)]
    return made


def field_table(rows=None, **changes):
    """As it comes back: row_id is a column, other columns are there and signed."""
    frame = pd.DataFrame(BASE | changes)
    frame.insert(0, "row_id", ["u1", "u2", "u3"])
    for name, value in SIGNED.items():
        if name not in frame:
            frame[name] = value
    for name in ("photo_1", "note"):
        if name not in frame:
            frame[name] = None
    frame["geometry"] = ["g1", "g2", "g3"]
    for (row, name), value in (rows or {}).items():
        frame[name] = frame[name].astype(object)
        frame.loc[row, name] = value
    return frame


def merged(*tables, desk=None, base=None):
    base = base_table() if base is None else base
    copies = [tidied("copy{}".format(n), table, base, FORM) for n, table in enumerate(tables, start=1)]
    return three_way(base, base if desk is None else desk, copies, FORM)


def lines(found, *, verdicts=False):
    """(key, column) → (state, why)."""
    rows = found.differences if verdicts else found.differences[found.differences["column"] != "verdict"]
    return {(r["stand_key"], r["column"]): (r["state"], r["why"]) for r in rows.to_dict("records")}


def codes(found):
    return found.issues["code"].tolist()


def chosen(found, *choices):
    """A list of choices (row_id, column, choice, value) as a person writes it into a copy of the review."""
    rows = unresolved(found.differences).set_index(["row_id", "column"])
    for row_id, column, choice, *value in choices:
        rows.loc[(row_id, column), ["choice", "value"]] = [choice, *(value or [None])]
    return rows.loc[[one[:2] for one in choices]].reset_index()

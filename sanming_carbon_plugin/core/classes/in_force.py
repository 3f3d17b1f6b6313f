"""The classes that count: what a person decided where somebody did, else what the rules say.

The columns of a result stay as they were computed. Maps, tables and reports show what counts, and say of how many
stands a person has decided.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from .measures import MEASURES
from .overrides import DECIDABLE

DECIDED = "decided"
"""Column that names the classes of a stand that a person has decided, ``;`` between, None where none."""

_SUFFIX = "_decided"
_NONE = "none"
_WAYS = {"pine_transform": "pine_technique", "reserve_forest": "reserve_mode"}
"""Classes, and the column that says in which way."""

_ORDER = list(MEASURES)
Texts = npt.NDArray[np.object_]


def with_decisions(stands: pd.DataFrame) -> pd.DataFrame:
    """The stands with the classes that count.

    A way (technique, mode) goes with its class: where somebody decided against the class, and said nothing about the
    way, there is none. The first measure is then the next one that fits; a class that somebody granted joins the
    measures in the order of the programme. What was decided about the first measure itself counts before all this.

    Parameters
    ----------
    stands
        Any columns, n rows; of classes those of a result and ``NAME_decided`` where there are decisions.

    Returns
    -------
    DataFrame
        The same rows and columns with the classes that count, and :data:`DECIDED`.
    """
    names = [name for name in DECIDABLE if name in stands.columns and name + _SUFFIX in stands.columns]
    said = {name: stands[name + _SUFFIX].notna().to_numpy() for name in names}
    made = stands.copy(deep=False)
    made[DECIDED] = _names_of(said, len(stands))
    if not any(rows.any() for rows in said.values()):
        return made
    classes = {name: _texts(stands, name) for name in (*DECIDABLE, "measures") if name in stands.columns}
    for name in names:
        classes[name][said[name]] = _texts(stands, name + _SUFFIX)[said[name]]
    if "measure" in names:
        classes["measure"][classes["measure"] == _NONE] = None
    nothing = np.zeros(len(stands), dtype=bool)
    for name, way in _WAYS.items():
        if name in names and way in classes:
            lost = said[name] & (classes[name] != "yes") & ~said.get(way, nothing)
            classes[way][lost] = None
    if "measures" in classes:
        _follow(classes, said)
    return made.assign(**classes)


def _follow(classes: dict[str, Texts], said: dict[str, npt.NDArray[np.bool_]]) -> None:
    """Put the measures of stands right whose classes somebody decided."""
    by_class = [name for name in _WAYS if name in said]
    rows = _any_of([said[name] for name in by_class])
    free = ~said["measure"] if "measure" in said else np.ones(len(classes["measures"]), dtype=bool)
    for row in rows:
        fitting = [one for one in str(classes["measures"][row] or "").split(";") if one]
        before = list(fitting)
        for name in (one for one in by_class if said[one][row]):
            granted = classes[name][row] == "yes"
            if granted and name not in fitting:
                fitting.insert(_place(name, fitting), name)
            elif not granted and name in fitting:
                fitting.remove(name)
        if fitting != before:
            classes["measures"][row] = ";".join(fitting) or None
            if free[row] and "measure" in classes:
                classes["measure"][row] = fitting[0] if fitting else None


def _place(name: str, fitting: list[str]) -> int:
    """Before the first measure that comes later in the programme."""
    later = _ORDER[_ORDER.index(name) :]
    return next((place for place, one in enumerate(fitting) if one in later), len(fitting))


def _names_of(said: dict[str, npt.NDArray[np.bool_]], count: int) -> Texts:
    texts = np.full(count, None, dtype=object)
    rows = _any_of(list(said.values()))
    for row in rows:
        texts[row] = ";".join(name for name, one in said.items() if one[row])
    return texts


def _any_of(said: list[npt.NDArray[np.bool_]]) -> npt.NDArray[np.intp]:
    return np.flatnonzero(np.logical_or.reduce(said)) if said else np.empty(0, dtype=np.intp)


def _texts(stands: pd.DataFrame, name: str) -> Texts:
    column = stands[name].astype(object)
    return column.where(column.notna(), None).to_numpy(dtype=object, copy=True)

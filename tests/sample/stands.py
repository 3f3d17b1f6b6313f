"""Pieces put together to stands, one set for each date, with village, compartment and stand numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .place import COUNTY, TOWNSHIP

KEY_FIELDS = ["XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN"]


@dataclass(frozen=True)
class Stands:
    """``group[atom]`` = number of the stand it belongs to; ``keys`` = one row per stand."""

    group: np.ndarray
    keys: pd.DataFrame


def put_together(sites: pd.DataFrame, state: pd.DataFrame) -> tuple[Stands, Stands]:
    """Return the stands of 2015 and of now; a stand that did not change keeps its number."""
    then, now = np.arange(len(sites)), np.arange(len(sites))
    for column, group in (("split_with", then), ("joined_with", now)):
        other = state[column].to_numpy()
        group[other >= 0] = other[other >= 0]
    order = walking_order(sites)
    number_then = running_numbers(order, sites["compartment"].to_numpy(), then, {})
    number_now = running_numbers(order, sites["compartment"].to_numpy(), now, number_then)
    return gather(sites, then, number_then, order), gather(sites, now, number_now, order)


def walking_order(sites: pd.DataFrame) -> np.ndarray:
    """Number from north to south in strips of about 400 m, west to east, as on a compartment sheet."""
    return np.lexsort((sites["col"], sites["row"] // 20))


def running_numbers(
    order: np.ndarray, compartment: np.ndarray, leader: np.ndarray, earlier: dict[int, int]
) -> dict[int, int]:
    """Give each stand (named by its leading piece) its number; newcomers get the next free one."""
    number = {piece: earlier[piece] for piece in np.unique(leader).tolist() if piece in earlier}
    last: dict[int, int] = {}
    for piece, value in earlier.items():
        last[int(compartment[piece])] = max(last.get(int(compartment[piece]), 0), value)
    for piece in order.tolist():
        if leader[piece] == piece and piece not in number:
            place = int(compartment[piece])
            last[place] = last.get(place, 0) + 1
            number[piece] = last[place]
    return number


def gather(sites: pd.DataFrame, leader: np.ndarray, number: dict[int, int], order: np.ndarray) -> Stands:
    del order
    leaders = np.array(sorted(number))
    village, compartment = sites["village"].to_numpy()[leaders], sites["compartment"].to_numpy()[leaders]
    sheet = compartment_numbers(sites)
    keys = pd.DataFrame(
        {
            "XIAN": COUNTY,
            "XIANG": TOWNSHIP,
            "CUN": [f"{201 + v:03d}" for v in village],
            "LIN_BAN": [f"{sheet[c]:04d}" for c in compartment],
            "XIAO_BAN": [f"{number[p]:05d}" for p in leaders.tolist()],
            "leader": leaders,
        }
    )
    rows = keys.sort_values(KEY_FIELDS, kind="stable").index.to_numpy()
    keys = keys.loc[rows].reset_index(drop=True)
    place = pd.Series(keys.index.to_numpy(), index=keys["leader"])
    return Stands(place.loc[leader].to_numpy(), keys)


def compartment_numbers(sites: pd.DataFrame) -> dict[int, int]:
    """Number the compartments through the township, village by village, north to south."""
    middle = sites.groupby("compartment").agg(village=("village", lambda v: v.mode()[0]), row=("row", "mean"))
    middle = middle.sort_values(["village", "row"], kind="stable")
    return {int(c): n for n, c in enumerate(middle.index, start=1)}


def stand_key(keys: pd.DataFrame) -> pd.Series:
    return keys[KEY_FIELDS].agg("-".join, axis=1)


def stand_table(atoms: pd.DataFrame, stands: Stands, weight: np.ndarray) -> pd.DataFrame:
    """Describe each stand by its leading piece; numbers are means weighted by area."""
    table = atoms.loc[stands.keys["leader"]].reset_index(drop=True)
    total = np.bincount(stands.group, weights=weight)
    shared = np.bincount(stands.group) > 1
    for column in atoms.select_dtypes("number").columns:
        if column not in ("village", "compartment", "ground", "tenths", "tenths_2015", "split_with", "joined_with"):
            values = np.nan_to_num(atoms[column].to_numpy(float))
            mean = np.bincount(stands.group, weights=values * weight) / total
            table[column] = np.where(shared & table[column].notna(), mean, table[column])
    if "grid_ha" in table:
        table["grid_ha"] = total
    return table

"""What applications claim: which is which, and which claim the same ground for the same days."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import combinations

import pandas as pd

CLAIM_COLUMNS = ("ticket", "stand_key", "certificate", "period_start", "period_end", "whole_t")
_ID_DIGITS = 16


def application_id(applicant: str, period_start: str, period_end: str, pieces: Iterable[tuple[str, str | None]]) -> str:
    """Number of an application, the same whenever somebody applies again for the same pieces and period.

    Parameters
    ----------
    applicant
        The holder or the collective.
    period_start, period_end
        ISO dates.
    pieces
        Stand and certificate of each piece that counts, in any order.
    """
    rows = sorted(f"{stand}\t{certificate or ''}" for stand, certificate in pieces)
    text = "\n".join([applicant.strip(), period_start, period_end, *rows])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:_ID_DIGITS]


def shared_pieces(claims: pd.DataFrame) -> pd.DataFrame:
    """Pieces that two applications claim both, for periods that share a day.

    Parameters
    ----------
    claims
        Columns of :data:`CLAIM_COLUMNS`, a row for each piece that counts.

    Returns
    -------
    pandas.DataFrame
        A row for each pair: ``first``, ``second``, ``pieces``, and ``whole_t``, the smaller of the tonnes that the
        two claim there.
    """
    rows = []
    places = ["ticket", "stand_key", "certificate", "period_start", "period_end"]
    columns = ["first", "second", "pieces", "whole_t"]
    if claims["ticket"].nunique() <= 1:
        return pd.DataFrame(columns=columns)
    named = claims["certificate"]
    known = claims.assign(certificate=named.where(named.notna(), ""), whole_t=claims["whole_t"].astype("int64"))
    summed = known.groupby(places, sort=False, as_index=False)["whole_t"].sum()
    groups = dict(iter(summed.groupby("ticket", sort=False)))
    for one, other in combinations(groups, 2):
        both = groups[one].merge(groups[other], on=["stand_key", "certificate"], suffixes=("", "_other"))
        both = both[
            (both["period_start"] <= both["period_end_other"]) & (both["period_start_other"] <= both["period_end"])
        ]
        if len(both):
            tonnes = min(int(both["whole_t"].sum()), int(both["whole_t_other"].sum()))
            rows.append((one, other, len(both), tonnes))
    return pd.DataFrame(rows, columns=columns)

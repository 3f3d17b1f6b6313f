"""From where on the sink is withheld, or something about it is told."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .parameter_checks import named_numbers


@dataclass(frozen=True)
class SinkLimits:
    """Limits of the sink; the defaults withhold nothing.

    Attributes
    ----------
    cover_needed_share
        Share of a stand that must lie on earlier stands of known stock.
    measured_cover_share
        The same share from which on the sink of the part stands for the whole stand as a measurement.
    uncovered_told_share, gone_told_share
        Uncovered ground of a stand, and earlier ground without a stand today, that is told.
    origin_share
        Common ground that makes one stand come from another, for words only.
    recode_told_share
        Recoding by the earlier stock that is told.
    years_told
        Difference between the surveys' distance and the period from which on nothing was measured over it.
    survey_tolerance_days
        How far a survey may lie from its end of the period and still be a measurement over it.
    callipered_dbh_cm, breast_height_m
        Trees below have no volume by rule, so that a volume of 0 is a true one.
    planted_age_yr
        Age of what is planted: today's stand may be older than the years between the surveys by this much and
        still have grown from an earlier 0.
    least_volume_m3_ha, least_culms_per_ha
        Less than this is no more than a 0 to grow from.
    far_above_band
        A sink that lies with its whole interval above this many times the highest believable one of its species group
        is no measurement.
    """

    cover_needed_share: float = 0.0
    measured_cover_share: float = 0.0
    uncovered_told_share: float = 0.0
    gone_told_share: float = 0.0
    origin_share: float = 0.0
    recode_told_share: float = 0.0
    years_told: float = np.inf
    survey_tolerance_days: float = np.inf
    callipered_dbh_cm: float = np.inf
    breast_height_m: float = 0.0
    planted_age_yr: float = np.inf
    least_volume_m3_ha: float = 0.0
    least_culms_per_ha: float = 0.0
    far_above_band: float = np.inf

    @classmethod
    def from_rows(cls, frame: pd.DataFrame) -> SinkLimits:
        """Check and take over the table of limits (``name``, ``value``).

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell.
        """
        return cls(**named_numbers(frame, tuple(cls.__dataclass_fields__), "sink_limits"))

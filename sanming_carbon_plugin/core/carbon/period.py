"""The monitoring period: two dates, both days included."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ..errors import UsageError
from ..units import DAYS_PER_YEAR

TWO_DATES = re.compile(r"(\d{4}-\d{2}-\d{2})\s*/\s*(\d{4}-\d{2}-\d{2})")


@dataclass(frozen=True)
class Period:
    """From ``start`` to ``end``, both days included.

    Raises
    ------
    UsageError
        ``PERIOD_REVERSED`` when it ends before it starts.
    """

    start: date
    end: date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise UsageError("PERIOD_REVERSED", period=str(self))

    @property
    def days(self) -> int:
        """Number of days; a period that starts and ends on one day has 1."""
        return (self.end - self.start).days + 1

    @property
    def years(self) -> float:
        """Length in years of 365.25 days."""
        return self.days / DAYS_PER_YEAR

    def __str__(self) -> str:
        return f"{self.start.isoformat()}/{self.end.isoformat()}"


def parse_period(text: str, today: date | None = None) -> Period:
    """A period written ``YYYY-MM-DD/YYYY-MM-DD``.

    Parameters
    ----------
    text
        As given by the user.
    today
        The day of the run; a period that ends after it is refused. Without it the future is not checked.

    Raises
    ------
    UsageError
        ``PERIOD_INVALID`` when these are not two dates, ``PERIOD_REVERSED`` when the period ends before it
        starts, ``PERIOD_IN_FUTURE`` when it ends after today.
    """
    found = TWO_DATES.fullmatch(text.strip())
    try:
        start, end = (date.fromisoformat(part) for part in (found.groups() if found else ()))
    except ValueError as fault:
        raise UsageError("PERIOD_INVALID", period=text) from fault
    period = Period(start, end)
    refuse_future(period, today)
    return period


def parse_day(text: str) -> date:
    """A day written ``YYYY-MM-DD``.

    Raises
    ------
    UsageError
        ``DATE_INVALID``.
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError as fault:
        raise UsageError("DATE_INVALID", given=text) from fault


def refuse_future(period: Period, today: date | None) -> None:
    """Refuse a period that ends after the day of the run; without ``today`` nothing is refused.

    Raises
    ------
    UsageError
        ``PERIOD_IN_FUTURE``.
    """
    if today is not None and period.end > today:
        raise UsageError("PERIOD_IN_FUTURE", period=str(period), today=today.isoformat())

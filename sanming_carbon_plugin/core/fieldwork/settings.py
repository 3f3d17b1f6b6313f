"""How stands are chosen for the field: shares of the visits, limits and strata, as a file states them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..errors import InputError, UsageError

CONTROL = "control"
REASONS = ("disagreement", "uncertainty", "threshold", "conflict")
"""Why a stand is looked at, besides the random control sample."""

_SHARES_SUM = 1.0
_ROUNDING = 1e-9


@dataclass(frozen=True)
class SampleSettings:
    """Checked settings.

    Attributes
    ----------
    reasons
        Reasons in the order in which they choose.
    shares
        Share of the visits for each reason and for ``control``, together 1.
    uncertainty_share
        Half-width of the sink's interval against its size, from which on a stand is uncertain.
    threshold_share
        Distance from a rule's threshold against the threshold, up to which a stand is near it.
    threshold_fields
        Measured fields whose distance means something.
    conflict_weights
        Weight of each issue code that is a conflict.
    strata_columns
        Columns of the result whose values make the strata of the control sample.
    smallest_stratum
        Strata with fewer stands are joined.
    least_per_stratum
        Stands drawn in each stratum at least.
    confidence
        Of the intervals, 0 to 1.
    missing_share_limit
        Share of the control sample that may be without an answer.
    """

    identifier: str
    version: str
    status: str
    reasons: tuple[str, ...]
    shares: Mapping[str, float]
    uncertainty_share: float
    threshold_share: float
    threshold_fields: frozenset[str]
    conflict_weights: Mapping[str, float]
    strata_columns: tuple[str, ...]
    smallest_stratum: int
    least_per_stratum: int
    confidence: float
    missing_share_limit: float

    @staticmethod
    def from_dict(data: Mapping[str, object], name: str = "sampling.json") -> SampleSettings:
        """Check the content of a settings file.

        Raises
        ------
        InputError
            FIELD_SETTINGS_INVALID, with every problem.
        """
        reader = _Reader(data)
        settings = SampleSettings(
            identifier=reader.text("id"),
            version=reader.text("version"),
            status=reader.text("status"),
            reasons=reader.words("reasons", REASONS),
            shares=reader.numbers("shares", 0.0, 1.0),
            uncertainty_share=reader.number("uncertainty_share", 0.0, 100.0),
            threshold_share=reader.number("threshold_share", 0.0, 1.0),
            threshold_fields=frozenset(reader.words("threshold_fields")),
            conflict_weights=reader.numbers("conflict_weights", 0.0, 1000.0),
            strata_columns=reader.words("strata_columns"),
            smallest_stratum=int(reader.number("smallest_stratum", 2, 1e9)),
            least_per_stratum=int(reader.number("least_per_stratum", 2, 1e6)),
            confidence=reader.number("confidence", 0.5, 0.999),
            missing_share_limit=reader.number("missing_share_limit", 0.0, 0.99),
        )
        problems = reader.problems + _share_problems(settings.shares)
        if problems:
            raise InputError("FIELD_SETTINGS_INVALID", name=name, count=len(problems), problems="; ".join(problems))
        return settings

    def with_shares(self, shares: Mapping[str, float]) -> SampleSettings:
        """The same settings with other shares of the visits; a reason that is not named gets none.

        Raises
        ------
        UsageError
            FIELD_SHARES_INVALID.
        """
        problems = _share_problems(shares)
        if problems:
            raise UsageError("FIELD_SHARES_INVALID", problems="; ".join(problems))
        return replace(self, shares=dict(shares))


def _share_problems(shares: Mapping[str, float]) -> list[str]:
    unknown = sorted(set(shares) - {*REASONS, CONTROL})
    problems = ["{} is no reason; known are {}".format(name, ", ".join((*REASONS, CONTROL))) for name in unknown]
    problems += ["{} = {:g} is not between 0 and 1".format(n, v) for n, v in shares.items() if not 0 <= v <= 1]
    total = sum(shares.values())
    if abs(total - _SHARES_SUM) > _ROUNDING:
        problems.append("the shares sum up to {:g} instead of 1".format(total))
    return problems


class _Reader:
    """Takes values out of a file's content and remembers what is wrong with them."""

    def __init__(self, data: Mapping[str, object]) -> None:
        self.data = data
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        value = self.data.get(name)
        if not isinstance(value, str) or not value:
            self.problems.append("{} is no text".format(name))
            return ""
        return value

    def number(self, name: str, low: float, high: float) -> float:
        return self._number(name, self.data.get(name), low, high)

    def numbers(self, name: str, low: float, high: float) -> dict[str, float]:
        value = self.data.get(name)
        if not isinstance(value, dict):
            self.problems.append("{} is no list of names and numbers".format(name))
            return {}
        return {str(key): self._number("{}.{}".format(name, key), item, low, high) for key, item in value.items()}

    def words(self, name: str, known: tuple[str, ...] | None = None) -> tuple[str, ...]:
        value = self.data.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.problems.append("{} is no list of names".format(name))
            return ()
        self.problems += ["{}: {} is not known".format(name, item) for item in value if known and item not in known]
        return tuple(value)

    def _number(self, name: str, value: object, low: float, high: float) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
            self.problems.append("{} is no number between {:g} and {:g}".format(name, low, high))
            return low
        return float(value)

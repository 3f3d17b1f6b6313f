"""What is wrong with a file that a person wrote: every fault with its place, in English until it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field

LARGEST_NUMBER = 1e12
MOST_SHOWN = 30


@dataclass(frozen=True)
class Problem:
    """One fault.

    Attributes
    ----------
    place
        Where in the file, for example ``$.measures.tending.rules[2].condition``.
    text
        What is wrong there, in English, with ``{}`` for each of ``values``; a row of ``messages/problems.csv``.
    values
        What the text needs.
    """

    place: str
    text: str
    values: tuple[object, ...] = ()

    def __str__(self) -> str:
        """The fault in English."""
        return "{}: {}".format(self.place, self.text.format(*self.values) if self.values else self.text)


@dataclass
class Problems:
    """Everything that is wrong with a file, each with its place."""

    found: list[Problem] = field(default_factory=list)

    def add(self, path: str, text: str, *values: object) -> None:
        """Note that ``text`` is wrong at ``path``."""
        self.found.append(Problem(path, text, values))

    def listed(self) -> ProblemList:
        """The first problems as the value of an error."""
        return ProblemList.of(self.found)


class ProblemList(str):
    """The first problems of a file in English, one after the other; ``parts`` for whoever says them otherwise.

    Attributes
    ----------
    parts
        The problems that are shown.
    more
        Whether there are others.
    """

    parts: tuple[Problem, ...] = ()
    more: bool = False

    @staticmethod
    def of(found: list[Problem]) -> ProblemList:
        """At most :data:`MOST_SHOWN` problems."""
        parts, more = tuple(found[:MOST_SHOWN]), len(found) > MOST_SHOWN
        listed = ProblemList("; ".join(map(str, parts)) + ("; …" if more else ""))
        listed.parts, listed.more = parts, more
        return listed


def shown(value: object, longest: int = 60) -> str:
    """A value as it stands in the file, short enough for a message."""
    if isinstance(value, (dict, list)):
        return "an object" if isinstance(value, dict) else "a list"
    if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
        return "a huge number"
    text = repr(value)
    return text if len(text) <= longest else text[:longest] + "…"

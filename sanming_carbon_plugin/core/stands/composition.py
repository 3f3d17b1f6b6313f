"""Species composition such as ``8马2阔``, ``10杉`` or ``6马4阔+竹``, as shares of the stock."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .tables import StandTables, plain

_LIST_SIGN = re.compile(r"[+,;、/](?=\d)")
_TRACE_SIGN = re.compile(r"[+\-]")
_NUMBER_FIRST = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<name>[^\d.]+)")
_NAME_FIRST = re.compile(r"(?P<name>[^\d.]+)(?P<number>\d+(?:\.\d+)?)")
_WHOLES = (10.0, 100.0, 1.0)
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Composition:
    """Shares of a composition, in the order written.

    ``shares`` holds (code or None, kind, share 0 to 1); what stands behind ``+`` or ``-`` is a trace and has
    no share.
    """

    shares: tuple[tuple[str | None, str, float], ...]

    def share_of_kind(self, kind: str) -> float:
        """Summed share of a kind, such as ``pine``."""
        return sum(share for _, one, share in self.shares if one == kind)

    def dominant(self) -> tuple[str | None, str, float]:
        """Code, kind and share of the largest entry; entries of one code count together."""
        summed: dict[tuple[str | None, str], float] = {}
        for code, kind, share in self.shares:
            summed[(code, kind)] = summed.get((code, kind), 0.0) + share
        (code, kind), share = max(summed.items(), key=lambda item: item[1])
        return code, kind, share


def parse_composition(text: str, tables: StandTables) -> Composition | None:
    """Shares of a composition string, None where it cannot be read.

    Numbers are tenths, hundredths or shares and must add up to the whole; a single name alone is all of it.
    A name that the species table does not know, or a sum that is not the whole, makes all of it unreadable:
    half a composition says nothing about shares.
    """
    main = _TRACE_SIGN.split(_LIST_SIGN.sub("", plain(text)))[0]
    entries = _entries(main)
    if entries is None or any(name not in tables.tokens for name, _ in entries):
        return None
    total = sum(number for _, number in entries)
    if not any(abs(total - whole) < _ROUNDING for whole in _WHOLES):
        return None
    found = [(tables.tokens[name], number / total) for name, number in entries]
    return Composition(tuple((token.code, token.kind, share) for token, share in found))


def _entries(main: str) -> list[tuple[str, float]] | None:
    """Names with their numbers; None where something is left over."""
    if main and not any(character.isdigit() for character in main):
        return [(main, 10.0)]
    for pattern in (_NUMBER_FIRST, _NAME_FIRST):
        matches = list(pattern.finditer(main))
        if matches and "".join(match.group(0) for match in matches) == main:
            return [(match.group("name"), float(match.group("number"))) for match in matches]
    return None

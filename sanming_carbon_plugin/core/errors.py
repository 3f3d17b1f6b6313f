"""Errors that end a run, each with a stable code and the values its message needs.

The words live in ``resources/messages/errors/*.csv`` (English and Chinese) and are put together once, at
the door: command line, algorithm or dialog. Code that raises gives only the code and the values.
"""

from __future__ import annotations

from typing import ClassVar


class CarbonError(Exception):
    """A run cannot go on.

    Parameters
    ----------
    code
        Upper-case identifier, a row of the error table.
    values
        What the message of that code needs: paths, names, numbers.
    """

    exit_status: ClassVar[int] = 1

    def __init__(self, code: str, **values: object) -> None:
        self.code = code
        self.values = values
        detail = ", ".join(f"{name}={value}" for name, value in values.items())
        super().__init__(f"{code}: {detail}" if detail else code)


class UsageError(CarbonError):
    """Options that do not fit together or cannot be read."""

    exit_status = 2


class InputError(CarbonError):
    """Input that cannot be used: missing, damaged, of the wrong kind, without a CRS."""

    exit_status = 3


class OutputError(CarbonError):
    """A result that cannot be written."""

    exit_status = 4


class DependencyError(CarbonError):
    """A library that this function needs is not installed."""

    exit_status = 5


class CancelledError(CarbonError):
    """The user asked to stop."""

    exit_status = 130

    def __init__(self) -> None:
        super().__init__("CANCELLED")

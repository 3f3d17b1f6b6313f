"""The list of hostile inputs: what builds each, and what has to come of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sanming_carbon_plugin.core.stands.layer import VectorLayer

Build = Callable[[Path], Path]
HOSTILE: dict[str, tuple[Build, str | Callable[[VectorLayer], None]]] = {}


def fails_with(code: str):
    def register(build: Build) -> Build:
        HOSTILE[build.__name__] = build, code
        return build

    return register


def loads(check: Callable[[VectorLayer], None]):
    def register(build: Build) -> Build:
        HOSTILE[build.__name__] = build, check
        return build

    return register


def codes(layer: VectorLayer) -> list[str]:
    return [str(note["code"].iloc[0]) for note in layer.notes]


def rows_of(layer: VectorLayer, code: str) -> tuple[int, ...]:
    return next(note["params"].iloc[0]["rows"] for note in layer.notes if note["code"].iloc[0] == code)

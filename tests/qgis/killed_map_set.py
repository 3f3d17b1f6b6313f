"""Draws a small map set and dies without a word at a given point: ``killed_map_set.py OUT POINT NUMBER``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from sanming_carbon_plugin.adapters.maps import atlas
from sanming_carbon_plugin.adapters.maps.qgis_session import running_qgis
from sanming_carbon_plugin.adapters.maps.set_state import SetState
from sanming_carbon_plugin.core.progress import Progress

DAY = "2026-02-03"


def die() -> None:
    os._exit(9)


def _before(owner: object, name: str, number: int, first=lambda *_: None) -> None:
    """Die in the place of call ``number`` of ``owner.name``, after ``first`` with its arguments."""
    own, calls = getattr(owner, name), []

    def counted(*arguments, **named):
        calls.append(1)
        if len(calls) == number:
            first(*arguments, **named)
            die()
        return own(*arguments, **named)

    setattr(owner, name, counted)


def _half(_layout, path: Path, _named) -> None:
    path.write_bytes(b"%PDF-1.4\nhalf of a pa")


def _half_of_set(_parts, _titles, out: Path, **_) -> None:
    out.write_bytes(b"%PDF-1.4\nhalf of a set")


def _while_moved(number: int) -> None:
    own, moved = Path.replace, []

    def replace(path: Path, target: Path) -> Path:
        if Path(target).parent.name == "folder":
            moved.append(1)
            if len(moved) == number:
                die()
        return own(path, target)

    Path.replace = replace


POINTS = {
    "before a page": lambda number: _before(atlas.PageMaker, "page", number),
    "while a page is written": lambda number: _before(atlas, "write_pdf", number, _half),
    "before a page is listed": lambda number: _before(SetState, "add", number),
    "while the set is joined": lambda number: _before(atlas, "join_pdfs", number, _half_of_set),
    "before the set is moved": lambda number: _before(SetState, "note_whole", number, SetState.note_whole),
    "before the pages are cleared away": lambda number: _before(SetState, "remove", number),
    "while the pages are moved": _while_moved,
}


def main() -> None:
    from test_map_set_killed import made_set

    POINTS[sys.argv[2]](int(sys.argv[3]))
    with running_qgis():
        atlas.export_map_set(made_set(Path(sys.argv[1])), DAY, Progress())


if __name__ == "__main__":
    main()

"""What is finished of a map set: after a crash or a stop the set goes on where it was."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from ..hashes import sha256_of_file, sha256_of_rows
from ..output_files import moved_into_place, output_errors
from .map_rows import PLACE_COLUMNS, MapRows
from .stand_figures import STAND_COLUMNS

_STATE = "state.json"
_TEMPORARY = re.compile(r"\.[0-9a-f]{8}\.tmp$")


def set_fingerprint(rows: MapRows, options: Iterable[object]) -> str:
    """What the pages of a set depend on: the stands as they are drawn, and the options.

    The bytes of the GeoPackage are no measure: QGIS changes them by opening it.
    """
    drawn = [name for name in (*PLACE_COLUMNS, *STAND_COLUMNS, "class") if name in rows.frame.columns]
    shown = pd.concat(
        [rows.frame[list(dict.fromkeys(drawn))], pd.Series(rows.run, dtype=object).to_frame().T.add_prefix("run:")],
        axis=1,
    )
    wkb = shapely.to_wkb(np.asarray(rows.geometry, dtype=object))
    digest = hashlib.sha256(sha256_of_rows(shown, wkb).encode())
    if rows.ground is not None:
        around = shapely.to_wkb(np.asarray(rows.ground.geometry, dtype=object))
        digest.update(sha256_of_rows(rows.ground.frame[["stand_key", *PLACE_COLUMNS]], around).encode())
    for option in options:
        digest.update("\x1e{}".format(option).encode("utf-8", errors="replace"))
    return digest.hexdigest()


class SetState:
    """The folder of finished pages, and the file in it that says what they belong to.

    A page counts as finished only when it is listed, is there, and has the bytes that were listed: in the folder, or,
    where the set was being put in its place when it was stopped, in that place.
    """

    def __init__(self, folder: Path, fingerprint: str, day: str, target: Path) -> None:
        self.folder = folder
        self._fingerprint, self._target = fingerprint, target
        self._pages: dict[str, str] = {}
        self._whole: str | None = None
        self._moving = False
        self.day = day
        self._open()

    def _open(self) -> None:
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            known = json.loads((self.folder / _STATE).read_text(encoding="utf-8"))
            if known["inputs"] == self._fingerprint:
                self._pages = {str(name): str(digest) for name, digest in known["pages"].items()}
                self._whole, self._moving = known["whole"], bool(known["moving"])
                self.day = str(known["day"])
                return
        if self.folder.is_dir() and (self.folder / _STATE).is_file():
            shutil.rmtree(self.folder, ignore_errors=True)  # pages of other data must not get into this set

    def begin(self) -> None:
        """Make the folder, say what it is for, and clear away what a run that was killed left half-written."""
        with output_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            for left in self.folder.glob(".*.tmp"):
                left.unlink()
            for left in self._target.parent.iterdir():
                if left.name.startswith(f".{self._target.name}.") and _TEMPORARY.search(left.name):
                    left.unlink()
        self._write()

    def has(self, name: str) -> bool:
        """Whether page ``name`` is finished."""
        return name in self._pages and any(_is_there(path, self._pages[name]) for path in self._places(name))

    def _places(self, name: str) -> list[Path]:
        return [self.folder / name, *([self._target / name] if self._moving else [])]

    def add(self, name: str) -> None:
        """Note that page ``name`` is finished and in its place."""
        self._pages[name] = sha256_of_file(self.folder / name)
        self._write()

    def finished(self) -> int:
        """How many pages are finished."""
        return sum(self.has(name) for name in self._pages)

    def is_complete(self) -> bool:
        """Whether the file of the whole set is in its place already, and only this folder was left."""
        return self._whole is not None and _is_there(self._target, self._whole)

    def note_whole(self, path: Path) -> None:
        """Note the file of the whole set before it is moved to the target."""
        self._whole = sha256_of_file(path)
        self._write()

    def note_moving(self) -> None:
        """Note that from now on pages are moved to the target one by one."""
        self._moving = True
        self._write()

    def remove(self) -> None:
        """Take the folder away: the set is complete."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self) -> None:
        content = {
            "inputs": self._fingerprint, "day": self.day, "pages": self._pages, "whole": self._whole,
            "moving": self._moving,
        }  # fmt: skip
        with moved_into_place(self.folder / _STATE, overwrite=True) as beside:
            beside.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def _is_there(path: Path, digest: str) -> bool:
    with suppress(OSError):
        return path.is_file() and sha256_of_file(path) == digest
    return False

"""What is finished of a map set: after a crash or a stop the set goes on where it was."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from ..hashes import sha256_of_rows
from ..output_files import moved_into_place, output_errors
from .map_rows import PLACE_COLUMNS, MapRows
from .stand_figures import STAND_COLUMNS

_STATE = "state.json"


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
    for option in options:
        digest.update("\x1e{}".format(option).encode("utf-8", errors="replace"))
    return digest.hexdigest()


class SetState:
    """The folder of finished pages, and the file in it that says what they belong to.

    A page counts as finished only when it is listed, is there, and has the size that was listed.
    """

    def __init__(self, folder: Path, fingerprint: str, day: str) -> None:
        self.folder = folder
        self._fingerprint = fingerprint
        self._pages: dict[str, int] = {}
        self.day = day
        self._open()

    def _open(self) -> None:
        with suppress(OSError, ValueError, TypeError, KeyError):
            known = json.loads((self.folder / _STATE).read_text(encoding="utf-8"))
            if known["inputs"] == self._fingerprint:
                self._pages = {str(name): int(size) for name, size in known["pages"].items()}
                self.day = str(known["day"])
                return
        if self.folder.is_dir() and (self.folder / _STATE).is_file():
            shutil.rmtree(self.folder, ignore_errors=True)  # pages of other data must not get into this set

    def begin(self) -> None:
        """Make the folder and say what it is for."""
        with output_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            for left in self.folder.glob(".*.tmp"):
                left.unlink()
        self._write()

    def has(self, name: str) -> bool:
        """Whether page ``name`` is finished."""
        path = self.folder / name
        return name in self._pages and path.is_file() and path.stat().st_size == self._pages[name]

    def add(self, name: str) -> None:
        """Note that page ``name`` is finished and in its place."""
        self._pages[name] = (self.folder / name).stat().st_size
        self._write()

    def finished(self) -> int:
        """How many pages are finished."""
        return sum(self.has(name) for name in self._pages)

    def remove(self) -> None:
        """Take the folder away: the set is complete."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _write(self) -> None:
        content = {"inputs": self._fingerprint, "day": self.day, "pages": self._pages}
        with moved_into_place(self.folder / _STATE, overwrite=True) as beside:
            beside.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")

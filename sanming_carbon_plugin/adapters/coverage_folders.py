"""Folders of saved coverage indices: where the user's is, and what no longer belongs into one."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

SUFFIX, ASIDE = ".coverage", ".coverage-"
"""Ending of a complete index, and beginning of one that is being written."""

_UNUSED_SECONDS = 90 * 86_400
_LEFT_BEHIND_SECONDS = 2 * 86_400
_MOST_BYTES = 20 * 2**30
"""Kept in one folder; an index of a million stands takes one to two GiB."""


def user_cache() -> Path:
    """The folder for indices of layers beside which nothing can be written."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or tempfile.gettempdir())
    elif sys.platform == "darwin":
        base = _home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or _home() / ".cache")
    return base / "sanming_carbon" / "coverage"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a service account may have none
        return Path(tempfile.gettempdir())


def clear_up(folder: Path) -> None:
    """Remove indices that nobody used for a quarter of a year or that are too many, and what a power cut left."""
    now = time.time()
    for path in folder.glob(ASIDE + "*"):
        with suppress(OSError):
            if now - path.stat().st_mtime > _LEFT_BEHIND_SECONDS:
                path.unlink()
    kept = []
    for path in folder.glob("*" + SUFFIX):
        with suppress(OSError):
            about = path.stat()
            kept.append((about.st_mtime, about.st_size, path))
    bytes_kept = 0
    for used, size, path in sorted(kept, reverse=True):
        bytes_kept += size
        if now - used > _UNUSED_SECONDS or bytes_kept > _MOST_BYTES:
            with suppress(OSError):
                path.unlink()

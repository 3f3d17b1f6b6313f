"""Ticket profiles from the plugin's own folder or from a user's file."""

from __future__ import annotations

import json
from pathlib import Path

from ..core.classes.fields import KNOWN_FIELDS
from ..core.errors import InputError
from ..core.tickets.profiles import Profile
from ..paths import resources_dir

DEFAULT_PROFILE = "sanming_ticket"
_LARGEST_FILE_BYTES = 5_000_000


def shipped_profiles() -> dict[str, Path]:
    """Name and file of each profile that comes with the plugin."""
    return {path.stem: path for path in sorted((resources_dir() / "profiles").glob("*.json"))}


def load_profile(name_or_file: str | Path | None = None) -> Profile:
    """The profile of that name, or in that file; the Sanming ticket without either.

    Raises
    ------
    InputError
        PROFILE_NOT_FOUND, PROFILE_UNREADABLE for a file that is no JSON, PROFILE_INVALID with every problem.
    """
    wanted = DEFAULT_PROFILE if name_or_file is None else name_or_file
    shipped = shipped_profiles()
    path = shipped[wanted] if isinstance(wanted, str) and wanted in shipped else Path(wanted)
    if not path.is_file():
        raise InputError("PROFILE_NOT_FOUND", profile=str(wanted), known=", ".join(shipped))
    return Profile.from_dict(_json(path), KNOWN_FIELDS)


def _json(path: Path) -> object:
    if path.stat().st_size > _LARGEST_FILE_BYTES:
        raise InputError("PROFILE_UNREADABLE", path=str(path), detail="the file is larger than 5 MB")
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as fault:
        raise InputError("PROFILE_UNREADABLE", path=str(path), detail=str(fault)) from fault

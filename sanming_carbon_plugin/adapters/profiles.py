"""Ticket profiles, and the factors of what tickets are used for, from the plugin's own folder or a user's file."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import InputError
from ..core.tickets.profiles import Profile
from ..core.tickets.uses import FactorTable
from ..paths import resources_dir
from .resources import read_json

DEFAULT_PROFILE = "sanming_ticket"


def shipped_profiles() -> dict[str, Path]:
    """Name and file of each profile that comes with the plugin."""
    return {path.stem: path for path in sorted((resources_dir() / "profiles").glob("*.json"))}


def load_profile(name_or_file: str | Path | None = None) -> Profile:
    """The profile of that name, or in that file; the Sanming ticket without either.

    A file with ``profile``, the name of a shipped one, and ``declared`` alone is that profile with an office's
    declarations.

    Raises
    ------
    InputError
        PROFILE_NOT_FOUND, PROFILE_INVALID with every problem, or what :func:`.resources.read_json` says of a
        file that is no JSON.
    """
    wanted = DEFAULT_PROFILE if name_or_file is None else name_or_file
    shipped = shipped_profiles()
    path = shipped[wanted] if isinstance(wanted, str) and wanted in shipped else Path(wanted)
    if not path.is_file():
        raise InputError("PROFILE_NOT_FOUND", profile=str(wanted), known=", ".join(shipped))
    data = read_json(path)
    if isinstance(data, dict) and set(data) == {"profile", "declared"}:
        base = data["profile"]
        if not isinstance(base, str) or base not in shipped:
            raise InputError("PROFILE_NOT_FOUND", profile=str(base), known=", ".join(shipped))
        data = read_json(shipped[base]) | {"declared": data["declared"]}
    try:
        return Profile.from_dict(data)
    except InputError as problem:
        if problem.code == "PROFILE_INVALID":
            problem.values["profile"] = str(path)
        raise


def shipped_uses() -> dict[str, Path]:
    """Name and file of each factor table that comes with the plugin."""
    return {path.stem: path for path in sorted((resources_dir() / "profiles" / "uses").glob("*.json"))}


def load_use(name_or_file: str | Path) -> FactorTable:
    """The factor table of that name, or in that file.

    Raises
    ------
    InputError
        USE_TABLE_NOT_FOUND, USE_TABLE_INVALID with every problem, or what :func:`.resources.read_json` says of
        a file that is no JSON.
    """
    shipped = shipped_uses()
    known = isinstance(name_or_file, str) and name_or_file in shipped
    path = shipped[str(name_or_file)] if known else Path(name_or_file)
    if not path.is_file():
        raise InputError("USE_TABLE_NOT_FOUND", table=str(name_or_file), known=", ".join(shipped))
    return FactorTable.from_dict(read_json(path))

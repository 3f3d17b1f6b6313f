"""An application as its folder tells it, and whether the folder is still as it was written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ...core.errors import InputError
from ..geopackage import read_geopackage_table
from ..geopackage_content import sha256_of_content
from ..jobs import application_files as names
from ..resources import read_json, sha256_of_file

TABLES = (*names.TABLES, "issues", "run")
"""Everything in ``application.gpkg`` that papers are made from."""


@dataclass(frozen=True)
class ApplicationFolder:
    """An application, read from its folder and checked.

    Attributes
    ----------
    facts
        The one row of the table ``application``; None where unknown.
    tables
        The other tables of ``application.gpkg`` by name, without geometry.
    profile
        The profile as it was read when the application was made.
    run, result_run
        Records of the run that made the application, and of the one that made the result it rests on.
    files
        ``application.gpkg`` and ``application.json`` with the SHA-256 of their bytes.
    """

    folder: Path
    facts: dict[str, Any]
    tables: Mapping[str, pd.DataFrame]
    profile: Mapping[str, Any]
    run: Mapping[str, Any] = field(default_factory=dict)
    result_run: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def geopackage(self) -> Path:
        """The layers of the application."""
        return self.folder / names.GEOPACKAGE

    @property
    def joint(self) -> bool:
        """Whether households apply together through their village collective."""
        return self.facts.get("kind") == "joint"

    @property
    def provisional(self) -> bool:
        """Whether something that the numbers rest on was not checked against its official text."""
        return "provisional" in {self.facts.get("profile_status"), self.facts.get("parameters_status")}


def read_application(folder: Path) -> ApplicationFolder:
    """The application in ``folder``.

    Raises
    ------
    InputError
        ``APPLICATION_NOT_FOUND`` where the folder holds none, ``APPLICATION_FORMAT`` where it is of another version
        or lacks a part, ``APPLICATION_CHANGED`` where the files are no longer as they were written, or what
        :func:`.resources.read_json` and :func:`.read_geopackage_table` say of damaged files.
    """
    missing = [name for name in (names.GEOPACKAGE, names.JSON) if not (folder / name).is_file()]
    if missing:
        raise InputError("APPLICATION_NOT_FOUND", folder=str(folder), missing=missing)
    document = read_json(folder / names.JSON)
    _require_format(document, folder)
    geopackage = folder / names.GEOPACKAGE
    found = sha256_of_file(geopackage)
    _require_unchanged(document, geopackage, found)
    tables = {name: read_geopackage_table(geopackage, name) for name in TABLES}
    facts = _row(tables.pop("application"), folder)
    _require_same(document, facts, tables, folder)
    return ApplicationFolder(
        folder=folder,
        facts=facts,
        tables=tables,
        profile=document["profile_file"],
        run=document.get("run") or {},
        result_run=document.get("result_run") or {},
        files={names.GEOPACKAGE: found, names.JSON: sha256_of_file(folder / names.JSON)},
    )


def _require_format(document: Mapping[str, Any], folder: Path) -> None:
    if document.get("format") != names.FORMAT or document.get("format_version") != names.FORMAT_VERSION:
        told = "{} {}".format(document.get("format"), document.get("format_version"))
        raise InputError("APPLICATION_FORMAT", folder=str(folder), found=told, expected=names.FORMAT_VERSION)
    for name, kind in (("application", dict), ("profile_file", dict), ("files", list), ("pieces", list)):
        if not isinstance(document.get(name), kind):
            raise InputError("APPLICATION_FORMAT", folder=str(folder), found=name, expected=names.FORMAT_VERSION)


def _require_unchanged(document: Mapping[str, Any], geopackage: Path, found: str) -> None:
    """The bytes are as they were written, or at least every row is: QGIS changes a file that it only looks at."""
    stated: Mapping[str, Any] = next((one for one in document["files"] if one.get("name") == geopackage.name), {})
    if found == stated.get("sha256"):
        return
    content = stated.get("content_sha256")
    if content is None or content != sha256_of_content(geopackage, TABLES):
        raise InputError("APPLICATION_CHANGED", path=str(geopackage), stated=stated.get("sha256"), found=found)


def _require_same(
    document: Mapping[str, Any], facts: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], folder: Path
) -> None:
    """Both files say the same, and the sums are the sums of the rows."""
    told = {name: value for name, value in document["application"].items() if name in facts}
    same = all(_equal(value, facts[name]) for name, value in told.items()) and len(told) == len(facts)
    pieces = tables["pieces"]
    same = same and int(pieces["whole_t"].sum()) == facts["whole_t"] and len(document["pieces"]) == len(pieces)
    same = same and _equal(float(pieces["tonnes_tco2e"].sum()), facts["total_tco2e"])
    if not same:
        raise InputError("APPLICATION_CHANGED", path=str(folder / names.JSON), stated="-", found="-")


def _equal(one: object, other: object) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)
    return (one or None) == (other or None)


def _row(table: pd.DataFrame, folder: Path) -> dict[str, Any]:
    if len(table) != 1 or not set(names.APPLICATION_COLUMNS) <= set(table.columns):
        raise InputError("APPLICATION_FORMAT", folder=str(folder), found="application", expected=names.FORMAT_VERSION)
    return {str(name): plain(value) for name, value in table.iloc[0].items()}


def plain(value: object) -> Any:  # noqa: ANN401
    """A cell as Python knows it; None for what is not known."""
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    return value.item() if hasattr(value, "item") else value

"""Which libraries are missing or too old, and what to install on this system.

Only names and versions of the modules are looked up; nothing is imported, so that the plugin loads without them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class Library:
    """A library and the package that brings it.

    Attributes
    ----------
    module
        Name it is imported by.
    debian, osgeo4w, conda
        Package of Debian and Ubuntu, of OSGeo4W, of conda-forge.
    least
        The oldest version that will do, None for any.
    pip
        What to ask pip for where the distribution's own version is too old.
    """

    module: str
    debian: str
    osgeo4w: str
    conda: str
    least: tuple[int, ...] | None = None
    pip: str = ""


REQUIRED = (
    Library("numpy", "python3-numpy", "python3-numpy", "numpy"),
    Library("pandas", "python3-pandas", "python3-pandas", "pandas"),
    Library("scipy", "python3-scipy", "python3-scipy", "scipy"),
    # 2.0.7 brings the GEOS series that QGIS has on Debian 12; a newer GEOS beside it gives wrong results there.
    Library("shapely", "python3-shapely", "python3-shapely", "shapely>=2", (2, 0), "shapely==2.0.7"),
    Library("osgeo", "python3-gdal", "python3-gdal", "gdal"),
)
"""What every command needs. Rasters are read through rasterio or, without it, through GDAL."""


def missing_libraries(required: Iterable[Library] = REQUIRED) -> tuple[Library, ...]:
    """The libraries of ``required`` that this Python does not find."""
    return tuple(library for library in required if not _found(library.module))


def outdated_libraries(required: Iterable[Library] = REQUIRED) -> tuple[tuple[Library, str], ...]:
    """The libraries of ``required`` that are there but too old, with the version that is there."""
    found = ((library, _version(library.module)) for library in required if _found(library.module))
    return tuple(
        (library, version) for library, version in found if version and _numbers(version) < (library.least or ())
    )


def install_command(missing: Iterable[Library], system: str | None = None) -> str:
    """What to type or to choose on ``system`` to get the ``missing`` libraries.

    Parameters
    ----------
    missing
        As given by :func:`missing_libraries`.
    system
        ``debian``, ``windows``, ``macos`` or ``other``; found out by default.

    Returns
    -------
    str
        A command line, or for Windows the list of packages to tick in the OSGeo4W setup.
    """
    missing = tuple(missing)
    system = system or this_system()
    if system == "debian":
        return "sudo apt install " + " ".join(library.debian for library in missing)
    if system == "windows":
        return ", ".join(library.osgeo4w for library in missing)
    return "conda install -c conda-forge " + " ".join('"{}"'.format(library.conda) for library in missing)


def update_command(outdated: Iterable[Library], system: str | None = None) -> str:
    """What to type or to choose on ``system`` to get newer versions of the ``outdated`` libraries."""
    outdated = tuple(outdated)
    system = system or this_system()
    if system == "debian":  # the release's own package is what is too old
        wanted = " ".join('"{}"'.format(library.pip or library.conda) for library in outdated)
        return "python3 -m pip install --user --break-system-packages " + wanted
    return install_command(outdated, system)


def this_system() -> str:
    """``debian`` (also Ubuntu and their kin), ``windows``, ``macos`` or ``other``."""
    if sys.platform.startswith("win"):
        return "windows"
    if sys.platform == "darwin":
        return "macos"
    return "debian" if Path("/etc/debian_version").exists() else "other"


def _found(module: str) -> bool:
    # A module that another plugin has set to None in sys.modules makes find_spec raise ValueError.
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False


def _version(module: str) -> str:
    """Version of a module's distribution, empty where it does not say."""
    try:
        return metadata.version(module)
    except metadata.PackageNotFoundError:
        return ""


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])

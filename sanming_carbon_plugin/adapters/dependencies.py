"""Which libraries are missing, and what to install on this system.

Only the names of the modules are looked up; nothing is imported, so that the plugin loads without them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path


@dataclass(frozen=True)
class Library:
    """A library and the package that brings it: on Debian and Ubuntu, in OSGeo4W, in conda-forge."""

    module: str
    debian: str
    osgeo4w: str
    conda: str


REQUIRED = (
    Library("numpy", "python3-numpy", "python3-numpy", "numpy"),
    Library("pandas", "python3-pandas", "python3-pandas", "pandas"),
    Library("scipy", "python3-scipy", "python3-scipy", "scipy"),
    Library("shapely", "python3-shapely", "python3-shapely", "shapely>=2"),
    Library("geopandas", "python3-geopandas", "python3-geopandas", "geopandas"),
    Library("osgeo", "python3-gdal", "python3-gdal", "gdal"),
)
"""What every command needs. Rasters are read through rasterio or, without it, through GDAL."""


def missing_libraries(required: Iterable[Library] = REQUIRED) -> tuple[Library, ...]:
    """The libraries of ``required`` that this Python does not find."""
    return tuple(library for library in required if not _found(library.module))


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
    return "conda install -c conda-forge " + " ".join(f'"{library.conda}"' for library in missing)


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

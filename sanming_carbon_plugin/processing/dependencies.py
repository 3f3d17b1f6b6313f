"""Says in words what to install where a library is missing."""

from __future__ import annotations

from ..adapters.dependencies import install_command, missing_libraries, this_system
from .translation import tr


def missing_text() -> str:
    """What is missing and what to install on this system; empty where all is there."""
    missing = missing_libraries()
    if not missing:
        return ""
    names = ", ".join(library.module for library in missing)
    system = this_system()
    what = tr("These Python libraries are missing: {names}.").format(names=names)
    how = _advice(system).format(packages=install_command(missing, system))
    return "{} {} {}".format(what, how, tr("Then restart QGIS."))


def _advice(system: str) -> str:
    if system == "debian":
        return tr("Install them in a terminal: {packages}")
    if system == "windows":
        return tr("Open the OSGeo4W Setup of your QGIS, choose Advanced Install and add the packages {packages}.")
    if system == "macos":
        return tr(
            "The QGIS bundle for macOS does not bring them in every version. "
            "Install QGIS with conda-forge and run there: {packages}"
        )
    return tr("Install them with the package manager of your system, or with conda: {packages}")

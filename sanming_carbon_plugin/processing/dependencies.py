"""Says in words what to install where a library is missing."""

from __future__ import annotations

from ..adapters.dependencies import (
    install_command,
    missing_libraries,
    outdated_libraries,
    this_system,
    update_command,
)
from .translation import tr


def missing_text() -> str:
    """What is missing or too old and what to install on this system; empty where all is well."""
    system = this_system()
    parts = []
    missing = missing_libraries()
    if missing:
        names = ", ".join(library.module for library in missing)
        parts.append(tr("These Python libraries are missing: {names}.").format(names=names))
        parts.append(_advice(system).format(packages=install_command(missing, system)))
    outdated = outdated_libraries()
    for library, version in outdated:
        least = ".".join(map(str, library.least or ()))
        text = tr("{name} {version} is too old, {least} or newer is needed.")
        parts.append(text.format(name=library.module, version=version, least=least))
    if outdated:
        packages = update_command([library for library, _ in outdated], system)
        parts.append(_advice(system).format(packages=packages))
    if parts:
        parts.append(tr("Then restart QGIS."))
    return " ".join(parts)


def _advice(system: str) -> str:
    if system == "debian":
        return tr("Install in a terminal: {packages}")
    if system == "windows":
        return tr("Open the OSGeo4W Setup of your QGIS, choose Advanced Install and add the packages {packages}.")
    if system == "macos":
        return tr(
            "The QGIS bundle for macOS does not bring them in every version. "
            "Install QGIS with conda-forge and run there: {packages}"
        )
    return tr("Install them with the package manager of your system, or with conda: {packages}")

"""Where the plugin's own data lies, in a clone and in an installed plugin."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _beside(name: str) -> Path:
    """``name`` inside the package (installed from the zip), else beside it (a clone)."""
    inside = _PACKAGE / name
    return inside if inside.exists() else _PACKAGE.parent / name


def resources_dir() -> Path:
    """Folder with parameters, rules, profiles, messages, styles, layouts, help and the sample."""
    return _beside("resources")


def i18n_dir() -> Path:
    """Folder with the translations."""
    return _beside("i18n")


def metadata_file() -> Path:
    """The plugin's metadata.txt, the one place where its version is written."""
    return _beside("metadata.txt")

"""Name and version, read from metadata.txt."""

from __future__ import annotations

import configparser
from functools import lru_cache

from .paths import metadata_file

PACKAGE = "sanming_carbon_plugin"


@lru_cache(maxsize=1)
def version() -> str:
    """Version of the plugin as metadata.txt states it."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(metadata_file(), encoding="utf-8")
    return parser.get("general", "version")

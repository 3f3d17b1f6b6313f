"""Stand-level forest carbon for Sanming in QGIS and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from .plugin import SanmingCarbonPlugin


def classFactory(iface: QgisInterface) -> SanmingCarbonPlugin:
    """What QGIS calls to load the plugin.

    The import is in here because the command line imports this package without QGIS.
    """
    from .plugin import SanmingCarbonPlugin  # noqa: PLC0415

    return SanmingCarbonPlugin(iface)

"""What QGIS loads: this module only wires, and ``unload`` undoes it in reverse."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import qgis.utils
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QCoreApplication, Qt, QTimer, QTranslator
from qgis.PyQt.QtGui import QAction

from .adapters.maps.layers import dress_again
from .adapters.unit_choice import chosen_units
from .gui.dock import CarbonDock
from .gui.parcel_cards import ParcelCards
from .gui.unit_options import UnitsChosen, UnitsPageFactory
from .processing.base import plugin_icon
from .processing.provider import SanmingCarbonProvider
from .processing.translation import install_qt_translator, install_translator, language, tr

if TYPE_CHECKING:
    from qgis.gui import QgisInterface


class SanmingCarbonPlugin:
    """The plugin in one QGIS window, or in ``qgis_process`` without any."""

    def __init__(self, iface: QgisInterface | None) -> None:
        self.iface = iface
        self.translators: list[QTranslator] = []
        self.provider: SanmingCarbonProvider | None = None
        self.dock: CarbonDock | None = None
        self.cards: ParcelCards | None = None
        self.units: UnitsChosen | None = None
        self.units_page: UnitsPageFactory | None = None
        self.dressing: Iterator[None] = iter(())
        self.action: QAction | None = None
        self.menu = ""

    def initProcessing(self) -> None:
        """Offer the algorithms; all that ``qgis_process`` asks for."""
        # Ours last: Qt asks the last one first.
        self.translators = [each for each in (install_qt_translator(), install_translator()) if each is not None]
        self.provider = SanmingCarbonProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        """Put the plugin into the window: algorithms, dock, toolbar and menu."""
        self.initProcessing()
        self.menu = tr("Sanming Forest Carbon")
        if self.iface is None:
            return
        window = self.iface.mainWindow()
        self.dock = CarbonDock(self.iface, window)
        self.iface.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        # QGIS has shown it; its own way of hiding does nothing before the window itself is there.
        self.dock.hide()
        self.action = QAction(plugin_icon(), self.menu, window)
        self.action.setObjectName("sanming_carbon_dock_action")
        self.action.setToolTip(tr("Show or hide the forest carbon panel"))
        self.dock.setToggleVisibilityAction(self.action)
        self.cards = ParcelCards(self.iface, self.dock.side, self.dock)
        self.cards.decided.connect(self.dock.states.refresh_soon)
        self.units = UnitsChosen()
        self.units.changed.connect(self._follow_units)
        self.units_page = UnitsPageFactory(self.units)
        self.iface.registerOptionsWidgetFactory(self.units_page)
        for action in (self.action, self.cards.action):
            self.iface.addToolBarIcon(action)
            self.iface.addPluginToMenu(self.menu, action)

    def unload(self) -> None:
        """Take everything away again."""
        if self.iface is not None:
            self._leave_window(self.iface)
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        while self.translators:
            QCoreApplication.removeTranslator(self.translators.pop())
        _have_all_modules_forgotten()

    def _follow_units(self) -> None:
        self.dressing = dress_again(QgsProject.instance(), language(), chosen_units())
        if self.cards is not None:
            self.cards.reload()
        QTimer.singleShot(0, self._dress_next)

    def _dress_next(self) -> None:
        if next(self.dressing, self) is None:  # one more layer is dressed
            QTimer.singleShot(0, self._dress_next)

    def _leave_window(self, iface: QgisInterface) -> None:
        self.dressing = iter(())
        if self.units_page is not None:
            iface.unregisterOptionsWidgetFactory(self.units_page)
            self.units_page = None
            self.units = None
        if self.cards is not None:
            iface.removePluginMenu(self.menu, self.cards.action)
            iface.removeToolBarIcon(self.cards.action)
            self.cards.shut_down()
            self.cards = None
        if self.action is not None:
            iface.removePluginMenu(self.menu, self.action)
            iface.removeToolBarIcon(self.action)
            self.action.deleteLater()
            self.action = None
        if self.dock is not None:
            self.dock.shut_down()
            iface.removeDockWidget(self.dock)
            self.dock.deleteLater()
            self.dock = None


def _have_all_modules_forgotten() -> None:
    """Let QGIS forget all modules of the plugin, not only those that it noted.

    It notes what import statements name. A package that was loaded on the way to one of its modules would stay, and
    hand the modules of this plugin to the next one.
    """
    noted: dict[str, set[str]] = getattr(qgis.utils, "_plugin_modules", {})
    package = __name__.partition(".")[0]
    if package in noted:
        noted[package].update(name for name in sys.modules if name.startswith(package + "."))

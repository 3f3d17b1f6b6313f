"""The made-up township, one click away."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication, QgsLayerTreeGroup, QgsMapLayer, QgsProject, QgsRasterLayer, QgsVectorLayer
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from ..about import version
from ..core.errors import CarbonError, InputError
from ..paths import resources_dir
from ..processing.assess import AssessAlgorithm
from ..processing.parameters import OUTPUT, RASTERS, STANDS
from ..processing.translation import language

_VECTORS = {
    "stands": ("stands.gpkg", "Stands 2020", "小班 2020"),
    "earlier": ("stands_2015.gpkg", "Stands 2015", "小班 2015"),
    "credited": ("credited.gpkg", "Credited parcels", "已计碳汇地块"),
    "tenure": ("tenure.gpkg", "Tenure", "林权宗地"),
}
_RASTERS = {
    "s2": ("composite_2020.tif", "Composite 2020", "影像 2020"),
    "dem": ("dem.tif", "Elevation", "高程"),
}
_TITLES = ("Sample: a made-up township", "示例:虚构乡镇")
_PERIOD = ("2016-01-01", "2020-12-31")


class SampleOpening(QObject):
    """Puts the sample into the project; one at a time."""

    opened = pyqtSignal(object)
    """Values for the fields of the dock."""
    failed = pyqtSignal(object)
    """The error that ended it."""
    busy = pyqtSignal(bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: Generator[None, None, dict[str, Any]] | None = None

    def open(self) -> None:
        """Open all of it now."""
        self._begin()
        while self._steps is not None:
            self._step()

    def open_slowly(self) -> None:
        """The same, layer by layer: the window has its turn between them."""
        if self._steps is None:
            self._begin()
            self._next()

    def leave(self) -> None:
        """Another project is open, or the plugin goes: what is not there yet stays out."""
        if self._steps is not None:
            self._end()

    def _begin(self) -> None:
        self._steps = sample_steps(QgsProject.instance(), language())
        self.busy.emit(True)

    def _end(self) -> None:
        self._steps = None
        self.busy.emit(False)

    def _next(self) -> None:
        self._step()
        if self._steps is not None:
            QTimer.singleShot(0, self._next)

    def _step(self) -> None:
        if self._steps is None:
            return
        try:
            next(self._steps)
        except StopIteration as end:
            self._end()
            self.opened.emit(end.value)
        except CarbonError as error:
            self._end()
            self.failed.emit(error)


def sample_steps(project: QgsProject, language: str) -> Generator[None, None, dict[str, Any]]:
    """Add the sample's layers in a group of their own, one a step: in between the window can do other things.

    Layers that are there already are used again.

    Returns
    -------
    dict
        Values for the fields of the dock.

    Raises
    ------
    InputError
        ``FILE_NOT_FOUND`` where this copy of the plugin came without the sample.
    """
    folder = own_copy()
    if _group(project) is None:
        project.layerTreeRoot().insertGroup(0, _TITLES[language == "zh"])
    added: dict[str, str] = {}
    for name, (file, *titles) in [*_VECTORS.items(), *_RASTERS.items()]:
        yield
        path = folder / file
        group = _group(project)
        if group is None:  # removed meanwhile
            return {}
        known = next((node.layer() for node in group.findLayers() if _is_from(node.layer(), path)), None)
        layer = known or _opened(path, titles[language == "zh"])
        if known is None:
            project.addMapLayer(layer, False)
            group.addLayer(layer).setItemVisibilityChecked(name == "stands")
        added[name] = layer.id()
    return {
        STANDS: added["stands"],
        AssessAlgorithm.EARLIER: added["earlier"],
        AssessAlgorithm.PERIOD_START: _PERIOD[0],
        AssessAlgorithm.PERIOD_END: _PERIOD[1],
        AssessAlgorithm.CREDITED: [added["credited"]],
        AssessAlgorithm.TENURE: added["tenure"],
        RASTERS: [(name, "", added[name]) for name in _RASTERS],
        OUTPUT: str(Path(project.homePath() or folder) / "sample_result.gpkg"),
    }


def _group(project: QgsProject) -> QgsLayerTreeGroup | None:
    """The group of the sample, in whichever language it was opened."""
    found = (project.layerTreeRoot().findGroup(title) for title in _TITLES)
    return next((group for group in found if group is not None), None)


def own_copy() -> Path:
    """Folder with the user's own copy of the sample, made where it is missing or of another version.

    QGIS writes into every GeoPackage that it opens, and statistics beside rasters; the plugin's own folder
    stays as it was installed.
    """
    source = resources_dir() / "sample"
    target = Path(QgsApplication.qgisSettingsDirPath()) / "sanming_carbon" / "sample-{}".format(version())
    target.mkdir(parents=True, exist_ok=True)
    for file, *_ in [*_VECTORS.values(), *_RASTERS.values()]:
        if not (source / file).exists():
            raise InputError("FILE_NOT_FOUND", path=str(source / file))
        if not (target / file).exists():
            # Two windows of QGIS may open it at once: neither may see half a file.
            beside = target / ".{}.{}".format(file, os.getpid())
            shutil.copyfile(source / file, beside)
            beside.replace(target / file)
    return target


def _opened(path: Path, title: str) -> QgsMapLayer:
    if path.suffix == ".tif":
        return QgsRasterLayer(str(path), title)
    return QgsVectorLayer(str(path), title, "ogr")


def _is_from(layer: QgsMapLayer | None, path: Path) -> bool:
    return layer is not None and Path(layer.source().partition("|")[0]) == path

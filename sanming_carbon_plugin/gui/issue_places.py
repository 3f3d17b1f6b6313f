"""From a row of the list of doubts to its place on the map, and to its stand in the layer."""

from __future__ import annotations

from math import isclose
from pathlib import Path

import shapely
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeatureRequest,
    QgsGeometry,
    QgsProject,
    QgsProviderRegistry,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapCanvas

from ..adapters.issue_list import IssueRow, issue_place, stand_box

_ROOM = 1.6
_LEAST_METRES, _LEAST_DEGREES = 50.0, 0.0005
_SAME = 1e-9


def list_crs(path: Path) -> QgsCoordinateReferenceSystem:
    """Coordinate system of a list."""
    uri = QgsProviderRegistry.instance().encodeUri("ogr", {"path": str(path), "layerName": "issues"})
    return QgsVectorLayer(uri, "issues", "ogr").crs()


def go_to(issue: IssueRow, path: Path, crs: QgsCoordinateReferenceSystem, canvas: QgsMapCanvas) -> bool:
    """Show the place of a doubt and let it flash; False for one about the whole layer."""
    place = issue_place(path, issue.number)
    if place is None:
        return False
    geometry = QgsGeometry()
    geometry.fromWkb(shapely.to_wkb(place))
    move = QgsCoordinateTransform(crs, canvas.mapSettings().destinationCrs(), QgsProject.instance())
    box = move.transformBoundingBox(geometry.boundingBox()) if move.isValid() else geometry.boundingBox()
    box.scale(_ROOM)
    least = _LEAST_METRES if canvas.mapUnits() == Qgis.DistanceUnit.Meters else _LEAST_DEGREES
    if max(box.width(), box.height()) < least:
        box.grow(least)
    canvas.setExtent(box)
    canvas.refresh()
    canvas.flashGeometries([geometry], crs)
    return True


def select_stand(issue: IssueRow, path: Path, layer: QgsVectorLayer) -> int:
    """Select the stand of a doubt in its layer, by its box; 0 where it has another outline by now.

    The box is compared instead of a row number, which edits and filters change.
    """
    box = stand_box(path, issue.stand_key) if issue.stand_key else None
    if box is None:
        place = issue_place(path, issue.number)
        if place is None:
            return 0
        box = shapely.bounds(place)
    request = QgsFeatureRequest().setFilterRect(QgsRectangle(*box)).setNoAttributes()
    found = [feature.id() for feature in layer.getFeatures(request) if _same(feature.geometry().boundingBox(), box)]
    layer.selectByIds(found)
    return len(found)


def _same(seen: QgsRectangle, box: tuple[float, float, float, float]) -> bool:
    sides = (seen.xMinimum(), seen.yMinimum(), seen.xMaximum(), seen.yMaximum())
    return all(isclose(one, two, rel_tol=_SAME, abs_tol=_SAME) for one, two in zip(sides, box, strict=True))

"""One sentence below a map: from which run its numbers come."""

from __future__ import annotations

from qgis.core import QgsProviderRegistry, QgsVectorLayer

from ...about import version

_NOTES = {
    "en": (
        "Computed {day} with Sanming Forest Carbon {version}. Coordinate system {crs}; areas on the ellipsoid. "
        "Rules and parameters marked provisional come from public sources, not from the official text."
    ),
    "zh": (
        "计算日期 {day},三明林业碳汇插件 {version} 版。坐标系 {crs},面积按椭球面计算。"
        "标注为“暂行”的规则和参数来自公开资料,并非正式文本。"
    ),
}
_LENGTH_OF_DAY = len("YYYY-MM-DD")


def run_note(layer: QgsVectorLayer, language: str) -> str:
    """Day and version of the run that wrote the file of ``layer``, and the coordinate system."""
    day, used = _run_of(layer)
    crs = layer.crs().authid() or layer.crs().description() or "–"
    return _NOTES[language].format(day=day or "–", version=used or version(), crs=crs)


def _run_of(layer: QgsVectorLayer) -> tuple[str, str]:
    path = QgsProviderRegistry.instance().decodeUri("ogr", layer.source()).get("path", "")
    run = QgsVectorLayer(
        QgsProviderRegistry.instance().encodeUri("ogr", {"path": path, "layerName": "run"}), "run", "ogr"
    )
    if not run.isValid():
        return "", ""
    names = run.fields().names()
    row = next(run.getFeatures(), None)
    if row is None or not {"ended", "plugin_version"} <= set(names):
        return "", ""
    return str(row["ended"])[:_LENGTH_OF_DAY], str(row["plugin_version"])

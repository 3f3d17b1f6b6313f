"""Charts as files: SVG always, PNG where QGIS is running and can draw."""

from __future__ import annotations

import errno
import sys
from collections.abc import Mapping
from pathlib import Path

_SCALE = 2.0


def write_pictures(folder: Path, charts: Mapping[str, str]) -> bool:
    """Write each chart as ``NAME.svg`` and, where Qt can draw, as ``NAME.png``.

    Returns
    -------
    bool
        Whether there are PNG files.
    """
    if not charts:
        return can_draw()
    folder.mkdir(parents=True, exist_ok=True)
    for name, svg in charts.items():
        (folder / f"{name}.svg").write_text(svg, encoding="utf-8")
        if can_draw():
            _write_png(folder / f"{name}.png", svg)
    return can_draw()


def can_draw() -> bool:
    """Whether a running QGIS lends its Qt: letters need the fonts of an application."""
    if "qgis.core" not in sys.modules:  # the command line must not load QGIS
        return False
    from qgis.PyQt.QtGui import QGuiApplication

    return isinstance(QGuiApplication.instance(), QGuiApplication)


def _write_png(path: Path, svg: str) -> None:
    from qgis.PyQt.QtCore import QByteArray, Qt
    from qgis.PyQt.QtGui import QImage, QPainter
    from qgis.PyQt.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(QByteArray(svg.encode("utf-8")))
    size = renderer.defaultSize() * _SCALE
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    try:
        renderer.render(painter)
    finally:
        painter.end()
    if not image.save(str(path), "PNG"):
        raise OSError(errno.EIO, "the picture could not be written", str(path))

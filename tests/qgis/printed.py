"""What stands on the pages of a PDF, as a reader finds it: in one place of the paper, or on the whole page."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

from qgis.PyQt.QtCore import QRectF

_POINTS_PER_MM = 72 / 25.4
_ROUND_MM = 0.6


def printed(pdf: Path, page: int, place: QRectF | None = None) -> str:
    """Text of a page, or of a place on it in mm."""
    command = ["pdftotext", "-layout", "-f", str(page), "-l", str(page)]
    if place is not None:
        place = place.adjusted(-_ROUND_MM, -_ROUND_MM, _ROUND_MM, _ROUND_MM)
        sides = (("-x", place.x()), ("-y", place.y()), ("-W", place.width()), ("-H", place.height()))
        command += [part for name, side in sides for part in (name, str(round(side * _POINTS_PER_MM)))]
    return subprocess.run([*command, str(pdf), "-"], capture_output=True, text=True, check=True).stdout


def signs(text: str) -> Counter[str]:
    """The signs of a text without blanks: the same in whatever order its lines are read."""
    return Counter(re.sub(r"\s", "", text))


def rows_of(text: str) -> list[list[float]]:
    """The numbers of each line that ends with some, as in a table of figures."""
    found = []
    for line in text.splitlines():
        numbers = re.search(r"((?:\s+-?[\d,]+(?:\.\d+)?)+)\s*$", " " + line)
        if numbers:
            found.append([float(one.replace(",", "")) for one in numbers[1].split()])
    return found

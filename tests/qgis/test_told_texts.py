"""What is told in one language has no word of the other and no code in it: logs, doubts, pages, workbooks, papers."""

from __future__ import annotations

import re

import pytest
from every_algorithm import office_in
from qgis.core import QgsApplication
from told_texts import told_texts

pytestmark = [pytest.mark.qgis, pytest.mark.slow]

CODE = re.compile(r"\b[A-Z]{2,}(?:_[A-Z0-9]+)+\b|\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
ENGLISH = re.compile(r"[A-Za-z]{3,}")
CHINESE = re.compile("[\u4e00-\u9fff]")
TAKEN_AWAY = [
    r"(?<=：)returned(?=：)",  # name of the file that came back
    r"[0-9a-f]{8}-[0-9a-f-]{27}|\b(?=[0-9a-f]*\d)[0-9a-f]{8,}\b",  # hashes, whole and cut by a line's end, and ids
    r"[\w/.~-]*/[\w/. -]+|[\w-]+\.(?:gpkg|json|csv|tif|pdf|png|docx|xlsx|svg|html|shp|qgz|qgs)\b",  # files
    r"\bs2015\w*|\bs2020\w*|\bdem\b",  # what the user called the rasters
    r"sanming[_-]\w[\w-]*",  # ids of rule files and tables, which registers and map sheets name beside titles
    r"(?:gdal|geos|numpy|pandas|platform|plugin|python|qgis|scipy|shapely)\b ?[\w.-]*",  # libraries
    r"QGIS|QField|GeoPackage|Excel|Word|PDF|PNG|SVG|HTML|CSV|JSON|Linux|x86_64|Debian|Bratislava",
    r"EPSG:? ?\d*|CGCS2000|SHA-?256|UTF-?8|GBK",
    r"CCER|FFCER|SMCER|VCS|IPCC|FCCC|AR-CM|NDVI|NDMI|NBR|DEM|Sentinel-?2|Landsat",
    r"BEF|RSR|tCO₂e|kgCO2e|tCO2e|CO₂e?|kWh|°",
    r"\b(?:GB|LY|LYGX|DB35)/?T?[ -]?\d+",  # standards
    r"(?:Fang|Zeng|Li Yin|ChinaXiv|Chojnacky|Cochran)\b",  # authors and archives of sources
    r"^.*(?:Σ_i|⌊|= A_i ×).*$|\b(?:baseline|free_i|Ticket)\b",  # equations have symbols
    r"\d{4}-\d\d-\d\dT[\d:+]+",
    r"\breserve_forest [\d.]* ?\(|^\s*rest\b",  # an id of a rule file that a line's end cuts
    r"\bparts (?=图层|layer)",  # a layer that the sentence sends the reader to
    r"^\s*(?:AREA|BASELINE|CANOPY|CLOSURE|DISPUTE|FREE|HEIGHT|MEASURED|OWNER|PERIOD|PRECISION|SCOPE|WIDTH)\b",
]  # fmt: skip
"""What may stand in a text of either language: units, systems, standards, products, files, authors, equations, and
the ids of rules that a register has beside their titles."""


@pytest.fixture(scope="module", params=["zh-Hans", "en_US"])
def office(request, qgis_app, tmp_path_factory):
    """Every algorithm on the small cut of the sample, in one language."""
    with office_in(tmp_path_factory.mktemp("told"), request.param) as made:
        yield made


@pytest.fixture(scope="module")
def told(office):
    """Every text with what may stand in it taken away."""
    names = [
        algorithm.name() for algorithm in QgsApplication.processingRegistry().providerById("sanmingcarbon").algorithms()
    ]
    own = re.compile("|".join(sorted((re.escape(name) for name in office.columns()), key=len, reverse=True)))
    found = []
    for where, text in told_texts(office, names, office.language):
        left = own.sub("", text)
        for allowed in TAKEN_AWAY:
            left = re.sub(allowed, "", left)
        found.append((where, text, left))
    assert len(found) > 3000
    assert {where.split()[0] for where, _, _ in found} >= {"log", "layer", "form", "out_report/report.html"}
    return found


def test_no_code_is_told(told):
    bad = {(where, text[:160]) for where, text, left in told if CODE.search(left)}
    assert not bad, sorted(bad)[:20]


def test_nothing_is_told_in_the_other_language(told, office):
    if office.language == "zh":
        bad = {(where, text[:160]) for where, text, left in told if ENGLISH.search(left)}
    else:  # names of people and places stay as they are, sentences do not
        bad = {(where, text[:160]) for where, text, left in told if where.startswith("log") and CHINESE.search(left)
               and "松岭村" not in left}  # fmt: skip
    assert not bad, sorted(bad)[:20]

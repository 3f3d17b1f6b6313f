"""A sheet of a work design stands on one page where it has room on it; nothing is left away or runs into another."""

from __future__ import annotations

import pytest
from printed import printed

from sanming_carbon_plugin.adapters.dossier.document import Document, Heading, Paragraph, Table
from sanming_carbon_plugin.adapters.dossier.pdf import write_pdf_document
from sanming_carbon_plugin.adapters.work_design.parcels import Parcel, load_design_tables
from sanming_carbon_plugin.adapters.work_design.sheets import PRESENT, parcel_document
from sanming_carbon_plugin.core.planning.work_design import parcel_design

pytestmark = pytest.mark.qgis

LONGEST_NAMES = {
    "350428": ("Jiangle", "将乐县"),
    "350428-199": ("Qingxi (invented)", "青溪镇(虚构)"),
    "350428-199-203": ("Upper and Lower Xiaping", "上下坪村"),
}


def _paper(rows: int, *, closer: bool) -> Document:
    table = Table((), tuple((f"row {number}", "x") for number in range(rows)), (0.5, 0.5))
    parts = (Heading("Sheet"), table, Paragraph("the end", "note"))
    return Document("Work design", "en", ("", ""), "", "{page}/{pages}", parts, closer)


def test_rows_move_closer_where_that_saves_a_page(tmp_path):
    path = tmp_path / "a.pdf"

    def pages(rows: int, *, closer: bool) -> int:
        return write_pdf_document(_paper(rows, closer=closer), path, path)

    # However tall the letters of this machine are: the first number of rows that one page has no room for.
    rows = next(rows for rows in range(20, 90, 2) if pages(rows, closer=False) == 2)
    assert pages(rows, closer=True) == 1
    text = printed(path, 1)
    assert all(f"row {number}" in text for number in range(rows))
    assert "the end" in text
    count = pages(3 * rows, closer=True)
    assert count in (2, 3)
    text = "".join(printed(path, number) for number in range(1, count + 1))
    assert all(f"row {number}" in text for number in range(3 * rows))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sheet_of_every_work_stands_on_one_page(tmp_path, language):
    tables = load_design_tables()[0]
    key = "350428-199-203-0041-00005"
    places = dict(zip(("county", "township", "village", "compartment", "stand_no"), key.split("-"), strict=True))
    known = dict.fromkeys(PRESENT, 12.0) | {
        "stand_key": key, **places, "area_ha": 3.4507, "area_mu": 51.76, "land_class": "arbor", "species_group": "pine",
        "composition": "10马", "origin": "planted", "disturbance": "none", "forest_class": "commercial_general",
        "land_tenure": None, "tree_tenure": None, "forest_category": None, "red_line": "no", "closure": 0.8,
        "age_yr": 30.0, "year": 2027, "felled_m3": 356.1, "felled_share": 1.0, "volume_m3_ha": 77.6,
        "clear_cut_limit_ha_low": 20.0, "clear_cut_limit_ha_high": 20.0, "felling_block": 1, "age_group": 2,
    }  # fmt: skip
    path = tmp_path / "sheet.pdf"
    for measure, technique in zip(tables.works.measure, tables.works.technique, strict=True):
        stand = {**known, "measure": str(measure), "technique": str(technique)}
        parcel = Parcel(0, stand, parcel_design(stand, tables))
        paper = parcel_document(parcel, LONGEST_NAMES, "Forestry bureau", "2026-11-23", language)
        assert write_pdf_document(paper, path, path) == 1, (measure, technique)

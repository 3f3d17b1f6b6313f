"""The figures of a plan are the same in its layer, on its maps, in the report and in the work design."""

import importlib.util
import os
import re
import sqlite3
import subprocess
import sys

import pytest
import shapely

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.report import _plan_sections
from sanming_carbon_plugin.adapters.maps.map_rows import read_map_rows
from sanming_carbon_plugin.adapters.maps.themes import plan_themes, themes
from sanming_carbon_plugin.adapters.work_design.parcels import chosen_parcels, load_design_tables
from sanming_carbon_plugin.core.units import UnitChoice

from ..conftest import ROOT
from .test_options import layer_of


def parts(plan, share):
    """The western part of every parcel."""
    found = []
    for shape in plan["geometry"]:
        west, south, east, north = shape.bounds
        low, high = west, east
        for _ in range(40):
            middle = (low + high) / 2
            inside = shapely.intersection(shape, shapely.box(west, south, middle, north)).area < share * shape.area
            low, high = (middle, high) if inside else (low, middle)
        found.append(shapely.intersection(shape, shapely.box(west, south, high, north)))
    return found


@pytest.mark.long
def test_a_plan_beside_accepted_parts_has_the_same_figures_everywhere(made, result, tmp_path):
    first, _ = made("--benefit", "cost", name="first")
    with sqlite3.connect(result) as database:
        srs = database.execute("SELECT srs_id FROM gpkg_geometry_columns WHERE table_name='stands'").fetchone()[0]
    done = parts(first, 0.3)
    rows = [(shape, m, t, "2022-06-01", "0.95", "0.9", "x.jpg") for shape, m, t in
            zip(done, first["measure"], first["technique"], strict=True)]  # fmt: skip
    accepted = layer_of(tmp_path / "accepted.gpkg", rows, srs)
    plan, finished = made("--benefit", "cost", "--acceptance", accepted, name="second")
    stands = read_geopackage_table(result, "stands", geometry=True).set_index("stand_key").loc[plan["stand_key"]]
    part = plan["stand_key"].isin(first["stand_key"]).to_numpy()
    assert part.any()
    assert plan["area_ha"].to_numpy()[part] == pytest.approx(0.7 * stands["area_ha"].to_numpy()[part], rel=1e-6)
    share = shapely.area(plan["geometry"].to_numpy()) / shapely.area(stands["geometry"].to_numpy())
    assert share * stands["area_ha"].to_numpy() == pytest.approx(plan["area_ha"].to_numpy(), rel=1e-6)
    taken = shapely.union_all(done)
    assert all(shape.intersection(taken).area < 1e-3 for shape in plan["geometry"].to_numpy()[part])
    # The work design of the plan.
    designs = chosen_parcels(
        read_map_rows(result, themes()["measure"]), load_design_tables()[0], finished.out, (), (), result
    )
    by_key = plan.set_index("stand_key")
    assert {one.key for one in designs} == set(by_key.index)
    for one in designs:
        row = by_key.loc[one.key]
        assert one.design["area_ha"] == row["area_ha"]
        assert one.stand["area_mu"] == row["area_mu"]
        assert one.design["cost_yuan"] == row["cost_yuan"]
        assert one.outline.equals(row["geometry"])
        for operation in one.design["operations"]:
            if operation["quantity"] == "1":
                assert operation["quantity_low"] == row["area_ha"]
    # Summary, maps and the report.
    total = plan["area_ha"].sum()
    assert float(finished.counts["planned_ha"]) == pytest.approx(total, abs=1e-3)
    assert read_geopackage_table(finished.out, "plan_summary")["area_ha"].sum() == pytest.approx(total)
    for theme in plan_themes().values():
        assert read_map_rows(finished.out, theme).frame["area_ha"].sum() == pytest.approx(total)
    told = dict(_plan_sections(finished.out, "en", UnitChoice(), {}))
    for title in (theme.title("en") for theme in plan_themes().values()):
        assert f"{total:,.2f}" in re.sub(r"<[^>]+>", " ", told[title]), title


def printed_total(plan, out, theme, language):
    """Figures of the last row of the table on the one sheet of a plan, as a reader finds them on the paper."""
    command = [sys.executable, "-m", "sanming_carbon_plugin", "exportmaps", str(plan), "--out", str(out)]
    command += ["--level", "municipality", "--theme", theme, "--language", language]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    text = subprocess.run(["pdftotext", "-layout", str(out), "-"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"(?:Total|合计)\s+([\d,]+)\s+([\d,.]+)\s+([\d,.]+)", text)
    return [float(number.replace(",", "")) for number in found.groups()], re.sub(r"\s", "", text)


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("qgis") is None, reason="sheets are drawn by QGIS")
@pytest.mark.parametrize(("theme", "language"), [("measure", "en"), ("plan_technique", "zh"), ("plan_year", "en")])
def test_the_printed_map_of_a_plan_has_its_figures(made, tmp_path, theme, language):
    plan, finished = made("--benefit", "cost")
    total, text = printed_total(finished.out, tmp_path / "plan.pdf", theme, language)
    area = plan["area_ha"].sum()
    assert total == [len(plan), pytest.approx(area, abs=0.005), pytest.approx(area * 15, abs=0.05)]
    assert total[1] == pytest.approx(read_geopackage_table(finished.out, "plan_summary")["area_ha"].sum(), abs=0.005)
    column = theme.removeprefix("plan_")
    for _, mine in plan.groupby(column):
        row = f"{len(mine):,}{mine['area_ha'].sum():,.2f}{mine['area_ha'].sum() * 15:,.1f}"
        assert row in text, (theme, row)
    told = dict(_plan_sections(finished.out, language, UnitChoice(), {}))
    shown = plan_themes()["plan_" + column].title(language)
    assert f"{total[1]:,.2f}" in re.sub(r"<[^>]+>", " ", told[shown])
    with sqlite3.connect(finished.out) as database:  # 0.1 ha more in one parcel is seen on the paper
        for name in [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE plan SET area_ha = area_ha + 0.1 WHERE fid = (SELECT MIN(fid) FROM plan)")
    changed, _ = printed_total(finished.out, tmp_path / "changed.pdf", theme, language)
    assert changed[1] == pytest.approx(area + 0.1, abs=0.005)

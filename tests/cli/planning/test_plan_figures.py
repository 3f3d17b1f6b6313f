"""The figures of a plan are the same in its layer, on its maps, in the report and in the work design."""

import re
import sqlite3

import pytest
import shapely

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.report import _plan_sections
from sanming_carbon_plugin.adapters.maps.map_rows import read_map_rows
from sanming_carbon_plugin.adapters.maps.themes import plan_themes, themes
from sanming_carbon_plugin.adapters.work_design.parcels import chosen_parcels, load_design_tables
from sanming_carbon_plugin.core.units import UnitChoice

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

"""The account of products from a harvest table to its tables and chart, by the command that users run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.geopackage_rows import table_names
from sanming_carbon_plugin.cli import main

HARVEST = """年度,树种,采伐蓄积,采伐株数,县
2020,220,100,,350428
2021,310,50,,350428
2021,660,,1000,350426
2022,,10,,
"""


@pytest.fixture
def harvest(tmp_path):
    path = tmp_path / "采伐 表.csv"
    path.write_text(HARVEST, encoding="gb18030")
    return path


def test_the_account_of_a_harvest(harvest, tmp_path, capsys):
    """Pine 64.093 t in 2020, fir 50*0.307*0.52*44/12 = 29.267 t and 16.929 t of bamboo in 2021."""
    out = tmp_path / "产品.gpkg"
    report = tmp_path / "报告"
    assert main(["products", str(harvest), "--out", str(out), "--until", "2030", "--report", str(report)]) == 0
    assert "last_year\t2030" in capsys.readouterr().out
    years = read_geopackage_table(out, "years").set_index("year")
    assert years["harvested_tco2e"].iloc[:2].tolist() == pytest.approx([64.0933, 29.2673 + 16.929], rel=1e-4)
    assert years.loc[2020, "into_products_tco2e"] == pytest.approx(64.0933 * 0.7, rel=1e-4)
    lost = years["harvested_tco2e"] - years["into_products_tco2e"]
    assert years["lost_at_once_tco2e"].to_numpy() == pytest.approx(lost.to_numpy(), nan_ok=True)
    assert years["change_tco2e"].sum() == pytest.approx(years["stock_tco2e"].iloc[-1])
    assert years.loc[2029, "change_tco2e"] < 0  # nothing is carried out any more, so it only decays
    table = read_geopackage_table(out, "products")
    assert set(table["in_ticket"]) == {"no"}
    assert table.groupby("year")["stock_tco2e"].sum().to_numpy() == pytest.approx(years["stock_tco2e"].to_numpy())
    assert set(table["county"].dropna()) == {"350428", "350426"}
    assert read_geopackage_table(out, "issues")["code"].tolist() == ["HARVEST_NO_SPECIES"]
    assert table_names(out) == ["products", "years", "harvest", "issues", "run"]
    assert {path.name for path in report.iterdir()} >= {"products.csv", "products_by_year.csv", "charts"}
    chart = (report / "charts" / "products.svg").read_text(encoding="utf-8")
    assert "2030" in chart
    assert len(pd.read_csv(report / "products_by_year.csv", encoding="utf-8-sig")) == 11


@pytest.mark.parametrize(
    ("text", "more", "code", "status"),
    [
        ("year,volume_m3\n", [], "HARVEST_EMPTY", 3),
        ("year,volume_m3\n2020,-1\n", [], "PARAMETERS_INVALID", 3),
        ("year,volume_m3\n2020,5\n", ["--until", "2019"], "YEARS_INVALID", 2),
        ("year,volume_m3\n2020,5\n", ["--products", "none.csv"], "FILE_NOT_FOUND", 3),
    ],
)
def test_what_cannot_be_used_is_one_line_and_leaves_nothing(tmp_path, capsys, text, more, code, status):
    path = tmp_path / "h.csv"
    path.write_text(text, encoding="utf-8")
    assert main(["products", str(path), "--out", str(tmp_path / "o.gpkg"), *more]) == status
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith(f"error[{code}]: ")
    assert list(tmp_path.iterdir()) == [path]


BY_NAME = """年度,树种,采伐蓄积,采伐株数,县
2020,马尾松,100,,350428
2021,杉木,50,,350428
2021,毛竹林,,1000,350426
2022,0,10,,
"""


def test_species_are_read_as_those_of_stands(harvest, tmp_path):
    """Names, six digits and names beside codes give the very same account as the codes; a 0 names nothing."""
    path = tmp_path / "names.csv"
    six = BY_NAME.replace("马尾松", "220000").replace("杉木", "310 杉木")
    tables = []
    for text in (harvest.read_text(encoding="gb18030"), BY_NAME, six):
        path.write_text(text, encoding="utf-8")
        assert main(["products", str(path), "--out", str(tmp_path / "o.gpkg"), "--overwrite"]) == 0
        told = read_geopackage_table(tmp_path / "o.gpkg", "issues")
        years = read_geopackage_table(tmp_path / "o.gpkg", "years")
        tables.append((years, told["code"].tolist()))
    for years, told in tables[1:]:
        pd.testing.assert_frame_equal(years, tables[0][0])
        assert set(told) == {"CODES_FROM_NAMES", "HARVEST_NO_SPECIES"}


def test_a_species_that_no_list_knows_is_told_as_it_is_written(tmp_path):
    path = tmp_path / "h.csv"
    path.write_text("年度,树种,采伐蓄积\n2020,马尾忪,10\n", encoding="utf-8")
    assert main(["products", str(path), "--out", str(tmp_path / "o.gpkg")]) == 0
    told = read_geopackage_table(tmp_path / "o.gpkg", "issues")
    assert told[["code", "value"]].to_numpy().tolist() == [["HARVEST_UNKNOWN", "马尾忪"]]


def test_own_shares_and_half_lives(harvest, tmp_path):
    products = tmp_path / "p.csv"
    products.write_text("product,material,share,half_life_yr,source\nbeams,wood,1,50,own\n", encoding="utf-8")
    out = tmp_path / "o.gpkg"
    assert main(["products", str(harvest), "--out", str(out), "--products", str(products)]) == 0
    table = read_geopackage_table(out, "products")
    assert set(table["product"]) == {"beams"}
    assert table["inflow_tco2e"].sum() == pytest.approx(64.0933 + 29.2673 + 75.735 / 10, rel=1e-4)
    assert not np.isnan(table["stock_tco2e"]).any()

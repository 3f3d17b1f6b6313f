"""The main job on small layers worked by hand, and on real input."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
from osgeo import gdal, ogr

from sanming_carbon_plugin.core.results import RESULT_COLUMNS

from .layers import TENURE, read_rows, square, stand, write_credited, write_stands


@pytest.fixture(scope="module")
def small_result(command, tmp_path_factory):
    """Ten hectares of 马尾松, and neighbours that lack something."""
    folder = tmp_path_factory.mktemp("small")
    rows = [
        stand(1),
        stand(2, YOU_SHI_SZ=None),
        stand(3, HUO_LMGQXJ=None),
        stand(4, YOU_SHI_SZ="777"),
        stand(5, HUO_LMGQXJ=0.0, PINGJUN_NL=3),
    ]
    write_stands(folder / "s.gpkg", rows)
    finished = command("assess", folder / "s.gpkg", "--out", folder / "r.gpkg")
    assert finished.status == 0, finished.err
    return folder / "r.gpkg", finished


def test_ground_that_is_drawn_twice_is_in_the_totals_once(command, tmp_path):
    drawn = square(39_536_000, 2_955_000, 300)
    for name, times in (("once", 1), ("twice", 2)):
        write_stands(tmp_path / f"{name}.gpkg", [stand(number) for number in range(times)], [drawn] * times)
    once, twice = (
        command("assess", tmp_path / f"{name}.gpkg", "--out", tmp_path / f"{name}_r.gpkg") for name in ("once", "twice")
    )
    assert float(once.counts["total_stock_tco2e"]) > 0
    for name in ("total_area_ha", "total_stock_tco2e", "total_stock_alt_tco2e"):
        assert twice.counts[name] == once.counts[name]
    assert (once.counts["stands"], twice.counts["stands"]) == ("1", "2")
    assert twice.issues["STOCK_COUNTED_ONCE"] == 1
    stocks = [row["stock_tco2e"] for row in read_rows(tmp_path / "twice_r.gpkg", "stands")]
    assert stocks[0] == stocks[1] > 0  # each keeps its own numbers
    sums = [row["stock_tco2e"] for row in read_rows(tmp_path / "twice_r.gpkg", "summary")]
    assert sums == [pytest.approx(stocks[0])] * len(sums)


def test_layers_and_columns_of_the_contract(small_result):
    source = gdal.OpenEx(str(small_result[0]), gdal.OF_VECTOR)
    names = [source.GetLayer(number).GetName() for number in range(source.GetLayerCount())]
    assert {"stands", "issues", "summary", "run"} <= set(names)
    layer = source.GetLayerByName("stands")
    fields = [layer.GetLayerDefn().GetFieldDefn(n).GetName() for n in range(layer.GetLayerDefn().GetFieldCount())]
    assert fields[:10] == [
        "XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN", "DI_LEI", "YOU_SHI_SZ", "QI_YUAN", "PINGJUN_NL", "HUO_LMGQXJ",
    ]  # fmt: skip
    assert fields[10:] == list(RESULT_COLUMNS)
    issues = source.GetLayerByName("issues")
    named = [issues.GetLayerDefn().GetFieldDefn(n).GetName() for n in range(issues.GetLayerDefn().GetFieldCount())]
    assert named == ["stand_key", "code", "severity", "field", "value", "message", "message_zh"]
    assert issues.GetGeomType() != ogr.wkbNone
    assert source.GetLayerByName("run").GetFeatureCount() == 1


def test_worked_numbers_of_ten_hectares_of_pine(small_result):
    row = read_rows(small_result[0], "stands")[0]
    assert row["stand_key"] == "350428-199-001-0001-00001"
    # The square is 10 ha on the plane; the ellipsoid decides, so the figures are checked per hectare.
    assert row["area_ha"] == pytest.approx(10.0, rel=1e-3)
    assert row["area_mu"] == pytest.approx(row["area_ha"] * 15, rel=1e-12)
    assert row["biomass_t_ha"] == pytest.approx(66.396, abs=5e-4)
    assert row["carbon_tc_ha"] == pytest.approx(30.542, abs=5e-4)
    assert row["stock_tco2e"] / row["area_ha"] * 10 == pytest.approx(1119.88, abs=5e-3)
    assert row["stock_alt_tco2e"] / row["area_ha"] == pytest.approx(70.887 * 0.46 * 44 / 12, rel=1e-9)
    assert row["species_group"] == "pine"
    assert row["origin"] == "planted"
    assert row["age_group"] == 3


def test_what_is_missing_is_null_with_a_reason_and_never_zero(small_result):
    rows = read_rows(small_result[0], "stands")
    reasons = {(row["stand_key"], row["field"]): row["message"] for row in read_rows(small_result[0], "issues")}
    for number in (1, 2, 3):
        row = rows[number]
        for column in ("biomass_t_ha", "carbon_tc_ha", "stock_tco2e", "stock_alt_tco2e", "sink_tco2e_yr"):
            assert row[column] is None, (number, column)
        assert any(key == row["stand_key"] for key, _ in reasons), number
        assert row["ticket"] != "yes"
        assert row["pine_transform"] != "yes" or number == 2
    assert rows[1]["pine_transform"] == "unknown"
    assert rows[3]["species_code"] is None


def test_a_true_zero_stays_zero(small_result):
    row = read_rows(small_result[0], "stands")[4]
    assert row["volume_m3_ha"] == 0.0
    assert row["stock_tco2e"] == 0.0


def test_counts_and_issue_codes_go_to_stdout(small_result):
    finished = small_result[1]
    assert finished.counts["stands"] == "5"
    assert sum(finished.issues.values()) == int(finished.counts["issues"])


def test_progress_goes_to_stderr_a_line_a_step(small_result):
    lines = small_result[1].err.strip().splitlines()
    assert any(line.startswith("[1/") for line in lines)
    assert "\r" not in small_result[1].err


def test_messages_have_chinese(small_result):
    for row in read_rows(small_result[0], "issues"):
        assert row["message"], row["code"]
        assert any("\u4e00" <= letter <= "\u9fff" for letter in row["message_zh"]), row["code"]


@pytest.mark.long
def test_numbers_are_the_same_on_each_run(command, tmp_path):
    write_stands(tmp_path / "s.gpkg", [stand(number, HUO_LMGQXJ=50.0 + number) for number in range(8)])
    for name in ("a", "b"):
        assert command("assess", tmp_path / "s.gpkg", "--out", tmp_path / f"{name}.gpkg").status == 0
    assert read_rows(tmp_path / "a.gpkg", "stands") == read_rows(tmp_path / "b.gpkg", "stands")


def test_explain_names_every_rule(command, small_result):
    finished = command("explain", small_result[0], "350428-199-001-0001-00001", "--json")
    assert finished.status == 0, finished.err
    explanation = json.loads(finished.out)
    assert {rule["measure"] for rule in explanation["rules"]} >= {"pine_transform", "reserve_forest"}
    row = read_rows(small_result[0], "stands")[0]
    traced = {part[:-1] for part in row["pine_rules"].split(";")}
    assert traced <= {rule["rule"] for rule in explanation["rules"]}
    assert all(rule["source"] for rule in explanation["rules"])


def test_check_prints_a_count_per_code(command, small_result, tmp_path):
    write_stands(tmp_path / "s.gpkg", [stand(1), stand(2, YOU_SHI_SZ="777")])
    finished = command("check", tmp_path / "s.gpkg", "--out", tmp_path / "issues.gpkg")
    assert finished.status == 0, finished.err
    assert len(read_rows(tmp_path / "issues.gpkg", "issues")) == int(finished.counts["issues"])


PEER = """
import exactextract, json, sys
print(json.dumps(exactextract.exact_extract(sys.argv[1], sys.argv[2], ["mean", "stdev", "count"])))
"""
"""In a process of its own: beside QGIS the system's GEOS answers for the library's symbols."""


@pytest.mark.long
@pytest.mark.oracle
def test_real_stands_agree_with_exactextract(command, shared_data, tmp_path):
    pytest.importorskip("exactextract")
    stands = shared_data / "ontario_stands" / "inventory_polygons.shp"
    raster = shared_data / "ontario_stands" / "mraster.tif"
    out = tmp_path / "X.gpkg"
    finished = command("assess", stands, "--raster", f"canopy={raster}", "--out", out)
    assert finished.status == 0, finished.err
    assert finished.counts["stands"] == "632"
    rows = read_rows(out, "stands")
    assert len(rows) == 632

    expected = json.loads(
        subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PEER, raster, stands], check=True, capture_output=True, text=True
        ).stdout
    )
    compared = 0
    for row, peer in zip(rows, expected, strict=True):
        values = peer["properties"]
        for number, band in enumerate(("zq90", "pzabove2", "zsd"), start=1):
            count, mean, std = (values[f"band_{number}_{name}"] for name in ("count", "mean", "stdev"))
            if count == 0:
                assert row[f"canopy_{band}_mean"] is None
                assert row[f"canopy_{band}_std"] is None
                assert row[f"canopy_{band}_support"] == 0
            else:
                assert row[f"canopy_{band}_mean"] == pytest.approx(mean, rel=1e-6)
                assert row[f"canopy_{band}_std"] == pytest.approx(std, rel=1e-6, abs=1e-6)
                compared += 1
    assert compared >= 3 * 600
    assert sum(row["canopy_zq90_support"] == 0 for row in rows) == 5

    for row in rows:
        assert row["stock_tco2e"] is None
        assert row["carbon_tc_ha"] is None
    reasons = read_rows(out, "issues")
    assert any(
        reason["severity"] in {"warning", "error"} and "stock" in (reason["field"] or "") + reason["code"].lower()
        for reason in reasons
    )
    # The .prj is another spelling of EPSG:26917: neither refused nor warned about.
    assert not any("CRS" in reason["code"] for reason in reasons)


@pytest.mark.long
def test_source_values_are_unchanged_on_real_input(command, shared_data, tmp_path):
    stands = shared_data / "ontario_stands" / "inventory_polygons.shp"
    assert command("assess", stands, "--out", tmp_path / "X.gpkg").status == 0
    rows = read_rows(tmp_path / "X.gpkg", "stands")
    source = gdal.OpenEx(str(stands), gdal.OF_VECTOR)
    for row, feature in zip(rows, source.GetLayer(0), strict=True):
        for name, value in feature.items().items():
            assert row[name] == value


def test_zonal_writes_csv_that_excel_reads(command, shared_data, tmp_path):
    stands = shared_data / "ontario_stands" / "inventory_polygons.shp"
    raster = shared_data / "ontario_stands" / "mraster.tif"
    finished = command("zonal", stands, "--raster", f"canopy={raster}#zq90", "--out", tmp_path / "z.csv")
    assert finished.status == 0, finished.err
    with (tmp_path / "z.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 632
    assert list(rows[0]) == ["stand_key", "canopy_mean", "canopy_std", "canopy_support"]
    means = np.array([float(row["canopy_mean"] or "nan") for row in rows])
    assert np.isnan(means).sum() == 5


@pytest.mark.long
def test_zonal_takes_other_statistics(command, shared_data, tmp_path):
    stands = shared_data / "ontario_stands" / "inventory_polygons.shp"
    raster = shared_data / "ontario_stands" / "mraster.tif"
    asked = ("zonal", stands, "--raster", f"canopy={raster}#zq90", "--out", tmp_path / "z.csv")
    finished = command(*asked, "--statistics", "mean,std,support,min,max,median,q10,count")
    assert finished.status == 0, finished.err
    with (tmp_path / "z.csv").open(encoding="utf-8-sig") as file:
        rows = [
            {name: float(row[name] or "nan") for name in row if name != "stand_key"} for row in csv.DictReader(file)
        ]
    names = ["canopy_" + name for name in ("mean", "std", "support", "min", "max", "median", "q10", "count")]
    assert list(rows[0]) == names
    seen = [row for row in rows if row["canopy_support"] > 0]
    assert len(seen) == 627
    assert all(row["canopy_min"] <= row["canopy_q10"] <= row["canopy_median"] <= row["canopy_max"] for row in seen)
    assert all(row["canopy_min"] <= row["canopy_mean"] <= row["canopy_max"] for row in seen)
    refused = command(*asked, "--overwrite", "--statistics", "mean,modus")
    assert refused.status == 2
    assert refused.last_line.startswith("error[STATISTIC_UNKNOWN]")
    assert command(*asked, "--overwrite", "--statistics", "majority").last_line.startswith(
        "error[RASTER_WITHOUT_CLASSES]"
    )


PERIOD = ("--period", "2016-01-01/2020-12-31", "--survey-method", "plot,plot")


@pytest.fixture(scope="module")
def two_dates(tmp_path_factory):
    """Ten hectares of 马尾松 that grew from 100 to 120 m³/ha in five years, owned and undisputed."""
    folder = tmp_path_factory.mktemp("dates")
    write_stands(folder / "now.gpkg", [stand(1, HUO_LMGQXJ=120.0)], extra={**TENURE, "DIAO_CHA_RQ": "2020-12-31"})
    then = {**TENURE, "DIAO_CHA_RQ": "2015-12-31"}
    write_stands(folder / "then.gpkg", [stand(1, HUO_LMGQXJ=100.0, PINGJUN_NL=20)], extra=then)
    write_credited(folder / "none.gpkg", [])
    return folder


def ticket_row(command, folder, out, *credited):
    finished = command(
        "assess", folder / "now.gpkg", "--earlier", folder / "then.gpkg", *PERIOD, "--out", out, *credited
    )
    assert finished.status == 0, finished.err
    return read_rows(out, "stands")[0]


def test_increment_worked_by_hand(command, two_dates, tmp_path):
    """10 ha × 20 m³/ha × 0.38 × 1.472 × 1.187 × 0.46 × 44/12 = 223.98 t in 1,827 days."""
    row = ticket_row(command, two_dates, tmp_path / "r.gpkg", "--credited", two_dates / "none.gpkg")
    per_ten_hectares = 10 / row["area_ha"]
    assert row["sink_tco2e_yr"] * per_ten_hectares == pytest.approx(223.98 / (1827 / 365.25), abs=2e-3)
    assert row["increment_m3_ha_yr"] == pytest.approx(20 / (1827 / 365.25), rel=1e-9)
    assert row["sink_basis"] == "measured"
    assert row["sink_low_tco2e_yr"] < row["sink_tco2e_yr"] < row["sink_high_tco2e_yr"]
    assert row["ticket_tco2e"] * per_ten_hectares == pytest.approx(223.98, abs=5e-3)
    assert row["ticket"] == "yes"


def test_without_word_on_what_is_credited_a_ticket_is_unknown(command, two_dates, tmp_path):
    row = ticket_row(command, two_dates, tmp_path / "r.gpkg")
    assert row["ticket"] == "unknown"
    assert row["ticket_tco2e"] is not None


def test_what_is_credited_already_is_not_credited_again(command, two_dates, tmp_path):
    """Half of the days and half of the ground are taken: three quarters are free."""
    side = 316.22776601683796
    x, y = 39_536_000, 2_955_000
    wide = f"POLYGON(({x} {y},{x + side / 2} {y},{x + side / 2} {y + side},{x} {y + side},{x} {y}))"
    write_credited(tmp_path / "c.gpkg", [("ticket", "T1", "2016-01-01", "2018-07-02", wide)])
    row = ticket_row(command, two_dates, tmp_path / "r.gpkg", "--credited", tmp_path / "c.gpkg")
    free = 1 - 0.5 * 914 / 1827
    assert row["ticket_tco2e"] / row["area_ha"] * 10 == pytest.approx(223.98 * free, rel=1e-4)

"""What an application was credited with is not credited again in a shifted period: stands to papers, end to end."""

from __future__ import annotations

import json

import pytest
from osgeo import ogr, osr

from sanming_carbon_plugin.cli import main

from .layers import TENURE, stand, write_credited, write_stands

SIDE = 316.22776601683796
WEST, SOUTH = 39_536_000, 2_955_000
EAST, NORTH = WEST + 3 * SIDE, SOUTH + SIDE
GROUND = f"POLYGON(({WEST} {SOUTH},{EAST} {SOUTH},{EAST} {NORTH},{WEST} {NORTH},{WEST} {SOUTH}))"
SURVEYED = {"DIAO_CHA_FF": "角规"}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Three stands surveyed at the end of 2015 and of 2020, on one certificate."""
    folder = tmp_path_factory.mktemp("inputs")
    for name, day, volume, age in (("then", "2015-12-31", 80.0, 20), ("now", "2020-12-31", 130.0, 25)):
        rows = [stand(one, HUO_LMGQXJ=volume + one, PINGJUN_NL=age, YOU_SHI_SZ="310") for one in (1, 2, 3)]
        write_stands(folder / f"{name}.gpkg", rows, extra={**TENURE, **SURVEYED, "DIAO_CHA_RQ": day})
    write_credited(folder / "none.gpkg", [])
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(4527)
    source = ogr.GetDriverByName("GPKG").CreateDataSource(str(folder / "tenure.gpkg"))
    layer = source.CreateLayer("tenure", reference, ogr.wkbPolygon)
    values = {
        "权证号": "闽(2003)1",
        "权利人": "张三",
        "权利类型": "林权",
        "终止日期": "长期",
        "是否争议": "否",
        "起始日期": "2003-01-01",
    }
    for name in values:
        layer.CreateField(ogr.FieldDefn(name, ogr.OFTString))
    feature = ogr.Feature(layer.GetLayerDefn())
    for name, value in values.items():
        feature.SetField(name, value)
    feature.SetGeometry(ogr.CreateGeometryFromWkt(GROUND))
    layer.CreateFeature(feature)
    feature = layer = source = None
    return folder


def tonnes(inputs, out, period, credited):
    """Tonnes of an application after all, 0 where none can be made."""
    arguments = ["--earlier", inputs / "then.gpkg", "--period", period, "--credited", credited]
    arguments += ["--tenure", inputs / "tenure.gpkg", "--out", out / "r.gpkg"]
    assert main(["assess", *map(str, [inputs / "now.gpkg", *arguments])]) == 0
    made = main(["application", *map(str, [out / "r.gpkg", "--holder", "张三", "--out", out / "a"])])
    if made != 0:
        return 0.0
    row = json.loads((out / "a" / "application.json").read_text(encoding="utf-8"))["application"]
    assert row["tenure_evidence"] == "proved"
    return row["total_tco2e"]


@pytest.mark.long
def test_a_shifted_period_credits_nothing_again(inputs, tmp_path, capsys):
    whole = tonnes(inputs, made(tmp_path / "first"), "2016-01-01/2020-12-31", inputs / "none.gpkg")
    assert whole > 100
    taken = [("林业碳票", "SMCER-1", "2016-01-01", "2020-12-31", GROUND)]
    credited = write_credited(tmp_path / "credited.gpkg", taken)
    for number, period in enumerate(("2016-03-01/2021-02-28", "2016-01-01/2020-11-30", "2016-01-01/2021-02-01")):
        assert tonnes(inputs, made(tmp_path / f"again{number}"), period, credited) == 0.0, period
        alone = tonnes(inputs, made(tmp_path / f"alone{number}"), period, inputs / "none.gpkg")
        assert 0.0 < alone < whole, period
    assert "error[" in capsys.readouterr().err


def made(folder):
    folder.mkdir()
    return folder

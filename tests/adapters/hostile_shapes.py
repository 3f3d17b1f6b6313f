"""Hostile geometries."""

import sqlite3
import struct
from pathlib import Path

import numpy as np
import pytest
import shapely
from hostile_cases import codes, loads, rows_of
from made_layers import X0, Y0, field, square, stands, write
from osgeo import ogr

from sanming_carbon_plugin.core.stands.layer import VectorLayer

# Geometries


def _one_missing(code: str, row: int = 1):
    def check(layer: VectorLayer) -> None:
        assert len(layer) == 3
        assert [item is None for item in layer.geometry] == [number == row for number in range(3)]
        assert rows_of(layer, code) == (row,)

    return check


@loads(_one_missing("GEOMETRY_NULL"))
def null_geometry_in_shapefile(folder: Path) -> Path:
    return stands(folder / "a.shp", shapes=[square(0), None, square(2)])


@loads(_one_missing("GEOMETRY_NULL"))
def null_geometry_in_geopackage(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", shapes=[square(0), None, square(2)])


@loads(_one_missing("GEOMETRY_EMPTY"))
def empty_geometry(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", shapes=[square(0), "POLYGON EMPTY", square(2)])


@loads(_one_missing("GEOMETRY_NOT_POLYGON"))
def a_point_among_polygons(folder: Path) -> Path:
    shapes = [square(0), "POINT({} {})".format(X0, Y0), square(2)]
    return stands(folder / "a.gpkg", "GPKG", shapes=shapes, kind=ogr.wkbUnknown)


def _wkb_ring(*points: tuple[float, float]) -> bytes:
    return struct.pack("<BIII", 1, 3, 1, len(points)) + b"".join(struct.pack("<dd", *point) for point in points)


@loads(_one_missing("GEOMETRY_UNREADABLE"))
def ring_of_one_vertex(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", shapes=[square(0), _wkb_ring((X0, Y0)), square(2)])


@loads(_one_missing("GEOMETRY_UNREADABLE"))
def ring_of_two_vertices(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", shapes=[square(0), _wkb_ring((X0, Y0), (X0 + 9, Y0)), square(2)])


@loads(_one_missing("GEOMETRY_UNREADABLE"))
def ring_there_and_back(folder: Path) -> Path:
    ring = _wkb_ring((X0, Y0), (X0 + 9, Y0), (X0, Y0))
    return stands(folder / "a.gpkg", "GPKG", shapes=[square(0), ring, square(2)])


@loads(_one_missing("GEOMETRY_UNREADABLE"))
def hole_there_and_back(folder: Path) -> Path:
    shell = _wkb_ring((X0, Y0), (X0 + 9, Y0), (X0 + 9, Y0 + 9), (X0, Y0))
    hole = _wkb_ring((X0 + 5, Y0 + 1), (X0 + 6, Y0 + 1), (X0 + 5, Y0 + 1))
    both = shell[:5] + b"\x02\x00\x00\x00" + shell[9:] + hole[9:]
    return stands(folder / "a.gpkg", "GPKG", shapes=[square(0), both, square(2)])


@loads(_one_missing("GEOMETRY_UNREADABLE"))
def ring_that_does_not_close(folder: Path) -> Path:
    ring = _wkb_ring((X0, Y0), (X0 + 9, Y0), (X0 + 9, Y0 + 9), (X0, Y0 + 9))
    return stands(folder / "a.gpkg", "GPKG", shapes=[square(0), ring, square(2)])


def _flat(*expected_codes: str):
    def check(layer: VectorLayer) -> None:
        assert not shapely.has_z(layer.geometry).any()
        assert shapely.area(layer.geometry) == pytest.approx([10_000.0] * 3, rel=1e-3)
        assert codes(layer) == list(expected_codes)

    return check


def _with(ordinates: str, number: int) -> str:
    text = square(number)
    name, rest = text.split("(", 1)
    extra = " 5" * (2 if ordinates == "ZM" else 1)
    return "{} {}({}".format(name, ordinates, rest.replace(",", extra + ",").replace("))", extra + "))"))


@loads(_flat("GEOMETRY_Z_DROPPED"))
def heights(folder: Path) -> Path:
    shapes = [_with("Z", i) for i in range(3)]
    return stands(folder / "a.shp", shapes=shapes, kind=ogr.wkbPolygon25D, options=["ENCODING=UTF-8"])


@loads(_flat())
def measures(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", shapes=[_with("M", i) for i in range(3)], kind=ogr.wkbPolygonM)


@loads(_flat("GEOMETRY_Z_DROPPED"))
def heights_and_measures(folder: Path) -> Path:
    return stands(folder / "a.gpkg", "GPKG", shapes=[_with("ZM", i) for i in range(3)], kind=ogr.wkbPolygonZM)


def _circle(layer: VectorLayer) -> None:
    assert shapely.area(layer.geometry[0]) == pytest.approx(np.pi * 50**2, rel=1e-3)
    assert shapely.area(layer.geometry[1:]) == pytest.approx([10_000.0] * 2)
    assert codes(layer) in (["GEOMETRY_CURVES_LINEARISED"], [])  # pyogrio makes lines of them without a word


@loads(_circle)
def curves(folder: Path) -> Path:
    x = X0
    arc = "CURVEPOLYGON(CIRCULARSTRING({0} {2}, {1} {2}, {0} {2}))".format(x - 50, x + 50, Y0)
    return stands(folder / "a.gpkg", "GPKG", shapes=[arc, square(1), square(2)], kind=ogr.wkbCurvePolygon)


@loads(_flat("GEOMETRY_COLLECTION_PARTS"))
def collections(folder: Path) -> Path:
    mixed = "GEOMETRYCOLLECTION({},POINT({} {}),LINESTRING(0 0,1 1))".format(square(0), X0, Y0)
    return stands(folder / "a.gpkg", "GPKG", shapes=[mixed, square(1), square(2)], kind=ogr.wkbUnknown)


def _kept_invalid(layer: VectorLayer) -> None:
    assert not shapely.is_valid(layer.geometry[0])
    assert shapely.is_valid(layer.geometry[1:]).all()
    assert codes(layer) == []


@loads(_kept_invalid)
def self_crossing_is_not_repaired(folder: Path) -> Path:
    bow = "POLYGON(({0} {2},{1} {3},{1} {2},{0} {3},{0} {2}))".format(X0, X0 + 9, Y0, Y0 + 9)
    return stands(folder / "a.gpkg", "GPKG", shapes=[bow, square(1), square(2)])


def _no_geometry(layer: VectorLayer) -> None:
    assert [item is None for item in layer.geometry] == [False, True, False]
    assert codes(layer) in (["GEOMETRY_UNREADABLE"], ["GEOMETRY_NULL"])  # pyogrio gives None for both


@loads(_no_geometry)
def geometry_that_is_no_wkb(folder: Path) -> Path:

    path = stands(folder / "a.gpkg", "GPKG", options=["SPATIAL_INDEX=NO"])
    with sqlite3.connect(path) as database:
        database.execute(
            "UPDATE a SET geom = ? WHERE rowid = 2", (b"GP\0\1\0\0\0\0\1\3\0\0\0\1\0\0\0\xff\xff\xff\xff",)
        )
    database.close()
    return path


def _no_columns(layer: VectorLayer) -> None:
    assert len(layer) == 3
    assert layer.attributes.shape == (3, 0)


@loads(_no_columns)
def no_fields_at_all(folder: Path) -> Path:
    return write(folder / "a.gpkg", "GPKG", shapes=[square(i) for i in range(3)])


def _column_named_like_the_geometry(layer: VectorLayer) -> None:
    assert layer.attributes["wkb_geometry"].tolist() == ["a", "b", "c"]
    assert shapely.area(layer.geometry) == pytest.approx([10_000.0] * 3)


@loads(_column_named_like_the_geometry)
def a_column_named_like_the_geometry(folder: Path) -> Path:
    shapes = [square(i) for i in range(3)]
    names = [field("wkb_geometry"), field("OGC_FID", ogr.OFTInteger)]
    return write(folder / "a.geojson", "GeoJSON", fields=names, rows=[("a", 7), ("b", 8), ("c", 9)], shapes=shapes)


def _large_text(layer: VectorLayer) -> None:
    assert len(layer.attributes["note"][1]) == 2_000_000


@loads(_large_text)
def a_text_of_two_million_signs(folder: Path) -> Path:
    rows = [("a",), ("松" * 2_000_000,), ("c",)]
    return write(folder / "a.gpkg", "GPKG", fields=[field("note")], rows=rows, shapes=[square(i) for i in range(3)])

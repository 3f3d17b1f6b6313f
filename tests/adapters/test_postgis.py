"""Stands in a real PostgreSQL with PostGIS come back unchanged."""

import io
from contextlib import closing

import numpy as np
import pytest
import shapely
from made_layers import SPECIES, X0, Y0
from postgis import programs, server

from sanming_carbon_plugin.adapters.geopackage import OutputTable, write_geopackage
from sanming_carbon_plugin.adapters.vectors import list_layers, read_layer
from sanming_carbon_plugin.core.errors import InputError

psycopg2 = pytest.importorskip("psycopg2")

pytestmark = [pytest.mark.postgresql, pytest.mark.skipif(programs() is None, reason="no PostgreSQL with PostGIS")]

COUNT = 50_000


@pytest.fixture(scope="module")
def connection():
    with server(programs()) as text:
        with closing(psycopg2.connect(text.removeprefix("PG:"))) as database, database, database.cursor() as cursor:
            cursor.execute("CREATE EXTENSION postgis")
        yield text


def stands(count: int):
    """Octagons, one in eleven with a hole, one in a hundred NULL; text, numbers and NULLs."""
    random = np.random.default_rng(20)
    angle = np.linspace(0, 2 * np.pi, 8, endpoint=False)
    centre = np.stack([X0 + np.arange(count) % 250 * 110.0, Y0 + np.arange(count) // 250 * 110.0], axis=1)
    ring = centre[:, None] + 50 * np.stack([np.cos(angle), np.sin(angle)], axis=1) + random.normal(size=(count, 8, 2))
    shapes = shapely.polygons(ring)
    holes = shapely.buffer(shapely.points(centre[::11]), 5.0, quad_segs=2)
    shapes[::11] = shapely.difference(shapes[::11], holes)
    shapes[7::100] = None
    species = np.asarray([SPECIES[i % 3] + "№{}".format(i % 997) for i in range(count)], dtype=object)
    species[3::10] = None
    volume = random.uniform(0, 400, count)
    volume[::5] = 0.0
    volume[4::9] = np.nan
    return shapes, species, volume


@pytest.fixture(scope="module")
def table(connection):
    shapes, species, volume = stands(COUNT)
    wkb = shapely.to_wkb(shapely.set_srid(shapes, 4527), hex=True, include_srid=True)
    rows = io.StringIO()
    for number in range(COUNT):  # not by GDAL, which writes a number with one digit too few
        values = (species[number], number, None if np.isnan(volume[number]) else float(volume[number]), wkb[number])
        rows.write("\t".join("\\N" if value is None else str(value) for value in values) + "\n")
    rows.seek(0)
    with closing(psycopg2.connect(connection.removeprefix("PG:"))) as database, database, database.cursor() as cursor:
        cursor.execute(
            'CREATE TABLE 小班 (fid serial PRIMARY KEY, 优势树种 text, "XIAO_BAN" integer, 每公顷蓄积 float8, '
            "geom geometry(Polygon, 4527)); CREATE TABLE 样地 (fid serial PRIMARY KEY, geom geometry(Point, 4527))"
        )
        cursor.copy_expert('COPY 小班 (优势树种, "XIAO_BAN", 每公顷蓄积, geom) FROM STDIN', rows)
    return shapes, species, volume


def assert_unchanged(layer, table):
    shapes, species, volume = table
    order = np.argsort(layer.attributes["XIAO_BAN"].to_numpy())
    back = layer.attributes.iloc[order]
    assert len(back) == COUNT
    assert back["优势树种"].tolist() == species.tolist()
    np.testing.assert_array_equal(back["每公顷蓄积"].to_numpy(), volume)
    got = layer.geometry[order]
    np.testing.assert_array_equal(shapely.is_missing(got), shapely.is_missing(shapes))
    single = np.where(shapely.get_type_id(got) == 6, shapely.get_geometry(got, 0), got)
    present = ~shapely.is_missing(shapes)
    assert shapely.equals_exact(single[present], shapes[present], 0).all()


def test_50000_stands_come_back_and_go_on_into_a_geopackage(connection, table, folder, backend):
    layer = read_layer(connection, layer="小班", backend=backend)
    assert_unchanged(layer, table)
    assert "zone 39" in layer.crs_wkt
    assert len(layer.source_hash) == 64
    out = OutputTable("stands", layer.field_types, layer.attributes, layer.geometry, layer.crs_wkt)
    write_geopackage(folder / "成果.gpkg", [out])
    assert_unchanged(read_layer(folder / "成果.gpkg", backend=backend), table)


def test_the_only_polygon_table_needs_no_name(connection, table, backend):
    assert read_layer(connection, backend=backend).name == "小班"
    assert "样地" in [info.name for info in list_layers(connection, backend=backend)]


def test_a_table_that_is_not_there(connection, table, backend):
    with pytest.raises(InputError) as caught:
        read_layer(connection, layer="没有", backend=backend)
    assert caught.value.code == "LAYER_NOT_FOUND"


def test_a_password_is_not_shown(backend):
    for text in (
        "PG:host=/nowhere dbname=x user=y password=secret",
        "PG:host=/nowhere dbname=x user=y password='se cret'",
        "postgresql://y:secret@localhost:1/x",
    ):
        with pytest.raises(InputError) as caught:
            read_layer(text, backend=backend)
        assert caught.value.code == "INPUT_NOT_READABLE"
        assert "cret" not in str(caught.value)

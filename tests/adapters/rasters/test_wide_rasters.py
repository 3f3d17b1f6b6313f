"""Mosaics of provinces and countries: only what lies near the stands is read, with the same figures."""

from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
from made_rasters import CGCS_39, write

from sanming_carbon_plugin.adapters.crs import from_lonlat
from sanming_carbon_plugin.adapters.jobs import opening
from sanming_carbon_plugin.adapters.rasters import open_raster
from sanming_carbon_plugin.adapters.rasters.reading import FileBands
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.rasters.evidence import evidence
from sanming_carbon_plugin.core.stands.layer import VectorLayer

WIDTH, ROWS = 24_000, 40
PLACES = {
    "north-up": (39500000, 10, 0, 2900000, 0, -10),
    "south-up": (39500000, 10, 0, 2899600, 0, 10),
    "mirrored": (39740000, -10, 0, 2900000, 0, -10),
    "turned": (39500000, 8, 6, 2900000, -6, 8),
}


@pytest.fixture(scope="module")
def numbers():
    return np.random.default_rng(11).integers(1, 250, (2, ROWS, WIDTH), dtype=np.uint8)


def stands_at(place, column):
    """Three stands of some cells each, near a column."""
    x0, a, b, y0, c, d = place
    made = []
    for left, top, size in ((0, 4, 6.5), (30, 20, 9.2), (55, 2, 3.1)):
        cells = [(column + left, top), (column + left + size, top), (column + left + size, top + size)]
        made.append(shapely.Polygon([(x0 + i * a + j * b, y0 + i * c + j * d) for i, j in cells]))
    return np.array(made, dtype=object)


def extent_of(stands):
    return tuple(shapely.total_bounds(stands).tolist())


def figures(spec, backend, stands, extent, name="x", crs=CGCS_39):
    raster = open_raster(spec, name, crs, backend=backend, extent=extent)
    with closing(raster.reader):
        return raster.reader.grid.width, evidence(range(len(stands)), stands, [raster]).columns


@pytest.mark.parametrize("kind", PLACES)
@pytest.mark.parametrize("column", [3, 11_000, 23_900])
def test_the_part_near_the_stands_gives_the_figures_of_the_whole(folder, backend, numbers, kind, column):
    options = ("TILED=YES", "COMPRESS=DEFLATE", "BLOCKYSIZE=16")
    path = write(folder / "w.tif", numbers, place=PLACES[kind], nodata=17, options=options)
    stands = stands_at(PLACES[kind], column)
    width, found = figures(path, backend, stands, extent_of(stands))
    all_columns, plain = figures(path, backend, stands, None)
    assert width <= 3 * 1024
    assert all_columns == WIDTH
    assert (plain.x_b1_support > 0).all()
    np.testing.assert_allclose(found, plain, rtol=1e-9)


def test_slopes_near_the_stands_know_their_neighbours(folder, backend, numbers):
    path = write(folder / "w.tif", numbers[:1].astype(np.float32))
    stands = stands_at(PLACES["north-up"], 1024)
    _, found = figures(path, backend, stands, extent_of(stands), "dem")
    _, plain = figures(path, backend, stands, None, "dem")
    np.testing.assert_allclose(found, plain, rtol=1e-9)


def test_stands_in_another_system_find_their_columns(folder, backend, numbers):
    path = write(folder / "w.tif", numbers, epsg=4490, place=(116.0, 0.0001, 0, 26.2, 0, -0.0001))
    corners = from_lonlat(CGCS_39)(np.array([[117.5, 26.1961], [117.502, 26.1995]]))
    stands = np.array([shapely.box(*corners.ravel())], dtype=object)
    width, found = figures(path, backend, stands, extent_of(stands))
    _, plain = figures(path, backend, stands, None)
    assert width <= 3 * 1024
    np.testing.assert_allclose(found, plain, rtol=1e-9)


def test_what_is_narrow_or_beside_or_nowhere_is_taken_whole(folder, numbers):
    narrow = write(folder / "n.tif", numbers[:, :, :19_000])
    wide = write(folder / "w.tif", numbers)
    stands = stands_at(PLACES["north-up"], 5_000)
    near = extent_of(stands)
    beside = (near[0], 3_000_000.0, near[2], 3_000_100.0)
    across = (39500000.0, near[1], 39640000.0, near[3])
    for spec, extent in ((narrow, near), (wide, beside), (wide, across), (wide, (np.nan,) * 4)):
        raster = open_raster(spec, "x", CGCS_39, extent=extent)
        with closing(raster.reader):
            assert raster.reader.grid.width in {19_000, WIDTH}
    _, found = figures(narrow, None, stands, near)
    assert (found.x_b1_support == 1).all()
    with pytest.raises(InputError) as caught:
        figures(wide, None, stands_at((39500000, 10, 0, 3_000_000, 0, -10), 5_000), beside)
    assert caught.value.values["raster_extent"].startswith("39500000 – 39740000")


def test_other_columns_are_not_read(folder, backend, numbers):
    """A damaged tile far from all stands stops nothing."""
    path = write(folder / "w.tif", numbers[:1], options=("TILED=YES", "COMPRESS=DEFLATE"))
    content = bytearray(Path(path).read_bytes())
    middle = len(content) * 2 // 3
    content[middle : middle + 4_000] = b"\xff" * 4_000
    Path(path).write_bytes(content)
    stands = stands_at(PLACES["north-up"], 300)
    _, found = figures(path, backend, stands, extent_of(stands))
    assert (found.x_support == 1).all()
    with pytest.raises(InputError):
        figures(path, backend, stands, None)


def test_jobs_tell_where_their_stands_are_and_close_what_they_opened(folder, numbers, monkeypatch):
    stands = stands_at(PLACES["north-up"], 5_000)
    layer = VectorLayer("stands", pd.DataFrame(index=range(3)), {}, stands, CGCS_39, None)
    path = write(folder / "w.tif", numbers)
    (raster,) = opening.open_rasters([("x", path)], layer)
    with closing(raster.reader):
        assert raster.reader.grid.width < WIDTH
    closed = []
    close = FileBands.close
    monkeypatch.setattr(FileBands, "close", lambda reader: (closed.append(reader.name), close(reader)))
    with pytest.raises(InputError):
        opening.open_rasters([("x", path), ("y", str(folder / "missing.tif"))], layer)
    assert closed == [path]


def test_a_country_of_a_million_columns_and_rows(folder, backend):
    """10 TB, if it were decoded."""
    source = write(folder / "s.tif", np.full((1, 300, 300), 7, dtype=np.uint8))
    side = 1_000_000
    system = CGCS_39.replace("&", "&amp;").replace('"', "&quot;")
    text = (
        f'<VRTDataset rasterXSize="{side}" rasterYSize="{side}"><SRS>{system}</SRS>'
        f"<GeoTransform>{39500000 - 5 * side}, 10, 0, {2900000 + 5 * side}, 0, -10</GeoTransform>"
        '<VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
        f'<SourceFilename>{source}</SourceFilename><SourceBand>1</SourceBand><SrcRect xOff="0" yOff="0" xSize="300" '
        f'ySize="300"/><DstRect xOff="{side // 2}" yOff="{side // 2}" xSize="300" ySize="300"/></SimpleSource>'
        "</VRTRasterBand></VRTDataset>"
    )
    path = folder / "country.vrt"
    path.write_text(text, encoding="utf-8")
    stands = np.array([shapely.box(39500010, 2899000, 39501000, 2899990)], dtype=object)
    width, found = figures(str(path), backend, stands, extent_of(stands))
    assert width <= 3 * 1024
    assert found.x_mean.tolist() == [7]
    assert found.x_support.tolist() == [1]

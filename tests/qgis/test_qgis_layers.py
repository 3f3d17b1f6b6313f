"""A layer is read as it is on the screen."""

import threading

import numpy as np
import pytest
import shapely
from osgeo import gdal

pytest.importorskip("qgis.core")

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsField,
    QgsGeometry,
    QgsProcessingContext,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameters,
    QgsProject,
    QgsVectorFileWriter,
    QgsVectorLayer,
    QgsVectorLayerJoinInfo,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QMetaType, QTime

from sanming_carbon_plugin.adapters.qgis_layers import read_qgis_layer, snapshot
from sanming_carbon_plugin.core.errors import InputError

pytestmark = [pytest.mark.qgis, pytest.mark.everywhere]

X0, Y0 = 39_565_000.0, 2_920_000.0


def square(number, side=100.0):
    x = X0 + number * side
    return "Polygon (({0} {2}, {0} {3}, {1} {3}, {1} {2}, {0} {2}))".format(x, x + side, Y0, Y0 + side)


def add(layer, rows):
    features = []
    for values, wkt in rows:
        feature = QgsFeature(layer.fields())
        feature.setAttributes(list(values))
        if wkt is not None:
            feature.setGeometry(QgsGeometry.fromWkt(wkt))
        features.append(feature)
    done, _ = layer.dataProvider().addFeatures(features)
    assert done
    layer.updateExtents()


@pytest.fixture
def memory_layer(qgis_app):
    layer = QgsVectorLayer("Polygon?crs=EPSG:4527", "小班", "memory")
    layer.dataProvider().addAttributes(
        [
            QgsField("树种", QMetaType.Type.QString),
            QgsField("n", QMetaType.Type.Int),
            QgsField("v", QMetaType.Type.Double),
            QgsField("ok", QMetaType.Type.Bool),
            QgsField("day", QMetaType.Type.QDate),
            QgsField("at", QMetaType.Type.QDateTime),
            QgsField("long", QMetaType.Type.LongLong),
        ]
    )
    layer.updateFields()
    full = ["马尾松", 0, 0.0, False, QDate(2023, 6, 1), QDateTime(QDate(2023, 6, 1), QTime(7, 8, 9)), 2**53 + 1]
    add(layer, [(full, square(0)), ([NULL] * 7, square(1)), (["杉木", 3, 1.5, True, NULL, NULL, 4], square(2))])
    yield layer
    QgsProject.instance().clear()


def written_by_qgis(layer, path):
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = "小班"
    code, message, *_ = QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, str(path), QgsProject.instance().transformContext(), options
    )
    assert code == QgsVectorFileWriter.WriterError.NoError, message


@pytest.fixture
def shapefile(qgis_app, memory_layer, tmp_path):
    def make(encoding, cpg):
        path = tmp_path / "三明 数据" / "小班.shp"
        path.parent.mkdir()
        written_by_qgis(memory_layer, path.with_suffix(".gpkg"))
        # Not by QGIS: it hands GBK names to an error handler that pyogrio may have left in this process.
        gdal.PushErrorHandler("CPLQuietErrorHandler")
        gdal.SetThreadLocalConfigOption("SHAPE_ENCODING", encoding)  # QGIS has set it empty for the process
        gdal.VectorTranslate(str(path), str(path.with_suffix(".gpkg")), format="ESRI Shapefile")
        gdal.SetThreadLocalConfigOption("SHAPE_ENCODING", None)
        gdal.PopErrorHandler()
        path.with_suffix(".cpg").unlink(missing_ok=True)
        if cpg:
            path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
        return path

    return make


def test_messages_call_a_temporary_layer_by_its_name(memory_layer):
    assert snapshot(memory_layer).source == "小班"


def test_memory_layer_with_nulls_and_true_zeros(memory_layer):
    layer = read_qgis_layer(memory_layer)
    table = layer.attributes
    assert layer.name == "小班"
    assert "zone 39" in layer.crs_wkt
    assert len(layer.source_hash) == 64
    assert table["树种"].tolist() == ["马尾松", None, "杉木"]
    assert table["n"][0] == 0
    assert np.isnan(table["n"][1])
    assert table["n"][2] == 3
    assert table["v"][0] == 0.0
    assert np.isnan(table["v"][1])
    assert table["v"][2] == 1.5
    assert table["ok"].tolist() == [False, None, True]
    assert table["day"].tolist() == ["2023-06-01", None, None]
    assert table["at"].tolist() == ["2023-06-01T07:08:09", None, None]
    assert table["long"][0] == 2**53 + 1
    assert table["long"].isna()[1]
    assert {name: kind.kind for name, kind in layer.field_types.items()} == {
        "树种": "text",
        "n": "integer",
        "v": "real",
        "ok": "boolean",
        "day": "date",
        "at": "datetime",
        "long": "integer64",
    }
    assert shapely.area(layer.geometry) == pytest.approx([10_000.0] * 3)


def test_unsaved_edits_and_filter(memory_layer):
    memory_layer.startEditing()
    ids = [feature.id() for feature in memory_layer.getFeatures()]
    memory_layer.changeAttributeValue(ids[0], 2, 9.5)
    memory_layer.deleteFeature(ids[1])
    new = QgsFeature(memory_layer.fields())
    new.setAttributes(["竹", 7, NULL, NULL, NULL, NULL, NULL])
    new.setGeometry(QgsGeometry.fromWkt(square(5)))
    memory_layer.addFeature(new)
    assert set(read_qgis_layer(memory_layer).attributes["树种"]) == {"马尾松", "杉木", "竹"}
    memory_layer.rollBack()
    memory_layer.setSubsetString("\"树种\" = '杉木'")
    assert read_qgis_layer(memory_layer).attributes["树种"].tolist() == ["杉木"]


def test_selection(memory_layer):
    memory_layer.selectByExpression("n > 0")
    assert read_qgis_layer(memory_layer, selected_only=True).attributes["n"].tolist() == [3]
    assert len(read_qgis_layer(memory_layer)) == 3


def test_joins_and_virtual_fields(memory_layer):
    other = QgsVectorLayer("NoGeometry?field=n:integer&field=户主:string", "户", "memory")
    add(other, [((3, "张三"), None)])
    QgsProject.instance().addMapLayers([memory_layer, other])
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(other)
    join.setJoinFieldName("n")
    join.setTargetFieldName("n")
    memory_layer.addJoin(join)
    memory_layer.addExpressionField('"v" * 2', QgsField("double_v", QMetaType.Type.Double))
    table = read_qgis_layer(memory_layer).attributes
    assert table["户_户主"].tolist() == [None, None, "张三"]
    assert table["double_v"][2] == 3.0
    assert np.isnan(table["double_v"][1])


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("cpg", [None, "GBK", "UTF-8", "1252"])
def test_text_of_an_untouched_shapefile_is_right_whatever_its_cpg(shapefile, encoding, cpg):
    path = shapefile(encoding, cpg)
    shp_layer = QgsVectorLayer(str(path), "小班", "ogr")
    assert shp_layer.isValid()
    taken = snapshot(shp_layer)
    assert taken.file == (str(path), None)
    layer = taken.read()
    assert layer.attributes["树种"].tolist() == ["马尾松", None, "杉木"]
    assert layer.attributes["v"].tolist()[0] == 0.0
    assert np.isnan(layer.attributes["v"][1])
    assert layer.encoding == {"GBK": "GB18030"}.get(encoding, encoding)


def test_encoding_set_in_qgis_wins(shapefile):
    shp_layer = QgsVectorLayer(str(shapefile("GBK", None)), "小班", "ogr")
    shp_layer.setProviderEncoding("BIG5")
    assert snapshot(shp_layer).encoding == "BIG5"
    shp_layer.setProviderEncoding("GBK")
    assert snapshot(shp_layer).encoding == "GB18030"
    assert read_qgis_layer(shp_layer).attributes["树种"].tolist() == ["马尾松", None, "杉木"]


def test_crs_assigned_on_the_screen_wins(shapefile):
    path = shapefile("UTF-8", "UTF-8")
    path.with_suffix(".prj").unlink()
    shp_layer = QgsVectorLayer(str(path), "小班", "ogr")
    shp_layer.setCrs(QgsCoordinateReferenceSystem())
    with pytest.raises(InputError) as caught:
        read_qgis_layer(shp_layer)
    assert caught.value.code == "CRS_MISSING"
    shp_layer.setCrs(QgsCoordinateReferenceSystem("EPSG:4527"))
    assert "zone 39" in read_qgis_layer(shp_layer).crs_wkt


def test_geopackage_row_number_is_no_column(memory_layer, tmp_path):
    path = tmp_path / "三明 数据.gpkg"
    written_by_qgis(memory_layer, path)
    gpkg_layer = QgsVectorLayer(str(path) + "|layername=小班", "小班", "ogr")
    by_file = read_qgis_layer(gpkg_layer)
    gpkg_layer.startEditing()
    assert snapshot(gpkg_layer).file is None
    on_screen = read_qgis_layer(gpkg_layer)
    gpkg_layer.rollBack()
    assert list(by_file.attributes.columns) == list(on_screen.attributes.columns)
    assert "fid" not in on_screen.attributes.columns
    assert on_screen.attributes["ok"].tolist() == by_file.attributes["ok"].tolist() == [False, None, True]
    gpkg_layer.setSubsetString("n = 3")
    assert read_qgis_layer(gpkg_layer).attributes["树种"].tolist() == ["杉木"]


def test_feature_source_of_an_algorithm_keeps_invalid_rings(memory_layer):
    bow = "Polygon (({0} {2}, {1} {3}, {1} {2}, {0} {3}, {0} {2}))".format(X0, X0 + 50, Y0 + 200, Y0 + 250)
    add(
        memory_layer,
        [(["蝴蝶结", 4, 1.0, True, NULL, NULL, NULL], bow), (["无图", 5, 1.0, True, NULL, NULL, NULL], None)],
    )
    QgsProject.instance().addMapLayer(memory_layer)
    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    parameter = QgsProcessingParameterFeatureSource("STANDS")
    source = QgsProcessingParameters.parameterAsSource(parameter, {"STANDS": memory_layer.id()}, context)
    layer = read_qgis_layer(source)
    assert layer.attributes["树种"].tolist() == ["马尾松", None, "杉木", "蝴蝶结", "无图"]
    assert not shapely.is_valid(layer.geometry[3])
    assert layer.geometry[4] is None


def test_a_snapshot_is_read_in_another_thread(memory_layer):
    taken = snapshot(memory_layer)
    found = []
    worker = threading.Thread(target=lambda: found.append(taken.read()))
    worker.start()
    worker.join(30)
    assert len(found[0]) == 3


def test_an_empty_layer_is_refused(qgis_app):
    empty_layer = QgsVectorLayer("Polygon?crs=EPSG:4527&field=a:int", "空", "memory")
    with pytest.raises(InputError) as caught:
        read_qgis_layer(empty_layer)
    assert caught.value.code == "LAYER_EMPTY"

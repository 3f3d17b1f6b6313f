"""Hostile text and numbers."""

from pathlib import Path

import numpy as np
from hostile_cases import HOSTILE, codes, loads, rows_of
from made_layers import SPECIES, raw_shapefile

from sanming_carbon_plugin.core.stands.layer import VectorLayer

# Text: encodings × states of .cpg and of the language driver byte

TEXT = [text.encode("gbk") for text in SPECIES]
TEXT_UTF8 = [text.encode() for text in SPECIES]
NAME_GBK, NAME_UTF8 = "树种".encode("gbk"), "树种".encode()


def _text_case(name: str, encoding: str, cpg: str | None, language_driver: int, note: str | None) -> None:
    def build(folder: Path) -> Path:
        gbk = encoding == "GB18030"
        fields = [(NAME_GBK if gbk else NAME_UTF8, b"C", 20, 0), (b"V", b"N", 10, 2)]
        rows = [(text, b"1.5") for text in (TEXT if gbk else TEXT_UTF8)]
        return raw_shapefile(folder / "小班.shp", fields, rows, cpg=cpg, language_driver=language_driver)

    def check(layer: VectorLayer) -> None:
        assert layer.attributes["树种"].tolist() == list(SPECIES)
        assert layer.encoding == encoding
        assert codes(layer) == ([note] if note else [])

    HOSTILE[name] = build, check


for _encoding, _right, _wrong in (("GB18030", "GBK", "UTF-8"), ("UTF-8", "UTF-8", "GBK")):
    _text_case("text_{}_cpg_right".format(_encoding), _encoding, _right, 0, None)
    _text_case("text_{}_cpg_wrong".format(_encoding), _encoding, _wrong, 0, "ENCODING_OVERRULED")
    _text_case("text_{}_cpg_missing".format(_encoding), _encoding, None, 0, "ENCODING_DETECTED")
    _text_case("text_{}_cpg_latin".format(_encoding), _encoding, "1252", 0, "ENCODING_OVERRULED")
    _text_case("text_{}_cpg_nonsense".format(_encoding), _encoding, "???", 0, "ENCODING_DETECTED")
    _text_case("text_{}_cpg_empty".format(_encoding), _encoding, "", 0, "ENCODING_DETECTED")
_text_case("text_gbk_language_driver", "GB18030", None, 0x4D, None)
_text_case("text_utf8_language_driver_gbk", "UTF-8", None, 0x4D, "ENCODING_OVERRULED")
_text_case("text_gbk_language_driver_latin", "GB18030", None, 0x57, "ENCODING_OVERRULED")


def _cut(layer: VectorLayer) -> None:
    assert layer.attributes["SZ"].tolist() == ["马尾", "杉木", "阔叶"]
    assert layer.encoding == "GB18030"


@loads(_cut)
def character_cut_by_field_width_gbk(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"SZ", b"C", 5, 0)], [(text[:5],) for text in TEXT])


def _cut_utf8(layer: VectorLayer) -> None:
    assert layer.attributes["SZ"].tolist() == ["马尾", "杉木", "阔叶"]
    assert layer.encoding == "UTF-8"


@loads(_cut_utf8)
def character_cut_by_field_width_utf8(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"SZ", b"C", 8, 0)], [(text[:8],) for text in TEXT_UTF8], cpg="GBK")


def _mixed(layer: VectorLayer) -> None:
    assert layer.attributes["SZ"].tolist() == ["马尾松", "杉木", "阔叶树"]
    assert rows_of(layer, "TEXT_OTHER_ENCODING") == (2,)


@loads(_mixed)
def two_encodings_in_one_column(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"SZ", b"C", 20, 0)], [(TEXT[0],), (TEXT[1],), (TEXT_UTF8[2],)])


def _no_crash(layer: VectorLayer) -> None:
    assert len(layer) == 3
    assert "TEXT_OTHER_ENCODING" in codes(layer)


@loads(_no_crash)
def bytes_of_no_encoding(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"SZ", b"C", 20, 0)], [(TEXT[0],), (b"\xff\xff\x80x",), (TEXT[2],)])


def _repeated_names(layer: VectorLayer) -> None:
    assert list(layer.attributes.columns) == ["面积", "面积_2", "V"]
    assert layer.attributes["面积"].tolist() == [1.0, 2.0]
    assert layer.attributes["面积_2"].tolist() == [3.0, 4.0]
    assert "FIELD_NAME_REPEATED" in codes(layer)


@loads(_repeated_names)
def duplicate_field_names(folder: Path) -> Path:
    name = "面积".encode("gbk")
    fields = [(name, b"N", 8, 2), (name, b"N", 8, 2), (b"V", b"N", 8, 2)]
    return raw_shapefile(folder / "a.shp", fields, [(b"1.0", b"3.0", b"5"), (b"2.0", b"4.0", b"6")])


def _many_fields(layer: VectorLayer) -> None:
    assert layer.attributes.shape == (2, 250)
    assert layer.attributes["F249"].tolist() == [249.0, 249.0]


@loads(_many_fields)
def fields_250(folder: Path) -> Path:
    fields = [("F{}".format(i).encode(), b"N", 8, 0) for i in range(250)]
    return raw_shapefile(folder / "a.shp", fields, [tuple(str(i).encode() for i in range(250))] * 2)


# Numbers that are none


def _unknown_numbers(layer: VectorLayer) -> None:
    volume = layer.attributes["V"].to_numpy(dtype=float)
    assert np.isnan(volume[:5]).all()
    assert volume[5:].tolist() == [-9999.0, 0.0]


@loads(_unknown_numbers)
def numbers_blank_stars_nan_and_words(folder: Path) -> Path:
    values = [b"", b"**********", b"NaN", b"-", b"abc", b"-9999", b"0.00"]
    return raw_shapefile(folder / "a.shp", [(b"V", b"N", 10, 2)], [(value,) for value in values])


def _separators(layer: VectorLayer) -> None:
    volume = layer.attributes["V"].to_numpy(dtype=float)
    assert np.isnan(volume[0])
    assert np.isnan(volume[1])
    assert volume[2] == 12.5
    assert rows_of(layer, "NUMBER_UNREADABLE") == (0, 1)


@loads(_separators)
def numbers_with_thousands_separators(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"V", b"N", 12, 2)], [(b"1,234.50",), (b"12,5",), (b"12.5",)])


def _texts(*expected: object):
    def check(layer: VectorLayer) -> None:
        assert layer.attributes.iloc[:, 0].tolist() == list(expected)

    return check


@loads(_texts("2023年6月", "20230601", None))
def dates_as_text(folder: Path) -> Path:
    rows = [("2023年6月".encode("gbk"),), (b"20230601",), (b"",)]
    return raw_shapefile(folder / "a.shp", [(b"DCRQ", b"C", 20, 0)], rows)


@loads(_texts("2023-06-01", None, None))
def dates_blank_and_zero(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"DCRQ", b"D", 8, 0)], [(b"20230601",), (b"        ",), (b"00000000",)])


@loads(_texts("1,234.5", "NaN", "-9999"))
def numbers_as_text(folder: Path) -> Path:
    return raw_shapefile(folder / "a.shp", [(b"XJ", b"C", 20, 0)], [(b"1,234.5",), (b"NaN",), (b"-9999",)])


@loads(_texts("220", "马尾松", None))
def mixed_types_in_geojson(folder: Path) -> Path:
    shape = '{"type":"Polygon","coordinates":[[[117,26],[117,26.001],[117.001,26.001],[117,26]]]}'
    values = ("220", '"马尾松"', "null")
    features = ['{{"type":"Feature","properties":{{"SZ":{}}},"geometry":{}}}'.format(v, shape) for v in values]
    path = folder / "a.geojson"
    path.write_text('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}", encoding="utf-8")
    return path


@loads(_texts("马尾松"))
def geojson_in_gbk(folder: Path) -> Path:
    shape = '{"type":"Polygon","coordinates":[[[117,26],[117,26.001],[117.001,26.001],[117,26]]]}'
    path = folder / "a.geojson"
    text = (
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"树种":"马尾松"},"geometry":' + shape
    )
    path.write_bytes((text + "}]}").encode("gbk"))
    return path


@loads(_texts("马尾松"))
def geojson_with_mark(folder: Path) -> Path:
    path = mixed_types_in_geojson(folder)
    text = path.read_text(encoding="utf-8").replace('"SZ":220', '"SZ":"马尾松"')
    head, rest = text.split("},", 1)[0], ""
    path.write_text("\ufeff" + _first_feature_only(text) + rest * len(head), encoding="utf-8")
    return path


def _first_feature_only(text: str) -> str:
    end = text.index('},{"type":"Feature"')
    return text[: end + 1] + "]}"

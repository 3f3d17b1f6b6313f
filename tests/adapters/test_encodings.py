"""The encoding of a text is found from its bytes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_layers import SPECIES, dbf, raw_shapefile

from sanming_carbon_plugin.adapters import encodings
from sanming_carbon_plugin.adapters.dbf import read_dbf, unreadable_numbers
from sanming_carbon_plugin.adapters.encodings import (
    codec_name,
    declared_encoding,
    decode,
    decode_distinct,
    detect,
)
from sanming_carbon_plugin.adapters.vectors import read_layer
from sanming_carbon_plugin.core.issues import issues_by_key

pytestmark = pytest.mark.everywhere

COMMON = "马尾松杉木阔叶树毛竹三明沙县永安尤溪大田将乐泰宁建宁清流明溪宁化林班小班乡村镇国有集体个人公益商品"


@given(st.lists(st.text(COMMON, min_size=1, max_size=8), min_size=1, max_size=20))
def test_common_words_are_told_apart(words):
    assert detect([word.encode() for word in words]).encoding == "UTF-8"
    found = detect([word.encode("gbk") for word in words])
    assert found == encodings.Detection("GB18030")


@given(st.text(COMMON, min_size=2, max_size=12), st.integers(1, 40))
def test_a_cut_text_loses_only_its_last_sign(text, width):
    for encoding in ("UTF-8", "GB18030"):
        raw = text.encode(encoding)[:width]
        shown = decode(raw, encoding)
        if shown is None:  # not even one whole sign
            assert len(raw) < 3
            continue
        assert text.startswith(shown)
        assert len(text.encode(encoding)[: len(shown.encode(encoding))]) > len(raw) - 4


@given(st.binary(max_size=40))
def test_no_bytes_crash(raw):
    found = detect([raw])
    texts, _ = decode_distinct([raw], {"ASCII": "UTF-8"}.get(found.encoding, found.encoding))
    assert isinstance(texts[0], str)


def test_plain_text_leaves_no_doubt():
    assert detect([b"abc", b""]).encoding == "ASCII"
    assert detect([]).encoding == "ASCII"


def test_two_bytes_that_are_both():
    """模 in GBK is valid UTF-8 for a Latin letter; without any Chinese in UTF-8 beside it, it is GBK."""
    assert detect(["模".encode("gbk")]).encoding == "GB18030"
    assert detect(["é".encode(), "松".encode()]).encoding == "UTF-8"


def test_most_values_win_and_the_rest_is_told():
    texts = [word.encode("gbk") for word in SPECIES] * 3 + ["阔叶树".encode()]
    found = detect(texts)
    assert found.encoding == "GB18030"
    assert found.mixed
    decoded, misfits = decode_distinct(texts, found.encoding, mixed=found.mixed)
    assert decoded[-2] == "阔叶树"
    assert misfits.tolist() == [False] * 9 + [True, False]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("UTF-8", "UTF-8"),
        ("utf8", "UTF-8"),
        ("65001", "UTF-8"),
        ("GBK", "GB18030"),
        ("CP936", "GB18030"),
        ("ANSI 936", "GB18030"),
        ("gb2312", "GB18030"),
        ("88591", "ISO-8859-1"),
        ("ISO-8859-1", "ISO-8859-1"),
        ("1252", "CP1252"),
        ("ANSI 1252", "CP1252"),
        ("big5", "BIG5"),
        ("950", "BIG5"),
        ("System", None),
        ("", None),
        ("rot13", None),
        ("三明", None),
    ],
)
def test_names_of_encodings(name, expected):
    assert codec_name(name) == expected


def test_claims_of_a_shapefile(folder):
    path = raw_shapefile(folder / "a.shp", [(b"A", b"C", 4, 0)], [(b"x",)], language_driver=0x4D)
    assert declared_encoding(path) == "GB18030"
    path.with_suffix(".CPG").write_text("UTF-8\r\n", encoding="ascii")
    assert declared_encoding(path) == "UTF-8"


def test_the_bytes_of_a_dbf_file(folder):
    path = folder / "a.dbf"
    name = "树种".encode("gbk")
    rows = [("松".encode("gbk"), b"1"), ("松".encode("gbk"), b"2"), (b"abc", b"3")]
    path.write_bytes(dbf([(name, b"C", 6, 0), (b"N", b"N", 4, 0)], rows))
    table = read_dbf(path)
    assert [field.name for field in table.fields] == [name, b"N"]
    assert [bytes(cell).rstrip() for cell in table.cells(table.fields[0])] == [text for text, _ in rows]
    path.write_bytes(path.read_bytes()[:-12])
    assert len(read_dbf(path).records) == 2
    path.write_bytes(b"\3" * 20)
    assert read_dbf(path) is None


@pytest.mark.parametrize(
    ("cell", "readable"),
    [
        (b"12.5", True),
        (b"-9999", True),
        (b"1e3", True),
        (b"+.5", True),
        (b"", True),
        (b"****", True),
        (b"NaN", True),
        (b"1,5", False),
        (b"1 5", False),
        (b"1.5.2", False),
        (b".", False),
        (b"-", False),
        (b"1_000", False),
        (b"5-", False),
        (b"12ha", False),
    ],
)
def test_cells_that_are_no_number(folder, cell, readable):
    path = folder / "a.dbf"
    path.write_bytes(dbf([(b"V", b"N", 8, 2)], [(b"1.0",), (cell,), (b"2.0",)]))
    found = unreadable_numbers(read_dbf(path))
    assert ({} if readable else [False, True, False]) == (found[0].tolist() if found else {})


def test_deleted_rows_do_not_shift_the_others(folder):
    rows = [(b"1.5",), (b"2.5",), (b"x,y",), (b"4.5",)]
    path = raw_shapefile(folder / "a.shp", [(b"V", b"N", 8, 2)], rows)
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    data[65 + 9] = ord("*")  # the second row
    path.with_suffix(".dbf").write_bytes(data)
    layer = read_layer(path, backend="osgeo")
    values = layer.attributes["V"].tolist()
    assert values[0] == 1.5
    assert np.isnan(values[1])
    assert values[2] == 4.5


def test_notes_find_their_stands(folder):
    path = raw_shapefile(folder / "a.shp", [(b"V", b"N", 8, 2), (b"SZ", b"C", 8, 0)], [(b"1,5", "松".encode())] * 2)
    notes = read_layer(path, backend="osgeo").notes
    issues = issues_by_key(notes, ["甲", "乙"])
    assert issues["code"].tolist() == ["ENCODING_DETECTED", "NUMBER_UNREADABLE", "NUMBER_UNREADABLE"]
    assert issues["stand_key"].tolist() == [None, "甲", "乙"]
    assert issues["field"].tolist() == [None, "V", "V"]

"""Small tables, JSON, and the words for errors and issues."""

import json
import re
import string
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.adapters import message_tables, resources
from sanming_carbon_plugin.adapters.message_tables import message_table, readable_messages
from sanming_carbon_plugin.adapters.messages import render_error, render_issues
from sanming_carbon_plugin.adapters.resources import read_json, read_table
from sanming_carbon_plugin.core.errors import CarbonError, InputError
from sanming_carbon_plugin.core.issues import join_issues, layer_issue, no_issues, stand_issues

pytestmark = pytest.mark.everywhere
CODE = re.compile(r'"([A-Z][A-Z0-9_]+)"')


def code_of(call, *arguments) -> InputError:
    with pytest.raises(InputError) as caught:
        call(*arguments)
    return caught.value


def test_table_is_text_with_none_for_empty(folder):
    path = folder / "表.csv"
    path.write_text('\ufeffa,树种,b\n1,马尾松,\n\n,"x, y",NaN\n', encoding="utf-8")
    table = read_table(path)
    assert table.to_dict("list") == {"a": ["1", None], "树种": ["马尾松", "x, y"], "b": [None, "NaN"]}
    assert set(table.dtypes) == {np.dtype(object)}


def test_table_saved_by_excel_in_china(folder):
    path = folder / "表.csv"
    path.write_bytes("树种,D\r\n马尾松,0.380\r\n".encode("gbk"))
    assert read_table(path).to_dict("list") == {"树种": ["马尾松"], "D": ["0.380"]}


def test_table_with_a_header_only(folder):
    path = folder / "表.csv"
    path.write_text("a,b\n", encoding="utf-8")
    assert read_table(path).shape == (0, 2)


@pytest.mark.parametrize(
    ("text", "line"), [("a,b\n1,2\n1,2,3\n", 3), ("a,a\n1,2\n", 1), ("a,\n1,2\n", 1), ("", 1), ('a,b\n"1,2\n', 2)]
)
def test_broken_tables_name_the_line(folder, text, line):
    path = folder / "表.csv"
    path.write_text(text, encoding="utf-8")
    error = code_of(read_table, path)
    assert error.code == "TABLE_INVALID"
    assert error.values["line"] == line


def test_files_that_are_none(folder, monkeypatch):
    assert code_of(read_table, folder / "没有.csv").code == "FILE_NOT_FOUND"
    assert code_of(read_table, folder).code == "FILE_NOT_READABLE"
    path = folder / "图.csv"
    path.write_bytes(b"\xff\xff\0\1")
    assert code_of(read_table, path).code == "FILE_NOT_TEXT"
    monkeypatch.setattr(resources, "MAX_FILE_BYTES", 3)
    assert code_of(read_table, path).code == "FILE_TOO_LARGE"


def test_json(folder):
    path = folder / "映射.json"
    path.write_text('\ufeff{"树种": {"字段": ["YOU_SHI_SZ", 1.5, null]}}', encoding="utf-8")
    assert read_json(path) == {"树种": {"字段": ["YOU_SHI_SZ", 1.5, None]}}


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{\n "a": 1\n "b": 2}', 3, 2),
        ('{\n "a": 1,\n "a": 2}', 2, 2),
        ('{\n "a": NaN}', 2, 7),
        ("[1]", 1, 1),
        ("", 1, 1),
        ("3", 1, 1),
    ],
)
def test_broken_json_names_the_place(folder, text, line, column):
    path = folder / "a.json"
    path.write_text(text, encoding="utf-8")
    error = code_of(read_json, path)
    assert error.code == "JSON_INVALID"
    assert (error.values["line"], error.values["column"]) == (line, column)


@pytest.mark.parametrize("depth", [100, 100_000])
def test_json_nested_absurdly(folder, depth):
    path = folder / "a.json"
    path.write_text('{"a":' + "[" * depth + "]" * depth + "}", encoding="utf-8")
    assert code_of(read_json, path).code == "JSON_TOO_DEEP"


def test_errors_in_two_languages():
    error = InputError("LAYER_NOT_FOUND", path="三明 数据.gpkg", layer="乙", layers=["甲", "丙"])
    message, hint = render_error(error)
    assert message == "Input 三明 数据.gpkg has no layer 乙; it has: 甲, 丙."
    assert hint.endswith(".")
    message, hint = render_error(error, "zh_CN")
    assert message == "三明 数据.gpkg 中没有图层 乙；现有图层：甲, 丙。"
    assert hint.endswith("。")


def test_an_unknown_code_still_says_something():
    assert render_error(CarbonError("NO_SUCH_CODE", a=1)) == ("NO_SUCH_CODE: a=1", "")


def test_a_missing_value_does_not_hide_the_message():
    assert "{layers}" in render_error(InputError("LAYER_NOT_FOUND", path="a", layer="b"))[0]


@pytest.mark.parametrize("kind", ["errors", "issues"])
def test_every_message_is_there_in_both_languages_with_the_same_values(kind):
    for code, words in message_table(kind).items():
        assert code == code.upper(), code
        for name in ("message", "hint") if kind == "errors" else ("message",):
            english, chinese = words[name], words[name + "_zh"]
            assert english.endswith((".", "?")), (code, name)
            assert chinese.endswith(("。", "？")), (code, name)
            assert _values(english) == _values(chinese), (code, name)
        if kind == "issues":
            assert words["severity"] in ("error", "warning", "info"), code


@pytest.mark.parametrize("kind", ["errors", "issues"])
def test_no_words_are_left_over_for_codes_that_nothing_raises(kind):
    package = Path(resources.__file__).parents[1]
    written = {code for path in package.rglob("*.py") for code in CODE.findall(path.read_text(encoding="utf-8"))}
    assert set(message_table(kind)) - written == set()


def _values(template: str) -> set[str]:
    return {name.removesuffix("_zh") for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.fixture
def own_words(folder, monkeypatch):
    """A folder for message tables in place of the plugin's own."""
    for kind in ("errors", "issues"):
        (folder / "messages" / kind).mkdir(parents=True)
    monkeypatch.setattr(message_tables, "resources_dir", lambda: folder)
    caches = (message_table, readable_messages)
    for cache in caches:
        cache.cache_clear()
    yield folder / "messages"
    for cache in caches:
        cache.cache_clear()


def test_a_code_in_two_files_is_an_error(own_words):
    for name in ("a", "b"):
        (own_words / "errors" / (name + ".csv")).write_text("code,message\nX,text {n}.\n", encoding="utf-8")
    assert code_of(message_table, "errors").code == "MESSAGE_CODE_TWICE"
    assert render_error(InputError("X", n=1)) == ("text 1.", "")


def test_a_damaged_table_takes_no_other_words_away(own_words):
    (own_words / "errors" / "a.csv").write_text("code,message\nX,text\nY,a,b\n", encoding="utf-8")
    (own_words / "errors" / "b.csv").write_text("code,message\nZ,text.\n", encoding="utf-8")
    assert code_of(message_table, "errors").code == "TABLE_INVALID"
    assert render_error(InputError("Z")) == ("text.", "")
    assert render_error(InputError("X")) == ("X", "")


def test_issues_get_words():
    issues = join_issues(
        [
            stand_issues("GEOMETRY_NULL", ["a", "b"], "geometry"),
            layer_issue("ENCODING_OVERRULED", encoding="GB18030", declared="UTF-8"),
            stand_issues("NUMBER_UNREADABLE", ["c"], "HUO_LMGQXJ", ["1,2"]),
            stand_issues("NO_SUCH_CODE", ["d"]),
        ]
    )
    shown = render_issues(issues)
    assert shown["severity"].tolist() == ["error", "error", "warning", "warning", "warning"]
    assert shown["message"][0] == shown["message"][1]
    assert "no geometry" in shown["message"][0]
    assert "GB18030" in shown["message_zh"][2]
    assert "HUO_LMGQXJ" in shown["message"][3]
    assert shown["message"][4] == "NO_SUCH_CODE"
    assert list(shown.columns[:5]) == list(issues.columns)


def test_no_issues_get_no_words():
    shown = render_issues(no_issues())
    assert len(shown) == 0
    assert {"severity", "message", "message_zh"} <= set(shown.columns)


def test_a_value_in_the_message_is_each_row_s_own(own_words):
    (own_words / "issues" / "a.csv").write_text(
        "code,severity,message,message_zh\nAGE,error,{field} is {value} {unit}.,{field}为{value}。\n", encoding="utf-8"
    )
    shown = render_issues(stand_issues("AGE", ["a", "b", "c"], "NL", [5.0, None, 7.0], unit="yr"))
    assert shown["message"].tolist() == ["NL is 5 yr.", "NL is NULL yr.", "NL is 7 yr."]


def test_words_of_very_many_rows_take_a_moment():
    issues = pd.concat([stand_issues("GEOMETRY_NULL", ["a"] * 200_000, "geometry")] * 2, ignore_index=True)
    start = time.process_time()
    assert render_issues(issues)["message"].nunique() == 1
    assert time.process_time() - start < 5


def test_json_of_the_reader_is_json():
    assert json.loads(json.dumps({"a": 1})) == {"a": 1}

import json

import numpy as np
import pandas as pd
import pytest

from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.core.stands.mapping import FieldMapping, recognise_fields, settled_roles
from sanming_carbon_plugin.core.stands.roles import ROLES

from .layers import TABLES, keyed

SCHEMA_46 = [
    "sheng",
    "xian",
    "xiang",
    "lin_ban",
    "xiao_ban",
    "di_lei",
    "mian_ji",
    "di_mao",
    "po_xiang",
    "po_wei",
    "po_du",
    "ke_ji_du",
    "tu_rang_lx",
    "tu_ceng_hd",
    "ld_qs",
    "lin_zhong",
    "qi_yuan",
    "sen_lin_lb",
    "shi_quan_d",
    "gjgyl_bhdj",
    "g_cheng_lb",
    "ling_zu",
    "yu_bi_du",
    "you_shi_sz",
    "pingjun_xj",
    "huo_lmgqxj",
    "mei_gq_zs",
    "td_th_lx",
    "dispe",
    "disaster_c",
    "zl_dj",
    "ld_kd",
    "ld_cd",
    "bcld",
    "bh_dj",
    "lyfq",
    "qykz",
]


def test_the_roles_of_the_code_are_those_of_the_table():
    assert tuple(TABLES.roles) == ROLES


def test_the_whole_forest_map_schema_is_recognised_whatever_its_case():
    for names in (SCHEMA_46, [name.upper() for name in SCHEMA_46], [name.title() for name in SCHEMA_46]):
        mapping = recognise_fields(pd.DataFrame({name: pd.Series([None], dtype=object) for name in names}), TABLES)
        assert set(mapping.fields.values()) == set(names)
        assert not mapping.ambiguous


@pytest.mark.parametrize(
    ("column", "values", "role"),
    [
        ("优势树种", ["马尾松", "杉木"], "species"),
        ("优势树种(组)", ["220", "310"], "species"),
        ("优势树种（组）", ["220", "310"], "species"),
        ("PING_JUN_X", [12.0, 14.0], "dbh"),
        ("每公顷蓄积量", [120.0, 80.0], "volume"),
        ("公顷活立木", [120.0, 80.0], "volume"),
        ("HUO_LM_GQX", [120.0, 80.0], "volume"),
        ("林分年龄", [12, 30], "age"),
        ("SHU_ZHONG_", ["8马2阔", "10杉"], "composition"),
        ("XIAOBAN", ["1", "2"], "stand_no"),
        ("yssz", ["220", "310"], "species"),
        ("DIAO_CHA_RQ", ["2023-01-01", "20230405"], "survey_date"),
        ("起源", ["天然", "人工"], "origin"),
        ("小班面积(亩)", [20.0, 40.0], "area"),
    ],
)
def test_other_names_are_recognised(column, values, role):
    mapping = recognise_fields(pd.DataFrame({column: values}), TABLES)
    assert mapping.fields == {role: column}
    assert 0 < mapping.scores[role] <= 1


def test_two_columns_that_fit_equally_are_listed_and_none_is_taken():
    frame = pd.DataFrame({"GQXJ": [100.0, 90.0], "公顷蓄积": [80.0, 70.0]})
    mapping = recognise_fields(frame, TABLES)
    assert "volume" not in mapping.fields
    assert {one.column for one in mapping.ambiguous["volume"]} == {"GQXJ", "公顷蓄积"}


def test_the_canonical_name_goes_before_an_alias():
    mapping = recognise_fields(pd.DataFrame({"DILEI": ["0111"], "DI_LEI": ["0111"]}), TABLES)
    assert mapping.fields["land_class"] == "DI_LEI"
    assert [one.column for one in mapping.alternatives["land_class"]] == ["DILEI"]


def test_a_name_whose_values_do_not_fit_is_not_taken():
    mapping = recognise_fields(pd.DataFrame({"YOU_SHI_SZ": ["abc", "def", "ghi"]}), TABLES)
    assert "species" not in mapping.fields
    assert mapping.ambiguous["species"][0].column == "YOU_SHI_SZ"


def test_one_name_for_two_roles_is_not_guessed():
    mapping = recognise_fields(pd.DataFrame({"GONG_QING_": [100.0, 200.0]}), TABLES)
    assert not mapping.fields
    assert {"volume", "stems"} <= set(mapping.ambiguous)


def test_values_alone_only_suggest():
    frame = pd.DataFrame({"F12": ["220", "310", "490", "470"] * 5, "F13": np.arange(20)})
    mapping = recognise_fields(frame, TABLES)
    assert "species" not in mapping.fields
    assert mapping.suggestions["species"] == ("F12",)


def test_a_mapping_survives_its_file():
    frame = pd.DataFrame(keyed(2, YOU_SHI_SZ=["220", "310"]))
    mapping = recognise_fields(frame, TABLES)
    again = FieldMapping.from_dict(json.loads(json.dumps(mapping.to_dict())), frame.columns)
    assert again.fields == mapping.fields
    assert FieldMapping.from_dict({"species": "YOU_SHI_SZ", "volume": None}, frame.columns).fields == {
        "species": "YOU_SHI_SZ"
    }


def test_roles_that_a_file_does_not_settle_are_recognised():
    frame = pd.DataFrame(keyed(2, YOU_SHI_SZ=["220", "310"], HUO_LMGQXJ=[90.0, 120.0], X=[91.0, 121.0]))
    recognised = recognise_fields(frame, TABLES)

    def filled(data):
        return FieldMapping.from_dict(data, frame.columns).filled_up(recognised, settled_roles(data)).fields

    assert filled({"volume": "X"}) == dict(recognised.fields) | {"volume": "X"}
    assert filled({"fields": {"volume": "X"}}) == filled({"volume": "X"})
    assert "volume" not in filled({"volume": None})
    assert "species" not in filled({"volume": "YOU_SHI_SZ"})
    assert filled({"fields": {"volume": "X"}, "missing": list(recognised.fields)}) == {"volume": "X"}
    assert filled({}) == dict(recognised.fields)


@pytest.mark.parametrize(
    ("data", "code", "named"),
    [
        ({"fields": {"baum": "YOU_SHI_SZ"}}, "MAPPING_ROLES", "baum"),
        ({"species": "SZ"}, "MAPPING_COLUMNS", "SZ"),
        ({"fields": {}, "decisions": {"area_unit": "acre"}}, "MAPPING_DECISIONS", "acre"),
        (["species"], "MAPPING_NOT_READABLE", "list"),
        ({"fields": ["species"]}, "MAPPING_NOT_READABLE", "fields"),
    ],
)
def test_a_wrong_mapping_names_what_is_wrong(data, code, named):
    with pytest.raises(InputError) as caught:
        FieldMapping.from_dict(data, ["YOU_SHI_SZ"])
    assert caught.value.code == code
    assert named in str(caught.value)


def test_a_table_of_250_columns_and_of_no_row_is_no_problem():
    frame = pd.DataFrame({f"F{number}": pd.Series([], dtype=object) for number in range(250)})
    assert not recognise_fields(frame, TABLES).fields


@pytest.mark.parametrize(
    "codes", [["0301", "0302", "0305", "0307"], ["0301"] * 4, ["030100", "030500"], ["0111", "0131"]]
)
def test_land_classes_of_every_generation_speak_for_their_column(codes):
    attributes = pd.DataFrame({"DI_LEI": codes, "XIAO_BAN": [str(number) for number in range(len(codes))]})
    found = recognise_fields(attributes, TABLES)
    assert found.column("land_class") == "DI_LEI"
    assert "land_class" not in found.ambiguous

"""The parameter table: what is refused, how a species is served, what shares an error."""

from __future__ import annotations

import numpy as np
import pytest

from sanming_carbon_plugin.adapters.carbon_parameters import load_parameters, read_rows
from sanming_carbon_plugin.core.carbon.parameters import ParameterTable
from sanming_carbon_plugin.core.carbon.stock import stock
from sanming_carbon_plugin.core.carbon.uncertainty import ErrorTable
from sanming_carbon_plugin.core.carbon.volume_equations import VolumeEquations
from sanming_carbon_plugin.core.errors import InputError
from sanming_carbon_plugin.paths import resources_dir

FOLDER = resources_dir() / "parameters"
META = {"id": "t", "version": "1", "status": "provisional"}


@pytest.fixture
def frame():
    return read_rows(FOLDER / "carbon_parameters.csv")[0]


@pytest.fixture
def ranges():
    return read_rows(FOLDER / "parameter_ranges.csv")[0]


def edit(frame, species, column, text):
    frame = frame.copy()
    frame.loc[frame["species_code"] == species, column] = text
    return frame


def test_every_row_of_the_shipped_table_has_a_source_and_a_confidence(frame):
    for column in ("source", "confidence"):
        assert (frame[column] != "").all()
    filled = frame[frame["D_t_m3"] != ""]
    assert (filled["cv_source"] != "").all()
    assert (frame.loc[frame["a_t_m3"] != "", "ab_source"] != "").all()


def test_every_species_code_of_the_shipped_table_is_served(parameters):
    found = parameters.look_up(parameters.species)
    assert (found.row >= 0).all()
    assert set(found.level) == {"species", "group", "mixed"}


def test_look_up_falls_back_and_says_so(parameters):
    found = parameters.look_up(np.array(["220", "210", "110", "999", None], dtype=object))
    assert list(found.level) == ["species", "group", "mixed", None, None]
    assert list(found.group) == ["pine", "pine", "conifer_other", None, None]
    assert list(parameters.species[found.row[:3]]) == ["220", "290", "610"]
    assert list(found.row[3:]) == [-1, -1]
    assert list(parameters.look_up(np.array(["310", "999"], dtype=object)).group) == ["chinese_fir", None]


def test_every_stand_says_which_row_served_it(parameters, make_facts):
    """Its own, that of its group, that of the mixed class; the last two are told with the species, and none is none."""
    facts = make_facts(["own", "of_group", "of_mixed", "none"], volume_m3_ha=100.0,
                       species_code=["220", "210", "110", "999"])  # fmt: skip
    found = stock(facts, parameters)
    assert found.columns["parameter_level"].tolist() == ["species", "group", "mixed", None]
    assert found.columns["parameter_row"].tolist() == ["220", "290", "610", None]
    told = found.issues[found.issues["code"].str.endswith("_FALLBACK")]
    assert told[["code", "stand_key", "field", "value"]].to_numpy().tolist() == [
        ["STOCK_GROUP_FALLBACK", "of_group", "species_code", "210"],
        ["STOCK_MIXED_FALLBACK", "of_mixed", "species_code", "110"],
    ]
    served = stock(facts.iloc[1:3].assign(species_code=["290", "610"]), parameters)
    assert served.columns["stock_tco2e"].tolist() == found.columns["stock_tco2e"].iloc[1:3].tolist()
    assert not served.issues["code"].str.endswith("_FALLBACK").any()


def test_rows_copied_from_one_another_share_their_error(parameters):
    source = dict(zip(parameters.species, parameters.error_source, strict=True))
    assert source["260"] == source["262"] == source["270"] == source["290"]
    assert source["220"] != source["310"]


def test_every_bad_cell_is_reported_at_once(frame, ranges):
    bad = edit(frame, "220", "D_t_m3", "3.8")
    bad = edit(bad, "310", "CF", "abc")
    bad = edit(bad, "490", "RSR", "")
    bad = edit(bad, "590", "cv_kind", "two_sd")
    bad = edit(bad, "610", "mixed_class", "666")
    with pytest.raises(InputError) as caught:
        ParameterTable.from_rows(bad, META, ranges=ranges)
    assert caught.value.code == "PARAMETERS_INVALID"
    told = caught.value.values["problems"]
    for cell in ("220.D_t_m3: 3.8", "310.CF: abc", "490.RSR: empty", "590.cv_kind", "610.mixed_class: 666"):
        assert cell in told
    assert caught.value.values["count"] >= 5


def test_bad_cells_of_all_tables_are_reported_together(frame, ranges, tmp_path):
    """The species table and those beside it, in one go; a folder of a user's copies too."""
    tables = {name: read_rows(FOLDER / f"{name}.csv")[0] for name in ("volume_equations", "bamboo_culms",
                                                                     "plausibility", "sink_limits")}  # fmt: skip
    tables["volume_equations"].loc[0, "a"] = "x"
    tables["bamboo_culms"].loc[1, "kg_per_culm"] = "-1"
    tables["plausibility"].loc[2, "low_tco2e_ha_yr"] = "99"
    tables["sink_limits"].loc[3, "value"] = ""
    with pytest.raises(InputError) as caught:
        ParameterTable.from_rows(
            edit(frame, "220", "D_t_m3", "3.8"), META, tables["volume_equations"], tables["bamboo_culms"], ranges,
            tables["plausibility"], tables["sink_limits"],
        )  # fmt: skip
    told = caught.value.values["problems"]
    for cell in ("t: 220.D_t_m3: 3.8", "volume_equations: chinese_fir.a: x", "bamboo_culms: 660.kg_per_culm: -1",
                 "plausibility: pine.high_tco2e_ha_yr", "sink_limits: gone_told_share.value: empty"):  # fmt: skip
        assert cell in told
    for name, old, new in (
        ("carbon_parameters.csv", ",0.38,", ",3.8,"),
        ("errors.csv", ",0.10,", ",-0.10,"),
        ("growth.csv", ",30,1,", ",few,1,"),
        ("conflicts.csv", "trees_ratio_low", "ratio"),
    ):
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_parameters(tmp_path)
    for cell in ("220.D_t_m3: 3.8", "stand_volume.value: -0.10", "stands_needed.value: few", "trees_ratio_low: -"):
        assert cell in caught.value.values["problems"]
    assert caught.value.values["count"] >= 4


@pytest.mark.parametrize(
    ("species", "column"), [("220", "source"), ("660", "confidence"), ("310", "cv_source"), ("490", "ab_source")]
)
def test_values_without_a_source_are_refused(frame, ranges, species, column):
    with pytest.raises(InputError) as caught:
        ParameterTable.from_rows(edit(frame, species, column, " "), META, ranges=ranges)
    assert caught.value.values["problems"] == f"{species}.{column}: empty"
    with pytest.raises(InputError) as caught:
        ParameterTable.from_rows(frame.drop(columns=column), META, ranges=ranges)
    assert caught.value.values["problems"] == f"{column}: -"


@pytest.mark.parametrize(
    ("species", "column", "text", "told"),
    [
        ("220", "BEF", "4.9", "D*BEF*(1+RSR)"),
        ("220", "a_t_m3", "1.9", "(100*a+b)"),
        ("220", "biomass_t_ha", "50", "> 1"),
        ("220", "stands_for_group", "yes", "stands_for_group"),
        ("220", "species_code", "310", "(2x)"),
        ("220", "group", "", "group: empty"),
        ("660", "kg_per_culm", "162", "kg_per_culm"),
        ("220", "D_cv", "nan", "D_cv"),
        ("220", "ab_from_m3_ha", "", "ab_from_m3_ha: empty"),
    ],
)
def test_values_that_do_not_fit_together_are_refused(frame, ranges, species, column, text, told):
    with pytest.raises(InputError) as caught:
        ParameterTable.from_rows(edit(frame, species, column, text), META, ranges=ranges)
    assert told in caught.value.values["problems"]


def test_missing_columns_and_a_missing_status_are_named(frame):
    with pytest.raises(InputError) as caught:
        ParameterTable.from_rows(frame.drop(columns="CF"), {"id": "t"})
    for name in ("CF: -", "version: -", "status: -"):
        assert name in caught.value.values["problems"]


def test_an_error_is_brought_to_one_standard_deviation_from_its_kind(frame):
    half_width = edit(edit(frame, "220", "D_cv", "0.1644854"), "220", "cv_kind", "half_width_90")
    for column in ("BEF_cv", "RSR_cv", "CF_cv"):
        half_width = edit(half_width, "220", column, "0.1")
    table = ParameterTable.from_rows(half_width, META)
    row = list(table.species).index("220")
    assert table.values["D_cv"][row] == pytest.approx(0.1, rel=1e-6)
    assert table.relative_errors()["root_shoot"][row] == pytest.approx(0.1 / 1.6448536 * 0.187 / 1.187, rel=1e-6)


def test_a_users_copy_replaces_the_shipped_table(tmp_path):
    text = (FOLDER / "carbon_parameters.csv").read_text(encoding="utf-8")
    text = text.replace("# status: provisional", '"# status: official",,,,').replace(
        "# version: 1", "# version: 2024-1"
    )
    path = tmp_path / "参数 表.csv"
    path.write_text(text, encoding="utf-8-sig")
    table = load_parameters(path)
    assert (table.status, table.version, table.table_id) == ("official", "2024-1", "sanming-carbon-parameters")


def test_a_copy_saved_by_a_spreadsheet_on_a_chinese_system_is_read(tmp_path):
    text = (FOLDER / "carbon_parameters.csv").read_text(encoding="utf-8")
    path = tmp_path / "p.csv"
    path.write_bytes(text.replace("\n", "\r\n").encode("gb18030"))
    table = load_parameters(path)
    assert table.frame.loc[table.frame["species_code"] == "220", "species_zh"].item() == "马尾松"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"# id: x\n"])
def test_a_file_that_is_no_table_is_one_clear_error(tmp_path, content):
    path = tmp_path / "p.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        load_parameters(path)
    assert caught.value.code == "PARAMETERS_UNREADABLE"


def test_a_missing_file_is_one_clear_error(tmp_path):
    with pytest.raises(InputError, match="FILE_NOT_FOUND"):
        load_parameters(tmp_path / "none.csv")


def test_two_way_volume_of_the_checked_tree(parameters):
    row = np.array([parameters.equations.groups["chinese_fir"]])
    volume = parameters.equations.tree_volume_m3(row, np.array([20.0]), np.array([15.0]))
    assert volume[0] == pytest.approx(0.2326, abs=5e-5)


def test_a_volume_equation_with_a_slipped_digit_is_refused(ranges):
    frame = read_rows(FOLDER / "volume_equations.csv")[0]
    frame.loc[0, "a"] = "7.06094e-4"
    with pytest.raises(InputError, match="PARAMETERS_INVALID"):
        VolumeEquations.from_rows(frame, {"tree_volume_m3": (0.1, 0.5)})


def test_the_error_table_needs_every_component():
    frame, meta = read_rows(FOLDER / "errors.csv")
    table = ErrorTable.from_rows(frame, meta)
    assert table.size["boundary"] == pytest.approx(5 / 1.6448536, rel=1e-6)
    frame.loc[frame["component"] == "survey", "kind"] = "sometimes"
    frame = frame[frame["component"] != "recode"]
    with pytest.raises(InputError) as caught:
        ErrorTable.from_rows(frame, meta)
    assert "survey.kind" in caught.value.values["problems"]
    assert "recode: -" in caught.value.values["problems"]


@pytest.mark.parametrize(
    "table",
    [
        "errors.csv",
        "bamboo_culms.csv",
        "volume_equations.csv",
        "sink_limits.csv",
        "parameter_ranges.csv",
        "plausibility.csv",
    ],
)
def test_side_tables_need_a_source_for_every_value(tmp_path, table):
    rows, _ = read_rows(resources_dir() / "parameters" / table)
    for edited, problem in ((rows.drop(columns="source"), "source: -"), (rows.assign(source=""), ".source: empty")):
        (tmp_path / table).write_text(edited.to_csv(index=False), encoding="utf-8")
        with pytest.raises(InputError) as caught:
            load_parameters(tmp_path)
        assert caught.value.code == "PARAMETERS_INVALID"
        assert problem in caught.value.values["problems"]
        assert caught.value.values["count"] == (1 if problem == "source: -" else len(rows))


def test_a_range_that_ends_before_it_begins_is_refused(tmp_path):
    rows, _ = read_rows(resources_dir() / "parameters" / "parameter_ranges.csv")
    rows.loc[0, ["low", "high"]] = rows.loc[0, ["high", "low"]].to_numpy()
    (tmp_path / "parameter_ranges.csv").write_text(rows.to_csv(index=False), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        load_parameters(tmp_path)
    assert caught.value.code == "PARAMETERS_INVALID"
    assert caught.value.values["count"] == 1

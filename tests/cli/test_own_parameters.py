"""Every table behind a number can be replaced with one file, by the option that users have."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest

from sanming_carbon_plugin.cli import main
from sanming_carbon_plugin.paths import resources_dir

from .layers import read_rows, stand, write_stands

PACKAGED = resources_dir() / "parameters"
PERIOD = "2016-01-01/2020-12-31"


def edited(target, table, rows, **changes):
    """A copy of a packaged table with cells changed where its first column is ``rows``."""
    lines = (PACKAGED / table).read_text(encoding="utf-8").splitlines(keepends=True)
    head = [line for line in lines if line.startswith("#")]
    frame = pd.read_csv(io.StringIO("".join(lines[len(head) :])), dtype=str, keep_default_na=False)
    chosen = frame.iloc[:, 0].isin(rows)
    assert chosen.any()
    for name, value in changes.items():
        frame.loc[chosen, name] = str(value)
    head = [line.replace("# version: 1", "# version: own") for line in head]
    target.write_text("".join(head) + frame.to_csv(index=False), encoding="utf-8")
    return target


@pytest.fixture(scope="module")
def layers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("三明 参数")
    species = ["220", "310", "660"]
    now = [stand(i, YOU_SHI_SZ=code, HUO_LMGQXJ=120.0, MEI_GQ_ZS="3300") for i, code in enumerate(species)]
    then = [stand(i, YOU_SHI_SZ=code, HUO_LMGQXJ=100.0, MEI_GQ_ZS="3000") for i, code in enumerate(species)]
    extra = {"MEI_GQ_ZS": None}
    return write_stands(folder / "now.gpkg", now, extra=extra), write_stands(folder / "then.gpkg", then, extra=extra)


@pytest.fixture(scope="module")
def assess(layers, tmp_path_factory):
    def run(*options):
        out = tmp_path_factory.mktemp("out") / "r.gpkg"
        given = [
            "assess",
            str(layers[0]),
            "--earlier",
            str(layers[1]),
            "--period",
            PERIOD,
            "--survey-method",
            "plot,plot",
        ]
        assert main([*given, "--out", str(out), *map(str, options)]) == 0
        return read_rows(out, "stands"), read_rows(out, "run")[0], {row["code"] for row in read_rows(out, "issues")}

    return run


@pytest.fixture(scope="module")
def usual(assess):
    return assess()


def half(row):
    return (row["sink_high_tco2e_yr"] - row["sink_low_tco2e_yr"]) / 2


def test_factors_of_a_species(assess, usual, tmp_path):
    """Half the wood density halves stock and sink of pine; fir and bamboo stay."""
    own = edited(
        tmp_path / "参数 表.csv", "carbon_parameters.csv", ["220"], D_t_m3=0.19, a_t_m3="", b_t_ha="", ab_from_m3_ha=""
    )
    stands, record, _ = assess("--parameters", own)
    for name in ("stock_tco2e", "sink_tco2e_yr"):
        shares = [new[name] / old[name] for new, old in zip(stands, usual[0], strict=True)]
        assert shares == pytest.approx([0.5, 1.0, 1.0])
    said = json.loads(record["rules"])["parameters"]
    assert (said["version"], len(said["sha256"])) == ("own", 64)
    assert json.loads(record["rules"])["errors"]["sha256"] is None


@pytest.mark.parametrize(("kind", "span"), [("one_sd", 1.0), ("half_width_90", 1.6448536), ("half_width_95", 1.959964)])
def test_sizes_of_the_errors_and_their_kind(assess, usual, tmp_path, kind, span):
    """The same number means less as a half width: 0.2 as ``one_sd`` is twice the usual 0.1."""
    own = edited(tmp_path / "e.csv", "errors.csv", ["stand_volume"], value=0.1 * span, kind=kind)
    stands, record, _ = assess("--parameters", own)
    for new, old in zip(stands, usual[0], strict=True):
        assert new["sink_tco2e_yr"] == old["sink_tco2e_yr"]
        assert half(new) == pytest.approx(half(old), rel=1e-6)
    assert json.loads(record["rules"])["errors"]["version"] == "own"
    wider = edited(tmp_path / "w.csv", "errors.csv", ["stand_volume"], value=0.2 * span, kind=kind)
    assert half(assess("--parameters", wider)[0][0]) > 1.5 * half(usual[0][0])


def test_the_kind_of_the_error_of_a_parameter_counts(assess, usual, tmp_path):
    own = edited(tmp_path / "k.csv", "carbon_parameters.csv", ["220"], cv_kind="half_width_95")
    stands, _, _ = assess("--parameters", own)
    assert half(stands[0]) < half(usual[0][0])
    assert half(stands[1]) == pytest.approx(half(usual[0][1]))


def test_every_other_table(assess, usual, tmp_path):
    culms = edited(tmp_path / "culms.csv", "bamboo_culms.csv", ["660"], kg_per_culm=32.4)
    assert culms.read_text(encoding="utf-8").count("32.4") == 3
    bands = edited(tmp_path / "bands.csv", "plausibility.csv", ["pine"], high_tco2e_ha_yr=0.01, low_tco2e_ha_yr=0)
    _, record, codes = assess("--parameters", bands)
    assert "SINK_ABOVE_BAND_UNSURE" in codes - usual[2] or "SINK_ABOVE_BAND" in codes - usual[2]
    assert list(json.loads(record["rules"])["own_tables"]) == ["plausibility.csv"]
    limits = edited(tmp_path / "limits.csv", "sink_limits.csv", ["cover_needed_share"], value=1.5)
    stands, record, _ = assess("--parameters", limits)
    assert {row["sink_basis"] for row in stands} == {"none"}
    assert list(json.loads(record["rules"])["own_tables"]) == ["sink_limits.csv"]


def test_a_folder_with_several_copies(assess, usual, tmp_path):
    folder = tmp_path / "我的 参数"
    folder.mkdir()
    edited(folder / "carbon_parameters.csv", "carbon_parameters.csv", ["310"], CF=0.416)
    edited(folder / "errors.csv", "errors.csv", ["survey"], value=0)
    stands, record, _ = assess("--parameters", folder)
    assert stands[1]["stock_tco2e"] == pytest.approx(usual[0][1]["stock_tco2e"] * 0.8)
    assert half(stands[0]) < half(usual[0][0])
    assert {json.loads(record["rules"])[name]["version"] for name in ("parameters", "errors")} == {"own"}


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("/nope.csv", None, "FILE_NOT_FOUND"),
        ("empty", "folder", "PARAMETERS_FOLDER"),
        ("bad.csv", "component,value\nsurvey,x\n", "PARAMETERS_INVALID"),
        ("other.csv", "a,b\n1,2\n", "PARAMETERS_INVALID"),
    ],
)
def test_what_is_no_table_is_one_clear_line(layers, tmp_path, capsys, name, content, code):
    given = name if name.startswith("/") else tmp_path / name
    if content == "folder":
        given.mkdir()
    elif content is not None:
        given.write_text(content, encoding="utf-8")
    out = tmp_path / "r.gpkg"
    assert main(["assess", str(layers[0]), "--out", str(out), "--parameters", str(given)]) == 3
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith(f"error[{code}]: ")
    assert "Errno" not in last
    assert not out.exists()

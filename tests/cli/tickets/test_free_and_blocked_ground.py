"""Double counting by itself: free and blocked ground of a layer, and refused periods and parcels."""

from __future__ import annotations

import sqlite3

import numpy as np
import pytest

from sanming_carbon_plugin.adapters.geopackage import read_geopackage_table
from sanming_carbon_plugin.adapters.jobs.request import LayerSource

from ..layers import write_credited
from ..sample_run import SAMPLE
from .ticket_runs import PERIOD, failure


def guard(run, out, *more):
    return run("doublecount", SAMPLE / "stands.gpkg", "--credited", SAMPLE / "credited.gpkg", "--out", out, *more)


def test_free_and_blocked_ground_make_up_the_candidates(run, tmp_path):
    out = tmp_path / "g.gpkg"
    status, counts, _ = guard(run, out, "--period", PERIOD, "--period", "2021-01-01/2025-12-31")
    assert status == 0
    rows = read_geopackage_table(out, "candidates")
    np.testing.assert_allclose(rows["free_ha"] + rows["blocked_ha"], rows["area_ha"], rtol=1e-9)
    np.testing.assert_allclose(rows["free_share"] + rows["blocked_share"], 1.0, rtol=1e-9)
    assert rows.groupby("period").size().tolist() == [1557, 1557]
    parts = read_geopackage_table(out, "parts")
    assert set(parts["state"]) == {"free", "blocked", "partly_free"}
    one_day = parts[parts["scheme_id"] == "VCS-9003"]
    assert set(one_day[one_day["period"] == PERIOD]["days"]) <= {1}
    assert int(counts["parts"]) == len(parts)
    assert int(counts["parts_not_drawn"]) > 0


def test_slivers_are_deducted_whether_they_are_drawn_or_not(run, tmp_path):
    _, all_drawn, _ = guard(run, tmp_path / "a.gpkg", "--period", PERIOD, "--show-from", "0")
    _, few_drawn, _ = guard(run, tmp_path / "b.gpkg", "--period", PERIOD, "--show-from", "0.2")
    assert all_drawn["free_ha"] == few_drawn["free_ha"]
    assert int(all_drawn["parts"]) > int(few_drawn["parts"])
    assert all_drawn["parts_not_drawn"] == "0"


@pytest.mark.parametrize(
    ("periods", "code"),
    [
        (("2020-12-31/2016-01-01",), "PERIOD_REVERSED"),
        (("2016-01-01/2099-12-31",), "PERIOD_IN_FUTURE"),
        (("2016-2020",), "PERIOD_INVALID"),
        ((PERIOD, "2020-12-31/2024-12-31"), "PERIODS_OVERLAP"),
    ],
)
def test_wrong_periods_are_one_clear_error(run, tmp_path, periods, code):
    out = tmp_path / "g.gpkg"
    assert failure(guard(run, out, *[part for period in periods for part in ("--period", period)])) == (2, code)
    assert not out.exists()


def test_wrong_credited_rows_are_one_clear_error(run, tmp_path):
    box = "POLYGON((39536000 2955000,39536100 2955000,39536100 2955100,39536000 2955100,39536000 2955000))"
    rows = {
        "TICKET_SCHEME_UNKNOWN": ("某机制", "X", "2016-01-01", "2020-12-31", box),
        "CREDITED_PERIOD_REVERSED": ("CCER", "X", "2020-12-31", "2016-01-01", box),
        "CREDITED_DATE_UNREADABLE": ("CCER", "X", "2016年", "2020-12-31", box),
    }
    for number, (code, row) in enumerate(rows.items()):
        layer = write_credited(tmp_path / f"c{number}.gpkg", [row])
        arguments = ("doublecount", SAMPLE / "stands.gpkg", "--credited", layer, "--period", PERIOD)
        assert failure(run(*arguments, "--out", tmp_path / "g.gpkg")) == (3, code)
        assert not (tmp_path / "g.gpkg").exists()


@pytest.mark.long
def test_columns_of_other_names_are_mapped_by_a_file(run, tmp_path):
    strange = tmp_path / "strange.gpkg"
    strange.write_bytes((SAMPLE / "credited.gpkg").read_bytes())
    with sqlite3.connect(strange) as file:
        file.execute('ALTER TABLE credited RENAME COLUMN period_start TO "kaishi"')
    arguments = ("doublecount", SAMPLE / "stands.gpkg", "--credited", strange, "--period", PERIOD)
    assert failure(run(*arguments, "--out", tmp_path / "a.gpkg")) == (3, "CREDITED_FIELD_MISSING")
    assert not (tmp_path / "a.gpkg").exists()
    mapping = tmp_path / "m.json"
    mapping.write_text('{"fields": {"period_start": ["kaishi"]}}', encoding="utf-8")
    _, mapped, _ = run(*arguments, "--credited-mapping", mapping, "--out", tmp_path / "a.gpkg")
    _, plain, _ = guard(run, tmp_path / "b.gpkg", "--period", PERIOD)
    assert mapped["free_ha"] == plain["free_ha"]
    for wrong, code in (('{"period_start": "none"}', "MAPPING_COLUMNS"), ('{"begin": "kaishi"}', "MAPPING_ROLES")):
        mapping.write_text(wrong, encoding="utf-8")
        finished = run(*arguments, "--credited-mapping", mapping, "--out", tmp_path / "c.gpkg")
        assert failure(finished) == (3, code)
        assert not (tmp_path / "c.gpkg").exists()


def test_layers_of_a_stand_source_are_read_by_name(run, tmp_path):
    source = LayerSource(str(SAMPLE / "stands.gpkg"), "stands")
    arguments = ("doublecount", source.path, "--layer", source.layer, "--credited", SAMPLE / "credited.gpkg")
    status, _, _ = run(*arguments, "--period", PERIOD, "--out", tmp_path / "a.gpkg")
    assert status == 0

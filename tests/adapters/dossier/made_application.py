"""A small application folder with all that an application can hold, written without the job that makes them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from sanming_carbon_plugin.adapters.geopackage import OutputTable, write_geopackage
from sanming_carbon_plugin.adapters.jobs import application_files as names
from sanming_carbon_plugin.adapters.profiles import load_profile, shipped_profiles
from sanming_carbon_plugin.core.stands.layer import FieldType
from sanming_carbon_plugin.core.tickets.shares import largest_remainder

HOLDERS = ("=cmd|' /C calc'!A0", "张三", "黄土岭村民委员会<b>&amp;")
YEARS, DEDUCTION, RISK = 5.0, 0.06, 0.01
SIDE_M = 200.0
RULES = load_profile().rule_set.rules


def made_application(folder: Path, *, count: int = 8, joint: bool = True) -> Path:
    """Write ``application.gpkg`` and ``application.json`` into ``folder``, which is made."""
    folder.mkdir(parents=True)
    tables = _tables(count, joint)
    content = {name: frame for name, (frame, _, _) in tables.items()}
    gpkg = folder / names.GEOPACKAGE
    layers = [
        OutputTable(name, columns, frame, shapes, None if shapes is None else _crs())
        for name, (frame, columns, shapes) in tables.items()
    ]
    write_geopackage(gpkg, layers)
    rows = {name: json.loads(frame.to_json(orient="records")) for name, frame in content.items()}
    rows["application"] = rows["application"][0]
    rows["run"] = _run()
    document = {"format": names.FORMAT, "format_version": names.FORMAT_VERSION, **rows}
    document["profile_file"] = json.loads(shipped_profiles()["sanming_ticket"].read_text(encoding="utf-8"))
    document["result_run"] = _run()
    document["files"] = [{"name": gpkg.name, "sha256": hashlib.sha256(gpkg.read_bytes()).hexdigest()}]
    (folder / names.JSON).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return folder


def _tables(count: int, joint: bool) -> dict[str, tuple[pd.DataFrame, dict[str, FieldType], np.ndarray | None]]:
    pieces, shapes = _pieces(count)
    left, left_shapes = _left_out(pieces)
    households = _households(pieces)
    whole = int(pieces["whole_t"].sum())
    parts = pieces[["piece", "stand_key", "certificate", "holder"]].assign(
        state=["blocked" if i % 4 == 3 else "free" for i in range(count)],
        reason=["credited_whole_period" if i % 4 == 3 else "not_credited" for i in range(count)],
        scheme=["CCER" if i % 4 == 3 else None for i in range(count)],
        scheme_id=["CCER-+1" if i % 4 == 3 else None for i in range(count)],
        date_from="2016-01-01", date_to="2020-12-31", days=1827, piece_share=1.0, area_ha=4.0, counts="yes",
    )  # fmt: skip
    overlaps = pd.DataFrame([{
        "piece": 1, "other_piece": 2, "stand_key": pieces["stand_key"][0], "other_stand_key": pieces["stand_key"][1],
        "certificate": "第1号", "other_certificate": "第2号", "piece_share": 0.01, "other_piece_share": 0.01,
        "area_ha": 0.04,
    }])  # fmt: skip
    uncertainty = pd.DataFrame(
        {
            "component": ["stand_volume_now", "survey_now", "wood_density"],
            "sd_tco2e_yr": [30.0, 22.5, 4.0],
            "share": [0.6, 0.3, 0.1],
        }
    )
    settings = pd.DataFrame(
        [
            {"name": name, "value": json.dumps(one.value), "source": one.source, "confidence": one.confidence}
            for name, one in load_profile().settings.items()
        ]
    )
    row = pd.DataFrame([_application(pieces, left, whole, joint)])
    run = pd.DataFrame([{"plugin_version": "0.1.0", "ended": "2026-02-03T04:05:06+08:00"}])
    tickets = pd.DataFrame({"face_t": [whole], "count": [1]})
    issues = pd.DataFrame({"code": ["TICKET_PROFILE_PROVISIONAL"], "message": ["made"], "message_zh": ["暂行"]})
    text = FieldType("text")
    outline = np.asarray([shapely.box(0, 0, 4, SIDE_M)], dtype=object)
    return {
        "pieces": (pieces, names.PIECE_COLUMNS, shapes),
        "left_out": (left, names.LEFT_OUT_COLUMNS, left_shapes),
        "parts": (parts, names.PART_COLUMNS, shapes),
        "overlaps": (overlaps, names.OVERLAP_COLUMNS, outline),
        "households": (households, names.HOUSEHOLD_COLUMNS, None),
        "tickets": (tickets, names.TICKET_COLUMNS, None),
        "rules": (_rules(pieces, left), names.RULE_COLUMNS, None),
        "uncertainty": (uncertainty, names.UNCERTAINTY_COLUMNS, None),
        "settings": (settings, names.SETTING_COLUMNS, None),
        "issues": (issues, dict.fromkeys(issues.columns, text), None),
        "application": (row, names.APPLICATION_COLUMNS, None),
        "run": (run, dict.fromkeys(run.columns, text), None),
    }


def _pieces(count: int) -> tuple[pd.DataFrame, np.ndarray]:
    number = np.arange(count)
    sink = 40.0 + 7.3 * number
    sink[1 % count] = -6.5
    share, free = np.where(number % 3 == 0, 1.0, 0.625), np.where(number % 4 == 3, 0.5, 1.0)
    net = sink * YEARS * share * free
    tonnes = np.where(net > 0, net * (1 - DEDUCTION) * (1 - RISK), net * (1 + DEDUCTION))
    frame = pd.DataFrame(
        {
            "piece": number + 1, "stand_key": [f"350428-199-202-0039-{i:05d}" for i in number], "county": "350428",
            "township": "199", "village": "202", "compartment": "0039", "stand_no": [f"{i:05d}" for i in number],
            "certificate": [f"将林证字(虚构)第{10000 + i}号" for i in number],
            "holder": [HOLDERS[i % 3] for i in number], "right": "林木所有权", "valid_to": "2055-12-31",
            "parcel": number // 3 + 1, "land_class": "arbor", "species_code": "220", "species_group": "pine",
            "composition": "10马", "origin": "planted", "forest_class": "commercial_general", "age_yr": 21.0,
            "age_group": 3, "closure": 0.7, "dbh_cm": 15.5, "height_m": 12.25, "survey_method": "plot",
            "survey_date": "2020-11-05", "sink_basis": "measured", "stand_area_ha": 4.0, "volume_m3_ha": 130.5,
            "volume_earlier_m3_ha": 98.25, "increment_m3_ha_yr": 6.45, "stock_tco2e": 800.0,
            "stock_earlier_tco2e": 600.0, "sink_tco2e_yr": sink, "sink_low_tco2e_yr": sink - 20,
            "sink_high_tco2e_yr": sink + 20, "baseline_tco2e_yr": 0.0, "area_ha": 4.0 * share,
            "area_mu": 60.0 * share, "stand_share": share, "free_share": free, "net_tco2e": net,
            "low_tco2e": net - 100 * share, "high_tco2e": net + 100 * share, "tonnes_tco2e": tonnes,
            "whole_t": largest_remainder(tonnes, int(tonnes.sum())), "outcome": "yes",
            "ticket_rules": ";".join(f"{rule.id}+" for rule in RULES),
        }
    )  # fmt: skip
    shapes = [shapely.box(x, 0, x + SIDE_M, SIDE_M) for x in (number * SIDE_M + (number // 3) * 60.0)]
    return frame, _placed(shapes)


def _left_out(pieces: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    reasons = ["stand_fails", "stand_unknown", "expired"]
    left = pieces.head(3).assign(
        piece=np.arange(3) + 1 + len(pieces), whole_t=0, outcome=["no", "unknown", "no"], reason=reasons,
        stand_key=[f"350428-199-202-0040-{i:05d}" for i in range(3)],
        neighbour=["yes", "no", "no"], missing=[None, "closure", None],
    )  # fmt: skip
    left.loc[1, ["closure", "net_tco2e", "tonnes_tco2e"]] = np.nan
    shapes = [shapely.box(i * SIDE_M, SIDE_M, (i + 1) * SIDE_M, 2 * SIDE_M) for i in range(3)]
    return left, _placed(shapes)


def _households(pieces: pd.DataFrame) -> pd.DataFrame:
    sums = pieces.groupby("holder")[["area_ha", "area_mu", "tonnes_tco2e", "whole_t"]].sum().reset_index()
    positive = sums["tonnes_tco2e"].clip(lower=0)
    return sums.assign(authorised="yes", income_weight=np.nan, income_share=positive / positive.sum())


def _rules(pieces: pd.DataFrame, left: pd.DataFrame) -> pd.DataFrame:
    seen = {"closure": (">=", "0.7", "0.2", 0.5), "height_m": (">=", "12.25", "2.0", 10.25)}
    rows = []
    for key, fails in [*((key, False) for key in pieces["stand_key"]), *((key, True) for key in left["stand_key"])]:
        for rule in RULES:
            field = {"CANOPY": "closure", "HEIGHT": "height_m"}.get(rule.id, "measured_at_both_dates")
            op, value, threshold, distance = seen.get(field, ("==", "yes", "yes", None))
            outcome = "fail" if fails and rule.id == "CANOPY" else "pass"
            rows.append({
                "stand_key": key, "rule": rule.id, "kind": rule.kind, "title": rule.title, "title_zh": rule.title_zh,
                "outcome": outcome, "field": field, "op": op, "value": value, "threshold": threshold,
                "distance": distance, "source": rule.source, "confidence": rule.confidence,
                "stand_wide": "no" if rule.id in {"FREE", "DISPUTE"} else "yes",
            })  # fmt: skip
    return pd.DataFrame(rows)


def _application(pieces: pd.DataFrame, left: pd.DataFrame, whole: int, joint: bool) -> dict[str, object]:
    profile = load_profile()
    net, total = float(pieces["net_tco2e"].sum()), float(pieces["tonnes_tco2e"].sum())
    return {
        "kind": "joint" if joint else "holder", "applicant": "黄土岭村集体" if joint else HOLDERS[0],
        "village": "202", "outcome": "yes", "failed_rules": "", "period_start": "2016-01-01",
        "period_end": "2020-12-31", "days": 1827, "years": YEARS, "pieces": len(pieces), "stands": len(pieces),
        "parcels": int(pieces["parcel"].max()), "holders": 3, "left_out": len(left), "left_out_neighbours": 1,
        "area_ha": float(pieces["area_ha"].sum()), "area_mu": float(pieces["area_mu"].sum()),
        "free_ha": float((pieces["area_ha"] * pieces["free_share"]).sum()),
        "blocked_ha": float((pieces["area_ha"] * (1 - pieces["free_share"])).sum()),
        "sink_tco2e_ha_yr": 9.1, "net_tco2e": net, "net_low_tco2e": net * 0.9, "net_high_tco2e": net * 1.1,
        "relative_error": 0.1, "relative_error_base": "increment", "relative_error_from": "components",
        "deduction": DEDUCTION, "risk_share": RISK, "total_tco2e": total, "low_tco2e": total * 0.9,
        "high_tco2e": total * 1.1, "whole_t": whole, "left_t": 0, "loss_treatment": "net",
        "loss_bias_tco2e": float("nan"), "tenure_evidence": "proved", "profile_id": profile.id,
        "profile_version": profile.version, "profile_status": profile.status, "profile_sha256": profile.fingerprint(),
        "profile_title": profile.title, "profile_title_zh": profile.title_zh, "profile_scheme": profile.scheme,
        "parameters_id": "sanming-carbon-parameters", "parameters_version": "1", "parameters_status": "provisional",
        "result_file": "result.gpkg", "result_sha256": "ab" * 32, "result_ended": "2026-02-03T04:05:06+08:00",
        "crs": "EPSG:4527", "plugin_version": "0.1.0", "made": "2026-02-04T09:00:00+08:00",
        "notice": "Provisional: the official text was not at hand.",
        "notice_zh": "暂行：未取得正式文本，兑付前须逐项核对。",
    }  # fmt: skip


def _run() -> dict[str, object]:
    rules = {"id": "sanming_ticket", "version": "1", "status": "provisional", "sha256": "cd" * 32}
    return {
        "plugin_version": "0.1.0", "versions": {"plugin": "0.1.0", "gdal": "3.6.2", "qgis": ""},
        "inputs": {
            "stands": {"source": "stands.gpkg", "sha256": "01" * 32},
            "earlier": None,
            "credited": [{"source": "credited.gpkg", "sha256": "02" * 32}],
            "rasters": {"dem": {"source": "dem.tif", "sha256": "03" * 32}},
        },
        "rules": {"profile": rules, "parameters": {**rules, "id": "sanming-carbon-parameters", "sha256": None},
                  "rules": [{**rules, "id": "sanming_pine_transformation"}]},
        "options": {}, "seed": 0, "started": "2026-02-03T04:05:05+08:00", "ended": "2026-02-03T04:05:06+08:00",
    }  # fmt: skip


def _placed(shapes: list[shapely.Geometry]) -> np.ndarray:
    """Into zone 39 of the three-degree grid, near Jiangle."""
    placed = np.empty(len(shapes), dtype=object)
    placed[:] = [shapely.affinity.translate(shape, 39545000.0, 2956000.0) for shape in shapes]
    return placed


def _crs() -> str:
    from osgeo import osr

    reference = osr.SpatialReference()
    reference.ImportFromEPSG(4527)
    return str(reference.ExportToWkt(["FORMAT=WKT2"]))

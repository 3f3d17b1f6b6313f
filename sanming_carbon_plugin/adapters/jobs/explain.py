"""Why a stand is what it is: every rule with its outcome, value, threshold and source."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from ...core.classes.explanation import explain_stand
from ...core.errors import InputError
from ..geopackage import read_geopackage_table
from ..profiles import load_profile
from ..rule_files import load_rule_sets
from ..words import word

_FIGURES = (
    "area_ha", "species_code", "species_group", "volume_m3_ha", "carbon_tc_ha", "stock_tco2e", "stock_alt_tco2e",
    "sink_tco2e_yr", "sink_low_tco2e_yr", "sink_high_tco2e_yr", "sink_basis", "pine_transform", "pine_technique",
    "reserve_forest", "reserve_mode", "ticket", "ticket_tco2e", "measure",
)  # fmt: skip


def explain(result: Path, stand_key: str) -> dict[str, object]:
    """What a result says of one stand, with every rule.

    Raises
    ------
    InputError
        Where the result cannot be read or has no such stand.
    """
    row = _row(result, "stands", stand_key)
    facts = _row(result, "facts", stand_key)
    joined = pd.concat([row, facts.drop(columns="stand_key")], axis=1).set_index("stand_key")
    sets = [*load_rule_sets(None), load_profile(None).rule_set]
    issues = read_geopackage_table(result, "issues", {"stand_key": stand_key})
    return {
        "stand_key": stand_key,
        "figures": {name: _value(row[name].iloc[0]) for name in _FIGURES if name in row.columns},
        "rules": [
            {"rule_set": rule_set.id, "status": rule_set.status, **record}
            for rule_set in sets
            for record in explain_stand(rule_set, joined)
        ],
        "issues": [
            {name: _value(value) for name, value in zip(issues.columns, values, strict=True)}
            for values in issues.drop(columns=["geom"], errors="ignore").itertuples(index=False)
        ],
    }


def _row(result: Path, table: str, stand_key: str) -> pd.DataFrame:
    found = read_geopackage_table(result, table, {"stand_key": stand_key})
    if len(found) == 0:
        raise InputError("STAND_NOT_FOUND", path=result, stand_key=stand_key)
    return found.reset_index(drop=True)


def _value(value: object) -> object:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    return value.item() if hasattr(value, "item") else value


def explanation_text(explanation: dict[str, object], language: str) -> str:
    """The explanation as lines for a terminal."""
    lines = [str(explanation["stand_key"])]
    for name, value in explanation["figures"].items():
        shown = word("report", "unknown", language) if value is None else value
        lines.append(f"  {word('column', name, language)}: {shown}")
    mark = {"pass": "+", "fail": "-", "unknown": "?"}
    for rule in explanation["rules"]:
        title = rule.get("title_zh" if language == "zh" else "title_en") or rule["rule"]
        lines.append(
            f"  {mark.get(rule['outcome'], '?')} {rule['rule']} {title}: {rule.get('value')} / {rule.get('threshold')}"
            f" ({rule.get('distance')}) [{rule.get('source')}; {rule.get('confidence')}]"
        )
    for issue in explanation["issues"]:
        lines.append(f"  ! {issue['code']} {issue['message_zh' if language == 'zh' else 'message']}")
    return "\n".join(lines)

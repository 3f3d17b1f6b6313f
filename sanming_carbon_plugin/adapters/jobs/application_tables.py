"""The tables of an application, put together from what the core found."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import shapely

from ...about import version
from ...core.carbon.uncertainty import SinkErrors, contributions, weighted
from ...core.classes.explain import explain_stand
from ...core.issues import join_issues, layer_issue, stand_issues
from ...core.tickets.applications import Application
from ...core.tickets.eligibility import TicketCheck, missing_evidence
from ...core.tickets.households import Household
from ...core.tickets.profiles import Profile
from ...core.tickets.tenure_pieces import TenurePieces, rules_of_pieces
from ...core.tickets.tonnes import baseline_tco2e_yr, bias_of_dropping_losses
from ...core.tickets.total_error import WIDEST
from ...core.units import mu_from_hectares
from ..crs import authority
from ..messages import render_issues
from .run_record import now
from .ticket_guard import days_of
from .ticket_result import TicketResult

_WHAT_DECIDES = {
    "term_unknown": "valid_to",
    "dispute_unknown": "disputed",
    "certificate_missing": "certificate",
    "right_unknown": "right",
    "not_authorised": "household_authorisation",
    "sink_unknown": "sink_tco2e_yr",
}


@dataclass(frozen=True)
class MadeApplication:
    """An application with all that explains it.

    Attributes
    ----------
    facts
        The stands on the ground of the applicants as they were judged, indexed by ``stand_key``.
    cut
        All pieces there, and what the guard found among them.
    check
        The stands' own eligibility.
    errors
        Error components of these stands, None where the result holds none.
    """

    application: Application
    members: Sequence[Household]
    profile: Profile
    facts: pd.DataFrame
    cut: TenurePieces
    check: TicketCheck
    errors: SinkErrors | None
    result: TicketResult
    village: str | None

    @property
    def own(self) -> pd.DataFrame:
        """Pieces that count and the others, with their number ``piece`` from 1."""
        both = pd.concat([self.application.pieces, self.application.left_out], ignore_index=True)
        return both.assign(piece=np.arange(1, len(both) + 1))


def piece_tables(made: MadeApplication) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pieces that count, and pieces left out, each with what is known of its stand."""
    own = made.own
    check, profile = made.check, made.profile
    of_stand = made.facts.assign(
        stand_area_ha=made.facts["area_ha"],
        baseline_tco2e_yr=baseline_tco2e_yr(made.facts, profile),
        ticket_missing=missing_evidence(check.evaluation, check.outcomes, profile, rules_of_pieces(profile)),
    )
    stand = of_stand.drop(columns=own.columns, errors="ignore").loc[own["stand_key"]].reset_index(drop=True)
    frame = pd.concat([own.rename(columns={"tonnes": "tonnes_tco2e"}), stand], axis=1)
    frame["area_mu"] = mu_from_hectares(frame["area_ha"].to_numpy(dtype=np.float64))
    frame["parcel"] = frame["parcel"] + 1
    counts = frame["piece"] <= len(made.application.pieces)
    frame["neighbour"] = np.where(frame["neighbour"].isin([True]), "yes", "no")
    frame["whole_t"] = frame["whole_t"].fillna(0).astype(np.int64)
    decides = frame["reason"].map(_WHAT_DECIDES).astype(object)
    unsure = frame["reason"] == "stand_unknown"
    missing = decides.where(~unsure, frame["ticket_missing"])
    frame["missing"] = missing.where(missing.notna(), None)
    return frame[counts], frame[~counts]


def part_table(made: MadeApplication) -> pd.DataFrame:
    """The pieces cut by what others have credited, with ``geometry``."""
    own = made.own.set_index("row")
    parts = made.cut.double_count.pieces
    rows = parts["stand_key"].astype(np.int64).to_numpy()
    mine = np.isin(rows, own.index)
    parts, piece = parts[mine].reset_index(drop=True), own.loc[rows[mine]].reset_index(drop=True)
    share = shapely.area(parts["geometry"].to_numpy(dtype=object)) / shapely.area(
        piece["geometry"].to_numpy(dtype=object)
    )
    return pd.DataFrame(
        {
            "piece": piece["piece"],
            "stand_key": piece["stand_key"],
            "certificate": piece["certificate"],
            "holder": piece["holder"],
            "state": parts["state"],
            "reason": parts["reason"],
            "scheme": parts["scheme"],
            "scheme_id": parts["scheme_id"].where(parts["scheme"] != "this_application", None),
            "date_from": parts["from"],
            "date_to": parts["to"],
            "days": days_of(parts),
            "piece_share": share,
            "area_ha": piece["area_ha"] * share,
            "counts": np.where(piece["piece"] <= len(made.application.pieces), "yes", "no"),
            "geometry": parts["geometry"],
        }
    )


def overlap_table(made: MadeApplication) -> pd.DataFrame:
    """Ground that two pieces claim, at least one of them of this application, with ``geometry``."""
    own = made.own.set_index("row")
    found = made.cut.double_count.overlaps
    one, other = (found[name].astype(np.int64).to_numpy() for name in ("stand_key", "other_key"))
    swap = ~np.isin(one, own.index)
    first, second = np.where(swap, other, one), np.where(swap, one, other)
    mine = np.isin(first, own.index)
    first, second, found, swap = first[mine], second[mine], found[mine].reset_index(drop=True), swap[mine]
    piece = own.loc[first].reset_index(drop=True)
    beside = made.cut.pieces.set_index("row").loc[second].reset_index(drop=True)
    number = own["piece"].reindex(second).to_numpy(dtype=np.float64)
    share = np.where(swap, found["other_share"], found["share"])
    return pd.DataFrame(
        {
            "piece": piece["piece"],
            "other_piece": number,
            "stand_key": piece["stand_key"],
            "other_stand_key": beside["stand_key"],
            "certificate": piece["certificate"],
            "other_certificate": beside["certificate"],
            "piece_share": share,
            "other_piece_share": np.where(swap, found["share"], found["other_share"]),
            "area_ha": piece["area_ha"].to_numpy() * share,
            "geometry": found["geometry"],
        }
    )


def household_table(made: MadeApplication) -> pd.DataFrame:
    """One row for each holder of the application."""
    table = made.application.households
    weights = {member.holder.strip(): member.income_weight for member in made.members}
    return table.assign(
        income_weight=pd.Series([weights.get(name) for name in table["holder"]], dtype=np.float64),
        authorised=np.where(table["authorised"], "yes", "no"),
        area_mu=mu_from_hectares(table["area_ha"].to_numpy(dtype=np.float64)),
    ).rename(columns={"tonnes": "tonnes_tco2e"})


def rule_table(made: MadeApplication) -> pd.DataFrame:
    """The rules of the profile for each stand of the application."""
    allowed = None if np.isnan(made.application.error.relative) else "no"
    allowed = "yes" if not np.isnan(made.application.deduction) else allowed
    facts = made.facts.assign(error_allowed=np.full(len(made.facts), allowed, dtype=object))
    of_pieces = rules_of_pieces(made.profile)
    rows = []
    for key in dict.fromkeys(made.own["stand_key"]):
        for record in explain_stand(made.profile.rule_set, facts.loc[[key]]):
            shown = {name: _as_text(record[name]) for name in ("value", "threshold")}
            wide = "no" if record["rule"] in of_pieces else "yes"
            rows.append({"stand_key": key, **record, **shown, "stand_wide": wide})
    return pd.DataFrame(rows)


def uncertainty_table(made: MadeApplication) -> pd.DataFrame:
    """What makes the error of the total, the largest first."""
    if made.errors is None:
        return pd.DataFrame({name: [] for name in ("component", "sd_tco2e_yr", "share")})
    pieces = made.application.pieces
    share = (pieces["stand_share"] * pieces["free_share"]).groupby(pieces["stand_key"]).sum()
    weight = share.reindex(made.facts.index, fill_value=0.0).to_numpy(dtype=np.float64)
    group = np.where(weight > 0, 0, -1).astype(np.int64)
    found = contributions(weighted(made.errors, weight), group, 1)
    found = found[found["sd_tco2e_yr"] != 0].sort_values("share", ascending=False, kind="stable", ignore_index=True)
    return found[["component", "sd_tco2e_yr", "share"]]


def setting_table(profile: Profile) -> pd.DataFrame:
    """The settings of a profile with their sources."""
    rows = [
        (name, json.dumps(one.value, ensure_ascii=False), one.source, one.confidence)
        for name, one in profile.settings.items()
    ]
    return pd.DataFrame(rows, columns=["name", "value", "source", "confidence"])


def ticket_table(application: Application) -> pd.DataFrame:
    """Tickets of each face value."""
    rows = list(application.tickets.items())
    return pd.DataFrame(rows, columns=["face_t", "count"]).astype(np.int64)


def application_issues(made: MadeApplication) -> pd.DataFrame:
    """Doubts about the layer, the stands of the application, and the application as a whole."""
    own, application = made.own, made.application
    issues = made.check.stage.issues
    kept = issues[issues["stand_key"].isna() | issues["stand_key"].isin(set(own["stand_key"]))]
    parts = [kept]
    for name, rows in own.groupby("holder", sort=True):
        villages = sorted(set(rows["village"].dropna()))
        if len(villages) > 1:
            parts.append(layer_issue("APPLICATION_HOLDER_IN_VILLAGES", None, name, villages=", ".join(villages)))
    parts += [layer_issue("APPLICATION_GROUP_RULE_FAILED", None, rule) for rule in application.failed_rules]
    if application.error.source == WIDEST:
        parts.append(layer_issue("APPLICATION_ERROR_WIDEST"))
    overlaps = overlap_table(made)
    parts += [
        stand_issues(
            "APPLICATION_OVERLAP", [row.stand_key], None, [row.other_stand_key], certificate=row.other_certificate
        )
        for row in overlaps.itertuples()
    ]
    return join_issues(parts)


def notices(made: MadeApplication) -> dict[str, str]:
    """What must stand on every paper: that the profile is provisional; empty for an official one."""
    if not made.profile.provisional:
        return {"notice": "", "notice_zh": ""}
    issue = layer_issue("TICKET_PROFILE_PROVISIONAL", None, made.profile.id, version=made.profile.version)
    words = render_issues(issue).iloc[0]
    return {"notice": str(words["message"]), "notice_zh": str(words["message_zh"])}


def application_row(made: MadeApplication) -> dict[str, object]:
    """The one row of the table ``application``."""
    application, profile = made.application, made.profile
    pieces, left = application.pieces, application.left_out
    return {
        "kind": application.kind,
        "applicant": application.applicant,
        "village": made.village,
        "outcome": application.outcome,
        "failed_rules": ";".join(application.failed_rules) or None,
        **_period(application.period.start, application.period.end, application.period.days, application.period.years),
        "pieces": len(pieces),
        "stands": int(pieces["stand_key"].nunique()),
        "parcels": int(pieces["parcel"].nunique()),
        "holders": int(pieces["holder"].nunique()),
        "left_out": len(left),
        "left_out_neighbours": int(left["neighbour"].sum()),
        **_areas(pieces),
        **_tonnes(application, profile),
        "sink_tco2e_ha_yr": _mean_sink(made),
        "loss_treatment": profile.value("loss_treatment"),
        "loss_bias_tco2e": _loss_bias(made),
        # Whatever suffices to screen stands: each piece of an application stands on a certificate of its own.
        "tenure_evidence": "proved",
        "profile_id": profile.id,
        "profile_version": profile.version,
        "profile_status": profile.status,
        "profile_sha256": profile.fingerprint(),
        "profile_title": profile.title,
        "profile_title_zh": profile.title_zh,
        "profile_scheme": profile.scheme,
        **_parameters(made.result.run),
        "result_file": made.result.path.name,
        "result_sha256": made.result.sha256,
        "result_ended": str(made.result.run.get("ended")),
        "crs": authority(made.result.layer.crs_wkt) if made.result.layer.crs_wkt else None,
        "plugin_version": version(),
        "made": now(),
        **notices(made),
    }


def _period(start: date, end: date, days: int, years: float) -> dict[str, object]:
    return {"period_start": start.isoformat(), "period_end": end.isoformat(), "days": days, "years": years}


def _areas(pieces: pd.DataFrame) -> dict[str, object]:
    area_ha = float(pieces["area_ha"].sum())
    free_ha = float((pieces["area_ha"] * pieces["free_share"]).sum())
    return {
        "area_ha": area_ha,
        "area_mu": float(mu_from_hectares(area_ha)),
        "free_ha": free_ha,
        "blocked_ha": area_ha - free_ha,
    }


def _tonnes(application: Application, profile: Profile) -> dict[str, object]:
    net, low, high = application.net_tco2e
    return {
        "net_tco2e": net,
        "net_low_tco2e": low,
        "net_high_tco2e": high,
        "relative_error": application.error.relative,
        "relative_error_base": application.error.base,
        "relative_error_from": application.error.source,
        "deduction": application.deduction,
        "risk_share": profile.number("risk_share"),
        "total_tco2e": application.total_tco2e,
        "low_tco2e": application.low_tco2e,
        "high_tco2e": application.high_tco2e,
        "whole_t": application.whole_t,
        "left_t": application.left_t,
    }


def _mean_sink(made: MadeApplication) -> float:
    """Yearly sink per hectare of the free ground that counts, before any baseline."""
    pieces = made.application.pieces
    sink = made.facts["sink_tco2e_yr"].reindex(pieces["stand_key"]).to_numpy(dtype=np.float64)
    free_ha = float((pieces["area_ha"] * pieces["free_share"]).sum())
    total = float((sink * (pieces["stand_share"] * pieces["free_share"]).to_numpy()).sum())
    return total / free_ha if free_ha > 0 else float("nan")


def _loss_bias(made: MadeApplication) -> float:
    """Tonnes over the period that leaving out stands that lost adds by noise alone; NaN where they are netted."""
    if made.profile.value("loss_treatment") != "drop":
        return float("nan")
    stands = made.facts.index.isin(set(made.own["stand_key"]))
    return bias_of_dropping_losses(made.facts, stands) * made.application.period.years


def _parameters(run: Mapping[str, object]) -> dict[str, object]:
    rules = run.get("rules")
    told = rules.get("parameters", {}) if isinstance(rules, dict) else {}
    return {f"parameters_{name}": told.get(name) for name in ("id", "version", "status")}


def _as_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, float):
        return f"{value:.10g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

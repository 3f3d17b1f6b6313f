"""Growth of the user's own stands: curves by species group and site class, and stands moved along them.

Curves from one survey compare stands of different ages on different ground. Good sites are felled first, so
old stands are those of poor sites and the curve flattens too early; re-measured stands are free of that and
go first where there are enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError
from ..issues import join_issues, layer_issue, stand_issues
from ..stage import StageResult
from .account import StandAccount, numbers, open_account, open_bamboo_part, texts
from .growth_data import GrowthRules, SurveyedStands, enough, hold_out, likely, lots, refuse_few, with_held_ends
from .growth_models import FittedShape
from .parameters import FAMILY_VOLUME, FloatArray, IntArray, ParameterTable, TextArray

ALL_SITES = 0
REMEASURED, CROSS_SECTION = "remeasured", "cross_section"
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class GrowthCurve:
    """A fitted curve and what a reader must know about it.

    Attributes
    ----------
    group, site_class
        What it was fitted to; site class 0 means all sites, 1 the poorest.
    basis
        ``remeasured`` or ``cross_section``.
    stands, stands_by_age
        Number of stands used, in all and per class of ten years.
    age_from_yr, age_to_yr
        Range of ages behind the curve.
    left_out
        Stands far from all others of their age, or nearly alone at an end of the ages; not used.
    hold_out_rmse, hold_out_bias
        Error of the yearly increment (m³/ha·yr) of re-measured stands left out of the fit; NaN without any.
    hold_out_share
        That error by the mean measured increment.
    hold_out_stands
        Number of re-measured stands behind it.
    """

    group: str
    site_class: int
    fitted: FittedShape
    basis: str
    stands: int
    stands_by_age: dict[int, int]
    age_from_yr: float
    age_to_yr: float
    left_out: int = 0
    hold_out_rmse: float = np.nan
    hold_out_bias: float = np.nan
    hold_out_share: float = np.nan
    hold_out_stands: int = 0

    def ratio(self, age_from: FloatArray, age_to: FloatArray) -> FloatArray:
        """Volume at ``age_to`` by the volume at ``age_from``."""
        return np.asarray(self.fitted.volume_m3_ha(age_to) / self.fitted.volume_m3_ha(age_from))


@dataclass(frozen=True)
class GrowthFit:
    """All curves of a layer.

    Attributes
    ----------
    curves
        By species group and site class (0 is all sites).
    sites
        ``site_class`` and ``site_index_m`` of the stands that were fitted, by ``stand_key``.
    issues
        What was refused or left out, and the bias of curves from one survey.
    pairs_needed
        Re-measured stands from which on the error of those held out says alone how far a curve misses.
    """

    curves: dict[tuple[str, int], GrowthCurve]
    sites: pd.DataFrame
    issues: pd.DataFrame
    pairs_needed: int = 0

    def report(self) -> pd.DataFrame:
        """One row per curve: model, parameters, stands, ages, errors."""
        rows = [
            {
                "species_group": curve.group,
                "site_class": curve.site_class,
                "model": curve.fitted.model,
                "asymptote_m3_ha": curve.fitted.asymptote,
                "parameters": "; ".join(f"{value:.6g}" for value in curve.fitted.parameters),
                "spread_power": curve.fitted.power,
                "basis": curve.basis,
                "stands": curve.stands,
                "left_out": curve.left_out,
                "stands_by_age": "; ".join(f"{a}-{a + 9}: {n}" for a, n in sorted(curve.stands_by_age.items())),
                "age_from_yr": curve.age_from_yr,
                "age_to_yr": curve.age_to_yr,
                "rmse_m3_ha": curve.fitted.rmse,
                "aicc": curve.fitted.aicc,
                "hold_out_rmse_m3_ha_yr": curve.hold_out_rmse,
                "hold_out_bias_m3_ha_yr": curve.hold_out_bias,
                "hold_out_stands": curve.hold_out_stands,
            }
            for curve in self.curves.values()
        ]
        return pd.DataFrame(rows)

    def curve_of(self, keys: pd.Index, group: TextArray) -> tuple[list[GrowthCurve], IntArray]:
        """The curves, and for each stand the number of the one that serves it (site class first), -1 for none."""
        curves = list(self.curves.values())
        number = {key: at for at, key in enumerate(self.curves)}
        site_class = self.sites["site_class"].reindex(keys).fillna(ALL_SITES).to_numpy(dtype=np.int64)
        codes, names = pd.factorize(pd.Series(group, dtype=object))
        served = np.full(len(group), -1, dtype=np.int64)
        for at, name in enumerate(names):
            for site in np.unique(site_class[codes == at]):
                found = number.get((name, int(site)), number.get((name, ALL_SITES), -1))
                served[(codes == at) & (site_class == site)] = found
        return curves, served


def site_classes(age_yr: FloatArray, height_m: FloatArray, classes: int) -> tuple[IntArray, FloatArray]:
    """Site class (1 poorest) and site index from height and age of the stands of one species group.

    A guide curve ln H = a - b/age through all stands is moved to each stand; its height at the median age is
    the stand's site index, cut into ``classes`` of equal number. 0 and NaN where age or height is unknown.
    """
    usable = (age_yr > 0) & (height_m > 0)
    found, index = np.zeros(len(age_yr), dtype=np.int64), np.full(len(age_yr), np.nan)
    if np.count_nonzero(usable) < classes or np.ptp(age_yr[usable]) == 0:
        return found, index
    design = np.column_stack([np.ones(np.count_nonzero(usable)), -1.0 / age_yr[usable]])
    slope = max(float(np.linalg.lstsq(design, np.log(height_m[usable]), rcond=None)[0][1]), 0.0)
    base = float(np.median(age_yr[usable]))
    index[usable] = height_m[usable] * np.exp(slope * (1.0 / age_yr[usable] - 1.0 / base))
    edges = np.quantile(index[usable], np.arange(1, classes) / classes)
    found[usable] = 1 + np.searchsorted(edges, index[usable], side="right")
    return found, index


def fit_curve(
    group: str,
    age_yr: FloatArray,
    volume_m3_ha: FloatArray,
    rules: GrowthRules,
    volume_then_m3_ha: FloatArray | None = None,
    years: FloatArray | None = None,
    site_class: int = ALL_SITES,
) -> GrowthCurve:
    """Fit one curve to stands of one species group (and site class), the first ones where they are too many.

    Re-measured stands are used where there are enough of them, else all stands of today.

    Raises
    ------
    InputError
        ``GROWTH_TOO_FEW_STANDS``, ``GROWTH_AGE_SPAN``, or ``GROWTH_NO_CURVE`` where every model ends at one of
        its bounds.
    """
    usable = (age_yr > 0) & (volume_m3_ha > 0)
    then = np.full(len(age_yr), np.nan) if volume_then_m3_ha is None else volume_then_m3_ha
    between = np.full(len(age_yr), np.nan) if years is None else years
    paired = usable & (then > 0) & (between > 0) & (age_yr - between > 0)
    remeasured = enough(age_yr[with_held_ends(paired, age_yr, rules)], rules)
    data = SurveyedStands(age_yr, volume_m3_ha, age_yr - between, then)
    held = with_held_ends(given := paired if remeasured else usable, age_yr, rules)
    drawn = np.flatnonzero(held)[: rules.stands_at_most]
    refuse_few(group, age_yr[drawn], age_yr[drawn], rules)
    use = likely(data, drawn, remeasured, rules)
    ages = np.concatenate([age_yr[use], (age_yr - between)[use]]) if remeasured else age_yr[use]
    refuse_few(group, age_yr[use], ages, rules)
    fitted = data.fit(use, remeasured, rules)
    if fitted is None:
        raise InputError("GROWTH_NO_CURVE", name=group)
    pairs = np.flatnonzero(paired)[: rules.stands_at_most]
    missed = hold_out(data, pairs, use, remeasured, fitted, rules)
    decade, count = np.unique((age_yr[use] // 10 * 10).astype(int), return_counts=True)
    return GrowthCurve(
        group,
        site_class,
        fitted,
        REMEASURED if remeasured else CROSS_SECTION,
        len(use),
        {int(d): int(c) for d, c in zip(decade, count, strict=True)},
        float(ages.min()),
        float(ages.max()),
        np.count_nonzero(given) - np.count_nonzero(held) + len(drawn) - len(use),
        *missed,
        len(pairs),
    )


def fit_growth(
    facts: pd.DataFrame,
    parameters: ParameterTable,
    rules: GrowthRules,
    volume_then_m3_ha: FloatArray | None = None,
    years: FloatArray | None = None,
    seed: int = 0,
) -> GrowthFit:
    """Fit curves to all species groups of a layer, by site class where the stands suffice.

    Stands that are bare by their land class, or disturbed, are behind no curve: what is left did not grow to it.

    Parameters
    ----------
    facts
        Table of stands with ``age_yr`` and, for site classes, ``height_m``.
    parameters
        The parameter table (groups).
    rules
        When a fit is refused.
    volume_then_m3_ha, years
        Volume of each stand at an earlier survey and the years since, NaN where not re-measured.
    seed
        For samples and hold-out parts.
    """
    account = open_account(facts, parameters)
    age, height = numbers(facts, "age_yr"), numbers(facts, "height_m")
    volume = np.where(account.family == FAMILY_VOLUME, account.volume_m3_ha, np.nan)
    spoilt, order = set_back(facts, account), np.argsort(lots(facts.index, seed), kind="stable")
    group, count = account.look_up.group, len(facts)
    unknown = np.full(count, np.nan)
    then = unknown if volume_then_m3_ha is None else volume_then_m3_ha
    between = unknown if years is None else years
    sites = pd.DataFrame({"site_class": np.zeros(count, dtype=np.int64), "site_index_m": unknown}, index=facts.index)
    curves: dict[tuple[str, int], GrowthCurve] = {}
    told: list[pd.DataFrame] = []
    for name in sorted({str(g) for g in group[~np.isnan(volume)] if g is not None}):
        at = order[((group == name) & ~np.isnan(volume))[order]]
        left = int(np.count_nonzero(spoilt[at] & (age[at] > 0) & (volume[at] > 0)))
        if left:
            told.append(layer_issue("GROWTH_LEFT_OUT", "age_yr", name, stands=left))
        site, index = site_classes(age[at], height[at], rules.site_classes)
        sites.iloc[at, 0], sites.iloc[at, 1] = site, index
        classes = [at[~spoilt[at] & ((one == ALL_SITES) | (site == one))] for one in range(rules.site_classes + 1)]
        found, issues = _curves_of(name, classes, (age, volume, then, between), rules)
        curves |= found
        told += issues
    return GrowthFit(curves, sites, join_issues(told), rules.stands_needed)


def _curves_of(
    name: str, classes: list[IntArray], given: tuple[FloatArray, ...], rules: GrowthRules
) -> tuple[dict[tuple[str, int], GrowthCurve], list[pd.DataFrame]]:
    """Curves of one species group: of all its stands, the first of ``classes``, and by site class.

    ``given`` are age, volume, earlier volume and years of all stands; what is told is of the first curve.
    """
    curves: dict[tuple[str, int], GrowthCurve] = {}
    told: list[pd.DataFrame] = []
    for one, rows in enumerate(classes):
        age, volume, then, years = (values[rows] for values in given)
        try:
            curves[name, one] = fit_curve(name, age, volume, rules, then, years, one)
        except InputError as refused:
            if one == ALL_SITES:
                told.append(layer_issue(refused.code, "age_yr", name, **refused.values))
    whole = curves.get((name, ALL_SITES))
    if whole is not None and whole.basis == CROSS_SECTION:
        told.append(layer_issue("GROWTH_CROSS_SECTION", "age_yr", name, stands=whole.stands))
    return curves, told


def set_back(facts: pd.DataFrame, account: StandAccount) -> BoolArray:
    """Stands that are bare by their land class or disturbed, unless the grade says that they are not."""
    seen = texts(facts, "disturbance")
    disturbed = ~pd.isna(seen) & (seen != "none") & (numbers(facts, "disturbance_grade") != 0.0)
    return np.asarray(account.bare | disturbed)


def project(
    facts: pd.DataFrame, growth: GrowthFit, parameters: ParameterTable, years: float | FloatArray
) -> StageResult:
    """Stock of every stand ``years`` from its survey, moved by the ratio of its curve; always modelled.

    Bamboo among the trees stays as it is, so that the stock is of the same things as the surveyed one.
    ``years`` is one number for all stands or one for each, NaN where nobody knows.

    Returns
    -------
    StageResult
        ``volume_projected_m3_ha``, ``stock_projected_tco2e``, ``projection_basis`` (``growth_curve`` or
        ``none``), ``projection_years``.
    """
    account = open_account(facts, parameters)
    ratio, issues = growth_ratio(facts, growth, account.look_up.group, account.family == FAMILY_VOLUME, years)
    standing, none = standing_volume(facts, account)
    issues = join_issues([issues, none])
    volume = standing * ratio
    area = numbers(facts, "area_ha")
    stock = volume * account.factor_tco2e * area
    bamboo = open_bamboo_part(facts, parameters)
    if bamboo is not None:
        # No curve tells of bamboo: what stands among the trees today is kept as it is.
        beside = np.nan_to_num(bamboo.quantity * bamboo.factor_tco2e * area)
        kept = int(np.count_nonzero((beside > 0) & ~np.isnan(stock)))
        stock = stock + beside
        if kept:
            issues = join_issues([issues, layer_issue("GROWTH_BAMBOO_KEPT", "bamboo_culms_per_ha", kept)])
    columns = pd.DataFrame(
        {
            "volume_projected_m3_ha": volume,
            "stock_projected_tco2e": stock,
            "projection_basis": np.where(np.isnan(stock), "none", "growth_curve").astype(object),
            "projection_years": np.full(len(facts), years, dtype=np.float64),
        },
        index=facts.index,
    )
    return StageResult(columns, issues)


def standing_volume(facts: pd.DataFrame, account: StandAccount) -> tuple[FloatArray, pd.DataFrame]:
    """Volume per hectare that a ratio or rate can move, NaN with a reason elsewhere.

    0 would stay 0 for ever, and no stand grows on land that is bare by its class.
    """
    by_volume = account.family == FAMILY_VOLUME
    nothing = by_volume & (account.quantity == 0.0)
    bare = by_volume & account.bare & (account.quantity > 0.0)
    keys = facts.index.to_numpy(dtype=object)
    zero = stand_issues("GROWTH_VOLUME_ZERO", keys[nothing], "volume_m3_ha", account.quantity[nothing])
    left = stand_issues("GROWTH_BARE_LAND", keys[bare], "land_class", texts(facts, "land_class")[bare])
    return np.where(by_volume & ~nothing & ~bare, account.quantity, np.nan), join_issues([zero, left])


def growth_ratio(
    facts: pd.DataFrame, growth: GrowthFit, group: TextArray, by_volume: BoolArray, years: float | FloatArray
) -> tuple[FloatArray, pd.DataFrame]:
    """Factor by which each stand's volume grows in ``years``, NaN with a reason where no curve can say."""
    age = numbers(facts, "age_yr")
    then = age + years
    curves, served = growth.curve_of(facts.index, group)
    ratio = np.full(len(facts), np.nan)
    young = np.zeros(len(facts), dtype=bool)
    beyond = np.zeros(len(facts), dtype=bool)
    for at, curve in enumerate(curves):
        mine = (served == at) & by_volume & (age > 0)
        young |= mine & (age < curve.age_from_yr)
        beyond |= mine & (then > curve.age_to_yr)
        inside = mine & (age >= curve.age_from_yr)
        ratio[inside] = curve.ratio(age[inside], then[inside])
    keys = facts.index.to_numpy(dtype=object)
    doubts = {
        "GROWTH_NO_AGE": by_volume & (served >= 0) & ~(age > 0),
        "GROWTH_NO_CURVE_FOR_GROUP": by_volume & (served < 0),
        "GROWTH_AGE_OUTSIDE": young,
        "GROWTH_EXTRAPOLATED": beyond & ~np.isnan(ratio),
    }
    rows = [stand_issues(code, keys[at], "age_yr", age[at]) for code, at in doubts.items() if at.any()]
    other = int(np.count_nonzero(~by_volume))
    if other:
        rows.append(layer_issue("GROWTH_NOT_BY_VOLUME", "age_yr", other))
    return ratio, join_issues(rows)

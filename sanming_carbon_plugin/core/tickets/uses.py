"""What tickets are worth to a use: small calculations, each shown line by line."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from ..classes.problems import Problems, shown
from ..errors import InputError
from .profiles import CONFIDENCES, STATUSES
from .settings import is_number, iso_date

KINDS = ("emissions", "restoration", "planting", "pledge")
LINE_COLUMNS = ("item", "item_zh", "arithmetic", "result", "unit", "source", "source_zh", "confidence")

_KG_PER_T = 1000.0
LARGEST_AMOUNT = 1e12
"""Beyond it nobody counts people, hectares or tonnes, and sums and prices would no longer be numbers."""
_TOP = {"id", "version", "status", "kind", "dated", "title", "title_zh", "note", "note_zh", "factors"}
_FACTOR = {"id", "title", "title_zh", "value", "unit", "source", "date", "confidence"}
_OPTIONAL = {"source_zh"}
_NEEDED = {
    "restoration": ("growth_default",),
    "planting": ("trees_per_person", "yuan_per_tree", "price"),
    "pledge": ("price_low", "price_high", "loan_share"),
}


@dataclass(frozen=True)
class Factor:
    """A factor with its unit, source and date."""

    id: str
    title: str
    title_zh: str
    value: float
    unit: str
    source: str
    date: str
    confidence: str
    source_zh: str = ""


@dataclass(frozen=True)
class FactorTable:
    """The factors of one use, as an editable file states them."""

    id: str
    version: str
    status: str
    kind: str
    dated: str
    title: str
    title_zh: str
    note: str
    note_zh: str
    factors: Mapping[str, Factor]

    @staticmethod
    def from_dict(data: object) -> FactorTable:
        """Check the content of a factor file.

        Raises
        ------
        InputError
            USE_TABLE_INVALID with every problem and its place.
        """
        problems = Problems()
        table = _read(data, problems)
        if table is None or problems.found:
            name = shown(data.get("id")) if isinstance(data, dict) else "?"
            raise InputError("USE_TABLE_INVALID", table=name, count=len(problems.found), problems=problems.listed())
        return table

    def factor(self, name: str) -> Factor:
        """The factor ``name``.

        Raises
        ------
        InputError
            USE_FACTOR_UNKNOWN with the names there are.
        """
        if name not in self.factors:
            raise InputError("USE_FACTOR_UNKNOWN", factor=name, table=self.id, known=", ".join(self.factors))
        return self.factors[name]


@dataclass(frozen=True)
class Calculation:
    """A result with its arithmetic.

    Attributes
    ----------
    lines
        One row a step: ``item``, ``item_zh``, ``arithmetic``, ``result``, ``unit``, ``source``,
        ``source_zh``, ``confidence``.
    totals
        The results by name, in the unit that the name states.
    """

    lines: pd.DataFrame
    totals: Mapping[str, float]


def emissions(activities: Sequence[tuple[str, float]], table: FactorTable) -> Calculation:
    """Tonnes that an event or organisation emits, and whole tonnes of tickets it needs.

    Parameters
    ----------
    activities
        Factor and amount in that factor's unit (kWh, kg, m³, passenger-km, nights).
    """
    lines, total = [], 0.0
    for name, amount in activities:
        factor = table.factor(name)
        tonnes = _amount(amount, factor.id) * factor.value / _KG_PER_T
        per = factor.unit.split("/", 1)[1]
        text = f"{amount:g} {per} × {factor.value:g} {factor.unit} ÷ 1000"
        lines.append(_line(factor, text, tonnes, "tCO2e"))
        total += tonnes
    return Calculation(_lines(lines), {"emitted_tco2e": total, "needed_t": _whole_up(total)})


def restoration(
    area_ha: float,
    years: float,
    table: FactorTable,
    growth: str = "growth_default",
    felled: Mapping[str, float] | None = None,
) -> Calculation:
    """Tonnes that make good a damaged forest: growth lost until it has recovered, and carbon of what was felled.

    Parameters
    ----------
    area_ha
        Damaged area.
    years
        Until the forest grows as before.
    growth
        Factor of the yearly growth lost.
    felled
        Factor of the stock and m³ felled.
    """
    factor = table.factor(growth)
    lost = _amount(area_ha, "area_ha") * _amount(years, "years") * factor.value
    lines = [_line(factor, f"{area_ha:g} ha × {years:g} yr × {factor.value:g} {factor.unit}", lost, "tCO2e")]
    for name, volume_m3 in (felled or {}).items():
        stock = table.factor(name)
        tonnes = _amount(volume_m3, name) * stock.value
        lines.append(_line(stock, f"{volume_m3:g} m³ × {stock.value:g} {stock.unit}", tonnes, "tCO2e"))
        lost += tonnes
    return Calculation(_lines(lines), {"lost_tco2e": lost, "needed_t": _whole_up(lost)})


def planting_duty(people: float, years: float, table: FactorTable) -> Calculation:
    """Tonnes of tickets whose price equals the trees that people owe."""
    owed, money, price = (table.factor(name) for name in ("trees_per_person", "yuan_per_tree", "price"))
    trees = _amount(people, "people") * _amount(years, "years") * owed.value
    yuan = trees * money.value
    tonnes = yuan / price.value
    lines = [
        _line(owed, f"{people:g} person × {years:g} yr × {owed.value:g} {owed.unit}", trees, "tree"),
        _line(money, f"{trees:g} tree × {money.value:g} {money.unit}", yuan, "yuan"),
        _line(price, f"{yuan:g} yuan ÷ {price.value:g} {price.unit}", tonnes, "tCO2e"),
    ]
    return Calculation(_lines(lines), {"trees": trees, "yuan": yuan, "needed_t": _whole_up(tonnes)})


def pledge_value(tonnes: float, table: FactorTable) -> Calculation:
    """What tickets are worth at the price band, and what a bank may lend on them."""
    loan = table.factor("loan_share")
    lines, totals = [], {}
    for end in ("low", "high"):
        price = table.factor(f"price_{end}")
        value = _amount(tonnes, "tonnes") * price.value
        lines.append(_line(price, f"{tonnes:g} t × {price.value:g} {price.unit}", value, "yuan"))
        lines.append(_line(loan, f"{value:g} yuan × {loan.value:g}", value * loan.value, "yuan"))
        totals[f"value_{end}_yuan"], totals[f"loan_{end}_yuan"] = value, value * loan.value
    return Calculation(_lines(lines), totals)


def tickets_that_cover(needed_t: int, tickets: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Which tickets cover a need, the oldest period first, and the tonnes still missing.

    Parameters
    ----------
    needed_t
        Whole tonnes.
    tickets
        ``ticket`` (its number), ``whole_t`` still free, ``period_end`` (ISO date).

    Returns
    -------
    tuple
        The tickets used, with ``used_t`` and ``left_t``; and what no ticket covers.
    """
    ordered = tickets[tickets["whole_t"] > 0].sort_values(["period_end", "ticket"], kind="stable", ignore_index=True)
    before = ordered["whole_t"].cumsum() - ordered["whole_t"]
    used = (needed_t - before).clip(lower=0).clip(upper=ordered["whole_t"]).astype("int64")
    table = ordered.assign(used_t=used, left_t=ordered["whole_t"] - used)
    return table[table["used_t"] > 0].reset_index(drop=True), int(needed_t - used.sum())


def _line(factor: Factor, arithmetic: str, result: float, unit: str) -> tuple[object, ...]:
    text = f"{arithmetic} = {result:.6g} {unit}"
    source_zh = f"{factor.source_zh or factor.source}（{factor.date}）"
    sources = f"{factor.source} ({factor.date})", source_zh
    return factor.title, factor.title_zh, text, result, unit, *sources, factor.confidence


def _lines(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(LINE_COLUMNS))


def _whole_up(tonnes: float) -> float:
    # What is needed is rounded up; the last bits of an addition do not cost a tonne.
    return float(math.ceil(round(tonnes, 6)))


def _amount(value: float, name: str) -> float:
    if not is_number(value) or not 0 <= value <= LARGEST_AMOUNT:
        raise InputError("USE_AMOUNT_INVALID", name=name, value=str(value))
    return float(value)


def _read(data: object, problems: Problems) -> FactorTable | None:
    if not isinstance(data, dict):
        problems.add("$", "must be an object, not {}", shown(data))
        return None
    for key in sorted(set(data) ^ _TOP, key=str):
        problems.add("$", "{} key {}", "unknown" if key not in _TOP else "missing", shown(key))
    texts = {key: data.get(key) for key in ("id", "version", "title", "title_zh", "note", "note_zh")}
    _check_head(data, texts, problems)
    factors = _factors(data.get("factors"), problems)
    kind = data.get("kind")
    for name in _NEEDED.get(kind if isinstance(kind, str) else "", ()):
        if name not in factors:
            problems.add("$.factors", "must hold {}", name)
    if problems.found:
        return None
    return FactorTable(
        **{key: str(text) for key, text in texts.items()},
        **{key: data[key] for key in ("status", "kind", "dated")},
        factors=factors,
    )


def _check_head(data: Mapping[str, object], texts: Mapping[str, object], problems: Problems) -> None:
    for key, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            problems.add(f"$.{key}", "must be a text")
    for key, words in (("status", STATUSES), ("kind", KINDS)):
        if data.get(key) not in words:
            problems.add(f"$.{key}", "must be one of {}, not {}", ", ".join(words), shown(data.get(key)))
    if not isinstance(data.get("dated"), str) or iso_date(data.get("dated")):
        problems.add("$.dated", "must be a date written YYYY-MM-DD")


def _factors(items: object, problems: Problems) -> dict[str, Factor]:
    if not isinstance(items, list) or not items:
        problems.add("$.factors", "must be a list with at least one factor")
        return {}
    found: dict[str, Factor] = {}
    for i, item in enumerate(items):
        path = f"$.factors[{i}]"
        if not isinstance(item, dict) or set(item) - _OPTIONAL != _FACTOR:
            problems.add(path, "must be an object with {}", ", ".join(sorted(_FACTOR)))
            continue
        before = len(problems.found)
        _check_factor(item, path, problems)
        if item["id"] in found:
            problems.add(f"{path}.id", "{} stands twice", shown(item["id"]))
        if len(problems.found) == before:
            found[item["id"]] = Factor(**{**item, "value": float(item["value"])})
    return found


def _check_factor(item: Mapping[str, object], path: str, problems: Problems) -> None:
    for key in ("title", "title_zh", "unit", "source", *(_OPTIONAL & set(item))):
        text = item[key]
        if not isinstance(text, str) or not text.strip():
            problems.add(f"{path}.{key}", "must be a text")
    if not isinstance(item["id"], str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", item["id"]):
        problems.add(f"{path}.id", "must be a short name in small letters, not {}", shown(item["id"]))
    if not is_number(item["value"]) or not item["value"] > 0:  # type: ignore[operator]
        problems.add(f"{path}.value", "must be a number above 0, not {}", shown(item["value"]))
    if not isinstance(item["date"], str) or iso_date(item["date"]):
        problems.add(f"{path}.date", "must be a date written YYYY-MM-DD")
    if item["confidence"] not in CONFIDENCES:
        problems.add(f"{path}.confidence", "must be one of {}", ", ".join(CONFIDENCES))

"""Charts of the carbon account as SVG text: growth curves, stock by age group, sinks with their interval."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..core.carbon.growth import GrowthCurve
from ..core.units import UnitChoice
from .palette import palette

FloatArray = npt.NDArray[np.float64]

WIDTH, HEIGHT = 720, 460
LEFT, RIGHT, TOP, BOTTOM = 84, 20, 56, 104
FONT = '"Noto Sans CJK SC","Microsoft YaHei",sans-serif'
COLOURS = tuple(palette()[look].fill for look in ("age_1", "age_2", "age_3", "age_4", "age_5", "age_unknown"))
"""From light to dark: readable in print and without colour vision."""

POINTS_AT_MOST = 800
FAR_ABOVE = 1.5
"""Points this many times above 99 % of all do not stretch the axis; they stand at its end with their value."""
FAR_DIGITS = {"ha": 0, "mu": 1}
GROWTH_HEIGHT = HEIGHT - 44
LEGEND_WIDTH = 104
YEARS_NAMED = 12
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass
class _Sheet:
    """A drawing area with a value axis; marks are collected and put together once."""

    title: str
    x_title: str
    y_title: str
    low: float
    high: float
    marks: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Leave room up to the next tick above the marks, and below them where they go below 0."""
        found = ticks(self.low, self.high)
        step = found[1] - found[0] if len(found) > 1 else 0.0
        if self.high > found[-1]:
            self.high = found[-1] + step
        if self.low < found[0]:
            self.low = found[0] - step

    def y(self, value: float) -> float:
        """Height of a value on the sheet."""
        span = (self.high - self.low) or 1.0
        return TOP + (HEIGHT - TOP - BOTTOM) * (1.0 - (value - self.low) / span)

    def line(self, x1: float, y1: float, x2: float, y2: float, colour: str = "#444", width: float = 1.0) -> None:
        """A straight line."""
        self.marks.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"/>'
        )

    def text(self, x: float, y: float, words: str, anchor: str = "middle", more: str = "") -> None:
        """A label; ``anchor`` is ``start``, ``middle`` or ``end``."""
        self.marks.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(words)}</text>')

    def box(self, x: float, top: float, width: float, bottom: float, colour: str, words: str) -> None:
        """A filled bar with a tooltip."""
        self.marks.append(
            f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{max(bottom - top, 0.0):.1f}" '
            f'fill="{colour}" stroke="#444" stroke-width="0.5"><title>{escape(words)}</title></rect>'
        )

    def value_axis(self) -> None:
        """Ticks and lines of the value axis, and the three titles."""
        for tick in ticks(self.low, self.high):
            self.line(LEFT, self.y(tick), WIDTH - RIGHT, self.y(tick), "#444" if tick == 0 else "#ddd")
            self.text(LEFT - 8, self.y(tick) + 4, f"{tick:,.6g}", "end")
        middle = (TOP + HEIGHT - BOTTOM) / 2
        self.text(WIDTH / 2, 24, self.title, more='font-weight="bold"')
        self.text(WIDTH / 2, HEIGHT - BOTTOM + 46, self.x_title)
        self.text(18, middle, self.y_title, more=f'transform="rotate(-90 18 {middle:.0f})"')

    def svg(self, height: int = HEIGHT) -> str:
        """The whole chart down to ``height``."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}" font-family=\'{FONT}\' font-size="13">'
            f'<rect width="{WIDTH}" height="{height}" fill="white"/>{"".join(self.marks)}</svg>'
        )


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round values between ``low`` and ``high``, at most about ``most`` of them."""
    span = high - low
    if not span > 0:
        return [low]
    raw = span / most
    size = 10.0 ** np.floor(np.log10(raw))
    step = next(float(size * s) for s in STEPS if size * s >= raw * (1 - 1e-9))
    first, last = int(np.ceil(low / step - 1e-9)), int(np.floor(high / step + 1e-9))
    return [at * step for at in range(first, last + 1)]


def growth_chart(
    curve: GrowthCurve,
    age_yr: FloatArray,
    volume_m3_ha: FloatArray,
    title: str,
    x_title: str,
    y_title: str,
    units: UnitChoice | None = None,
) -> str:
    """Stands as points (age, volume) with the fitted curve; dashed where it leaves the ages behind it.

    Volumes are drawn per area of ``units``, which ``y_title`` names.
    """
    per_area = units or UnitChoice()
    known = np.flatnonzero((age_yr > 0) & (volume_m3_ha >= 0))
    if len(known) > POINTS_AT_MOST:
        known = np.random.default_rng(0).choice(known, POINTS_AT_MOST, replace=False)
    last = max(curve.age_to_yr * 1.2, float(np.max(age_yr[known], initial=1.0)))
    at = np.linspace(max(curve.age_from_yr, 1.0), last, 120)
    volume, stands = per_area.per_area_of(curve.fitted.volume_m3_ha(at)), per_area.per_area_of(volume_m3_ha[known])
    usual = FAR_ABOVE * float(np.quantile(stands, 0.99)) if len(known) else 1.0
    inside = stands <= usual
    highest = float(max(volume.max(), np.max(stands[inside], initial=1.0)))
    sheet = _Sheet(title, x_title, y_title, 0.0, highest)
    sheet.value_axis()

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * value / last

    for tick in ticks(0.0, last, 10):
        sheet.text(x(tick), HEIGHT - BOTTOM + 20, f"{tick:g}")
    digits = FAR_DIGITS[per_area.area]
    for age, stood in zip(age_yr[known][~inside], stands[~inside], strict=True):
        sheet.text(x(age), TOP + 10, f"▲ {stood:,.{digits}f}", more='font-size="11" fill="#a33"')
    stand, line = (palette()[look].fill for look in ("growth_stand", "growth_curve"))
    for age, stood in zip(age_yr[known][inside], stands[inside], strict=True):
        sheet.marks.append(f'<circle cx="{x(age):.1f}" cy="{sheet.y(stood):.1f}" r="2" fill="{stand}" opacity="0.45"/>')
    for part, dash in ((at <= curve.age_to_yr, ""), (at >= curve.age_to_yr, ' stroke-dasharray="6 4"')):
        points = " ".join(f"{x(a):.1f},{sheet.y(v):.1f}" for a, v in zip(at[part], volume[part], strict=True))
        sheet.marks.append(f'<polyline points="{points}" fill="none" stroke="{line}" stroke-width="2"{dash}/>')
    return sheet.svg(GROWTH_HEIGHT)


def stock_chart(
    table: pd.DataFrame, title: str, y_title: str, name_of: Callable[[str], str], ages: Sequence[str], unknown: str
) -> str:
    """Stock by species group, stacked by age group.

    Parameters
    ----------
    table
        ``species_group``, ``age_group`` (1 …, NaN for unknown), ``stock_tco2e``; unknown stocks are left out.
    title, y_title, name_of, ages, unknown
        Words: titles, name of a group, names of the age groups in their order, name for an unknown one.
    """
    known = table[table["stock_tco2e"].notna()]
    slot = known["age_group"].fillna(len(ages) + 1).astype(int).clip(1, len(ages) + 1)
    sums = known.groupby([known["species_group"].fillna(""), slot])["stock_tco2e"].sum().unstack(fill_value=0.0)
    sums = sums[sums.sum(axis=1) > 0]
    sheet = _Sheet(title, "", y_title, 0.0, float(sums.sum(axis=1).max()) if len(sums) else 1.0)
    sheet.value_axis()
    names = [*ages, unknown]
    width = (WIDTH - LEFT - RIGHT) / max(len(sums), 1)
    for place, (group, row) in enumerate(sums.iterrows()):
        below = 0.0
        words = name_of(str(group)) if group else unknown
        for number, stock in row.items():
            label = names[int(str(number)) - 1]
            top = below + float(stock)
            colour = COLOURS[(int(str(number)) - 1) % len(COLOURS)]
            x = LEFT + width * (place + 0.15)
            sheet.box(x, sheet.y(top), width * 0.7, sheet.y(below), colour, f"{words} {label}: {stock:,.0f}")
            below = top
        _below_axis(sheet, LEFT + width * (place + 0.5), words)
    for number in sums.columns:
        x = LEFT + LEGEND_WIDTH * (int(str(number)) - 1)
        sheet.box(x, 34, 12, 44, COLOURS[(int(str(number)) - 1) % len(COLOURS)], names[int(str(number)) - 1])
        sheet.text(x + 17, 44, names[int(str(number)) - 1], "start", 'font-size="11"')
    return sheet.svg()


def sink_chart(table: pd.DataFrame, title: str, y_title: str, name_of: Callable[[str], str]) -> str:
    """Yearly sink of each species group with its 90 % interval.

    Parameters
    ----------
    table
        ``species_group``, ``sink_tco2e_yr``, ``sink_low_tco2e_yr``, ``sink_high_tco2e_yr``, one row a group.
    title, y_title, name_of
        Words: titles and the name of a group.
    """
    known = table[table["sink_tco2e_yr"].notna() & table["species_group"].notna()]
    low = min(0.0, float(known["sink_low_tco2e_yr"].min())) if len(known) else 0.0
    high = max(0.0, float(known["sink_high_tco2e_yr"].max())) if len(known) else 1.0
    sheet = _Sheet(title, "", y_title, low, high)
    sheet.value_axis()
    width = (WIDTH - LEFT - RIGHT) / max(len(known), 1)
    for place, row in enumerate(known.to_dict("records")):
        sink, least, most = (float(row[f"sink_{name}tco2e_yr"]) for name in ("", "low_", "high_"))
        middle = LEFT + width * (place + 0.5)
        words = name_of(str(row["species_group"]))
        bar = f"{words}: {sink:,.1f} ({least:,.1f} … {most:,.1f})"
        colour = palette()["sink_r4" if sink >= 0 else "sink_r0"].fill
        sheet.box(middle - width * 0.3, sheet.y(max(sink, 0.0)), width * 0.6, sheet.y(min(sink, 0.0)), colour, bar)
        sheet.line(middle, sheet.y(least), middle, sheet.y(most), "#111", 1.5)
        for end in (least, most):
            sheet.line(middle - 5, sheet.y(end), middle + 5, sheet.y(end), "#111", 1.5)
        _below_axis(sheet, middle, words)
    return sheet.svg()


def products_chart(table: pd.DataFrame, title: str, y_title: str, names: Mapping[str, str]) -> str:
    """Stock in products through the years, stacked by product.

    Parameters
    ----------
    table
        ``year``, ``product``, ``stock_tco2e``.
    title, y_title, names
        Words: titles and the name of each product.
    """
    stocks = table.pivot_table(index="year", columns="product", values="stock_tco2e", aggfunc="sum", sort=False)
    stocks = stocks.sort_index().fillna(0.0)
    sheet = _Sheet(title, "", y_title, 0.0, float(stocks.sum(axis=1).max()) if len(stocks) else 1.0)
    sheet.value_axis()
    width = (WIDTH - LEFT - RIGHT) / max(len(stocks), 1)
    every = max(1, -(-len(stocks) // YEARS_NAMED))
    for place, (year, row) in enumerate(stocks.iterrows()):
        below, x = 0.0, LEFT + width * (place + 0.1)
        for number, (product, stock) in enumerate(row.items()):
            top = below + float(stock)
            label = f"{year} {names.get(str(product), product)}: {stock:,.0f}"
            sheet.box(x, sheet.y(top), width * 0.8, sheet.y(below), COLOURS[number % len(COLOURS)], label)
            below = top
        if place % every == 0:
            sheet.text(LEFT + width * (place + 0.5), HEIGHT - BOTTOM + 20, str(year))
    for number, product in enumerate(stocks.columns):
        x = LEFT + LEGEND_WIDTH * 1.2 * number
        name = names.get(str(product), str(product))
        sheet.box(x, 34, 12, 44, COLOURS[number % len(COLOURS)], name)
        sheet.text(x + 17, 44, name, "start", 'font-size="11"')
    return sheet.svg(GROWTH_HEIGHT)


def _below_axis(sheet: _Sheet, x: float, words: str) -> None:
    """A group's name under the axis, slanted so that neighbours do not run into each other."""
    y = HEIGHT - BOTTOM + 14
    sheet.text(x, y, words, "end", f'font-size="11" transform="rotate(-28 {x:.1f} {y})"')

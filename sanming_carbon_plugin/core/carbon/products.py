"""Carbon that goes on in wood and bamboo products (生物减排固碳): an account of its own, never part of a ticket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..units import CO2E_PER_CARBON
from .parameter_checks import CellReader
from .parameters import FAMILY_CULM, FAMILY_VOLUME, FloatArray, IntArray, ParameterTable, TextArray

MATERIALS = ("wood", "bamboo")
YEARS = (0.1, 500.0)


@dataclass(frozen=True)
class ProductTable:
    """Where harvested carbon goes and how fast it leaves again.

    Attributes
    ----------
    product, material
        Name, and ``wood`` or ``bamboo``.
    share
        Part of the harvested carbon that ends up in the product; what is left is lost at once.
    half_life_yr
        Years after which half of it is gone.
    name_zh
        What foresters call it; None where the table does not say.
    """

    product: TextArray
    material: TextArray
    share: FloatArray
    half_life_yr: FloatArray
    name_zh: TextArray
    table_id: str = ""
    version: str = ""
    status: str = "provisional"

    @classmethod
    def from_rows(cls, frame: pd.DataFrame, meta: dict[str, str] | None = None) -> ProductTable:
        """Check and take over a table of products; the shares of a material may not exceed 1.

        Raises
        ------
        InputError
            ``PARAMETERS_INVALID`` with every bad cell at once.
        """
        cells = CellReader(frame.reset_index(drop=True), "product")
        cells.need_columns(("product", "material", "share", "half_life_yr", "source"))
        material = cells.choice("material", MATERIALS, "wood")
        share = cells.number("share", (0.0, 1.0), required=True)
        half_life = cells.number("half_life_yr", YEARS, required=True)
        for name in MATERIALS:
            total = float(np.nansum(share[material == name]))
            if total > 1.0:
                cells.problems.append(f"{name}.share: {total:g} (0 … 1)")
        product = cells.text("product")
        for row in np.flatnonzero(pd.isna(product)):
            cells.note(int(row), "product", "empty")
        for row in np.flatnonzero(pd.Series(product, dtype=object).duplicated().to_numpy() & ~pd.isna(product)):
            cells.note(int(row), "product", f"{product[row]} (2x)")
        cells.refuse("products")
        meta = meta or {}
        told = (meta.get("id", ""), meta.get("version", ""), meta.get("status", "provisional"))
        return cls(product, material, share, half_life, cells.text("name_zh"), *told)


def harvested_tco2e(
    species_code: TextArray, volume_m3: FloatArray, culms: FloatArray, parameters: ParameterTable, culm_share: float
) -> tuple[FloatArray, TextArray]:
    """Carbon in what was carried out (t CO₂e) and its material.

    Wood counts the stem alone (volume · D · CF), without branches and roots, which stay behind; so does bamboo
    (culms · kg · share of the culm alone · CF). NaN and None where species or amount is unknown.
    """
    row = parameters.look_up(species_code).row
    family = np.where(row >= 0, parameters.family[row], 0)
    per_tonne = parameters.values["CF"][row] * CO2E_PER_CARBON
    wood = volume_m3 * parameters.values["D_t_m3"][row] * per_tonne
    bamboo = culms * parameters.culm_kg[row, 0] / 1000.0 * culm_share * per_tonne
    amount = np.select([family == FAMILY_VOLUME, family == FAMILY_CULM], [wood, bamboo], np.nan)
    material = np.full(len(row), None, dtype=object)
    material[family == FAMILY_VOLUME], material[family == FAMILY_CULM] = MATERIALS
    return amount, material


def product_account(
    harvest: pd.DataFrame, products: ProductTable, years: int, first: int | None = None
) -> pd.DataFrame:
    """Stock of carbon in products at the end of each year, by first-order decay (IPCC).

    What left the forest before the first year of the table is not known and not in it.

    Parameters
    ----------
    harvest
        ``year`` (whole), ``material``, ``tco2e`` harvested in that year; unknown amounts beside known ones are left
        out, and where a year has none but unknown ones its inflow is unknown, as is the stock before anything known.
        With a column ``county`` each has an account of its own, with ``product`` a row goes into that product alone.
    products
        Products of each material.
    years
        Number of years to follow.
    first
        First year; None takes the first of the table, known or not.

    Returns
    -------
    DataFrame
        ``year``, ``county`` (where given), ``product``, ``inflow_tco2e``, ``stock_tco2e``, ``change_tco2e``.
    """
    by_county = "county" in harvest.columns
    names = ["year", *(["county"] if by_county else []), "product", "inflow_tco2e", "stock_tco2e", "change_tco2e"]
    if harvest["tco2e"].isna().all():
        return pd.DataFrame({name: [] for name in names})
    first = int(harvest["year"].min()) if first is None else first
    calendar = np.arange(first, first + years)
    counties = list(pd.unique(harvest["county"])) if by_county else [None]
    parts = []
    for county in counties:
        mine = harvest[_is(harvest["county"], county)] if by_county else harvest
        for at in range(len(products.product)):
            part = _one_product(mine, products, at, calendar)
            parts.append(part.assign(county=np.full(years, county, dtype=object)))
    return pd.concat(parts, ignore_index=True)[names]


def _one_product(harvest: pd.DataFrame, products: ProductTable, at: int, calendar: IntArray) -> pd.DataFrame:
    """One product through the years: what goes in, what is left, by how much that changed."""
    product, years = products.product[at], len(calendar)
    named = harvest["product"] if "product" in harvest.columns else pd.Series(None, index=harvest.index, dtype=object)
    possible = (harvest["material"] == products.material[at]) | harvest["material"].isna()
    mine = named.eq(product) | (named.isna() & possible)
    amount = harvest["tco2e"] * np.where(named.isna(), products.share[at], 1.0)
    by_year = amount[mine].groupby(harvest["year"][mine].astype(np.int64)).sum(min_count=1)
    yearly = by_year.reindex(calendar, fill_value=0.0).to_numpy(dtype=np.float64)
    unknown = np.isnan(yearly)
    nothing_yet = (unknown.cumsum() > 0) & ((yearly > 0.0).cumsum() == 0)
    decay = np.log(2.0) / products.half_life_yr[at]
    stock = np.zeros(years + 1)
    for year in range(years):
        stock[year + 1] = np.exp(-decay) * stock[year] + (1.0 - np.exp(-decay)) / decay * np.nan_to_num(yearly[year])
    return pd.DataFrame(
        {
            "year": calendar,
            "product": np.full(years, product, dtype=object),
            "inflow_tco2e": yearly,
            "stock_tco2e": np.where(nothing_yet, np.nan, stock[1:]),
            "change_tco2e": np.where(unknown, np.nan, np.diff(stock)),
        }
    )


def _is(values: pd.Series, one: object) -> npt.NDArray[np.bool_]:
    return np.asarray(values.isna() if pd.isna(one) else values == one, dtype=bool)

"""Carbon that goes on in wood and bamboo products (生物减排固碳): an account of its own, never part of a ticket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..units import CO2E_PER_CARBON
from .parameter_checks import CellReader
from .parameters import FAMILY_CULM, FAMILY_VOLUME, FloatArray, ParameterTable, TextArray

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
    """

    product: TextArray
    material: TextArray
    share: FloatArray
    half_life_yr: FloatArray

    @classmethod
    def from_rows(cls, frame: pd.DataFrame) -> ProductTable:
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
        cells.refuse("products")
        return cls(cells.text("product"), material, share, half_life)


def harvested_tco2e(
    species_code: TextArray, volume_m3: FloatArray, culms: FloatArray, parameters: ParameterTable
) -> tuple[FloatArray, TextArray]:
    """Carbon in what was carried out (t CO₂e) and its material.

    Wood counts the stem alone (volume · D · CF), without branches and roots, which stay behind; bamboo counts
    culms (kg · CF). NaN and None where species or amount is unknown.
    """
    row = parameters.look_up(species_code).row
    family = np.where(row >= 0, parameters.family[row], 0)
    per_tonne = parameters.values["CF"][row] * CO2E_PER_CARBON
    wood = volume_m3 * parameters.values["D_t_m3"][row] * per_tonne
    bamboo = culms * parameters.culm_kg[row, 0] / 1000.0 * per_tonne
    amount = np.select([family == FAMILY_VOLUME, family == FAMILY_CULM], [wood, bamboo], np.nan)
    material = np.full(len(row), None, dtype=object)
    material[family == FAMILY_VOLUME], material[family == FAMILY_CULM] = MATERIALS
    return amount, material


def product_account(harvest: pd.DataFrame, products: ProductTable, years: int) -> pd.DataFrame:
    """Stock of carbon in products at the end of each year, by first-order decay (IPCC).

    Parameters
    ----------
    harvest
        ``year`` (whole), ``material``, ``tco2e`` harvested in that year; unknown amounts are left out.
    products
        Products of each material.
    years
        Number of years to follow from the first harvest on.

    Returns
    -------
    DataFrame
        ``year``, ``product``, ``inflow_tco2e``, ``stock_tco2e``, ``change_tco2e``.
    """
    known = harvest[harvest["tco2e"].notna()]
    if known.empty:
        return pd.DataFrame({name: [] for name in ("year", "product", "inflow_tco2e", "stock_tco2e", "change_tco2e")})
    first = int(known["year"].min())
    calendar = np.arange(first, first + years)
    parts = []
    for at, product in enumerate(products.product):
        mine = known[known["material"] == products.material[at]]
        yearly = mine.groupby("year")["tco2e"].sum().reindex(calendar).fillna(0.0).to_numpy() * products.share[at]
        decay = np.log(2.0) / products.half_life_yr[at]
        stock = np.zeros(years + 1)
        for year in range(years):
            stock[year + 1] = np.exp(-decay) * stock[year] + (1.0 - np.exp(-decay)) / decay * yearly[year]
        parts.append(
            pd.DataFrame(
                {
                    "year": calendar,
                    "product": np.full(years, product, dtype=object),
                    "inflow_tco2e": yearly,
                    "stock_tco2e": stock[1:],
                    "change_tco2e": np.diff(stock),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)

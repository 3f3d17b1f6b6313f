"""What was felled and carried out, year by year: the beginning of the account of products."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..issues import join_issues, layer_issue, no_issues, stand_issues
from ..stands.codes import read_codes
from ..stands.tables import StandTables
from .parameter_checks import ANY_POSITIVE, CellReader
from .parameters import ParameterTable
from .products import MATERIALS, ProductTable, harvested_tco2e

YEARS = (1900, 2200)
COLUMNS = ("year", "species_code", "kind", "product", "volume_m3", "culms", "county", "stand_key")
WOOD, BAMBOO = MATERIALS
KINDS = {WOOD: WOOD, BAMBOO: BAMBOO, "木材": WOOD, "竹材": BAMBOO, "木": WOOD, "竹": BAMBOO}


@dataclass(frozen=True)
class Harvest:
    """Checked rows of a harvest table and what should be told of them.

    Attributes
    ----------
    rows
        :data:`COLUMNS`, ``material``, ``counted_as`` (species code whose factors served) and ``tco2e``;
        indexed by the number of the row in the table, from 1, as text.
    issues
        Rows without a species of their own, and rows of which the carbon is unknown.
    """

    rows: pd.DataFrame
    issues: pd.DataFrame


def read_harvest(
    frame: pd.DataFrame,
    parameters: ParameterTable,
    products: ProductTable,
    unnamed: dict[str, str],
    culm_share: float,
    stands: pd.DataFrame | None = None,
    tables: StandTables | None = None,
) -> Harvest:
    """Check a harvest table and find the carbon in what was carried out.

    Parameters
    ----------
    frame
        Text columns ``year`` and ``volume_m3`` (standing volume that was felled) or ``culms``, in a row never both
        above 0, and where known
        ``species_code``, ``kind`` (wood, bamboo), ``product`` (its id or Chinese name, for what is known to go
        into one product), ``county``, ``stand_key``.
    unnamed
        Species code that stands for each material where none is named.
    culm_share
        Part of a bamboo's mass that its culm alone has, without branches, leaves and roots.
    stands
        ``species_code`` and ``county`` of stands, indexed by their key, for rows that only name a stand.
    tables
        Look-up tables by which the species of stands are read, so that 马尾松, 220000 and 220 are one here too; without
        them only codes of the parameter table are known.

    Raises
    ------
    InputError
        ``PARAMETERS_INVALID`` with every bad cell at once.
    """
    rows = _checked(frame, products)
    told = no_issues() if tables is None else _read_species(rows, tables)
    if stands is not None:
        for name in ("species_code", "county"):
            found = stands[name].reindex(rows["stand_key"]).to_numpy(dtype=object)
            rows[name] = np.where(pd.isna(rows[name]), found, rows[name])
        rows[["species_code", "county"]] = (
            rows[["species_code", "county"]].astype(object).where(rows[["species_code", "county"]].notna(), None)
        )
    guessed = np.where((rows["volume_m3"] > 0.0) | rows["culms"].isna(), WOOD, BAMBOO)
    wanted = rows["kind"].where(rows["kind"].notna(), _material_of(rows["product"], products))
    by_kind = pd.Series(np.where(wanted.isna(), guessed, wanted), index=rows.index).map(unnamed)
    named = rows["species_code"].notna()
    rows["counted_as"] = rows["species_code"].where(named, by_kind)
    codes = rows["counted_as"].to_numpy(dtype=object)
    felled = rows["volume_m3"].to_numpy(), rows["culms"].to_numpy()
    amount, material = harvested_tco2e(codes, *felled, parameters, culm_share)
    rows["material"], rows["tco2e"] = material, amount
    contradicts = wanted.notna().to_numpy() & ~pd.isna(material) & (wanted.to_numpy(dtype=object) != material)
    rows.loc[contradicts, "tco2e"] = np.nan
    return Harvest(rows, join_issues([told, _issues(rows, ~named.to_numpy(), contradicts)]))


def _read_species(rows: pd.DataFrame, tables: StandTables) -> pd.DataFrame:
    """Bring the species of ``rows`` to codes as those of stands; what no list knows stays as it is written."""
    found = read_codes(rows["species_code"], tables.roles["species"].code_tables, tables)
    written = rows["species_code"].to_numpy(dtype=object)
    rows["species_code"] = np.where(found.is_unknown(), written, found.code)
    names = found.count("name")
    return layer_issue("CODES_FROM_NAMES", "species_code", names, count=names) if names else no_issues()


def _checked(frame: pd.DataFrame, products: ProductTable) -> pd.DataFrame:
    """Cells as numbers and codes; all bad ones are refused at once."""
    cells = CellReader(frame.reset_index(drop=True), "")
    cells.need_columns(("year",))
    if not {"volume_m3", "culms"} & set(frame.columns):
        cells.problems.append("volume_m3 | culms: -")
    year = cells.number("year", YEARS, required=True)
    cells.note_where(year != np.floor(year), "year", year)
    volume, culms = (cells.number(name, ANY_POSITIVE) for name in ("volume_m3", "culms"))
    for row in np.flatnonzero(np.isnan(volume) & np.isnan(culms)):
        cells.note(int(row), "volume_m3 | culms", "empty")
    for row in np.flatnonzero((volume > 0.0) & (culms > 0.0)):
        cells.note(int(row), "volume_m3 | culms", f"{volume[row]:g} + {culms[row]:g} (2x)")
    kind = cells.choice("kind", tuple(KINDS), None)
    kind = pd.Series(kind, dtype=object).map(KINDS).astype(object)
    names = {**dict(zip(products.product, products.product, strict=True))}
    names |= {zh: name for zh, name in zip(products.name_zh, products.product, strict=True) if zh is not None}
    product = pd.Series(cells.choice("product", tuple(names), None), dtype=object).map(names).astype(object)
    cells.refuse("harvest")
    rows = pd.DataFrame(
        {
            "year": year.astype(np.int64),
            "species_code": cells.text("species_code"),
            "kind": kind.where(kind.notna(), None).to_numpy(dtype=object),
            "product": product.where(product.notna(), None).to_numpy(dtype=object),
            "volume_m3": volume,
            "culms": culms,
            "county": cells.text("county"),
            "stand_key": cells.text("stand_key"),
        }
    )
    rows.index = pd.Index([str(number + 1) for number in range(len(rows))], dtype=object)
    return rows


def _material_of(product: pd.Series, products: ProductTable) -> pd.Series:
    return product.map(dict(zip(products.product, products.material, strict=True))).astype(object)


def _issues(rows: pd.DataFrame, unnamed: np.ndarray, contradicts: np.ndarray) -> pd.DataFrame:
    keys = rows.index.to_numpy(dtype=object)
    counted_as = rows["counted_as"].to_numpy(dtype=object)
    unknown = rows["tco2e"].isna().to_numpy() & ~contradicts
    return join_issues(
        [
            stand_issues("HARVEST_NO_SPECIES", keys[unnamed], "species_code", counted_as[unnamed]),
            stand_issues("HARVEST_KIND_DIFFERS", keys[contradicts], "kind", counted_as[contradicts]),
            stand_issues("HARVEST_UNKNOWN", keys[unknown], "species_code", counted_as[unknown]),
        ]
    )

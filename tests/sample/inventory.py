"""What the survey wrote down about each stand: the 一张图 fields, with the errors that surveys have."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .growth import AGE_ROW, age_group
from .place import COUNTY, NOTHING, PROVINCE, TOWNSHIP
from .sites import aspect_class, position_class, slope_class
from .species import TREES, composition_text

METHOD_ERROR = {"样地": 0.05, "角规": 0.07, "激光雷达": 0.05, "目测": 0.14, "模型更新": 0.0}
LAND_CLASS = {"660": "0113", "sparse": "0120", "700": "0131", "900": "0132", "unestablished": "0141"}
LAND_CLASS |= {
    "cutover": "0161",
    "burnt": "0162",
    "barren": "0171",
    "cropland": "0210",
    "water": "0230",
    "built": "0250",
}
NO_FOREST_LAND = ("cropland", "water", "built")
CHANGE = {"felled": "20", "burnt": "71", "planted": "10", "afforested": "10", "built": "41"}
ROLLED_RATE = {1: 0.071, 2: 0.056, 3: 0.041, 4: 0.031, 5: 0.020}  # yearly rate by age group of modelled updates

# fmt: off
FIELDS = [
    "SHENG", "XIAN", "XIANG", "CUN", "LIN_YE_JU", "LIN_CHANG", "LIN_BAN", "XIAO_BAN", "DI_MAO", "PO_XIANG", "PO_WEI",
    "PO_DU", "KE_JI_DU", "TU_RANG_LX", "TU_CENG_HD", "MIAN_JI", "LD_QS", "LM_QS", "DI_LEI", "LIN_ZHONG", "QI_YUAN",
    "SEN_LIN_LB", "SHI_QUAN_D", "GJGYL_BHDJ", "G_CHENG_LB", "LING_ZU", "YU_BI_DU", "YOU_SHI_SZ", "SZ_ZC",
    "PINGJUN_NL", "PINGJUN_XJ", "PINGJUN_SG", "PINGJUN_DM", "HUO_LMGQXJ", "MEI_GQ_ZS", "TD_TH_LX", "DISPE",
    "DISASTER_C", "ZL_DJ", "LD_KD", "LD_CD", "BCLD", "BH_DJ", "LYFQ", "QYKZ", "BHYY", "BHND", "DC_RQ", "DC_FF",
    "STBHHX", "ZRBHQ", "ZRBHQ_HX", "QSZY", "REMARKS",
]
# fmt: on
NUMBERS = {  # kind, width, precision
    "TU_CENG_HD": ("integer", 3, 0),
    "MIAN_JI": ("real", 18, 4),
    "YU_BI_DU": ("real", 5, 2),
    "PINGJUN_NL": ("integer", 4, 0),
    "PINGJUN_XJ": ("real", 5, 1),
    "PINGJUN_SG": ("real", 5, 1),
    "PINGJUN_DM": ("real", 6, 1),
    "HUO_LMGQXJ": ("real", 8, 1),
    "MEI_GQ_ZS": ("integer", 6, 0),
    "LD_KD": ("real", 6, 1),
    "LD_CD": ("real", 8, 1),
}
WIDTHS = {"XIAN": 6, "LIN_YE_JU": 6, "XIAO_BAN": 5, "LIN_BAN": 4, "DI_LEI": 4, "YOU_SHI_SZ": 6, "BHND": 4, "SZ_ZC": 20}
WIDTHS |= {"SHENG": 2, "TU_RANG_LX": 10, "DC_FF": 10, "REMARKS": 50}


def tags(values: pd.Series | np.ndarray, mapping: dict, default: object = None) -> np.ndarray:
    return np.array([mapping.get(v, default) for v in values], dtype=object)


def ownership(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return tenure, forest class, grades, category and red lines of every piece; the same at both dates."""
    count = len(table)
    cover = table["cover_2015"].to_numpy()
    state_land = (table["field_state"] > 1.35).to_numpy()
    trees = rng.choice(["20", "21", "22", "23", "30"], size=count, p=[0.34, 0.30, 0.10, 0.16, 0.10])
    wish = 0.9 * table["field_public"] + 0.055 * (table["slope_deg"] - 21) + 1.2 * (table["position"] - 0.45)
    wish += 0.4 * np.isin(cover, ["490", "620", "630"]) - 0.9 * np.isin(cover, ["660", "550", "700"])
    rank = (wish + 0.3 * rng.standard_normal(count)).rank(pct=True).to_numpy()
    forest = np.select([rank > 0.86, rank > 0.68, rank > 0.53], ["11", "12", "21"], "22").astype(object)
    kept = ~np.isin(cover, NO_FOREST_LAND)
    national = (forest == "11") & kept
    grade = np.where(rank > 0.96, "1", "2").astype(object)
    protect = np.select(
        [national & (grade == "1"), national, forest == "12", forest == "21"], ["1", "2", "3", "3"], "4"
    )
    use = np.where(table["slope_deg"] > 25, "112", "111").astype(object)
    use[rank > 0.975] = "127"
    commercial = np.select(
        [cover == "550", cover == "700", (cover == "310") & (table["site"] > 1.05)], ["231", "252", "232"], "233"
    )
    return pd.DataFrame(
        {
            "LD_QS": np.where(state_land, "10", "20"),
            "LM_QS": np.where(state_land, "10", trees),
            "SEN_LIN_LB": np.where(kept, forest, NOTHING),
            "SHI_QUAN_D": np.where(national, "10", np.where(kept & (forest == "12"), "20", NOTHING)),
            "GJGYL_BHDJ": np.where(national, grade, NOTHING),
            "BH_DJ": np.where(kept, protect, NOTHING),
            "LIN_ZHONG": np.where(kept, np.where(np.isin(forest, ["11", "12"]), use, commercial), NOTHING),
            "LIN_CHANG": np.where(state_land, "301", NOTHING),
            # Four local fields beside the common ones: without them no rule may allow a clear-cut.
            "STBHHX": np.where(kept & (rank > 0.90), "1", "0").astype(object),
            "ZRBHQ": np.where(kept & (rank > 0.97), "1", "0").astype(object),
            "ZRBHQ_HX": np.where(kept & (rank > 0.985), "1", "0").astype(object),
            "QSZY": np.where(rng.random(count) < 0.02, "1", "0").astype(object),
        }
    )


def ground_fields(table: pd.DataFrame) -> pd.DataFrame:
    forest_land = ~table["cover_2015"].isin(NO_FOREST_LAND).to_numpy()
    grade = np.clip(np.round(3.0 - (table["site"] - 1.0) * 7.5), 1, 5).astype(int).astype(str)
    reach = np.where(table["position"] + 0.2 * table["field_remote"] > 0.75, "2", "1")
    return pd.DataFrame(
        {
            "DI_MAO": np.where(table["elevation_m"] > 500, "4", "5"),
            "PO_XIANG": aspect_class(table["aspect_deg"], table["aspect_strength"]).astype(str),
            "PO_WEI": position_class(table).astype(str),
            "PO_DU": slope_class(table["slope_deg"]).astype(str),
            "KE_JI_DU": np.where(table["position"] + 0.2 * table["field_remote"] > 1.15, "3", reach),
            "TU_RANG_LX": np.where(forest_land, np.where(table["elevation_m"] > 640, "黄壤", "红壤"), NOTHING),
            "TU_CENG_HD": np.where(forest_land, np.round(table["soil_cm"] / 5.0) * 5.0, np.nan),
            "ZL_DJ": np.where(forest_land, grade, NOTHING),
        }
    )


def stocking_fields(table: pd.DataFrame, end: str, method: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return species, age, closure and stock as measured at one date (``end`` = '' or '_2015')."""
    count = len(table)
    cover, main = table[f"cover{end}"].to_numpy(), table[f"main{end}"].to_numpy()
    forest = np.isin(cover, TREES)
    stocked = forest | np.isin(cover, ["660", "sparse"])
    planted = stocked | np.isin(cover, ["700", "900", "unestablished"])
    species = np.where(forest | np.isin(cover, ["660", "700", "900"]), cover, NOTHING)
    species = np.where(np.isin(cover, ["sparse", "unestablished"]), main, species)
    species = np.where(np.isin(species, ["cutover", "barren", "sparse"]), NOTHING, species)
    error = np.array([METHOD_ERROR[m] for m in method]) * rng.standard_normal(count)
    volume = np.where(forest | (cover == "sparse"), table[f"volume{end}"] * np.exp(error), 0.0)
    age = table[f"age{end}"].to_numpy(float) + np.where(forest, rng.choice([-1, 0, 0, 0, 1], size=count), 0)
    diameter = table[f"dbh{end}"] * np.exp(0.04 * rng.standard_normal(count))
    height = table[f"height{end}"] * np.exp(0.05 * rng.standard_normal(count))
    small = forest & (table[f"dbh{end}"] < 5.0)
    stems = np.where(small, 2400.0, table[f"stems{end}"] * np.exp(0.06 * rng.standard_normal(count)))
    closing = 1.0 - np.exp(-np.where(cover == "550", 0.45, 0.12) * np.nan_to_num(age, nan=8.0))
    closure = (
        0.05
        + 0.80 * table[f"density{end}"] * np.where(cover == "660", 0.93, closing)
        + 0.03 * rng.standard_normal(count)
    )
    low = np.where(cover == "sparse", 0.10, 0.20)
    high = np.where(cover == "sparse", 0.19, 0.95)
    closure = np.where(stocked, np.clip(closure, low, high), np.where(np.isin(cover, ["700", "900"]), 0.55, np.nan))
    known = np.where(stocked | (cover == "unestablished"), np.maximum(age, 1.0), np.nan)
    text = [
        composition_text(*row) if use else None
        for *row, use in zip(
            cover, main, table[f"second{end}"], table[f"tenths{end}"].astype(int), stocked, strict=True
        )
    ]
    return pd.DataFrame(
        {
            "DI_LEI": np.where(forest, "0111", tags(cover, LAND_CLASS)),
            "YOU_SHI_SZ": species,
            "SZ_ZC": np.array(text, dtype=object),
            "QI_YUAN": np.where(planted, table[f"origin{end}"], NOTHING),
            "PINGJUN_NL": known,
            "YU_BI_DU": np.round(closure, 2),
            "PINGJUN_XJ": np.where(stocked, np.round(diameter, 1), np.nan),
            "PINGJUN_SG": np.where(stocked, np.round(height, 1), np.nan),
            "HUO_LMGQXJ": np.round(volume, 1),
            "MEI_GQ_ZS": np.where(stocked | (cover == "unestablished"), np.round(stems / 5) * 5, np.nan),
            "PINGJUN_DM": np.where(forest & ~small, np.round(stems * np.pi / 4 * (diameter / 100) ** 2, 1), np.nan),
        }
    )


def age_groups(fields: pd.DataFrame, main: np.ndarray) -> np.ndarray:
    """Return LING_ZU by the dominant species of the main layer; bamboo in three classes; '0' for shrub."""
    result: list[str | None] = []
    for land, code, lead, origin, age in zip(
        fields["DI_LEI"], fields["YOU_SHI_SZ"], main, fields["QI_YUAN"], fields["PINGJUN_NL"], strict=True
    ):
        if land == "0113":
            result.append(str(1 + (age > 2) + (age > 6)))
        elif land in ("0131", "0132"):
            result.append("0")
        elif land == "0111" and not np.isnan(age):
            row = AGE_ROW.get(lead if code in ("610", "630") else code, "broad")
            result.append(str(age_group(row, "natural" if str(origin).startswith("1") else "planted", age)))
        else:
            result.append(None)
    return np.array(result, dtype=object)


def roll_forward(now: pd.DataFrame, then: pd.DataFrame, earlier_row: np.ndarray, years: float) -> pd.DataFrame:
    """Replace stock of desk-updated stands by the earlier figure times a fixed rate, as yearly updates do."""
    rolled = (now["DC_FF"] == "模型更新").to_numpy() & (earlier_row >= 0) & (now["HUO_LMGQXJ"] > 0).to_numpy()
    source = then.loc[np.maximum(earlier_row, 0)].reset_index(drop=True)
    rolled &= (source["HUO_LMGQXJ"] > 0).to_numpy() & (now["BHYY"].isna()).to_numpy()
    rate = tags(source["LING_ZU"], {str(k): v for k, v in ROLLED_RATE.items()}, np.nan).astype(float)
    now = now.copy()
    now["HUO_LMGQXJ"] = np.where(
        rolled & ~np.isnan(rate), np.round(source["HUO_LMGQXJ"] * (1.0 + rate) ** years, 1), now["HUO_LMGQXJ"]
    )
    return now


def assemble(keys: pd.DataFrame, parts: list[pd.DataFrame], area_ha: np.ndarray, date: str) -> pd.DataFrame:
    """Put the columns of one inventory side by side in the order of the schema; unused fields are empty."""
    table = pd.concat([keys.drop(columns="leader"), *parts], axis=1)
    table["SHENG"], table["XIAN"], table["XIANG"] = PROVINCE, COUNTY, TOWNSHIP
    table["LIN_YE_JU"], table["MIAN_JI"], table["DC_RQ"] = COUNTY, np.round(area_ha, 4), date
    table["BCLD"] = "0"
    for name in FIELDS:
        if name not in table:
            table[name] = np.nan if name in NUMBERS else None
    for name in FIELDS:
        if name not in NUMBERS:
            table[name] = table[name].astype(object).where(table[name].notna(), None)
    return table[FIELDS]

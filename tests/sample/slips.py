"""What is wrong in the inventory on purpose: wrong species, recoded stands, empty cells, slips of the pen."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .growth import diameter_cm, height_m, stems_per_ha, volume_m3_ha
from .species import TREES

ERROR_SHARE = 0.055  # of the stands that could carry one; about 4 % of all stands
RECODED = 24
BOTH_DATES = 0.6
MISTAKEN = {  # true cover -> what was written down, how often
    "220": {"310": 0.28, "490": 0.25, "620": 0.12, "660": 0.10, "630": 0.25},
    "261": {"310": 0.6, "490": 0.4},
    "310": {"220": 0.42, "490": 0.16, "620": 0.12, "660": 0.15, "630": 0.15},
    "490": {"220": 0.38, "310": 0.35, "660": 0.12, "630": 0.15},
    "470": {"220": 0.5, "310": 0.5},
    "620": {"220": 0.45, "310": 0.40, "660": 0.15},
    "630": {"220": 0.50, "310": 0.30, "660": 0.20},
    "660": {"310": 0.40, "490": 0.30, "220": 0.30},
}
EMPTY = {
    "YOU_SHI_SZ": 0.025,
    "HUO_LMGQXJ": 0.025,
    "PO_DU": 0.03,
    "TU_CENG_HD": 0.04,
    "PINGJUN_NL": 0.012,
    "YU_BI_DU": 0.01,
    "STBHHX": 0.015,
    "QSZY": 0.02,
}


def plant_errors(table: pd.DataFrame, rng: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table as the surveyors saw it, and what was planted: error, at which dates, recoded."""
    seen = table.copy()
    planted = pd.DataFrame({"planted_error": "no", "error_at": None, "recoded": "no"}, index=table.index)
    steady = table["event"].isna() & (table["split_with"] < 0) & (table["joined_with"] < 0) & (table["grid_ha"] >= 1.0)
    pool = table.index[steady & table["cover"].isin(list(MISTAKEN))]
    wrong = np.sort(rng.choice(pool, size=round(ERROR_SHARE * len(pool)), replace=False))
    for row in wrong.tolist():
        choices = MISTAKEN[table.loc[row, "cover"]]
        cover = str(rng.choice(list(choices), p=list(choices.values())))
        both = rng.random() < BOTH_DATES
        for end in ("", "_2015") if both else ("",):
            write_down(seen, row, end, cover)
        planted.loc[row, ["planted_error", "error_at"]] = ["yes", "both" if both else "now"]
    mixed = table.index[
        steady & (table["cover"] == "630") & (table["main"] == "220") & (planted["planted_error"] == "no")
    ]
    for row in np.sort(rng.choice(mixed, size=RECODED, replace=False)).tolist():
        write_down(seen, row, "_2015", "220")  # once called pure pine, now rightly mixed: recoded, not grown
        planted.loc[row, "recoded"] = "yes"
    planted.loc[planted["error_at"] == "now", "recoded"] = "yes"
    return seen, planted


def write_down(seen: pd.DataFrame, row: int, end: str, cover: str) -> None:
    """Enter another species into one row; figures stay as measured unless bamboo comes in or goes out."""
    old = seen.loc[row, f"cover{end}"]
    main = {"630": "220", "620": "490"}.get(cover, cover)
    second, tenths = {"630": ("490", 6), "620": ("470", 6), "220": ("490", 8)}.get(cover, (None, 10))
    seen.loc[row, [f"cover{end}", f"main{end}", f"second{end}", f"tenths{end}"]] = [cover, main, second, tenths]
    age = np.array([seen.loc[row, f"age{end}"]], dtype=float)
    if old == "660" and cover in TREES:
        age = np.maximum(age, 18.0) + (0.0 if end else 5.0)
        site, density, code = np.array([1.0]), np.array([0.85]), np.array([cover])
        stock, dbh, tall = (
            volume_m3_ha(code, age, site, density),
            diameter_cm(code, age, site, density),
            height_m(code, age, site),
        )
        figures = [age[0], stock[0], dbh[0], tall[0], stems_per_ha(code, stock, dbh, tall)[0]]
        seen.loc[row, [f"{name}{end}" for name in ("age", "volume", "dbh", "height", "stems")]] = figures
    if cover == "660":
        seen.loc[row, [f"{name}{end}" for name in ("age", "volume", "dbh", "height", "stems")]] = [
            4,
            0.0,
            9.5,
            12.0,
            2600,
        ]
        seen.loc[row, f"origin{end}"] = "11"


def hide_cells(fields: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Empty a few per cent of the cells that matter, each on its own."""
    fields = fields.copy()
    stocked = fields["DI_LEI"].isin(["0111", "0113"]).to_numpy()
    for name, share in EMPTY.items():
        gone = stocked & (rng.random(len(fields)) < share)
        fields.loc[gone, name] = np.nan if fields[name].dtype.kind == "f" else None
        if name == "YOU_SHI_SZ":
            fields.loc[gone, ["SZ_ZC", "LING_ZU"]] = None
    return fields


def slip_the_pen(
    fields: pd.DataFrame, planted: pd.DataFrame, rng: np.random.Generator
) -> tuple[pd.DataFrame, np.ndarray]:
    """Plant a dozen plain mistakes that a check can find; return the table and their names."""
    fields, kind = fields.copy(), np.full(len(fields), None, dtype=object)
    pool = np.flatnonzero(
        (fields["DI_LEI"] == "0111")
        & (planted["planted_error"] == "no")
        & fields.notna()[["HUO_LMGQXJ", "PINGJUN_NL", "LING_ZU", "YOU_SHI_SZ", "PINGJUN_SG"]].all(axis=1)
    )
    rows = rng.choice(pool, size=13, replace=False)
    for row in rows[:4]:
        fields.loc[row, "MIAN_JI"], kind[row] = round(fields.loc[row, "MIAN_JI"] * 1.25, 4), "area"
    for row in rows[4:8]:
        fields.loc[row, "LING_ZU"], kind[row] = str((int(fields.loc[row, "LING_ZU"]) + 1) % 5 + 1), "age_group"
    for row in rows[8:10]:
        fields.loc[row, "PINGJUN_SG"], kind[row] = round(fields.loc[row, "PINGJUN_SG"] * 10, 1), "height"
    for row in rows[10:12]:
        fields.loc[row, "HUO_LMGQXJ"], kind[row] = round(fields.loc[row, "HUO_LMGQXJ"] * 10, 1), "volume"
    fields.loc[rows[12], "YOU_SHI_SZ"], kind[rows[12]] = "999", "species_code"
    return fields, kind


def disturbance(table: pd.DataFrame, share: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    """Return DISPE and DISASTER_C; about six in ten visibly infected stands have been reported."""
    forest = table["cover"].isin([*TREES, "660", "sparse", "burnt"]).to_numpy()
    reported = forest & (share > 0.02) & (rng.random(len(table)) < 0.6)
    insects = forest & ~reported & (rng.random(len(table)) < 0.012)
    burnt = (table["cover"] == "burnt").to_numpy()
    kind = np.select([burnt, reported, insects, forest], ["20", "11", "12", "00"], "")
    grade = np.select(
        [burnt, reported & (share > 0.25), reported & (share > 0.08), reported | insects, forest],
        [*"3", *"3", *"2", *"1", *"0"],
        "",
    )
    return pd.DataFrame({"DISPE": kind, "DISASTER_C": grade}).replace("", None)

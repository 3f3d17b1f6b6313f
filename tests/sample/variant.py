"""The same stands as an old office hands them in: GBK shapefile, areas in 亩, closure in per cent, labels for codes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from .inventory import tags
from .tenure import VILLAGE_NAMES

VILLAGES = ("204", "205")
SPECIES = {"220": "马尾松", "261": "湿地松", "310": "杉木", "490": "其它硬阔类", "470": "木荷", "620": "阔叶混"}
SPECIES |= {"630": "针阔混", "610": "针叶混", "660": "毛竹", "550": "桉树", "700": "经济林", "900": "灌木林"}
LAND = {"0111": "乔木林", "0113": "竹林", "0120": "疏林地", "0131": "国家特别规定灌木林地", "0132": "其他灌木林地"}
LAND |= {"0141": "未成林造林地", "0161": "采伐迹地", "0162": "火烧迹地", "0171": "宜林荒山荒地", "0210": "耕地"}
LAND |= {"0230": "水域", "0250": "建设用地"}
ORIGIN = {"11": "纯天然", "12": "人工促进", "13": "天然萌生", "21": "植苗", "24": "人工萌生"}
OWNER = {
    "10": "国有",
    "20": "集体",
    "21": "农户家庭承包",
    "22": "联户合作",
    "23": "集体经济组织经营",
    "30": "个人/其他",
}
AGE = {"1": "幼龄林", "2": "中龄林", "3": "近熟林", "4": "成熟林", "5": "过熟林"}
FOREST = {"11": "重点公益林", "12": "一般公益林", "21": "重点商品林", "22": "一般商品林"}
YES_NO = {"0": "否", "1": "是"}
FLAGS = ("STBHHX", "ZRBHQ", "ZRBHQ_HX", "QSZY")
"""Red line, nature reserve, its core zone and dispute: what a county adds to an old layer when it asks for tickets."""

FIELDS = {
    "XIAN": ("text", 6, 0),
    "XIANG": ("text", 20, 0),
    "CUN": ("text", 20, 0),
    "LIN_BAN": ("text", 4, 0),
    "XIAO_BAN": ("text", 5, 0),
    "MIAN_JI": ("real", 12, 1),
    "DI_LEI": ("text", 30, 0),
    "YOU_SHI_SZ": ("text", 20, 0),
    "SZ_ZC": ("text", 20, 0),
    "QI_YUAN": ("text", 20, 0),
    "PINGJUN_NL": ("integer", 4, 0),
    "LING_ZU": ("text", 10, 0),
    "YU_BI_DU": ("real", 5, 0),
    "PING_JUN_X": ("real", 5, 1),  # PING_JUN_XJ and PING_JUN_GAO cut at ten characters
    "PING_JUN_G": ("real", 5, 1),
    "HUO_LMGQXJ": ("real", 8, 1),
    "MEI_GQ_ZS": ("integer", 6, 0),
    "PO_DU": ("text", 1, 0),
    "TU_CENG_HD": ("integer", 3, 0),
    "LD_QS": ("text", 20, 0),
    "LM_QS": ("text", 20, 0),
    "SEN_LIN_LB": ("text", 20, 0),
    "DC_RQ": ("date", 0, 0),
    "DC_FF": ("text", 20, 0),
    **dict.fromkeys(FLAGS, ("text", 2, 0)),
    "REMARKS": ("text", 50, 0),
}


def office_variant(stands: pd.DataFrame, shape: np.ndarray) -> tuple[pd.DataFrame, np.ndarray, dict]:
    """Return the rows of two villages with labels, 亩 and per cent."""
    chosen = stands["CUN"].isin(VILLAGES).to_numpy()
    rows = stands[chosen].reset_index(drop=True)
    result = rows.rename(columns={"PINGJUN_XJ": "PING_JUN_X", "PINGJUN_SG": "PING_JUN_G"})
    result["XIANG"] = "青溪镇"
    result["CUN"] = [f"{VILLAGE_NAMES[int(v) - 201]}村" for v in rows["CUN"]]
    result["MIAN_JI"] = np.round(rows["MIAN_JI"] * 15.0, 1)
    result["YU_BI_DU"] = np.round(rows["YU_BI_DU"] * 100.0)
    for name, words in (("YOU_SHI_SZ", SPECIES), ("DI_LEI", LAND), ("QI_YUAN", ORIGIN), ("LD_QS", OWNER)):
        result[name] = tags(rows[name], words)
    for name, words in (("LM_QS", OWNER), ("LING_ZU", AGE), ("SEN_LIN_LB", FOREST)):
        result[name] = tags(rows[name], words)
    for name in FLAGS:
        result[name] = tags(rows[name], YES_NO)
    return result[list(FIELDS)], shape[chosen], FIELDS

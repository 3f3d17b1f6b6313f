"""Rights and claims that do not follow the stands: tenure parcels, credited parcels, villages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from .damage import blob
from .landscape import Landscape
from .outlines import draw_lines, polygons
from .parcels import FOREST, Parcels, nearest_seed, seeds_by_weight, tidy, walking_cost
from .place import dice

PARCELS = 460
VILLAGE_NAMES = ["溪口", "上坑", "下坪", "竹洲", "松岭", "杉坑", "黄地", "石陂", "大源", "樟坂"]
SURNAMES = "张王李陈林黄吴刘杨廖邓肖罗谢曾"
RIGHTS = ["林地使用权和林木所有权", "林地承包经营权", "林木所有权"]
TENURE_FIELDS = {
    "certificate": ("text", 40, 0),
    "holder": ("text", 40, 0),
    "right": ("text", 40, 0),
    "valid_to": ("date", 0, 0),
    "disputed": ("text", 3, 0),
    "CUN": ("text", 3, 0),
}
CREDITED_FIELDS = {
    "scheme": ("text", 10, 0),
    "scheme_id": ("text", 40, 0),
    "period_start": ("date", 0, 0),
    "period_end": ("date", 0, 0),
}
CLAIMS = [  # scheme, number, start, end, ha, how it lies: blob over borders or whole stands
    ("VCS", "VCS-9001", "2016-01-01", "2035-12-31", 70.0, "blob"),
    ("VCS", "VCS-9002", "2021-06-01", "2040-12-31", 45.0, "blob"),
    ("CCER", "CCER-9011", "2018-01-01", "2037-12-31", 55.0, "blob"),
    ("CCER", "CCER-9012", "2006-11-01", "2026-10-31", 30.0, "stands"),
    ("FFCER", "FFCER-9021", "2016-01-01", "2020-12-31", 60.0, "blob"),
    ("FFCER", "FFCER-9022", "2011-01-01", "2015-12-31", 65.0, "blob"),
    ("FFCER", "FFCER-9023", "2013-07-01", "2017-06-30", 25.0, "stands"),
    ("SMCER", "SMCER-2021-901", "2016-01-01", "2020-12-31", 40.0, "stands"),
    ("SMCER", "SMCER-2021-902", "2016-01-01", "2020-12-31", 18.0, "blob"),
    ("SMCER", "SMCER-2026-903", "2021-01-01", "2025-12-31", 50.0, "blob"),
    ("SMCER", "SMCER-2021-904", "2016-01-01", "2020-12-31", 8.0, "blob"),
    ("VCS", "VCS-9003", "2020-12-31", "2040-12-30", 20.0, "blob"),  # one day of overlap
]


def make_tenure(land: Landscape, parcels: Parcels) -> tuple[pd.DataFrame, np.ndarray]:
    """Return tenure parcels, drawn anew over the forest land; about one in fifteen is not registered."""
    rng = dice("tenure")
    inside = parcels.atom >= 0
    seeds = seeds_by_weight(np.where(inside & (parcels.ground == FOREST), 1.0, 0.02) * inside, PARCELS, rng)
    label = nearest_seed(walking_cost(land, rng, 2.5), seeds, np.where(inside, parcels.village, -1))
    label = tidy(np.where(inside, label, -1), 30, np.where(inside, parcels.village, -1))
    numbers, flat = np.unique(label[inside], return_inverse=True)
    label[inside] = flat
    forest = np.bincount(flat, weights=(parcels.ground[inside] == FOREST)) / np.bincount(flat)
    village = np.zeros(len(numbers), dtype=int)
    village[flat] = parcels.village[inside]
    geometry = polygons(draw_lines(label, sigma=2.6, tolerance_m=7.0), np.arange(len(numbers)))
    kept = (forest > 0.6) & (rng.random(len(numbers)) > 0.06)
    return tenure_rows(village[kept], rng), geometry[kept]


def tenure_rows(village: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    count = len(village)
    kind = rng.choice(
        ["collective", "household", "joint", "company", "state"], size=count, p=[0.38, 0.36, 0.12, 0.10, 0.04]
    )
    holder = []
    for k, v in zip(kind, village.tolist(), strict=True):
        person = f"{rng.choice(list(SURNAMES))}某{rng.choice(list('甲乙丙丁戊己'))}"
        choices = {
            "collective": f"{VILLAGE_NAMES[v]}村集体",
            "household": person,
            "joint": f"{person}等{rng.integers(3, 12)}户",
            "company": rng.choice(["青溪林业有限公司(虚构)", "绿岭合作社(虚构)"]),
            "state": "青溪国有林场(虚构)",
        }
        holder.append(str(choices[k]))
    expiry = rng.choice(
        ["2017-12-31", "2019-06-30", "2020-06-30", "2024-12-31", "2029-12-31", "2037-12-31", "2055-12-31"],
        size=count,
        p=[0.02, 0.03, 0.02, 0.05, 0.18, 0.35, 0.35],
    ).astype(object)
    expiry[(kind == "state") | ((kind == "collective") & (rng.random(count) < 0.15))] = None
    disputed = rng.choice(np.array(["no", "yes", None], dtype=object), size=count, p=[0.93, 0.045, 0.025])
    certificate = np.array([f"将林证字(虚构)第{n:05d}号" for n in 10_001 + np.arange(count)], dtype=object)
    certificate[rng.random(count) < 0.015] = None
    return pd.DataFrame(
        {
            "certificate": certificate,
            "holder": holder,
            "right": rng.choice(RIGHTS, size=count, p=[0.6, 0.25, 0.15]),
            "valid_to": expiry,
            "disputed": disputed,
            "CUN": [f"{201 + v}" for v in village.tolist()],
        }
    )


def make_credited(outline: np.ndarray, forest: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Return parcels already claimed elsewhere; some follow stands, most cut through them."""
    rng = dice("credited")
    rows: list[tuple[str, str, str, str]] = []
    shapes: list[shapely.Geometry] = []
    whole = shapely.union_all(outline)
    centre = shapely.get_coordinates(shapely.point_on_surface(outline))
    for scheme, number, start, end, area_ha, lie in CLAIMS:
        for _ in range(200):
            x, y = centre[rng.choice(np.flatnonzero(forest))]
            shape = shapely.buffer(blob(x, y, area_ha, rng), 0.0)
            if lie == "stands":
                picked = outline[forest & shapely.contains_xy(shape, centre[:, 0], centre[:, 1])]
                shape = shapely.union_all(picked) if len(picked) else shapely.Polygon()
            shape = shapely.normalize(shapely.set_precision(shapely.intersection(shape, whole), 0.01))
            apart = not any(shapely.intersects(shape, other) for other in shapes)
            if not shape.is_empty and shape.geom_type == "Polygon" and (apart or number == "SMCER-2021-904"):
                break
        rows.append((scheme, number, start, end))
        shapes.append(shape)
    return pd.DataFrame(rows, columns=list(CREDITED_FIELDS)), np.array(shapes, dtype=object)


def make_villages(village: np.ndarray, outline: np.ndarray) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the village areas, put together from the stands' own lines."""
    numbers = np.unique(village)
    geometry = np.array([shapely.union_all(outline[village == n]) for n in numbers], dtype=object)
    table = pd.DataFrame(
        {
            "CUN": [f"{201 + n}" for n in numbers.tolist()],
            "name": [f"{VILLAGE_NAMES[n]}村(虚构)" for n in numbers.tolist()],
        }
    )
    return table, shapely.normalize(geometry)

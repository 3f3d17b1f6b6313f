"""What a 10 m satellite composite sees: spectra of tree groups, mixed cells, relief, noise, cloud, damage."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import ndimage

from .landscape import Landscape, fractal
from .place import IMAGE_GRID, dice

BANDS = ["B2", "B3", "B4", "B5", "B6", "B7", "B8", "B8A", "B11", "B12"]
STEP = np.array([25, 25, 25, 40, 80, 80, 100, 100, 80, 50])  # quantisation, about as coarse as the cell noise

SPECTRA = {  # reflectance x 10,000; plausible for early winter, drawn by hand
    "pine": (238, 400, 298, 742, 1700, 1990, 2150, 2300, 1270, 630),
    "slash_pine": (230, 395, 285, 740, 1760, 2070, 2240, 2390, 1210, 590),
    "fir": (200, 362, 243, 690, 1880, 2300, 2460, 2600, 1090, 485),
    "broadleaf": (235, 470, 275, 900, 2470, 3000, 3190, 3340, 1530, 690),
    "schima": (225, 450, 262, 880, 2500, 3080, 3270, 3420, 1500, 660),
    "bamboo": (270, 545, 320, 1010, 2400, 2830, 2990, 3160, 1790, 870),
    "eucalyptus": (260, 455, 335, 880, 2060, 2430, 2600, 2750, 1490, 770),
    "orchard": (360, 610, 500, 1110, 2180, 2480, 2640, 2820, 1990, 1180),
    "shrub": (350, 600, 510, 1120, 2080, 2360, 2510, 2690, 2030, 1230),
    "grass": (470, 700, 740, 1290, 1990, 2190, 2330, 2510, 2500, 1640),
    "soil": (690, 930, 1150, 1500, 1760, 1890, 2030, 2200, 2850, 2150),
    "field": (480, 740, 720, 1310, 2080, 2330, 2480, 2640, 2350, 1560),
    "water": (350, 400, 280, 240, 200, 190, 180, 160, 90, 60),
    "built": (1050, 1180, 1280, 1450, 1620, 1710, 1840, 1910, 2150, 1900),
    "burnt": (400, 450, 520, 660, 830, 940, 1030, 1160, 1720, 1580),
    "dead_pine": (400, 540, 740, 1030, 1440, 1640, 1750, 1890, 1930, 1330),
    "cloud": (4200, 4150, 4200, 4300, 4450, 4500, 4600, 4650, 3900, 3000),
}
NAMES = list(SPECTRA)
TABLE = np.array([SPECTRA[n] for n in NAMES], dtype=float)
OF_SPECIES = {
    "220": "pine",
    "261": "slash_pine",
    "310": "fir",
    "490": "broadleaf",
    "470": "schima",
    "550": "eucalyptus",
}
OF_COVER = {"660": "bamboo", "700": "orchard", "900": "shrub", "sparse": "shrub", "barren": "grass", "cutover": "soil"}
OF_COVER |= {"unestablished": "grass", "cropland": "field", "water": "water", "built": "built", "burnt": "burnt"}

# How alike the groups are. Raise STAND_* to make the classes harder to tell apart (README, "How the noise was chosen").
STAND_BRIGHTNESS, STAND_SLOPE, STAND_INFRARED, STAND_BAND = 0.040, 0.025, 0.025, 0.013
CELL_TEXTURE, CELL_NOISE, RELIEF = 0.052, 0.025, 0.55
PATCHINESS = 0.30
SUN_AZIMUTH, SUN_HEIGHT = 157.0, 41.0
HAZE = {"2015": (18.0, 1.00), "2020": (0.0, 1.02)}


def stand_spectra(state: pd.DataFrame, end: str, rng: np.random.Generator, lasting: np.ndarray) -> tuple:
    """Return main and second spectrum of every piece (rows x 10) and the main one's share."""
    cover, main, second = (state[f"{name}{end}"].to_numpy() for name in ("cover", "main", "second"))
    first = np.array([OF_COVER.get(c) or OF_SPECIES[m] for c, m in zip(cover, main, strict=True)])
    other = np.array([OF_SPECIES.get(s, f) if s else f for s, f in zip(second, first, strict=True)])
    one, two = TABLE[[NAMES.index(n) for n in first]], TABLE[[NAMES.index(n) for n in other]]
    age = np.nan_to_num(state[f"age{end}"].to_numpy(float), nan=20.0)
    density = state[f"density{end}"].to_numpy(float)
    wooded = np.isin(first, ["pine", "slash_pine", "fir", "broadleaf", "schima", "bamboo", "eucalyptus"])
    open_share = np.clip(0.62 - 0.62 * density - 0.10 * (1 - np.exp(-age / 12.0)), 0.02, 0.6)
    open_share = np.where(wooded & (age < 8), np.maximum(open_share, 0.55 - 0.06 * age), open_share)
    open_share = np.where(wooded, open_share, 0.0)[:, None]
    under = TABLE[NAMES.index("shrub")]
    one, two = one * (1 - open_share) + under * open_share, two * (1 - open_share) + under * open_share
    shade = np.where(wooded, 1.0 - 0.0022 * np.clip(age - 20.0, -15.0, 30.0), 1.0)[:, None]
    now = rng.standard_normal((len(state), 13))
    draw = 0.8 * lasting + 0.6 * now  # most of what makes a stand special stays for five years
    infrared = np.array([0, 0, 0, 0.3, 1, 1, 1, 1, 0, 0])
    swir = np.array([0, 0, 0, 0, 0, 0, 0, 0, 1, 1.2])
    visible = np.array([0.8, 1, 1.1, 0.7, 0, 0, 0, 0, 0, 0])
    factor = np.exp(
        STAND_BRIGHTNESS * draw[:, :1]
        + STAND_INFRARED * draw[:, 1:2] * infrared
        + STAND_SLOPE * (draw[:, 2:3] * swir + 0.8 * draw[:, 11:12] * visible)
        + STAND_BAND * (0.8 * draw[:, 3:13])
    )
    return one * shade * factor, two * shade * factor, state[f"tenths{end}"].to_numpy(float) / 10.0


def sunlight(land: Landscape) -> np.ndarray:
    """Return brightness by relief on the image grid, 1 on flat ground (partly corrected, as in real composites)."""
    slope, aspect = np.radians(land.slope_deg), np.radians(land.aspect_deg)
    zenith = np.radians(90.0 - SUN_HEIGHT)
    lit = np.cos(zenith) * np.cos(slope) + np.sin(zenith) * np.sin(slope) * np.cos(np.radians(SUN_AZIMUTH) - aspect)
    light = 1.0 + RELIEF * (np.clip(lit, 0.05, None) / np.cos(zenith) - 1.0)
    return np.clip(ndimage.zoom(light, 2, order=1, grid_mode=True, mode="nearest"), 0.35, 1.5)


def compose(
    state: pd.DataFrame, end: str, atom: np.ndarray, light: np.ndarray, dead: np.ndarray, lost: np.ndarray
) -> np.ndarray:
    """Return one date's composite, (10, rows, cols), reflectance x 10,000, without gaps.

    ``dead`` and ``lost`` are the shares of each cell with dead crowns and with felled or burnt ground.
    """
    rng, lasting = dice(f"image{end}"), dice("stands seen from above").standard_normal((len(state), 13))
    one, two, share = stand_spectra(state, end, rng, lasting)
    pattern = fractal(atom.shape, 1.2, 12, dice("crowns"))  # groups of trees stay where they are
    mixed = np.clip(share[atom] + PATCHINESS * pattern * np.sqrt(4 * share * (1 - share))[atom], 0.0, 1.0)
    crowns = fractal(atom.shape, 1.0, 8, rng) * 0.7 + pattern * 0.5
    lively = np.where(np.isin(state[f"cover{end}"], ["water", "cropland"]), 0.35, 1.0)[atom]
    bright = light * (1.0 + CELL_TEXTURE * lively * crowns)
    haze, gain = HAZE["2015" if end else "2020"]
    bands = np.empty((len(BANDS), *atom.shape), dtype=np.float32)
    for k in range(len(BANDS)):
        value = one[:, k][atom] * mixed + two[:, k][atom] * (1.0 - mixed)
        value = value * (1.0 - dead) + TABLE[NAMES.index("dead_pine"), k] * dead
        value = value * (1.0 - lost) + TABLE[NAMES.index("soil"), k] * lost
        value = ndimage.gaussian_filter(value * bright, 0.65)  # a cell sees a little of its neighbours
        value += CELL_NOISE * np.sqrt(value * 900.0) * rng.standard_normal(atom.shape)
        bands[k] = value * gain + haze * (1.4 if k < 3 else 0.4)
    return bands


def clouds(shape: tuple[int, int], share: float, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return masked cells (cloud and shadow, nodata) and a thin veil (0 to 0.06) that the mask missed."""
    field = ndimage.gaussian_filter(fractal(shape, 3.4, 110, dice(name)), 2.0)
    cloud = field > np.quantile(field, 1.0 - share)
    shadow = np.roll(cloud, (-22, -10), axis=(0, 1))
    veil = np.clip(ndimage.gaussian_filter(cloud.astype(float), 7.0), 0.0, 1.0) * 0.06
    return cloud | shadow, veil


def quantise(bands: np.ndarray, masked: np.ndarray, veil: np.ndarray) -> np.ndarray:
    """Round to steps near the noise, so that the file stays small; 0 is nodata."""
    result = np.empty(bands.shape, dtype=np.uint16)
    for k, step in enumerate(STEP):
        value = bands[k] * (1.0 - veil) + TABLE[NAMES.index("cloud"), k] * veil
        result[k] = np.clip(np.round(value / step), 1, 600) * step
        result[k][masked] = 0
    return result


def image_cells(grid_label: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Extend the pieces 150 m beyond the township; return piece of every cell and the cells that get a value."""
    inside = grid_label >= 0
    away, (row, col) = ndimage.distance_transform_edt(~inside, return_indices=True)
    if grid_label.shape != IMAGE_GRID.shape:
        raise ValueError(grid_label.shape)
    return grid_label[row, col], away <= 150.0 / IMAGE_GRID.cell

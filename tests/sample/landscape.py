"""Mountains, streams and valley floors: fractal uplift worn down by running water."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .place import OUTLINE_GRID, dice

NEIGHBOURS = [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1)]
LOWEST_M, HIGHEST_M = 165.0, 935.0


@dataclass(frozen=True)
class Landscape:
    """All on the outline grid: elevation in m, slope in degrees, aspect clockwise from north, drained area in ha."""

    elevation_m: np.ndarray
    slope_deg: np.ndarray
    aspect_deg: np.ndarray
    drained_ha: np.ndarray
    receiver: np.ndarray
    above_stream_m: np.ndarray
    relative_position: np.ndarray  # 0 in the valley, 1 on the ridge
    ridge: np.ndarray  # strength of ridge and valley lines, 0 to 1: where stand boundaries like to run


def fractal(shape: tuple[int, ...], roughness: float, longest_cells: float, rng: np.random.Generator) -> np.ndarray:
    """Return noise with mean 0 and standard deviation 1; a larger ``roughness`` makes smoother hills."""
    rows, cols = shape
    big = (2 * rows, 2 * cols)  # twice the size, so that opposite edges do not match
    frequency = np.hypot(np.fft.fftfreq(rows * 2, 1.0)[:, None], np.fft.rfftfreq(cols * 2, 1.0)[None, :])
    amplitude = np.maximum(frequency, 1.0 / longest_cells) ** (-roughness / 2.0)
    amplitude[0, 0] = 0.0
    spectrum = np.fft.rfft2(rng.standard_normal(big)) * amplitude
    field = np.fft.irfft2(spectrum, s=big)[:rows, :cols]
    return np.round((field - field.mean()) / field.std(), 6)


def fill(elevation: np.ndarray, outlets: np.ndarray) -> np.ndarray:
    """Raise every hollow until it drains to an outlet (priority flood with a small gradient)."""
    rows, cols = elevation.shape
    filled = elevation.copy().tolist()
    seen = outlets.copy().tolist()
    heap = [(elevation[r, c], int(r), int(c)) for r, c in np.argwhere(outlets)]
    heapq.heapify(heap)
    while heap:
        level, r, c = heapq.heappop(heap)
        for dr, dc in NEIGHBOURS:
            i, j = r + dr, c + dc
            if 0 <= i < rows and 0 <= j < cols and not seen[i][j]:
                seen[i][j] = True
                filled[i][j] = max(filled[i][j], level + 1e-3)
                heapq.heappush(heap, (filled[i][j], i, j))
    return np.array(filled)


def drain(filled: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return receiver of each cell (itself at an outlet), distance to it in cells, and cells from low to high."""
    rows, cols = filled.shape
    index = np.arange(rows * cols).reshape(rows, cols)
    padded = np.pad(filled, 1, constant_values=np.inf)
    best = np.zeros(filled.shape)
    receiver, length = index.copy(), np.ones(filled.shape)
    for dr, dc in NEIGHBOURS:
        step = float(np.hypot(dr, dc))
        drop = (filled - padded[1 + dr : 1 + dr + rows, 1 + dc : 1 + dc + cols]) / step
        better = drop > best
        best = np.where(better, drop, best)
        receiver = np.where(better, index + dr * cols + dc, receiver)
        length = np.where(better, step, length)
    return receiver.ravel(), length.ravel(), np.argsort(filled.ravel(), kind="stable")


def accumulate(receiver: np.ndarray, order: np.ndarray, each: float) -> np.ndarray:
    total = [each] * len(receiver)
    to = receiver.tolist()
    for cell in order[::-1].tolist():
        if to[cell] != cell:
            total[to[cell]] += total[cell]
    return np.array(total)


def erode(steps: int = 45) -> np.ndarray:
    """Let streams cut into fractal uplift (stream power law, implicit in time) on 60 m cells."""
    rng = dice("landscape")
    shape = (OUTLINE_GRID.rows // 3 + 14, OUTLINE_GRID.cols // 3 + 14)
    uplift = np.exp(0.22 * fractal(shape, 3.0, 120, rng))
    level = 60.0 * fractal(shape, 3.2, 150, rng) + 260.0
    edge = np.zeros(shape, dtype=bool)
    edge[[0, -1], :] = edge[:, [0, -1]] = True
    base = 150.0 + 130.0 * np.abs(fractal(shape, 3.6, 200, rng))
    base -= 110.0 * np.linspace(0, 1, shape[0])[:, None]
    level = np.where(edge, base, level + 25.0 * fractal(shape, 2.0, 30, rng))
    for _ in range(steps):
        filled = fill(level, edge)
        receiver, length, order = drain(filled)
        power = 0.62 * accumulate(receiver, order, 1.0) ** 0.45 / length
        target = (filled + np.where(edge, 0.0, 7.5 * uplift)).ravel().tolist()
        to, weight = receiver.tolist(), (power * 0.35).tolist()
        for cell in order.tolist():  # from the outlets upwards, so that the receiver is already known
            if to[cell] != cell:
                target[cell] = (target[cell] + weight[cell] * target[to[cell]]) / (1.0 + weight[cell])
        level = np.array(target).reshape(shape)
        level = np.where(edge, base, level + 0.06 * ndimage.laplace(level))
    return level


def relative_position(elevation: np.ndarray) -> np.ndarray:
    low = ndimage.gaussian_filter(ndimage.minimum_filter(elevation, 45), 12)
    high = ndimage.gaussian_filter(ndimage.maximum_filter(elevation, 45), 12)
    return np.clip((elevation - low) / np.maximum(high - low, 1.0), 0.0, 1.0)


def make_landscape() -> Landscape:
    grid = OUTLINE_GRID
    rng = dice("small hills")
    coarse = erode()
    fine = ndimage.zoom(coarse, 3, order=3)[21 : 21 + grid.rows, 21 : 21 + grid.cols]
    fine = fine + 5.0 * fractal(grid.shape, 2.6, 40, rng)
    fine = ndimage.gaussian_filter(fine, 1.0)
    fine = LOWEST_M + (fine - fine.min()) * (HIGHEST_M - LOWEST_M) / (fine.max() - fine.min())
    edge = np.zeros(grid.shape, dtype=bool)
    edge[[0, -1], :] = edge[:, [0, -1]] = True
    filled = fill(fine, edge)
    receiver, _, order = drain(filled)
    drained = accumulate(receiver, order, grid.cell**2 / 1e4).reshape(grid.shape)
    down, east = np.gradient(fine, grid.cell)
    slope = np.degrees(np.arctan(np.hypot(down, east)))
    aspect = np.degrees(np.arctan2(-east, down)) % 360.0
    curvature = ndimage.laplace(ndimage.gaussian_filter(fine, 2.0))
    local = np.sqrt(ndimage.gaussian_filter(curvature**2, 20))
    ridge = np.clip(np.abs(curvature) / (2.0 * local), 0.0, 1.0)
    above = height_above_stream(filled, receiver, order, drained, 60.0)
    return Landscape(filled, slope, aspect, drained, receiver, above, relative_position(filled), ridge)


def height_above_stream(
    filled: np.ndarray, receiver: np.ndarray, order: np.ndarray, drained: np.ndarray, stream_ha: float
) -> np.ndarray:
    """Return the height of each cell above the stream cell it drains to."""
    ground, is_stream = filled.ravel().tolist(), (drained.ravel() >= stream_ha).tolist()
    bed, to = list(ground), receiver.tolist()
    for cell in order.tolist():
        if not is_stream[cell] and to[cell] != cell:
            bed[cell] = bed[to[cell]]
    return (filled.ravel() - np.array(bed)).reshape(filled.shape)

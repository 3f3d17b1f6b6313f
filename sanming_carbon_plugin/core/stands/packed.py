"""Outlines of stands as one long row of corners: half the memory of geometry objects.

A million stands of sixty corners take 1 GB this way and 1.8 GB as objects. Nothing is lost: what is taken out again
has the same corners, rings and parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ObjectArray = npt.NDArray[np.object_]

STANDS_AT_ONCE = 2_000
"""Geometries are made by calls that let no other thread work; of so many the window of QGIS notices nothing."""

_MISSING, _POLYGON, _MULTIPOLYGON = -1, 3, 6
_FEWEST_CORNERS = 4
_RESERVE = 1.02


@dataclass(frozen=True, eq=False)
class PackedOutlines:
    """Polygons and multipolygons in the order of the stands; stands in for an array of geometries.

    A slice or some rows of it are geometries; where an array is wanted, all of them are made, so that whoever does
    not know this class works with it all the same.

    Attributes
    ----------
    corners
        x and y, shape (corners, 2), ring after ring; the last corner of a ring is its first.
    ring_start
        Place of the first corner of each ring and, last, the end; rings + 1.
    polygon_start
        The first ring of each polygon and the end; it is the shell, the others are holes. A polygon without
        rings is empty.
    stand_start
        The first polygon of each stand and the end.
    kind
        Type of each stand's geometry: 3 polygon, 6 multipolygon, -1 none.
    """

    corners: FloatArray
    ring_start: IntArray
    polygon_start: IntArray
    stand_start: IntArray
    kind: npt.NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.kind)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> ObjectArray:  # noqa: ANN401
        return np.asarray(self[:], dtype=dtype)

    def __getitem__(self, rows: int | slice | npt.NDArray[Any]) -> Any:  # noqa: ANN401 - as of an array
        """Geometries of some stands: of a slice, by their numbers, or by a mask; of one by its number."""
        if isinstance(rows, (int, np.integer)):
            return self[np.array([rows])][0]
        stands = np.arange(len(self))[rows]
        polygons, owner = parts_of(self.stand_start, stands)
        made = self.polygons(polygons)
        kind = self.kind[stands]
        found = np.full(len(stands), None, dtype=object)
        whole = kind[owner] == _POLYGON
        found[owner[whole]] = made[whole]
        found[kind == _MULTIPOLYGON] = shapely.MultiPolygon()
        if not whole.all():
            shapely.multipolygons(made[~whole], indices=owner[~whole], out=found)
        return found

    def polygons(self, numbers: IntArray) -> ObjectArray:
        """Single polygons as geometries, by their numbers."""
        rings, owner = parts_of(self.polygon_start, numbers)
        found = np.full(len(numbers), shapely.Polygon(), dtype=object)
        # Flat rings of three corners can be read, but not be made from corners.
        odd = np.zeros(len(numbers), dtype=bool)
        odd[owner[np.diff(self.ring_start)[rings] < _FEWEST_CORNERS]] = True
        usual = ~odd[owner]
        if usual.any():
            places, ring = parts_of(self.ring_start, rings[usual])
            with np.errstate(invalid="ignore"):
                made = shapely.linearrings(self.corners[places], indices=ring)
                shapely.polygons(made, indices=owner[usual], out=found)
        for number in np.flatnonzero(odd):
            found[number] = self._read_back(int(numbers[number]))
        return found

    def _read_back(self, polygon: int) -> shapely.Geometry:
        rings = range(self.polygon_start[polygon], self.polygon_start[polygon + 1])
        content = b"\x01" + np.array([_POLYGON, len(rings)], dtype="<u4").tobytes()
        for ring in rings:
            corners = self.corners[self.ring_start[ring] : self.ring_start[ring + 1]]
            content += np.array([len(corners)], dtype="<u4").tobytes() + corners.astype("<f8").tobytes()
        return shapely.from_wkb(content)

    def moved(self, move: Callable[[ObjectArray], ObjectArray]) -> PackedOutlines:
        """The same stands moved, some at a time."""
        packer = OutlinePacker(len(self))
        for _, geometry in portions_of(self):
            packer.add(move(geometry))
        return packer.packed()

    def corner_counts(self) -> IntArray:
        """Number of corners of each polygon."""
        return np.diff(self.ring_start[self.polygon_start])

    def polygon_boxes(self) -> FloatArray:
        """Smallest x and y, largest x and y of each polygon, shape (polygons, 4); NaN for empty ones."""
        found = np.full((len(self.polygon_start) - 1, 4), np.nan)
        for first in range(0, len(found), STANDS_AT_ONCE):
            part = slice(first, min(first + STANDS_AT_ONCE, len(found)))
            self._box(part, found[part])
        return found

    def _box(self, part: slice, found: FloatArray) -> None:
        first_ring = self.polygon_start[part.start : part.stop + 1]
        starts = self.ring_start[first_ring[0] : first_ring[-1] + 1]
        if len(starts) <= 1:  # no ring at all
            return
        corners, places = self.corners[starts[0] : starts[-1]], starts[:-1] - starts[0]
        filled = np.diff(first_ring) > 0
        # What a polygon spans is what its shell spans.
        shell = first_ring[:-1][filled] - first_ring[0]
        with np.errstate(invalid="ignore"):
            found[filled, :2] = np.minimum.reduceat(corners, places)[shell]
            found[filled, 2:] = np.maximum.reduceat(corners, places)[shell]
            odd = np.flatnonzero(filled & ~np.isfinite(found).all(axis=1))
            if len(odd):
                found[odd] = shapely.bounds(self.polygons(odd + part.start))

    def bounds(self) -> FloatArray:
        """Smallest x and y, largest x and y of each stand, shape (n, 4); NaN where there is no polygon."""
        boxes = self.polygon_boxes()
        has_some = np.diff(self.stand_start) > 0
        starts = self.stand_start[:-1][has_some]
        if len(starts) == len(boxes) == len(self):
            return boxes
        found = np.full((len(self), 4), np.nan)
        if len(starts):
            found[has_some, :2] = np.fmin.reduceat(boxes[:, :2], starts)
            found[has_some, 2:] = np.fmax.reduceat(boxes[:, 2:], starts)
        return found


Outlined = ObjectArray | PackedOutlines
"""Outlines of stands: an array of geometries, or the same packed."""


def outlined(geometry: Outlined) -> Outlined:
    """The outlines as an array, or packed as they are."""
    return geometry if isinstance(geometry, PackedOutlines) else np.asarray(geometry, dtype=object)


def bounds_of(geometry: Outlined) -> FloatArray:
    """Smallest x and y, largest x and y of each stand, shape (n, 4); NaN where there is no geometry."""
    if isinstance(geometry, PackedOutlines):
        return geometry.bounds()
    with np.errstate(invalid="ignore"):
        found: FloatArray = shapely.bounds(geometry).reshape(-1, 4)
    return found


def kinds_of(geometry: Outlined) -> npt.NDArray[np.integer[Any]]:
    """Type of each stand's geometry as shapely numbers them, -1 where there is none."""
    if isinstance(geometry, PackedOutlines):
        return geometry.kind
    found: npt.NDArray[np.int32] = shapely.get_type_id(geometry)
    return found


def portions_of(geometry: Outlined) -> Iterator[tuple[slice, ObjectArray]]:
    """Geometries of some stands after the others, each time with their place."""
    for first in range(0, len(geometry), STANDS_AT_ONCE):
        part = slice(first, min(first + STANDS_AT_ONCE, len(geometry)))
        yield part, geometry[part]


def parts_of(starts: IntArray, numbers: IntArray) -> tuple[IntArray, IntArray]:
    """Numbers of all parts of some wholes, and for each part the position of its whole in ``numbers``."""
    first = starts[numbers]
    count = starts[numbers + 1] - first
    owner = np.repeat(np.arange(len(numbers)), count)
    return np.arange(len(owner)) + (first - (np.cumsum(count) - count))[owner], owner


class OutlinePacker:
    """Packs geometries as they come, some at a time.

    Parameters
    ----------
    stands_about
        How many there will be, so that memory is asked for once; 0 where that is not known.
    """

    def __init__(self, stands_about: int = 0) -> None:
        self._about = stands_about
        self._corners = _Growing(2, np.float64)
        self._ring_sizes, self._polygon_sizes = _Growing(0, np.int32), _Growing(0, np.int32)
        self._stand_sizes, self._kinds = _Growing(0, np.int32), _Growing(0, np.int8)

    def add(self, geometry: ObjectArray) -> None:
        """Pack further stands: polygons, multipolygons or None; heights are left out.

        Raises
        ------
        ValueError
            For any other geometry.
        """
        kind = shapely.get_type_id(geometry)
        if not np.isin(kind, (_MISSING, _POLYGON, _MULTIPOLYGON)).all():
            message = "only polygons can be packed"
            raise ValueError(message)
        polygons, stand = shapely.get_parts(geometry, return_index=True)
        rings, polygon = shapely.get_rings(polygons, return_index=True)
        filled = ~shapely.is_empty(rings)
        rings, polygon = rings[filled], polygon[filled]
        corners, ring = shapely.get_coordinates(rings, return_index=True)
        share = (self._kinds.used + len(kind)) / max(self._about, 1)
        for grown, new in (
            (self._kinds, kind),
            (self._stand_sizes, np.bincount(stand, minlength=len(kind))),
            (self._polygon_sizes, np.bincount(polygon, minlength=len(polygons))),
            (self._ring_sizes, np.bincount(ring, minlength=len(rings))),
            (self._corners, corners),
        ):
            grown.add(new, share)

    def packed(self) -> PackedOutlines:
        """All stands that were added."""
        return PackedOutlines(
            corners=self._corners.all(),
            ring_start=_starts(self._ring_sizes.all()),
            polygon_start=_starts(self._polygon_sizes.all()),
            stand_start=_starts(self._stand_sizes.all()),
            kind=self._kinds.all(),
        )


class _Growing:
    """Rows of numbers that grow in place; a second copy of them would not fit beside the first."""

    def __init__(self, width: int, kind: Any) -> None:  # noqa: ANN401
        self._width = (width,) if width else ()
        self._rows = np.empty((0, *self._width), dtype=kind)
        self.used = 0

    def add(self, new: npt.NDArray[Any], share: float) -> None:
        """Add rows, after which about ``share`` (0..1) of all will be there."""
        end = self.used + len(new)
        if end > len(self._rows):
            room = max(end, int(end / min(share, 1.0) * _RESERVE)) if share > 0 else end
            self._rows.resize((room, *self._width), refcheck=False)
        self._rows[self.used : end] = new
        self.used = end

    def all(self) -> npt.NDArray[Any]:
        """All rows added, in memory of just their size."""
        self._rows.resize((self.used, *self._width), refcheck=False)
        return self._rows


def _starts(sizes: npt.NDArray[np.int32]) -> IntArray:
    starts = np.zeros(len(sizes) + 1, dtype=np.int64)
    np.cumsum(sizes, out=starts[1:])
    return starts

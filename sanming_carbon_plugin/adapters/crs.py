"""Coordinate reference systems: which one it is, whether two are the same, what the coordinates tell.

Coordinates are always x, y (easting, northing or longitude, latitude), whatever order an authority states.
Everything goes through GDAL's own PROJ, so that no second one is loaded beside QGIS.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..core.errors import InputError

if TYPE_CHECKING:
    from osgeo import osr

Points = npt.NDArray[np.float64]
Extent = tuple[float, float, float, float]
"""xmin, ymin, xmax, ymax"""

TransformPoints = Callable[[Points], Points]

_PARAMETERS = (
    "false_easting",
    "false_northing",
    "central_meridian",
    "longitude_of_center",
    "latitude_of_origin",
    "latitude_of_center",
    "scale_factor",
    "standard_parallel_1",
    "standard_parallel_2",
    "azimuth",
    "rectified_grid_angle",
)
_SMALL_MARGIN_DEG = 1.0
_SMALL_MARGIN_M = 200_000.0
_SURE_PERCENT = 90


class Candidate(NamedTuple):
    """A CRS that coordinates could be in."""

    code: str
    name: str


def _reference(wkt: str) -> osr.SpatialReference:
    from osgeo import osr

    reference = osr.SpatialReference()
    if _failed(lambda: reference.ImportFromWkt(wkt)):
        raise InputError("CRS_NOT_READABLE", crs=wkt[:80])
    reference.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return reference


def _failed(action: Callable[[], int | None]) -> bool:
    """Run an OSR call that tells trouble by status or by exception, depending on who set up GDAL."""
    from osgeo import gdal

    gdal.PushErrorHandler("CPLQuietErrorHandler")
    try:
        return bool(action())
    except RuntimeError:
        return True
    finally:
        gdal.PopErrorHandler()


def wkt_from_user_input(text: str) -> str:
    """WKT2 of what a user types: ``EPSG:4527``, a PROJ string or WKT.

    Raises
    ------
    InputError
        ``CRS_NOT_READABLE``.
    """
    from osgeo import osr

    reference = osr.SpatialReference()
    if not text.strip() or _failed(lambda: reference.SetFromUserInput(text)):
        raise InputError("CRS_NOT_READABLE", crs=text[:80])
    return wkt2(reference)


def wkt2(reference: osr.SpatialReference) -> str:
    """WKT2:2019 text of an OSR object."""
    return str(reference.ExportToWkt(["FORMAT=WKT2_2019", "MULTILINE=NO"]))


@lru_cache(maxsize=64)
def authority(crs_wkt: str) -> str | None:
    """``EPSG:4527`` where the WKT names its code, or where the PROJ database knows it without doubt; else None."""
    reference = _reference(crs_wkt)
    name, code = reference.GetAuthorityName(None), reference.GetAuthorityCode(None)
    if name and code:
        return "{}:{}".format(name, code)
    matches = reference.FindMatches() or []
    sure = [match for match, confidence in matches if confidence >= _SURE_PERCENT]
    codes = {"{}:{}".format(match.GetAuthorityName(None), match.GetAuthorityCode(None)) for match in sure}
    return codes.pop() if len(codes) == 1 else None


@lru_cache(maxsize=256)
def same_crs(a_wkt: str, b_wkt: str) -> bool:
    """Whether two CRSs place the same coordinates at the same spot, however they are written.

    The names do not count: a projection file of other software that says ``UTM_Zone_17`` is EPSG:26917
    when datum, ellipsoid, projection and units agree. The order of axes does not count either.
    """
    if a_wkt == b_wkt:
        return True
    a, b = _reference(a_wkt), _reference(b_wkt)
    if a.IsSame(b, ["IGNORE_DATA_AXIS_TO_SRS_AXIS_MAPPING=YES", "CRITERION=EQUIVALENT_EXCEPT_AXIS_ORDER_GEOGCRS"]):
        return True
    return _definition(a) is not None and _definition(a) == _definition(b) and _same_datum(a, b)


def _definition(reference: osr.SpatialReference) -> tuple[Any, ...] | None:
    """Projection, parameters, units and ellipsoid as rounded numbers; None for what has no such description."""
    if reference.IsLocal() or not (reference.IsProjected() or reference.IsGeographic()):
        return None
    shape = (
        round(reference.GetSemiMajor(), 3),
        round(reference.GetInvFlattening(), 6),
        round(float(reference.GetAttrValue("PRIMEM", 1) or 0.0), 6),
    )
    if not reference.IsProjected():
        return ("geographic", round(reference.GetAngularUnits(), 12), *shape)
    projection = (reference.GetAttrValue("PROJECTION") or "").lower()
    numbers = tuple(round(reference.GetNormProjParm(name, _default(name)), 6) for name in _PARAMETERS)
    return (projection, numbers, round(reference.GetLinearUnits(), 9), *shape)


def _default(parameter: str) -> float:
    return 1.0 if parameter == "scale_factor" else 0.0


def _same_datum(a: osr.SpatialReference, b: osr.SpatialReference) -> bool:
    """Whether two datums have one name, in EPSG's or in ESRI's spelling; an unnamed datum equals no other."""
    first, second = (_plain(item.GetAttrValue("DATUM") or "") for item in (a, b))
    return first == second and not first.startswith(("unknown", "unnamed", "undefined", "notspecified"))


def _plain(datum: str) -> str:
    """Datum name without the marks in which ESRI's and EPSG's spelling differ."""
    text = "".join(sign for sign in datum.lower().removeprefix("d_") if sign.isalnum()).replace("datum", "")
    for long, short in (("worldgeodeticsystem", "wgs"), ("cgcs2000", "china2000"), ("northamerican", "northamerica")):
        text = text.replace(long, short)
    return text


def is_undefined(crs_wkt: str) -> bool:
    """Whether the CRS is only the place-holder that a GeoPackage keeps for a layer without one."""
    return (_reference(crs_wkt).GetName() or "").casefold().startswith("undefined")


def transformer(src_wkt: str, dst_wkt: str) -> TransformPoints:
    """A function from ``(n, 2)`` x, y in one CRS to ``(n, 2)`` x, y in the other.

    A coordinate that has no place in the other CRS (or is NaN) comes back as NaN.

    Raises
    ------
    InputError
        ``CRS_NOT_READABLE``, or ``CRS_NO_TRANSFORMATION`` where no way leads from one to the other.
    """
    from osgeo import osr

    if same_crs(src_wkt, dst_wkt):
        return lambda points: np.array(points, dtype=np.float64, copy=True)
    source, target = _reference(src_wkt), _reference(dst_wkt)
    made: list[osr.CoordinateTransformation] = []

    def create() -> int:
        made.append(osr.CoordinateTransformation(source, target))
        return 0

    if _failed(create) or not made or made[0] is None or not made[0].this:
        raise InputError("CRS_NO_TRANSFORMATION", source=crs_name(src_wkt), target=crs_name(dst_wkt))
    return _Transformation(made[0])


_POINTS_PER_CALL = 5_000


class _Transformation:
    """Holds the OSR object and runs arrays through it."""

    def __init__(self, transformation: osr.CoordinateTransformation) -> None:
        self._transformation = transformation

    def __call__(self, points: Points) -> Points:
        array = np.ascontiguousarray(points, dtype=np.float64).reshape(-1, 2)
        result = np.full(array.shape, np.nan)
        usable = np.isfinite(array).all(axis=1)
        if usable.any():
            result[usable] = self._run(array[usable])
        result[~np.isfinite(result).all(axis=1)] = np.nan
        return result

    def _run(self, array: Points) -> Points:
        from osgeo import gdal

        result = np.full(array.shape, np.nan)
        gdal.PushErrorHandler("CPLQuietErrorHandler")
        try:
            # osgeo lets no other thread work during a call: in one call, a window would stand still.
            for first in range(0, len(array), _POINTS_PER_CALL):
                result[first : first + _POINTS_PER_CALL] = self._moved(array[first : first + _POINTS_PER_CALL])
        finally:
            gdal.PopErrorHandler()
        return result

    def _moved(self, array: Points) -> Points:
        """Coordinates of the other CRS; where GDAL raises for a place that has none, its neighbours keep theirs."""
        try:
            return np.asarray(self._transformation.TransformPoints(array), dtype=np.float64)[:, :2]
        except RuntimeError:
            if len(array) == 1:
                return np.full(array.shape, np.nan)
        half = len(array) // 2
        return np.concatenate([self._moved(array[:half]), self._moved(array[half:])])


def geographic_wkt(crs_wkt: str) -> str:
    """WKT2 of the geographic CRS that ``crs_wkt`` is based on."""
    reference = _reference(crs_wkt)
    base = reference.CloneGeogCS() if not reference.IsGeographic() else reference
    if base is None:
        raise InputError("CRS_NOT_GEOREFERENCED", crs=crs_name(crs_wkt))
    return wkt2(base)


def to_lonlat(crs_wkt: str) -> TransformPoints:
    """A function from ``(n, 2)`` x, y to longitude, latitude in degrees on the CRS's own ellipsoid and datum."""
    scale = np.degrees(_reference(geographic_wkt(crs_wkt)).GetAngularUnits())
    if is_geographic(crs_wkt):
        return lambda points: np.asarray(points, dtype=np.float64) * scale
    move = transformer(crs_wkt, geographic_wkt(crs_wkt))
    return move if math.isclose(scale, 1.0, rel_tol=1e-12) else lambda points: move(points) * scale


def from_lonlat(crs_wkt: str) -> TransformPoints:
    """The way back from :func:`to_lonlat`."""
    scale = np.degrees(_reference(geographic_wkt(crs_wkt)).GetAngularUnits())
    if is_geographic(crs_wkt):
        return lambda points: np.asarray(points, dtype=np.float64) / scale
    move = transformer(geographic_wkt(crs_wkt), crs_wkt)
    return lambda points: move(np.asarray(points, dtype=np.float64) / scale)


def is_geographic(crs_wkt: str) -> bool:
    """Whether coordinates are angles."""
    return bool(_reference(crs_wkt).IsGeographic())


def metres_per_unit(crs_wkt: str) -> float:
    """Length of one coordinate unit of a projected CRS in metres; NaN for a geographic one."""
    reference = _reference(crs_wkt)
    return float("nan") if reference.IsGeographic() else float(reference.GetLinearUnits())


def ellipsoid(crs_wkt: str) -> tuple[float, float]:
    """Semi-major axis in metres and flattening (0 for a sphere).

    Raises
    ------
    InputError
        ``CRS_NOT_READABLE``, or ``CRS_NOT_GEOREFERENCED`` for a local system without an ellipsoid.
    """
    reference = _reference(geographic_wkt(crs_wkt))
    inverse = float(reference.GetInvFlattening())
    return float(reference.GetSemiMajor()), (1.0 / inverse if inverse else 0.0)


def crs_name(crs_wkt: str) -> str:
    """Code and name for a message, such as ``EPSG:4527 CGCS2000 / 3-degree Gauss-Kruger zone 39``."""
    reference = _reference(crs_wkt)
    code = authority(crs_wkt)
    name = str(reference.GetName() or "")
    return " ".join(part for part in (code, name) if part)


@lru_cache(maxsize=64)
def _area_of_use(crs_wkt: str) -> Extent | None:
    """West, south, east, north in degrees; None where nothing is stated."""
    reference = _reference(crs_wkt)
    area = reference.GetAreaOfUse()
    if area is None:
        code = authority(crs_wkt)
        area = _reference(wkt_from_user_input(code)).GetAreaOfUse() if code else None
    if area is None or area.west_lon_degree > area.east_lon_degree:
        return None
    return area.west_lon_degree, area.south_lat_degree, area.east_lon_degree, area.north_lat_degree


def extent_mismatch(crs_wkt: str, extent: Extent) -> bool:
    """Whether coordinates lie far outside the area the CRS is made for.

    That is the mark of a wrong CRS: EPSG:4527 and EPSG:4548 describe the same zone and differ by 39,000,000 m.
    "Far" is more than half a 3-degree zone, so that a layer across a zone's edge passes.
    """
    numbers = np.asarray(extent, dtype=np.float64)
    if not np.isfinite(numbers).all():
        return False
    if is_geographic(crs_wkt):
        lonlat = to_lonlat(crs_wkt)(numbers.reshape(2, 2))
        return bool((np.abs(lonlat) > np.asarray([360.0, 90.0]) + _SMALL_MARGIN_DEG).any())
    area = _area_of_use(crs_wkt)
    if area is None:
        return False
    west, south, east, north = area
    edge = np.linspace(0.0, 1.0, 9)
    ring = np.concatenate(
        [np.column_stack([west + (east - west) * edge, np.full(9, y)]) for y in (south, (south + north) / 2, north)]
    )
    plane = from_lonlat(crs_wkt)(ring)
    plane = plane[np.isfinite(plane).all(axis=1)]
    if not len(plane):
        return False
    margin = _SMALL_MARGIN_M / metres_per_unit(crs_wkt)
    low, high = plane.min(axis=0) - margin, plane.max(axis=0) + margin
    return bool((numbers[:2] > high).any() or (numbers[2:] < low).any() or _sticks_out(numbers, low, high))


def _sticks_out(extent: Points, low: Points, high: Points) -> bool:
    """Whether the middle of the extent is outside, as when one stray point stretches it."""
    middle = (extent[:2] + extent[2:]) / 2
    return bool((middle < low).any() or (middle > high).any())


_DEGREES = (("EPSG:4490", "CGCS2000"), ("EPSG:4326", "WGS 84"))


def candidates(extent: Extent) -> list[Candidate]:
    """CRSs that coordinates of a layer in Fujian could be in, likely ones first; empty where none fits.

    Works from the false eastings: 3-degree zones with prefix (38 to 41 million), 6-degree zones with prefix
    (19 to 21 million), and plane coordinates around 500,000 without prefix, which fit several meridians.
    """
    xmin, ymin, xmax, ymax = extent
    if not np.isfinite([xmin, ymin, xmax, ymax]).all():
        return []
    if _within(extent, _LONLAT):
        return [Candidate(*item) for item in _DEGREES]
    x, y = (xmin + xmax) / 2, (ymin + ymax) / 2
    if _out_of_fujian(y):
        return _web_mercator(x, y)
    prefix = int(x // 1_000_000)
    if prefix in _ZONES_3 or prefix in _ZONES_6:
        zones = _ZONES_3.get(prefix) or _ZONES_6[prefix]
        return [_named(code) for code in zones]
    plane = _WITHOUT_PREFIX_M[0] <= x <= _WITHOUT_PREFIX_M[1]
    return [_named(code) for code in _UNPREFIXED] if plane else _web_mercator(x, y)


_ZONES_3 = {
    38: ("EPSG:4526", "EPSG:2362"),
    39: ("EPSG:4527", "EPSG:2363"),
    40: ("EPSG:4528", "EPSG:2364"),
    41: ("EPSG:4529", "EPSG:2365"),
}
_ZONES_6 = {19: ("EPSG:4497", "EPSG:2333"), 20: ("EPSG:4498", "EPSG:2334"), 21: ("EPSG:4499", "EPSG:2335")}
_UNPREFIXED = ("EPSG:4548", "EPSG:4547", "EPSG:4549", "EPSG:32650", "EPSG:4509", "EPSG:2384")


_LONLAT = (-180.0, -90.0, 360.0, 90.0)
_WITHOUT_PREFIX_M = (100_000.0, 900_000.0)
_FUJIAN_NORTHING_M = (2_500_000.0, 3_200_000.0)  # 23° to 29°
_FUJIAN_MERCATOR_M = (12_800_000.0, 2_650_000.0, 13_450_000.0, 3_300_000.0)  # EPSG:3857


def _within(extent: Extent, room: Extent) -> bool:
    return extent[0] >= room[0] and extent[1] >= room[1] and extent[2] <= room[2] and extent[3] <= room[3]


def _out_of_fujian(northing: float) -> bool:
    return not _FUJIAN_NORTHING_M[0] <= northing <= _FUJIAN_NORTHING_M[1]


def _web_mercator(x: float, y: float) -> list[Candidate]:
    return [_named("EPSG:3857")] if _within((x, y, x, y), _FUJIAN_MERCATOR_M) else []


@lru_cache(maxsize=64)
def _named(code: str) -> Candidate:
    return Candidate(code, str(_reference(wkt_from_user_input(code)).GetName()))


def is_georeferenced(crs_wkt: str) -> bool:
    """Whether the CRS says where on Earth its coordinates are; a local or CAD system does not."""
    reference = _reference(crs_wkt)
    return bool(reference.IsProjected() or reference.IsGeographic()) and not reference.IsLocal()

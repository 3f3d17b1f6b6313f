"""Geometries in the binary form of GeoPackage: a header with the bounds, then well-known binary."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

_POLYGON = 3
_HEADER = np.dtype([("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs_id", "<i4"), ("bounds", "<f8", 4)])
_LITTLE_ENDIAN_WITH_BOUNDS = 0b00000011
_LITTLE_ENDIAN_EMPTY = 0b00010001
_MULTIPOLYGON_OF_ONE = b"\x01\x06\x00\x00\x00\x01\x00\x00\x00"
_SHORT_HEADER_BYTES = 8
_BOUNDS_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


def blobs_from_geometry(geometry: npt.NDArray[np.object_], srs_id: int) -> list[bytes | None]:
    """One blob per geometry, None for None; a polygon is written as a multipolygon of one."""
    count = len(geometry)
    wkb = shapely.to_wkb(geometry, byte_order=1, include_srid=False, output_dimension=2)
    bounds = shapely.bounds(geometry)
    header = np.zeros(count, dtype=_HEADER)
    header["magic"] = b"GP"
    header["flags"] = _LITTLE_ENDIAN_WITH_BOUNDS
    header["srs_id"] = srs_id
    header["bounds"] = bounds[:, (0, 2, 1, 3)]
    heads = header.tobytes()
    size = _HEADER.itemsize
    single = (shapely.get_type_id(geometry) == _POLYGON).tolist()
    empty = shapely.is_empty(geometry).tolist()
    blobs: list[bytes | None] = []
    for row, item in enumerate(wkb):
        if item is None:
            blobs.append(None)
            continue
        body = _MULTIPOLYGON_OF_ONE + item if single[row] else item
        start = row * size
        if empty[row]:
            head = heads[start : start + 3] + bytes([_LITTLE_ENDIAN_EMPTY]) + heads[start + 4 : start + 8]
            blobs.append(head + body)
        else:
            blobs.append(heads[start : start + size] + body)
    return blobs


def geometry_from_blobs(blobs: list[bytes | None]) -> npt.NDArray[np.object_]:
    """Shapely geometries, None for None and for what is no GeoPackage geometry."""
    wkb = np.empty(len(blobs), dtype=object)
    wkb[:] = [None if blob is None or blob[:2] != b"GP" else blob[_header_bytes(blob) :] for blob in blobs]
    return np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)


def _header_bytes(blob: bytes) -> int:
    return _SHORT_HEADER_BYTES + _BOUNDS_BYTES.get((blob[3] >> 1) & 0b111, 0)

"""Tenure parcels (宗地) laid over the stands: rights are held on parcels, trees are measured on stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ..issues import join_issues, layer_issue, stand_issues
from ..units import SQUARE_METRES_PER_HECTARE, hectares_from_square_metres, mu_from_hectares
from .cells import map_unique
from .checks.neighbours import overlapping_pairs
from .checks.shapes import polygons_only, square_metres_per_unit, usable_polygons
from .survey import iso_date

Geometries = npt.NDArray[np.object_]
Texts = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

PARCEL_COLUMNS = ("certificate", "holder", "right", "valid_to", "disputed")
PIECE_COLUMNS = ("stand_key", "parcel", *PARCEL_COLUMNS, "area_ha", "stand_share", "parcel_share", "geometry")

_IDENTITY = re.compile(r"(?<![0-9A-Za-z])[1-8]\d{5}(?P<birth>\d{8}|\d{6})\d{2}(?:\d[\dXx]|\d)(?![0-9A-Za-z])")
_LONG_BIRTH = 8
_LEFT_OVER = re.compile(r"[\s(（\[【,，:：;；、]*(?:身份证号?码?|证件号码?)?[\s:：)）\]】]*$")


@dataclass(frozen=True)
class TenurePieces:
    """Stands cut with parcels.

    Attributes
    ----------
    pieces
        Columns of :data:`PIECE_COLUMNS`, in the order of stands, then parcels. ``parcel`` is the row of the
        parcel, from 0; ``area_ha`` the area on the ellipsoid; ``stand_share`` and ``parcel_share`` the shares of
        the two areas. No column holds an identity number.
    issues
        Stands without a parcel, certificates whose area disagrees, parcels on each other.
    """

    pieces: pd.DataFrame
    issues: pd.DataFrame


def without_identity_numbers(texts: Texts) -> tuple[Texts, int]:
    """Texts without the identity numbers (15 or 18 digits) of persons, and how many were left out.

    A number counts as one when it begins with a region and holds a day of birth; certificate numbers and
    credit codes of organisations stay.
    """

    def translate(cell: object) -> tuple[str | None, int]:
        text, found = str(cell), 0
        for match in reversed(list(_IDENTITY.finditer(text))):
            birth = match.group("birth")
            if iso_date(birth if len(birth) == _LONG_BIRTH else "19" + birth) is None:
                continue
            text = _LEFT_OVER.sub("", text[: match.start()]) + text[match.end() :]
            found += 1
        return (text.strip(" )）]】") if found else text) or None, found

    cells = map_unique(pd.Series(texts, dtype=object), translate)
    kept = np.array([None if cell is None else cell[0] for cell in cells], dtype=object)
    return kept, sum(cell[1] for cell in cells if cell is not None)


def tenure_pieces(
    stand_geometry: Geometries,
    stand_keys: Texts,
    stand_area_ha: Floats,
    parcel_geometry: Geometries,
    parcels: pd.DataFrame,
    settings: Mapping[str, float],
) -> TenurePieces:
    """Every piece of a stand that lies on one parcel, with both keys.

    Parameters
    ----------
    stand_geometry, stand_keys, stand_area_ha
        Polygons, keys and areas on the ellipsoid of the stands; length n.
    parcel_geometry
        Polygons of the parcels in the CRS of the stands; length m.
    parcels
        Columns of :data:`PARCEL_COLUMNS`, m rows.
    settings
        Thresholds of the check table.
    """
    stands, plots = usable_polygons(stand_geometry)[0], usable_polygons(parcel_geometry)[0]
    stand, plot, piece = _common_areas(stands, plots)
    planar = shapely.area(piece)
    m2_per_unit = square_metres_per_unit(stand_area_ha, stands)[stand]
    columns: dict[str, object] = {
        "stand_key": stand_keys[stand],
        "parcel": plot,
        **{name: parcels[name].to_numpy(dtype=object)[plot] for name in PARCEL_COLUMNS},
        "area_ha": hectares_from_square_metres(planar * m2_per_unit),
        "stand_share": planar / shapely.area(stands)[stand],
        "parcel_share": planar / shapely.area(plots)[plot],
        "geometry": pd.Series(piece, dtype=object),
    }
    removed = {}
    for name in ("certificate", "holder", "right"):
        columns[name] = without_identity_numbers(np.asarray(columns[name], dtype=object))[0]
        removed[name] = without_identity_numbers(parcels[name].to_numpy(dtype=object))[1]
    pieces = pd.DataFrame(columns, columns=list(PIECE_COLUMNS))
    rows = [
        layer_issue("TENURE_IDENTITY_REMOVED", name, count, count=count) for name, count in removed.items() if count
    ]
    certificates = without_identity_numbers(parcels["certificate"].to_numpy(dtype=object))[0]
    rows.append(_coverage(stand_keys, shapely.is_geometry(stands), stand, pieces, settings))
    rows.append(_overlapping_parcels(pieces, certificates, settings))
    return TenurePieces(pieces, join_issues(rows))


def reconcile_areas(
    pieces: pd.DataFrame, certificates: Texts, certificate_area_ha: Floats, parcel_area_ha: Floats, tolerance: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Area on the certificate, of the parcel on the ellipsoid and of the stands on it, side by side.

    Parameters
    ----------
    pieces
        Result of :func:`tenure_pieces`.
    certificates, certificate_area_ha, parcel_area_ha
        Number, stated area (NaN where none is stated) and area on the ellipsoid of each parcel; length m.
    tolerance
        Difference of the first two, as a share, that is listed.

    Returns
    -------
    table : DataFrame
        ``certificate``, ``certificate_mu``, ``parcel_mu``, ``stands_mu``, ``certificate_ratio``,
        ``stands_ratio``; one row per parcel.
    issues : DataFrame
        TENURE_AREA_DISAGREES, about the layer, one row per certificate.
    """
    plots, areas = pieces["parcel"].to_numpy(dtype=np.int64), pieces["area_ha"].to_numpy(dtype=np.float64)
    on_stands: Floats = np.bincount(plots, areas, len(certificates)).astype(np.float64)
    shown = without_identity_numbers(certificates)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        certificate_ratio, stands_ratio = certificate_area_ha / parcel_area_ha, on_stands / parcel_area_ha
    table = pd.DataFrame(
        {
            "certificate": shown,
            "certificate_mu": mu_from_hectares(certificate_area_ha),
            "parcel_mu": mu_from_hectares(parcel_area_ha),
            "stands_mu": mu_from_hectares(on_stands),
            "certificate_ratio": certificate_ratio,
            "stands_ratio": stands_ratio,
        }
    )
    wrong = np.abs(certificate_ratio - 1.0) > tolerance
    rows = [
        layer_issue("TENURE_AREA_DISAGREES", "certificate", round(row.parcel_mu, 2), certificate=row.certificate)
        for row in table[wrong].itertuples()
    ]
    return table, join_issues(rows)


def _common_areas(stands: Geometries, plots: Geometries) -> tuple[Integers, Integers, Geometries]:
    stand, plot = shapely.STRtree(plots).query(stands)
    order = np.lexsort((plot, stand))
    stand, plot = stand[order], plot[order]
    piece = shapely.intersection(stands[stand], plots[plot])
    kept = shapely.area(piece) > 0
    return stand[kept], plot[kept], polygons_only(piece[kept])


def _coverage(
    stand_keys: Texts,
    drawn: npt.NDArray[np.bool_],
    stand: Integers,
    pieces: pd.DataFrame,
    settings: Mapping[str, float],
) -> pd.DataFrame:
    """Stands on no parcel, and stands that parcels cover only in part."""
    share = np.bincount(stand, pieces["stand_share"].to_numpy(dtype=np.float64), len(stand_keys))
    none = drawn & (share == 0)
    partly = drawn & ~none & (share < settings["tenure_cover_share"])
    return join_issues(
        [
            stand_issues("TENURE_NO_PARCEL", stand_keys[none]),
            stand_issues("TENURE_PARTLY_COVERED", stand_keys[partly], None, np.round(share[partly], 3)),
        ]
    )


def _overlapping_parcels(pieces: pd.DataFrame, certificates: Texts, settings: Mapping[str, float]) -> pd.DataFrame:
    """Pieces of one stand that lie on two parcels at once."""
    outlines = pieces["geometry"].to_numpy(dtype=object)
    first, second, common = overlapping_pairs(outlines)
    keys = pieces["stand_key"].to_numpy(dtype=object)
    plots = pieces["parcel"].to_numpy(dtype=np.int64)
    share = shapely.area(common) / shapely.area(outlines[first])
    area_m2 = share * pieces["area_ha"].to_numpy(dtype=np.float64)[first] * SQUARE_METRES_PER_HECTARE
    wanted = (keys[first] == keys[second]) & (area_m2 >= settings["overlap_smallest_m2"])
    rows = []
    for one, two, area, outline in zip(first[wanted], second[wanted], area_m2[wanted], common[wanted], strict=True):
        names = {"certificate": certificates[plots[one]], "other": certificates[plots[two]]}
        row = stand_issues("TENURE_PARCELS_OVERLAP", [keys[one]], "certificate", [round(float(area), 1)], **names)
        rows.append(row.assign(geometry=pd.Series([outline], dtype=object)))
    return join_issues(rows)

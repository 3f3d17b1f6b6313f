"""Stand layers made in memory."""

import numpy as np
import pandas as pd
import shapely

from sanming_carbon_plugin.adapters.stand_tables import load_stand_tables
from sanming_carbon_plugin.core.stands.layer import FieldType, VectorLayer
from sanming_carbon_plugin.core.stands.mapping import recognise_fields
from sanming_carbon_plugin.core.stands.normalise import normalise_stands

TABLES = load_stand_tables()
PROJECTED = 'PROJCRS["CGCS2000 / 3-degree Gauss-Kruger zone 39"]'


def squares(count, side_m=200.0):
    left = np.arange(count) * side_m
    return shapely.box(left, 0.0, left + side_m, side_m)


def stand_layer(columns, geometry=None, crs_wkt=PROJECTED):
    attributes = pd.DataFrame(columns)
    geometry = squares(len(attributes)) if geometry is None else np.asarray(geometry, dtype=object)
    types = {name: FieldType("text") for name in attributes.columns}
    return VectorLayer("stands", attributes, types, geometry, crs_wkt)


def normalised(columns, geometry=None, mapping=None, **options):
    """Facts and issues of a layer in metres whose area is the planar one."""
    layer = stand_layer(columns, geometry)
    mapping = mapping or recognise_fields(layer.attributes, TABLES)
    with np.errstate(invalid="ignore"):
        area_m2 = shapely.area(layer.geometry)
    result = normalise_stands(layer, mapping, TABLES, area_m2, **options)
    return result.columns, result.issues


def keyed(count, **columns):
    """Columns of a layer whose stands have keys, next to those given."""
    return {
        "XIAN": ["350428"] * count,
        "XIANG": ["101"] * count,
        "CUN": ["201"] * count,
        "LIN_BAN": ["001"] * count,
        "XIAO_BAN": [f"{number:05d}" for number in range(1, count + 1)],
        **columns,
    }


def codes_of(issues):
    return set(issues["code"])


def rows_of(issues, code):
    return issues[issues["code"] == code]

"""A stand that every ticket profile accepts, edited profiles, and how a rule went for it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd
import shapely

from sanming_carbon_plugin.adapters import profiles as profile_files
from sanming_carbon_plugin.core.carbon.period import Period
from sanming_carbon_plugin.core.tickets.eligibility import (
    check_tickets,
)
from sanming_carbon_plugin.core.tickets.profiles import Profile
from sanming_carbon_plugin.core.tickets.tenure import TenureParcels

from .conftest import shapes

load_profile = lru_cache(profile_files.load_profile)
PERIOD = Period(date(2016, 1, 1), date(2020, 12, 31))
SQUARE = shapely.box(0, 0, 100, 100)
GOOD = {
    "area_ha": 1.0,
    "land_class": "arbor",
    "species_group": "mixed_broadleaf",
    "species_code": "620",
    "origin": "natural",
    "forest_use": "public",
    "age_group": 2.0,
    "closure": 0.7,
    "height_m": 12.0,
    "dbh_cm": 14.0,
    "land_tenure": "21",
    "dispute": "no",
    "sink_basis": "measured",
    "surveyed_from": "2015-12-31",
    "surveyed_to": "2020-12-31",
    "sink_tco2e_yr": 11.9,
    "sink_low_tco2e_yr": 10.9,
    "sink_high_tco2e_yr": 12.9,
    "stock_tco2e": 200.0,
    "wetland": "no",
    "mineral_soil": "yes",
    "cleared_or_burned": "no",
    "litter_removed": "no",
    "displaces_farming": "no",
    "soil_disturbed_share": 0.05,
    "felling_stopped": "yes",
    "managed": "yes",
    "scattered_tree_closure": 0.1,
    "not_forest_years": 10.0,
    "previous_sink_tco2e_yr": 5.0,
}
BAMBOO = {"land_class": "bamboo", "species_group": "bamboo"}
PLANTABLE = {"land_class": "plantable_barren", "species_group": "chinese_fir"}


def stand(**changes):
    row = {**GOOD, **changes}
    for name, width in (("sink_low_tco2e_yr", -1.0), ("sink_high_tco2e_yr", 1.0)):
        row[name] = changes.get(name, row["sink_tco2e_yr"] + width)
    return pd.DataFrame([row], index=pd.Index(["A"], name="stand_key")).astype(
        {name: object for name, value in row.items() if isinstance(value, str) or value is None}
    )


def edited(name, **values):
    data = dict(load_profile(name).data)
    data["settings"] = {**data["settings"]}
    for setting, value in values.items():
        data["settings"][setting] = {**data["settings"][setting], "value": value}
    return Profile.from_dict(data)


def tenure(geometry=SQUARE, valid_to="2050-12-31", disputed="no"):
    column = [
        np.asarray([value], dtype=object)
        for value in ("闽(2010)001", "张三", "林地使用权和林木所有权", valid_to, disputed)
    ]
    return TenureParcels(shapes(geometry), *column, source_row=np.arange(1))


def checked(profile, facts, geometry=SQUARE, period=PERIOD, parcels=(), tenure_layer=None, **more):
    return check_tickets(facts, shapes(*[geometry] * len(facts)), profile, period, parcels, tenure_layer, **more)


def sign(check, rule):
    trace = {part[:-1]: part[-1] for part in check.stage.columns["ticket_rules"].iloc[0].split(";")}
    return trace[rule]

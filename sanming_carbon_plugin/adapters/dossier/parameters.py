"""Which rows of the parameter table served the stands of an application, and the hashes of shipped tables."""

from __future__ import annotations

import numpy as np

from ...about import version
from ...core.carbon.parameters import NO_ROW
from ...paths import resources_dir
from ..carbon_parameters import load_parameters, read_rows
from ..resources import sha256_of_file
from .reading import ApplicationFolder


def rows_used(application: ApplicationFolder) -> tuple[dict[str, str], ...] | None:
    """Rows of the shipped table for the species of the pieces that count, as text.

    None where the result was made with another table than the shipped one: its values are not in the folder.
    """
    table = load_parameters()
    facts = application.facts
    rules = application.result_run.get("rules") or {}
    own = (rules.get("parameters") or {}).get("sha256")
    if own is not None or (facts["parameters_id"], facts["parameters_version"]) != (table.table_id, table.version):
        return None
    species = application.tables["pieces"]["species_code"].dropna().unique()
    row = np.unique(table.look_up(np.asarray(species, dtype=object)).row)
    frame = table.frame.iloc[row[row != NO_ROW]].fillna("")
    return tuple({str(name): str(value) for name, value in one.items()} for one in frame.to_dict("records"))


def shipped_hashes(application: ApplicationFolder) -> dict[tuple[str, str], str]:
    """SHA-256 of each shipped parameter table by its id and version.

    Empty where the result was made by another version of the plugin, whose tables may be others.
    """
    if application.result_run.get("plugin_version") != version():
        return {}
    found = {}
    for path in sorted((resources_dir() / "parameters").glob("*.csv")):
        _, about = read_rows(path)
        if {"id", "version"} <= set(about):
            found[about["id"], about["version"]] = sha256_of_file(path)
    return found

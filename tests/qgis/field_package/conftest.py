"""A result of the sample and its list of stands to visit."""

from __future__ import annotations

import pytest
from field_requests import VISITS
from made_results import SAMPLE

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.field_sample import field_sample
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.core.progress import Progress


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """A result, its list, and a package in a folder with Chinese letters and a blank."""
    folder = tmp_path_factory.mktemp("外业 数据")
    result, listed = folder / "结果.gpkg", folder / "清单.gpkg"
    assess(
        AssessRequest(
            LayerSource(str(SAMPLE / "stands.gpkg"), "stands"), result,
            earlier=LayerSource(str(SAMPLE / "stands_2015.gpkg")), period="2016-01-01/2020-12-31",
        ),
        Progress(),
    )  # fmt: skip
    field_sample(result, listed, VISITS, 1, Progress())
    return result, listed

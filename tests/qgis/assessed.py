"""The sample assessed once for all tests that need a real result."""

from __future__ import annotations

import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from made_results import SAMPLE

from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.core.progress import Progress

_FOLDER = tempfile.TemporaryDirectory(prefix="sanming-assessed-")


@lru_cache(maxsize=1)
def _assessed() -> Path:
    out = Path(_FOLDER.name) / "结果.gpkg"
    assess(
        AssessRequest(
            LayerSource(str(SAMPLE / "stands.gpkg")), out, rasters=(("dem", str(SAMPLE / "dem.tif")),),
            earlier=LayerSource(str(SAMPLE / "stands_2015.gpkg")), period="2016-01-01/2020-12-31",
            credited=(LayerSource(str(SAMPLE / "credited.gpkg")),), tenure=LayerSource(str(SAMPLE / "tenure.gpkg")),
        ),
        Progress(),
    )  # fmt: skip
    return out


def assessed_sample(folder: Path) -> Path:
    """A copy of the assessed sample in ``folder``, at a path a Chinese office would have."""
    target = folder / "三明 结果"
    target.mkdir()
    return Path(shutil.copyfile(_assessed(), target / "结果.gpkg"))

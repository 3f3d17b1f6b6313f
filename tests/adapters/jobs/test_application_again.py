"""An application that is made anew leaves no older papers in place whose hashes no longer match."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sanming_carbon_plugin.adapters.dossier.placing import DOSSIER, NOTE, older_set_aside
from sanming_carbon_plugin.adapters.hashes import sha256_of_file
from sanming_carbon_plugin.adapters.jobs import application as job
from sanming_carbon_plugin.adapters.jobs.application import ApplicationRequest, make_application
from sanming_carbon_plugin.adapters.jobs.assess import assess
from sanming_carbon_plugin.adapters.jobs.request import AssessRequest, LayerSource
from sanming_carbon_plugin.core.errors import OutputError
from sanming_carbon_plugin.core.progress import Progress
from sanming_carbon_plugin.paths import resources_dir

HOLDER = "曾某甲"
SAMPLE = resources_dir() / "sample"


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("再 申请") / "结果.gpkg"
    stands, earlier, credited, tenure = (
        LayerSource(str(SAMPLE / f"{name}.gpkg")) for name in ("stands", "stands_2015", "credited", "tenure")
    )
    request = AssessRequest(stands=stands, out=out, earlier=earlier, period="2016-01-01/2020-12-31",
                            credited=(credited,), tenure=tenure)  # fmt: skip
    assess(request, Progress())
    return out


def _papers(folder: Path) -> Path:
    """A dossier as far as an application knows one."""
    dossier = folder / DOSSIER
    dossier.mkdir()
    digest = sha256_of_file(folder / "application.json")
    (dossier / "dossier.json").write_text(json.dumps({"application": digest}), encoding="utf-8")
    (dossier / "SHA256SUMS").write_text(f"{digest}  ../application.json\n", encoding="utf-8")
    return dossier


@pytest.mark.long
def test_papers_of_an_older_application_are_put_aside(result, tmp_path, monkeypatch):
    out = tmp_path / "申请"
    asked = ApplicationRequest(result, out, holder=HOLDER, overwrite=True)
    assert "dossier_outdated" not in make_application(asked, Progress()).counts
    dossier = _papers(out)
    counts = make_application(asked, Progress()).counts
    assert not dossier.exists()
    aside = out / str(counts["dossier_outdated"])
    assert (aside / "SHA256SUMS").exists()  # papers that people worked on are not thrown away
    assert "请勿报送" in (aside / NOTE).read_text(encoding="utf-8-sig")
    _papers(out)
    assert make_application(asked, Progress()).counts["dossier_outdated"] != aside.name
    _papers(out)

    def fail(*_):
        raise OutputError("DISK_FULL", path=str(out))

    before = (out / "application.json").read_bytes()
    monkeypatch.setattr(job, "write_application", fail)
    with pytest.raises(OutputError, match="DISK_FULL"):
        make_application(asked, Progress())
    assert (out / DOSSIER / "SHA256SUMS").exists()  # the papers still hold
    assert (out / "application.json").read_bytes() == before


def test_a_folder_that_is_no_dossier_stays(tmp_path):
    (tmp_path / DOSSIER).mkdir()
    (tmp_path / DOSSIER / "mine.txt").write_text("mine", encoding="utf-8")
    with older_set_aside(tmp_path / DOSSIER, "2026-02-03") as aside:
        assert aside is None
    assert [path.name for path in tmp_path.rglob("*")] == [DOSSIER, "mine.txt"]

"""The check of the zip finds what the plugin site refuses, and tells the publisher what is still a placeholder."""

from __future__ import annotations

import importlib.util
import sys
import zipfile
from pathlib import Path

import pytest

CI = Path(__file__).resolve().parents[2] / ".ci"
METADATA = (CI.parent / "metadata.txt").read_text(encoding="utf-8")
ICON = "resources/icons/sanming_carbon.svg"
FILES = {"__init__.py": "", "LICENSE": "GPL", ICON: "<svg/>"}

if not CI.is_dir():
    pytest.skip("without the folder of the build", allow_module_level=True)


def loaded(name):
    spec = importlib.util.spec_from_file_location(name, CI / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


check, stage = loaded("check_package"), loaded("stage_metadata")


def zipped(path, metadata=METADATA, folder="sanming_carbon_plugin", **more):
    with zipfile.ZipFile(path, "w") as made:
        for name, text in (FILES | more | ({} if metadata is None else {"metadata.txt": metadata})).items():
            if text is not None:
                made.writestr(f"{folder}/{name}", text)
    return path


def test_what_is_right_is_not_found(tmp_path):
    assert check.shape_of(zipped(tmp_path / "p.zip")) == []


@pytest.mark.parametrize("name", ["a.pyc", "__pycache__/a", ".git/config", "tests/test_a.py", "lib.so", "a\\b.py"])
def test_files_that_do_not_belong_there(tmp_path, name):
    found = check.shape_of(zipped(tmp_path / "p.zip", **{name: "x"}))
    assert any("does not belong there" in line for line in found)


@pytest.mark.parametrize("name", ["__init__.py", "LICENSE", "metadata.txt"])
def test_files_that_must_be_there(tmp_path, name):
    archive = zipped(tmp_path / "p.zip", metadata=None) if name == "metadata.txt" else zipped(
        tmp_path / "p.zip", **{name: None}
    )  # fmt: skip
    assert f"missing: {name}" in check.shape_of(archive)


def test_more_than_one_folder_and_a_large_zip(tmp_path, monkeypatch):
    archive = zipped(tmp_path / "p.zip")
    with zipfile.ZipFile(archive, "a") as opened:
        opened.writestr("beside/readme.txt", "x")
    monkeypatch.setattr(check, "LARGEST_BYTES", 10)
    found = check.shape_of(archive)
    assert "beside the one folder: beside/readme.txt" in found
    assert any("bytes are more than" in line for line in found)


@pytest.mark.parametrize("key", check.KEYS)
def test_every_key_is_asked_for_with_a_value(tmp_path, key):
    for other in ("", f"{key}=\n"):
        lines = "".join(other if line.startswith(f"{key}=") else line + "\n" for line in METADATA.splitlines())
        assert f"metadata.txt lacks {key}" in check.shape_of(zipped(tmp_path / "p.zip", lines))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("qgisMaximumVersion=4.99", "qgisMaximumVersion=3.99", "qgisMaximumVersion is not 4.99"),
        ("hasProcessingProvider=yes", "hasProcessingProvider=no", "hasProcessingProvider is not yes"),
        ("[general]\n", "[general]\nsupportsQt6=True\n", "must not hold supportsQt6"),
        ("tracker=https://", "tracker=file://", "tracker is no http address"),
        ("homepage=https://example.org", "homepage=https://", "homepage is no http address"),
        ("version=0.1.0", "version=0.1", "version is not written"),
        ("changelog=0.1.0", "changelog=0.0.9", "changelog does not tell"),
        ("email=forest-carbon@", "email=forest-carbon at ", "email is no address"),
        (f"icon={ICON}", "icon=none.svg", "is not in the zip"),
        ("[general]", "\ufeff[general]", "byte order mark"),
        ("[general]", "[other]", "lacks name"),
    ],
)
def test_a_fault_of_the_metadata_is_told(tmp_path, old, new, told):
    assert old in METADATA
    changed = METADATA.replace(old, new, 1) if old != "version=0.1.0" else METADATA.replace("\n" + old, "\n" + new, 1)
    assert any(told in line for line in check.shape_of(zipped(tmp_path / "p.zip", changed)))


@pytest.mark.skipif(not (Path(sys.executable).parent / "bandit").exists(), reason="the tools are not beside Python")
def test_bandit_and_secrets_count_at_their_lowest_level(tmp_path):
    (tmp_path / "a.py").write_text("assert 1\n", encoding="utf-8")
    (tmp_path / "b.py").write_text('password = "hunter2hunter2"\n', encoding="utf-8")
    found = check.findings_of(tmp_path)
    assert any("B101" in line for line in found)
    assert any(line.startswith("detect-secrets") for line in found)


def test_the_publisher_gives_the_addresses_in_one_place(tmp_path):
    assert check.placeholders(zipped(tmp_path / "a.zip")) == ["tracker", "repository", "homepage", "email"]
    filled = stage.staged(METADATA, "https://forest.invalid/carbon/", "office@forest.invalid")
    archive = zipped(tmp_path / "b.zip", filled)
    assert check.placeholders(archive) == []
    assert check.shape_of(archive) == []
    assert "\ntracker=https://forest.invalid/carbon/issues\n" in filled
    assert stage.staged(METADATA, "", "") == METADATA

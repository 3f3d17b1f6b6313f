"""What the README tells a newcomer is there: commands, targets, files, statuses, and the example of a declaration."""

from __future__ import annotations

import argparse
import json
import re
import subprocess
from pathlib import Path

import pytest

from sanming_carbon_plugin.adapters.dependencies import REQUIRED
from sanming_carbon_plugin.adapters.profiles import load_profile
from sanming_carbon_plugin.commands import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
if not (ROOT / "README.md").exists() or not (ROOT / "Makefile").exists():
    pytest.skip("without the checkout", allow_module_level=True)
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z0-9-]+):.*## ", MAKEFILE, re.MULTILINE))


def test_every_command_stands_in_the_table():
    listed = re.findall(r"^\| `([a-z]+) ", TEXT, re.MULTILINE)
    assert sorted(name for name in listed if name != "make") == sorted(name for name, _, _ in COMMANDS)


def test_every_algorithm_stands_in_one_of_the_tables():
    """Beside the commands, which the toolbox offers under the same names, the steps that it alone has."""
    offered = {path.stem for path in (ROOT / "resources" / "help" / "en").glob("*.html")} - {"dock"}
    rows = re.findall(r"^\| (`[a-z]+`(?:、`[a-z]+`)*) \|", TEXT, re.MULTILINE)
    told = {name for row in rows for name in re.findall(r"[a-z]+", row)}
    assert offered - {name for name, _, _ in COMMANDS} == told & offered
    assert offered - told == {name for name, _, _ in COMMANDS} - {"explain"}


def test_the_libraries_that_users_are_told_of_are_those_that_are_needed():
    """GDAL comes with QGIS."""
    needed = {library.module for library in REQUIRED} - {"osgeo"}
    metadata = (ROOT / "metadata.txt").read_text(encoding="utf-8")
    told = re.findall(r"(?:Needs|需要) (numpy[^.。]+)", metadata)
    assert len(told) == 2
    for sentence in told:
        assert set(re.findall(r"[a-z]{5,}", sentence)) & {*needed, "geopandas", "rasterio", "openpyxl"} == needed


def test_every_target_of_make_is_told_and_there_is_no_other():
    told = set(re.findall(r"make ([a-z0-9-]+)", TEXT))
    assert told <= TARGETS
    assert TARGETS - told - {"stage", "i18n-compile"} == set()


def test_every_file_it_names_is_there():
    named = re.findall(r"`((?:resources|benchmarks|core|adapters|processing|gui|sanming_carbon_plugin)/[^`*<]*)`", TEXT)
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", TEXT)
    samples = re.findall(r"(resources/sample/[\w./]+)", TEXT)
    assert len(named) > 10
    assert len(pictures) >= 3
    places = (ROOT, ROOT / "sanming_carbon_plugin")
    missing = [name for name in {*named, *pictures, *samples} if not any((place / name).exists() for place in places)]
    assert missing == []


def test_its_commands_are_understood():
    block = next(block for block in re.findall(r"```bash\n(.*?)```", TEXT, re.DOTALL) if " assess " in block)
    lines = block.replace("\\\n", " ").strip().splitlines()
    assert len(lines) >= 4
    parsers = {name: add for name, _, add in COMMANDS}
    for line in lines:
        program, _, module, command, *arguments = line.split()
        assert (program, module) == (".venv/bin/python", "sanming_carbon_plugin")
        parser = argparse.ArgumentParser(exit_on_error=False)
        parsers[command](parser)
        parser.parse_args(arguments)


def test_its_declaration_is_one(tmp_path):
    (text,) = re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)
    file = tmp_path / "声明.json"
    file.write_text(text, encoding="utf-8")
    (declaration,) = load_profile(file).rule_set.declarations
    assert declaration.field == "dispute"
    for language in ("en", "zh"):
        page = (ROOT / "resources" / "help" / language / "ticketeligibility.html").read_text(encoding="utf-8")
        (shown,) = re.findall(r"<pre>(\{.*?)</pre>", page, re.DOTALL)
        assert json.loads(shown)["profile"] == "sanming_ticket"
        file.write_text(shown, encoding="utf-8")
        assert load_profile(file).rule_set.declarations[0].units == ("350428-199", "350428-200-001")


def test_only_what_belongs_there_stands_at_the_top():
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("no checkout")
    allowed = {
        "sanming_carbon_plugin", "resources", "i18n", "tests", "metadata.txt", "Makefile", "README.md", "LICENSE",
        "CHANGELOG.md", "pyproject.toml", ".ci", "benchmarks", ".gitignore",
    }  # fmt: skip
    assert {line.split("/")[0].strip('"') for line in done.stdout.splitlines()} == allowed

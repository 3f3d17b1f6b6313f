"""What a dossier consists of, for programs: every file with its hash, what it rests on, and what is missing."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path

from ..resources import sha256_of_file
from .papers import Register
from .parameters import shipped_hashes
from .statement import Contents
from .texts import clean

FORMAT, FORMAT_VERSION = "sanming-carbon-dossier", 1
_APPLICATION_KEYS = (
    "kind", "applicant", "village", "outcome", "failed_rules", "period_start", "period_end", "area_ha", "net_tco2e",
    "total_tco2e", "low_tco2e", "high_tco2e", "deduction", "risk_share", "whole_t", "profile_id", "profile_version",
    "profile_status", "profile_sha256", "parameters_id", "parameters_version", "parameters_status", "result_file",
    "result_sha256", "crs", "plugin_version", "notice", "notice_zh",
)  # fmt: skip
_FORMULA_SIGNS = ("=", "+", "-", "@")


def write_record(contents: Contents, folder: Path, files: Iterable[Path]) -> list[Path]:
    """Write ``papers.csv``, ``dossier.json`` and ``SHA256SUMS`` into ``folder`` beside ``files``."""
    register, record, sums = folder / "papers.csv", folder / "dossier.json", folder / "SHA256SUMS"
    _write_register(contents.register, register)
    hashes = {path.name: sha256_of_file(path) for path in [*files, register]}
    text = json.dumps(_record(contents, folder, hashes), ensure_ascii=False, indent=1, allow_nan=False)
    record.write_text(text + "\n", encoding="utf-8")
    listed = {**hashes, record.name: sha256_of_file(record)}
    listed |= {"../" + name: digest for name, digest in contents.application.files.items()}
    listed |= {
        "../" + file.name: str(file.sha256)
        for file in _files(contents.register)
        if file.sha256 is not None and file.inside and "\n" not in file.name
    }
    lines = ["{}  {}\n".format(digest, name) for name, digest in listed.items()]
    sums.write_text("".join(lines), encoding="utf-8")
    return [register, record, sums]


def _record(contents: Contents, folder: Path, hashes: dict[str, str]) -> dict[str, object]:
    application, register = contents.application, contents.register
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "made": contents.day,
        "provisional": application.provisional,
        "application": {name: application.facts[name] for name in _APPLICATION_KEYS},
        "application_files": [{"name": name, "sha256": digest} for name, digest in application.files.items()],
        "rules": application.result_run.get("rules"),
        "shipped_tables": [
            {"id": name, "version": version, "sha256": digest}
            for (name, version), digest in shipped_hashes(application).items()
        ],
        "inputs": application.result_run.get("inputs"),
        "versions": application.run.get("versions"),
        "files": [
            {"name": name, "bytes": (folder / name).stat().st_size, "sha256": digest} for name, digest in hashes.items()
        ],
        "papers": [
            {"paper": paper.id, "title": paper.title, "title_zh": paper.title_zh, "state": paper.state,
             "files": [{"name": clean(file.name), "sha256": file.sha256, "bytes": file.size} for file in paper.files]}
            for paper in register.papers
        ],
        "papers_missing": [paper.id for paper in register.missing],
        "papers_unassigned": [{"name": clean(file.name), "sha256": file.sha256} for file in register.unassigned],
    }  # fmt: skip


def _write_register(register: Register, path: Path) -> None:
    # With a mark of UTF-8, without which Excel in China takes it for GB 18030.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(("paper", "title", "title_zh", "state", "file", "sha256", "bytes", "number", "date", "note"))
        for paper in register.papers:
            about = (paper.id, paper.title, paper.title_zh, paper.state)
            if not paper.files:
                writer.writerow((*map(_cell, about), *[""] * 6))
            for file in paper.files:
                cells = (*about, file.name, file.sha256, file.size, file.number, file.date, file.note)
                writer.writerow([_cell(cell) for cell in cells])
        for file in register.unassigned:
            writer.writerow(("", "", "", "unassigned", _cell(file.name), file.sha256, file.size, "", "", ""))


def _cell(value: object) -> str:
    """Text that a spreadsheet program takes for text."""
    text = "" if value is None else clean(value)
    return "'" + text if text.startswith(_FORMULA_SIGNS) else text


def _files(register: Register) -> list:
    return [file for paper in register.papers for file in paper.files] + list(register.unassigned)

"""Tell everything for which the QGIS plugin site would send the zip back.

Usage: ``check_package.py ZIP``. What it would refuse goes to standard output with status 1; what it would ask of the
publisher alone (addresses that are still placeholders) goes to standard error and is no fault of the zip.
"""

import configparser
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PLUGIN = "sanming_carbon_plugin"
LARGEST_BYTES = 25 << 20
ADDRESSES = ("tracker", "repository", "homepage")
KEYS = ("name", "description", "about", "version", "qgisMinimumVersion", "author", "email", *ADDRESSES)
EXPECTED = {"qgisMinimumVersion": "3.40", "qgisMaximumVersion": "4.99", "hasProcessingProvider": "yes"}
REFUSED_KEYS = ("supportsQt6", "plugin_dependencies")
UNWANTED = (".pyc", "__pycache__", "/.git", "__MACOSX", "/tests/", "/benchmarks/", "/.ci/", "/.sanming_coverage")
UNWANTED += (".so", ".dll", ".exe", ".aux.xml", "\\")
BOM = b"\xef\xbb\xbf"
PLACEHOLDER = "example.org"


def shape_of(archive: Path) -> list[str]:
    """Size and structure of the zip, then its metadata."""
    found = []
    if archive.stat().st_size > LARGEST_BYTES:
        found.append(f"{archive.stat().st_size:,} bytes are more than {LARGEST_BYTES:,}")
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        inside = {name.removeprefix(f"{PLUGIN}/") for name in names}
        found += [f"beside the one folder: {name}" for name in names if not name.startswith(f"{PLUGIN}/")]
        found += [f"does not belong there: {name}" for name in names for bad in UNWANTED if bad in f"/{name}"]
        found += [f"missing: {name}" for name in ("__init__.py", "LICENSE", "metadata.txt") if name not in inside]
        metadata = opened.read(f"{PLUGIN}/metadata.txt") if "metadata.txt" in inside else None
    return found if metadata is None else found + metadata_faults(metadata, inside)


def metadata_faults(metadata: bytes, inside: set[str]) -> list[str]:
    """What is wrong with the content of metadata.txt, given what the zip holds."""
    found = []
    if metadata.startswith(BOM):
        found.append("metadata.txt begins with a byte order mark")
    values = values_of(metadata)
    found += [f"metadata.txt lacks {key}" for key in KEYS if not values.get(key, "").strip()]
    found += [f"metadata.txt: {key} is not {wanted}" for key, wanted in EXPECTED.items() if values.get(key) != wanted]
    found += [f"metadata.txt must not hold {key}" for key in REFUSED_KEYS if key in values]
    found += [
        f"metadata.txt: {key} is no http address: {values[key]}"
        for key in ADDRESSES
        if values.get(key) and not re.fullmatch(r"https?://[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(:\d+)?(/\S*)?", values[key])
    ]
    if not re.fullmatch(r"\d+\.\d+\.\d+", values.get("version", "")):
        found.append("metadata.txt: version is not written as 1.2.3")
    if values.get("version", "?") not in values.get("changelog", ""):
        found.append("metadata.txt: changelog does not tell of this version")
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", values.get("email", "")):
        found.append("metadata.txt: email is no address")
    if values.get("icon") not in inside:
        found.append(f"metadata.txt: icon {values.get('icon')} is not in the zip")
    return found


def values_of(metadata: bytes) -> dict[str, str]:
    """The entries of metadata.txt."""
    reader = configparser.ConfigParser(interpolation=None)
    reader.optionxform = str  # type: ignore[method-assign,assignment] - the site tells upper from lower case
    try:
        reader.read_string(metadata.decode("utf-8-sig"))
    except (configparser.Error, UnicodeDecodeError):
        return {}
    return dict(reader["general"]) if "general" in reader else {}


def placeholders(archive: Path) -> list[str]:
    """Entries that the publisher still has to fill in, because the site opens each address."""
    with zipfile.ZipFile(archive) as opened:
        values = values_of(opened.read(f"{PLUGIN}/metadata.txt"))
    return [key for key in (*ADDRESSES, "email") if PLACEHOLDER in values.get(key, "")]


def findings_of(folder: Path) -> list[str]:
    """What bandit finds at its lowest level, and what looks like a secret."""
    tools = Path(sys.executable).parent
    bandit = subprocess.run(
        [tools / "bandit", "-q", "-r", "-f", "json", folder], capture_output=True, text=True, check=False
    )
    told = json.loads(bandit.stdout)
    found = [f"bandit {one['test_id']}: {one['filename']}:{one['line_number']}" for one in told["results"]]
    found += [f"bandit could not read {one['filename']}" for one in told["errors"]]
    secrets = subprocess.run(
        [tools / "detect-secrets", "scan", "--all-files", "."], cwd=folder, capture_output=True, text=True, check=True
    )
    results = json.loads(secrets.stdout)["results"]
    return found + [f"detect-secrets: {name}:{one['line_number']}" for name, many in results.items() for one in many]


def main(archive: Path) -> int:
    """Check a zip and give the exit status."""
    found = shape_of(archive)
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(folder)
        found += findings_of(Path(folder))
    sys.stdout.write("".join(f"{line}\n" for line in found))
    open_entries = [] if found else placeholders(archive)
    if open_entries:
        sys.stderr.write(
            f"before publishing: {', '.join(open_entries)} in metadata.txt are placeholders; give real ones with "
            "make package PLUGIN_HOMEPAGE=https://… PLUGIN_EMAIL=…\n"
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

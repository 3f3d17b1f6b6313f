"""Tell everything for which the QGIS plugin site would send the zip back."""

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PLUGIN = "sanming_carbon_plugin"
LARGEST_BYTES = 25 << 20
KEYS = ("name", "description", "about", "version", "qgisMinimumVersion", "author", "email", "tracker", "repository")
UNWANTED = (".pyc", "__pycache__", "/.git", "__MACOSX", "/tests/", ".so", ".dll", ".exe", "/.sanming_coverage")
BOM = b"\xef\xbb\xbf"


def shape_of(archive: Path) -> list[str]:
    """Size, structure and metadata."""
    found = []
    if archive.stat().st_size > LARGEST_BYTES:
        found.append(f"{archive.stat().st_size:,} bytes are more than {LARGEST_BYTES:,}")
    with zipfile.ZipFile(archive) as opened:
        names = opened.namelist()
        metadata = opened.read(f"{PLUGIN}/metadata.txt")
    found += [f"beside the one folder: {name}" for name in names if not name.startswith(f"{PLUGIN}/")]
    found += [f"does not belong there: {name}" for name in names for bad in UNWANTED if bad in f"/{name}"]
    found += [f"missing: {name}" for name in ("__init__.py", "LICENSE") if f"{PLUGIN}/{name}" not in names]
    if metadata.startswith(BOM):
        found.append("metadata.txt begins with a byte order mark")
    lines = metadata.decode("utf-8").splitlines()
    return found + [
        f"metadata.txt lacks {key}" for key in KEYS if not any(line.startswith(f"{key}=") for line in lines)
    ]


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
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))

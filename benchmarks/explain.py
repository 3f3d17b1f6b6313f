"""``explain`` of one stand from a result of one million: the command as typed, and the look-up alone.

Run from the repository: ``.venv/bin/python benchmarks/explain.py [--quick] [STANDS]``. The target is 1 s for the
command. The result is made from that of the bundled sample, row after row under new keys; beside it stands the same
look-up without the index on the keys. Ends with status 1 where the target is missed. ``--quick`` takes the sample as it
is and shows only that it runs.
"""

from __future__ import annotations

import argparse
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sanming_carbon_plugin.adapters.jobs.explain import explain

ROOT = Path(__file__).resolve().parent.parent
TARGET_S = 1.0
USUAL, QUICK = 1_000_000, 1
TABLES = ("stands", "facts", "issues")


def made_result(folder: Path, stands: int) -> Path:
    """A result of at least ``stands`` rows."""
    path = folder / "large.gpkg"
    sample = ROOT / "resources" / "sample" / "stands.gpkg"
    command = [sys.executable, "-m", "sanming_carbon_plugin", "assess", str(sample), "--out", str(path)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)
    with sqlite3.connect(path, isolation_level=None) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA journal_mode = OFF")
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute('DROP TRIGGER "{}"'.format(name))
        (rows,) = database.execute("SELECT count(*) FROM stands").fetchone()
        for table in TABLES:
            columns = database.execute("SELECT name, pk FROM pragma_table_info(?)", (table,)).fetchall()
            names = ['"{}"'.format(name) for name, key in columns if not key]
            values = ["stand_key || '~' || ?" if name == '"stand_key"' else name for name in names]
            last = database.execute("SELECT max(rowid) FROM {}".format(table)).fetchone()[0]
            statement = "INSERT INTO {0} ({1}) SELECT {2} FROM {0} WHERE rowid <= {3}".format(
                table, ", ".join(names), ", ".join(values), last
            )
            database.execute("BEGIN")
            for copy in range(1, -(-stands // rows)):
                database.execute(statement, (copy,))
            database.execute("COMMIT")
    return path


def main(given: list[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("stands", nargs="?", type=int)
    parser.add_argument("--quick", action="store_true")
    arguments = parser.parse_args(given)
    stands = arguments.stands or (QUICK if arguments.quick else USUAL)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        path = made_result(Path(folder), stands)
        with sqlite3.connect(path) as database:
            rows, key = database.execute("SELECT count(*), max(stand_key) FROM stands").fetchone()
        size_gb = path.stat().st_size / 1e9
        print("{:,} stands, {:.1f} GB, made in {:.0f} s".format(rows, size_gb, time.perf_counter() - start))
        command = [sys.executable, "-m", "sanming_carbon_plugin", "explain", str(path), key, "--json"]
        typed = min(_seconds(lambda: subprocess.run(command, check=True, cwd=ROOT, capture_output=True)) for _ in "123")
        alone = min(_seconds(lambda: explain(path, key)) for _ in "123")
        unindexed = _seconds(lambda: _without_index(path, key))
    print("explain, the command as typed:        {:6.2f} s (target {:.1f} s)".format(typed, TARGET_S))
    print("explain, the work alone:              {:6.2f} s".format(alone))
    print("the same rows without the key's index: {:5.2f} s".format(unindexed))
    print("MISSED" if typed > TARGET_S else "kept")
    return 0 if typed <= TARGET_S else 1


def _seconds(job) -> float:
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def _without_index(path: Path, key: str) -> None:
    with sqlite3.connect(path) as database:
        for table in TABLES:
            # A plus before the name keeps SQLite from using the index.
            database.execute("SELECT * FROM {} WHERE +stand_key = ?".format(table), (key,)).fetchall()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

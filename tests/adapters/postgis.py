"""A real PostgreSQL server with PostGIS in a temporary folder, as a user other than root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SUPERUSER = "sanming"


def programs() -> Path | None:
    """Folder of the newest server installed by the distribution, with PostGIS; None where there is none."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: -int(p.parent.name)):
        version = folder.parent.name
        if (folder / "initdb").exists() and Path(
            "/usr/share/postgresql", version, "extension/postgis.control"
        ).exists():
            return folder
    return None


def _account() -> str | None:
    """The account to run as; the server refuses root."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@contextmanager
def server(bin_folder: Path) -> Iterator[str]:
    """Start a server, yield the connection text for GDAL, stop the server and remove everything."""
    account = _account()
    home = Path(tempfile.mkdtemp(prefix="sanming-pg-", dir="/tmp"))  # short: a socket's path has 107 bytes at most
    as_account = {"user": account, "group": pwd.getpwnam(account).pw_gid, "extra_groups": []} if account else {}
    if account:
        shutil.chown(home, account)
    data = home / "data"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(home)}

    def run(*command: str) -> None:
        subprocess.run(
            command, check=True, cwd=home, env=environment, capture_output=True, text=True, timeout=120, **as_account
        )

    try:
        run(
            *(str(bin_folder / "initdb"), "-D", str(data), "-U", SUPERUSER, "-A", "trust", "-E", "UTF8"),
            *("--no-sync", "--locale=C.UTF-8"),
        )
        options = "-c listen_addresses='' -c unix_socket_directories={} -c fsync=off".format(home)
        control = (str(bin_folder / "pg_ctl"), "-D", str(data), "-w", "-l", str(home / "log"))
        run(*control, "-o", options, "start")
        try:
            yield "PG:host={} dbname=postgres user={}".format(home, SUPERUSER)
        finally:
            run(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)

"""Profiles of their own for QGIS, with the plugin installed as a user would have it."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sysconfig
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
HERE = REPOSITORY / "tests" / "desktop"
SHOTS = REPOSITORY / "build" / "screenshots"
PACKAGE = "sanming_carbon_plugin"
PROJ_DATA = "/usr/share/proj"
_SERVER_S, _TELLING_S = 60, 2


@contextmanager
def x_server(screen: str) -> Iterator[str]:
    """A screen in memory, ``1400x900``; gives what stands in ``DISPLAY``.

    The server says itself which number it took and that it is there. ``xvfb-run`` waits for a signal instead: on a
    busy machine the signal comes before it waits, and it waits for ever.
    """
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", screen + "x24", "-dpi", "96"]
    server = subprocess.Popen(
        [*command, "-nolisten", "tcp", "-noreset"],
        pass_fds=[writing],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(writing)
    try:
        with os.fdopen(reading, encoding="ascii") as told:
            ready, _, _ = select.select([told], [], [], _SERVER_S)
            number = told.readline().strip() if ready else ""
        if not number:
            raise AssertionError("the X server did not start")
        yield ":" + number
    finally:
        server.terminate()
        server.wait()


class Profile:
    """A QGIS profile below ``folder``.

    Parameters
    ----------
    folder
        Folder for the profiles, as QGIS's option ``--profiles-path`` takes it.
    locale
        QGIS's own name of the language of its screens: ``en_US``, ``zh-Hans``.
    """

    def __init__(self, folder: Path, locale: str = "en_US") -> None:
        self.folder = folder
        self.locale = locale
        self.home = folder / "profiles" / "default"
        self.plugins = self.home / "python" / "plugins"
        settings = self.home / "QGIS"
        if settings.exists():  # a profile that was used before
            return
        self.plugins.mkdir(parents=True)
        settings.mkdir()
        (settings / "QGIS3.ini").write_text(
            "[locale]\noverrideFlag=true\nuserLocale={}\n"
            "[PythonPlugins]\n{}=true\nprocessing=true\n"
            "[qgis]\ncheckVersion=false\nshowTips340=false\nnewsFeed=false\n"
            # QGIS fetches news and missing fonts in threads of its tasks. When such a thread has slept, was woken by
            # another task and is there when QGIS closes, QGIS crashes, with the plugin and without.
            "[core]\nhttpsfeedqgisorg\\disabled=true\n"
            "[fonts]\ndownloadMissingFonts=false\n".format(locale, PACKAGE),
            encoding="utf-8",
        )

    def install_from_clone(self) -> None:
        """Install the plugin from this clone, laid out as in the zip."""
        stage(self.plugins / PACKAGE)

    def install_zip(self, archive: Path) -> None:
        """Install the plugin from the zip that users get."""
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(self.plugins)

    def run_desktop(
        self,
        script: Path,
        result: Path,
        timeout_s: float = 240,
        screen: str = "1400x900",
        project: Path | None = None,
        **more_env: str,
    ) -> dict:
        """Start the QGIS desktop on a screen in memory, run ``script`` in it, and give what it wrote to ``result``.

        The script must end QGIS itself. Its answer is JSON. ``project`` is opened on starting.
        """
        command = ["qgis", "--nologo", "--noversioncheck"]
        command += ["--profiles-path", str(self.folder), "--code", str(script)]
        command += [] if project is None else ["--project", str(project)]
        places = {"SANMING_RESULT": str(result), "SANMING_TESTS": str(HERE)}
        with x_server(screen) as display:
            places |= {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "PYQGIS_STARTUP": str(HERE / "told_when_hung.py")}
            done = self._run(command, timeout_s, **(places | more_env))
        if not result.exists():
            raise AssertionError("QGIS wrote no result, status {}:\n{}".format(done.returncode, done.stderr[-4000:]))
        answer = json.loads(result.read_text(encoding="utf-8"))
        answer["status"] = done.returncode
        answer["stderr"] = done.stderr
        return answer

    def run_qgis_process(
        self, *arguments: str, timeout_s: float = 240, **more_env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run ``qgis_process`` with this profile."""
        return self._run(["qgis_process", *arguments], timeout_s, QT_QPA_PLATFORM="offscreen", **more_env)

    def _run(self, command: list[str], timeout_s: float, **more_env: str) -> subprocess.CompletedProcess[str]:
        env = os.environ | environment() | {"QGIS_CUSTOM_CONFIG_PATH": str(self.folder)} | more_env
        # A session of its own, so that what QGIS started ends with it when it hangs.
        started = subprocess.Popen(
            command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            out, err = started.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired:
            if "PYQGIS_STARTUP" in env:
                os.kill(started.pid, signal.SIGUSR1)  # it tells where its threads stand
                time.sleep(_TELLING_S)
            os.killpg(started.pid, signal.SIGKILL)
            out, err = started.communicate()
            raise AssertionError("QGIS did not end in {} s:\n{}".format(timeout_s, err[-4000:])) from None
        return subprocess.CompletedProcess(command, started.returncode, out, err)


def clicked_through(
    script: str, work: Path, locale: str, prefix: str, *, timeout_s: float = 200, shots: Path = SHOTS, **more: str
) -> tuple[dict, Path]:
    """What one of our scripts tells of a desktop with the plugin from this clone, and the folder it worked in.

    ``more`` is the ``screen`` and what else the script asks of the environment.
    """
    profile = Profile(work / "profile", locale)
    profile.install_from_clone()
    results = work / "results"
    results.mkdir()
    places = {"SANMING_WORK": str(results), "SANMING_SHOTS": str(shots), "SANMING_PREFIX": prefix}
    return profile.run_desktop(HERE / script, work / "answer.json", timeout_s, **(places | more)), results


def assert_went_through(answer: dict) -> None:
    """A script came to its end, and QGIS to its own."""
    assert "error" not in answer, answer["error"]
    assert answer["part"] == "end"
    assert answer["status"] == 0, answer["stderr"]
    assert "Traceback" not in answer["stderr"], answer["stderr"]


def environment() -> dict[str, str]:
    """What QGIS programs need beside the usual: they run the system's Python, not the environment's."""
    packages = sysconfig.get_paths()["purelib"]
    return {"PYTHONPATH": packages, "PROJ_DATA": PROJ_DATA, "LC_ALL": "C.UTF-8"}


def stage(target: Path) -> None:
    """Lay out the plugin in ``target`` as the zip does: one folder with resources and translations inside."""
    ignore = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(REPOSITORY / PACKAGE, target, ignore=ignore)
    shutil.copytree(REPOSITORY / "resources", target / "resources", ignore=ignore)
    (target / "i18n").mkdir()
    for source in sorted((REPOSITORY / "i18n").glob("*.ts")):
        compiled = target / "i18n" / (source.stem + ".qm")
        subprocess.run(["lrelease", "-silent", str(source), "-qm", str(compiled)], check=True)
    for name in ("metadata.txt", "LICENSE"):
        shutil.copy(REPOSITORY / name, target / name)

"""The command line: options in, counts on stdout, progress and one clear error line on stderr."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import NoReturn

from .about import version
from .adapters.command_texts import problem_text, speak, text_without_values, usage_heading
from .adapters.language import spoken_language
from .adapters.terminal import write_line
from .commands import COMMANDS
from .core.errors import CancelledError, CarbonError, UsageError

GDAL_CACHE_MEGABYTES = "128"


class _Parser(argparse.ArgumentParser):
    """Wrong usage is told like every other error."""

    def error(self, message: str) -> NoReturn:
        raise UsageError("USAGE", problem=problem_text(message, spoken_language()), command=self.prog)

    def format_help(self) -> str:
        return self._headed(super().format_help())

    def format_usage(self) -> str:
        return self._headed(super().format_usage())

    def _headed(self, text: str) -> str:
        heading = usage_heading(spoken_language())
        return heading + text.removeprefix("usage: ") if text.startswith("usage: ") else text


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console in another code page must not break a line of Chinese.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    # GDAL would keep decoded tiles in a twentieth of the memory; here every tile is read once. Only set where the
    # process is ours: inside QGIS all plugins share it.
    os.environ.setdefault("GDAL_CACHEMAX", GDAL_CACHE_MEGABYTES)
    language = spoken_language()
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        parser = _parser()
        speak(parser, language)
        options = parser.parse_args(arguments)
        options.run(options)
    except CarbonError as problem:
        return _tell(problem, language)
    except KeyboardInterrupt:
        return tell_stopped()
    except BrokenPipeError:
        # The reader of our output went away (`… | head`): nothing is wrong with the result.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as fault:  # noqa: BLE001 - the door: whatever went wrong is told in one line
        return _tell(CarbonError("UNEXPECTED", fault=type(fault).__name__, report=_fault_report()), language)
    return 0


def tell_stopped() -> int:
    """Say that the run was stopped, and give the exit status."""
    return _tell(CancelledError(), spoken_language())


def _interrupted(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _tell(problem: CarbonError, language: str) -> int:
    if isinstance(problem, CancelledError):
        # A library may be half imported when the run is stopped, so that whatever needs it would fail.
        message, hint = text_without_values(problem.code, language)
    else:
        from .adapters.messages import render_error

        message, hint = render_error(problem, language)
    separator = "" if language == "zh" else " "
    line = f"error[{problem.code}]: {message}{separator}{hint}"
    write_line(sys.stderr, " ".join(line.split()))
    return problem.exit_status


def _fault_report() -> Path:
    """File with what a developer needs to find the fault; the user sees one line."""
    stamp = datetime.now().astimezone().strftime("%Y%m%d-%H%M%S")
    path = Path(tempfile.gettempdir()) / f"sanming-carbon-fault-{stamp}-{os.getpid()}.txt"
    text = f"sanming_carbon_plugin {version()}\npython {sys.version}\narguments {sys.argv[1:]}\n\n"
    path.write_text(text + traceback.format_exc(), encoding="utf-8")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="sanming_carbon_plugin", description="Stand-level forest carbon for Sanming (三明).")
    parser.add_argument("--version", action="version", version=version())
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    for name, help_text, add_options in COMMANDS:
        add_options(commands.add_parser(name, help=help_text))
    return parser

"""The command line in the user's language: help, headings and what is wrong with the options."""

from __future__ import annotations

import argparse
import csv
import re
from functools import lru_cache

from ..paths import resources_dir


@lru_cache(maxsize=1)
def _rows() -> dict[tuple[str, str], str]:
    with (resources_dir() / "messages" / "command_line.csv").open(encoding="utf-8", newline="") as file:
        return {(row["kind"], row["text"]): row["text_zh"] for row in csv.DictReader(file)}


def help_text(text: str, language: str) -> str:
    """A text of the help in ``en`` or ``zh``; one without a translation stays English."""
    return _rows().get(("help", text), text) if language == "zh" else text


def speak(parser: argparse.ArgumentParser, language: str) -> None:
    """Turn the help of a parser and of its commands into ``language``; the texts in the code are English."""
    if language != "zh":
        return
    parser.description = help_text(parser.description, language) if parser.description else None
    headings = {text: chinese for (kind, text), chinese in _rows().items() if kind == "heading"}
    for group in parser._action_groups:  # noqa: SLF001 - argparse has no other way to its headings
        group.title = headings.get(group.title or "", group.title)
    for action in parser._actions:  # noqa: SLF001 - nor to its options
        if action.help:
            action.help = help_text(action.help, language)
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for choice in action._choices_actions:  # noqa: SLF001
                choice.help = help_text(choice.help or "", language)
            for command in action.choices.values():
                speak(command, language)


def text_without_values(code: str, language: str) -> tuple[str, str]:
    """Message and hint of an error that has no values, read without any library."""
    for path in sorted((resources_dir() / "messages" / "errors").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["code"] == code:
                    ending = "_zh" if language == "zh" else ""
                    return row["message" + ending], row["hint" + ending]
    return code, ""


def usage_heading(language: str) -> str:
    """What stands before the usage."""
    return _rows()[("heading", "usage: ")] if language == "zh" else "usage: "


def problem_text(problem: str, language: str) -> str:
    """What is wrong with the options; what nobody translated stays English."""
    if language != "zh":
        return problem
    for (kind, text), chinese in _rows().items():
        if kind == "usage":
            found = re.fullmatch(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(text)), problem)
            if found:
                return chinese.format(**found.groupdict())
    return problem

"""What is wrong with a file in English or Chinese: the texts of problems in ``messages/problems.csv``."""

from __future__ import annotations

import csv
from functools import lru_cache

from ..core.classes.problems import Problem, ProblemList
from ..paths import resources_dir


@lru_cache(maxsize=1)
def problem_texts() -> dict[str, str]:
    """The Chinese of each English text."""
    path = resources_dir() / "messages" / "problems.csv"
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["text"]: row["text_zh"] for row in csv.DictReader(file)}


def problems_in_words(problems: ProblemList, language: str) -> str:
    """All listed problems, one after the other."""
    if language != "zh":
        return str(problems)
    return "；".join(map(_in_chinese, problems.parts)) + ("；……" if problems.more else "")


def _in_chinese(problem: Problem) -> str:
    texts = problem_texts()
    text = texts.get(problem.text, problem.text)
    if problem.values:
        text = text.format(*(texts.get(str(value), str(value)) for value in problem.values))
    return "{}：{}".format(_place(problem.place), text)


def _place(place: str) -> str:
    texts = problem_texts()
    word, _, number = place.partition(" ")
    return texts["row {}"].format(number) if word == "row" and "row {}" in texts else texts.get(place, place)

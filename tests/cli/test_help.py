"""The help of the command line: every option told in both languages, and wrong options too."""

from __future__ import annotations

import argparse
import re

import pytest

from sanming_carbon_plugin import cli
from sanming_carbon_plugin.adapters.command_texts import problem_text, speak
from sanming_carbon_plugin.commands import COMMANDS

CHINESE = re.compile("[\u4e00-\u9fff]")


def _texts(language):
    """Help of every option and command, by its place in the parser."""
    parser = cli._parser()
    speak(parser, language)
    found = {("", "description"): parser.description}

    def walk(part, command):
        for group in part._action_groups:
            if group._group_actions:
                found[command, "heading", group._group_actions[0].dest] = group.title
        for action in part._actions:
            if isinstance(action, argparse._SubParsersAction):
                for choice in action._choices_actions:
                    found[choice.dest, "command"] = choice.help
                for name, below in action.choices.items():
                    walk(below, name)
            else:
                found[command, action.dest] = action.help

    walk(parser, "")
    return found


def test_every_option_has_a_text_in_both_languages():
    english, chinese = _texts("en"), _texts("zh")
    assert english.keys() == chinese.keys()
    assert len(english) > 180
    for place, text in english.items():
        assert text, place
        assert not CHINESE.search(re.sub(r"\([\u4e00-\u9fff]+\)", "", text)), place
        assert chinese[place], place
        assert CHINESE.search(chinese[place]) or chinese[place] == "a4 或 a3", (place, chinese[place])


@pytest.mark.parametrize("command", [name for name, _, _ in COMMANDS])
def test_help_is_printed_in_the_language_of_the_user(command, monkeypatch, capsys):
    for language, heading, other in (("zh", "用法：", "usage"), ("en", "usage: ", "用法")):
        monkeypatch.setenv("SANMING_CARBON_LANGUAGE", language)
        with pytest.raises(SystemExit) as ended:
            cli.main([command, "--help"])
        told = capsys.readouterr().out
        assert ended.value.code == 0
        assert told.startswith(heading)
        assert other not in told
        assert ("显示本帮助并退出" in told) == (language == "zh")


@pytest.mark.parametrize(
    ("arguments", "chinese"),
    [
        (["assess"], "缺少必填参数：STANDS, --out"),
        (["check", "a.gpkg", "--nonsense"], "无法识别的参数：--nonsense"),
        (["zonal", "a.gpkg", "--raster", "dem", "--out", "b.csv"], "参数 --raster 的值 'dem' 不是“名称=路径”"),
        (["plan", "a", "--targets", "b", "--out", "c", "--nodes", "many"], "参数 --nodes 的值 'many' 不是有效的数值"),
        (["exportmaps", "a.gpkg", "--out"], "参数 --out 须给出一个值"),
    ],
)  # fmt: skip
def test_wrong_options_are_told_in_chinese(arguments, chinese, monkeypatch, capsys):
    monkeypatch.setenv("SANMING_CARBON_LANGUAGE", "zh")
    assert cli.main(arguments) == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("error[USAGE]: 用法不对：" + chinese)
    assert "请运行" in last


def test_what_nobody_translated_stays_english():
    assert problem_text("some new trouble", "zh") == "some new trouble"
    assert problem_text("unrecognized arguments: -x", "en") == "unrecognized arguments: -x"

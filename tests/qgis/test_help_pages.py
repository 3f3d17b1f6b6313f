"""Help: a page for every algorithm and a section for every step, the same in both languages, naming every parameter."""

from __future__ import annotations

import re
from html import escape

import pytest
from every_algorithm import spoken, translation_of_today
from help_pictures import HERE, PICTURES, TEXTS, texts_of_forms
from help_tables import HELP, page_of, parameter_table, with_table
from qgis.PyQt.QtGui import QImage

from sanming_carbon_plugin.gui.steps.carbon_step import CarbonStep
from sanming_carbon_plugin.gui.steps.check_step import CheckStep
from sanming_carbon_plugin.gui.steps.data_step import DataStep
from sanming_carbon_plugin.gui.steps.maps_step import MapsStep
from sanming_carbon_plugin.gui.steps.tickets_step import TicketsStep
from sanming_carbon_plugin.processing.provider import ALGORITHMS

pytestmark = pytest.mark.qgis
NAMES = [algorithm().name() for algorithm in ALGORITHMS]
PAGES = sorted(page.name for page in (HELP / "en").glob("*.html"))
CHINESE = re.compile("[\u4e00-\u9fff]")
IN_BOTH = re.compile(r"<code>([A-Za-z_][A-Za-z0-9_.]*)</code>")


@pytest.fixture(scope="module", params=["en", "zh"])
def language(request, qgis_app, tmp_path_factory):
    locale = "zh-Hans" if request.param == "zh" else "en_US"
    with spoken(locale, translation_of_today(tmp_path_factory.mktemp("i18n"))):
        yield request.param


@pytest.mark.parametrize("name", NAMES)
def test_every_parameter_is_on_the_page(language, name):
    algorithm = next(kind for kind in ALGORITHMS if kind().name() == name)().create()
    page = page_of(name, language).read_text(encoding="utf-8")
    for each in algorithm.parameterDefinitions():
        assert "<code>{}</code>".format(each.name()) in page, each.name()
        assert escape(each.description(), quote=False) in page, each.description()
        assert bool(CHINESE.search(each.description())) == (language == "zh"), each.description()
    assert with_table(page, parameter_table(algorithm, language)) == page, "run: make help-tables"


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_parts(name):
    shapes = []
    for each in ("en", "zh"):
        page = (HELP / each / name).read_text(encoding="utf-8")
        parts = [page.count("<" + tag) for tag in ("h1", "h2", "h3", "p>", "table", "tr>", "li>", "img")]
        links = [link for link in re.findall(r'(?:href|src|id)="([^"]+)"', page) if "/images/" not in link]
        shapes.append((parts, links, {code.removesuffix("_zh") for code in IN_BOTH.findall(page)}))
    (parts, links, codes), (parts_zh, links_zh, codes_zh) = shapes
    assert parts == parts_zh
    assert links == links_zh
    own = {code for code in codes ^ codes_zh if not re.search("[A-Z]{4}", code)}
    assert not own


def test_every_step_has_its_section(qgis_app):
    for each in ("en", "zh"):
        page = (HELP / each / "dock.html").read_text(encoding="utf-8")
        for step in (DataStep, CheckStep, CarbonStep, TicketsStep, MapsStep):
            (heading,) = re.findall('<h2 id="{}">([^<]+)</h2>(?=.{{200}})'.format(step.help_anchor), page, re.DOTALL)
            assert bool(CHINESE.search(heading)) == (each == "zh")


def test_the_chinese_page_calls_the_buttons_by_the_names_they_bear(qgis_app, tmp_path):
    """The English page speaks of them in its sentences instead."""
    page = (HELP / "zh" / "dock.html").read_text(encoding="utf-8")
    with spoken("zh-Hans", translation_of_today(tmp_path)):
        titles = {algorithm().name(): algorithm().displayName() for algorithm in ALGORITHMS}
    wanted = [name for step in (CheckStep, TicketsStep, MapsStep) for name in step.tools]
    missing = [name for name in wanted if '<a href="{}.html">{}</a>'.format(name, titles[name]) not in page]
    assert missing == []


def test_no_link_leads_nowhere():
    for each in ("en", "zh"):
        for path in (HELP / each).glob("*.html"):
            for link in re.findall(r'(?:href|src)="([^"#]+)"', path.read_text(encoding="utf-8")):
                assert (path.parent / link).exists(), (path.name, link)


def test_pending_use_and_status_words_are_told():
    words = _ledger_words()
    for each in ("en", "zh"):
        page = page_of("targetprogress", each).read_text(encoding="utf-8")
        assert all("<code>{}</code>".format(word) in page for word in words)
        told = page_of("application", each).read_text(encoding="utf-8")
        assert ("待批" if each == "zh" else "pending") in told
        assert "--credited DIR" in told


def _ledger_words() -> list[str]:
    lines = (HELP.parent / "targets" / "ledger_status.csv").read_text(encoding="utf-8").splitlines()
    return [line.split(",")[0] for line in lines if not line.startswith("#")][1:]


def test_every_step_of_the_day_is_shown_in_the_language_of_its_page():
    shown = {}
    for each in ("en", "zh"):
        texts = [path.read_text(encoding="utf-8") for path in (HELP / each).glob("*.html")]
        shown[each] = {link for text in texts for link in re.findall(r'src="\.\./images/(\w+)\.png"', text)}
        assert all(name.endswith("_" + each) for name in shown[each])
    assert {name[:-3] for name in shown["en"]} == {name[:-3] for name in shown["zh"]} == set(PICTURES)
    assert {path.stem for path in (HELP / "images").iterdir()} == shown["en"] | shown["zh"]
    for name in PICTURES:
        for each in ("en", "zh"):
            size = QImage(str(HELP / "images" / "{}_{}.png".format(name, each))).size()
            assert not size.isEmpty(), name
    assert "1.5" in {scale for scale, _, _ in PICTURES.values()}


def test_the_pictures_of_the_help_are_pictures_of_the_day():
    """Each is taken again with the others, see tests/desktop/help_pictures.py."""
    day = "".join(path.read_text(encoding="utf-8") for path in HERE.glob("*day*.py"))
    assert [shot for _, shot, _ in PICTURES.values() if '"{}"'.format(shot) not in day] == []


def test_the_pictures_of_the_help_show_the_texts_of_today():
    """Where a form says something else, take its pictures again: tests/desktop/help_pictures.py."""
    assert texts_of_forms() == TEXTS.read_text(encoding="utf-8")

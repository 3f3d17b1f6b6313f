"""Choices in the dialogs of algorithms are words in the user's language; scripts and models hold codes."""

from __future__ import annotations

import re

import pytest
from every_algorithm import spoken, translation_of_today
from qgis.core import QgsApplication

from sanming_carbon_plugin.processing.ticket_eligibility import TicketEligibilityAlgorithm

pytestmark = [pytest.mark.qgis, pytest.mark.usefixtures("qgis_processing", "provider")]
_CODE = re.compile(r"[a-z0-9_]+")


def _box(definition):
    from processing.gui.wrappers import WidgetWrapperFactory

    return WidgetWrapperFactory.create_wrapper(definition, None)


def _definition(algorithm, name):
    found = QgsApplication.processingRegistry().algorithmById("sanmingcarbon:" + algorithm)
    return found.parameterDefinition(name)


def test_no_choice_of_any_algorithm_shows_codes():
    looked_at = 0
    for algorithm in QgsApplication.processingRegistry().providerById("sanmingcarbon").algorithms():
        for definition in algorithm.parameterDefinitions():
            if definition.type() != "enum":
                continue
            looked_at += 1
            shown = definition.options()
            if definition.usesStaticStrings():
                combo = _box(definition).widget
                shown = [combo.itemText(row) for row in range(combo.count())]
            assert not [text for text in shown if _CODE.fullmatch(text)], (algorithm.name(), definition.name())
    assert looked_at > 10


def test_a_word_is_chosen_and_its_code_is_handed_over():
    box = _box(_definition("neutrality", "KIND"))
    assert box.value() == "emissions"
    heard = []
    box.widgetValueHasChanged.connect(heard.append)
    box.setValue("pledge")
    assert (box.value(), len(heard)) == ("pledge", 1)
    assert box.widget.currentText() not in {"pledge", ""}


def test_what_need_not_be_chosen_begins_empty():
    box = _box(_definition("ticketeligibility", "PROFILE"))
    assert (box.value(), box.widget.currentText()) == (None, "")
    texts = [box.widget.itemText(row) for row in range(box.widget.count())]
    widest = max(map(box.widget.fontMetrics().horizontalAdvance, texts))
    assert box.widget.view().minimumWidth() > widest, "no title is cut off"
    box.setValue("sanming_ticket_incremental")
    assert box.value() == "sanming_ticket_incremental"
    box.setValue(None)
    assert box.value() is None


@pytest.mark.parametrize(("locale", "told"), [("en_US", "Ticket profile [optional]"), ("zh-Hans", "碳票规则 [可选]")])
def test_the_label_is_in_the_language_of_qgis(locale, told, tmp_path):
    with spoken(locale, translation_of_today(tmp_path)):
        algorithm = TicketEligibilityAlgorithm().create()  # owns its parameters
        definition = algorithm.parameterDefinition("PROFILE")
        assert _box(definition).label.text() == told
        assert (locale == "zh-Hans") == ("碳票" in definition.metadata()["widget_wrapper"]["words"]["sanming_ticket"])

"""Whether a stand is eligible for a ticket is told in the same words by maps, tables, cards and doubts."""

from __future__ import annotations

import pandas as pd
import pytest

from sanming_carbon_plugin.adapters.column_words import column_words
from sanming_carbon_plugin.adapters.jobs.explain import _KINDS as EXPLAINED
from sanming_carbon_plugin.adapters.maps.stand_figures import figure_text
from sanming_carbon_plugin.adapters.maps.themes import every_theme, themes
from sanming_carbon_plugin.adapters.parcel_card import _KINDS as ON_THE_CARD
from sanming_carbon_plugin.adapters.reports.excel import area_by
from sanming_carbon_plugin.adapters.reports.page import _outcomes
from sanming_carbon_plugin.adapters.sentences import filled
from sanming_carbon_plugin.adapters.words import word, words_of

OUTCOMES = ("yes", "no", "unknown")
STANDS = pd.DataFrame(
    {"pine_transform": "yes", "reserve_forest": "yes", "ticket": OUTCOMES, "area_ha": 1.0, "carbon_tc_ha": 1.0}
)


@pytest.mark.parametrize(("language", "yes", "no"), [("zh", "符合", "不符合"), ("en", "Eligible", "Not eligible")])
def test_the_words_for_a_ticket_are_the_same_everywhere(language, yes, no):
    words = words_of("ticket_outcome", language)
    assert (words["yes"], words["no"]) == (yes, no)
    for theme in (themes()["ticket"], every_theme()["judged"]):
        assert {each.value: each.label(language) for each in theme.classes} == words
    for column, layer in (("ticket", ""), ("ticket_before", ""), ("outcome", "pieces"), ("outcome", "left_out")):
        assert column_words(column, language, layer) == words, (column, layer)
    for outcome in OUTCOMES:
        told = filled("{value:answer}", {"field": "ticket", "value": outcome}, language)
        assert told == figure_text("ticket", {"ticket": outcome}, language) == words[outcome]
        assert word(EXPLAINED["ticket"], outcome, language) == word(ON_THE_CARD["ticket"], outcome, language) == told
    page = _outcomes(STANDS, language)
    assert [text in page for text in words.values()] == [True] * 3
    assert set(words.values()) <= set(area_by(STANDS, "ticket", "ticket_outcome", language).to_numpy().ravel())

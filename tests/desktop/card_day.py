"""The card of a stand in a day: opened by a click, read, copied, and a class that a person decides."""

from clicking import choose_step, click, dock, look_for_clipping, on_modal, plugin, seen
from closing import settled, states
from qgis.PyQt.QtCore import QPoint
from qgis.PyQt.QtGui import QGuiApplication
from qgis.utils import iface
from result_clicking import canvas_place, decide, go_near, picture, ran, rows_of, run_and_wait


def open_the_card():
    keys = rows_of("pine_transform = 'no' AND measure IS NOT NULL AND species_code = '220'")
    seen["tickets"] = len(rows_of("ticket = 'yes'"))
    seen["pine"] = len(rows_of("pine_transform = 'yes'"))
    cards = plugin().cards
    bar = next(b for b in cards.action.associatedWidgets() if b.inherits("QToolBar"))
    click(bar.widgetForAction(cards.action))
    yield lambda: cards.panel is not None and cards.panel.isVisible()
    yield settled
    yield from go_near(keys[0])
    click(iface.mapCanvas().viewport(), canvas_place(keys[0]))
    yield lambda: cards.panel.card is not None
    first = cards.panel.card.stand_key
    seen["clicked_stand"] = first == keys[0]
    yield settled
    picture("09_card")
    look_for_clipping("09_card panel", cards.panel)
    form = cards.panel.form
    click(form.next)
    yield settled
    second = cards.panel.card.stand_key
    click(form.previous)
    yield settled
    seen["walked"] = [second != first, cards.panel.card.stand_key == first]
    before = iface.mapCanvas().extent()
    click(form.zoom)
    yield settled
    seen["zoomed"] = iface.mapCanvas().extent().width() < before.width()
    click(form.copy)
    seen["copied"] = first.split("#")[0] in QGuiApplication.clipboard().text()
    view = form.text.viewport()
    places = (QPoint(x, y) for y in range(0, view.height(), 4) for x in range(0, view.width(), 4))
    click(view, next(place for place in places if form.text.anchorAt(place) == "#classes"))
    yield settled
    seen["went_to_rules"] = form.text.verticalScrollBar().value() > 0
    picture("10_card_zoomed")
    on_modal(lambda window: (seen.update(asked_to_print=window.objectName()), window.reject()))
    click(form.print_card)
    yield settled


def override_a_class():
    cards = plugin().cards
    seen["overridden"] = cards.panel.card.stand_key
    yield from decide("pine_transform", "yes", "11_override")
    yield 500
    seen["states_after_override"] = states()
    picture("12_waits")
    dock().setUserVisible(True)
    choose_step(0)
    yield 200
    click(dock().data.page.overwrite, QPoint(8, dock().data.page.overwrite.height() // 2))
    assert dock().data.page.overwrite.isChecked()
    ended = run_and_wait(dock().form.run)
    yield lambda: bool(ended[0])
    ran(*ended)
    yield settled
    yield 400
    key = "stand_key = '{}'".format(seen["overridden"])
    seen["decided"] = rows_of(key, "pine_transform_decided", "facts")
    seen["states_after_second_run"] = states()
    plugin().cards.panel.setUserVisible(True)
    click(iface.mapCanvas().viewport(), canvas_place(seen["overridden"]))
    yield lambda: plugin().cards.panel.card is not None
    yield settled
    seen["clicked_again"] = plugin().cards.panel.card.stand_key == seen["overridden"]
    picture("13_decided")

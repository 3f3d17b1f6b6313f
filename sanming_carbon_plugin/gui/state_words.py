"""States of the steps in words and as icons that differ in shape, never in colour alone."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.PyQt.QtCore import QLocale
from qgis.PyQt.QtGui import QIcon

from ..paths import resources_dir
from ..processing.translation import tr
from .step_states import CARBON, CHECK, DECISIONS, OUTPUT, RESULT, TICKETS, State, StepState


def state_icon(state: State) -> QIcon:
    """Icon of a state: a broken ring, a triangle, a tick, or a turning arrow."""
    return QIcon(str(resources_dir() / "icons" / "state_{}.svg".format(state.value)))


def state_text(seen: StepState) -> str:
    """State in a few words, as it stands beside the name of the step."""
    if seen.state is State.ATTENTION:
        return tr("attention: {count}").format(count=QLocale().toString(seen.count))
    return {
        State.NOT_STARTED: tr("not started"),
        State.DONE: tr("done"),
        State.OUTDATED: tr("out of date"),
    }[seen.state]


def state_tip(step: str, seen: StepState, problems: Iterable[str]) -> str:
    """Why a step is in its state, and what to do."""
    if seen.state is State.OUTDATED:
        names = "; ".join(input_text(name) for name in seen.changed)
        return tr("Changed since this step was done: {names}. Run it again.").format(names=names)
    if seen.state is not State.ATTENTION:
        return state_text(seen)
    count = QLocale().toString(seen.count)
    texts = {
        CHECK: tr("{count} errors and warnings are open: fix them, or accept them with a reason."),
        CARBON: tr("{count} stands have a class that is unknown: fill in what is missing, or decide it in the "
                   "parcel card."),
        TICKETS: tr("{count} stands wait for evidence: the parcel card says which."),
    }  # fmt: skip
    if step in texts:
        return texts[step].format(count=count)
    return "\n".join(problem_text(name) for name in problems)


def problem_text(name: str) -> str:
    """What is to be done about a field of the first step."""
    return {
        "CRS": tr("The layer of stands has no coordinate system: set it in the properties of the layer."),
        "OUTPUT": tr("Choose a file for the result."),
        "OVERWRITE": tr("The result is there already: tick that it may be replaced, or choose another file."),
        "PERIOD_START": tr("Choose the first day of the period."),
        "PERIOD_END": tr("Choose a last day of the period that follows the first one."),
    }[name]


def input_text(name: str) -> str:
    """What an input is called."""
    return {
        "STANDS": tr("Stands"),
        "ENCODING": tr("Text encoding"),
        "MAPPING": tr("Field mapping"),
        "RASTERS": tr("Rasters"),
        "EARLIER": tr("Earlier stands"),
        "PERIOD_START": tr("First day of the period"),
        "PERIOD_END": tr("Last day of the period"),
        "SURVEY_METHOD": tr("Survey method"),
        "SURVEY_METHOD_EARLIER": tr("Survey method of the earlier stands"),
        "RECIPE": tr("Raster recipe"),
        "PARAMETERS": tr("Carbon parameters"),
        "RULES": tr("Classification rules"),
        "SEED": tr("Random seed"),
        "CREDITED": tr("Credited parcels"),
        "TENURE": tr("Tenure"),
        "PROFILE": tr("Ticket profile"),
        DECISIONS: tr("Decisions"),
        OUTPUT: tr("File of the result"),
        RESULT: tr("Result"),
    }[name]

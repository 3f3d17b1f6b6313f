"""The panel: five steps in the order of the work, one run, one message at its end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import Qgis, QgsProject
from qgis.gui import QgisInterface, QgsDockWidget
from qgis.PyQt.QtCore import Qt, QTimer, QUrl
from qgis.PyQt.QtGui import QCloseEvent, QDesktopServices
from qgis.PyQt.QtWidgets import QListWidgetItem, QWidget

from ..core.errors import CarbonError
from ..processing.assess import AssessAlgorithm
from ..processing.base import error_in_words, help_page
from ..processing.dependencies import missing_text
from ..processing.parameters import ENCODING, MAPPING, OUTPUT, OVERWRITE, STANDS
from ..processing.translation import tr
from . import background
from .algorithm_run import AlgorithmRun
from .forms import load_form, scrolling
from .made_files import MadeFiles
from .merge_round import MergeRound
from .project_entries import read_entry, write_entry
from .result_layers import is_of_result
from .result_show import OPEN, ResultShow
from .sample import SampleOpening
from .side_windows import SideWindows
from .state_words import state_icon, state_text, state_tip
from .step_states import DECISIONS, RESULT
from .steps.carbon_step import CarbonStep
from .steps.check_step import CHECK, RECHECK, CheckStep
from .steps.data_step import DataStep
from .steps.maps_step import MapsStep
from .steps.step import Step
from .steps.tickets_step import TicketsStep
from .tools import Tools
from .unsaved import Unsaved
from .warm_up import WarmUp
from .work_states import WorkStates

ASSESS = "sanmingcarbon:assess"
_KEY = "dock"
_SUCCESS_SECONDS, _WARNING_SECONDS = 5, 10
_SHOWN_MS = 500
_SHOWN_SIGNS = 240


class CarbonDock(QgsDockWidget):
    """Fills in the parameters of the algorithms and starts them; it computes nothing itself."""

    def __init__(self, iface: QgisInterface, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._iface = iface
        self.setObjectName("sanming_carbon_dock")
        self.setWindowTitle(tr("Sanming Forest Carbon"))
        self.form: Any = load_form("carbon_dock.ui")
        self.setWidget(self.form)
        self.data = DataStep(iface, self)
        self.check = CheckStep(iface, self)
        self.carbon = CarbonStep(iface, self)
        self.tickets = TicketsStep(iface, self)
        self.maps = MapsStep(iface, self)
        self.steps: tuple[Step, ...] = (self.data, self.check, self.carbon, self.tickets, self.maps)
        self.run = AlgorithmRun(self, self._show_results)
        self.sample = SampleOpening(self)
        self._waiting: tuple[str, dict[str, Any]] | None = None
        self.side = SideWindows(iface, self.data.page, self.check.page, self)
        self.shown = ResultShow(iface, self.side, self.open_result, self)
        self.states = WorkStates(self.remembered, self.maps.chosen_result, self)
        self.made = MadeFiles(self)
        self.tools = Tools(self.steps, self.known, self)
        self.merge_round = MergeRound(self.tools, iface.mainWindow(), self)
        self.unsaved = Unsaved(self.remembered, self.steps, self)
        self.warm_up = WarmUp(self)
        self._show_steps()
        self._connect()
        self._show_missing()
        self._defaults = self.remembered()
        self._restore()
        self._leave_results_out()
        self._show_running(False)

    def remembered(self) -> dict[str, Any]:
        """What is filled in on all pages, by the names of the parameters."""
        return {name: value for step in self.steps for name, value in step.remembered().items()}

    def known(self) -> dict[str, Any]:
        """What the dialogs of later steps begin with, by the names of their parameters."""
        values = self.tickets.parameters()
        return self.made.values() | {
            RESULT: self.maps.chosen_result() or None,
            AssessAlgorithm.CREDITED: values.get(AssessAlgorithm.CREDITED),
            AssessAlgorithm.TENURE: values.get(AssessAlgorithm.TENURE),
            "PROFILE_FILE": values.get(AssessAlgorithm.PROFILE),
        }

    def start_assess(self) -> None:
        """Start the main job with the values of all steps."""
        parameters: dict[str, Any] = {}
        for step in self.steps:
            parameters |= step.parameters()
        before = self.states.decided_before(str(parameters.get(OUTPUT) or ""))
        if before:
            parameters[DECISIONS] = before
        self._start(ASSESS, parameters, (STANDS, OUTPUT))

    def start_check(self) -> None:
        """Start the checks; their list of doubts is written beside the result."""
        wanted = (STANDS, ENCODING, MAPPING, OVERWRITE)
        parameters = {name: value for step in self.steps for name, value in step.parameters().items() if name in wanted}
        result = self.data.parameters().get(OUTPUT)
        if result:
            path = Path(result)
            parameters[OUTPUT] = str(path.with_name(path.stem + "_issues.gpkg"))
        self._start(CHECK, parameters, (STANDS, OUTPUT))

    def start_recheck(self) -> None:
        """Check again what changed since the list that is shown."""
        wanted = (STANDS, ENCODING, MAPPING)
        parameters = {name: value for step in self.steps for name, value in step.parameters().items() if name in wanted}
        self._start(RECHECK, parameters | self.side.recheck_parameters(), (STANDS, OUTPUT))

    def open_result(self, path: Path) -> bool:
        """Begin to show a result that was made elsewhere; False while something else is on its way."""
        if self.run.is_running() or self._waiting is not None:
            return False
        self._start(OPEN, {OUTPUT: str(path)}, ())
        return True

    def open_sample(self) -> None:
        """Put the sample into the project and its layers into the fields."""
        self.sample.open()

    def _take_sample(self, values: dict[str, Any]) -> None:
        for step in self.steps:
            step.restore(step.remembered() | values)
        self._iface.zoomFull()

    def shut_down(self) -> None:
        """Stop what runs and forget the project, before the plugin goes."""
        self._waiting = None
        self.sample.leave()
        self.run.shut_down()
        self.warm_up.shut_down()
        self.states.shut_down()
        self.maps.shut_down()
        self.merge_round.shut_down()
        self.tools.shut_down()
        self.shown.shut_down()
        self.side.shut_down()
        background.stop_all()
        project = QgsProject.instance()
        project.readProject.disconnect(self._restore)
        project.cleared.disconnect(self._restore)
        project.writeProject.disconnect(self._remember)
        project.layersAdded.disconnect(self._layers_changed)
        project.legendLayersAdded.disconnect(self._layers_changed)
        project.layersRemoved.disconnect(self._layers_changed)

    def _shown(self, visible: bool) -> None:
        if visible:
            # QGIS shows a panel for a moment while it puts it into the window.
            QTimer.singleShot(_SHOWN_MS, self._still_shown)

    def _still_shown(self) -> None:
        if self.isUserVisible():
            self.warm_up.start()
            self.states.refresh_soon()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing the panel hides it; a run goes on."""
        self._remember()
        super().closeEvent(event)

    def _show_steps(self) -> None:
        for step in self.steps:
            self.form.steps.addItem(QListWidgetItem())
            self.form.pages.addWidget(scrolling(step.page))
            step.tell_changes()
        self._show_states()
        rows = self.form.steps
        # A pixel more for each row: at 150 % their heights are no whole numbers.
        heights = sum(rows.sizeHintForRow(row) + 1 for row in range(rows.count()))
        rows.setFixedHeight(heights + 2 * rows.frameWidth() + 4)
        rows.setCurrentRow(0)

    def _show_states(self) -> None:
        """State of each step beside its name: an icon and words."""
        for row, step in enumerate(self.steps):
            seen = self.states.state(step.help_anchor)
            item = self.form.steps.item(row)
            item.setText("{}  {} · {}".format(row + 1, step.title(), state_text(seen)))
            item.setIcon(state_icon(seen.state))
            item.setToolTip(state_tip(step.help_anchor, seen, self.states.problems))

    def _connect(self) -> None:
        form, project = self.form, QgsProject.instance()
        form.steps.currentRowChanged.connect(form.pages.setCurrentIndex)
        form.run.clicked.connect(self.start_assess)
        self.visibilityChanged.connect(self._shown)
        self.warm_up.ready.connect(self._start_waiting)
        form.cancel.clicked.connect(self._cancel)
        form.help.clicked.connect(self._open_help)
        self.data.sample_wanted.connect(self.sample.open_slowly)
        self.sample.opened.connect(self._take_sample)
        self.sample.failed.connect(self._tell_error)
        self.sample.busy.connect(self.data.page.sample.setDisabled)
        self.data.fields_wanted.connect(self.side.open_fields)
        self.check.check_wanted.connect(self.start_check)
        self.check.list_wanted.connect(self.side.open_list)
        self.side.recheck_wanted.connect(self.start_recheck)
        self.side.told.connect(self._tell_warning)
        self.tools.told.connect(self._tell_warning)
        self.tools.finished.connect(self._tool_finished)
        self.tools.found.connect(self.made.note)
        self.maps.page.results.currentIndexChanged.connect(self._result_chosen)
        self.maps.failed.connect(self._tell_error)
        self.maps.result_wanted.connect(self.shown.open)
        self.maps.export_wanted.connect(partial(self.tools.open, "exportmaps"))
        self.states.changed.connect(self._show_states)
        self.states.severities.connect(self.check.show_severities)
        self.side.decided.connect(self.states.recount_doubts)
        for step in self.steps:
            step.changed.connect(self.states.refresh_soon)
        self.run.progressed.connect(self._show_progress)
        self.run.stepped.connect(form.status.setText)
        self.run.done.connect(self._done)
        self.run.failed.connect(self._failed)
        self.run.cancelled.connect(self._cancelled)
        project.readProject.connect(self._restore)
        project.cleared.connect(self._restore)
        project.writeProject.connect(self._remember)
        project.layersAdded.connect(self._layers_changed)
        project.legendLayersAdded.connect(self._layers_changed)  # only then a layer is in the tree
        project.layersRemoved.connect(self._layers_changed)

    def _start(self, algorithm_id: str, parameters: dict[str, Any], needed: tuple[str, ...]) -> None:
        if self.run.is_running() or self._waiting is not None:
            return
        texts = {STANDS: tr("Choose the layer of stands."), OUTPUT: tr("Choose a file for the result.")}
        for name in needed:
            if not parameters.get(name):
                self.form.steps.setCurrentRow(0)
                self._push(texts[name], Qgis.MessageLevel.Warning, _WARNING_SECONDS)
                return
        self._remember()
        self._show_progress(0.0)
        self._show_running(True)
        self.states.begin()
        self.shown.begin()
        self._waiting = (algorithm_id, parameters)
        if self.warm_up.is_loading():
            self.form.status.setText(tr("Getting ready"))
        else:
            self._start_waiting()

    def _start_waiting(self) -> None:
        """Start the run that waited for the libraries, unless it was cancelled meanwhile."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            begin = self.run.show if waiting[0] == OPEN else self.run.start
            begin(*waiting)

    def _cancel(self) -> None:
        self.form.status.setText(tr("Cancelling"))
        self.form.cancel.setEnabled(False)
        if self._waiting is not None:
            algorithm_id, self._waiting = self._waiting[0], None
            self._cancelled(algorithm_id)
        self.run.cancel()

    def _show_results(self, _algorithm_id: str, results: dict[str, Any]) -> Iterator[None]:
        """Put what a run found into the project, layer by layer."""
        self._show_progress(100.0)
        self.form.status.setText(tr("Showing the result"))
        self.form.cancel.setEnabled(False)
        result = Path(results[OUTPUT])
        yield from self.shown.steps(result)
        self.maps.list_results(result)

    def _done(self, algorithm_id: str, results: dict[str, Any]) -> None:
        result = Path(results[OUTPUT])
        self._show_running(False)
        if self.shown.is_elsewhere():
            self.form.status.clear()
            self.shown.tell_elsewhere(result)
            return
        self.states.finish(algorithm_id, result)
        text = tr("Done: {path}").format(path=result.name)
        self.form.status.setText(text)
        self.form.status.setToolTip(str(result))
        self._push(text, Qgis.MessageLevel.Success, _SUCCESS_SECONDS)

    def _tool_finished(self, algorithm_id: str) -> None:
        self.states.finish(algorithm_id, None)

    def _result_chosen(self, *_args: object) -> None:
        self.tools.refresh()
        self.states.refresh_soon()

    def _failed(self, _algorithm_id: str, reason: str) -> None:
        self._show_running(False)
        self._show_progress(0.0)
        text = reason or tr("The run stopped. The log of Processing says why.")
        # With long paths it is longer than the panel is high: the bar and the tip tell all of it.
        whole = len(text) <= _SHOWN_SIGNS
        self.form.status.setText(text if whole else text[: _SHOWN_SIGNS // 2] + "…" + text[-_SHOWN_SIGNS // 2 :])
        self.form.status.setToolTip(text)
        self._push(text, Qgis.MessageLevel.Critical, 0)

    def _cancelled(self, _algorithm_id: str) -> None:
        self._show_running(False)
        self._show_progress(0.0)
        text = tr("Cancelled. Nothing was written.")
        self.form.status.setText(text)
        self._push(text, Qgis.MessageLevel.Info, _SUCCESS_SECONDS)

    def _tell_warning(self, text: str) -> None:
        self._push(text, Qgis.MessageLevel.Warning, _WARNING_SECONDS)

    def _tell_error(self, error: CarbonError) -> None:
        self._push(error_in_words(error), Qgis.MessageLevel.Critical, 0)

    def _push(self, text: str, level: Qgis.MessageLevel, seconds: int) -> None:
        self._iface.messageBar().pushMessage(tr("Sanming Forest Carbon"), text, level, seconds)

    def _show_running(self, running: bool) -> None:
        possible = not running and not missing_text()
        self.form.run.setEnabled(possible)
        self.check.page.check.setEnabled(possible)
        self.maps.page.open_result.setEnabled(possible)
        self.data.page.choose_fields.setEnabled(not missing_text())
        self.check.page.open_list.setEnabled(not missing_text())
        self.side.set_running(running)
        self.form.cancel.setEnabled(running)
        self.form.progress.setVisible(running)

    def _show_progress(self, percent: float) -> None:
        self.form.progress.setValue(round(percent))

    def _show_missing(self) -> None:
        text = missing_text()
        self.form.missing.setText(text)
        self.form.missing.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.form.missing.setVisible(bool(text))

    def _open_help(self) -> None:
        page = QUrl(help_page("dock"))
        page.setFragment(self.steps[self.form.steps.currentRow()].help_anchor)
        QDesktopServices.openUrl(page)

    def _remember(self, *_args: object) -> None:
        self.unsaved.stored()
        write_entry(_KEY, self.remembered())
        self.made.remember()
        self.states.remember()

    def _restore(self, *_args: object) -> None:
        if self._waiting is not None:  # it is about layers of the project before
            self._cancel()
        self.sample.leave()
        # What this project does not say is as in a new one, not as in the project before it.
        values = self._defaults | read_entry(_KEY)
        for step in self.steps:
            step.restore(values)
        self.shown.leave_project()
        self.tools.leave_project()
        self.side.shut_down()  # its list and its fields are those of the project before
        self.check.page.found.clear()
        if not self.run.is_running():
            self.form.status.clear()
        self.unsaved.stored()
        self.made.restore()
        self.maps.list_results()
        self.states.restore()

    def _layers_changed(self, *_args: object) -> None:
        self._leave_results_out()
        self.maps.list_results()
        self.states.refresh_soon()

    def _leave_results_out(self) -> None:
        """Do not offer results as inputs: picked by accident, they would be assessed once more."""
        layers = QgsProject.instance().mapLayers().values()
        results = [layer for layer in layers if is_of_result(layer)]
        for combo in (self.data.page.stands, self.data.page.earlier, self.tickets.page.tenure):
            combo.setExceptedLayerList(results)

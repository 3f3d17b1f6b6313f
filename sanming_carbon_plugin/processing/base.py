"""What the algorithms have in common: the door between a job and QGIS."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterDefinition,
)
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QIcon

from ..adapters.faults import write_fault_report
from ..core.errors import CancelledError, CarbonError
from ..core.progress import Progress
from ..paths import resources_dir
from .dependencies import missing_text
from .feedback import FeedbackProgress
from .inputs import is_narrowed, selected_layer, take_layer, take_selection, take_source
from .parameters import ENCODING, OUTPUT, STANDS
from .results import ShownOnCompletion
from .translation import language

if TYPE_CHECKING:
    from ..adapters.qgis_layers import LayerSnapshot


class StandAlgorithm(QgsProcessingAlgorithm):
    """An algorithm that runs one job.

    Layers are looked at in :meth:`prepare_request`, which QGIS calls in the main thread; :meth:`run_job`
    then works in another thread and touches neither the project nor a layer. A job that is cancelled or
    fails leaves no file behind, so nothing is to be cleared up here.
    """

    def add_all(self, *parameters: QgsProcessingParameterDefinition) -> None:
        """Define several parameters, in this order."""
        for parameter in parameters:
            self.addParameter(parameter)

    def createInstance(self) -> StandAlgorithm:
        """Give a fresh algorithm of the same kind."""
        return type(self)()

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return plugin_icon()

    def helpUrl(self) -> str:
        """Page of the shipped help, in the user's language."""
        return help_page(self.name())

    def canExecute(self) -> tuple[bool, str]:
        """Whether all libraries are there, and if not, what to install."""
        missing = missing_text()
        return not missing, missing

    themes: ShownOnCompletion | None = None
    """What is shown of the file in the output ``OUTPUT``, made while preparing; None for nothing."""

    def prepare_request(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        """Take from layers and parameters all that the job needs."""
        raise NotImplementedError

    def run_job(self, feedback: QgsProcessingFeedback, progress: Progress) -> dict[str, Any]:
        """Run the job and give the algorithm's outputs."""
        raise NotImplementedError

    def taken(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext, encoding: str | None = None
    ) -> LayerSnapshot | None:
        """The layer of parameter ``name`` as the user sees it now; None where the parameter is empty."""
        if parameters.get(name) in (None, ""):
            return None
        layer = self.parameterAsVectorLayer(parameters, name, context)
        if layer is not None and not is_narrowed(parameters[name]):
            return take_layer(layer, encoding)
        selected = selected_layer(parameters[name], context)
        if selected is not None:
            return take_selection(selected)
        source = self.parameterAsSource(parameters, name, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, name))
        return take_source(source, layer.name() if layer is not None else source.sourceName())

    def taken_stands(self, parameters: dict[str, Any], context: QgsProcessingContext) -> LayerSnapshot:
        """The layer of stands, which must be given."""
        encoding = self.parameterAsString(parameters, ENCODING, context).strip() or None
        stands = self.taken(parameters, STANDS, context, encoding)
        if stands is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, STANDS))
        return stands

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,  # noqa: ARG002 - QGIS hands it over
    ) -> bool:
        """Prepare in the main thread."""
        possible, reason = self.canExecute()
        if not possible:  # qgis_process and models do not ask for it
            raise QgsProcessingException(reason)
        try:
            self.prepare_request(parameters, context)
        except CarbonError as error:
            raise QgsProcessingException(error_in_words(error)) from error
        return True

    def processAlgorithm(
        self,
        parameters: dict[str, Any],  # noqa: ARG002 - QGIS hands them over once more
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Run the job; a run that was cancelled has no outputs."""
        try:
            outputs = self.run_job(feedback, FeedbackProgress(feedback))
        except CancelledError:
            return {}
        except CarbonError as error:
            raise QgsProcessingException(error_in_words(error)) from error
        except Exception as fault:
            report = write_fault_report(self.id())
            told = CarbonError("UNEXPECTED", fault=type(fault).__name__, report=report)
            raise QgsProcessingException(error_in_words(told)) from fault
        if self.themes is not None:
            self.themes.ask_for(context, Path(outputs[OUTPUT]), OUTPUT)
        return outputs


def plugin_icon() -> QIcon:
    """Icon of the plugin."""
    return QIcon(str(resources_dir() / "icons" / "sanming_carbon.svg"))


def help_page(name: str) -> str:
    """Address of help page ``name`` in the user's language."""
    return QUrl.fromLocalFile(str(resources_dir() / "help" / language() / "{}.html".format(name))).toString()


def error_in_words(error: CarbonError) -> str:
    """One line that says what is wrong and what to do, as QGIS shows it in the log and in the message bar."""
    # The table of messages is read with pandas, which may be missing when QGIS loads the plugin.
    from ..adapters.messages import render_error  # noqa: PLC0415

    message, hint = render_error(error, language(), in_qgis=True)
    return "{}{}{} [{}]".format(message, "" if language() == "zh" else " ", hint, error.code)

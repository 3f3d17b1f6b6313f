"""What the algorithms have in common: the door between a job and QGIS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QUrl
from qgis.PyQt.QtGui import QIcon

from ..core.errors import CancelledError, CarbonError
from ..core.progress import Progress
from ..paths import resources_dir
from .dependencies import missing_text
from .feedback import FeedbackProgress
from .inputs import stand_source
from .translation import language

if TYPE_CHECKING:
    from ..adapters.jobs.request import StandSource


class StandAlgorithm(QgsProcessingAlgorithm):
    """An algorithm that runs one job.

    Layers are looked at in :meth:`prepare_request`, which QGIS calls in the main thread; :meth:`run_job`
    then works in another thread and touches neither the project nor a layer. A job that is cancelled or
    fails leaves no file behind, so nothing is to be cleared up here.
    """

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

    def prepare_request(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Take from layers and parameters all that the job needs."""
        raise NotImplementedError

    def run_job(
        self, context: QgsProcessingContext, feedback: QgsProcessingFeedback, progress: Progress
    ) -> dict[str, Any]:
        """Run the job and give the algorithm's outputs."""
        raise NotImplementedError

    def layer_source(
        self, layer: QgsVectorLayer | None, parameters: dict[str, Any], name: str, encoding: str | None = None
    ) -> StandSource:
        """What the job reads for the layer of parameter ``name``."""
        if layer is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, name))
        return stand_source(layer, parameters.get(name), encoding)

    def prepareAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> bool:
        """Prepare in the main thread."""
        try:
            self.prepare_request(parameters, context, feedback)
        except CarbonError as error:
            raise QgsProcessingException(_in_words(error)) from error
        return True

    def processAlgorithm(
        self,
        parameters: dict[str, Any],  # noqa: ARG002 - QGIS hands them over once more
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Run the job; a run that was cancelled has no outputs."""
        try:
            return self.run_job(context, feedback, FeedbackProgress(feedback))
        except CancelledError:
            return {}
        except CarbonError as error:
            raise QgsProcessingException(_in_words(error)) from error


def plugin_icon() -> QIcon:
    """Icon of the plugin."""
    return QIcon(str(resources_dir() / "icons" / "sanming_carbon.svg"))


def help_page(name: str) -> str:
    """Address of help page ``name`` in the user's language."""
    return QUrl.fromLocalFile(str(resources_dir() / "help" / language() / "{}.html".format(name))).toString()


def _in_words(error: CarbonError) -> str:
    # The table of messages is read with pandas, which may be missing when QGIS loads the plugin.
    from ..adapters.resources import render_error  # noqa: PLC0415

    # One line, as on the command line: QGIS shows it in the log and in the message bar.
    message, hint = render_error(error, language())
    return "{}{}{} [{}]".format(message, "" if language() == "zh" else " ", hint, error.code)

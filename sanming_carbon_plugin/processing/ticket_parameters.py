"""Parameters of the algorithms about tickets, defined once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterMultipleLayers,
)

from ..adapters.column_words import title_of
from ..core.progress import Progress
from ..paths import resources_dir
from .base import StandAlgorithm
from .inputs import optional_path, take_layer
from .parameters import advanced, explained, worded_choice
from .translation import language, tr

if TYPE_CHECKING:
    from ..adapters.qgis_layers import LayerSnapshot

RESULT = "RESULT"
PROFILE = "PROFILE"
PROFILE_FILE = "PROFILE_FILE"
CREDITED = "CREDITED"
TENURE = "TENURE"
CREDITED_MAPPING = "CREDITED_MAPPING"
TENURE_MAPPING = "TENURE_MAPPING"

Add = Callable[[QgsProcessingParameterDefinition], object]


def result_parameter(optional: bool) -> QgsProcessingParameterDefinition:
    """A result of the main job."""
    return explained(
        QgsProcessingParameterFile(RESULT, tr("Result"), extension="gpkg", optional=optional),
        tr("A GeoPackage made by Assess stands. It holds the stands, their sink, the profile and the parcels."),
    )


def define_profile(add: Add) -> None:
    """A shipped profile by its name, or a file."""
    names = sorted(path.stem for path in (resources_dir() / "profiles").glob("*.json"))
    titles = {name: title_of(name, language()) for name in names}
    shipped = worded_choice(PROFILE, tr("Ticket profile"), titles, optional=True)
    add(explained(shipped, tr("Leave empty for the one that the result was judged by, else the Sanming ticket.")))
    own = QgsProcessingParameterFile(PROFILE_FILE, tr("Own ticket profile"), extension="json", optional=True)
    add(advanced(explained(own, tr("An edited copy of a shipped profile, in place of the one chosen above."))))


def define_parcels(add: Add, tenure: bool = True, needed: bool = False) -> None:
    """Layers of credited and of tenure parcels."""
    credited = QgsProcessingParameterMultipleLayers(
        CREDITED, tr("Credited parcels"), Qgis.ProcessingSourceType.VectorPolygon, optional=not needed
    )
    add(
        explained(
            credited,
            tr("Parcels already credited or pending under any scheme, with the columns scheme, scheme_id, "
               "period_start and period_end."),
        )
    )  # fmt: skip
    if tenure:
        source = QgsProcessingParameterFeatureSource(
            TENURE, tr("Tenure"), [Qgis.ProcessingSourceType.VectorPolygon], optional=True
        )
        columns = tr(
            "Polygons of the certificates, with the columns certificate, holder, right, valid_to and disputed."
        )
        add(explained(source, columns))


def define_mappings(add: Add, tenure: bool = True) -> None:
    """Files that say which columns of these layers mean what."""
    add(_mapping(CREDITED_MAPPING, tr("Field mapping of the credited parcels")))
    if tenure:
        add(tenure_mapping_parameter())


def tenure_mapping_parameter() -> QgsProcessingParameterDefinition:
    """File that says which columns of the tenure layer mean what."""
    return _mapping(TENURE_MAPPING, tr("Field mapping of the tenure parcels"))


def _mapping(name: str, text: str) -> QgsProcessingParameterDefinition:
    file = QgsProcessingParameterFile(name, text, extension="json", optional=True)
    return advanced(explained(file, tr("JSON file, for columns whose names are not recognised.")))


class TicketAlgorithm(StandAlgorithm):
    """An algorithm that looks at credited and tenure parcels."""

    credited: list[LayerSnapshot]
    tenure: LayerSnapshot | None = None

    def file(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext) -> Path | None:
        """The file of a parameter, None where it is empty."""
        return optional_path(self.parameterAsFile(parameters, name, context))

    def text(self, parameters: dict[str, Any], name: str, context: QgsProcessingContext) -> str | None:
        """The text of a parameter, None where it is empty."""
        return self.parameterAsString(parameters, name, context).strip() or None

    def profile_of(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str | None:
        """The profile as the jobs take it: a file or a shipped name."""
        own = self.file(parameters, PROFILE_FILE, context)
        if own is not None:
            return str(own)
        return self.parameterAsEnumString(parameters, PROFILE, context) or None

    def take_parcels(self, parameters: dict[str, Any], context: QgsProcessingContext, tenure: bool = True) -> None:
        """Look at the layers, in the main thread."""
        self.credited = [take_layer(each) for each in self.parameterAsLayerList(parameters, CREDITED, context)]
        self.tenure = self.taken(parameters, TENURE, context) if tenure else None

    def mappings_of(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[str, Path | None]:
        """Both mapping files, named as in the requests."""
        return {
            "credited_mapping": self.file(parameters, CREDITED_MAPPING, context),
            "tenure_mapping": self.file(parameters, TENURE_MAPPING, context),
        }

    def parcels(self, progress: Progress) -> dict[str, Any]:
        """Both kinds of layers, read, named as in the requests."""
        return {
            "credited": tuple(taken.read(progress) for taken in self.credited),
            "tenure": self.tenure.read(progress) if self.tenure is not None else None,
        }

"""The group "Sanming Forest Carbon" of the Processing toolbox."""

from __future__ import annotations

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from ..about import version
from .application import ApplicationAlgorithm
from .assess import AssessAlgorithm
from .base import plugin_icon
from .carbonstock import CarbonStockAlgorithm
from .check import CheckAlgorithm
from .classify import ClassifyAlgorithm
from .compare_rules import CompareRulesAlgorithm
from .compare_scenarios import CompareScenariosAlgorithm
from .dependencies import missing_text
from .dossier import DossierAlgorithm
from .double_count import DoubleCountAlgorithm
from .evidence import EvidenceAlgorithm
from .export_maps import ExportMapsAlgorithm
from .field_merge import FieldMergeAlgorithm
from .field_package import FieldPackageAlgorithm
from .field_sample import FieldSampleAlgorithm
from .fitgrowth import FitGrowthAlgorithm
from .neutrality import NeutralityAlgorithm
from .pine_wilt import PineWiltAlgorithm
from .plan import PlanAlgorithm
from .predict_species import PredictSpeciesAlgorithm
from .products import ProductsAlgorithm
from .project import ProjectAlgorithm
from .recheck import RecheckAlgorithm
from .repair_rings import RepairRingsAlgorithm
from .report import ReportAlgorithm
from .sink import SinkAlgorithm
from .target_progress import TargetProgressAlgorithm
from .tenure_pieces import TenurePiecesAlgorithm
from .ticket_eligibility import TicketEligibilityAlgorithm
from .train_species import TrainSpeciesAlgorithm
from .translation import tr
from .work_design import WorkDesignAlgorithm
from .zonal import ZonalAlgorithm

PROVIDER_ID = "sanmingcarbon"
ALGORITHMS = (
    ApplicationAlgorithm,
    AssessAlgorithm,
    CarbonStockAlgorithm,
    CheckAlgorithm,
    ClassifyAlgorithm,
    CompareRulesAlgorithm,
    CompareScenariosAlgorithm,
    DossierAlgorithm,
    DoubleCountAlgorithm,
    FieldSampleAlgorithm,
    FieldPackageAlgorithm,
    FieldMergeAlgorithm,
    FitGrowthAlgorithm,
    EvidenceAlgorithm,
    ExportMapsAlgorithm,
    NeutralityAlgorithm,
    PineWiltAlgorithm,
    PlanAlgorithm,
    PredictSpeciesAlgorithm,
    ProductsAlgorithm,
    ProjectAlgorithm,
    RecheckAlgorithm,
    RepairRingsAlgorithm,
    ReportAlgorithm,
    SinkAlgorithm,
    TargetProgressAlgorithm,
    TenurePiecesAlgorithm,
    TicketEligibilityAlgorithm,
    TrainSpeciesAlgorithm,
    WorkDesignAlgorithm,
    ZonalAlgorithm,
)


class SanmingCarbonProvider(QgsProcessingProvider):
    """Offers the commands of the command line as algorithms, and the steps about rules and images one by one."""

    def id(self) -> str:
        """Identifier that scripts and models use; it never changes."""
        return PROVIDER_ID

    def name(self) -> str:
        """Name in the toolbox."""
        return tr("Sanming Forest Carbon")

    def icon(self) -> QIcon:
        """Icon in the toolbox."""
        return plugin_icon()

    def versionInfo(self) -> str:
        """Version, written into the history of Processing."""
        return version()

    def warningMessage(self) -> str:
        """What is missing, shown in the toolbox."""
        return missing_text()

    def loadAlgorithms(self) -> None:
        """Register the algorithms."""
        for algorithm in ALGORITHMS:
            self.addAlgorithm(algorithm())

"""Every algorithm of the toolbox on a small cut of the sample, each once, fed by what the others made."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from made_results import SAMPLE
from qgis.core import (
    QgsApplication,
    QgsFeatureRequest,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProject,
    QgsSettings,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication

from sanming_carbon_plugin.paths import resources_dir
from sanming_carbon_plugin.processing import translation
from sanming_carbon_plugin.processing.provider import SanmingCarbonProvider

VILLAGES = "CUN IN ('204', '205')"
PERIOD = {"PERIOD_START": "2016-01-01", "PERIOD_END": "2020-12-31"}
TARGETS = (
    "measure,area_unit,year_from,year,amount,unit,source\n"
    "pine_transform,350428,2026,2028,40,ha,三明市林业局\ntending,350428,2026,2028,20,ha,三明市林业局\n"
)


@dataclass
class Told(QgsProcessingFeedback):
    """Feedback that keeps every line a user sees."""

    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(False)

    def pushInfo(self, info):  # noqa: N802
        self.lines.append(info)

    def setProgressText(self, text):  # noqa: N802
        self.lines.append(text)

    def pushWarning(self, warning):  # noqa: N802
        self.lines.append(warning)

    def reportError(self, error, fatalError=False):  # noqa: N802, N803
        self.lines.append(error)


@dataclass
class Ran:
    """What one algorithm gave."""

    parameters: dict[str, Any]
    results: dict[str, Any]
    lines: list[str]
    layers: list[tuple[str, QgsVectorLayer]]
    """Layers that QGIS loads in the end, with the titles they are asked for under, dressed as the user sees them."""


@contextmanager
def spoken(locale: str, compiled: Path | None = None):
    """QGIS in another language, with the plugin's translation of today."""
    settings = QgsSettings()
    before = settings.value("locale/userLocale"), settings.value("locale/overrideFlag")
    settings.setValue("locale/userLocale", locale)
    settings.setValue("locale/overrideFlag", True)
    translator = None
    if compiled is not None:
        kept, translation.i18n_dir = translation.i18n_dir, lambda: compiled
        try:
            translator = translation.install_translator(locale)
        finally:
            translation.i18n_dir = kept
    try:
        yield
    finally:
        if translator is not None:
            QCoreApplication.removeTranslator(translator)
        for key, value in zip(("locale/userLocale", "locale/overrideFlag"), before, strict=True):
            settings.remove(key) if value is None else settings.setValue(key, value)


def translation_of_today(folder: Path) -> Path:
    """Folder with the translation as QGIS loads it, made from today's source."""
    source = Path(__file__).resolve().parents[2] / "i18n" / "sanming_carbon_plugin_zh.ts"
    subprocess.run(["lrelease", "-silent", str(source), "-qm", str(folder / (source.stem + ".qm"))], check=True)
    return folder


@contextmanager
def office_in(folder: Path, locale: str | None = None):
    """An office whose algorithms QGIS offers, in one language; the projects they filled go with it."""
    provider = SanmingCarbonProvider()
    i18n = folder / "i18n"
    i18n.mkdir(parents=True)
    with nullcontext() if locale is None else spoken(locale, translation_of_today(i18n)):
        QgsApplication.processingRegistry().addProvider(provider)
        made = Office(folder / "三明 所")
        made.language = "zh" if (locale or "en").startswith("zh") else "en"
        yield made
        forget_projects()
        QgsApplication.processingRegistry().removeProvider(provider)


class Office:
    """A folder with the small cut of the sample; :meth:`ran` runs an algorithm once, with all it needs before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._ran: dict[str, Ran] = {}
        _cut(SAMPLE / "stands.gpkg", folder / "stands.gpkg", "stands")
        self.sample = {path.name: str(path) for path in SAMPLE.iterdir()}
        self._files()

    def _files(self) -> None:
        (self.folder / "targets.csv").write_text(TARGETS, encoding="utf-8")
        harvest = "year,species_code,volume_m3\n2020,220,100\n2019,310,40\n"
        (self.folder / "harvest.csv").write_text(harvest, encoding="utf-8")
        terms = json.loads((resources_dir() / "parameters" / "image_species.json").read_text(encoding="utf-8"))
        small = terms | {"trees": 10, "folds": 2, "least_per_class": 10}
        (self.folder / "terms.json").write_text(json.dumps(small), encoding="utf-8")
        scene = {"raster": "s2020", "sensor": "sentinel2", "date": "2020-12-20", "indices": ["NDVI"]}
        (self.folder / "recipe.json").write_text(json.dumps({"dem": "dem", "scenes": [scene]}), encoding="utf-8")
        rules = (resources_dir() / "rules" / "pine_transformation.json").read_text(encoding="utf-8")
        edited = json.dumps(json.loads(rules), ensure_ascii=False).replace(
            '"field": "pine_share", "op": ">=", "value": 0.65', '"field": "pine_share", "op": ">=", "value": 0.99'
        )
        (self.folder / "rules.json").write_text(edited, encoding="utf-8")

    def file(self, name: str) -> str:
        """Path of a file in the folder."""
        return str(self.folder / name)

    def out(self, name: str) -> str:
        """What another algorithm wrote."""
        return str(self.ran(name).results["OUTPUT"])

    def asked(self, name: str) -> dict[str, Any]:
        """Parameters for one algorithm, without its output."""
        return ASKED[name](self)

    def target(self, name: str, ending: str = "") -> str:
        """Where an algorithm is to write."""
        return self.file("out_" + name + ending + ENDINGS.get(name, ".gpkg"))

    def ran(self, name: str) -> Ran:
        """What an algorithm gave; it runs once."""
        if name not in self._ran:
            asked = self.asked(name) | ({} if name == "dossier" else {"OUTPUT": self.target(name)})
            self._ran[name] = run(name, asked)
        return self._ran[name]

    def columns(self) -> set[str]:
        """Names that the county gave its own columns."""
        return set(QgsVectorLayer(self.file("stands.gpkg"), "s", "ogr").fields().names())

    def returned(self) -> str:
        """The field package as a surveyor brings it back: one finding, everything answered."""
        folder = Path(self.out("fieldpackage"))
        back = self.folder / "returned"
        if not back.exists():
            shutil.copytree(folder, back)
            layer = QgsVectorLayer(str(back / "field.gpkg") + "|layername=stands_to_check", "work", "ogr")
            layer.startEditing()
            for feature in layer.getFeatures():
                said = {"verdict": "right", "surveyor": "林一", "survey_date": "2026-11-20"}
                said |= {"species_code": "310", "verdict": "wrong"} if feature.id() == 1 else {}
                for column, value in said.items():
                    layer.changeAttributeValue(feature.id(), layer.fields().indexOf(column), value)
            layer.commitChanges()
        return str(back / "field.gpkg")


def run(name: str, parameters: dict[str, Any]) -> Ran:
    """Run one algorithm and load what it asks for, as the toolbox does."""
    algorithm = QgsApplication.processingRegistry().createAlgorithmById("sanmingcarbon:" + name)
    context = QgsProcessingContext()
    project = QgsProject()
    context.setProject(project)
    told = Told()
    results, done = algorithm.run(parameters, context, told, {}, False)
    if not done:
        raise AssertionError("\n".join(told.lines))
    return Ran(parameters, results, told.lines, loaded(context))


def loaded(context: QgsProcessingContext) -> list[tuple[str, QgsVectorLayer]]:
    """Layers of a run as they stand in the project in the end."""
    project = context.project()
    found = []
    for source, details in context.layersToLoadOnCompletion().items():
        layer = QgsVectorLayer(source, details.name, "ogr")
        if not layer.isValid():
            raise AssertionError(source)
        project.addMapLayer(layer)
        before = set(project.mapLayers())
        if details.postProcessor() is not None:
            details.postProcessor().postProcessLayer(layer, context, QgsProcessingFeedback())
        made = set(project.mapLayers()) - before or {layer.id()}
        found += [(details.name, project.mapLayer(each)) for each in made]
    _PROJECTS.append(project)
    return found


_PROJECTS: list[QgsProject] = []


def forget_projects() -> None:
    """Let go of the layers of all runs."""
    for project in _PROJECTS:
        project.clear()
    _PROJECTS.clear()


def _cut(source: Path, target: Path, name: str) -> None:
    layer = QgsVectorLayer("{}|layername={}".format(source, name), name, "ogr")
    rows = layer.materialize(QgsFeatureRequest().setFilterExpression(VILLAGES))
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.layerName = name
    options.attributes = [at for at, field in enumerate(rows.fields()) if field.name() != "fid"]
    QgsVectorFileWriter.writeAsVectorFormatV3(rows, str(target), QgsProject.instance().transformContext(), options)


Asks = Callable[[Office], dict[str, Any]]
_STANDS: Asks = lambda o: {"STANDS": o.file("stands.gpkg")}  # noqa: E731
_TWO: Asks = lambda o: _STANDS(o) | {"EARLIER": o.sample["stands_2015.gpkg"]} | PERIOD  # noqa: E731
_PARCELS: Asks = lambda o: {"CREDITED": [o.sample["credited.gpkg"]], "TENURE": o.sample["tenure.gpkg"]}  # noqa: E731
_RESULT: Asks = lambda o: {"RESULT": o.out("assess")}  # noqa: E731
_IMAGES: Asks = lambda o: _STANDS(o) | {  # noqa: E731
    "RASTERS": [o.sample["composite_2015.tif"], o.sample["composite_2020.tif"]], "RASTER_NAMES": "s2015;s2020",
    "TERMS": o.file("terms.json"), "SEED": 3,
}  # fmt: skip
_PLAN: Asks = lambda o: _RESULT(o) | {"TARGETS": o.file("targets.csv")}  # noqa: E731

ASKED: dict[str, Asks] = {
    "assess": lambda o: _TWO(o) | _PARCELS(o) | {
        "RASTERS": [o.sample["dem.tif"]], "RASTER_NAMES": "dem", "REPORT": o.file("out_assess_report"),
    },
    "check": _STANDS,
    "recheck": lambda o: _STANDS(o) | {"ISSUES": o.out("check")},
    "repairrings": _STANDS,
    "tenurepieces": lambda o: _STANDS(o) | {"TENURE": o.sample["tenure.gpkg"]},
    "carbonstock": _STANDS,
    "sink": _TWO,
    "fitgrowth": _TWO,
    "project": lambda o: _STANDS(o) | {"YEARS": "2030;2060", "SURVEYED": "2020-12-31"},
    "products": lambda o: {"HARVEST": o.file("harvest.csv"), "UNTIL": 2022, "REPORT": o.file("out_products_report")},
    "classify": _STANDS,
    "comparerules": lambda o: _STANDS(o) | {"RULES_AFTER": o.file("rules.json")},
    "trainspecies": _IMAGES,
    "predictspecies": _IMAGES,
    "pinewilt": lambda o: _STANDS(o) | {
        "BEFORE": o.sample["composite_2015.tif"], "AFTER": o.sample["composite_2020.tif"],
        "BEFORE_DATE": "2015-12-20", "AFTER_DATE": "2020-12-20",
    },
    "zonal": lambda o: _STANDS(o) | {"RASTERS": [o.sample["dem.tif"]], "RASTER_NAMES": "dem"},
    "evidence": lambda o: _STANDS(o) | {
        "RASTERS": [o.sample["composite_2020.tif"], o.sample["dem.tif"]], "RASTER_NAMES": "s2020;dem",
        "RECIPE": o.file("recipe.json"),
    },
    "ticketeligibility": _RESULT,
    "doublecount": lambda o: _STANDS(o) | {"CREDITED": [o.sample["credited.gpkg"]]} | PERIOD,
    "application": lambda o: _RESULT(o) | {"HOLDER": holder(o)},
    "dossier": lambda o: {"APPLICATION": o.out("application"), "LANGUAGE": 1},
    "neutrality": lambda o: {"KIND": "emissions", "ACTIVITIES": ["electricity_fujian", "12000", "petrol", "300"]},
    "plan": lambda o: _PLAN(o) | {"GAP": 0.05, "SCENARIO": "甲"},
    "comparescenarios": lambda o: {"PLAN_FIRST": o.out("plan"), "PLAN_SECOND": second_plan(o)},
    "targetprogress": lambda o: _PLAN(o) | {"PLAN": o.out("plan")},
    "workdesign": lambda o: _RESULT(o) | {"STAND_KEYS": some_key(o), "DEM": o.sample["dem.tif"]},
    "fieldsample": lambda o: _RESULT(o) | {"VISITS": 12, "SEED": 3},
    "fieldpackage": lambda o: _RESULT(o) | {"LIST": o.out("fieldsample"), "CELL": 50.0,
                                            "BACKGROUND": [o.sample["composite_2020.tif"]]},
    "fieldmerge": lambda o: _RESULT(o) | {"RETURNED": [o.returned()]},
    "exportmaps": lambda o: _RESULT(o) | {"LEVEL": 2, "NAMES": o.sample["names.csv"]},
    "report": lambda o: _RESULT(o) | {"PLAN": o.out("targetprogress"), "NAMES": o.sample["names.csv"]},
}  # fmt: skip
"""What each algorithm is asked, without OUTPUT."""

ENDINGS = {
    "fitgrowth": "", "application": "", "dossier": "", "workdesign": "", "fieldpackage": "", "report": "",
    "trainspecies": ".json", "neutrality": ".json", "exportmaps": ".pdf",
}  # fmt: skip
"""What the output is, where it is no GeoPackage; empty for a folder."""


def second_plan(office: Office) -> str:
    """A plan for the least cost, to compare with the first."""
    target = office.target("plan", "_2")
    if not Path(target).exists():
        run("plan", office.asked("plan") | {"BENEFIT": "cost", "SCENARIO": "乙", "OUTPUT": target})
    return target


def holder(office: Office) -> str:
    """The right-holder with the most eligible pieces."""
    return "松岭村集体"


def some_key(office: Office) -> str:
    """A stand that has a measure."""
    layer = QgsVectorLayer(office.out("assess") + "|layername=stands", "s", "ogr")
    return next(row["stand_key"] for row in layer.getFeatures("measure = 'tending'"))

"""Species groups from images: learn them from the inventory, and ask a model about each stand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ...core.classes.accuracy import Accuracy, stratified_accuracy
from ...core.classes.images import middles, scene_means
from ...core.classes.species_from_images import (
    SpeciesTerms,
    Training,
    disagreements,
    images_of,
    inventory_labels,
    predict_species,
    train_species,
)
from ...core.errors import InputError
from ...core.issues import join_issues
from ...core.pipeline import know_stands
from ...core.progress import Progress
from ...core.rasters.evidence import evidence
from ...core.stands.layer import FieldType, VectorLayer
from ..coverage_store import CoverageStore
from ..geopackage import OutputTable, write_geopackage
from ..image_models import load_species_terms, read_model, write_model
from ..output_files import moved_into_place, require_writable
from ..rasters import low_support_share
from ..stand_tables import load_stand_tables
from ..words import words_of
from .images import open_images
from .inputs import file_record, raster_record
from .issue_table import issue_counts, issues_table
from .opening import check_output, described, geodesy_of, open_inventory, open_rasters, require_all
from .request import JobOutcome, StandSource
from .run_record import now, run_record, run_table

COLUMNS = {
    "stand_key": FieldType("text"),
    "area_ha": FieldType("real"),
    "inventory_group": FieldType("text"),
    "image_species_group": FieldType("text"),
    "image_probability": FieldType("real"),
    "image_conflict": FieldType("text"),
    "image_doubt": FieldType("real"),
}
_LANGUAGES = ("en", "zh")


@dataclass(frozen=True)
class SpeciesRequest:
    """What to learn from, or what to ask about.

    Attributes
    ----------
    rasters
        Pairs of NAME and PATH.
    recipe
        Which raster plays which role; without it every band of every raster counts as it is.
    model
        For predicting: a trained model; None learns from these stands and uses what is said of stands set aside.
    checked_field
        For predicting: column of the stands with the species group that a check found, empty where none was made.
    """

    stands: StandSource
    rasters: tuple[tuple[str, str], ...]
    out: Path
    recipe: Path | None = None
    mapping: Path | None = None
    terms: Path | None = None
    model: Path | None = None
    checked_field: str | None = None
    seed: int = 0
    overwrite: bool = False


@dataclass(frozen=True)
class _Seen:
    layer: VectorLayer
    facts: pd.DataFrame
    bands: Mapping[str, Sequence[str]]
    issues: pd.DataFrame


def figures_beside(model: Path) -> Path:
    """Where the figures of a training are kept: ``MODEL.figures.json`` beside ``MODEL.json``."""
    return model.with_name(model.stem + ".figures.json")


def train_species_model(request: SpeciesRequest, progress: Progress) -> JobOutcome:
    """Learn species groups from the inventory's own labels; write the model, and beside it how far it agrees.

    Raises
    ------
    UsageError, InputError, OutputError, DependencyError, CancelledError
        Nothing is left half-written then.
    """
    figures = figures_beside(request.out)
    check_output(request.out, request.overwrite, (".json",))
    require_writable(figures, overwrite=request.overwrite)
    terms = load_species_terms(request.terms)
    with _seen(request, progress) as seen:
        progress.step("training", 2, 3)
        training = train_species(seen.facts, middles(seen.layer.geometry), seen.bands, terms, request.seed, progress)
    write_model(training.model, request.out)
    with moved_into_place(figures, overwrite=True) as beside:
        data = _figures(training, request, seen.layer, progress)
        beside.write_text(json.dumps(data, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    counts: dict[str, object] = {"stands": len(seen.facts), "labelled": len(training.stands)}
    counts["classes"] = ", ".join(training.model.classes)
    counts |= {f"agreement_{name}": f"{view.agreement:.4f}" for name, view in training.views.items()}
    issues = issues_table(seen.issues, seen.facts.index, seen.layer.geometry, seen.layer.crs_wkt)
    return JobOutcome(request.out, counts, issue_counts(issues.frame))


def predict_species_groups(request: SpeciesRequest, progress: Progress) -> JobOutcome:
    """Write what the images say of each stand, and the list of stands where the inventory says otherwise.

    Raises
    ------
    UsageError, InputError, OutputError, DependencyError, CancelledError
        Nothing is left half-written then.
    """
    started = now()
    check_output(request.out, request.overwrite, reads=request)
    terms = load_species_terms(request.terms)
    model = read_model(request.model) if request.model is not None else None
    with _seen(request, progress) as seen:
        layer, facts = seen.layer, seen.facts
        checked = _checked(layer, request.checked_field, terms)
        training = None
        if model is None:
            progress.step("training", 2, 4)
            place = middles(layer.geometry)
            training = train_species(facts, place, seen.bands, terms, request.seed, progress, ways=("blocks",))
            model = training.model
        progress.step("predicting", 3, 4)
        found = predict_species(facts, seen.bands, terms, model, training)
    frame = found.columns.rename_axis("stand_key").reset_index()
    frame["area_ha"] = facts["area_ha"].to_numpy()
    frame["inventory_group"] = inventory_labels(facts, terms)
    listed = disagreements(found.columns)
    rows = facts.index.get_indexer(listed.index)
    counts: dict[str, object] = {"stands": len(facts)}
    counts["predicted"] = int(frame["image_species_group"].notna().sum())
    counts["image_conflict_yes"] = int((frame["image_conflict"] == "yes").sum())
    if checked is not None:
        mapped = frame["image_species_group"].to_numpy(dtype=object)
        counts |= _accuracy_counts(
            stratified_accuracy(mapped, frame["area_ha"].to_numpy(), pd.notna(checked), checked), checked
        )
    issues = issues_table(join_issues([seen.issues, found.issues]), facts.index, layer.geometry, layer.crs_wkt)
    run = run_table(_record(request, layer, counts, started, progress))
    tables = [
        OutputTable("species", COLUMNS, frame[list(COLUMNS)], layer.geometry, layer.crs_wkt),
        OutputTable("disagreements", COLUMNS, frame.loc[rows, list(COLUMNS)], layer.geometry[rows], layer.crs_wkt),
        issues,
        OutputTable("run", run.columns, run.frame, None, None),
    ]
    write_geopackage(request.out, tables, request.overwrite, progress)
    return JobOutcome(request.out, counts, issue_counts(issues.frame))


@contextmanager
def _seen(request: SpeciesRequest, progress: Progress) -> Iterator[_Seen]:
    """The stands with what the images show of them; the rasters are closed in the end."""
    if not request.rasters:
        raise InputError("IMAGES_MISSING")
    progress.step("read", 0, 4)
    inventory = open_inventory(request.stands, request.mapping, None, progress)
    layer = inventory.layer
    require_all(layer)
    known = know_stands(inventory, load_stand_tables(), geodesy_of(layer)).columns
    rasters = open_rasters(request.rasters, layer)
    store = CoverageStore.beside(layer.source)
    try:
        opened = open_images(request.recipe, rasters, request.seed)
        progress.step("evidence", 1, 4)
        found = evidence(
            known.index,
            layer.geometry,
            opened.rasters,
            progress,
            low_support=low_support_share(),
            covering=store.covering,
        )
        facts = pd.concat([known.drop(columns=found.columns.columns, errors="ignore"), found.columns], axis=1)
        if opened.images is not None and opened.images.scenes:
            means, bands = scene_means(facts, opened.images.scenes)
            facts = pd.concat([known, means], axis=1)
            yield _Seen(layer, facts, bands, join_issues([opened.images.issues, found.issues, store.notes()]))
        else:
            bands = images_of(list(found.columns.columns), [raster.name for raster in opened.rasters])
            yield _Seen(layer, facts, bands, join_issues([found.issues, store.notes()]))
    finally:
        for raster in rasters:
            raster.reader.close()


def _checked(layer: VectorLayer, field: str | None, terms: SpeciesTerms) -> np.ndarray | None:
    """What the check of each stand found as a class of the terms, None where none was made."""
    if field is None:
        return None
    if field not in layer.attributes.columns:
        raise InputError("CHECKED_FIELD_MISSING", field=field)
    known = [*terms.classes, terms.no_forest]
    names = {text: code for language in _LANGUAGES for code, text in words_of("species_group", language).items()}
    codes = {name: name for name in known} | {text: code for text, code in names.items() if code in known}
    found = np.full(len(layer), None, dtype=object)
    for row, value in enumerate(layer.attributes[field]):
        text = "" if value is None or value != value else str(value).strip()  # noqa: PLR0124 - NaN
        if text and text not in codes:
            raise InputError("CHECKED_WORD_UNKNOWN", field=field, word=text, known=", ".join(known))
        found[row] = codes[text] if text else None
    return found


def _accuracy_counts(found: Accuracy, checked: np.ndarray) -> dict[str, object]:
    return {
        "checked": int(pd.notna(checked).sum()),
        "accuracy": f"{found.overall:.4f}",
        "accuracy_low": f"{found.low:.4f}",
        "accuracy_high": f"{found.high:.4f}",
    }


def _figures(training: Training, request: SpeciesRequest, layer: VectorLayer, progress: Progress) -> dict[str, object]:
    views = {
        name: {
            "agreement": view.agreement,
            # Rows: the inventory's label; in each the stands by what the images say.
            "confusion": {
                str(label): {str(image): int(count) for image, count in row.items()}
                for label, row in view.confusion.to_dict("index").items()
            },
        }
        for name, view in training.views.items()
    }
    return {
        "note": "Agreement is with the inventory's own labels. It is not accuracy, which only checked stands can tell.",
        "note_zh": "一致率是与清查登记树种相比的结果，并非精度；精度只能由随机抽查的小班得出。",
        "seed": request.seed,
        "inputs": _inputs(request, layer, progress),
        "stands": len(training.stands),
        "classes": list(training.model.classes),
        "views": views,
        "importance": {str(name): float(share) for name, share in training.importance.items()},
    }


def _inputs(request: SpeciesRequest, layer: VectorLayer, progress: Progress) -> dict[str, object]:
    return {
        "stands": described(request.stands, layer),
        "rasters": {name: raster_record(path, progress) for name, path in request.rasters},
        "recipe": file_record(request.recipe),
        "terms": file_record(request.terms),
        "model": file_record(request.model),
    }


def _record(
    request: SpeciesRequest, layer: VectorLayer, counts: dict[str, object], started: str, progress: Progress
) -> dict[str, object]:
    return run_record(
        inputs=_inputs(request, layer, progress),
        rules={},
        rule_files={},
        options={"checked_field": request.checked_field},
        totals={name: str(value) for name, value in counts.items()},
        seed=request.seed,
        started=started,
    )

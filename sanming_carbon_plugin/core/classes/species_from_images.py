"""Which species group the images see in a stand, learnt from the inventory's own labels.

It never overwrites the inventory; rules see both. What a stand gets comes from a model that has not learnt from it
or its neighbours, so that a wrong label cannot confirm itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import combinations as pairs_of
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..errors import InputError
from ..issues import join_issues, layer_issue, stand_issues
from ..progress import Progress
from ..stage import StageResult
from .folds import Folds, block_folds, distance_matched_folds, metres, random_folds
from .forest_model import Forest, grow_forest

Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]

MOST_PAIRED_BANDS = 13
VIEWS = ("blocks", "distance_matched", "random")


@dataclass(frozen=True)
class SpeciesTerms:
    """Which groups are told apart, and how a model is trained and read. See ``image_species.json``."""

    classes: Mapping[str, Sequence[str]]
    no_forest: str
    forest_land: Sequence[str]
    least_support: float
    least_per_class: int
    reject_below: float
    conflict_from: float
    trees: int
    draws_per_tree: int
    least_in_leaf: int
    folds: int
    block_m: float

    @staticmethod
    def from_dict(data: object) -> SpeciesTerms:
        """Check the terms.

        Raises
        ------
        InputError
            IMAGE_TERMS_INVALID, naming the first entry that cannot be used.
        """
        if not isinstance(data, Mapping):
            raise InputError("IMAGE_TERMS_INVALID", name="file")
        limits = {"least_support": 1.0, "reject_below": 1.0, "conflict_from": 1.0, "trees": 2000, "folds": 50}
        values: dict[str, Any] = {}
        for field in fields(SpeciesTerms):
            value = data.get(field.name)
            if field.name in {"classes", "forest_land", "no_forest"}:
                usable = bool(value) and isinstance(value, {"classes": dict, "no_forest": str}.get(field.name, list))
            else:
                number = isinstance(value, (int, float)) and not isinstance(value, bool)
                usable = number and 0 < value <= limits.get(field.name, 1e9)  # type: ignore[operator]
            if not usable:
                raise InputError("IMAGE_TERMS_INVALID", name=field.name)
            values[field.name] = value
        return SpeciesTerms(**values)


@dataclass(frozen=True)
class View:
    """One way of setting stands aside, and what came out.

    Attributes
    ----------
    agreement
        Share of stands where the out-of-fold class is the inventory's label; not accuracy.
    confusion
        Stands by label (rows) and image (columns).
    probabilities
        Out-of-fold, shape (stands with label, classes).
    """

    name: str
    agreement: float
    confusion: pd.DataFrame
    probabilities: Floats


@dataclass(frozen=True)
class Training:
    """A trained model and what is known of its worth.

    Attributes
    ----------
    stands
        Keys of the stands with label and evidence, n.
    labels
        Their labels by the inventory.
    views
        By name of :data:`VIEWS`.
    importance
        Features by the impurity they take away, largest first.
    """

    model: Forest
    stands: pd.Index
    labels: Texts
    views: Mapping[str, View]
    importance: pd.Series


def images_of(columns: Sequence[str], rasters: Sequence[str]) -> dict[str, list[str]]:
    """Evidence of each raster among ``columns``: name of the raster, and its bands without ``_mean``."""
    found: dict[str, list[str]] = {name: [] for name in rasters}
    for column in columns:
        stem = column.removesuffix("_mean")
        owner = max((name for name in rasters if stem == name or stem.startswith(name + "_")), key=len, default=None)
        if stem != column and owner is not None:
            found[owner].append(stem)
    return {name: bands for name, bands in found.items() if bands}


def image_features(
    facts: pd.DataFrame, images: Mapping[str, Sequence[str]], least_support: float
) -> tuple[Floats, list[str]]:
    """Normalised differences of all pairs of bands of each image: light and shade of slopes cancel out.

    Parameters
    ----------
    images
        Name of each image and its bands, columns of ``facts`` without ``_mean``.
    least_support
        Stands of which an image covers less have no features.

    Returns
    -------
    values, names
        Shape (n, features), NaN throughout where anything is missing; names of the features.
    """
    columns, names = [], []
    whole = np.ones(len(facts), dtype=bool)
    for bands in images.values():
        means = {band: facts[band + "_mean"].to_numpy(dtype=np.float64) for band in bands}
        for band in bands:
            if band + "_support" in facts.columns:
                whole &= facts[band + "_support"].to_numpy(dtype=np.float64) >= least_support
        if len(bands) == 1:
            columns.append(means[bands[0]])
            names.append(bands[0])
        near = list(pairs_of(bands, 2)) if len(bands) <= MOST_PAIRED_BANDS else list(pairwise(bands))
        for one, other in near:
            with np.errstate(divide="ignore", invalid="ignore"):
                columns.append((means[one] - means[other]) / (means[one] + means[other]))
            names.append("{}|{}".format(one, other))
    values = np.column_stack(columns) if columns else np.empty((len(facts), 0))
    whole &= np.isfinite(values).all(axis=1) & (values.shape[1] > 0)
    values[~whole] = np.nan
    return values, names


def inventory_labels(facts: pd.DataFrame, terms: SpeciesTerms) -> Texts:
    """The class of each stand by the inventory; None where land class or species is not known."""
    class_of = {group: name for name, groups in terms.classes.items() for group in groups}
    land = facts["land_class"].to_numpy(dtype=object)
    labels = facts["species_group"].map(class_of).to_numpy(dtype=object)
    forest = np.isin(land.astype(str), list(terms.forest_land))
    labels[~forest] = terms.no_forest
    labels[pd.isna(land) | pd.isna(labels)] = None
    return labels


def train_species(
    facts: pd.DataFrame,
    xy: Floats,
    images: Mapping[str, Sequence[str]],
    terms: SpeciesTerms,
    seed: int,
    progress: Progress | None = None,
    asked_xy: Floats | None = None,
    ways: Sequence[str] = VIEWS,
) -> Training:
    """Learn the species groups of the inventory from its images, and see what stands say that were set aside.

    Parameters
    ----------
    facts
        The table of stands with raster evidence, n rows.
    xy
        A point of each stand, in metres or degrees, shape (n, 2).
    seed
        The same table, terms and seed give the same model and figures.
    asked_xy
        Points the model is meant for, shape (m, 2), for the distance-matched view; the stands themselves if None.
    ways
        Which of :data:`VIEWS` are worked out; :func:`predict_species` needs ``blocks``.

    Raises
    ------
    InputError
        TOO_FEW_LABELS where fewer than two classes have enough stands with label and evidence.
    DependencyError
        LEARNING_MISSING without scikit-learn.
    """
    progress = progress or Progress()
    values, names = image_features(facts, images, terms.least_support)
    labels = inventory_labels(facts, terms)
    usable = _usable(values, labels, terms) & np.isfinite(xy).all(axis=1)
    here = metres(xy)
    learnt, known, place = values[usable], labels[usable], here[usable]
    seen = np.isfinite(values).all(axis=1) & np.isfinite(here).all(axis=1)
    asked = here[seen] if asked_xy is None else metres(asked_xy)
    set_aside = _set_aside(place, asked, terms, seed, ways)
    views: dict[str, View] = {}
    for number, (name, fold) in enumerate(set_aside.items()):
        same = [one for one in views if np.array_equal(set_aside[one], fold)]
        found = views[same[0]] if same else _view(name, learnt, known, fold, names, terms, seed, progress)
        views[name] = replace(found, name=name)
        progress.update((number + 1) / (len(set_aside) + 1))
    model = _grow(learnt, known, names, terms, seed)
    importance = pd.Series(model.importance, index=names).sort_values(ascending=False, kind="stable")
    return Training(model, facts.index[usable], known, views, importance)


def _set_aside(place: Floats, asked: Floats, terms: SpeciesTerms, seed: int, ways: Sequence[str]) -> dict[str, Folds]:
    """The fold of each stand in each of the ways asked for; places in metres."""
    makers: dict[str, Callable[[], Folds]] = {
        "blocks": lambda: block_folds(place, terms.folds, terms.block_m, seed),
        "distance_matched": lambda: distance_matched_folds(place, asked, terms.folds, seed),
        "random": lambda: random_folds(len(place), terms.folds, seed),
    }
    return {name: makers[name]() for name in ways}


def _usable(values: Floats, labels: Texts, terms: SpeciesTerms) -> npt.NDArray[np.bool_]:
    """Stands with evidence and a label that enough others have too."""
    usable = np.isfinite(values).all(axis=1) & ~pd.isna(labels)
    counts = pd.Series(labels[usable]).value_counts()
    enough = list(counts.index[counts >= terms.least_per_class])
    if len(enough) <= 1 or not values.shape[1]:  # one class alone cannot be told from another
        raise InputError("TOO_FEW_LABELS", least=terms.least_per_class)
    return usable & np.isin(labels.astype(str), enough)


def _grow(values: Floats, labels: Texts, names: list[str], terms: SpeciesTerms, seed: int) -> Forest:
    return grow_forest(values, labels, names, terms.trees, terms.draws_per_tree, terms.least_in_leaf, seed)


def _view(
    name: str,
    values: Floats,
    labels: Texts,
    fold: Folds,
    names: list[str],
    terms: SpeciesTerms,
    seed: int,
    progress: Progress,
) -> View:
    classes = np.unique(labels.astype(str))
    found = np.full((len(values), len(classes)), np.nan)
    for number in np.unique(fold):
        progress.raise_if_cancelled()
        aside = fold == number
        model = _grow(values[~aside], labels[~aside], names, terms, seed)
        part = np.zeros((int(aside.sum()), len(classes)))
        # A class that lives in one fold alone is not known to the others.
        part[:, np.searchsorted(classes, np.array(model.classes))] = model.probabilities(values[aside])
        found[aside] = part
    guess = classes[found.argmax(axis=1)]
    confusion = pd.crosstab(pd.Series(labels.astype(str), name="label"), pd.Series(guess, name="image"))
    return View(name, float((guess == labels.astype(str)).mean()), confusion, found)


def predict_species(
    facts: pd.DataFrame,
    images: Mapping[str, Sequence[str]],
    terms: SpeciesTerms,
    model: Forest,
    training: Training | None = None,
) -> StageResult:
    """What the images say of each stand.

    Parameters
    ----------
    training
        Where the model was trained on these stands: for them the out-of-fold probabilities by blocks are used.

    Returns
    -------
    StageResult
        ``image_species_group`` (None where the images do not cover the stand or no class reaches the limit: the
        reject class), ``image_probability`` (of the likeliest class), ``image_conflict`` (``yes`` where images and
        inventory disagree strongly, ``no`` where not, None where one of both is not known),
        ``image_doubt`` (probability of the likeliest class less that of the inventory's label).

    Raises
    ------
    InputError
        MODEL_OTHER_IMAGES where the evidence is not what the model has learnt from.
    """
    values, names = image_features(facts, images, terms.least_support)
    if tuple(names) != model.features:
        raise InputError("MODEL_OTHER_IMAGES", expected=len(model.features), found=len(names))
    covered = np.isfinite(values).all(axis=1)
    found = np.full((len(facts), len(model.classes)), np.nan)
    found[covered] = model.probabilities(values[covered])
    if training is not None:
        place = facts.index.get_indexer(training.stands)
        found[place[place >= 0]] = training.views["blocks"].probabilities[place >= 0]
    return _said(facts, inventory_labels(facts, terms), found, np.array(model.classes), terms)


def _said(facts: pd.DataFrame, labels: Texts, found: Floats, classes: Texts, terms: SpeciesTerms) -> StageResult:
    covered = np.isfinite(found).all(axis=1)
    filled = np.where(covered[:, None], found, 0.0)
    highest = np.where(covered, filled.max(axis=1), np.nan)
    guess = classes[filled.argmax(axis=1)].astype(object)
    column = np.searchsorted(classes, labels.astype(str)).clip(max=len(classes) - 1)
    known = covered & (classes[column] == labels.astype(str))
    doubt = np.where(known, highest - filled[np.arange(len(found)), column], np.nan)
    with np.errstate(invalid="ignore"):
        told, strong = covered & (highest >= terms.reject_below), doubt >= terms.conflict_from
    guess[~told] = None
    # Of a stand that no class is likely enough for, nothing is said: no conflict either.
    known &= told
    conflict = np.array(["no", "yes"], dtype=object)[strong.astype(int)]
    conflict[~known] = None
    columns = pd.DataFrame(
        {
            "image_species_group": guess,
            "image_probability": highest,
            "image_conflict": conflict,
            "image_doubt": doubt,
        },
        index=facts.index,
    )
    listed = columns[known & strong].sort_values("image_doubt", ascending=False, kind="stable")
    issues = [stand_issues("IMAGE_SPECIES_CONFLICT", listed.index, "species_group", listed["image_species_group"])]
    rejected = int((covered & ~told).sum())
    if rejected:
        issues.append(layer_issue("IMAGE_SPECIES_REJECTED", "image_species_group", rejected, limit=terms.reject_below))
    return StageResult(columns, join_issues(issues))


def disagreements(columns: pd.DataFrame) -> pd.DataFrame:
    """Stands where images and inventory disagree, the strongest first: the list to check in the field."""
    listed = columns[columns["image_doubt"] > 0]
    return listed.sort_values("image_doubt", ascending=False, kind="stable")

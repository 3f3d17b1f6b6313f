"""A trained forest as plain numbers: saved without pickle, used without scikit-learn, the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..errors import DependencyError, InputError

Floats = npt.NDArray[np.float64]
FORMAT = "sanming-carbon-forest-1"
_MOST_TREES = 2_000
_MOST_NODES = 20_000_000


@dataclass(frozen=True)
class Forest:
    """Trees one after the other in flat arrays.

    Attributes
    ----------
    classes
        Names of the classes, in the order of the probabilities.
    features
        Names of the features, in the order of the columns.
    tree_start
        First node of each tree.
    left, right
        Next node counted from the start of all trees; −1 in a leaf.
    feature, threshold
        Go left where the feature is at most the threshold.
    share
        Share of each class in a node, shape (nodes, classes).
    importance
        Share of the impurity that each feature takes away, sums to 1.
    """

    classes: tuple[str, ...]
    features: tuple[str, ...]
    tree_start: npt.NDArray[np.int64]
    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    feature: npt.NDArray[np.int64]
    threshold: Floats
    share: Floats
    importance: Floats

    def probabilities(self, values: Floats) -> Floats:
        """Mean share of each class over the trees, shape (rows, classes)."""
        # The trees were grown on numbers of four bytes; a threshold may lie between the two forms of a number.
        cells = values.astype(np.float32)
        total = np.zeros((len(values), len(self.classes)))
        for start in self.tree_start:
            node = np.full(len(values), start, dtype=np.int64)
            moving = np.flatnonzero(self.left[node] >= 0)
            while len(moving):
                here = node[moving]
                goes_left = cells[moving, self.feature[here]] <= self.threshold[here]
                node[moving] = np.where(goes_left, self.left[here], self.right[here])
                moving = moving[self.left[node[moving]] >= 0]
            total += self.share[node]
        return total / len(self.tree_start)

    def to_dict(self) -> dict[str, Any]:
        """The forest as lists and texts, ready to be written as JSON."""
        leaf = self.left < 0
        return {
            "format": FORMAT,
            "classes": list(self.classes),
            "features": list(self.features),
            "tree_start": self.tree_start.tolist(),
            "left": self.left.tolist(),
            "right": self.right.tolist(),
            "feature": self.feature.tolist(),
            "threshold": self.threshold.tolist(),
            "leaf_share": self.share[leaf].tolist(),
            "importance": self.importance.tolist(),
        }

    @staticmethod
    def from_dict(data: object) -> Forest:
        """Check the content of a model file and make a forest of it.

        Raises
        ------
        InputError
            MODEL_INVALID where anything does not fit together.
        """
        if not isinstance(data, Mapping) or data.get("format") != FORMAT:
            raise InputError("MODEL_INVALID", reason="the format is not " + FORMAT)
        try:
            forest = _read(data)
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InputError("MODEL_INVALID", reason="{} {}".format(type(error).__name__, error)[:200]) from error
        fault = _fault(forest)
        if fault is not None:
            raise InputError("MODEL_INVALID", reason=fault)
        return forest


def _read(data: Mapping[str, Any]) -> Forest:
    left = np.asarray(data["left"], dtype=np.int64)
    classes = tuple(str(name) for name in data["classes"])
    share = np.zeros((len(left), len(classes)))
    share[left < 0] = np.asarray(data["leaf_share"], dtype=np.float64)
    return Forest(
        classes,
        tuple(str(name) for name in data["features"]),
        np.asarray(data["tree_start"], dtype=np.int64),
        left,
        np.asarray(data["right"], dtype=np.int64),
        np.asarray(data["feature"], dtype=np.int64),
        np.asarray(data["threshold"], dtype=np.float64),
        share,
        np.asarray(data["importance"], dtype=np.float64),
    )


def _fault(forest: Forest) -> str | None:
    """What keeps a forest from being walked through safely."""
    nodes = len(forest.left)
    if not 0 < nodes <= _MOST_NODES or not 0 < len(forest.tree_start) <= _MOST_TREES:
        return "too many or no trees"
    same = [forest.right, forest.feature, forest.threshold]
    if any(part.shape != (nodes,) for part in same) or forest.importance.shape != (len(forest.features),):
        return "lists of different lengths"
    inner = np.flatnonzero(forest.left >= 0)
    following = np.stack([forest.left[inner], forest.right[inner]])
    starts, asked = forest.tree_start, forest.feature[inner]
    leaves = forest.share[forest.left < 0]
    faults = {
        "a tree begins outside the nodes": starts.min() < 0 or starts.max() >= nodes,
        # Every step goes forward, so that no walk can go in a circle.
        "a node leads backwards or outside": bool((following <= inner).any() or (following >= nodes).any()),
        "a node asks a feature that is not there": bool((asked < 0).any() or (asked >= len(forest.features)).any()),
        "the shares of a leaf do not sum to 1": not np.isfinite(leaves).all()
        or bool((leaves < 0).any())
        or not np.allclose(leaves.sum(axis=1), 1.0, atol=1e-6),
    }
    return next((words for words, wrong in faults.items() if wrong), None)


def grow_forest(
    values: Floats, labels: npt.NDArray[np.object_], features: list[str], trees: int, draws: int, leaf: int, seed: int
) -> Forest:
    """Train a random forest of scikit-learn and keep it as plain numbers.

    Parameters
    ----------
    values
        Shape (rows, features), without gaps.
    labels
        Class names, shape (rows,).
    trees, draws, leaf
        Number of trees; rows drawn for each tree (with replacement); fewest rows in a leaf.
    seed
        The same seed and rows give the same forest, whatever the number of cores.

    Raises
    ------
    DependencyError
        LEARNING_MISSING without scikit-learn.
    """
    try:
        from sklearn.ensemble import RandomForestClassifier  # noqa: PLC0415 - optional, asked for when needed
    except ImportError as error:
        raise DependencyError("LEARNING_MISSING") from error
    grown = RandomForestClassifier(
        n_estimators=trees,
        max_samples=min(draws, len(values)),
        min_samples_leaf=leaf,
        random_state=seed,
        n_jobs=2,
    ).fit(values.astype(np.float32), labels.astype(str))
    parts = [tree.tree_ for tree in grown.estimators_]
    starts = np.cumsum([0, *(part.node_count for part in parts)])[:-1].astype(np.int64)

    def moved(child: npt.NDArray[Any], start: int) -> npt.NDArray[np.int64]:
        return np.where(child >= 0, child + start, -1).astype(np.int64)

    counts = np.concatenate([part.value[:, 0, :] for part in parts])
    return Forest(
        tuple(str(name) for name in grown.classes_),
        tuple(features),
        starts,
        np.concatenate([moved(part.children_left, start) for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([moved(part.children_right, start) for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([np.maximum(part.feature, 0) for part in parts]).astype(np.int64),
        np.concatenate([part.threshold for part in parts]).astype(np.float64),
        counts / counts.sum(axis=1, keepdims=True),
        grown.feature_importances_.astype(np.float64),
    )

"""Learning species groups from images: time for 20,000 made stands, with the figures of all three kinds of folds.

Run from the repository: ``.venv/bin/python benchmarks/images.py [STANDS]``. The target is 60 s for 20,000 stands,
all folds included. The stands are drawn at random: ten bands on two dates, five groups and other land.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sanming_carbon_plugin.adapters.image_models import load_species_terms
from sanming_carbon_plugin.core.classes.species_from_images import images_of, predict_species, train_species

BANDS = ("b2", "b3", "b4", "b5", "b6", "b7", "b8", "b8a", "b11", "b12")
GROUPS = ("pine", "chinese_fir", "hard_broadleaf", "mixed_conifer_broadleaf", "bamboo")


def made_stands(count: int, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    """Stands with spectra that overlap, light and shade, and 4 % wrong labels; a point of each."""
    rng = np.random.default_rng(seed)
    true = rng.integers(0, len(GROUPS), count)
    columns: dict[str, object] = {"land_class": np.where(true == 4, "bamboo", "arbor")}
    label = np.where(rng.random(count) < 0.04, rng.integers(0, len(GROUPS), count), true)
    columns["species_group"] = np.array(GROUPS, dtype=object)[label]
    for date in ("s1", "s2"):
        typical = rng.uniform(300, 3000, len(BANDS)) * rng.uniform(0.9, 1.1, (len(GROUPS), len(BANDS)))
        light = rng.uniform(0.7, 1.2, (count, 1))
        values = typical[true] * light * rng.normal(1, 0.09, (count, len(BANDS)))
        for number, band in enumerate(BANDS):
            columns["{}_{}_mean".format(date, band)] = values[:, number]
            columns["{}_{}_support".format(date, band)] = np.ones(count)
    facts = pd.DataFrame(columns, index=pd.Index(np.arange(count).astype(str), name="stand_key"))
    return facts, rng.uniform(0, 40_000, (count, 2))


def main(count: int) -> dict[str, float]:
    """Print the figures and give them back."""
    facts, xy = made_stands(count)
    terms = load_species_terms()
    images = images_of(list(facts.columns), ["s1", "s2"])
    start = time.perf_counter()
    training = train_species(facts, xy, images, terms, seed=1)
    figures: dict[str, float] = {"stands": count, "train_seconds": round(time.perf_counter() - start, 1)}
    start = time.perf_counter()
    predict_species(facts, images, terms, training.model, training)
    figures["predict_seconds"] = round(time.perf_counter() - start, 1)
    figures["model_mb"] = round(len(json.dumps(training.model.to_dict())) / 1e6, 1)
    figures |= {"agreement_" + name: round(view.agreement, 3) for name, view in training.views.items()}
    print(json.dumps(figures, indent=2))
    return figures


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)

"""Every rule for one stand of a result."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from ..adapters.language import spoken_language
from ..adapters.terminal import write_line


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("result", type=Path, metavar="OUT.gpkg", help="result of assess")
    parser.add_argument("stand_key", metavar="STAND_KEY", help="key of the stand, as in the column stand_key")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.explain import explain, explanation_text

    explanation = explain(options.result, options.stand_key)
    text = (
        json.dumps(explanation, ensure_ascii=False, indent=2)
        if options.json
        else explanation_text(explanation, spoken_language())
    )
    write_line(sys.stdout, text)

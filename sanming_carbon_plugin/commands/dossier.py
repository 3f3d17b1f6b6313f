"""The papers of an application."""

from __future__ import annotations

import argparse
from pathlib import Path

from .shared import run_job


def add(parser: argparse.ArgumentParser) -> None:
    """Its options."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder that application wrote")
    parser.add_argument(
        "--papers", type=Path, metavar="FILE.csv", help="paper, file (number, date, note): papers outside DIR/papers"
    )
    parser.add_argument("--language", choices=("zh", "en", "both"), default="both", help="of the papers; both")
    parser.add_argument("--overwrite", action="store_true", help="replace the dossier in that folder")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    from ..adapters.jobs.dossier import DossierRequest, make_dossier

    languages = ("zh", "en") if options.language == "both" else (options.language,)
    request = DossierRequest(options.folder, options.papers, languages, options.overwrite)
    run_job(lambda progress: make_dossier(request, progress))

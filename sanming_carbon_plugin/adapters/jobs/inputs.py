"""Opens everything that a walk through the stages needs, and lets go of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ...core.carbon.parameters import ParameterTable
from ...core.carbon.period import parse_period
from ...core.carbon.uncertainty import ErrorTable
from ...core.pipeline import AssessInputs, Inventory
from ...core.progress import Progress
from ...core.stands.layer import VectorLayer
from ...core.units import UnitChoice
from ..carbon_parameters import ERRORS, MAIN, load_conflict_rules, load_errors, load_parameters, own_tables
from ..coverage_store import CoverageStore
from ..decision_files import decisions_of_run
from ..hashes import sha256_of_file
from ..parcel_fields import parcel_fields
from ..profiles import load_profile
from ..rasters import low_support_share
from ..rule_files import load_rule_sets
from ..stand_tables import load_stand_tables
from ..vectors.sources import place_name
from .images import OpenedImages, image_term_identities, open_images
from .opening import beside, described, geodesy_of, open_earlier, open_inventory, open_rasters, require_all
from .opening import survey_methods as parsed_survey_methods
from .request import AssessRequest, LayerSource, StandSource
from .run_record import today
from .ticket_parcels import open_credited, open_tenure


@dataclass(frozen=True)
class OpenedInputs:
    """Inputs of a walk, and what the record of the run says of them.

    Attributes
    ----------
    described
        Each input with its hash.
    rules
        Identity of each table, rule set and profile.
    rule_files
        The rules themselves: a reason must be readable when the files have changed.
    """

    inputs: AssessInputs
    described: dict[str, object]
    rules: dict[str, object]
    rule_files: dict[str, object]


@contextmanager
def opened_inputs(request: AssessRequest, progress: Progress) -> Iterator[OpenedInputs]:
    """Open what a request names; the rasters are closed in the end.

    Raises
    ------
    UsageError, InputError
        Where something cannot be used.
    """
    method, method_earlier = parsed_survey_methods(request.survey_method)
    period = parse_period(request.period, today()) if request.period else None
    profile, rules = load_profile(request.profile), load_rule_sets(request.rules)
    parameters, errors = load_parameters(request.parameters), load_errors(request.parameters)
    decisions = decisions_of_run(request.out, request.decisions)
    stands = open_inventory(request.stands, request.mapping, method, progress)
    require_all(stands.layer)
    earlier = _earlier(request.earlier, request.mapping, method_earlier, stands.layer, progress)
    credited, credited_seen = open_credited(request.credited, request.credited_mapping, stands.layer, progress)
    tenure, tenure_seen = open_tenure(request.tenure, request.tenure_mapping, stands.layer, progress)
    rasters = open_rasters(request.rasters, stands.layer)
    store = CoverageStore.beside(stands.layer.source)
    try:
        images = open_images(request.recipe, rasters, request.seed)
        inputs = AssessInputs(
            stands=stands,
            tables=load_stand_tables(),
            geodesy=geodesy_of(stands.layer),
            parameters=parameters,
            errors=errors,
            rules=tuple(rules),
            profile=profile,
            rasters=images.rasters,
            earlier=earlier,
            period=period,
            credited=credited,
            tenure=tenure,
            evidence_columns=parcel_fields(stands.layer, "evidence"),
            images=images.images,
            decisions=decisions if len(decisions.table) else None,
            conflict_rules=load_conflict_rules(request.parameters),
            low_support=low_support_share(),
            covering=store.covering,
            covering_notes=store.notes,
        )
        rights: dict[str, object] = {"credited": credited_seen, "tenure": tenure_seen}
        seen = rights | _described(request, inputs, progress)
        yield OpenedInputs(inputs, seen, _identities(request, inputs), _rule_files(inputs, images))
    finally:
        for raster in rasters:
            raster.reader.close()


def _earlier(
    source: StandSource | None, mapping: Path | None, method: str | None, stands: VectorLayer, progress: Progress
) -> Inventory | None:
    """The inventory at the beginning of the period, in the CRS of the stands."""
    if source is None:
        return None
    earlier = open_earlier(source, mapping, method, progress)
    return replace(earlier, layer=beside(earlier.layer, stands))


def _described(request: AssessRequest, inputs: AssessInputs, progress: Progress) -> dict[str, object]:
    return {
        "stands": described(request.stands, inputs.stands.layer),
        "earlier": described(request.earlier, inputs.earlier.layer if inputs.earlier else None),
        "rasters": {name: raster_record(path, progress) for name, path in request.rasters},
        "recipe": file_record(request.recipe),
        "decisions": file_record(request.decisions),
    }


def _identities(request: AssessRequest, inputs: AssessInputs) -> dict[str, object]:
    found = {
        **parameter_identities(inputs.parameters, inputs.errors, request.parameters),
        "rules": [rule_set.identity() for rule_set in inputs.rules],
        "profile": inputs.profile.rule_set.identity(),
    }
    return found | (image_term_identities() if inputs.images is not None else {})


def _rule_files(inputs: AssessInputs, images: OpenedImages) -> dict[str, object]:
    files: dict[str, object] = {
        "rules": [dict(rule_set.data) for rule_set in inputs.rules],
        "profile": dict(inputs.profile.data),
    }
    return files | ({"recipe": dict(images.recipe)} if images.recipe is not None else {})


def raster_record(spec: str, progress: Progress) -> dict[str, object]:
    """File and hash of a raster given as ``PATH`` or ``PATH#BAND``."""
    path = Path(spec if Path(spec).exists() else spec.rpartition("#")[0])
    known = path.is_file()
    return {
        "source": path.name if known else place_name(spec),
        "sha256": sha256_of_file(path, progress) if known else None,
    }


def file_record(path: Path | None) -> dict[str, object] | None:
    """Name and hash of a file; None for none."""
    return None if path is None else {"source": path.name, "sha256": sha256_of_file(path)}


def identity(identifier: str, version: str, status: str, path: Path | None) -> dict[str, object]:
    """What the record says of a table; the hash only of a user's own."""
    own = sha256_of_file(path) if path is not None else None
    return {"id": identifier, "version": version, "status": status, "sha256": own}


def parameter_identities(parameters: ParameterTable, errors: ErrorTable, given: Path | None) -> dict[str, object]:
    """What the record says of the parameters, the errors, and every other table that the user has replaced."""
    own = own_tables(given)
    told: dict[str, object] = {
        "parameters": identity(parameters.table_id, parameters.version, parameters.status, own.pop(MAIN, None)),
        "errors": identity(errors.table_id, errors.version, errors.status, own.pop(ERRORS, None)),
    }
    return told | ({"own_tables": {name: sha256_of_file(path) for name, path in own.items()}} if own else {})


def plain_options(request: AssessRequest) -> dict[str, object]:
    """The options as given; layers taken from the screen by their name, files without their folders."""
    places = {
        "rasters": [[name, place_name(path)] for name, path in request.rasters],
        "profile": None if request.profile is None else place_name(request.profile),
    }
    return {name: _plain(value) for name, value in vars(request).items()} | places


def _plain(value: object) -> object:
    if isinstance(value, VectorLayer):
        return value.name
    if isinstance(value, LayerSource):
        return asdict(value) | {"path": place_name(value.path)}
    if isinstance(value, UnitChoice):
        return asdict(value)
    if isinstance(value, Path):
        return value.name
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value

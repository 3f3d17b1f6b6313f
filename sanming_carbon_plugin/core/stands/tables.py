"""Look-up tables of the stands: codes, field names, age groups, species, thresholds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from ..errors import InputError

_COLUMNS: dict[str, tuple[str, ...]] = {
    "codes": ("table", "code", "value", "name_zh", "aliases", "low", "high", "source", "confidence"),
    "fields": (
        "role",
        "canonical",
        "kind",
        "code_tables",
        "unit",
        "min",
        "max",
        "needed_for",
        "aliases",
        "names_zh",
        "names_county_survey",
        "truncated",
    ),
    "age_groups": (
        "species_codes",
        "origin",
        "group_1_until_yr",
        "group_2_until_yr",
        "group_3_until_yr",
        "group_4_until_yr",
        "groups",
    ),
    "species": (
        "code",
        "kind",
        "species_group",
        "tokens",
        "pine_share_low",
        "pine_share_high",
        "pine_share_high_open",
    ),
    "settings": ("name", "value", "source", "confidence"),
}
_DBF_NAME_BYTES = 10
_NEEDED_TABLES = (
    "DI_LEI_OLD",
    "DI_LEI_2020",
    "DI_LEI_SANDIAO",
    "YOU_SHI_SZ",
    "QI_YUAN",
    "LING_ZU",
    "LING_ZU_BAMBOO",
    "PO_DU",
    "ADMIN",
    "ADMIN_OLD",
    "UNKNOWN_TEXT",
    "UNKNOWN_NUMBER",
)


def plain(text: str) -> str:
    """Text as it is compared: full-width and Roman signs folded, no blanks, capitals."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


@dataclass(frozen=True)
class CodeTable:
    """One code list.

    Attributes
    ----------
    name
        Name of the list, such as ``YOU_SHI_SZ``.
    values
        Code → what the plugin calls it (``0111`` → ``arbor``); None for a code that says "nothing".
    texts
        Compared name or alias (see :func:`plain`) → code.
    bounds
        Code → lower and upper limit, where the code is a class of numbers.
    """

    name: str
    values: Mapping[str, str | None]
    texts: Mapping[str, str]
    bounds: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Token:
    """A name in a composition string: its species code (None for 松, 阔, 针) and its kind."""

    code: str | None
    kind: str


@dataclass(frozen=True)
class Role:
    """What a source column can mean.

    Attributes
    ----------
    role, kind, unit
        Name, kind of value (``id``, ``code``, ``number``, ``slope``, ``date``, ``flag``, ``composition``,
        ``text``) and unit of the result.
    names
        Compared name → score of that name (1 for the canonical one).
    code_tables
        Lists whose codes the column may hold.
    low, high
        Range of possible numbers, None where there is none.
    needed_for
        Room that cannot do without, else an empty text.
    label_zh
        What foresters call it.
    """

    role: str
    kind: str
    unit: str
    names: Mapping[str, float]
    code_tables: tuple[str, ...]
    low: float | None
    high: float | None
    needed_for: str
    label_zh: str


@dataclass(frozen=True)
class StandTables:
    """All look-up tables of this room, checked once.

    Attributes
    ----------
    codes, roles, settings
        By name.
    age_groups, species
        Rows of the tables, texts as read.
    tokens
        Names that may stand in a composition string.
    unknown_texts, unknown_numbers
        Marks that stand for "no value".
    """

    codes: Mapping[str, CodeTable]
    roles: Mapping[str, Role]
    age_groups: pd.DataFrame
    species: pd.DataFrame
    tokens: Mapping[str, Token]
    settings: Mapping[str, float]
    unknown_texts: frozenset[str]
    unknown_numbers: tuple[float, ...]

    @classmethod
    def from_frames(
        cls,
        codes: pd.DataFrame,
        fields: pd.DataFrame,
        age_groups: pd.DataFrame,
        species: pd.DataFrame,
        settings: pd.DataFrame,
    ) -> StandTables:
        """Check the tables and make them quick to look up.

        Parameters
        ----------
        codes, fields, age_groups, species, settings
            Tables of text with the columns of ``resources/codes/*.csv``, ``resources/fields/roles.csv`` and
            ``resources/fields/check_settings.csv``; empty text or None where a cell is empty.

        Raises
        ------
        InputError
            STAND_TABLE_COLUMNS, STAND_TABLE_VALUE or STAND_TABLE_MISSING, naming table and row.
        """
        frames = {"codes": codes, "fields": fields, "age_groups": age_groups, "species": species}
        frames["settings"] = settings
        filled = {name: _checked(name, frame) for name, frame in frames.items()}
        by_table = {str(name): _code_table(str(name), rows) for name, rows in filled["codes"].groupby("table")}
        for needed in _NEEDED_TABLES:
            if needed not in by_table:
                raise InputError("STAND_TABLE_MISSING", table=needed)
        return cls(
            codes=by_table,
            roles={str(row["role"]): _role(row) for row in filled["fields"].to_dict("records")},
            age_groups=filled["age_groups"],
            species=filled["species"],
            tokens=_tokens(filled["species"]),
            settings={
                str(row["name"]): _number("settings", row["name"], row["value"])
                for row in filled["settings"].to_dict("records")
            },
            unknown_texts=frozenset(plain(code) for code in by_table["UNKNOWN_TEXT"].values) | {""},
            unknown_numbers=tuple(_number("codes", code, code) for code in by_table["UNKNOWN_NUMBER"].values),
        )


def _checked(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    missing = [column for column in _COLUMNS[name] if column not in frame.columns]
    if missing:
        raise InputError("STAND_TABLE_COLUMNS", table=name, columns=", ".join(missing))
    return frame.where(frame.notna(), "").astype(str)


def _number(table: str, row: object, text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        raise InputError("STAND_TABLE_VALUE", table=table, row=row, value=text) from None


def _words(*cells: object) -> list[str]:
    return [word for cell in cells for word in str(cell).split(";") if word]


def _code_table(name: str, rows: pd.DataFrame) -> CodeTable:
    values: dict[str, str | None] = {}
    texts: dict[str, str] = {}
    bounds: dict[str, tuple[float, float]] = {}
    for row in rows.to_dict("records"):
        code = row["code"]
        if not code or code in values:
            raise InputError("STAND_TABLE_VALUE", table=name, row=code, value=code)
        values[code] = row["value"] or None
        for word in _names_of(row):
            texts.setdefault(plain(word), code)
        if row["low"]:
            bounds[code] = (_number(name, code, row["low"]), _number(name, code, row["high"]))
    return CodeTable(name, values, texts, bounds)


def _names_of(row: Mapping[str, str]) -> Iterable[str]:
    """Name, the name without its bracket, and the aliases."""
    name = row["name_zh"]
    bare = name.split("(", maxsplit=1)[0].strip()
    return [word for word in (name, bare, *_words(row["aliases"])) if word]


def _tokens(species: pd.DataFrame) -> dict[str, Token]:
    found: dict[str, Token] = {}
    for row in species.to_dict("records"):
        for word in _words(row["tokens"]):
            found.setdefault(plain(word), Token(row["code"] or None, row["kind"]))
    return found


def _role(row: Mapping[str, str]) -> Role:
    names: dict[str, float] = {}
    scored = (
        (_words(row["canonical"]), 1.0),
        (_words(row["aliases"], row["names_zh"]), 0.95),
        (_words(row["truncated"], row["names_county_survey"]), 0.9),
    )
    for words, score in scored:
        for word in words:
            names.setdefault(plain(word), score)
    for word, score in list(names.items()):
        for cut in _cut_names(word):
            names.setdefault(cut, min(score, 0.85))
    return Role(
        role=row["role"],
        kind=row["kind"],
        unit=row["unit"],
        names=names,
        code_tables=tuple(_words(row["code_tables"])),
        low=_number("fields", row["role"], row["min"]) if row["min"] else None,
        high=_number("fields", row["role"], row["max"]) if row["max"] else None,
        needed_for=row["needed_for"],
        label_zh=(_words(row["names_zh"]) or [row["role"]])[0],
    )


def _cut_names(word: str) -> Iterable[str]:
    """What a DBF header of ten bytes leaves of a name, in GBK and in UTF-8."""
    for encoding in ("gb18030", "utf-8"):
        raw = word.encode(encoding)
        if len(raw) > _DBF_NAME_BYTES:
            yield raw[:_DBF_NAME_BYTES].decode(encoding, errors="ignore")

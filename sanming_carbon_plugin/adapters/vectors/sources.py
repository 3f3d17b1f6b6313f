"""Where a layer lies: a file and the files beside it, a folder, an archive, a database."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from ...core.errors import InputError
from ..encodings import UTF8, detect, required_codec, sidecars
from ..hashes import sha256_of_files

_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".cst")
_SIDE_FILES = frozenset({".shx", ".dbf", ".prj", ".cpg", ".cst", ".sbn", ".sbx", ".qix"})
_DATA_SUFFIXES = (".shp", ".gpkg", ".geojson", ".json", ".fgb", ".csv", ".kml", ".gml", ".tab", ".mif", ".sqlite")
_TEXT_SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".geojson", ".json"})
_CONNECTIONS = ("PG:", "POSTGRESQL:", "MYSQL:", "MSSQL:", "OCI:", "WFS:", "OAPIF:")
_PASSWORDS = (
    re.compile(r"""(password\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s,;]+)""", re.IGNORECASE),
    re.compile(r"(://[^/@:\s]*:)[^@\s]+(?=@)"),
)
_PASSWORD_AND_REST = re.compile(r"(password\s*=).*?(?=: |$)", re.IGNORECASE)
_OF_DRIVER = re.compile(r"^\w{2,}:")
_FOLDERS = re.compile(r'(?:\b[A-Za-z]:)?[/\\](?:[^/\\":;|]*[/\\])*')
_SHAPE_HEADER_BYTES = 100
_UNPACKED_LIMIT_BYTES = 8 << 30


@dataclass(frozen=True)
class Source:
    """A place that GDAL can open.

    Attributes
    ----------
    location
        What GDAL is given.
    shown
        What messages show: the user's own path, or a connection without its password.
    open_options
        For GDAL.
    files
        All files it consists of; empty for a database.
    """

    location: str
    shown: str
    open_options: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()

    @property
    def is_shapefile(self) -> bool:
        """Whether text encoding has to be found out from a DBF file."""
        return bool(self.files) and self.files[0].suffix.lower() == ".shp"

    def content_hash(self) -> str:
        """SHA-256 over its files; empty for a database."""
        return sha256_of_files(self.files) if self.files else ""


@contextmanager
def located(path: str | Path, layer: str | None, encoding: str | None) -> Iterator[Source]:
    """The source at ``path``; an archive is unpacked, and text in GB18030 copied as UTF-8, for as long as it is used.

    Raises
    ------
    InputError
        ``INPUT_NOT_FOUND``, ``INPUT_PART_MISSING``, ``INPUT_NOT_READABLE``, ``LAYER_AMBIGUOUS``.
    """
    text = str(path)
    if text.upper().startswith(_CONNECTIONS) or text.startswith("/vsi"):
        yield Source(text, without_password(text))
        return
    place = Path(text).expanduser()
    # No name at all would mean the folder that one happens to be in.
    if not text.strip() or not _exists(place):
        raise InputError("INPUT_NOT_FOUND", path=text.strip() or "''")
    with tempfile.TemporaryDirectory(prefix="sanming-carbon-") as folder:
        if place.is_file() and zipfile.is_zipfile(place) and place.suffix.lower() in (".zip", ".shz"):
            yield _file_source(_unpacked(place, layer, Path(folder)), text, encoding, Path(folder), layer, (place,))
        else:
            yield _file_source(place, text, encoding, Path(folder), layer)


def _exists(place: Path) -> bool:
    try:
        return place.exists()
    except OSError:  # longer than any name can be
        return False


def without_password(connection: str) -> str:
    """A connection with stars in place of its password."""
    for pattern in _PASSWORDS:
        connection = pattern.sub(r"\g<1>***", connection)
    return connection


def place_name(place: str) -> str:
    """A file without its folders, a connection without its password: what the record of a run keeps of an input.

    Results are passed on: whose machine they come from is nobody's business, and the same run is the same everywhere.
    What follows a file stays: the layer after ``|``, the band after ``#``.
    """
    place = without_password(place)
    if "://" in place:
        return place
    file, bar, rest = place.partition("|")
    driver = _OF_DRIVER.match(file)
    if driver is not None:  # a connection, or a part of a file such as NETCDF:"/folder/file.nc":band
        return driver[0] + _FOLDERS.sub("", file[driver.end() :]) + bar + rest
    named, mark, band = file.rpartition("#") if "#" in file and not _exists(Path(file)) else (file, "", "")
    if Path(named).is_absolute() or _exists(Path(named)):
        named = Path(named).name
    return named + mark + band + bar + rest


def as_reason(message: str) -> str:
    """GDAL's message as part of a sentence: one line, no full stop, no password.

    GDAL hides a password in its own messages only up to the first blank, so all that follows it goes.
    """
    readable = message.encode("utf-8", errors="surrogateescape").decode("utf-8", errors="replace")
    return _PASSWORD_AND_REST.sub(r"\g<1>***", without_password(" ".join(readable.split()))).rstrip(".")


def _file_source(
    place: Path, shown: str, encoding: str | None, scratch: Path, layer: str | None, archive: tuple[Path, ...] = ()
) -> Source:
    suffix = place.suffix.lower()
    if place.is_dir() and suffix != ".gdb":
        place = _only_data_file(place, layer, shown)
        suffix = place.suffix.lower()
    if suffix in _SIDE_FILES:
        beside = sidecars(place, ".shp")
        place = beside[0] if beside else place
        suffix = place.suffix.lower()
    if place.is_dir():
        files = tuple(sorted(item for item in place.rglob("*") if item.is_file() and item.suffix != ".lock"))
        return Source(str(place), shown, files=archive or files)
    if not place.stat().st_size:
        raise InputError("INPUT_NOT_READABLE", path=shown, reason="the file is empty")
    if suffix == ".shp":
        return _shapefile(place, shown)
    if suffix in _TEXT_SUFFIXES:
        return _text_file(place, shown, encoding, scratch)
    return Source(str(place), shown, files=(place,))


def _shapefile(place: Path, shown: str) -> Source:
    for part in (".shx", ".dbf"):
        found = sidecars(place, part)
        if not found:
            raise InputError("INPUT_PART_MISSING", path=shown, part=place.stem + part)
        if not found[0].stat().st_size:
            raise InputError("INPUT_NOT_READABLE", path=str(found[0]), reason="the file is empty")
    _require_whole_shapefile(place, sidecars(place, ".shx")[0], shown)
    files = sidecars(place, *_SHAPEFILE_PARTS)
    return Source(str(place), shown, ("ENCODING=ISO-8859-1",), tuple(files))


def _require_whole_shapefile(shp: Path, shx: Path, shown: str) -> None:
    """Refuse a .shp file that ends before the last shape its index names; some readers give NULL for those."""
    entries = np.fromfile(shx, dtype=">i4", offset=min(_SHAPE_HEADER_BYTES, shx.stat().st_size))
    pairs = entries[: len(entries) // 2 * 2].reshape(-1, 2).astype(np.int64)
    if not len(pairs):
        return
    needed = int((pairs.sum(axis=1) * 2).max()) + 8  # counted in 16-bit words, after a record header of 8 bytes
    if needed > shp.stat().st_size:
        reason = "{} ends at byte {} of {}".format(shp.name, shp.stat().st_size, needed)
        raise InputError("INPUT_DAMAGED", path=shown, reason=reason)


def _text_file(place: Path, shown: str, encoding: str | None, scratch: Path) -> Source:
    """CSV and GeoJSON have to be UTF-8 for GDAL; a copy is made of what is not."""
    options: tuple[str, ...] = ()
    if place.suffix.lower() in (".csv", ".tsv", ".txt"):
        options = (
            # No guessing of types: 0039 is the number of a compartment, not thirty-nine.
            "AUTODETECT_TYPE=NO",
            "KEEP_GEOM_COLUMNS=NO",
            "GEOM_POSSIBLE_NAMES=WKT,*wkt*,geometry,geom,the_geom,shape,_WKT",
            "X_POSSIBLE_NAMES=",
            "EMPTY_STRING_AS_NULL=YES",
        )
    data = place.read_bytes()
    codec = required_codec(encoding) if encoding is not None else detect([data]).encoding
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if data.isascii() or (encoding is None and codec == UTF8 and not marked):
        return Source(str(place), shown, options, (place,))
    if marked and encoding is None:
        codec = "UTF-16"
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise InputError("ENCODING_WRONG", path=shown, encoding=encoding) from error
        reason = "its text is neither UTF-8 nor GB18030 at byte {}".format(error.start)
        raise InputError("INPUT_DAMAGED", path=shown, reason=reason) from error
    copy = scratch / place.name
    copy.write_text(text, encoding="utf-8", newline="")
    for beside in sidecars(place, ".prj", ".csvt"):
        shutil.copy(beside, copy.with_suffix(beside.suffix.lower()))
    return Source(str(copy), shown, options, (place,))


def _only_data_file(folder: Path, layer: str | None, shown: str) -> Path:
    """The one data file of a folder, or the one that ``layer`` names."""
    found = sorted(
        item
        for item in folder.rglob("*")
        if item.suffix.lower() in (*_DATA_SUFFIXES, ".gdb") and ".gdb" not in item.parent.name.lower()
    )
    named = [item for item in found if layer is not None and item.stem.casefold() == layer.casefold()]
    chosen = named or found
    if not chosen:
        raise InputError("INPUT_NOT_READABLE", path=shown, reason="the folder holds no vector data")
    if len(chosen) > 1:
        raise InputError("LAYER_AMBIGUOUS", path=shown, layers=[item.stem for item in chosen])
    return chosen[0]


def _unpacked(archive: Path, layer: str | None, scratch: Path) -> Path:
    """Data file inside an unpacked archive; names are never used as paths outside the scratch folder."""
    target = scratch / "archive"
    try:
        with zipfile.ZipFile(archive) as bundle:
            members = [member for member in bundle.infolist() if not member.is_dir()]
            if sum(member.file_size for member in members) > _UNPACKED_LIMIT_BYTES:
                raise InputError("INPUT_NOT_READABLE", path=str(archive), reason="the archive is too large")
            for member in members:
                parts = [part for part in PurePosixPath(_member_name(member)).parts if part not in ("..", "/", "\\")]
                if not parts or parts[0] == "__MACOSX":
                    continue
                place = target.joinpath(*parts)
                place.parent.mkdir(parents=True, exist_ok=True)
                with bundle.open(member) as source, place.open("wb") as sink:
                    shutil.copyfileobj(source, sink)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError) as error:
        raise InputError("INPUT_NOT_READABLE", path=str(archive), reason=str(error)) from error
    target.mkdir(exist_ok=True)
    return _only_data_file(target, layer, str(archive))


def _member_name(member: zipfile.ZipInfo) -> str:
    """Name in an archive; Windows in China writes GBK without saying so, which reads as code page 437."""
    name = member.filename.replace("\\", "/")
    if member.flag_bits & 0x800:
        return name
    try:
        return name.encode("cp437").decode("gb18030")
    except UnicodeError:
        return name

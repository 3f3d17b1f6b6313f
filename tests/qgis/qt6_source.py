"""What in a source file is known to stop it under Qt 6: looked up in Qt and QGIS themselves where they are at hand."""

from __future__ import annotations

import ast
import enum
import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

PATTERNS = {
    "Qt directly instead of through qgis.PyQt": r"^\s*(from|import) +(PyQt5|PyQt6|PySide|sip)\b",
    "exec_": r"\.exec_\b",
    "QVariant types": r"\bQVariant\.(?!Type\b\s*\()[A-Z]\w*",
    "QRegExp": r"\bQRegExp\w*\b",
    "QDesktopWidget": r"\bQDesktopWidget\b",
    "qApp": r"\bqApp\b",
    "resources compiled by pyrcc": r"\bresources_rc\b",
    "a font database made as an object": r"\bQFontDatabase\(\)",
    "a private module of QGIS": r"\bqgis\._",
    "a signal chosen by its type": r"\.(activated|currentIndexChanged|valueChanged|textActivated)\[",
    "a name that only Qt 5 has": r"\b(setCodec|setResizeMode|grabWindow|globalPos|fromTime_t|toTime_t)\(|"
    r"\bQt\.(MidButton|AA_EnableHighDpiScaling|AA_UseHighDpiPixmaps)\b|\bfontMetrics\(\)\.width\(",
}
"""Name of each fault and what it looks like."""

MOVED = {"QAction", "QActionGroup", "QShortcut", "QFileSystemModel", "QUndoStack", "QUndoCommand", "QUndoGroup"}
"""Classes of QtWidgets that are in QtGui under Qt 6."""

UI_PATTERNS = {
    "a widget of Qt 5 alone": r'class="(QDesktopWidget|QWebView|QWebEngineView)"',
    "a resource file": r"<resources>\s*<include|\.qrc\b",
    "a connection": r"<connection>",
}


def by_pattern(text: str) -> Iterator[tuple[str, str]]:
    """Faults that can be seen in the words of a file."""
    for fault, pattern in PATTERNS.items():
        for match in re.finditer(pattern, text, re.MULTILINE):
            yield fault, match.group(0).strip()


def moved_classes(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Classes imported from the module where only Qt 5 has them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").endswith("QtWidgets"):
            for name in node.names:
                if name.name in MOVED:
                    yield "a class that Qt 6 has in QtGui", "line {}: {}".format(node.lineno, name.name)


def imported(tree: ast.AST) -> dict[str, object]:
    """The classes and modules that a file takes from QGIS, wherever in it."""
    found: dict[str, object] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "qgis":
            try:
                module = importlib.import_module(str(node.module))
            except ImportError:
                continue
            found |= {name.asname or name.name: getattr(module, name.name, None) for name in node.names}
    return found


def unscoped_members(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Members of enumerations that are named without their enumeration, as ``Qt.UserRole``."""
    known = imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = _resolved(node.value, known)
            member = getattr(owner, node.attr, None) if isinstance(owner, type) else None
            if _is_member(member) and not isinstance(member, owner):
                text = "line {}: {}".format(node.lineno, ast.unparse(node))
                yield "a member of an enumeration without its scope", text


def _resolved(node: ast.AST, known: Mapping[str, object]) -> object:
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_resolved(node.value, known), node.attr, None)
    return None


def _is_member(value: object) -> bool:
    """Whether a value belongs to an enumeration: Python's own, or one of the bindings, which are kinds of int."""
    return isinstance(value, enum.Enum) or (isinstance(value, int) and type(value) not in (int, bool))


def translated_f_strings(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Texts that are put together before they are translated."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp)):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in {"tr", "translate"}:
                yield "an f-string to translate", "line {}".format(node.lineno)


def faults(text: str) -> list[str]:
    """Everything in a Python file that is known to stop it under Qt 6."""
    tree = ast.parse(text)
    parts = (by_pattern(text), moved_classes(tree), unscoped_members(tree), translated_f_strings(tree))
    return ["{}: {}".format(fault, seen) for part in parts for fault, seen in part]


def ui_faults(text: str) -> list[str]:
    """The same for a file of a dialog's layout."""
    return [
        "{}: {}".format(fault, match.group(0))
        for fault, pattern in UI_PATTERNS.items()
        for match in re.finditer(pattern, text)
    ]


def files_of(root: Path, *folders: str, suffix: str = ".py") -> list[Path]:
    """All files of some folders."""
    return sorted(path for folder in folders for path in (root / folder).rglob("*" + suffix))

"""No module of the package needs a module that needs it, neither at once nor in a function nor for its types."""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import sanming_carbon_plugin

PACKAGE = Path(sanming_carbon_plugin.__file__).parent


def module_name(file: Path, package: Path) -> str:
    parts = (package.name, *file.relative_to(package).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(file: Path, package: Path) -> set[str]:
    """Full names after ``import`` and ``from … import``, wherever in the file."""
    home = [package.name, *file.relative_to(package).parent.parts]
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            before = home[: len(home) - node.level + 1] if node.level else []
            origin = ".".join([*before, *([node.module] if node.module else [])])
            names |= {origin} | {"{}.{}".format(origin, alias.name) for alias in node.names}
    return names


def ring(package: Path) -> list[str]:
    """Modules that import each other in a ring, the first one again at the end; empty where there is none."""
    modules = {module_name(file, package): file for file in sorted(package.rglob("*.py"))}
    needs = {}
    for name, file in modules.items():
        found = imported(file, package) & set(modules)
        # ``from .room import module`` asks for the module, whatever else the room's own file says.
        rooms = {one for one in found if any(other.startswith(one + ".") for other in found)}
        needs[name] = found - rooms - {name}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


def test_the_package_has_no_ring_of_imports():
    assert ring(PACKAGE) == []


@pytest.mark.parametrize(
    "needing",
    ["from .b import x", "from . import b", "import rooms.b", "def f():\n    from .b import x",
     "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .b import x"],
)  # fmt: skip
def test_a_ring_is_found(tmp_path, needing):
    room = tmp_path / "rooms"
    room.mkdir()
    (room / "__init__.py").write_text("", encoding="utf-8")
    (room / "a.py").write_text(needing, encoding="utf-8")
    (room / "b.py").write_text("", encoding="utf-8")
    assert ring(room) == []
    (room / "b.py").write_text("from .a import y", encoding="utf-8")
    assert set(ring(room)) == {"rooms.a", "rooms.b"}

"""The rooms of cluster engines say how an engine runs tasks, and hold no rule of a sampler."""

import ast
from pathlib import Path

import pytest

import fastsmote

PACKAGE = Path(fastsmote.__file__).parent
ROOMS = ["distributed", "spark", "ray"]
MODULES = [path for room in ROOMS for path in sorted((PACKAGE / room).glob("*.py"))]
MOST_LINES = 300
# How an engine stores rows. Everything else comes from the plans in `_cluster`.
MAY_IMPORT = {
    "fastsmote",
    "fastsmote._base.dataframes",
    "fastsmote._threads",
    "fastsmote._types",
}


def imports_of_project(path):
    """The modules of the package that a module imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            found.add(node.module)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {name for name in found if name.partition(".")[0] == "fastsmote"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_module_of_an_engine_holds_no_rule(path):
    room = f"fastsmote.{path.parent.name}"
    others = {
        name
        for name in imports_of_project(path) - MAY_IMPORT
        if not name.startswith((f"{room}.", "fastsmote._cluster"))
    }
    assert others - {room} == set()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_module_of_an_engine_is_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) < MOST_LINES

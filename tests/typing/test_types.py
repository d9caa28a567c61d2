"""Types of public names: all known to a type checker, and what it says of programs of users.

The programs are in `programs/`. A line that ends with ``# ERROR`` must be an error, and no other.
"""

import ast
import inspect
import json
import os
import subprocess
import sys
import typing
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from helpers.engines import import_engine

import fastsmote
from fastsmote import combine, losses, neighbors, over_sampling, under_sampling

PACKAGE = Path(fastsmote.__file__).parent
PROGRAMS = Path(__file__).parent / "programs"
MARK = "# ERROR"
CLASSES = [
    getattr(room, name)
    for room in (combine, losses, over_sampling, under_sampling)
    for name in room.__all__
] + [neighbors.NearestNeighbors]


def run_pyright(*arguments):
    """Run the type checker on the package that the tests import, and read its report."""
    path = os.pathsep.join([str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "basedpyright", "--outputjson", *arguments]
    environment = {**os.environ, "PYTHONPATH": path}
    run = subprocess.run(
        command, env=environment, cwd=PROGRAMS, capture_output=True, text=True, timeout=300
    )
    assert run.stdout.lstrip().startswith("{"), run.stdout + run.stderr
    return json.loads(run.stdout)


@cache
def errors_of_programs():
    """{name of a program: {line: message}}."""
    errors = {path.name: {} for path in PROGRAMS.glob("*.py")}
    for found in run_pyright("--project", str(PROGRAMS))["generalDiagnostics"]:
        if found["severity"] == "error":
            of_file = errors[Path(found["file"]).name]
            of_file[found["range"]["start"]["line"] + 1] = found["message"]
    return errors


def lines_with_mark(program):
    lines = (PROGRAMS / program).read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith(MARK)}


def assert_errors_are_those_marked(program):
    found, marked = errors_of_programs()[program], lines_with_mark(program)
    assert {line: found[line] for line in found.keys() - marked} == {}
    assert marked - found.keys() == set(), "these lines should be errors"


@pytest.mark.slow
def test_the_type_of_every_public_name_is_known():
    report = run_pyright("--verifytypes", "fastsmote", "--ignoreexternal")["typeCompleteness"]
    assert Path(report["packageRootDirectory"]).samefile(PACKAGE)
    modules = {module["name"] for module in report["modules"]}
    assert {"fastsmote", *(f"fastsmote.{name}" for name in fastsmote._MODULES)} <= modules
    assert {"fastsmote.distributed", "fastsmote.offline", "fastsmote.spark"} <= modules
    unknown = {
        symbol["name"]: [found["message"] for found in symbol["diagnostics"]]
        for symbol in report["symbols"]
        if not symbol["isTypeKnown"] or symbol["isTypeAmbiguous"]
    }
    assert unknown == {}
    assert report["completenessScore"] == 1


@pytest.mark.slow
def test_right_programs_have_no_error():
    assert lines_with_mark("right.py") == set()
    assert_errors_are_those_marked("right.py")


@pytest.mark.slow
def test_every_wrong_line_is_an_error():
    assert len(lines_with_mark("wrong.py")) > 40
    assert_errors_are_those_marked("wrong.py")


@pytest.mark.slow
def test_programs_of_engines_have_only_the_errors_marked():
    import_engine("pyspark.sql", "spark")
    import_engine("ray.data", "ray")
    assert len(lines_with_mark("engines.py")) > 10
    assert_errors_are_those_marked("engines.py")


def blocks_for_type_checkers(node):
    """The statements of every ``if TYPE_CHECKING`` in a module or class."""
    for statement in node.body:
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING":
            yield from statement.body


def test_type_checkers_see_the_names_that_are_imported_at_first_use():
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    seen = {}
    for statement in blocks_for_type_checkers(tree):
        for alias in statement.names:
            assert alias.asname == alias.name, "'name as name' re-exports it"
            seen[alias.name] = statement.module
    assert seen == {**fastsmote._HOMES, **dict.fromkeys(fastsmote._MODULES, "fastsmote")}


def classes_with_declared_init():
    """The public classes that inherit `__init__` and declare its types for type checkers."""
    for cls in CLASSES:
        tree = ast.parse(Path(inspect.getfile(cls)).read_text(encoding="utf-8"))
        node = next(n for n in tree.body if getattr(n, "name", "") == cls.__name__)
        for statement in blocks_for_type_checkers(node):
            if getattr(statement, "name", "") == "__init__":
                yield cls, statement


DECLARED = list(classes_with_declared_init())


def test_some_classes_declare_the_signature_of_imbalanced_learn():
    assert len(DECLARED) == 10


@pytest.mark.parametrize(("cls", "declared"), DECLARED, ids=[c.__name__ for c, _ in DECLARED])
def test_a_declared_signature_is_the_inherited_one(cls, declared):
    assert "__init__" not in vars(cls)
    space = {}
    code = f"from __future__ import annotations\ndef __init__({ast.unparse(declared.args)}): pass"
    exec(code, space)
    expected = inspect.signature(cls.__init__).parameters
    got = inspect.signature(space["__init__"]).parameters
    assert [(p.name, p.kind, p.default) for p in got.values()] == [
        (p.name, p.kind, p.default) for p in expected.values()
    ]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_annotations_of_a_class_can_be_read_at_run_time(cls):
    assert typing.get_type_hints(cls)
    if "__init__" in vars(cls):
        hints = typing.get_type_hints(cls.__init__)
        assert hints.keys() == {*inspect.signature(cls).parameters, "return"}


@pytest.mark.parametrize("name", sorted(fastsmote._HOMES))
def test_every_parameter_of_a_public_function_has_a_type(name):
    function = getattr(import_module(fastsmote._HOMES[name]), name)
    if inspect.isfunction(function):
        hints = typing.get_type_hints(function)
        assert hints.keys() == {*inspect.signature(function).parameters, "return"}

"""PROMISES.md names tests that exist, and the versions that are tested are those promised."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "PROMISES.md").read_text())


def names_in(path):
    """The names of the tests that a file defines."""
    tree = ast.parse((ROOT / path).read_text())
    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return {name for name in functions if name.startswith("test_")}


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_every_test_named_exists(path, name):
    assert names_in(path) >= {name} - {""}
    assert names_in(path)


def test_every_line_of_a_table_names_a_test():
    lines = (ROOT / "PROMISES.md").read_text().splitlines()
    starts = [i for i, line in enumerate(lines) if line == "| promise | shown by |"]
    assert len(starts) == 7
    for start in starts:
        stop = next((i for i in range(start, len(lines)) if not lines[i]), len(lines))
        assert stop > start + 2
        for line in lines[start + 2 : stop]:
            assert "`tests/" in line.split("|")[2], line


def bounds_in(text, sign):
    """{package: version} of every requirement with that sign."""
    found = re.findall(rf"^\s*\"?([A-Za-z0-9-]+){sign}([0-9.]+)", text, re.MULTILINE)
    return {name.lower(): version.rstrip(".") for name, version in found}


def as_numbers(version):
    """1.2.0 is 1.2."""
    numbers = [int(part) for part in version.split(".")]
    return numbers[: max((i + 1 for i, number in enumerate(numbers) if number), default=0)]


@pytest.mark.skipif(not (ROOT / ".ci").exists(), reason="a source distribution has no .ci")
def test_lower_bounds_are_those_that_are_tested():
    project = (ROOT / "pyproject.toml").read_text()
    required = project[project.index("dependencies = [") : project.index("[project.optional")]
    pinned = bounds_in((ROOT / ".ci" / "lower-bounds.txt").read_text(), "==")
    promised = bounds_in(required, ">=")
    assert len(promised) == 11
    for name, version in promised.items():
        assert as_numbers(pinned[name]) == as_numbers(version), name
    for name, version in re.findall(
        r'"(pandas|polars|pyarrow|typer|rich|dask|matplotlib|lightgbm|xgboost)(?:\[\w+\])?>=([0-9.]+)"',
        project,
    ):
        assert as_numbers(pinned[name]) == as_numbers(version), name


@pytest.mark.skipif(not (ROOT / ".ci").exists(), reason="a source distribution has no .ci")
def test_every_test_left_out_of_the_bounds_checks_exists_and_has_a_reason():
    lines = (ROOT / ".ci" / "boundscheck-left-out.txt").read_text().splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            test, _, reason = line.partition(" ")
            path, _, name = test.partition("::")
            assert name.partition("[")[0] in names_in(path), line
            assert len(reason.split()) >= 4, line

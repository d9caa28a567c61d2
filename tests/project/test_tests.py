"""The tests themselves: short files, helpers that are defined once, markers that .ci/run runs."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ROOT = TESTS.parent
FILES = sorted(TESTS.rglob("*.py"))
MOST_LINES = 400
NIGHTLY = "nightly"  # the marker of tests that take too long before each change
ALONE = "docs"  # the marker of tests that share a build of the site, in one process
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
MARKERS = re.findall(
    r'^    "(\w+): ', PROJECT[PROJECT.index("\nmarkers = [") :].partition("\n]")[0], re.MULTILINE
)


def functions_of(path):
    """The names of the functions that stand at the top of a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_no_file_is_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize("prefix", ["make_", "assert_"])
def test_tables_and_comparisons_are_defined_once(prefix):
    names = Counter(
        name for path in FILES for name in functions_of(path) if name.startswith(prefix)
    )
    assert len(names) > 5
    assert [name for name, n in names.items() if n > 1] == []


def test_names_of_test_files_are_unique():
    """pytest imports each by its name alone."""
    names = Counter(path.name for path in FILES if path.name.startswith("test_"))
    assert [name for name, n in names.items() if n > 1] == []


def test_helpers_hold_no_tests():
    helpers = [path for path in FILES if "helpers" in path.parts]
    assert len(helpers) > 10
    assert [
        path for path in helpers if any(n.startswith("test_") for n in functions_of(path))
    ] == []


def test_the_tests_of_every_marker_are_left_out_by_default():
    assert len(MARKERS) > 1
    assert f'"not ({" or ".join(MARKERS)})"' in PROJECT


@pytest.mark.skipif(not (ROOT / ".ci").exists(), reason="a source distribution has no .ci")
def test_the_tests_of_every_marker_but_one_run_before_a_change_is_merged():
    markers = " or ".join(marker for marker in MARKERS if marker not in (NIGHTLY, ALONE))
    script = (ROOT / ".ci" / "run").read_text()
    assert f'pytest -m "({markers}) and not {NIGHTLY}"' in script
    assert f"pytest -m {ALONE}\n" in script


@pytest.mark.skipif(not (ROOT / ".ci").exists(), reason="a source distribution has no .ci")
def test_the_tests_of_that_marker_run_every_night():
    workflow = (ROOT / ".github" / "workflows" / f"{NIGHTLY}.yml").read_text(encoding="utf-8")
    assert f"pytest -m {NIGHTLY}" in workflow
    assert "schedule:" in workflow


@pytest.mark.parametrize("folder", ["ray_data", "spark"])
def test_the_tests_of_an_engine_run_where_it_is_installed(folder):
    """The quick tests run without the engines, so a file without their marks would never run."""
    texts = {p.name: p.read_text(encoding="utf-8") for p in (TESTS / folder).glob("test_*.py")}
    assert texts
    marks = re.compile(r"^pytestmark = (MARKS|\[\*MARKS)", re.MULTILINE)
    assert [name for name, text in texts.items() if not marks.search(text)] == []

"""docs/gallery/: each example is a program that runs without a warning and draws a picture."""

import ast
import re
import sys
from pathlib import Path

import pytest
from helpers.programs import run_command

pytest.importorskip("matplotlib")

GALLERY = Path(__file__).parents[2] / "docs" / "gallery"
EXAMPLES = sorted(GALLERY.glob("plot_*.py"))
pytestmark = pytest.mark.skipif(not EXAMPLES, reason="an installed package has no docs")

# Runs an example with warnings as errors, and prints the number of artists of each figure that it
# shows. Each figure is drawn, because some errors, as of a formula in a label, come with drawing.
RUNNER = """
import runpy, sys, warnings
import matplotlib
matplotlib.use("Agg")
from matplotlib import pyplot

def show():
    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        figure.savefig(f"{number}.png")
        artists = [len(ax.collections) + len(ax.lines) + len(ax.patches) for ax in figure.axes]
        print("FIGURE", sum(artists))
    pyplot.close("all")

pyplot.show = show
warnings.simplefilter("error")
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
print("LEFT", len(pyplot.get_fignums()))
"""


def test_there_are_ten_examples_or_more():
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_title_is_a_question_with_its_line(path):
    title, line, *_ = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))).splitlines()
    assert title.endswith("?")
    assert line == "=" * len(title)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_headings_have_lines_of_their_length(path):
    headings = re.findall(r"^# (.+)\n# (-+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert [text for text, line in headings if len(text) != len(line)] == []


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_use_public_names_and_no_files(path):
    source = path.read_text(encoding="utf-8")
    assert not re.findall(r"fastsmote\._|open\(|read_(csv|parquet)|fetch_", source)


@pytest.mark.slow
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_runs_without_warnings_and_draws(path):
    printed = run_command(sys.executable, "-c", RUNNER, path, MPLBACKEND="Agg", timeout=300)
    figures = [int(line.split()[1]) for line in printed if line.startswith("FIGURE ")]
    assert figures
    assert min(figures) > 0
    assert printed[-1] == "LEFT 0"

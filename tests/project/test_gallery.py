"""docs/gallery/: what the sources of the examples hold. The build of the site runs them."""

import ast
import re
from pathlib import Path

import pytest

GALLERY = Path(__file__).parents[2] / "docs" / "gallery"
EXAMPLES = sorted(GALLERY.glob("plot_*.py"))
pytestmark = pytest.mark.skipif(not EXAMPLES, reason="an installed package has no docs")


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

"""docs/aligned-data.md: every example runs and prints what the page shows."""

from pathlib import Path

import pytest
from helpers.pages import examples_of
from helpers.samplers import COMPILED

FILE = Path(__file__).parents[2] / "docs" / "aligned-data.md"
TEXT = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
pytestmark = pytest.mark.skipif(not TEXT, reason="an installed package has no docs")


def test_every_example_of_aligned_data_is_found():
    assert len(examples_of(TEXT)) == TEXT.count("```python") == 2


@pytest.mark.parametrize(("code", "printed"), examples_of(TEXT))
def test_an_example_of_aligned_data_prints_what_the_page_shows(code, printed, capsys):
    exec(code, {})
    assert capsys.readouterr().out == printed


@pytest.mark.parametrize("name", COMPILED)
def test_the_docstring_of_a_sampler_names_what_it_knows_of_its_rows(name):
    text = COMPILED[name].__doc__
    makes_rows = COMPILED[name]._sampling_type == "over-sampling"
    assert "    is_synthetic_ : ndarray" in text
    assert ("    provenance_ : Provenance" in text) == makes_rows

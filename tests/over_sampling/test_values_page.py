"""docs/values.md: every example runs and prints what the page shows."""

import pytest
from helpers.pages import examples_of, text_of

TEXT = text_of("values.md")
pytestmark = pytest.mark.skipif(not TEXT, reason="an installed package has no docs")


def test_every_example_shows_its_output():
    printed = [output for _, output in examples_of(TEXT)]
    assert len(printed) == TEXT.count("```python") >= 2
    assert all(printed)


@pytest.mark.parametrize(("code", "printed"), examples_of(TEXT))
def test_an_example_of_values_prints_what_the_page_shows(code, printed, capsys):
    exec(code, {})
    assert capsys.readouterr().out == printed

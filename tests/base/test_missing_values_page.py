"""docs/missing-values.md: every example runs and prints what the page shows."""

import pytest
from helpers.pages import examples_of, text_of

TEXT = text_of("missing-values.md")
pytestmark = pytest.mark.skipif(not TEXT, reason="an installed package has no docs")


def test_every_example_of_missing_values_is_found():
    assert len(examples_of(TEXT)) == TEXT.count("```python") == 3
    assert sum(printed is not None for _, printed in examples_of(TEXT)) == TEXT.count("\nprints\n")


@pytest.mark.parametrize(("code", "printed"), examples_of(TEXT))
def test_an_example_of_missing_values_prints_what_the_page_shows(code, printed, capsys):
    exec(code, {})
    assert capsys.readouterr().out == (printed or "")

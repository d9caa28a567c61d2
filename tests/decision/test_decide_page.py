"""docs/decide.md: every example runs and prints what the page shows."""

import re

import numpy as np
import pytest
from helpers.pages import DOCS, examples_of, text_of
from sklearn.linear_model import LogisticRegression

from fastsmote._decision.building import Task
from fastsmote._decision.scores import IS_HIGHER_BETTER
from fastsmote._decision.strategies import AUTO, SVM_ROWS, choose, known_names

TEXT = text_of("decide.md")
README = DOCS.parent / "README.md"
pytestmark = pytest.mark.skipif(not TEXT, reason="an installed package has no docs")


def test_every_example_is_found():
    assert len(examples_of(TEXT)) >= TEXT.count("```python") >= 3
    assert sum(printed is not None for _, printed in examples_of(TEXT)) >= 2


@pytest.mark.parametrize(("code", "printed"), examples_of(TEXT))
def test_an_example_prints_what_the_page_shows(code, printed, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # an example writes a file
    exec(code, {})
    got = capsys.readouterr().out
    if printed is not None:
        assert got == printed
    else:  # the lines that print a number say which
        assert got.split() == re.findall(r"# ([0-9.]+)$", code, re.MULTILINE)


def test_examples_of_the_readme_run(capsys):
    section = README.read_text(encoding="utf-8").partition("## Should I resample?")[2]
    code, printed = examples_of(section.partition("\n## ")[0])[0]
    exec(code, {})
    assert capsys.readouterr().out == printed


def names_in_table(heading):
    """The names in the first column of the first table of a section, and the whole lines."""
    section = TEXT.partition(f"### {heading}\n")[2].partition("\n##")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return {name: line for line in lines for name in re.findall(r"`([^`]+)`", line.split("|")[1])}


def test_strategies_of_the_page_are_those_of_auto():
    lines = names_in_table("Strategies")
    assert {name for name, line in lines.items() if line.endswith("| yes |")} == set(AUTO)
    assert lines.keys() - set(AUTO) == {"AllKNN"}
    assert "AllKNN" in known_names()


def test_metrics_of_the_page_are_those_of_the_scores():
    lines = names_in_table("Metrics")
    assert list(lines) == list(IS_HIGHER_BETTER)
    for name, is_higher_better in IS_HIGHER_BETTER.items():
        best = lines[name].split("|")[3].strip()
        if is_higher_better is not None:
            assert best == ("1" if is_higher_better else "0"), name


@pytest.mark.parametrize(("cost", "expected"), [(None, 205), (np.array([[0, 1], [9, 0]]), 235)])
def test_fits_of_the_page_are_those_of_auto(cost, expected):
    task = Task(
        estimator=LogisticRegression(),
        n_rows=1_000,
        classes=np.arange(2),
        counts=np.array([900, 100]),
        least_rows=80,
        is_category=np.zeros(3, bool),
        has_missing=False,
        beta=2.0,
        cost=cost,
        seed=0,
    )
    chosen, _ = choose("auto", task)
    assert 5 * sum(6 if strategy.has_inner_folds else 1 for strategy in chosen) == expected
    assert f"{expected} " in TEXT.partition("### Time")[2].partition("###")[0]
    assert SVM_ROWS == 20_000
    assert "for more than 20,000 rows" in TEXT

"""Every example of the README and of the pages in docs/ runs, in the order of its page."""

import os
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest
from helpers.pages import DOCS, examples_of, text_of
from threadpoolctl import threadpool_limits

import fastsmote
from fastsmote._commands.main import main

PAGES = ["../README.md", *sorted(path.name for path in DOCS.glob("*.md"))]
# Pages whose blocks of Python a test of their own runs.
OWN_TESTS = {
    "aligned-data.md": "tests/synthesis/test_aligned_data_page.py",
    "cluster.md": "tests/distributed/test_distributed.py",
    "decide.md": "tests/decision/test_decide_page.py",
    "missing-values.md": "tests/base/test_missing_values_page.py",
    "values.md": "tests/over_sampling/test_values_page.py",
}
# Of the README, the tests of these pages run the blocks with these words.
README_WORDS = {
    "fastsmote.compare(": "decide.md",
    "from fastsmote.distributed": "cluster.md",
    "from fastsmote.spark": "cluster.md",
    "from fastsmote.ray": "cluster.md",
}
OWN_COMMANDS = {"decide.md": "tests/commands/test_compare_command.py"}
needs_docs = pytest.mark.skipif(not DOCS.exists(), reason="an installed package has no docs")


def blocks_of(page):
    """The pairs of a block and its output that the test of all pages runs."""
    blocks = [] if page in OWN_TESTS else examples_of(text_of(page))
    blocks = [b for b in blocks if "sklearnex" not in b[0]]
    if page == "../README.md":
        blocks = [b for b in blocks if not any(word in b[0] for word in README_WORDS)]
    return blocks


def commands_of(page):
    """The calls of the commands that work on tables, of the blocks of a page."""
    text = re.sub(r"^```python\n.*?^```", "", text_of(page), flags=re.DOTALL | re.MULTILINE)
    pattern = r"^(?:    )?fastsmote ((?:resample|report|compare) (?!--help).*)$"
    return [] if page in OWN_COMMANDS else re.findall(pattern, text, re.MULTILINE)


def write_tables(folder):
    """The files that the commands of the pages read."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    (make, _), *_ = examples_of(text_of("files.md"))
    exec(make, {})
    payments = pq.read_table("payments.parquet")
    for year in (2023, 2024):
        (folder / "payments" / f"year={year}").mkdir(parents=True)
        pq.write_table(payments, folder / "payments" / f"year={year}" / "0.parquet")
    rng = np.random.default_rng(0)
    in_parquet = {
        "age": rng.integers(18, 90, 300) + 0.0,
        "share": rng.random(300),
        "rating": rng.choice([1, 2, 3.5, 5], 300),
        "y": np.repeat(["rare", "common"], [60, 240]),
    }
    pq.write_table(pa.table(in_parquet), "in.parquet")


with_blocks = [page for page in PAGES if blocks_of(page)]
with_commands = [page for page in PAGES if commands_of(page)]


@needs_docs
def test_every_page_with_an_example_is_run_here_or_by_its_own_test():
    root = DOCS.parent
    for page, test in {**OWN_TESTS, **OWN_COMMANDS}.items():
        assert page in (root / test).read_text(encoding="utf-8"), (page, test)
        assert page in PAGES
    for page in PAGES:
        # A block that the pattern of `examples_of` does not find would never run.
        assert len(examples_of(text_of(page))) == len(re.findall(r"```python\b", text_of(page)))
    assert {*with_blocks} >= {"../README.md", "start.md", "inputs.md", "when-not.md", "patch.md"}
    assert {*with_commands} >= {"../README.md", "files.md"}
    n_others = len(examples_of(text_of("../README.md"))) - len(blocks_of("../README.md"))
    assert n_others == len(README_WORDS)


@needs_docs
@pytest.mark.parametrize("page", with_blocks)
def test_blocks_of_a_page_run_and_print_what_it_shows(page, capsys, tmp_path, monkeypatch):
    if any("from xgboost" in code or "from lightgbm" in code for code, _ in blocks_of(page)):
        pytest.importorskip("xgboost")
        pytest.importorskip("lightgbm")
    monkeypatch.chdir(tmp_path)
    names = {}
    try:
        # Threads of OpenMP, which spin, would wait for each other where other tests use every core.
        with threadpool_limits(1, "openmp"):
            for code, printed in blocks_of(page):
                exec(compile(code, page, "exec"), names)
                shown = capsys.readouterr().out
                if printed is not None:
                    assert shown == printed
    finally:
        fastsmote.unpatch_imblearn()  # patch.md patches


@needs_docs
@pytest.mark.processes  # a patch of scikit-learn stays in its process
@pytest.mark.skipif(find_spec("sklearnex") is None, reason="no sklearnex")
def test_the_block_for_scikit_learn_intelex_prints_what_the_page_shows(tmp_path):
    pairs = examples_of(text_of("coming-from.md"))
    ((code, printed),) = [pair for pair in pairs if "sklearnex" in pair[0]]
    environment = {**os.environ, "PYTHONPATH": str(DOCS.parent)}
    command = [sys.executable, "-c", code]
    ran = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
    )
    assert (ran.stdout, ran.returncode) == (printed, 0), ran.stderr


@needs_docs
@pytest.mark.parametrize("page", with_commands)
def test_commands_of_a_page_succeed(page, tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.chdir(tmp_path)
    write_tables(tmp_path)
    for command in commands_of(page):
        assert main(shlex.split(command)) == 0, command

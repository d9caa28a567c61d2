"""The command `fastsmote resample` beside pyarrow, the csv module and the in-memory samplers.

    FASTSMOTE_FUZZ_EXAMPLES=50000 pytest -m fuzz -s tests/fuzzing/test_offline_differential.py

runs it on so many new tables; without it on the same 1,000 in every run. Either the original
rows come back unchanged, with the rows of the in-memory sampler after them, or the command ends
with status 1 and one line of error that names what is wrong, and leaves nothing behind.
"""

import contextlib
import io
import json
import os
import re
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from helpers.differential import N_EXAMPLES
from helpers.offline.compare import assert_same_rows
from helpers.offline.expected import expectation
from helpers.offline.files import write_input
from helpers.offline.options import arguments_of
from helpers.offline.refusals import Refused
from helpers.offline.tables import cases
from hypothesis import HealthCheck, Phase, given, settings

from fastsmote._commands import main as cli

LEAST_COMPARED, LEAST_FAULTS = 0.4, 0.1  # shares of the examples, so that it cannot go hollow


class Outcome(NamedTuple):
    """What a run of the command leaves."""

    status: int
    out: str
    err: str
    warnings: list


def run(arguments):
    """Run the command in this process, as its own process would run it."""
    out, err = io.StringIO(), io.StringIO()
    with (
        warnings.catch_warnings(record=True) as caught,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        warnings.simplefilter("default")
        status = cli.main(arguments)
    return Outcome(status, out.getvalue(), err.getvalue(), [str(w.message) for w in caught])


def verdict(case, folder):
    """How one run of the command came out; an AssertionError if it is wrong."""
    src, dst = write_input(case, folder), folder / case.dst
    there = sorted(folder.iterdir())
    given, expected = expectation(case, src, dst)
    outcome = run(arguments_of(case, given, src, dst))
    assert not outcome.warnings, outcome
    if isinstance(expected, Refused):
        assert outcome.status == 1, (outcome, expected)
        assert outcome.out == ""
        assert re.fullmatch(r"fastsmote resample: [^\n]+\n", outcome.err)
        assert any(re.search(pattern, outcome.err) for pattern in expected.patterns), (
            outcome.err,
            expected,
        )
        assert sorted(folder.iterdir()) == there
        return "fault" if case.fault is not None else "refused"
    if case.sampler == "smotenc" and "smotenc cannot stream" in outcome.err:
        return "refused"
    assert outcome[::2] == (0, ""), outcome
    assert json.loads(outcome.out)["rows_written"] == expected.n_rows
    assert_same_rows(case, given, dst, expected)
    manifest = "_manifest.json" if dst.is_dir() else f"{dst.name}.manifest.json"
    beside = {dst.name, *([f"out.{case.target}.npy"] if dst.suffix == ".npy" else [])}
    made = {path.name for path in folder.iterdir() if path not in there}
    assert made == beside | (set() if dst.is_dir() else {manifest})
    return "same rows"


@pytest.mark.fuzz
def test_the_command_gives_the_rows_of_the_sampler_or_one_line_of_error(tmp_path):
    tally = Counter()

    @settings(
        max_examples=N_EXAMPLES,
        derandomize="FASTSMOTE_FUZZ_EXAMPLES" not in os.environ,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases())
    def check(case):
        with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
            tally[verdict(case, Path(folder))] += 1

    check()
    n_examples = sum(tally.values())
    print({what: round(n / n_examples, 3) for what, n in tally.most_common()})
    if n_examples < 1000:
        return
    assert tally["same rows"] >= LEAST_COMPARED * n_examples
    assert tally["fault"] >= LEAST_FAULTS * n_examples

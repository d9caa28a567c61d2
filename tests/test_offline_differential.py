"""The command `fastsmote resample` beside pyarrow, the csv module and the in-memory samplers.

    FASTSMOTE_FUZZ_EXAMPLES=50000 pytest -s tests/test_offline_differential.py

runs it on so many new tables; without it on the same 2,000 in every run. Either the original
rows come back unchanged, with the rows of the in-memory sampler after them, or the command ends
with status 1 and one line of error that names what is wrong, and leaves nothing behind.
"""

import contextlib
import datetime
import io
import json
import os
import re
import tempfile
import warnings
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
from differential import N_EXAMPLES
from hypothesis import HealthCheck, Phase, given, settings
from offline_bugs import known_bug
from offline_expected import Refused, expectation
from offline_files import read_csv, read_output, write_input
from offline_tables import OVER, cases

from fastsmote import cli

LEAST_COMPARED, LEAST_FAULTS = 0.4, 0.1  # shares of the examples, so that it cannot go hollow


class Outcome(NamedTuple):
    """What a run of the command leaves."""

    status: int
    out: str
    err: str
    warnings: list


def as_json(strategy, given):
    """A strategy on the command line; the keys of counts are the labels in the file."""
    if isinstance(strategy, dict) and given is not None:
        labels = {label: label for label in given.table.column("y").to_pylist()}
        strategy = {str(labels[label]): n_rows for label, n_rows in strategy.items()}
    return strategy if isinstance(strategy, str) else json.dumps(strategy)


def arguments_of(case, given, src, dst):
    """The command line of a case."""
    options = {**case.options, "strategy": as_json(case.options["strategy"], given)}
    kind = case.fault.kind if case.fault is not None else None
    if kind in ("unknown exclude", "unknown features"):
        name = kind.removeprefix("unknown ")
        options.pop({"exclude": "features", "features": "exclude"}[name], None)
        options[name] = [*options.get(name, []), "unknown"]
    target = "unknown" if kind == "unknown target" else case.target
    target += ".npy" if case.source == "npy" else ""
    arguments = ["resample", str(src), str(dst), "--target", target, "--sampler", case.sampler]
    for name, value in options.items():
        option = "--" + name.replace("_", "-")
        if value is True:
            arguments.append(option)
        elif isinstance(value, list):
            arguments += [option, ",".join(value)]
        elif value is not None and value is not False:
            arguments += [option, str(value)]
    return [*arguments, "--quiet", "--json"]


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


# Comparing


def assert_same_table(got, expected):
    """Names, types and every value, to the bit."""
    assert got.column_names == expected.column_names
    for name in expected.column_names:
        assert got.schema.field(name).type == expected.schema.field(name).type, name
        values = [repr(column.column(name).to_pylist()) for column in (got, expected)]
        assert values[0] == values[1], name


def parsed(text, value, type_):
    """The text of a CSV file as a value of a type."""
    if isinstance(value, bool):
        return {"true": True, "false": False}[text]
    if isinstance(value, float):
        return float(np.dtype(type_.to_pandas_dtype()).type(text))
    if isinstance(value, datetime.datetime):
        return pd.Timestamp(text).tz_convert(value.tzinfo) if value.tzinfo else pd.Timestamp(text)
    if isinstance(value, datetime.date):
        return datetime.date.fromisoformat(text)
    if isinstance(value, bytes):
        return text.encode("utf-8", "surrogateescape")
    return type(value)(text)


def assert_same_csv(path, case, expected):
    """The text of every value is that of the value, nothing where it is null."""
    columns = read_csv(path, "utf-8")  # without a mark of the byte order
    if case.sampler == "smotenc" and case.options["provenance"]:
        columns = {name: columns[name] for name in columns if not name.startswith("fastsmote_")}
    assert list(columns) == expected.column_names
    for name, texts in columns.items():
        type_, values = expected.schema.field(name).type, expected.column(name).to_pylist()
        assert len(texts) == len(values)
        for text, value in zip(texts, values, strict=True):
            if value is None:
                assert text == "", name
            elif isinstance(value, float):
                assert repr(parsed(text, value, type_)) == repr(value), name
            else:
                assert parsed(text, value, type_) == value, name


def assert_same_lines(path, case, given):
    """The header and the original rows of a CSV file, byte for byte, where it says them plainly.

    Numbers are parsed and written again, and quotes are where they are needed in a row group.
    """
    how, text = case.csv, "".join(given.lines)
    is_plain = (how["style"], how["newline"], how["ends"]) == ("canonical", "\n", True)
    keeps_rows = case.sampler in OVER and case.sampler != "smote-tomek"
    changes = [case.options[name] for name in ("only_synthetic", "provenance")]
    if not is_plain or '"' in text or not keeps_rows or any(changes):
        return
    if case.options["dtype"] == "file":
        written = path.read_bytes().decode().splitlines(keepends=True)
        assert written[: len(given.lines)] == given.lines


def assert_own_parents(got, case, given):
    """Parents of new rows are of their class; the table without its provenance."""
    *names, of_base, of_neighbor, of_gap = got.column_names
    labels = given.table.column(case.target)
    new = got.filter(pa.compute.is_valid(got.column(of_gap)))
    for name in (of_base, of_neighbor):
        parents = labels.take(new.column(name).combine_chunks())
        assert parents.to_pylist() == new.column(case.target).to_pylist()
    assert all(0.0 <= gap < 1.0 for gap in new.column(of_gap).to_pylist())
    return got.select(names)


def assert_same_npy(path, expected):
    """The matrix of features and the target beside it."""
    y_path = path.with_name(f"{path.stem}.y.npy")
    X, y = np.load(path), np.load(y_path)
    features = [name for name in expected.column_names if name != "y"]
    assert X.shape == (len(expected), len(features))
    columns = [expected.column(name).to_numpy(zero_copy_only=False) for name in features]
    assert X.dtype == np.result_type(*columns)
    for j, column in enumerate(columns):
        assert repr(X[:, j].tolist()) == repr(column.astype(X.dtype).tolist())
    assert repr(y.tolist()) == repr(expected.column("y").to_pylist())


# Verdicts


def verdict(case, folder):
    """How one run of the command came out; an AssertionError if it is wrong."""
    src, dst = write_input(case, folder), folder / case.dst
    there = sorted(folder.iterdir())
    given, expected = expectation(case, src, dst)
    bug = known_bug(case, expected)
    if bug is not None:
        return f"BUG {bug}"
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
    assert json.loads(outcome.out)["rows_written"] == len(expected)
    compare(case, given, dst, expected)
    manifest = "_manifest.json" if dst.is_dir() else f"{dst.name}.manifest.json"
    beside = {dst.name, "out.y.npy"} if dst.suffix == ".npy" else {dst.name}
    made = {path.name for path in folder.iterdir() if path not in there}
    assert made == beside | (set() if dst.is_dir() else {manifest})
    return "same rows"


def compare(case, given, dst, expected):
    """Compare the output with what it has to be."""
    if dst.suffix == ".csv":
        assert_same_csv(dst, case, expected)
        if given.lines is not None:
            assert_same_lines(dst, case, given)
        return
    if dst.suffix == ".npy":
        assert_same_npy(dst, expected)
        return
    got = read_output(dst)
    if case.sampler == "smotenc" and case.options["provenance"]:
        # The sampler in memory has no provenance.
        got = assert_own_parents(got, case, given)
    assert_same_table(got, expected)
    if dst.is_dir() and case.options["part_rows"]:
        sizes = [part["rows"] for part in json.loads((dst / "_manifest.json").read_text())["parts"]]
        assert all(size == case.options["part_rows"] for size in sizes[:-1])


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

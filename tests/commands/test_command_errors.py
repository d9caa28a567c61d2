"""What `fastsmote compare` and `fastsmote report` refuse: one line, and the exit status."""

import re
import sys

import numpy as np
import pyarrow as pa
import pytest

from fastsmote._commands import compare, tables
from fastsmote._commands import main as cli

GIVEN = ["--target", "fraud", "--exclude", "id,customer,time"]
BOTH = pytest.mark.parametrize("name", ["compare", "report"])


@BOTH
@pytest.mark.parametrize("arguments", [["--rows", "5"], [], ["p.csv"], ["p.csv", "--cv", "many"]])
def test_wrong_arguments_give_status_2(name, arguments, capsys):
    assert cli.main([name, *arguments]) == 2
    assert f"Usage: fastsmote {name}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("report", "target neighbors features exclude delimiter no-header encoding html json"),
        ("compare", "model strategies cv beta cost-fn cost-fp groups seed random-state n-jobs "
         "target features exclude categorical delimiter no-header encoding html json"),
    ],
)  # fmt: skip
def test_help_names_every_option(name, options, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    assert cli.main([name, "--help"]) == 0
    shown = set(re.findall(r"--([a-z-]+)", capsys.readouterr().out))
    assert shown == {*options.split(), "help"}


def test_help_of_fastsmote_names_the_commands(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    shown = capsys.readouterr().out
    assert re.search(r"^ +report +report class counts", shown, re.MULTILINE)
    assert re.search(r"^ +compare +compare samplers", shown, re.MULTILINE)


@BOTH
def test_missing_target_names_the_columns(name, failed, save, payments):
    got = failed(name, save(payments), "--target", "label")
    assert got.startswith(f"fastsmote {name}: ")
    assert got.endswith(
        "there is no target column 'label'. The columns are id, amount, hour, age, country, "
        "customer, time, fraud."
    )


@BOTH
def test_missing_label_names_its_row(name, failed, save, payments):
    labels = payments["fraud"].to_pylist()
    labels[3] = None
    payments = payments.set_column(7, "fraud", pa.array(labels))
    assert failed(name, save(payments), *GIVEN).endswith(
        "row 3, column fraud: null. The target must have a class in every row."
    )


@BOTH
def test_infinite_value_names_its_row(name, failed, save, payments):
    hour = payments["hour"].to_numpy().copy()
    hour[7] = np.inf
    payments = payments.set_column(2, "hour", pa.array(hour))
    assert "row 7, column hour: inf. " in failed(name, save(payments), *GIVEN)


@BOTH
def test_integer_that_float64_does_not_hold_names_its_row(name, failed, save, payments):
    values = [None, *[1] * 4, 2**60 + 1, *[0] * 234]
    payments = payments.append_column("number", pa.array(values))
    got = failed(name, save(payments), *GIVEN)
    assert f"row 5, column number: {2**60 + 1} is beyond 2^53" in got


@BOTH
@pytest.mark.parametrize("type_", [pa.float64(), pa.string(), pa.null()])
def test_column_without_a_value_is_named(name, type_, failed, save, payments):
    payments = payments.append_column("empty", pa.array([None] * 240, type_))
    got = failed(name, save(payments), *GIVEN)
    assert got.endswith("column empty: has no value. Name it in --exclude.")


@BOTH
def test_identifier_is_named(name, failed, save, payments):
    got = failed(name, save(payments), "--target", "fraud", "--exclude", "customer,time")
    assert "column id: has 240 different integers in the first 240 rows" in got


@BOTH
def test_table_without_features_is_refused(name, failed, save, payments):
    got = failed(name, save(payments), "--target", "fraud", "--exclude", "*")
    assert got.endswith("no column is left as a feature; there must be one.")


@BOTH
@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("missing/page.html", "--html: there is no folder 'missing'."),
        (".", "--html: must be a file. '.' is a folder."),
    ],
)
def test_page_that_cannot_be_written_is_an_error_before_the_work(
    name, page, expected, failed, monkeypatch, tmp_path
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tables, "read_whole", lambda *_: pytest.fail("the work has started"))
    got = failed(name, "p.csv", "--target", "y", "--html", page)
    assert got == f"fastsmote {name}: {expected}"


@BOTH
def test_page_that_turns_out_unwritable_is_an_error_after_the_result(
    name, command, save, payments, tmp_path
):
    page = tmp_path / f"{'x' * 300}.html"
    fast = ["--model", "logistic", "--strategies", "none"] if name == "compare" else []
    status, out, error = command(name, save(payments), *GIVEN, *fast, "--html", page, "--json")
    assert status == 1
    assert out.startswith("{")
    assert error.endswith(f"--html: {page} cannot be written: File name too long.\n")


@BOTH
def test_page_needs_matplotlib(name, failed, save, payments, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    got = failed(name, save(payments), *GIVEN, "--html", tmp_path / "page.html")
    assert got == (
        f"fastsmote {name}: --html needs matplotlib. Install it with: "
        'pip install "fastsmote[compare]"'
    )


def test_text_needs_pandas(failed, save, payments, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    got = failed("compare", save(payments), *GIVEN)
    assert got == (
        "fastsmote compare: column country: text needs pandas. Install it with: "
        'pip install "fastsmote[compare]"'
    )


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ["--model", "svm"],
            "--model: must be one of hist-gradient-boosting, logistic, forest. Got 'svm'.",
        ),
        (["--cv", 1], "--cv: must be an integer of 2 or more. Got 1."),
        (["--beta", 0], "--beta: must be a finite number greater than 0. Got 0.0."),
        (["--beta", "nan"], "--beta: must be a finite number greater than 0. Got nan."),
        (["--n-jobs", 0], "--n-jobs: must be a number of fits, or -1 for all cores. Got 0."),
        (["--seed", -1], "--seed: must be an integer of 0 or more and at most 4294967295. Got -1."),
        (["--cost-fn", 5], "--cost-fn and --cost-fp: give both of them."),
        (
            ["--cost-fn", 5, "--cost-fp", 0],
            "--cost-fp: must be a finite number greater than 0. Got 0.0.",
        ),
        (["--strategies", ""], "--strategies: must be auto or names. Got ''."),
        (["--groups", "fraud"], "--groups: 'fraud' is the target."),
        (["--cv", 49], "class 1 has too few rows for cv=49: 48"),
        (["--strategies", "SMOT"], "unknown strategy 'SMOT'. The names are: none, "),
        (["--strategies", "smote 2"], "unknown strategy 'SMOTE 2'. "),
        (["--groups", "shop"], "--groups: there is no column 'shop'. The columns are id, amount"),
    ],
)
def test_wrong_value_is_named(arguments, expected, failed, save, payments):
    got = failed("compare", save(payments), *GIVEN, *arguments)
    assert got.startswith(f"fastsmote compare: {expected}")


def test_row_without_a_group_is_named(failed, save, payments):
    customers = payments["customer"].to_pylist()
    customers[4] = None
    payments = payments.set_column(5, "customer", pa.array(customers))
    got = failed("compare", save(payments), *GIVEN, "--groups", "customer")
    assert got.endswith("row 4, column customer: null. Every row must belong to a group.")


def test_dates_are_no_feature(failed, save, payments):
    got = failed("compare", save(payments), "--target", "fraud", "--exclude", "id,customer")
    assert got.endswith(
        "column time: is timestamp[us]. A feature must be a number or text: name the column in "
        "--exclude, or in --categorical."
    )


def test_text_with_too_many_values_is_no_feature(failed, save, payments, monkeypatch):
    monkeypatch.setattr(compare, "MOST_OF_A_CATEGORY", 1)
    got = failed("compare", save(payments), *GIVEN)
    assert got.endswith(
        "column country: has 2 different values; a category may have 1. Name the column in "
        "--exclude."
    )


def test_costs_of_three_classes_are_refused(failed, save, payments):
    payments = payments.set_column(7, "fraud", pa.array(np.arange(240) % 3))
    got = failed("compare", save(payments), *GIVEN, "--cost-fn", 5, "--cost-fp", 1)
    assert got == "fastsmote compare: --cost-fn: needs two classes. Column fraud has 3."

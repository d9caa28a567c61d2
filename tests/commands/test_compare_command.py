"""`fastsmote compare`: what reaches `fastsmote.compare`, and how its result is shown."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier

import fastsmote
from fastsmote._commands import models, tables
from fastsmote._commands.models import BOOSTING, build_model
from fastsmote._decision import compare as decision

NUMBERS = ["amount", "hour", "age"]
ONLY_NUMBERS = ["--exclude", "id,country,customer,time"]
ALL_FEATURES = ["--exclude", "id,customer,time"]
FEW = ["--target", "fraud", "--cv", "3", "--strategies", "class_weight,SMOTE"]
LOGISTIC = [*FEW, "--model", "logistic"]


@pytest.fixture(autouse=True)
def small_models(monkeypatch):
    monkeypatch.setitem(models.MODELS, BOOSTING, lambda: HistGradientBoostingClassifier(max_iter=3))
    monkeypatch.setitem(models.MODELS, "forest", lambda: RandomForestClassifier(5))


@pytest.fixture
def found(command):
    """``found(*arguments)`` is the object that ``compare --json`` prints."""

    def run(*arguments):
        status, out, _ = command("compare", *arguments, "--json")
        assert status == 0
        return json.loads(out, parse_constant=lambda text: pytest.fail(f"{text} is not JSON"))

    return run


def without_seconds(strategies):
    return {
        name: {metric: values for metric, values in of_one.items() if metric != "fit_seconds"}
        for name, of_one in strategies.items()
    }


def as_json(comparison):
    """The means and differences of a comparison, as the command prints them."""
    table = comparison.table
    return {
        name: {
            metric: {key: None if np.isnan(v) else v for key, v in table.loc[name, metric].items()}
            for metric in comparison.metrics_
            if metric != "fit_seconds"
        }
        for name in comparison.names_
    }


def compare(model, X, y, **params):
    params = {"strategies": ["class_weight", "SMOTE"], "cv": 3, "random_state": 0, **params}
    return fastsmote.compare(model, X, y, **params)


# What reaches the comparison


def test_scores_are_those_of_compare(found, save, payments):
    got = found(save(payments), *LOGISTIC, *ONLY_NUMBERS, "--cost-fn", 20, "--cost-fp", 1)
    X = np.column_stack([payments[name].to_numpy() for name in NUMBERS])
    y, cost = payments["fraud"].to_numpy(), {"fn": 20, "fp": 1}
    expected = compare(build_model("logistic"), X, y, cost=cost)
    assert without_seconds(got["strategies"]) == as_json(expected)
    for key, value in {
        "best": expected.best_name_,
        "summary": expected.summary(),
        "skipped": {},
        "seed": 0,
        "folds": 3,
        "rows": 240,
        "classes": {"0": 192, "1": 48},
        "features": NUMBERS,
        "decisive_metric": "expected_cost",
        "is_complete": True,
        "model": "logistic",
    }.items():
        assert got[key] == value


def test_csv_gives_the_scores_of_parquet(found, save, payments):
    payments = payments.set_column(3, "age", payments["age"].cast(pa.float64()))
    given = [*LOGISTIC, *ALL_FEATURES]
    got, expected = (found(save(payments, name), *given) for name in ("p.csv", "p.parquet"))
    assert without_seconds(got["strategies"]) == without_seconds(expected["strategies"])


@pytest.mark.parametrize("name", models.MODELS)
def test_every_model_takes_text(name, found, save, payments):
    given = [*FEW[:-1], "RandomOverSampler", "--model", name, *ALL_FEATURES]
    got = found(save(payments), *given)
    frame = payments.select([*NUMBERS, "country"]).to_pandas()
    frame = frame.astype(dict.fromkeys(NUMBERS, float))
    frame["country"] = pd.Categorical(frame["country"])
    expected = compare(
        build_model(name, NUMBERS, ["country"]),
        frame,
        payments["fraud"].to_numpy(),
        strategies=["RandomOverSampler"],
    )
    assert without_seconds(got["strategies"]) == as_json(expected)
    assert list(got["strategies"]) == ["none", "RandomOverSampler"]


@pytest.mark.parametrize("name", models.MODELS)
def test_every_model_takes_missing_numbers_and_text(name, found, save, payments):
    hour, country = (payments[c].to_numpy(zero_copy_only=False).copy() for c in ("hour", "country"))
    hour[::7], country[::9] = np.nan, None
    payments = payments.set_column(2, "hour", pa.array(hour, from_pandas=True))
    payments = payments.set_column(4, "country", pa.array(country.tolist()))
    given = [*FEW[:-1], "RandomUnderSampler", "--model", name, *ALL_FEATURES]
    assert list(found(save(payments), *given)["strategies"]) == ["none", "RandomUnderSampler"]


def test_samplers_of_categories_run_on_a_table_with_text(found, save, payments):
    given = [*FEW[:-1], "SMOTENC,SMOTE", *ALL_FEATURES]
    got = found(save(payments), *given)
    assert list(got["strategies"]) == ["none", "SMOTENC"]
    assert list(got["skipped"]) == ["SMOTE"]


def test_numbers_may_be_categories(found, save, payments):
    given = [*FEW[:-1], "SMOTENC", "--categorical", "customer", "--exclude", "id,country,time"]
    assert "SMOTENC" in found(save(payments), *given)["strategies"]


def test_samplers_of_numbers_see_standardized_numbers():
    for name in models.MODELS:
        X = np.array([[1.0, 1e6], [3.0, 3e6], [5.0, 5e6], [7.0, 7e6]])
        seen = build_model(name).fit(X, [0, 1, 0, 1])[:-1].transform(X)
        np.testing.assert_allclose(seen.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(seen.std(axis=0), 1)


def test_groups_reach_the_folds_and_are_no_feature(found, save, payments):
    given = [*LOGISTIC, "--groups", "customer", "--exclude", "id,country,time"]
    got = found(save(payments), *given)
    X = np.column_stack([payments[name].to_numpy() for name in NUMBERS])
    groups = pd.factorize(payments["customer"].to_pandas())[0]
    y = payments["fraud"].to_numpy()
    expected = compare(build_model("logistic"), X, y, groups=groups)
    assert without_seconds(got["strategies"]) == as_json(expected)
    assert got["features"] == NUMBERS


@pytest.mark.parametrize(
    ("option", "params"), [(["--seed", 5], {"random_state": 5}), (["--beta", 1], {"beta": 1.0})]
)
def test_options_reach_the_comparison(option, params, found, save, payments):
    got = found(save(payments), *LOGISTIC, *ONLY_NUMBERS, *option)
    X = np.column_stack([payments[name].to_numpy() for name in NUMBERS])
    expected = compare(build_model("logistic"), X, payments["fraud"].to_numpy(), **params)
    assert without_seconds(got["strategies"]) == as_json(expected)


def test_strategies_may_be_written_as_resample_writes_samplers(found, save, payments):
    given = [*LOGISTIC[:-3], "smote 1:2,random-under,tomek-links,Class_Weight", "--model"]
    got = found(save(payments), *given, "logistic", *ONLY_NUMBERS)
    expected = ["none", "SMOTE 1:2", "RandomUnderSampler", "TomekLinks", "class_weight"]
    assert list(got["strategies"]) == expected


def test_pairs_of_npy_files_are_read(found, tmp_path, payments):
    np.save(tmp_path / "X.npy", np.column_stack([payments[name] for name in NUMBERS]))
    np.save(tmp_path / "fraud.npy", payments["fraud"])
    given = [*LOGISTIC, "--target", "fraud.npy"]
    assert found(tmp_path / "X.npy", *given)["features"] == ["x0", "x1", "x2"]


def test_labels_may_be_text_of_three_classes(found, save, payments):
    labels = np.array(["fine", "fraud", "unsure"])[np.arange(240) % 5 % 3]
    payments = payments.set_column(7, "fraud", pa.array(labels))
    given = [*FEW[:-1], "tuned_threshold", "--model", "logistic", *ONLY_NUMBERS]
    got = found(save(payments), *given)
    assert got["classes"] == {"fine": 96, "fraud": 96, "unsure": 48}
    assert list(got["skipped"]) == ["tuned_threshold"]


# What is shown


def test_table_summary_and_reasons_are_plain_text(command, save, payments):
    given = [*LOGISTIC[:-3], "SMOTE,SMOTENC", "--model", "logistic", *ONLY_NUMBERS]
    status, out, error = command("compare", save(payments), *given)
    assert status == 0
    header, _, *lines = out.splitlines()
    expected = "strategy average precision F2 precision recall Brier score calibration slope"
    assert header.split() == f"{expected} seconds F2: difference to none".split()
    assert lines[0].startswith("none ")
    assert re.match(r"SMOTE +0\.\d{3} .* [+-]\d\.\d{3} \[[+-]\d\.\d{3}, [+-]\d\.\d{3}\]", lines[1])
    assert "Not run: SMOTENC." in lines[3]
    reason = "no categorical columns reach the sampler; use SMOTE"
    assert lines[-2:] == ["Not run:", f"  SMOTENC: {reason}"]
    assert "\033" not in out + error
    assert error == (
        f"{save(payments)}: 240 rows (0: 192, 1: 48), 3 features; not features: id, country, "
        "customer, time; logistic, 3 folds, seed 0\n"
    )


def test_best_strategy_is_bold_on_a_terminal(command, save, payments, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    _, out, _ = command("compare", save(payments), *LOGISTIC, *ONLY_NUMBERS, "--cost-fn", 20,
                        "--cost-fp", 1)  # fmt: skip
    bold = [line for line in out.splitlines() if line.startswith("\033[1m")]
    (best,) = re.findall(r"Use ([\w ]+)\.|Resample with ([\w ]+) ", out)
    assert "expected cost" in out.splitlines()[0]
    assert "".join(best) in bold[-1]


def test_narrow_terminals_get_fewer_columns(command, save, payments, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(tables, "ANY_WIDTH", None)
    out = command("compare", save(payments), *LOGISTIC, *ONLY_NUMBERS)[1]
    assert max(map(len, out.partition("\nLeft out")[0].splitlines())) <= 60
    assert "\nLeft out, because the terminal is narrow: calibration slope, Brier score" in out
    assert re.search(r"^class_weight +0\.\d{3} ", out, re.MULTILINE)


def test_what_is_not_a_number_is_shown_as_a_dash_and_null(command, found, save, payments):
    """A constant feature leaves no calibration slope."""
    path = save(pa.table({"x": np.zeros(240), "fraud": payments["fraud"]}))
    given = [*LOGISTIC[:-3], "none", "--model", "logistic"]
    assert " - " in command("compare", path, *given)[1]
    assert found(path, *given)["strategies"]["none"]["calibration_slope"]["mean"] is None


def test_page_is_whole_loads_nothing_and_escapes_names(command, save, payments, tmp_path):
    names = np.where(payments["fraud"].to_numpy() == 1, r"<b>&$\frac$", "fine")
    payments = payments.set_column(7, "<i>fraud", pa.array(names))
    page = tmp_path / "page.html"
    page.write_text("earlier")
    given = [*LOGISTIC, "--target", "<i>fraud", *ONLY_NUMBERS, "--html", page]
    assert command("compare", save(payments), *given)[0] == 0
    text = page.read_text()
    assert text.startswith("<!DOCTYPE html>")
    assert text.endswith("</html>\n")
    assert "<title>Comparison of strategies for &lt;i&gt;fraud</title>" in text
    assert r"&lt;b&gt;&amp;$\frac$: 48" in text
    assert "<b>&" not in text
    assert "<i>" not in text
    assert "://" not in text
    assert {source[:5] for source in re.findall(r'src="(.{5})', text)} == {"data:"}
    assert not re.search(r"<link|<script|@import|url\(", text)
    assert "class_weight" in text
    assert {path.name for path in tmp_path.iterdir()} == {"page.html", "payments.parquet"}


# Interrupts


@pytest.fixture
def interrupted_at(monkeypatch):
    """``interrupted_at(n)`` raises KeyboardInterrupt at fit number n."""

    def patch(number):
        fits, run_fold = [], decision.run_fold

        def run(*arguments):
            fits.append(1)
            if len(fits) > number:
                raise KeyboardInterrupt
            return run_fold(*arguments)

        monkeypatch.setattr(decision, "run_fold", run)

    return patch


def test_interrupt_keeps_the_strategies_that_have_run(
    interrupted_at, command, save, payments, tmp_path
):
    interrupted_at(7)  # of three fits for each of three strategies
    page = tmp_path / "page.html"
    given = [*LOGISTIC, *ONLY_NUMBERS, "--json", "--html", page]
    status, out, error = command("compare", save(payments), *given)
    assert status == 130
    got = json.loads(out)
    assert list(got["strategies"]) == ["none", "class_weight"]
    assert not got["is_complete"]
    assert "interrupted" in got["summary"]
    assert error.endswith("\nfastsmote compare: interrupted.\n")
    assert "class_weight" in page.read_text()


def test_interrupt_before_the_first_strategy_has_run_shows_nothing(
    interrupted_at, command, save, payments, tmp_path
):
    interrupted_at(2)
    given = [*LOGISTIC, *ONLY_NUMBERS, "--html", tmp_path / "page.html"]
    status, out, _ = command("compare", save(payments), *given)
    assert (status, out) == (130, "")
    assert not (tmp_path / "page.html").exists()


# The page that documents the command


def test_examples_in_docs_run(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (Path(__file__).parents[2] / "docs" / "decide.md").read_text(encoding="utf-8")
    section = page[page.index("## From the command line") :]
    (make,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    exec(make, {})
    lines = re.findall(r"^    fastsmote (.*)$", section, re.MULTILINE)
    assert [line.split()[0] for line in lines] == ["report", "compare"]
    for line in lines:
        assert command(*shlex.split(line))[0] == 0, line
    assert Path("report.html").stat().st_size > 10_000

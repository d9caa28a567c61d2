"""docs/gallery/: the programs keep their rows apart, and what they say is so."""

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import fastsmote

pyplot = pytest.importorskip("matplotlib.pyplot")

ROOT = Path(__file__).parents[2]
GALLERY = ROOT / "docs" / "gallery"
pytestmark = pytest.mark.skipif(not GALLERY.exists(), reason="an installed package has no docs")


def run_example(name, **constants):
    """The names that a program defines, after it has run in this process with other constants."""
    source = (GALLERY / name).read_text(encoding="utf-8")
    for constant, value in constants.items():
        source, n = re.subn(rf"^{constant} = .*$", f"{constant} = {value!r}", source, flags=re.M)
        assert n == 1, constant
    names = {"__name__": "__main__"}
    # Threads of OpenMP, which spin, would wait for each other where other tests use every core.
    with threadpool_limits(1, "openmp"):
        exec(compile(source, name, "exec"), names)
    return names


@pytest.fixture(autouse=True)
def without_a_window(monkeypatch):
    before = pyplot.get_backend()
    pyplot.switch_backend("Agg")
    monkeypatch.setattr(pyplot, "show", lambda: pyplot.close("all"))
    yield
    pyplot.close("all")
    pyplot.switch_backend(before)


def rows_of(X):
    """The rows as a set."""
    return set(map(bytes, np.ascontiguousarray(X)))


def spy_on(monkeypatch, name):
    """The tables that a function of fastsmote is called with."""
    seen, function = [], getattr(fastsmote, name)

    def spied(*arguments, **options):
        seen.append((arguments[-2], arguments[-1], options))
        return function(*arguments, **options)

    monkeypatch.setattr(fastsmote, name, spied)
    return seen


# From the split to the number to report

SMALL = {"N_ROWS": 3_000, "N_FOLDS": 3}


def test_rows_held_out_are_neither_looked_at_nor_compared(monkeypatch, capsys):
    compared = spy_on(monkeypatch, "compare")
    looked_at = spy_on(monkeypatch, "neighborhood")
    of = run_example("plot_fraud.py", **SMALL, STRATEGIES=["cost_threshold", "SMOTE"])
    held_out = rows_of(of["X_test"])
    assert len(held_out) == 750
    assert len(compared) == len(looked_at) == 1
    assert len(compared[0][0]) == len(looked_at[0][0]) == 2_250
    assert not rows_of(compared[0][0]) & held_out
    assert rows_of(compared[0][0]) | held_out == rows_of(of["X"])

    # What is printed is what the held-out rows give.
    tn, fp, fn, tp = (
        int(((of["y_test"] == true) & (of["y_pred"] == said)).sum())
        for true, said in ((0, 0), (0, 1), (1, 0), (1, 1))
    )
    out = capsys.readouterr().out
    assert f"{tp} caught, {fn} missed" in out
    assert f"{fp} false alarms, {tn:,} left alone" in out
    assert f"cost of a payment   {(100 * fn + fp) / 750:.3f};" in out
    assert f"without any alarm {100 * (tp + fn) / 750:.3f}" in out
    assert compared[0][2]["cost"] == {"fn": 100, "fp": 1}


def test_a_strategy_without_a_threshold_gets_one_from_the_training_part(capsys):
    of = run_example("plot_fraud.py", **SMALL, STRATEGIES=["class_weight"])
    assert of["best"] == "class_weight"
    assert not hasattr(of["comparison"].best_, "best_threshold_")
    threshold = of["alarm"].best_threshold_
    scores = of["alarm"].estimator_.predict_proba(of["X_test"])[:, 1]
    np.testing.assert_array_equal(of["y_pred"], scores >= threshold)
    assert (
        f"Alarm: class_weight, if its score is at least {threshold:.4f}." in capsys.readouterr().out
    )


# Weights and groups

SMALL_CUSTOMERS = {"N_CUSTOMERS": 60, "N_FOLDS": 3}


def test_the_final_classifier_gets_the_weights_of_the_resampled_rows(monkeypatch, capsys):
    fit, seen = LogisticRegression.fit, []

    def spied(self, X, y, sample_weight=None):
        seen.append((X, y, sample_weight))
        return fit(self, X, y, sample_weight)

    monkeypatch.setattr(LogisticRegression, "fit", spied)
    of = run_example("plot_weights_and_groups.py", **SMALL_CUSTOMERS)
    assert len(seen) == 10  # of each fold and way to weigh new rows, and of all rows
    assert [len(scores) for scores in of["scores"].values()] == [3, 3, 3]
    X_resampled, _, weights = seen[-1]
    expected, _ = of["sampler"].fit_resample(of["model"][0].transform(of["X"]), of["y"])
    np.testing.assert_array_equal(X_resampled, expected)
    np.testing.assert_array_equal(weights, of["weights"])
    np.testing.assert_array_equal(weights[:600], of["amounts"])
    for _, labels, weights in seen:
        assert len(labels) == len(weights)
        assert np.ptp(np.bincount(labels)) == 0
    out = capsys.readouterr().out
    assert "customers on both sides of a split of the resampled rows: 0" in out
    total = f"{of['amounts'].sum():,.1f}"
    assert f"total amount {total}, of the original rows {total}" in out


def test_no_customer_is_trained_on_and_scored(monkeypatch):
    seen, fit = [], StandardScaler.fit

    def spied(self, X, *arguments, **weights):
        seen.append(X)
        return fit(self, X, *arguments, **weights)

    monkeypatch.setattr(StandardScaler, "fit", spied)
    of = run_example("plot_weights_and_groups.py", **SMALL_CUSTOMERS)
    for X in seen[:3]:
        is_seen = np.isin(of["X"][:, 0], X[:, 0])
        assert not set(of["customers"][is_seen]) & set(of["customers"][~is_seen])
        assert 0 < is_seen.sum() < 600


# The ratio of the classes


def test_ratios_are_those_of_the_tables_and_smote_changes_nothing_at_50_50(capsys):
    size = {"N_ROWS": 600, "N_TREES": 3, "N_FOLDS": 2, "PERCENTS": (50, 20, 5)}
    size["OTHER_SEEDS"] = (1,)
    of = run_example("plot_imbalance_ratio.py", **size)
    assert of["positives"] == {50: 300, 20: 120, 5: 30}
    for model in of["MODELS"]:
        for percent, is_same in ((50, True), (20, False), (5, False)):
            without, smote = (of["results"][percent, model, used] for used in (False, True))
            assert np.array_equal(without, smote) == is_same
    lines = capsys.readouterr().out.splitlines()[2:]
    assert [re.search(r"\d+/\d+", line)[0] for line in lines[:6]] == ["50/50", "80/20", "95/5"] * 2


@pytest.mark.slow
def test_what_the_program_says_is_what_one_sees():
    of = run_example("plot_imbalance_ratio.py")
    assert len(of["pairs"]) == 6
    assert len(of["others"]) == 5
    for without, smote in of["pairs"]:
        assert smote[0] < without[0] < without[1]
    assert sum(without[0] < smote[0] for without, smote in of["others"]) >= 3
    assert of["n_tuned"] >= 3
    for without, smote in [*of["pairs"], *of["others"]]:
        assert smote[2] <= without[2] + 5e-4  # as printed
    for key in [(model, used) for model in of["MODELS"] for used in (False, True)]:
        scores = [of["results"][(percent, *key)] for percent in of["PERCENTS"]]
        assert (np.diff(scores, axis=0) < 0).all()

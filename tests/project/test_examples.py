"""docs/examples/: the programs keep their rows apart, and what they say is so."""

import re
import runpy
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import fastsmote

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
pytestmark = pytest.mark.skipif(not EXAMPLES.exists(), reason="an installed package has no docs")


def run_example(name, *arguments):
    """The names that a program defines, after it has run in this process."""
    # Threads of OpenMP, which spin, would wait for each other where other tests use every core.
    with threadpool_limits(1, "openmp"), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", [name, *map(str, arguments)])
        return runpy.run_path(str(EXAMPLES / name), run_name="__main__")


def rows_of(X):
    """The rows as a set."""
    return set(map(bytes, np.ascontiguousarray(X)))


def make_timed_payments(n_rows=1_500):
    """Payments in no order of their time, with an identifier, a category and a boolean."""
    rng = np.random.default_rng(0)
    amount = rng.lognormal(size=n_rows)
    return pa.table(
        {
            "id": np.arange(n_rows),
            "paid_at": rng.permutation(n_rows).astype("datetime64[s]"),
            "shop": ["a", "b", "c"] * (n_rows // 3),
            "amount": amount,
            "is_abroad": rng.random(n_rows) < 0.3,
            "fraud": rng.random(n_rows) < np.clip(amount / 20, 0, 0.5),
        }
    )


def spy_on(monkeypatch, name):
    """The tables that a function of fastsmote is called with."""
    seen, function = [], getattr(fastsmote, name)

    def spied(*arguments, **options):
        seen.append((arguments[-2], arguments[-1], options))
        return function(*arguments, **options)

    monkeypatch.setattr(fastsmote, name, spied)
    return seen


# From the split to the number to report

SMALL = ["--rows", 3_000, "--folds", 3, "--strategies"]


def test_rows_held_out_are_neither_looked_at_nor_compared(monkeypatch, capsys):
    compared = spy_on(monkeypatch, "compare")
    looked_at = spy_on(monkeypatch, "neighborhood")
    of = run_example("fraud_end_to_end.py", *SMALL, "cost_threshold", "SMOTE")
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
    of = run_example("fraud_end_to_end.py", *SMALL, "class_weight")
    assert of["best"] == "class_weight"
    assert not hasattr(of["comparison"].best_, "best_threshold_")
    threshold = of["alarm"].best_threshold_
    scores = of["alarm"].estimator_.predict_proba(of["X_test"])[:, 1]
    np.testing.assert_array_equal(of["y_pred"], scores >= threshold)
    assert (
        f"Alarm: class_weight, if its score is at least {threshold:.4f}." in capsys.readouterr().out
    )


def test_a_file_with_times_is_split_by_time(tmp_path, capsys):
    table = make_timed_payments()
    pq.write_table(table, tmp_path / "payments.parquet")
    columns = ["--target", "fraud", "--time", "paid_at", "--exclude", "id"]
    file = ["--file", tmp_path / "payments.parquet", *columns]
    of = run_example("fraud_end_to_end.py", *file, "--rows", 0, *SMALL[2:], "class_weight", "platt")
    assert "Features: amount, is_abroad\n" in capsys.readouterr().out
    in_time = table.sort_by("paid_at")
    amounts = in_time["amount"].to_numpy()
    np.testing.assert_array_equal(of["X_train"][:, 0], amounts[:1125])
    np.testing.assert_array_equal(of["X_test"][:, 0], amounts[1125:])
    np.testing.assert_array_equal(of["y_test"], in_time["fraud"].to_numpy()[1125:])
    for train, test in of["comparison"].folds_:
        assert train.max() < test.min()


# Weights and groups

SMALL_CUSTOMERS = ["--customers", 60, "--folds", 3]


@pytest.mark.parametrize("how", ["base", "nearest", "interpolate"])
def test_the_final_classifier_gets_the_weights_of_the_resampled_rows(how, monkeypatch, capsys):
    fit, seen = LogisticRegression.fit, []

    def spied(self, X, y, sample_weight=None):
        seen.append((X, y, sample_weight))
        return fit(self, X, y, sample_weight)

    monkeypatch.setattr(LogisticRegression, "fit", spied)
    of = run_example("weights_and_groups.py", *SMALL_CUSTOMERS, "--how", how)
    assert len(seen) == 4  # of each fold, and of all rows
    assert len(of["scores"]) == 3
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
    of = run_example("weights_and_groups.py", *SMALL_CUSTOMERS)
    for X in seen[:3]:
        is_seen = np.isin(of["X"][:, 0], X[:, 0])
        assert not set(of["customers"][is_seen]) & set(of["customers"][~is_seen])
        assert 0 < is_seen.sum() < 600


# The ratio of the classes


def test_ratios_are_those_of_the_tables_and_smote_changes_nothing_at_50_50(tmp_path, capsys):
    size = ["--rows", 600, "--trees", 3, "--folds", 2, "--percent", 50, 20, 5]
    picture = tmp_path / "ratio.png"
    of = run_example("imbalance_ratio.py", *size, "--picture", picture)
    assert of["positives"] == {50: 300, 20: 120, 5: 30}
    for model in of["MODELS"]:
        for percent, is_same in ((50, True), (20, False), (5, False)):
            without, smote = (of["results"][percent, model, used] for used in (False, True))
            assert np.array_equal(without, smote) == is_same
    lines = capsys.readouterr().out.splitlines()[2:]
    assert [re.search(r"\d+/\d+", line)[0] for line in lines[:6]] == ["50/50", "80/20", "95/5"] * 2
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.slow
def test_what_the_program_says_is_what_one_sees_by_default():
    of = run_example("imbalance_ratio.py")
    for model in of["MODELS"]:
        for percent in (20, 10, 5, 2, 1):
            without, smote = (of["results"][percent, model, used] for used in (False, True))
            f1 = [without[0], without[1], smote[0], smote[1]]
            assert np.argmax(f1) == 1
            assert smote[2] <= without[2]
            assert percent > 10 or smote[0] < without[0]
    boosting = "gradient boosting"
    gaps = of["results"][5, boosting, False] - of["results"][5, boosting, True]
    assert np.round(gaps[:2], 2).tolist() == [0.13, 0.02]
    assert all(
        of["results"][p, boosting, False][2] - of["results"][p, boosting, True][2] < 0.055
        for p in of["args"].percent
    )

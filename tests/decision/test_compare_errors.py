"""What `compare` leaves out, and what is an error."""

import numpy as np
import pandas as pd
import pytest
from helpers.decisions import X, Y, compare
from imblearn.pipeline import make_pipeline as make_sampling_pipeline
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import (
    StratifiedGroupKFold,
)
from sklearn.preprocessing import StandardScaler

from fastsmote.over_sampling import SMOTE

# What is left out, and what is an error


class FailsOnOversampled(LogisticRegression):
    def fit(self, X, y):
        if np.mean(y) == 0.5 and len(y) > 300:
            raise ValueError("too many rows")
        return super().fit(X, y)


def test_a_strategy_that_raises_is_left_out_with_its_reason():
    comparison = compare(FailsOnOversampled())
    assert comparison.names_ == ["none", "class_weight", "RandomUnderSampler"]
    assert comparison.skipped_ == {"SMOTE": "ValueError: too many rows"}
    assert "Not run: SMOTE" in comparison.summary()


class FailsLikeAnother(LogisticRegression):
    def predict(self, X):
        raise KeyError("of no kind that is expected")


@pytest.mark.parametrize(
    ("strategy", "reason"),
    [
        (FailsLikeAnother(), "KeyError: 'of no kind that is expected'"),
        (VotingClassifier([("a", LogisticRegression())]), "neither predict_proba nor decision_fun"),
    ],
)
def test_a_strategy_may_fail_in_any_way(strategy, reason):
    assert reason in compare(strategies={"other": strategy}).skipped_["other"]


def test_the_error_of_the_estimator_itself_is_raised():
    with pytest.raises(ValueError, match="NaN"):
        compare(features=np.where(X > 2, np.nan, X))


def test_auto_skips_what_takes_long(monkeypatch):
    monkeypatch.setattr("fastsmote._decision.strategies.SVM_ROWS", 300)
    monkeypatch.setattr("fastsmote._decision.strategies.AUTO", ("none", "SVMSMOTE"))
    comparison = compare(strategies="auto")
    assert "if strategies names it" in comparison.skipped_["SVMSMOTE"]
    assert compare(strategies=["SVMSMOTE"]).skipped_ == {}


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("SMOTE 1:20", "the classes are 1:5.06 already"),
        ("TomekLinks 1:2", "its sampling_strategy is not a ratio"),
        ("cost_threshold", "it needs cost"),
        ("SMOTENC", "no categorical columns reach the sampler"),
        ("focal_loss", "not for LogisticRegression"),
    ],
)
def test_what_does_not_fit_is_skipped(name, reason):
    comparison = compare(strategies=[name])
    assert comparison.names_ == ["none"]
    assert reason in comparison.skipped_[name]
    assert "No strategy that resamples was compared" in comparison.summary()


def test_class_weight_needs_an_estimator_that_has_it():
    skipped = compare(DummyClassifier(), strategies=["class_weight"]).skipped_
    assert skipped == {"class_weight": "DummyClassifier has no parameter class_weight"}


def test_inner_folds_need_rows():
    y = np.zeros(400, int)
    y[:6] = 1
    skipped = compare(y=y, strategies=["tuned_threshold", "isotonic"]).skipped_
    assert set(skipped) == {"tuned_threshold", "isotonic"}
    assert "a class has only 4 rows" in skipped["isotonic"]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"y": np.zeros(400)}, "y must have two classes or more. Got only"),
        ({"y": np.arange(400) == 3}, "class True has too few rows for cv=3: 1"),
        ({"y": np.linspace(0, 1, 400)}, "Unknown label type"),
        ({"y": Y[:10]}, "inconsistent numbers of samples"),
        ({"cv": 1}, "cv must be 2 or more folds. Got 1"),
        ({"cv": [(np.arange(390), 390 + np.flatnonzero(Y[390:] == 0))]}, "the test part of fold 0"),
        ({"beta": 0}, "beta must be greater than 0 and at most 1e6. Got 0"),
        ({"min_precision": 1.5}, "min_precision must be more than 0 and at most 1"),
        ({"strategies": ["SMOTEE"]}, "unknown strategy 'SMOTEE'. The names are: none, cost_thr"),
        ({"strategies": ["SMOTE 1:0.5"]}, "one row of the minority to 1 or more"),
        ({"strategies": ["SMOTE 1:."]}, "one row of the minority to 1 or more"),
        ({"strategies": ["platt 1:2"]}, "platt is not a sampler"),
        ({"strategies": {"none": "SMOTE"}}, "'none' is the estimator itself; give 'SMOTE' another"),
        ({"strategies": ["SMOTE", "SMOTE"]}, "'SMOTE' occurs twice"),
        ({"cost": {"fn": 0, "fp": 1}}, r"cost\['fn'\] must be a finite number greater than 0"),
        ({"cost": {"fn": 2}}, 'cost must have the keys "fn" and "fp"'),
        ({"cost": [[0, 1]]}, r"cost must have shape \(2, 2\)"),
        ({"cost": [[0, -1], [1, 0]]}, "more than 0. Got -1"),
        ({"cost": [[0, 1], [1, 2]]}, "more than the cost of the right decision, 2.0"),
        ({"cost": [[-1, 1], [1, 0]]}, "0 or more. Got -1"),
        ({"estimator": make_sampling_pipeline(SMOTE(), LogisticRegression())}, "must not resample"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named(params, message):
    with pytest.raises(ValueError, match=message):
        compare(**params)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"features": X[:0], "y": []}, "Got no rows"),
        ({"y": [None, *Y[1:]]}, "y has no label in 1 of 400 rows, first in row 0: None"),
        ({"y": np.where(X[:, 0] > 1, np.nan, Y)}, "y has no label in"),
        ({"y": np.datetime64("2026-01-01") + Y}, r"Got the dtype datetime64"),
        ({"groups": [None] * 400}, "groups has no group in 400 of 400 rows"),
        ({"groups": np.arange(9)}, "inconsistent numbers of samples"),
        ({"groups": np.arange(400) % 20, "cv": StratifiedGroupKFold(3).split(X, Y, np.arange(400))},
         "rows of one group in both"),
        ({"groups": np.full(400, "NaT", "M8[s]")}, "groups has no group in 400 of 400 rows"),
        ({"groups": [(1, 2)] * 400}, "1d array"),
        ({"cv": [(np.arange(-150, 0), np.arange(200))]}, "fold 0 of cv has row -150"),
        ({"cv": []}, "cv gives no folds"),
        ({"cv": [(np.arange(300), np.arange(300))]}, "fold 0 of cv has 300 rows in both of its p"),
        ({"cv": [(np.arange(300), np.array([400]))]}, "fold 0 of cv has row 400, and X has 400"),
        ({"features": pd.DataFrame(X, columns=list("abcda"))}, "X has two columns named 'a'"),
        ({"features": pd.DataFrame({"when": pd.to_datetime(Y)})}, "column 'when' of X holds Date"),
        ({"cost": "x"}, "cost must be a matrix of numbers. Got 'x'"),
        ({"cost": {"fn": 10**400, "fp": 1}}, "must be a finite number greater than 0"),
        ({"beta": 1e200}, r"at most 1e6. Got 1e\+200"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_read_is_named(params, message):
    with pytest.raises(ValueError, match=message):
        compare(**params)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"estimator": "logistic"}, "estimator must be a classifier. Got 'logistic'"),
        ({"estimator": LogisticRegression}, "estimator must be a classifier"),
        ({"strategies": [None]}, "must be a name, a sampler with fit_resample and get_params"),
        ({"strategies": [SMOTE, 5]}, "must be a name, a sampler with fit_resample and get_params"),
        ({"estimator": StandardScaler()}, "estimator must be a classifier"),
        ({"strategies": "SMOTE"}, "\"auto\", a list or a dict. Got 'SMOTE'"),
        ({"strategies": [StandardScaler()]}, "must be a name, a sampler with fit_resample and"),
        ({"strategies": {1: "SMOTE"}}, "a strategy's name must be a str. Got 1"),
    ],
)
def test_a_wrong_type_is_named(params, message):
    with pytest.raises(TypeError, match=message):
        compare(**params)


def test_costs_of_more_than_two_classes_are_a_matrix():
    y = np.arange(400) % 3
    with pytest.raises(ValueError, match=r"a matrix of shape \(3, 3\)"):
        compare(y=y, cost={"fn": 2, "fp": 1})


def test_an_estimator_of_other_classes_is_refused():
    class Other(RidgeClassifier):
        def fit(self, X, y):
            return super().fit(X, np.where(y == 1, 7, y))

    assert "predicts the classes [0, 7]" in compare(strategies={"other": Other()}).skipped_["other"]

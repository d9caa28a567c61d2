"""What `compare` accepts, what it skips, and what it keeps apart."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from helpers.decisions import X, Y, are_same_scores, compare
from imblearn.ensemble import BalancedRandomForestClassifier
from imblearn.pipeline import make_pipeline as make_sampling_pipeline
from imblearn.under_sampling import RandomUnderSampler
from scipy import sparse
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    RepeatedStratifiedKFold,
    StratifiedKFold,
    TunedThresholdClassifierCV,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.tree import DecisionTreeClassifier

import fastsmote
from fastsmote.over_sampling import SMOTE

# What is resampled, and what is not


class Spy(ClassifierMixin, BaseEstimator):
    """Records the labels of the rows that it is fitted on and that it predicts."""

    fitted, predicted = [], []

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        Spy.fitted.append((X, y))
        return self

    def predict(self, X):
        Spy.predicted.append(X)
        return np.zeros(len(X), int)

    def predict_proba(self, X):
        return np.column_stack([1 - X[:, 0], X[:, 0]])


def test_only_training_parts_are_resampled():
    features = np.arange(400.0)[:, None] / 400
    y = (np.arange(400) % 10 == 0).astype(int)
    Spy.fitted, Spy.predicted = [], []
    comparison = compare(Spy(), features, y, strategies=["RandomOverSampler"])
    parts = comparison.folds_ * 2  # of the two strategies
    assert len(Spy.fitted) == len(Spy.predicted) == 6
    for (train, test), (seen, _), predicted in zip(parts, Spy.fitted, Spy.predicted, strict=True):
        assert set(seen[:, 0]) <= set(features[train, 0])
        assert np.array_equal(predicted, features[test])
        assert not set(seen[:, 0]) & set(predicted[:, 0])
    shares = [labels.mean() for _, labels in Spy.fitted]
    assert shares[:3] == pytest.approx([0.1] * 3, abs=0.01)
    assert shares[3:] == [0.5] * 3


class Leaks(RandomUnderSampler):
    """A sampler that returns the rows of the table that it was made with."""

    def __init__(self, rows=None, labels=None):
        super().__init__()
        self.rows, self.labels = rows, labels

    def fit_resample(self, X, y):
        return self.rows, self.labels


@pytest.mark.parametrize("wrap", [lambda s: s, lambda s: make_sampling_pipeline(s, LinearSVC())])
def test_a_sampler_that_returns_test_rows_is_caught(wrap):
    with pytest.raises(ValueError, match=r"'cheat' leaks: 13\d rows that its sampler returns"):
        compare(strategies={"cheat": wrap(Leaks(X, Y))})


def test_a_sampler_that_keeps_to_its_rows_is_not():
    comparison = compare(strategies={"mine": SMOTE(random_state=0)})
    assert are_same_scores_of("mine", comparison, "SMOTE", compare(strategies=["SMOTE"]))


def test_whole_numbers_are_not_taken_for_a_leak():
    """A new row may be equal to a row of the test part by chance."""
    whole = np.random.RandomState(0).randint(0, 3, (400, 3))
    assert compare(features=whole, strategies={"mine": SMOTE()}).skipped_ == {}


def are_same_scores_of(name, comparison, other_name, other):
    return all(
        np.array_equal(comparison.fold_scores_[name][m], other.fold_scores_[other_name][m])
        for m in comparison.metrics_
        if m != "fit_seconds"
    )


def test_groups_are_never_in_both_parts_of_a_fold():
    groups = np.repeat(np.arange(80), 5)
    comparison = compare(groups=groups, strategies=["tuned_threshold"])
    for train, test in comparison.folds_:
        assert not set(groups[train]) & set(groups[test])
    for train, test in comparison.estimators_["tuned_threshold"].cv:
        assert not set(groups[train]) & set(groups[test])


def test_a_search_in_the_estimator_does_not_know_the_groups():
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=3)
    comparison = compare(search, groups=np.repeat(np.arange(80), 5), strategies=["SMOTE"])
    assert comparison.unfitted_["none"].cv == 3


# What a user may pass


def test_frames_and_arrays_give_the_same_scores():
    tree = DecisionTreeClassifier(max_depth=3)  # its arithmetic does not depend on the layout
    expected = compare(tree)
    names = list("abcde")
    for features in (pd.DataFrame(X, columns=names), pl.DataFrame(X, schema=names), X.tolist(),
                     pl.DataFrame(X, schema=names).to_arrow()):  # fmt: skip
        assert are_same_scores(compare(tree, features, Y.tolist()), expected)


def test_a_sparse_matrix_runs():
    comparison = compare(features=sparse.csc_matrix(X), strategies=["SMOTE"])
    assert comparison.skipped_ == {}


def test_the_number_of_jobs_changes_no_score():
    assert are_same_scores(compare(n_jobs=2), compare())


def test_without_a_seed_one_is_drawn_that_repeats_the_call():
    first = compare(random_state=None)
    assert are_same_scores(compare(random_state=first.random_state_), first)
    assert compare(random_state=np.random.RandomState(5)).random_state_ != first.random_state_


def test_categories_are_resampled_by_smotenc():
    frame = pd.DataFrame(X, columns=list("abcde"))
    frame["kind"] = pd.Categorical(np.where(X[:, 0] > 0, "x", "y"))
    model = HistGradientBoostingClassifier(max_iter=5, categorical_features="from_dtype")
    names = ["SMOTENC", "SMOTE", "RandomOverSampler", "SMOTEN", "EasyEnsemble", "BalancedBagging"]
    comparison = compare(model, frame, strategies=names)
    assert comparison.names_ == ["none", "SMOTENC", "RandomOverSampler", "SMOTEN"]
    assert comparison.skipped_["SMOTE"] == "X has categorical columns (1); use SMOTENC"


def test_a_table_with_missing_values_skips_what_cannot_take_them():
    features = X.copy()
    features[::7, 1] = np.nan
    names = ["RandomUnderSampler", "SMOTE", "RUSBoost"]
    comparison = compare(HistGradientBoostingClassifier(max_iter=5), features, strategies=names)
    assert comparison.names_ == ["none", "RandomUnderSampler"]
    assert comparison.skipped_["SMOTE"].startswith("X has missing values")


@pytest.mark.parametrize("labels", [[0, 1, 2], ["a", "b", "c"]])
def test_more_than_two_classes(labels):
    features, codes = make_classification(
        500, 5, n_informative=4, n_redundant=0, n_classes=3, weights=[0.7, 0.2], random_state=0
    )
    names = ["SMOTE", "SMOTE prior-corrected", "tuned_threshold", "SMOTE 1:3", "platt"]
    comparison = compare(
        None, features, np.array(labels)[codes], strategies=names, cost=1 - np.eye(3)
    )
    assert comparison.names_ == ["none", "SMOTE", "SMOTE prior-corrected", "platt"]
    assert set(comparison.skipped_) == {"tuned_threshold", "SMOTE 1:3"}
    accuracy = 1 - comparison.table["expected_cost", "mean"]
    assert accuracy["none"] > 0.7
    assert np.isfinite(comparison.table.to_numpy()).all()


def test_without_probabilities_the_rows_are_ranked_by_the_decision_function():
    comparison = compare(LinearSVC(), strategies=["SMOTE", "platt", "SMOTE prior-corrected"])
    means = comparison.table.xs("mean", axis=1, level=1)
    assert np.isnan(means.loc["none", "brier"])
    assert np.isfinite(means.loc["platt", "brier"])
    assert means.loc["none", "average_precision"] > 0.2
    assert comparison.skipped_ == {"SMOTE prior-corrected": "LinearSVC has no predict_proba"}


def test_names_may_be_given_to_strategies():
    own = {
        "mine": SMOTE(),
        "a tree": DecisionTreeClassifier(max_depth=2),
        "resampled": make_sampling_pipeline(StandardScaler(), SMOTE(), LogisticRegression()),
        "by name": "SMOTE 1:2",
        "again": "none",
    }
    comparison = compare(strategies=own)
    assert comparison.names_ == ["none", *own]
    assert comparison.unfitted_["by name"].get_params()["sampler__sampling_strategy"] == 1 / 2
    assert comparison.unfitted_["mine"].get_params()["sampler__random_state"] == 0


@pytest.mark.parametrize(
    "wrapped",
    [
        TunedThresholdClassifierCV(make_sampling_pipeline(SMOTE(), LogisticRegression())),
        fastsmote.PriorCorrectedClassifier(LogisticRegression(), SMOTE()),
        BalancedRandomForestClassifier(5),
    ],
)
def test_a_classifier_that_resamples_inside_counts_as_one(wrapped):
    text = compare(strategies={"w": wrapped}).summary()
    assert text.startswith(("Resample with w", "Do not resample: in 3 folds, no strategy that res"))


def test_an_object_in_a_list_is_named_by_its_class():
    assert compare(strategies=[SMOTE(), "none"]).names_ == ["none", "SMOTE"]


def test_a_sampler_stands_before_the_last_step_of_a_pipeline():
    comparison = compare(make_pipeline(StandardScaler(), LogisticRegression()))
    steps = [name for name, _ in comparison.unfitted_["SMOTE"].steps]
    assert steps == ["standardscaler", "sampler", "logisticregression"]


def test_masks_of_rows_are_folds():
    rows = [(train, test) for train, test in StratifiedKFold(3).split(X, Y)]
    masks = [tuple(np.isin(np.arange(400), part) for part in parts) for parts in rows]
    by_masks, by_rows = compare(cv=masks), compare(cv=rows)
    assert are_same_scores(by_masks, by_rows)
    assert by_masks.difference("SMOTE", "brier") == by_rows.difference("SMOTE", "brier")


def test_booleans_that_are_objects_are_labels():
    assert are_same_scores(compare(y=(Y == 1).astype(object)), compare(y=Y == 1))


def test_a_step_may_be_called_sampler():
    comparison = compare(Pipeline([("sampler", StandardScaler()), ("c", LogisticRegression())]))
    assert list(comparison.unfitted_["SMOTE"].named_steps) == ["sampler", "sampler2", "c"]


def test_calibration_of_several_classes_is_that_of_the_rarest():
    """Intercepts of opposite signs would cancel each other in a mean."""
    features, codes = make_classification(
        3_000, 6, n_informative=5, n_redundant=0, n_classes=3, weights=[0.46, 0.44],
        class_sep=1.2, random_state=1,
    )  # fmt: skip
    comparison = compare(None, features, codes, strategies=["class_weight"])
    assert comparison.table.loc["class_weight", ("calibration_intercept", "mean")] < -1


def test_a_cheap_threshold_is_found_for_a_costly_class():
    rng = np.random.RandomState(0)
    features = rng.randn(20_000, 3)
    y = (rng.uniform(size=20_000) < expit(features[:, 0] - 6)).astype(int)
    comparison = compare(
        None, features, y, strategies=["cost_threshold"], cost={"fn": 500, "fp": 1}
    )
    fitted = comparison.estimators_["cost_threshold"]
    assert 1 / 1_000 < fitted.best_threshold_ < 1 / 200  # 1 / 501 is right
    assert comparison.table.loc["cost_threshold", ("expected_cost", "mean")] < 0.9


def test_a_decision_function_of_pairs_is_refused():
    y, pairs = np.arange(400) % 4, SVC(decision_function_shape="ovo")
    reason = compare(y=y, strategies={"pairs": pairs}).skipped_["pairs"]
    assert "its decision_function has no column for each class" in reason


def test_repeated_folds_are_taken():
    folds = RepeatedStratifiedKFold(n_splits=2, n_repeats=3, random_state=0)
    assert len(compare(cv=folds).folds_) == 6

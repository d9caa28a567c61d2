"""Corrected probabilities are those of the original distribution, by the formula of the papers."""

import doctest

import imblearn.under_sampling
import numpy as np
import pytest
from helpers.tables import make_close_classes
from imblearn import FunctionSampler
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

from fastsmote import PriorCorrectedClassifier
from fastsmote._decision import prior_correction
from fastsmote.over_sampling import SMOTE, RandomOverSampler
from fastsmote.under_sampling import EditedNearestNeighbours, RandomUnderSampler, TomekLinks

N_ROWS = 200_000
UNDER = RandomUnderSampler(random_state=0)


def make_rare_logistic(seed):
    """Four features, about 2.6% positives, and the probability that each row is one."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N_ROWS, 4))
    probabilities = expit(X @ [1.0, -0.5, 0.5, 0.0] - 4.3)
    return X, (rng.random(N_ROWS) < probabilities).astype(int), probabilities


@pytest.fixture(scope="module")
def rare():
    """A model of under-sampled rows, fresh rows, their classes and their true probabilities."""
    X, y, _ = make_rare_logistic(seed=0)
    model = PriorCorrectedClassifier(LogisticRegression(), UNDER).fit(X, y)
    return model, *make_rare_logistic(seed=1)


class Echo(ClassifierMixin, BaseEstimator):
    """A classifier whose probabilities are the features of the rows."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.asarray(X)


def echo_of(counts, sampler=UNDER):
    """A corrected `Echo` of so many rows of each class."""
    y = np.repeat(np.arange(len(counts)), counts)
    return PriorCorrectedClassifier(Echo(), sampler).fit(np.zeros((len(y), len(counts))), y)


def without(*labels):
    """A sampler that removes classes."""

    def remove(X, y):
        return X[~np.isin(y, labels)], y[~np.isin(y, labels)]

    return FunctionSampler(func=remove)


def by_hand(model, X, y):
    """The corrected probabilities, each step written out."""
    X_resampled, y_resampled = clone(model.sampler).fit_resample(X, y)
    estimator = clone(model.estimator).fit(X_resampled, y_resampled)
    shares = np.unique(y, return_counts=True)[1] / len(y)
    resampled_shares = np.unique(y_resampled, return_counts=True)[1] / len(y_resampled)
    weighted = estimator.predict_proba(X) * (shares / resampled_shares)
    return weighted / weighted.sum(axis=1, keepdims=True)


# A distribution that is known


def test_calibration_slope_is_one(rare):
    model, X, y, _ = rare
    log_odds = logit(model.predict_proba(X)[:, 1])
    slope = LogisticRegression(C=np.inf).fit(log_odds[:, None], y).coef_.item()
    assert slope == pytest.approx(1, abs=0.05)


def test_mean_probability_is_the_true_one(rare):
    model, X, _, probabilities = rare
    got = model.predict_proba(X)[:, 1].mean()
    assert got == pytest.approx(probabilities.mean(), rel=0.05)


def test_mean_log_odds_are_the_true_ones(rare):
    model, X, _, probabilities = rare
    got = logit(model.predict_proba(X)[:, 1]).mean()
    assert got == pytest.approx(logit(probabilities).mean(), abs=0.1)


def test_without_correction_odds_are_too_high_by_the_ratio_of_the_classes(rare):
    model, X, _, probabilities = rare
    n_negative, n_positive = model.class_counts_
    uncorrected = model.estimator_.predict_proba(X)[:, 1]
    got = (logit(uncorrected) - logit(probabilities)).mean()
    assert got == pytest.approx(np.log(n_negative / n_positive), abs=0.1)
    assert uncorrected.mean() > 10 * probabilities.mean()


# The formula


def test_three_classes_by_hand():
    model = echo_of([60, 30, 10])
    assert model.correction_factors_ == pytest.approx([1.8, 0.9, 0.3])
    got = model.predict_proba([[0.2, 0.3, 0.5]])
    assert got == pytest.approx(np.array([[0.36, 0.27, 0.15]]) / 0.78)


def test_odds_are_multiplied_by_the_ratio_of_the_factors():
    model = echo_of([60, 30, 10], RandomOverSampler(sampling_strategy={2: 25}, random_state=0))
    before, after = np.array([0.2, 0.3, 0.5]), model.predict_proba([[0.2, 0.3, 0.5]])[0]
    assert after[2] / after[0] == pytest.approx(before[2] / before[0] * 10 / 25)
    assert after[1] / after[0] == pytest.approx(before[1] / before[0])


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    "sampler",
    [
        UNDER,
        RandomOverSampler(random_state=0),
        SMOTE(random_state=0),
        TomekLinks(),
        imblearn.under_sampling.RandomUnderSampler(random_state=0),
    ],
    ids=lambda sampler: f"{type(sampler).__module__.partition('.')[0]}-{type(sampler).__name__}",
)
def test_probabilities_are_those_by_hand_bit_for_bit(sampler, n_classes):
    X, y = make_close_classes(n_classes)
    model = PriorCorrectedClassifier(LogisticRegression(), sampler).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), by_hand(model, X, y))


def test_probabilities_of_unchanged_rows_are_those_of_the_estimator():
    X, y = make_close_classes(3)
    model = PriorCorrectedClassifier(LogisticRegression(), FunctionSampler()).fit(X, y)
    expected = LogisticRegression().fit(X, y).predict_proba(X)
    np.testing.assert_allclose(model.predict_proba(X), expected, rtol=1e-14)


def test_counts_are_those_before_and_after():
    model = echo_of([60, 30, 10])
    assert model.class_counts_.tolist() == [60, 30, 10]
    assert model.resampled_class_counts_.tolist() == [10, 10, 10]


def test_prediction_is_the_class_of_the_highest_corrected_probability():
    model = echo_of([75, 25])
    assert model.predict([[0.2, 0.8], [0.3, 0.7]]).tolist() == [1, 0]


def test_prediction_of_a_tie_is_the_lowest_label():
    assert echo_of([75, 25]).predict_proba([[0.25, 0.75]]).tolist() == [[0.5, 0.5]]
    assert echo_of([75, 25]).predict([[0.25, 0.75]]).tolist() == [0]


def test_log_probabilities_are_logarithms_and_minus_infinity_for_zero():
    got = echo_of([75, 25]).predict_log_proba([[0.25, 0.75], [1.0, 0.0]])
    assert got.tolist() == [[np.log(0.5), np.log(0.5)], [0.0, -np.inf]]


# Classes that vanish


def test_a_class_that_the_sampler_removed_is_named_and_gets_probability_zero():
    with pytest.warns(UserWarning, match="removed every row of class 1. Its probability is 0"):
        model = echo_of([60, 30, 10], without(1))
    assert model.classes_.tolist() == [0, 1, 2]
    assert model.correction_factors_.tolist() == [0.6 / (60 / 70), 0.0, 0.1 / (10 / 70)]
    assert model.predict_proba([[0.25, 0.75]]).tolist() == [[0.25, 0.0, 0.75]]
    assert model.predict([[0.25, 0.75]]).tolist() == [2]


def test_the_only_class_that_is_left_is_certain():
    X, y = np.arange(6.0)[:, None], np.repeat(["a", "b", "c"], 2)
    model = PriorCorrectedClassifier(DecisionTreeClassifier(), without("a", "b"))
    with pytest.warns(UserWarning, match="class 'a', 'b'"):
        model.fit(X, y)
    assert model.predict_proba(X[:1]).tolist() == [[0.0, 0.0, 1.0]]


def test_cleaning_that_removes_a_class_is_scored_on_all_labels():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 2)), np.repeat([0, 1, 2], [200, 80, 20])
    cleaner = EditedNearestNeighbours(sampling_strategy=[1], n_neighbors=9)
    with pytest.warns(UserWarning, match="removed every row of class 1"):
        model = PriorCorrectedClassifier(LogisticRegression(), cleaner).fit(X, y)
    assert model.predict_proba(X).shape == (300, 3)


def test_a_row_of_zeros_gets_the_original_shares():
    got = echo_of([60, 30, 10]).predict_proba([[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    assert got.tolist() == [[0.6, 0.3, 0.1], [0.0, 0.0, 1.0]]


def test_a_row_of_zeros_gets_the_shares_of_the_classes_that_are_left():
    with pytest.warns(UserWarning, match="class 1"):
        model = echo_of([60, 30, 20], without(1))
    assert model.predict_proba([[0.0, 0.0]]).tolist() == [[0.75, 0.0, 0.25]]


# Examples


def test_the_example_of_the_docstring_runs():
    failed, attempted = doctest.testmod(prior_correction)[:2]
    assert attempted > 5
    assert failed == 0

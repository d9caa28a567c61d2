"""`PriorCorrectedClassifier` in scikit-learn: kinds of X and y, its interface, its errors."""

import pickle
import warnings

import imblearn.pipeline
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.tables import make_close_classes
from imblearn import FunctionSampler
from scipy import sparse
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC
from sklearn.utils import get_tags
from sklearn_compat.utils.estimator_checks import parametrize_with_checks

from fastsmote import PriorCorrectedClassifier
from fastsmote.over_sampling import SMOTE
from fastsmote.under_sampling import RandomUnderSampler

UNDER = RandomUnderSampler(random_state=0)


# Kinds of X and y


@pytest.mark.parametrize(
    ("write", "labels"),
    [
        (lambda y: y.tolist(), [0, 1]),
        (lambda y: y.astype(np.float32), [0.0, 1.0]),
        (lambda y: y == 1, [False, True]),
        (lambda y: np.array(["no", "yes"])[y], ["no", "yes"]),
        (lambda y: np.array(["no", "yes"], object)[y], ["no", "yes"]),
        (lambda y: pd.Series(np.array(["no", "yes"])[y]), ["no", "yes"]),
        (lambda y: pd.Series(np.array(["no", "yes"])[y], dtype="category"), ["no", "yes"]),
        (lambda y: pd.Series(y == 1, dtype="boolean"), [False, True]),
        (lambda y: pl.Series(np.array(["no", "yes"])[y]), ["no", "yes"]),
        (lambda y: pa.array(y == 1), [False, True]),
    ],
)
def test_labels_of_any_kind_give_the_probabilities_of_integers(write, labels):
    X, y = make_close_classes(2)
    model = PriorCorrectedClassifier(LogisticRegression(), UNDER)
    expected = clone(model).fit(X, y)
    model.fit(X, write(y))
    assert repr(model.classes_.tolist()) == repr(labels)  # True is not 1.0
    assert model.predict(X).tolist() == [labels[code] for code in expected.predict(X)]
    np.testing.assert_array_equal(model.predict_proba(X), expected.predict_proba(X))


@pytest.mark.parametrize(
    "write",
    [
        np.ndarray.tolist,
        lambda X: pd.DataFrame(X, columns=list("abcdef")),
        lambda X: pl.DataFrame(X, schema=list("abcdef")),
        sparse.csr_matrix,
    ],
    ids=["list", "pandas", "polars", "csr"],
)
def test_rows_of_any_kind_give_the_probabilities_of_an_array(write):
    X, y = make_close_classes(2)
    model = PriorCorrectedClassifier(LogisticRegression(), UNDER)
    expected = clone(model).fit(X, y).predict_proba(X)
    got = model.fit(write(X), y).predict_proba(write(X))
    np.testing.assert_allclose(got, expected, rtol=1e-4)  # of sparse rows, by another path


def test_missing_values_reach_an_estimator_that_takes_them():
    X, y = make_close_classes(2)
    X[::7, 0] = np.nan
    model = PriorCorrectedClassifier(HistGradientBoostingClassifier(max_iter=3), UNDER)
    assert np.isfinite(model.fit(X, y).predict_proba(X)).all()


def test_column_names_are_those_of_the_last_fit():
    X, y = make_close_classes(2)
    model = PriorCorrectedClassifier(LogisticRegression(), UNDER)
    model.fit(pd.DataFrame(X[:, :2], columns=["age", "sum"]), y)
    assert model.feature_names_in_.tolist() == ["age", "sum"]
    assert model.n_features_in_ == 2
    model.fit(X, y)
    assert not hasattr(model, "feature_names_in_")
    assert model.n_features_in_ == 6


# scikit-learn's interface


def test_the_parts_are_cloned():
    X, y = make_close_classes(2)
    model = PriorCorrectedClassifier(LogisticRegression(), RandomUnderSampler(random_state=0))
    model.fit(X, y)
    assert not hasattr(model.estimator, "classes_")
    assert not hasattr(model.sampler, "sampling_strategy_")
    assert hasattr(model.sampler_, "sampling_strategy_")


def test_a_pickle_gives_the_same_probabilities():
    X, y = make_close_classes(3)
    model = PriorCorrectedClassifier(LogisticRegression(), SMOTE(random_state=0)).fit(X, y)
    loaded = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))


def test_a_pipeline_scales_before_the_rows_are_resampled():
    X, y = make_close_classes(2)
    model = PriorCorrectedClassifier(LogisticRegression(), SMOTE(random_state=0))
    got = make_pipeline(StandardScaler(), clone(model)).fit(X, y).predict_proba(X)
    scaled = StandardScaler().fit_transform(X)
    np.testing.assert_array_equal(got, model.fit(scaled, y).predict_proba(scaled))


def test_correction_lowers_the_log_loss_of_folds():
    X, y = make_close_classes(2)
    model = PriorCorrectedClassifier(LogisticRegression(), UNDER)
    uncorrected = imblearn.pipeline.make_pipeline(UNDER, LogisticRegression())
    got, other = (
        cross_val_score(each, X, y, scoring="neg_log_loss", error_score="raise")
        for each in (model, uncorrected)
    )
    assert (got > other + 0.05).all()


@pytest.mark.parametrize(
    ("estimator", "sampler", "sparse", "allow_nan"),
    [
        (LogisticRegression(), UNDER, True, False),
        (HistGradientBoostingClassifier(), UNDER, False, True),
        (HistGradientBoostingClassifier(), SMOTE(), False, False),
        (None, UNDER, False, False),
    ],
)
def test_tags_promise_what_both_parts_take(estimator, sampler, sparse, allow_nan):
    tags = get_tags(PriorCorrectedClassifier(estimator, sampler)).input_tags
    assert (tags.sparse, tags.allow_nan) == (sparse, allow_nan)


CHECKS = list(
    parametrize_with_checks([PriorCorrectedClassifier(LogisticRegression(), UNDER)]).args[1]
)


@pytest.mark.parametrize(("estimator", "check"), CHECKS)
def test_scikit_learn_checks(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        check(estimator)


# Errors


@pytest.mark.parametrize("sampler", [None, "passthrough", LogisticRegression()])
def test_a_sampler_without_fit_resample_is_an_error(sampler):
    model = PriorCorrectedClassifier(LogisticRegression(), sampler)
    with pytest.raises(TypeError, match=r"sampler is .*, it must have fit_resample.*estimator it"):
        model.fit([[0.0], [1.0]], [0, 1])


def test_an_estimator_without_probabilities_is_an_error():
    model = PriorCorrectedClassifier(LinearSVC(), UNDER)
    with pytest.raises(TypeError, match=r"LinearSVC\(\), which has no predict_proba.*Calibrated"):
        model.fit([[0.0], [1.0]], [0, 1])


@pytest.mark.parametrize(
    ("y", "error"),
    [
        (None, "requires y to be passed"),
        (np.linspace(0, 1, 60), "Unknown label type: continuous"),
        (np.eye(2)[[0, 1] * 30], "should be a 1d array"),
        (np.zeros(60), "more than 1 class"),
        (np.repeat([0, 1], 20), "inconsistent numbers of samples"),
    ],
)
def test_y_without_one_class_a_row_is_an_error(y, error):
    model = PriorCorrectedClassifier(LogisticRegression(), UNDER)
    with pytest.raises(ValueError, match=error):
        model.fit(np.random.default_rng(0).normal(size=(60, 2)), y)


def test_a_class_that_the_sampler_invented_is_an_error():
    model = PriorCorrectedClassifier(
        LogisticRegression(), FunctionSampler(func=lambda X, y: (X, y + 1))
    )
    with pytest.raises(ValueError, match="rows of class 2, they must be of the classes of y: 0, 1"):
        model.fit([[0.0], [1.0], [2.0]], [0, 1, 1])


def test_an_estimator_of_other_classes_is_an_error():
    X, y = make_close_classes(3)
    fitted = FrozenEstimator(LogisticRegression().fit(X, y))
    with pytest.raises(ValueError, match=r"has the classes 0, 1, 2, they must be .*: 0, 1"):
        PriorCorrectedClassifier(fitted, UNDER).fit(X[y < 2], y[y < 2])


@pytest.mark.parametrize("method", ["predict", "predict_proba", "predict_log_proba"])
def test_a_model_that_is_not_fitted_is_an_error(method):
    with pytest.raises(NotFittedError):
        getattr(PriorCorrectedClassifier(LogisticRegression(), UNDER), method)([[0.0]])


def test_a_failed_fit_keeps_the_model_of_the_fit_before():
    X, y = make_close_classes(2)
    model = PriorCorrectedClassifier(LogisticRegression(), UNDER).fit(X, y)
    expected = model.predict_proba(X)
    with pytest.raises(ValueError, match="NaN"):
        model.fit(np.full_like(X, np.nan), y + 5)
    np.testing.assert_array_equal(model.predict_proba(X), expected)

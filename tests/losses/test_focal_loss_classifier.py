"""Boosted trees of LightGBM and XGBoost that are trained with the focal loss."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from helpers.tables import make_close_classes
from lightgbm import LGBMClassifier
from scipy import sparse
from scipy.special import expit
from sklearn.base import clone, is_classifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_score
from sklearn.utils.estimator_checks import parametrize_with_checks
from xgboost import XGBClassifier

import fastsmote
from fastsmote.losses import FocalLoss, FocalLossClassifier, is_boosting

PACKAGE = Path(fastsmote.__file__).parent
ESTIMATORS = {
    "lightgbm": LGBMClassifier(n_estimators=30, n_jobs=1, verbose=-1, random_state=0),
    "xgboost": XGBClassifier(n_estimators=30, n_jobs=1, random_state=0),
}
both_libraries = pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS)


# The objective alone


@both_libraries
@pytest.mark.parametrize("weights", [None, "given"])
def test_a_library_trains_with_the_loss_as_its_objective(estimator, weights):
    X, y = make_close_classes(2)
    weights = None if weights is None else np.where(y == 1, 3.0, 1.0)
    model = clone(estimator).set_params(objective=FocalLoss())
    model.fit(X, y, sample_weight=weights)
    raw = {"raw_score": True} if isinstance(model, LGBMClassifier) else {"output_margin": True}
    assert roc_auc_score(y, model.predict(pd.DataFrame(X, columns=columns_of(model)), **raw)) > 0.95


def columns_of(model):
    """The names of columns that a model was fitted to: LightGBM makes some up."""
    return getattr(model, "feature_name_", None)


@both_libraries
def test_a_clone_of_an_estimator_has_the_loss(estimator):
    got = clone(clone(estimator).set_params(objective=FocalLoss(1.5))).objective
    assert repr(got) == "FocalLoss(gamma=1.5, alpha=None)"


# The classifier


@both_libraries
@pytest.mark.parametrize("weights", [None, "given"])
def test_without_focus_the_probabilities_are_those_of_the_librarys_log_loss(estimator, weights):
    X, y = make_close_classes(2)
    weights = None if weights is None else np.where(y == 1, 3.0, 1.0)
    start = expit(FocalLoss(0.0).best_constant(y, weights))
    stock = clone(estimator)
    if isinstance(stock, XGBClassifier):  # LightGBM starts from there by itself
        stock.set_params(base_score=start)
    X = pd.DataFrame(X)
    expected = stock.fit(X, y, sample_weight=weights).predict_proba(X)
    model = FocalLossClassifier(estimator, gamma=0.0).fit(X, y, sample_weight=weights)
    np.testing.assert_allclose(model.predict_proba(X), expected, atol=1e-3)
    assert expected[:, 1].std() > 0.2


@both_libraries
def test_boosting_starts_from_the_best_constant(estimator):
    X, y = make_close_classes(2)
    model = FocalLossClassifier(clone(estimator).set_params(learning_rate=1e-9)).fit(X, y)
    assert model.init_score_ == FocalLoss().best_constant(y)
    np.testing.assert_allclose(model.decision_function(X), model.init_score_, rtol=1e-6)


@both_libraries
def test_a_rare_class_is_found(estimator):
    rng = np.random.RandomState(0)
    X, y = rng.randn(4000, 3), (np.arange(4000) < 40).astype(int)
    X[:40, 0] += 3.0
    scores = cross_val_score(FocalLossClassifier(estimator), X, y, scoring="roc_auc", cv=3)
    assert scores.mean() > 0.9


@both_libraries
def test_alpha_raises_the_probability_of_the_greater_label(estimator):
    X, y = make_close_classes(2)
    means = [
        FocalLossClassifier(estimator, alpha=alpha).fit(X, y).predict_proba(X)[:, 1].mean()
        for alpha in (0.1, 0.5, 0.9)
    ]
    assert means[0] + 0.05 < means[1] < means[2] - 0.05


@both_libraries
def test_labels_of_text_come_back(estimator):
    X, y = make_close_classes(2)
    model = FocalLossClassifier(estimator).fit(X, np.array(["rare", "legit"])[1 - y])
    assert model.classes_.tolist() == ["legit", "rare"]
    expected = np.where(model.predict_proba(X)[:, 1] > 0.5, "rare", "legit")
    np.testing.assert_array_equal(model.predict(X), expected)


@both_libraries
def test_probabilities_are_those_of_the_raw_scores(estimator):
    X, y = make_close_classes(2)
    model = FocalLossClassifier(estimator).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], expit(model.decision_function(X)))
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1.0)


@both_libraries
@pytest.mark.parametrize("make", [list, pd.DataFrame, sparse.csr_matrix])
def test_tables_of_any_kind_are_taken(estimator, make):
    X, y = make_close_classes(2)
    model, table = FocalLossClassifier(estimator), make(X.tolist())
    expected = model.fit(X, y).predict_proba(X)
    np.testing.assert_allclose(model.fit(table, y).predict_proba(table), expected, atol=1e-6)


@both_libraries
def test_columns_of_a_frame_are_remembered_and_checked(estimator):
    X, y = make_close_classes(2)
    frame = pd.DataFrame(X, columns=list("abcdef"))
    model = FocalLossClassifier(estimator).fit(frame, y)
    assert model.n_features_in_ == 6
    assert model.feature_names_in_.tolist() == list("abcdef")
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(frame.rename(columns={"a": "z"}))


@both_libraries
def test_a_pickled_model_gives_the_same_probabilities(estimator):
    X, y = make_close_classes(2)
    model = FocalLossClassifier(estimator).fit(X, y)
    copied = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copied.predict_proba(X), model.predict_proba(X))


@both_libraries
def test_fit_leaves_the_given_estimator_as_it_is(estimator):
    before = repr(estimator.get_params())
    FocalLossClassifier(estimator).fit(*make_close_classes(2))
    assert repr(estimator.get_params()) == before


def test_class_weights_of_lightgbm_name_the_labels():
    X, y = make_close_classes(2)
    labels = np.array(["a", "b"])[y]
    weighted = clone(ESTIMATORS["lightgbm"]).set_params(class_weight={"b": 5.0})
    means = [
        FocalLossClassifier(estimator).fit(X, labels).predict_proba(X)[:, 1].mean()
        for estimator in (ESTIMATORS["lightgbm"], weighted)
    ]
    assert means[1] > means[0] + 0.02


def test_threads_of_lightgbm_do_not_change_a_probability():
    X, y = make_close_classes(2)
    model = FocalLossClassifier(ESTIMATORS["lightgbm"]).fit(X, y)
    expected = model.predict_proba(X)
    for n_jobs in (None, 2, -1):
        model.estimator_.set_params(n_jobs=n_jobs)
        np.testing.assert_array_equal(model.predict_proba(X), expected)


def test_a_model_is_a_classifier_with_nested_parameters():
    model = FocalLossClassifier(ESTIMATORS["lightgbm"], gamma=1.0, alpha=0.3)
    got = clone(model).set_params(estimator__n_estimators=7, gamma=3.0).get_params()
    assert (got["estimator__n_estimators"], got["gamma"], got["alpha"]) == (7, 3.0, 0.3)
    assert is_classifier(model)


@pytest.mark.parametrize(
    ("estimator", "shown"),
    [
        (RandomForestClassifier(), "RandomForestClassifier"),
        (LGBMClassifier, "type"),
        (None, "None"),
    ],
)
def test_another_estimator_is_an_error_that_says_what_would_be_right(estimator, shown):
    with pytest.raises(TypeError) as raised:
        FocalLossClassifier(estimator).fit(*make_close_classes(2))
    text = str(raised.value)
    assert "a lightgbm.LGBMClassifier or an xgboost.XGBClassifier" in text
    assert 'pip install "fastsmote[boosting]"' in text
    assert f"Got {shown}" in text


@pytest.mark.parametrize(
    ("y", "shown"),
    [
        (np.arange(1500) % 3, "Got 3 classes instead: 0, 1, 2."),
        (np.zeros(1500, int), "Got 1 class instead: 0."),
        (np.arange(1500) % 7, r"Got 7 classes instead: 0, 1, 2, 3, 4, \.\.\."),
    ],
)
def test_another_number_of_classes_is_an_error(y, shown):
    X, _ = make_close_classes(2)
    with pytest.raises(ValueError, match=f"y must have two classes. {shown}"):
        FocalLossClassifier(ESTIMATORS["lightgbm"]).fit(X, y)


def test_a_model_that_is_not_fitted_says_so():
    with pytest.raises(NotFittedError):
        FocalLossClassifier(ESTIMATORS["lightgbm"]).predict([[0.0]])


def test_boosting_estimators_are_told_from_others():
    assert all(map(is_boosting, ESTIMATORS.values()))
    assert not any(map(is_boosting, (RandomForestClassifier(), LGBMClassifier, None)))


def test_to_tell_them_imports_neither_library():
    code = (
        "import sys, fastsmote.losses as losses; print(losses.is_boosting(0), "
        "any(name in sys.modules for name in ('lightgbm', 'xgboost', 'numba')))"
    )
    got = subprocess.check_output([sys.executable, "-c", code], cwd=PACKAGE.parent, text=True)
    assert got == "False False\n"


# scikit-learn's checks. LightGBM can split tables as small as theirs only with this parameter.

SMALL = LGBMClassifier(n_estimators=5, min_child_samples=1, n_jobs=1, verbose=-1)
CANNOT_PASS = {
    "check_fit2d_predict1d": "the checks of X are LightGBM's",
    "check_sample_weight_equivalence_on_dense_data": "LightGBM bins columns without the weights",
    "check_sample_weight_equivalence_on_sparse_data": "LightGBM bins columns without the weights",
}


CHECKS = parametrize_with_checks(
    [FocalLossClassifier(SMALL)], expected_failed_checks=lambda estimator: CANNOT_PASS
)


# As a list: newer versions of pytest warn of a generator.
@pytest.mark.parametrize(CHECKS.args[0], list(CHECKS.args[1]), **CHECKS.kwargs)
def test_scikit_learn_checks_of_a_classifier(estimator, check):
    check(estimator)

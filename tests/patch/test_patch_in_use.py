"""Pipelines, searches and ensembles give the same results under the patch."""

import inspect
from functools import partial

import imblearn.combine
import imblearn.datasets
import imblearn.ensemble
import imblearn.over_sampling
import imblearn.pipeline
import imblearn.under_sampling
import numpy as np
import pytest
import sklearn
from helpers.samplers import COMPILED, STOCK
from imblearn.pipeline import make_pipeline
from sklearn.calibration import CalibratedClassifierCV
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    TunedThresholdClassifierCV,
    cross_val_score,
    cross_validate,
)
from sklearn.tree import DecisionTreeClassifier

import fastsmote
import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling

# Where the samplers are used: the same results as with imbalanced-learn's own. Each gives
# the results and the samplers that it used.


def classifier():
    return LogisticRegression(max_iter=1000)


def smote_pipeline():
    return make_pipeline(imblearn.over_sampling.SMOTE(random_state=0), classifier())


def in_cross_val_score(X, y):
    model = smote_pipeline()
    return cross_val_score(model, X, y, scoring="roc_auc", error_score="raise"), [model[0]]


def in_grid_search(X, y):
    grid = {"smote__k_neighbors": [2, 5, 9]}
    search = GridSearchCV(smote_pipeline(), grid, scoring="average_precision").fit(X, y)
    return search.cv_results_["mean_test_score"], [search.best_estimator_[0]]


def in_tuned_threshold(X, y):
    model = TunedThresholdClassifierCV(smote_pipeline(), scoring="balanced_accuracy").fit(X, y)
    return np.append(model.predict(X), model.best_threshold_), [model.estimator_[0]]


def in_calibration(X, y):
    model = CalibratedClassifierCV(smote_pipeline(), cv=3).fit(X, y)
    samplers = [each.estimator[0] for each in model.calibrated_classifiers_]
    return model.predict_proba(X), samplers


def in_bagging(X, y, sampler=None):
    if sampler is not None:
        sampler = getattr(imblearn.over_sampling, sampler)()
    model = imblearn.ensemble.BalancedBaggingClassifier(
        DecisionTreeClassifier(random_state=0), n_estimators=4, sampler=sampler, random_state=0
    )
    model.fit(X, y)
    return model.predict_proba(X), [model.sampler_, *[each[0] for each in model.estimators_]]


def in_easy_ensemble(X, y):
    model = imblearn.ensemble.EasyEnsembleClassifier(n_estimators=3, random_state=0).fit(X, y)
    return model.predict_proba(X), [each[0] for each in model.estimators_]


def in_boosting(X, y):
    model = imblearn.ensemble.RUSBoostClassifier(n_estimators=5, random_state=0).fit(X, y)
    return model.predict_proba(X), [model.base_sampler_, *model.samplers_]


def in_forest(X, y):
    model = imblearn.ensemble.BalancedRandomForestClassifier(
        n_estimators=5, random_state=0, sampling_strategy="all", replacement=True, bootstrap=False
    )
    model.fit(X, y)
    return model.predict_proba(X), [model.base_sampler_, *model.samplers_]


def in_smote_tomek(X, y):
    sampler = imblearn.combine.SMOTETomek(random_state=0)
    resampled, _ = sampler.fit_resample(X, y)
    return resampled, [sampler, sampler.smote_, sampler.tomek_]


def in_smote_enn(X, y):
    sampler = imblearn.combine.SMOTEENN(random_state=0)
    resampled, _ = sampler.fit_resample(X, y)
    return resampled, [sampler, sampler.smote_, sampler.enn_]


def in_stock_smote_tomek(X, y):
    """An instance of imbalanced-learn's class builds its steps by name."""
    sampler = STOCK["SMOTETomek"](random_state=0)
    resampled, _ = sampler.fit_resample(X, y)
    return resampled, [sampler.smote_, sampler.tomek_]


def in_make_imbalance(X, y):
    made, _ = imblearn.datasets.make_imbalance(
        X, y, sampling_strategy={0: 100, 1: 20}, random_state=0
    )
    return made, []


def with_routed_groups(X, y):
    """Groups go to the splitter and weights to the score, past the sampler."""
    if tuple(map(int, sklearn.__version__.split(".")[:2])) < (1, 8):
        pytest.skip("before scikit-learn 1.8 imbalanced-learn's pipeline requests no weights")
    with sklearn.config_context(enable_metadata_routing=True):
        model = make_pipeline(
            imblearn.over_sampling.SMOTE(random_state=0),
            classifier().set_fit_request(sample_weight=False).set_score_request(sample_weight=True),
        )
        scores = cross_validate(
            model,
            X,
            y,
            cv=GroupKFold(4),
            params={"groups": np.arange(len(X)) // 5, "sample_weight": np.linspace(0, 1, len(X))},
            error_score="raise",
        )
        return scores["test_score"], [model[0]]


EMBEDDINGS = {
    "cross_val_score": in_cross_val_score,
    "GridSearchCV": in_grid_search,
    "TunedThresholdClassifierCV": in_tuned_threshold,
    "CalibratedClassifierCV": in_calibration,
    "BalancedBaggingClassifier": in_bagging,
    "BalancedBaggingClassifier(SMOTE)": partial(in_bagging, sampler="SMOTE"),
    "BalancedBaggingClassifier(ADASYN)": partial(in_bagging, sampler="ADASYN"),
    "EasyEnsembleClassifier": in_easy_ensemble,
    "RUSBoostClassifier": in_boosting,
    "BalancedRandomForestClassifier": in_forest,
    "SMOTETomek": in_smote_tomek,
    "SMOTEENN": in_smote_enn,
    "SMOTETomek made before": in_stock_smote_tomek,
    "make_imbalance": in_make_imbalance,
    "metadata routing": with_routed_groups,
}


@pytest.mark.filterwarnings("ignore::FutureWarning:imblearn", "ignore::FutureWarning:sklearn")
@pytest.mark.parametrize("name", EMBEDDINGS)
def test_results_are_those_of_imbalanced_learns_samplers(name, table):
    expected, stock = EMBEDDINGS[name](*table)
    with fastsmote.patch_imblearn():
        got, compiled = EMBEDDINGS[name](*table)
    np.testing.assert_array_equal(got, expected)
    assert {type(sampler) for sampler in stock} <= set(STOCK.values())
    assert {type(sampler) for sampler in compiled} <= set(COMPILED.values())
    assert len(stock) == len(compiled)


@pytest.mark.parametrize("name", STOCK)
def test_requests_for_metadata_are_the_same(name):
    parameters = {"categorical_features": [0]} if name == "SMOTENC" else {}
    with sklearn.config_context(enable_metadata_routing=True):
        got = COMPILED[name](**parameters).get_metadata_routing()
        expected = STOCK[name](**parameters).get_metadata_routing()
    assert str(got) == str(expected)
    assert inspect.signature(COMPILED[name].fit_resample) == inspect.signature(
        STOCK[name].fit_resample
    )

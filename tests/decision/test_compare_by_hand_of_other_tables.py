"""Scores of `compare` by hand: categories, boosting with the focal loss, and three classes."""

import lightgbm
import numpy as np
import pandas as pd
import pytest
import xgboost
from imblearn.over_sampling import SMOTENC
from imblearn.pipeline import make_pipeline
from imblearn.under_sampling import RandomUnderSampler
from sklearn import metrics
from sklearn.base import clone
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

import fastsmote
from fastsmote.losses import FocalLossClassifier

SEED, N_FOLDS = 1, 3


def fitted_by_hand(model, X, y):
    """The model fitted on each fold, with the test part and the labels."""
    for train, test in StratifiedKFold(N_FOLDS, shuffle=True, random_state=SEED).split(X, y):
        rows = X.iloc if hasattr(X, "iloc") else X
        yield clone(model).fit(rows[train], y[train]), rows[test], y[test]


def scores_of(name, estimator, X, y, **params):
    """The scores of a strategy on each fold."""
    params = {"strategies": [name], "cv": N_FOLDS, "random_state": SEED, **params}
    comparison = fastsmote.compare(estimator, X, y, **params)
    assert comparison.names_ == ["none", name]
    return comparison.fold_scores_[name]


def test_smotenc_by_hand():
    X, y = make_classification(400, 4, weights=[0.85], random_state=0)
    frame = pd.DataFrame(X, columns=list("abcd"))
    frame["kind"] = pd.Categorical(np.where(X[:, 0] > 0, "x", "y"))
    model = HistGradientBoostingClassifier(
        max_iter=5, categorical_features="from_dtype", random_state=SEED
    )
    by_hand = make_pipeline(SMOTENC([4], random_state=SEED), model)
    got = scores_of("SMOTENC", model, frame, y)
    for i, (fitted, rows, labels) in enumerate(fitted_by_hand(by_hand, frame, y)):
        p = fitted.predict_proba(rows)[:, 1]
        assert got["average_precision"][i] == metrics.average_precision_score(labels, p)
        assert got["brier"][i] == metrics.brier_score_loss(labels, p)
        assert got["f1"][i] == metrics.f1_score(labels, fitted.predict(rows))


@pytest.mark.parametrize(
    "model",
    [
        lightgbm.LGBMClassifier(n_estimators=5, verbose=-1, n_jobs=1, random_state=SEED),
        xgboost.XGBClassifier(n_estimators=5, n_jobs=1, random_state=SEED),
    ],
    ids=["lightgbm", "xgboost"],
)
def test_focal_loss_by_hand(model):
    X, y = make_classification(600, 4, weights=[0.85], random_state=0)
    frame = pd.DataFrame(X, columns=list("abcd"))
    got = scores_of("focal_loss", model, frame, y)
    for i, (fitted, rows, labels) in enumerate(
        fitted_by_hand(FocalLossClassifier(model), frame, y)
    ):
        p = fitted.predict_proba(rows)
        assert got["average_precision"][i] == metrics.average_precision_score(labels, p[:, 1])
        assert got["log_loss"][i] == metrics.log_loss(labels, p)
        assert got["mcc"][i] == metrics.matthews_corrcoef(labels, fitted.predict(rows))


def test_three_classes_by_hand():
    X, codes = make_classification(
        600, 5, n_informative=4, n_redundant=0, n_classes=3, weights=[0.6, 0.3], random_state=0
    )
    y, cost = np.array(["a", "b", "c"])[codes], [[0, 1, 2], [3, 0, 4], [20, 10, 0]]
    model = LogisticRegression(random_state=SEED)
    by_hand = make_pipeline(RandomUnderSampler(random_state=SEED), model)
    got = scores_of("RandomUnderSampler", model, X, y, cost=cost)
    for i, (fitted, rows, labels) in enumerate(fitted_by_hand(by_hand, X, y)):
        p, predicted = fitted.predict_proba(rows), fitted.predict(rows)
        is_class = labels[:, None] == fitted.classes_
        costs = metrics.confusion_matrix(labels, predicted) * cost
        expected = {
            "average_precision": metrics.average_precision_score(is_class, p),
            "roc_auc": metrics.roc_auc_score(labels, p, multi_class="ovr"),
            "f1": metrics.f1_score(labels, predicted, average="macro"),
            "f_beta": metrics.fbeta_score(labels, predicted, beta=2, average="macro"),
            "recall": metrics.recall_score(labels, predicted, average="macro"),
            "mcc": metrics.matthews_corrcoef(labels, predicted),
            "expected_cost": costs.sum() / len(labels),
            "brier": ((p - is_class) ** 2).sum(axis=1).mean(),
            "log_loss": metrics.log_loss(labels, p),
        }
        for metric, value in expected.items():
            assert got[metric][i] == pytest.approx(value, rel=1e-12)

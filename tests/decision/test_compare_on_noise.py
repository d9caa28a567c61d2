"""Labels without a relation to the features: no strategy may look better than another."""

import numpy as np
import pytest
from imblearn.ensemble import (
    BalancedRandomForestClassifier,
    EasyEnsembleClassifier,
)
from sklearn.ensemble import AdaBoostClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score

import fastsmote
from fastsmote._decision import scores

N_ROWS, SHARE = 300, 0.1
N_TABLES = 100
# One strategy of each kind that changes the ranking; a hundred calls with all of them would take
# minutes. The ensembles are small for the same reason.
STRATEGIES = {
    "class_weight": "class_weight",
    "platt": "platt",
    "RandomUnderSampler": "RandomUnderSampler",
    "RandomOverSampler 1:3": "RandomOverSampler 1:3",
    "SMOTE": "SMOTE",
    "ADASYN": "ADASYN",
    "TomekLinks": "TomekLinks",
    "NearMiss": "NearMiss",
    "SMOTEENN": "SMOTEENN",
    "BalancedRandomForest": BalancedRandomForestClassifier(8, max_depth=4),
    "EasyEnsemble": EasyEnsembleClassifier(2, AdaBoostClassifier(n_estimators=5)),
}


@pytest.fixture
def without_other_scores(monkeypatch):
    """Only the ranking is tested. The other scores take two thirds of the time."""
    monkeypatch.setattr(scores, "_scores_of_labels", lambda y, y_pred, rules: {"f_beta": 0.0})
    monkeypatch.setattr(
        scores,
        "_calibration",
        lambda *args: {"calibration_slope": 1.0, "calibration_intercept": 0.0},
    )


@pytest.mark.nightly
@pytest.mark.usefixtures("without_other_scores")
def test_no_strategy_is_better_on_noise():
    means, n_with_better = [], 0
    for seed in range(N_TABLES):
        rng = np.random.RandomState(seed)
        X, y = rng.randn(N_ROWS, 4), rng.permutation(np.arange(N_ROWS) < SHARE * N_ROWS)
        comparison = fastsmote.compare(
            LogisticRegression(), X, y, strategies=STRATEGIES, random_state=seed
        )
        n_with_better += bool(comparison.better_than_none())
        means.append({
            name: of_one["average_precision"].mean()
            for name, of_one in comparison.fold_scores_.items()
        })  # fmt: skip
    assert n_with_better <= 0.05 * N_TABLES
    for name in means[0]:
        of_one = [row[name] for row in means if name in row]
        assert np.mean(of_one) == pytest.approx(expected_by_chance(), abs=0.02)


@pytest.mark.parametrize("seed", range(3))
def test_no_one_is_told_to_resample_noise(seed):
    rng = np.random.RandomState(seed)
    X, y = rng.randn(N_ROWS, 4), rng.permutation(np.arange(N_ROWS) < SHARE * N_ROWS)
    strategies = ["tuned_threshold", "SMOTE", "RandomUnderSampler"]
    comparison = fastsmote.compare(
        LogisticRegression(), X, y, strategies=strategies, random_state=seed
    )
    assert comparison.summary().startswith("Do not resample")


def expected_by_chance():
    """The mean average precision of a random order of a test part; it is above the share."""
    rng = np.random.RandomState(0)
    is_positive = np.arange(N_ROWS // 5) < SHARE * N_ROWS // 5
    orders = (rng.permutation(len(is_positive)) for _ in range(2_000))
    return np.mean([average_precision_score(is_positive, order) for order in orders])

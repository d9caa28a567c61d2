"""Labels without a relation to the features: no strategy may look better than another."""

import numpy as np
import pytest
from imblearn.ensemble import (
    BalancedBaggingClassifier,
    BalancedRandomForestClassifier,
    EasyEnsembleClassifier,
    RUSBoostClassifier,
)
from sklearn.ensemble import AdaBoostClassifier
from sklearn.linear_model import LogisticRegression

import fastsmote
from fastsmote._decision.strategies import AUTO, ENSEMBLES

N_ROWS, SHARE = 300, 0.1
# With few and small models: a hundred calls with the default ones would take an hour.
SMALL = {
    "BalancedRandomForest": BalancedRandomForestClassifier(8, max_depth=4),
    "BalancedBagging": BalancedBaggingClassifier(LogisticRegression(), 3),
    "EasyEnsemble": EasyEnsembleClassifier(2, AdaBoostClassifier(n_estimators=5)),
    "RUSBoost": RUSBoostClassifier(n_estimators=5),
}
# A threshold and a prior correction change no ranking (test_comparison.py,
# test_prior_correction.py), so the time is for the others.
LEFT_OUT = {*ENSEMBLES, "tuned_threshold", *(name for name in AUTO if "prior" in name)}
STRATEGIES = {name: name for name in AUTO if name not in LEFT_OUT} | SMALL


@pytest.mark.slow
def test_no_strategy_is_better_on_noise():
    means, n_with_better = [], 0
    for seed in range(100):
        rng = np.random.RandomState(seed)
        X, y = rng.randn(N_ROWS, 4), rng.permutation(np.arange(N_ROWS) < SHARE * N_ROWS)
        comparison = fastsmote.compare(
            LogisticRegression(), X, y, strategies=STRATEGIES, random_state=seed
        )
        n_with_better += bool(comparison.better_than_none())
        means.append({
            name: scores["average_precision"].mean()
            for name, scores in comparison.fold_scores_.items()
        })  # fmt: skip
    assert n_with_better <= 5
    for name in means[0]:
        # Of few positive rows, average precision is above their share by chance.
        of_one = [row[name] for row in means if name in row]
        assert SHARE < np.mean(of_one) < 1.5 * SHARE

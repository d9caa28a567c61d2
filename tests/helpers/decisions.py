"""A small table for `compare`, and comparisons of its scores."""

import numpy as np
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression

import fastsmote

X, Y = make_classification(400, 5, n_informative=3, weights=[0.85], random_state=0)
FEW = ["class_weight", "RandomUnderSampler", "SMOTE"]


def compare(estimator=None, features=X, y=Y, **params):
    """Call `fastsmote.compare` on the small table, with few strategies and folds."""
    params = {"strategies": FEW, "cv": 3, "random_state": 0, **params}
    return fastsmote.compare(estimator or LogisticRegression(), features, y, **params)


def are_same_scores(comparison, other):
    """Whether two comparisons have the same strategies and, but for times, the same scores."""
    metrics = [metric for metric in comparison.metrics_ if metric != "fit_seconds"]
    return comparison.names_ == other.names_ and all(
        np.array_equal(comparison.fold_scores_[name][metric], other.fold_scores_[name][metric])
        for name in comparison.names_
        for metric in metrics
    )

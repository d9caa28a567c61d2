"""Fit a strategy on the training part of a fold, and score it on the test part."""

import time
from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.utils import _safe_indexing

from fastsmote._decision.inputs import has_fractions, inner_splits, row_keys
from fastsmote._decision.scores import score


class Refusal(NamedTuple):
    """Why a strategy could not run on a fold."""

    reason: str


def with_inner_groups(strategy, y, groups):
    """A clone of a strategy's estimator whose inner folds keep groups together."""
    estimator = clone(strategy.estimator)
    if strategy.has_inner_folds and groups is not None:
        estimator.set_params(cv=inner_splits(estimator.cv, y, groups))
    return estimator


def run_fold(strategy, X, y, groups, fold, rules):
    """Fit and score a strategy on one fold.

    Parameters
    ----------
    strategy : Strategy
    X : {ndarray, CSR matrix, dataframe} of shape (n_rows, n_features)
    y : ndarray of shape (n_rows,)
    groups : ndarray of shape (n_rows,) or None
    fold : tuple of two ndarrays
        The training rows and the test rows.
    rules : Rules

    Returns
    -------
    FoldScores or Refusal
    """
    train, test = fold
    try:
        estimator, seconds = _fit(strategy, X, y, groups, train)
        found = score(estimator, _safe_indexing(X, test), y[test], rules)
    except Exception as error:  # LightGBM's errors, for example, derive from nothing else
        if strategy.is_baseline():
            raise
        return Refusal(f"{type(error).__name__}: {error}")
    return found._replace(values={**found.values, "fit_seconds": seconds})


def _fit(strategy, X, y, groups, train):
    estimator = with_inner_groups(strategy, y[train], None if groups is None else groups[train])
    X_train = _safe_indexing(X, train)  # freed before the test part is read
    start = time.perf_counter()
    estimator.fit(X_train, y[train])
    return estimator, time.perf_counter() - start


def check_for_leak(strategy, X, y, fold):
    """Raise if the sampler of a user returns rows of the test part, which it is not given.

    A table of whole numbers or categories is not checked, as a new row may be equal to a row of
    the test part by chance.

    Raises
    ------
    ValueError
        With the number of such rows.
    """
    train, test = fold
    if not has_fractions(X):
        return
    try:
        resampled, _ = clone(strategy.sampler).fit_resample(_safe_indexing(X, train), y[train])
    except Exception:
        return  # run_fold says why
    unseen = set(row_keys(X, test)) - set(row_keys(X, train))
    found = sum(key in unseen for key in row_keys(resampled, np.arange(resampled.shape[0])))
    if found:
        raise ValueError(
            f"the strategy {strategy.name!r} leaks: {found} rows that its sampler returns are "
            "rows of the test part, which it was not given. A sampler must resample only what "
            "fit_resample receives."
        )

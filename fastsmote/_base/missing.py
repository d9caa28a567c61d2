"""Missing values: whether a checked X has any, and errors where they cannot be used."""

import numpy as np
from scipy import sparse
from sklearn.utils import assert_all_finite

from fastsmote._search.lists import SUMMED_VALUES
from fastsmote._threads import run_ranges


def has_missing_values(X, sampler):
    """Whether X has missing values. Raise if it has values that ``missing="partial"`` refuses.

    Parameters
    ----------
    X : {ndarray, sparse matrix} of shape (n_rows, n_features)
    sampler : estimator
        It is named in the errors.

    Raises
    ------
    ValueError
        If a value is infinite, if a row has no value at all, or if a sparse X has missing values.
    """
    if X.dtype.kind != "f":
        return False
    name = type(sampler).__name__
    if sparse.issparse(X):
        if np.isnan(X.data).any():
            raise ValueError(
                f"X is sparse and contains NaN. {name} with missing='partial' requires a dense X: "
                "pass X.toarray()."
            )
        assert_all_finite(X, estimator_name=name, input_name="X")
        return False
    n_lacking, has_infinite = _count_missing(X)
    if has_infinite:
        assert_all_finite(X, allow_nan=True, estimator_name=name, input_name="X")
    empty = np.flatnonzero(n_lacking == X.shape[1])
    if len(empty):
        others = f" {len(empty) - 1} other rows have none either." if len(empty) > 1 else ""
        raise ValueError(
            f"Row {empty[0]} of X has no value: all {X.shape[1]} features are missing.{others} "
            "Remove such rows, because they have no distance from other rows."
        )
    return bool(n_lacking.any())


def _count_missing(X):
    """Count the missing values of each row; also return whether any value is infinite."""
    n_lacking, are_infinite = np.empty(len(X), np.int64), []

    def count_some(start, stop):
        some = X[start:stop]
        n_lacking[start:stop] = np.count_nonzero(np.isnan(some), axis=1)
        are_infinite.append(np.isinf(some).any())

    step = max(1, SUMMED_VALUES // max(1, X.shape[1]))
    run_ranges(count_some, len(X), step, doing="checking values")
    return n_lacking, any(are_infinite)


def check_steps_take_missing(steps):
    """Raise if a step of a combined sampler cannot use missing values."""
    for name, step in steps.items():
        if getattr(step, "missing", "error") != "partial":
            kind = type(step)
            takes = "missing" in getattr(kind, "_parameter_constraints", {})
            cure = "" if takes else f" from fastsmote instead of {kind.__module__.split('.')[0]}"
            raise ValueError(
                f"X has missing values, and {name} is {kind.__name__} without missing='partial'. "
                f"Pass {name}={kind.__name__}(missing='partial'){cure}."
            )

"""Checks of the input that imbalanced-learn does not make, or that are faster here."""

import math
from numbers import Integral

import numpy as np

from fastsmote._search.lists import SUMMED_VALUES, has_finite_sums

# The samplers of `fastsmote.distributed`, which is not imported here because it imports dask.
ON_DASK = (
    "ADASYN",
    "BorderlineSMOTE",
    "EditedNearestNeighbours",
    "NearMiss",
    "NeighbourhoodCleaningRule",
    "RandomOverSampler",
    "RandomUnderSampler",
    "SMOTE",
    "SMOTEENN",
    "SMOTENC",
    "SMOTETomek",
    "TomekLinks",
)


def is_surely_finite(X):
    """Whether a large array is known to be finite, by sums that are computed in parallel.

    If the answer is False, scikit-learn's check decides and names the value.

    The sums take 7 of the 97 ms of SMOTE on 1,000,000 x 30. Copying X to the output in the same
    pass saved that reading of X, but SMOTE then took 107 ms: the copy could no longer use the
    threads that are idle while rows are drawn and trees are built. Summing in the tasks that copy
    in the background took 0.96 to 1.0 of the time if a task was 1 MB, and more if it was less: the
    sums also bring values into the cache for the copy, and each task waits for the interpreter.
    """
    if type(X) is not np.ndarray or X.dtype not in (np.float32, np.float64):
        return False
    if X.size <= SUMMED_VALUES or not (X.flags.c_contiguous or X.flags.f_contiguous):
        return False
    return has_finite_sums(X)


def is_dask(data):
    """Whether data is a dask collection."""
    return type(data).__module__.partition(".")[0] in ("dask", "dask_expr")


def refuse_dask(sampler, **given):
    """Raise for dask collections, which would be loaded into memory completely."""
    for name, data in given.items():
        if not is_dask(data):
            continue
        cls = next(c for c in type(sampler).__mro__ if c.__module__.startswith("fastsmote."))
        cure = f"use fastsmote.distributed.{cls.__name__}, or "
        if cls.__name__ not in ON_DASK:
            cure = f"fastsmote.distributed has {', '.join(ON_DASK)}; for {cls.__name__} "
        raise TypeError(
            f"{name} is dask's {type(data).__name__}, it must be in memory: {cure}pass "
            f"{name}.compute(), which loads all of it."
        )


def check_room(X, n_new):
    """Raise if the output cannot be allocated, before a search that may take an hour."""
    if not isinstance(X, np.ndarray) or not math.isfinite(n_new):  # the sampler raises for it
        return
    n_new = int(n_new) if isinstance(n_new, Integral) else math.ceil(n_new)
    n_rows, n_features = len(X) + n_new, X.shape[1]
    try:
        np.empty((n_rows, n_features), X.dtype)
    except (MemoryError, ValueError) as error:  # ValueError beyond the address space
        size = n_rows * n_features * X.dtype.itemsize / 2**30
        raise MemoryError(
            f"The output of {n_rows:,} rows x {n_features} features of {X.dtype}, {size:,.3g} GiB, "
            f"cannot be allocated; {n_new:,} of the rows are new. Ask for fewer by "
            "sampling_strategy."
        ) from error

"""A timed call of a sampler, and what it needs: warm-up rows, a thread limit, free memory."""

import time
from contextlib import ExitStack

import numpy as np
from scipy import sparse

from benchmarks.inputs.catalog import OURS
from benchmarks.measuring import process_memory

WARM_ROWS = 4000  # of the majority; with WARM_MINORITY_ROWS, all kernels load and threads start
WARM_MINORITY_ROWS = 500
LEAST_SECONDS = 0.1  # a shorter call is repeated
COPIES_OF_X = 4  # the memory that a call may need, in copies of X


def few_rows(X, y):
    """Some rows of every class, for a warm-up call."""
    is_minority = y == np.argmin(np.bincount(y))
    rows = np.concatenate(
        [
            np.flatnonzero(~is_minority)[:WARM_ROWS],
            np.flatnonzero(is_minority)[:WARM_MINORITY_ROWS],
        ]
    )
    return (X.iloc[rows] if hasattr(X, "iloc") else X[rows]), y[rows]


def bytes_of(X):
    """The size of the values of X as an array. A dataframe counts as float64."""
    if sparse.issparse(X):
        return X.data.nbytes + X.indices.nbytes
    return X.nbytes if hasattr(X, "nbytes") else 8 * X.shape[0] * X.shape[1]


def claim_memory_for(X):
    """Touch the free memory that a call on X may need, before the clock starts."""
    process_memory.claim(COPIES_OF_X * bytes_of(X))


def limit_threads(library, n_threads):
    """A context manager that limits a library's threads; None sets no limit."""
    stack = ExitStack()
    if n_threads is not None:
        from threadpoolctl import threadpool_limits

        stack.enter_context(threadpool_limits(n_threads))
        if library == OURS:
            from fastsmote import threads

            stack.enter_context(threads(n_threads))
    return stack


def timed(call, least_seconds=LEAST_SECONDS):
    """The mean seconds of a call, which is repeated if it is short, and its last result."""
    n_calls, result, start = 0, None, time.perf_counter()
    while True:
        result = None  # frees the memory for the next call
        result = call()
        n_calls += 1
        elapsed = time.perf_counter() - start
        if elapsed >= least_seconds:
            return elapsed / n_calls, result

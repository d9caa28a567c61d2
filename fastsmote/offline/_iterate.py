"""SMOTE as a stream of blocks of new rows, for use in other data processing engines."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from sklearn.utils import check_array

from fastsmote._recipes.smote import SMOTERecipe
from fastsmote._search.lists import check_enough_rows
from fastsmote._search.streaming import nearest_within
from fastsmote._synthesis.provenance import Parents
from fastsmote._types import Array, Table


def iter_synthetic(
    X_minority: Table,
    n_new: int,
    *,
    k_neighbors: int = 5,
    seed: int = 0,
    block_rows: int = 2**16,
    start: int = 0,
    stop: int | None = None,
) -> Iterator[Array]:
    """Yield SMOTE's new rows of one class, block by block.

    Parameters
    ----------
    X_minority : array-like of shape (n_rows, n_features), float32, float64 or integer
        All rows of the class. The values must be finite. X_minority is not modified.
    n_new : int >= 0
        The total number of new rows.
    k_neighbors : int >= 1, default=5
        The number of nearest neighbors that a row may be paired with.
    seed : int in [0, 2^32), default=0
        The `random_state` of SMOTE.
    block_rows : int >= 1, default=65536
        The number of rows of a block. The last block may have fewer.
    start, stop : int, default=0 and `n_new`
        The range of new rows to yield. To share the work, give each worker one range. All
        ranges together give the same rows as a single call.

    Yields
    ------
    X_new : ndarray of shape (at most `block_rows`, n_features)
        A block of new rows, with the dtype of X_minority.

    Raises
    ------
    ValueError
        If X_minority is not a matrix of finite numbers, if it has fewer than
        ``k_neighbors + 1`` rows, or if ``0 <= start <= stop <= n_new`` does not hold.

    Notes
    -----
    For any `block_rows` and any ranges, the concatenated blocks are bit for bit the synthetic
    rows of `SMOTE` with the same random state. Ties and complexity are as for `SMOTE`. Memory
    beyond X_minority and one block is 4 bytes per value of X_minority and 8 `k_neighbors` bytes
    per row.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.offline import iter_synthetic
    >>> X = np.random.RandomState(0).randn(20, 3)
    >>> [block.shape for block in iter_synthetic(X, 100, block_rows=64)]
    [(64, 3), (36, 3)]
    """
    X = np.ascontiguousarray(check_array(X_minority, dtype="numeric"))
    stop = n_new if stop is None else stop
    if not 0 <= start <= stop <= n_new:
        raise ValueError(
            f"start and stop must be in 0 <= start <= stop <= n_new = {n_new}. "
            f"Got start = {start}, stop = {stop}."
        )
    if block_rows < 1:
        raise ValueError(f"block_rows must be 1 or more. Got {block_rows}.")
    check_enough_rows(k_neighbors + 1, len(X), len(X))
    return _blocks(X, SMOTERecipe(k_neighbors), n_new, seed, block_rows, start, stop)


def _blocks(X, recipe, n_new, seed, block_rows, start, stop):
    neighbor_rows = nearest_within(X, recipe.n_own).neighbor_rows
    bases = recipe.choose_bases(neighbor_rows, None, n_new)
    draws = recipe.draw(recipe.open_stream(seed), bases.drawn_from, n_new)
    parents = Parents(None, X, np.arange(len(X)), bases.partner_rows, bases.places)
    for first in range(start, stop, block_rows):
        yield parents.make(draws.take(first, min(stop, first + block_rows)))[0]

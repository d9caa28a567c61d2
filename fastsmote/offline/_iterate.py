"""SMOTE's new rows as a stream of blocks, for any engine that holds the minority."""

import numpy as np
from sklearn.utils import check_array

from fastsmote._recipes.smote import SMOTERecipe
from fastsmote._search.lists import check_enough_rows
from fastsmote._search.streaming import nearest_within
from fastsmote._synthesis.provenance import Parents


def iter_synthetic(
    X_minority, n_new, *, k_neighbors=5, seed=0, block_rows=2**16, start=0, stop=None
):
    """Yield the rows that SMOTE makes of one class, block after block.

    Parameters
    ----------
    X_minority : array-like of shape (n_rows, n_features), float32, float64 or integer
        All rows of the class. Finite; not modified.
    n_new : int >= 0
        How many rows are made in all.
    k_neighbors : int >= 1, default=5
        How many neighbors a row may be joined with.
    seed : int in [0, 2^32), default=0
        SMOTE's ``random_state``.
    block_rows : int >= 1, default=65536
        Rows of a block; the last may have fewer.
    start, stop : int, default=0 and `n_new`
        Which of the rows to yield: workers that are given one range each make, together,
        what one would.

    Yields
    ------
    X_new : ndarray of shape (at most `block_rows`, n_features), X's dtype

    Raises
    ------
    ValueError
        If X is not a matrix of finite numbers or has fewer than ``k_neighbors + 1`` rows,
        or `start` and `stop` are not in ``0 <= start <= stop <= n_new``.

    Notes
    -----
    All blocks one after the other are the synthetic rows of `SMOTE` with this
    ``random_state``, bit for bit, whatever the size of the blocks and the ranges. Ties and
    complexity are as for `SMOTE`; memory beyond X and a block is 4 bytes a value of X and
    8 `k_neighbors` a row.

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

"""SMOTE-NC: interpolate numbers as in SMOTE, and let the neighbors vote on categories."""

from typing import NamedTuple

import numpy as np

from fastsmote._search.lists import search_array
from fastsmote._search.mixed import nearest_mixed
from fastsmote._synthesis.draws import DrawnPairs, draw_categories


class MixedRows(NamedTuple):
    """The neighbors, draws and categories of the new rows of one class."""

    neighbors: np.ndarray  # (n_rows, k) places in the class
    draws: DrawnPairs
    codes: np.ndarray  # (n_new, n_columns) the categories of the new rows


def resample_mixed(
    numbers, codes, n_categories, weight, k, n_new, random_state, is_held=False, has_missing=False
):
    """Draw the new rows of one class.

    Parameters
    ----------
    numbers : ndarray of shape (n_rows, n_numbers), float32, float64 or integer
    codes : ndarray of shape (n_rows, n_columns), int64
        The category of each row in each column, coded from 0.
    n_categories : list of int
        The number of categories of each column.
    weight : float
        The result of `fastsmote._rules.votes.category_weight`.
    k : int >= 1, < n_rows
    n_new : int
    random_state : int, RandomState instance or None
        The pairs and gaps are drawn first, then the winners of tied votes.
    is_held : bool, default=False
        Whether the draws are held in memory. If False, each range is drawn again when it
        is needed.
    has_missing : bool, default=False
        Whether numbers are missing (NaN).

    Returns
    -------
    MixedRows
        The dtype of the new codes is the smallest unsigned dtype that holds every category.

    References
    ----------
    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE", JAIR 16, 2002,
    section 6.1.
    """
    X = search_array(numbers)
    neighbors = nearest_mixed(X, codes, n_categories, float(weight), k, has_missing)
    draws = DrawnPairs(random_state, len(numbers), k, n_new, is_held)
    codes = codes.astype(np.min_scalar_type(max(n_categories)))
    return MixedRows(
        neighbors, draws, draw_categories(random_state, codes, neighbors, draws.every_base())
    )

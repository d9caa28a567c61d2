"""The normal noise that `RandomOverSampler` adds to repeated rows, drawn in any call again."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from sklearn.utils.sparsefuncs import mean_variance_axis

from fastsmote._base.floats import as_floats, narrowed, widened
from fastsmote._rules.values import obeyed
from fastsmote._types import Array, Rows


class _OfClass(NamedTuple):
    """What draws the noise of the new rows of one class."""

    random_state: np.random.RandomState  # as it was before the noise was drawn
    n_new: int
    scales: np.ndarray  # (n_features,) the standard deviation of the noise in each column


class Noise:
    """Normal noise for the new rows of several classes, in the order in which it was drawn.

    Only the state of the generator is kept, in 2.5 KB for each class, because the noise takes
    as much memory as the new rows.
    """

    def __init__(self) -> None:
        self._classes = []

    @property
    def n_features(self) -> int:
        """The number of columns that get noise; 0 if no class has new rows."""
        return len(self._classes[0].scales) if self._classes else 0

    def draw(self, random_state: np.random.RandomState, n_new: int, scales: Array) -> Array:
        """Draw the noise of the next class, and note how to draw it again."""
        self._classes.append(_OfClass(deepcopy(random_state), n_new, scales))
        return _draw(random_state, n_new, scales)

    def add_to(self, X: Any, rows: Rows, rules: tuple[Array, ...] | None = None) -> Any:
        """Return X[rows] with the noise, drawn again, in the dtype that `smoothed` gives.

        Parameters
        ----------
        X : {ndarray, CSR, CSC} of shape (n_rows, n_features)
        rows : ndarray of shape (n_new,), int64
        """
        wide, made, start = in_sums(X, rules), [], 0
        for random_state, n_new, scales in self._classes:
            noise = _draw(deepcopy(random_state), n_new, scales)
            made.append(smoothed(wide, rows[start : start + n_new], noise, rules))
            start += n_new
        if not made:
            return X[rows]
        if sparse.issparse(X):
            return type(X)(narrowed(sparse.vstack(made), X))
        return np.concatenate(made)


def _draw(random_state, n_new, scales):
    noise = random_state.randn(n_new, len(scales)) * scales
    # imbalanced-learn multiplies by a diagonal matrix. Its sums start with 0, so -0 becomes 0.
    noise += 0.0
    return noise


def noise_scales(X, rows, shrinkage):
    """Return the standard deviation of the noise in each column, as imbalanced-learn rounds it.

    It is the bandwidth that is optimal for normal data, with the number of all rows, times the
    standard deviation within the class, times the shrinkage.

    Parameters
    ----------
    X : {ndarray, CSR, CSC} of shape (n_rows, n_features)
    rows : ndarray of int64
        The rows of the class.
    shrinkage : float >= 0

    Returns
    -------
    scales : ndarray of shape (n_features,)
    """
    n_rows, n_features = X.shape
    bandwidth = (4 / ((n_features + 2) * n_rows)) ** (1 / (n_features + 4))
    with np.errstate(over="ignore", invalid="ignore"):  # the caller looks for infinity
        if sparse.issparse(X):
            deviations = np.sqrt(mean_variance_axis(X[rows, :], axis=0)[1])
        else:
            deviations = np.std(X[rows, :], axis=0)
        return shrinkage * bandwidth * deviations


def in_sums(X, rules):
    """X in the dtype in which noise is added to a sparse matrix; rules need the fractions."""
    if not sparse.issparse(X):
        return X
    return widened(X) if rules is None else as_floats(X)


def smoothed(X, rows, noise, rules=None):
    """Return X[rows] plus noise: a sparse matrix in the dtype of X, or an array of floats."""
    made = noise + X[rows, :]
    made = sparse.csr_matrix(made, dtype=X.dtype) if sparse.issparse(X) else made
    return made if rules is None else obeyed(made, rules)

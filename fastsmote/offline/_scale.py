"""Means and standard deviations in one pass, independent of the batch size."""

import numpy as np

from fastsmote.offline._matrix import read_matrix

SUMMED_ROWS = 2**14  # rows per sum; fixed, because floating-point sums depend on it


class Scale:
    """Standardize columns to zero mean and unit variance; a constant column becomes zero.

    Missing values stay missing.

    Parameters
    ----------
    means, deviations : ndarray of shape (n_features,), float64
        Standard deviations are those of the population.
    """

    def __init__(self, means, deviations):
        self.means = means
        self.deviations = np.where(deviations == 0.0, 1.0, deviations)

    def apply(self, X):
        """Return X standardized, as float64."""
        return (X.astype(np.float64) - self.means) / self.deviations


def _sum(values, is_missing):
    """Sum columns without their missing values."""
    return (values if is_missing is None else np.where(is_missing, 0.0, values)).sum(axis=0)


class _Moments:
    """Running means and sums of squared deviations, updated chunk by chunk.

    Missing values are not counted.

    References
    ----------
    T. F. Chan, G. H. Golub, R. J. LeVeque, "Algorithms for computing the sample variance:
    analysis and recommendations", The American Statistician 37, 242-247, 1983, section 2.
    """

    def __init__(self, n_features, has_missing):
        self._has_missing = has_missing
        self.n = np.zeros(n_features, np.int64)
        self.means, self.squares = np.zeros(n_features), np.zeros(n_features)

    def add(self, chunk):
        is_missing = np.isnan(chunk) if self._has_missing else None
        n_new = len(chunk) - (0 if is_missing is None else is_missing.sum(axis=0))
        means = _sum(chunk, is_missing) / np.maximum(n_new, 1)
        squares = _sum((chunk - means) ** 2, is_missing)
        shift, n = means - self.means, self.n + n_new
        n_all = np.maximum(n, 1)
        self.means += shift * (n_new / n_all)
        self.squares += squares + shift**2 * (self.n * n_new / n_all)
        self.n = n


def find_scale(source, columns, batch_rows, progress):
    """Compute the scale of all rows of a source."""
    n_features = len(columns.features)
    moments = _Moments(n_features, columns.has_missing)
    chunk, n_held = np.empty((SUMMED_ROWS, n_features)), 0
    for batch in source.batches(columns.features, batch_rows):
        X = read_matrix(batch, columns)
        while len(X):
            n_taken = min(len(X), SUMMED_ROWS - n_held)
            chunk[n_held : n_held + n_taken] = X[:n_taken]
            X, n_held = X[n_taken:], n_held + n_taken
            if n_held == SUMMED_ROWS:
                moments.add(chunk)
                n_held = 0
        progress.advance(len(batch))
    if n_held:
        moments.add(chunk[:n_held])
    return Scale(moments.means, np.sqrt(moments.squares / np.maximum(moments.n, 1)))

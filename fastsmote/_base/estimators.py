"""Models of scikit-learn that a sampler fits or keeps as an attribute."""

from numbers import Integral

from scipy import sparse
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote.neighbors import NearestNeighbors


def fits_alike(estimator):
    """Whether a second fit would find the same model and draw from no stream of numbers."""
    return isinstance(estimator.get_params().get("random_state"), Integral)


def fitted_neighbors(X, index, n_neighbors, rows=None):
    """What a sampler's attribute finds neighbors with, among some rows of X or all.

    It is scikit-learn's where X is sparse.
    """
    if sparse.issparse(X):
        X = X if rows is None else X[rows]
        return StockNearestNeighbors(n_neighbors=n_neighbors).fit(X)
    return NearestNeighbors._of(index.X if rows is None else index.X[rows], n_neighbors)

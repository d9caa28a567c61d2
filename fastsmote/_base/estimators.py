"""scikit-learn models that a sampler fits or keeps as an attribute."""

from numbers import Integral

from scipy import sparse
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote.neighbors import NearestNeighbors


def fits_alike(estimator):
    """Whether a second fit gives the same model, because `random_state` is an int."""
    return isinstance(estimator.get_params().get("random_state"), Integral)


def fitted_neighbors(X, index, n_neighbors, rows=None):
    """Return the neighbors object for a sampler's attribute, fitted to X or to some rows of it.

    If X is sparse, the object is scikit-learn's `NearestNeighbors`.
    """
    if sparse.issparse(X):
        X = X if rows is None else X[rows]
        return StockNearestNeighbors(n_neighbors=n_neighbors).fit(X)
    return NearestNeighbors._of(index.X if rows is None else index.X[rows], n_neighbors)

"""scikit-learn models that a sampler fits or keeps as an attribute."""

from numbers import Integral

from scipy import sparse
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote.neighbors import neighbors_of


def fits_alike(estimator):
    """Whether a second fit gives the same model, because `random_state` is an int."""
    return isinstance(estimator.get_params().get("random_state"), Integral)


def fitted_neighbors(index, n_neighbors, rows=None):
    """Return a neighbors object for an attribute of a sampler.

    Parameters
    ----------
    index : ClassIndex, InvertedIndex or PartialIndex
        The index of the sampler's table.
    n_neighbors : int
    rows : ndarray of int64 or None, default=None
        The rows of the table among which it finds neighbors. None means all rows.

    Returns
    -------
    neighbors : NearestNeighbors
        scikit-learn's if the table is sparse or has missing values, and fastsmote's otherwise.
    """
    if index.has_missing:
        X = index.X if rows is None else index.X[rows]
        return StockNearestNeighbors(n_neighbors=n_neighbors, metric="nan_euclidean").fit(X)
    if sparse.issparse(index.table):
        X = index.table if rows is None else index.table[rows]
        return StockNearestNeighbors(n_neighbors=n_neighbors).fit(X)
    return neighbors_of(index.X if rows is None else index.X[rows], n_neighbors)

"""Exact nearest neighbors behind scikit-learn's estimator interface."""

from numbers import Integral

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted
from sklearn_compat.utils.validation import validate_data

from fastsmote._forest import ClassForest, Neighbors, improve
from fastsmote._kernels.layout import kernel_input
from fastsmote._threads import threads_of
from fastsmote._tree import group_rows

_DTYPES = [np.float64, np.float32]


def check_enough_rows(n_neighbors, n_samples_fit, n_samples, sign="<="):
    """Raise scikit-learn's error if there are fewer rows than neighbors to find."""
    if n_neighbors > n_samples_fit - (sign == "<"):
        raise ValueError(
            f"Expected n_neighbors {sign} n_samples_fit, but "
            f"n_neighbors = {n_neighbors}, n_samples_fit = {n_samples_fit}, "
            f"n_samples = {n_samples}"
        )


class NearestNeighbors(BaseEstimator):
    """Exact Euclidean k nearest neighbors, compiled and on every core.

    It can stand wherever imbalanced-learn or scikit-learn take a neighbors object.

    Parameters
    ----------
    n_neighbors : int >= 1, default=5
        Neighbors to find where `kneighbors` is not told a number.
    n_jobs : int, default=None
        Threads, counted as joblib counts them. None means what `fastsmote.threads` or
        ``FASTSMOTE_NUM_THREADS`` say, else every core.

    Attributes
    ----------
    n_samples_fit_ : int
        Rows of the X passed to `fit`.
    n_features_in_ : int
        Columns of the X passed to `fit`.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of X, where they all are strings.
    effective_metric_ : str
        "euclidean".

    Notes
    -----
    The order is decided by the squared distance in float64, the plain sum of squared
    differences in feature order; of rows at the same distance the lower row number is
    nearer. The result is the same for any number of threads. float32 is used to rule
    rows out, with a bound of its rounding.

    The index, a k-d tree of blocks of 256 rows, is built at the first search in
    O(n log n) time and 4 bytes a value. A search visits every block if the data has no
    structure, at about the speed of a matrix product. The index is not pickled.

    References
    ----------
    J. H. Friedman, J. L. Bentley, R. A. Finkel, "An algorithm for finding best matches
    in logarithmic expected time", ACM Transactions on Mathematical Software 3, 209-226,
    1977, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.neighbors import NearestNeighbors
    >>> X = np.array([[0.0], [1.0], [3.0], [3.0]])
    >>> NearestNeighbors(n_neighbors=1).fit(X).kneighbors()[1].ravel()
    array([1, 0, 3, 2])
    """

    def __init__(self, n_neighbors=5, *, n_jobs=None):
        self.n_neighbors = n_neighbors
        self.n_jobs = n_jobs

    def fit(self, X, y=None):
        """Keep the rows to be searched.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Finite numbers. float32 and C-ordered float64 are kept as they are, without
            a copy; other dtypes become float64.
        y : ignored

        Returns
        -------
        self : NearestNeighbors

        Raises
        ------
        ValueError
            If X is empty, sparse, not 2-d, or holds NaN or infinity.
        """
        X = validate_data(self, X, dtype=_DTYPES, order="C")
        _check_n_neighbors(self.n_neighbors)
        return self._keep(X)

    @classmethod
    def _of(cls, X, n_neighbors):
        """Fitted to an array that is known to be valid."""
        self = cls(n_neighbors=n_neighbors)
        self.n_features_in_ = X.shape[1]
        return self._keep(X)

    def _keep(self, X):
        self._fit_X, self._forest = X, None
        self.n_samples_fit_ = len(X)
        self.effective_metric_ = "euclidean"
        return self

    def __getstate__(self):
        return {**super().__getstate__(), "_forest": None}

    def kneighbors(self, X=None, n_neighbors=None, return_distance=True):
        """Find the nearest rows of each query.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), default=None
            The queries. None means the rows passed to `fit`, each of which is not its
            own neighbor: it is left out by its row number.
        n_neighbors : int >= 1, default=None
            Neighbors of each query. None means the parameter of the constructor.
        return_distance : bool, default=True
            Whether to return the distances too.

        Returns
        -------
        distances : ndarray of shape (n_queries, n_neighbors), float64
            In ascending order. Only if `return_distance`.
        indices : ndarray of shape (n_queries, n_neighbors), int64
            Row numbers of the X passed to `fit`; ties by row number.

        Raises
        ------
        ValueError
            If `n_neighbors` is below 1 or more than there are rows to find.
        TypeError
            If `n_neighbors` is not an integer.
        sklearn.exceptions.NotFittedError
            If `fit` was not called.
        """
        check_is_fitted(self, "_fit_X")
        n_neighbors = self.n_neighbors if n_neighbors is None else n_neighbors
        _check_n_neighbors(n_neighbors)
        if X is not None:
            X = validate_data(self, X, dtype=_DTYPES, order="C", reset=False)
        n_queries = self.n_samples_fit_ if X is None else len(X)
        sign = "<" if X is None else "<="
        check_enough_rows(n_neighbors, self.n_samples_fit_, n_queries, sign)
        with threads_of(self.n_jobs):
            found = self._search(X, n_neighbors)
        indices = np.empty_like(found.neighbors)
        indices[found.rows] = found.neighbors
        if not return_distance:
            return indices
        distances = np.empty_like(found.sq_distances)
        distances[found.rows] = found.sq_distances
        return np.sqrt(distances, out=distances), indices

    def _search(self, X, n_neighbors):
        if self._forest is None:
            self._forest = ClassForest(kernel_input(self._fit_X), [np.arange(self.n_samples_fit_)])
        forest = self._forest
        if X is None:
            return forest.within(0, Neighbors(forest.rows_in_order(0), n_neighbors)).finish()
        X = kernel_input(X)
        found = Neighbors(group_rows(X, np.arange(len(X)), forest.frame), n_neighbors)
        improve(found, [forest.tree(0)], forest.X, forest.frame, X)
        return found.finish()

    def kneighbors_graph(self, X=None, n_neighbors=None, mode="connectivity"):
        """The neighbors of each query as a sparse matrix.

        Parameters
        ----------
        X, n_neighbors
            As for `kneighbors`.
        mode : {"connectivity", "distance"}, default="connectivity"
            What the matrix holds: ones, or distances.

        Returns
        -------
        graph : csr_matrix of shape (n_queries, n_samples_fit_), float64
            Each row's entries are in ascending order of distance.

        Raises
        ------
        ValueError
            If `mode` is another string, and as for `kneighbors`.
        """
        if mode not in ("connectivity", "distance"):
            raise ValueError(
                f'Unsupported mode, must be one of "connectivity", or "distance" but got '
                f'"{mode}" instead'
            )
        distances, indices = self.kneighbors(X, n_neighbors)
        data = distances if mode == "distance" else np.ones_like(distances)
        n_queries, n_neighbors = indices.shape
        starts = np.arange(0, indices.size + 1, n_neighbors)
        shape = (n_queries, self.n_samples_fit_)
        return csr_matrix((data.ravel(), indices.ravel(), starts), shape=shape)


def _check_n_neighbors(n_neighbors):
    if isinstance(n_neighbors, bool) or not isinstance(n_neighbors, Integral):
        raise TypeError(f"n_neighbors does not take {type(n_neighbors)} value, enter integer value")
    if n_neighbors < 1:
        raise ValueError(f"Expected n_neighbors > 0. Got {n_neighbors}")


def search_array(X):
    """X as the search takes it: C-ordered float32 or float64, the same object if it is."""
    X = np.ascontiguousarray(X, dtype=X.dtype if X.dtype in _DTYPES else np.float64)
    return kernel_input(X)

"""Exact nearest neighbors behind scikit-learn's estimator interface."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
from scipy.sparse import csr_matrix, issparse
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from sklearn.utils.validation import check_is_fitted
from sklearn_compat.utils.validation import validate_data

from fastsmote._kernels.layout import kernel_input
from fastsmote._search.class_index import ClassIndex, improve
from fastsmote._search.kd_tree import group_rows
from fastsmote._search.lists import (
    SEARCHED_DTYPES,
    NeighborLists,
    check_enough_rows,
    has_finite_sums,
)
from fastsmote._search.projection import is_order_worth_it
from fastsmote._search.scan import is_scan_worth_it, scan
from fastsmote._threads import threads_of
from fastsmote._types import Array, Floats, Int, Names, Rows, Self, Table

# A class also to type checkers that cannot read scikit-learn: see `fastsmote._types`.
assert issubclass(StockNearestNeighbors, object)

__all__ = ["NearestNeighbors"]


def neighbors_of(X: Array, n_neighbors: int) -> NearestNeighbors:
    """Fit `NearestNeighbors` without checks, for an attribute of a sampler.

    Parameters
    ----------
    X : C-contiguous ndarray of shape (n_rows, n_features), float32 or float64
    n_neighbors : int
    """
    neighbors = NearestNeighbors(n_neighbors=n_neighbors)
    neighbors.n_features_in_ = X.shape[1]
    return neighbors._keep(X)


class NearestNeighbors(StockNearestNeighbors):
    """Exact Euclidean k nearest neighbors, compiled and on every core.

    A subclass of `sklearn.neighbors.NearestNeighbors` with the same parameters, attributes
    and methods. It can be used wherever imbalanced-learn or scikit-learn accept a neighbors
    object. The samplers of fastsmote use only its `n_neighbors` if its metric is Euclidean.

    Parameters
    ----------
    n_neighbors : int >= 1, default=5
        The number of neighbors that `kneighbors` finds by default.
    radius : float >= 0, default=1.0
        The distance within which `radius_neighbors` searches by default.
    algorithm : {"auto", "ball_tree", "kd_tree", "brute"}, default="auto"
        The algorithm of scikit-learn's searches. The compiled search ignores it.
    leaf_size : int >= 1, default=30
        The leaf size of scikit-learn's trees. The compiled search ignores it.
    metric : str or callable, default="minkowski"
        The compiled search supports "euclidean", "l2", and "minkowski" with ``p=2``. With any
        other metric, including "precomputed", scikit-learn's search runs.
    p : float > 0, default=2
        The power of the Minkowski metric.
    metric_params : dict, default=None
        Additional arguments of the metric. If any are given, scikit-learn's search runs.
    n_jobs : int, default=None
        The number of threads, with joblib's meaning of negative numbers. None means the number
        set by `fastsmote.threads` or ``FASTSMOTE_NUM_THREADS``, or every core if neither is set.

    Attributes
    ----------
    n_samples_fit_ : int
        The number of rows of the X passed to `fit`.
    n_features_in_ : int
        The number of columns of the X passed to `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of X. Set only if all of them are strings.
    effective_metric_ : str
        "euclidean" if the compiled search runs.
    effective_metric_params_ : dict
        Empty if the compiled search runs.

    Notes
    -----
    Neighbors are ordered by squared distance: the sum of squared differences in feature
    order, in float64. Among rows at the same distance, the lower row number comes first. The
    result is the same for any number of threads. float32 is used only to exclude rows, with
    a bound on its rounding error.

    The first queries, 128 or 256, are searched without an index, in the table itself. Then a
    search builds the index: blocks of 256 rows, in 4 bytes a value. After a few
    thousand queries, the next search builds it again as a k-d tree, in O(n log n) time, so
    that searches skip most blocks. If the data has no structure, a search visits every block,
    at about the speed of a matrix product. The index is not pickled.

    `radius_neighbors` and `radius_neighbors_graph` always run scikit-learn's search. After
    `fit` on a sparse X, every method runs it.

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

    n_samples_fit_: int
    n_features_in_: int
    feature_names_in_: Names
    effective_metric_: str
    effective_metric_params_: dict[str, Any]

    if TYPE_CHECKING:  # methods of scikit-learn, which has no types

        def get_params(self, deep: bool = True) -> dict[str, Any]: ...

        def set_params(self, **params: Any) -> Self: ...

    def __init__(
        self,
        n_neighbors: Int = 5,
        *,
        radius: float = 1.0,
        algorithm: Literal["auto", "ball_tree", "kd_tree", "brute"] = "auto",
        leaf_size: Int = 30,
        metric: str | Callable[..., float] = "minkowski",
        p: float = 2,
        metric_params: dict[str, Any] | None = None,
        n_jobs: Int | None = None,
    ) -> None:
        super().__init__(
            n_neighbors=n_neighbors,
            radius=radius,
            algorithm=algorithm,
            leaf_size=leaf_size,
            metric=metric,
            p=p,
            metric_params=metric_params,
            n_jobs=n_jobs,
        )

    def is_euclidean(self) -> bool:
        """Return whether the metric is Euclidean, so that the compiled search supports it.

        Returns
        -------
        is_euclidean : bool
            False if scikit-learn's search runs.

        Examples
        --------
        >>> from fastsmote.neighbors import NearestNeighbors
        >>> NearestNeighbors(metric="minkowski", p=2).is_euclidean()
        True
        >>> NearestNeighbors(metric="manhattan").is_euclidean()
        False
        """
        if self.metric_params:
            return False
        if isinstance(self.metric, str) and self.metric in ("euclidean", "l2"):
            return True
        return isinstance(self.metric, str) and self.metric == "minkowski" and self.p == 2

    def fit(self, X: Table, y: object = None) -> Self:
        """Store the rows to search.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Finite numbers. C-ordered float32 and float64 arrays are stored without a copy;
            other dtypes are converted to float64. With ``metric="precomputed"``, X contains
            the distances and has shape (n_samples, n_samples).
        y : object, default=None
            Ignored.

        Returns
        -------
        self : NearestNeighbors
            The object itself.

        Raises
        ------
        ValueError
            If X is empty, is not 2-d, or contains NaN or infinity; or if `n_neighbors` < 1.
        TypeError
            If `n_neighbors` is not an integer.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote.neighbors import NearestNeighbors
        >>> X = np.array([[0.0], [1.0], [3.0], [3.0]])
        >>> neighbors = NearestNeighbors(n_neighbors=2).fit(X)
        >>> neighbors.n_samples_fit_, neighbors.effective_metric_
        (4, 'euclidean')
        """
        check_n_neighbors(self.n_neighbors)
        if self.is_euclidean() and not issparse(X):
            return self._keep(self._checked(X, reset=True))
        stock = StockNearestNeighbors(**self.get_params(deep=False)).fit(X)
        vars(self).pop("feature_names_in_", None)
        vars(self).update(vars(stock))
        self._index, self._stock = None, stock
        return self

    def _checked(self, X, reset):
        """Check X with scikit-learn's validation; a plain array of finite floats passes faster.

        Validation takes a third of a millisecond, as long as 10 queries among 1,000 rows.
        """
        has_shape = reset or X.shape[1:] == (self.n_features_in_,) if _is_plain(X) else False
        if has_shape and not hasattr(self, "feature_names_in_"):
            with threads_of(self.n_jobs):
                is_finite = has_finite_sums(X)
            if is_finite:
                self.n_features_in_ = X.shape[1]
                return X
        return validate_data(self, X, dtype=SEARCHED_DTYPES, order="C", reset=reset)

    def _keep(self, X):
        self._fit_X, self._index, self._stock, self._n_queries = X, None, None, 0
        self.n_samples_fit_ = len(X)
        self.effective_metric_, self.effective_metric_params_ = "euclidean", {}
        return self

    def _is_compiled(self):
        return self.is_euclidean() and not issparse(self._fit_X)

    def _fitted_stock(self):
        """scikit-learn's estimator with the same parameters, fitted to the same rows."""
        check_is_fitted(self, "_fit_X")
        if self._stock is None:
            self._stock = StockNearestNeighbors(**self.get_params(deep=False)).fit(self._fit_X)
            if hasattr(self, "feature_names_in_"):
                self._stock.feature_names_in_ = self.feature_names_in_
        return self._stock

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_index": None, "_stock": None, "_n_queries": 0}

    if TYPE_CHECKING:  # what it returns depends on `return_distance`

        @overload
        def kneighbors(
            self,
            X: Table | None = None,
            n_neighbors: Int | None = None,
            return_distance: Literal[True] = True,
        ) -> tuple[Floats, Rows]: ...

        @overload
        def kneighbors(
            self,
            X: Table | None = None,
            n_neighbors: Int | None = None,
            *,
            return_distance: Literal[False],
        ) -> Rows: ...

        @overload
        def kneighbors(
            self,
            X: Table | None = None,
            n_neighbors: Int | None = None,
            return_distance: bool = True,
        ) -> tuple[Floats, Rows] | Rows: ...

    def kneighbors(
        self,
        X: Table | None = None,
        n_neighbors: Int | None = None,
        return_distance: bool = True,
    ) -> tuple[Floats, Rows] | Rows:
        """Find the nearest rows of each query.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), default=None
            The queries. None means the rows passed to `fit`; each of them is then excluded
            from its own neighbors, by row number.
        n_neighbors : int >= 1, default=None
            The number of neighbors of each query. None means the constructor's `n_neighbors`.
        return_distance : bool, default=True
            Whether to return the distances too.

        Returns
        -------
        distances : ndarray of shape (n_queries, n_neighbors), float64
            In ascending order. Returned only if `return_distance` is True.
        indices : ndarray of shape (n_queries, n_neighbors), int64
            Row numbers of the X passed to `fit`. Ties are ordered by row number.

        Raises
        ------
        ValueError
            If `n_neighbors` is less than 1, or greater than the number of rows to choose from.
        TypeError
            If `n_neighbors` is not an integer.
        sklearn.exceptions.NotFittedError
            If `fit` has not been called.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote.neighbors import NearestNeighbors
        >>> X = np.array([[0.0], [1.0], [3.0], [3.0]])
        >>> neighbors = NearestNeighbors(n_neighbors=2).fit(X)
        >>> distances, indices = neighbors.kneighbors([[2.0]])
        >>> distances, indices  # of three rows at this distance, the lower row numbers come first
        (array([[1., 1.]]), array([[1, 2]]))
        """
        check_is_fitted(self, "_fit_X")
        n_neighbors = self.n_neighbors if n_neighbors is None else n_neighbors
        check_n_neighbors(n_neighbors)
        if not self._is_compiled():
            return self._fitted_stock().kneighbors(X, n_neighbors, return_distance)
        if X is not None:
            X = self._checked(X, reset=False)
        n_queries = self.n_samples_fit_ if X is None else len(X)
        sign = "<" if X is None else "<="
        check_enough_rows(n_neighbors, self.n_samples_fit_, n_queries, sign)
        with threads_of(self.n_jobs):
            found = self._search(X, n_neighbors)
        indices = np.empty_like(found.neighbor_rows)
        indices[found.query_rows] = found.neighbor_rows
        if not return_distance:
            return indices
        distances = np.empty_like(found.sq_distances)
        distances[found.query_rows] = found.sq_distances
        return np.sqrt(distances, out=distances), indices

    def _index_for(self, n_queries):
        """The index of the rows, ordered once there have been enough queries to pay for that."""
        index, self._n_queries = self._index, self._n_queries + n_queries
        is_worth_it = is_order_worth_it(self._fit_X.shape, self._n_queries)
        if index is None or (is_worth_it and not index.projection.orders_rows):
            rows = [np.arange(self.n_samples_fit_)]
            self._index = index = ClassIndex(kernel_input(self._fit_X), rows, self._n_queries)
        return index

    def _search(self, X, n_neighbors):
        if X is not None and self._index is None:
            n_queries = self._n_queries + len(X)
            if is_scan_worth_it(self._fit_X.shape, n_queries, n_neighbors):
                self._n_queries = n_queries
                return scan(kernel_input(self._fit_X), X, n_neighbors)
        index = self._index_for(self.n_samples_fit_ if X is None else len(X))
        if X is None:
            return index.within(0, NeighborLists(index.rows_in_order(0), n_neighbors)).finish()
        X = kernel_input(X)
        found = NeighborLists(group_rows(X, np.arange(len(X)), index.projection), n_neighbors)
        improve(found, [index.tree(0)], index.X, index.projection, X)
        return found.finish()

    def kneighbors_graph(
        self,
        X: Table | None = None,
        n_neighbors: Int | None = None,
        mode: Literal["connectivity", "distance"] = "connectivity",
    ) -> csr_matrix:
        """Return the neighbors of each query as a sparse matrix.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), default=None
            The queries, as for `kneighbors`.
        n_neighbors : int >= 1, default=None
            The number of neighbors of each query, as for `kneighbors`.
        mode : {"connectivity", "distance"}, default="connectivity"
            Whether the entries of the matrix are ones or distances.

        Returns
        -------
        graph : csr_matrix of shape (n_queries, `n_samples_fit_`), float64
            Each row's entries are in ascending order of distance.

        Raises
        ------
        ValueError
            If `mode` is any other string. Errors of `kneighbors` are also raised.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote.neighbors import NearestNeighbors
        >>> X = np.array([[0.0], [1.0], [3.0], [3.0]])
        >>> neighbors = NearestNeighbors(n_neighbors=2).fit(X)
        >>> neighbors.kneighbors_graph(mode="distance").toarray()
        array([[0., 1., 3., 0.],
               [1., 0., 2., 0.],
               [0., 2., 0., 0.],
               [0., 2., 0., 0.]])
        """
        if mode not in ("connectivity", "distance"):
            raise ValueError(
                f'Unsupported mode, must be one of "connectivity", or "distance" but got '
                f'"{mode}" instead'
            )
        check_is_fitted(self, "_fit_X")
        if not self._is_compiled():
            return self._fitted_stock().kneighbors_graph(X, n_neighbors, mode)
        distances, indices = self.kneighbors(X, n_neighbors)
        data = distances if mode == "distance" else np.ones_like(distances)
        n_queries, n_neighbors = indices.shape
        starts = np.arange(0, indices.size + 1, n_neighbors)
        shape = (n_queries, self.n_samples_fit_)
        return csr_matrix((data.ravel(), indices.ravel(), starts), shape=shape)

    if TYPE_CHECKING:  # what it returns depends on `return_distance`

        @overload
        def radius_neighbors(
            self,
            X: Table | None = None,
            radius: float | None = None,
            return_distance: Literal[True] = True,
            sort_results: bool = False,
        ) -> tuple[Array, Array]: ...

        @overload
        def radius_neighbors(
            self,
            X: Table | None = None,
            radius: float | None = None,
            *,
            return_distance: Literal[False],
            sort_results: bool = False,
        ) -> Array: ...

        @overload
        def radius_neighbors(
            self,
            X: Table | None = None,
            radius: float | None = None,
            return_distance: bool = True,
            sort_results: bool = False,
        ) -> tuple[Array, Array] | Array: ...

    def radius_neighbors(
        self,
        X: Table | None = None,
        radius: float | None = None,
        return_distance: bool = True,
        sort_results: bool = False,
    ) -> tuple[Array, Array] | Array:
        """Find the rows within a distance of each query, with scikit-learn's search.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), default=None
            The queries. None means the rows passed to `fit`; each of them is then excluded
            from its own neighbors.
        radius : float >= 0, default=None
            The distance. None means the constructor's `radius`.
        return_distance : bool, default=True
            Whether to return the distances too.
        sort_results : bool, default=False
            Whether to sort the rows of each query by distance.

        Returns
        -------
        distances : ndarray of shape (n_queries,) of float64 arrays
            Returned only if `return_distance` is True.
        indices : ndarray of shape (n_queries,) of int64 arrays
            Row numbers of the X passed to `fit`.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` has not been called.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote.neighbors import NearestNeighbors
        >>> X = np.array([[0.0], [1.0], [3.0], [3.0]])
        >>> neighbors = NearestNeighbors(n_neighbors=2).fit(X)
        >>> distances, indices = neighbors.radius_neighbors([[2.0]], radius=1.5)
        >>> distances[0], indices[0]
        (array([1., 1., 1.]), array([1, 2, 3]))
        """
        return self._fitted_stock().radius_neighbors(X, radius, return_distance, sort_results)

    def radius_neighbors_graph(
        self,
        X: Table | None = None,
        radius: float | None = None,
        mode: Literal["connectivity", "distance"] = "connectivity",
        sort_results: bool = False,
    ) -> csr_matrix:
        """Return the rows within a distance of each query, by scikit-learn, as a sparse matrix.

        Parameters
        ----------
        X : array-like of shape (n_queries, n_features), default=None
            The queries, as for `radius_neighbors`.
        radius : float >= 0, default=None
            The distance, as for `radius_neighbors`.
        mode : {"connectivity", "distance"}, default="connectivity"
            Whether the entries of the matrix are ones or distances.
        sort_results : bool, default=False
            Whether to sort the entries of each row by distance.

        Returns
        -------
        graph : csr_matrix of shape (n_queries, `n_samples_fit_`), float64
            An entry for each row within the distance of a query.

        Raises
        ------
        ValueError
            If `mode` is any other string.
        sklearn.exceptions.NotFittedError
            If `fit` has not been called.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote.neighbors import NearestNeighbors
        >>> X = np.array([[0.0], [1.0], [3.0], [3.0]])
        >>> neighbors = NearestNeighbors(n_neighbors=2).fit(X)
        >>> neighbors.radius_neighbors_graph(radius=1.5).toarray()
        array([[0., 1., 0., 0.],
               [1., 0., 0., 0.],
               [0., 0., 0., 1.],
               [0., 0., 1., 0.]])
        """
        return self._fitted_stock().radius_neighbors_graph(X, radius, mode, sort_results)


def _is_plain(X):
    """Whether X is an array that the search takes as it is, if its values are finite."""
    if type(X) is not np.ndarray or X.ndim != 2 or X.size == 0:
        return False
    return X.dtype in SEARCHED_DTYPES and X.flags.c_contiguous and X.flags.aligned


def check_n_neighbors(n_neighbors: object) -> None:
    """Raise TypeError for a non-integer, ValueError for an integer below 1."""
    if isinstance(n_neighbors, bool) or not isinstance(n_neighbors, Integral):
        raise TypeError(f"n_neighbors does not take {type(n_neighbors)} value, enter integer value")
    if n_neighbors < 1:
        raise ValueError(f"Expected n_neighbors > 0. Got {n_neighbors}")

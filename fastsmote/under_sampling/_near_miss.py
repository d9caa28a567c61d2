"""NearMiss."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Literal

import numpy as np
from imblearn.under_sampling import NearMiss as _NearMiss
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote._base.classes import check_are_integers, smallest_class, split_classes
from fastsmote._base.sampler import CompiledSampler
from fastsmote._recipes.near_miss import ROUNDED_UP, distance_sums, least_sums
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.farthest import FarthestSums
from fastsmote._search.lists import NeighborLists, check_enough_rows, search_array
from fastsmote._synthesis.output import take_rows
from fastsmote._threads import threads_of
from fastsmote._types import Int, Neighbors, Rows, UnderSamplingStrategy
from fastsmote.neighbors import neighbors_of

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_NearMiss, object)

# Among so few minority rows, version 1 searches faster than it orders the other rows.
FEW_POINTS = 2**10
TOO_FEW = (
    "The number of the samples to be selected is larger than the number of samples"
    " available. The balancing ratio cannot be ensure and all samples will be returned."
)


class NearMiss(CompiledSampler, _NearMiss):
    """Keep the rows nearest to the minority, by one of three criteria.

    A drop-in replacement for `imblearn.under_sampling.NearMiss`.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes to under-sample, and down to how many rows, as in imbalanced-learn.
    version : {1, 2, 3}, default=1
        Version 1 keeps the rows with the smallest mean distance to their nearest minority
        rows. Version 2 keeps those with the smallest mean distance to their farthest
        minority rows. In version 3 the candidates are the rows nearest to each minority row;
        those with the largest mean distance to their nearest minority rows are kept.
    n_neighbors : int >= 1 or object, default=3
        The number of minority rows in the mean.
    n_neighbors_ver3 : int >= 1 or object, default=3
        Version 3: the number of candidates for each minority row. If either parameter is a
        neighbors object other than `fastsmote.neighbors.NearestNeighbors`,
        imbalanced-learn's own code runs.
    n_jobs : int, default=None
        The number of threads, with joblib's meaning of negative numbers. None means the
        number set by `fastsmote.threads` or ``FASTSMOTE_NUM_THREADS``, or every core if
        neither is set.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to keep in each targeted class.
    nn_ : NearestNeighbors
        Fitted to the minority.
    nn_ver3_ : NearestNeighbors
        Version 3: fitted to the last targeted class.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The numbers of the rows kept, class by class. Rows of a targeted class are in order
        of their mean distance.
    is_synthetic_ : ndarray of shape (n_kept,), bool
        False for every row, as no row is new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    Version 1 searches a class in parts of growing size. Once enough rows are found, the
    largest of their sums of distances bounds the sum of every row that can still be kept, and
    so each distance in that sum. Later searches do not look beyond this bound. A row that
    does not find its neighbors within the bound is not kept.

    Version 2 first computes a lower bound on the sum of every row, from the few minority rows
    that are farthest from a sample of rows. The rows with the lowest bounds are measured
    first. A row is not measured if its bound is above the largest sum that can still be kept.
    Rows are measured in groups that are near each other. A minority row is skipped if enough
    other minority rows are farther from every row of the group, by a bound from the box
    around the group. Memory is proportional to the minority times a group, not times all
    rows.

    X of shape (n_rows, n_features) may be float32, float64 or integer. For sparse X,
    imbalanced-learn's own code runs. Of rows with the same mean, the lower row number comes
    first. Version 3 warns if there are fewer candidates than rows to keep. The result is
    the same for any number of threads. X is not modified. ``ValueError`` is raised if there
    are fewer minority rows than `n_neighbors`.

    References
    ----------
    I. Mani, I. Zhang, "kNN approach to unbalanced data distributions: a case study
    involving information extraction", ICML 2003 workshop on learning from imbalanced
    data sets, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.under_sampling import NearMiss
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat([0, 1], [45, 15])
    >>> _, y_resampled = NearMiss().fit_resample(X, y)
    >>> np.bincount(y_resampled).tolist()
    [15, 15]
    """

    nn_: StockNearestNeighbors
    nn_ver3_: StockNearestNeighbors
    sample_indices_: Rows

    if TYPE_CHECKING:  # imbalanced-learn's signature

        def __init__(
            self,
            *,
            sampling_strategy: UnderSamplingStrategy = "auto",
            version: Literal[1, 2, 3] = 1,
            n_neighbors: Neighbors = 3,
            n_neighbors_ver3: Neighbors = 3,
            n_jobs: Int | None = None,
        ) -> None: ...

    @property
    def _neighbors_parameters(self):
        names = ("n_neighbors", "n_neighbors_ver3") if self.version == 3 else ("n_neighbors",)
        return dict.fromkeys(names, 0)

    def _fit_resample_compiled(self, X, y):
        check_are_integers(self.sampling_strategy_, "rows to keep")
        with threads_of(self.n_jobs):
            labels, class_rows = split_classes(y)
            minority = smallest_class(class_rows)
            n_queries = self._n_ordered_queries(len(y), len(class_rows[minority]))
            index = ClassIndex(search_array(X), class_rows, n_queries)
            self.nn_ = neighbors_of(index.X[class_rows[minority]], self.n_neighbors)
            select = (self._select_1, self._select_2, self._select_3)[self.version - 1]
            kept = []
            for code, label in enumerate(labels):
                rows = class_rows[code]
                if label in self.sampling_strategy_:
                    rows = select(index, code, minority, self.sampling_strategy_[label])
                kept.append(rows)
            self.sample_indices_ = np.concatenate(kept)
            return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

    def _n_ordered_queries(self, n_rows, n_minority):
        """The number of queries for which the index decides whether to order rows."""
        if self.version == 3:
            return n_minority
        return 0 if self.version == 1 and n_minority <= FEW_POINTS else n_rows

    def _select_1(self, index, code, minority, n_kept):
        """Find the rows with the smallest sum of distances to their nearest minority rows."""
        best, bound = (np.empty(0), np.empty(0, np.int64)), np.inf
        rows_in_order = index.rows_in_order(code)
        self._check_minority(index, minority, len(rows_in_order))
        for rows in _growing_parts(rows_in_order, 3 * n_kept):
            found = self._sums(index, minority, rows, bound)
            best = least_sums(
                *(np.concatenate(pair) for pair in zip(best, found, strict=True)), n_kept
            )
            if n_kept and len(best[0]) == n_kept:
                bound = best[0][-1]
        return best[1]

    def _check_minority(self, index, minority, n_rows):
        check_enough_rows(self.n_neighbors, len(index.class_rows[minority]), n_rows)

    def _sums(self, index, minority, rows, bound=np.inf):
        """Sum the distances to the nearest minority rows.

        Return these sums and their rows, except rows with a distance above the bound.
        """
        if self.n_neighbors > 1 and bound < np.inf:  # the smallest distance is at most the mean
            first = NeighborLists(rows, 1)
            first.sq_distances[:] = (bound / self.n_neighbors) ** 2 * ROUNDED_UP
            index.among_class(minority, first)
            rows = rows[first.neighbor_rows[:, 0] < len(index.X)]
        nearest = NeighborLists(rows, self.n_neighbors)
        nearest.sq_distances[:] = bound * bound * ROUNDED_UP
        index.among_class(minority, nearest)
        nearest = nearest.take(nearest.neighbor_rows[:, 0] < len(index.X)).finish()
        return distance_sums(nearest.sq_distances), nearest.query_rows

    def _select_2(self, index, code, minority, n_kept):
        """Find the rows with the smallest sum of distances to their farthest minority rows."""
        points = index.class_rows[minority]
        search = FarthestSums(index.X, points, self.n_neighbors, index.projection)
        return least_sums(*search.least(index.class_rows[code], n_kept), n_kept)[1]

    def _select_3(self, index, code, minority, n_kept):
        """Among the rows nearest to minority rows, find those with the largest distance sums."""
        rows = index.class_rows[code]
        self.nn_ver3_ = neighbors_of(index.X[rows], self.n_neighbors_ver3)
        check_enough_rows(self.n_neighbors_ver3, len(rows), len(index.class_rows[minority]))
        if code == minority:  # if two classes have equal sizes; each row is nearest to itself
            candidates = rows
        else:
            nearest = NeighborLists(index.rows_in_order(minority), self.n_neighbors_ver3)
            index.among_class(code, nearest)
            candidates = np.unique(nearest.neighbor_rows)
        self._check_minority(index, minority, len(candidates))
        sums, candidates = self._sums(index, minority, candidates)
        if len(candidates) < n_kept:
            warnings.warn(TOO_FEW, stacklevel=2)
        return candidates[np.lexsort((candidates, -sums))][:n_kept]


def _growing_parts(rows, least):
    """Yield disjoint samples of the rows, the first with at least ``least`` rows.

    The second is as large as the first, and each further one is twice as large as the one before.
    """
    n_strides = 1
    while 2 * n_strides * max(1, least) <= len(rows):
        n_strides *= 2
    stride, done = np.arange(len(rows)) % n_strides, 0
    while done < n_strides:
        stop = max(1, 2 * done)
        yield rows[(stride >= done) & (stride < stop)]
        done = stop

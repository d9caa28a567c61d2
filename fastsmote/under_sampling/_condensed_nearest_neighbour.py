"""Condensed nearest neighbors, and one-sided selection."""

from __future__ import annotations

from math import isqrt
from numbers import Integral
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from imblearn.under_sampling import CondensedNearestNeighbour as _CondensedNearestNeighbour
from imblearn.under_sampling import OneSidedSelection as _OneSidedSelection
from scipy import sparse
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.utils import check_random_state

from fastsmote import _kernels as kernels
from fastsmote._base.classes import smallest_class, split_classes
from fastsmote._base.sampler import CompiledSampler
from fastsmote._kernels.layout import kernel_input
from fastsmote._rules.edited import own_votes_needed
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import Limits, NeighborLists, check_enough_rows, search_array
from fastsmote._synthesis.output import take_rows
from fastsmote._threads import run_ranges, threads_of
from fastsmote._types import CleaningStrategy, Int, Rows, Seed
from fastsmote.under_sampling._tomek_links import TomekLinks

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_CondensedNearestNeighbour, object)
assert issubclass(_OneSidedSelection, object)

UPDATE_PRODUCTS = 2**27  # maximum between two checks for an interrupt


def _as_classifier(n_neighbors, sampler_name):
    """Convert `n_neighbors` to a number of neighbors or a classifier."""
    if n_neighbors is None:
        return 1
    if isinstance(n_neighbors, (Integral, KNeighborsClassifier)):
        return n_neighbors
    if isinstance(n_neighbors, NearestNeighbors):
        parameters = n_neighbors.get_params(deep=False)
        del parameters["radius"]
        return KNeighborsClassifier(**parameters)
    raise TypeError(
        f"n_neighbors is {n_neighbors!r}, with which {sampler_name} cannot classify. Pass an "
        "integer, a KNeighborsClassifier or a NearestNeighbors."
    )


def _classifier(sampler, X, y, rows):
    """Return the classifier that imbalanced-learn fits last: fitted to the given rows."""
    classifier = KNeighborsClassifier(n_neighbors=sampler.n_neighbors, n_jobs=sampler.n_jobs)
    return classifier.fit(X[rows], y[rows])


class _Classifies(CompiledSampler):
    """Mixin for samplers that classify a row by the rows kept so far."""

    _neighbors_parameters: ClassVar = {"n_neighbors": 0}

    def _settle_parameters(self):
        super()._settle_parameters()
        self._settle("n_neighbors", _as_classifier(self.n_neighbors, type(self).__name__))

    def _fit_resample_stock(self, X, y):
        if not isinstance(X, sparse.sparray):
            return super()._fit_resample_stock(X, y)
        # imbalanced-learn cannot handle the one-dimensional rows of a sparse array.
        X_resampled, y_resampled = super()._fit_resample_stock(sparse.csr_matrix(X), y)
        return type(X)(X_resampled), y_resampled


def _rows_at_a_time(n_kept, n_features):
    """Return how many rows can be compared with the kept rows and each other in about 100 ms."""
    n_pairs = UPDATE_PRODUCTS // n_features
    return max(1, min(n_pairs // max(1, n_kept), isqrt(n_pairs)))


class CondensedNearestNeighbour(_Classifies, _CondensedNearestNeighbour):
    """Keep the minority and each other row that the rows kept so far misclassify.

    A drop-in replacement for `imblearn.under_sampling.CondensedNearestNeighbour`. It
    returns the same rows for the same `random_state`.

    Parameters
    ----------
    sampling_strategy : str, list or callable, default="auto"
        The classes whose rows may be removed, as in imbalanced-learn. "auto" means all
        classes except the minority.
    random_state : int, RandomState instance or None, default=None
        The seed of the drawn rows.
    n_neighbors : int >= 1, KNeighborsClassifier or None, default=None
        The number of kept rows that classify a row. None means 1. With a classifier,
        imbalanced-learn's own code runs.
    n_seeds_S : int >= 1, default=1
        The number of rows of each targeted class that are drawn as seeds, with replacement.
    n_jobs : int, default=None
        The number of threads, with joblib's meaning of negative numbers. None means the
        number set by `fastsmote.threads` or ``FASTSMOTE_NUM_THREADS``, or every core if
        neither is set.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    estimators_ : list of KNeighborsClassifier
        One for each targeted class, fitted to the minority and the kept rows of that class.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The numbers of the rows kept, class by class. In a targeted class the seeds come
        first, then the other rows in the order in which they were found.
    is_synthetic_ : ndarray of shape (n_kept,), bool
        False for every row, as no row is new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    No classifier is fitted during the scan. A row is classified correctly exactly if enough
    kept rows of its class are nearer than a certain one of its nearest minority rows (the
    nearest one if `n_neighbors` is 1). The minority does not change, so this minority row
    is searched only once for each row. Keeping more rows of the class cannot make a correct
    classification wrong. So a single scan gives the same result as a fit after each row.

    imbalanced-learn skips a row if its position within its class, counted from 0, equals
    the row number in X of a row kept so far. This is reproduced here, because the result
    would differ otherwise.

    ``TypeError`` is raised if `n_neighbors` is an object that cannot classify, and ``ValueError``
    if the minority and the seeds of a class have fewer than `n_neighbors` rows together.

    X of shape (n_rows, n_features) may be float32, float64 or integer. For sparse X,
    imbalanced-learn's own code runs. Of rows at the same distance, the lower row number is
    nearer. The result is the same for any number of threads. X is not modified. The time is
    a search of the minority plus, in the worst case, the number of rows of a class times
    the number of its kept rows.

    References
    ----------
    P. E. Hart, "The condensed nearest neighbor rule", IEEE Transactions on Information
    Theory 14, 515-516, 1968.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.under_sampling import CondensedNearestNeighbour
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat([0, 1], [45, 15])
    >>> X_resampled, _ = CondensedNearestNeighbour(random_state=0).fit_resample(X, y)
    >>> len(X_resampled) < 60
    True
    """

    estimators_: list[KNeighborsClassifier]
    sample_indices_: Rows

    if TYPE_CHECKING:  # imbalanced-learn's signature

        def __init__(
            self,
            *,
            sampling_strategy: CleaningStrategy = "auto",
            random_state: Seed = None,
            n_neighbors: Int | KNeighborsClassifier | None = None,
            n_seeds_S: Int = 1,
            n_jobs: Int | None = None,
        ) -> None: ...

    def _fit_resample_compiled(self, X, y):
        with threads_of(self.n_jobs):
            random_state = check_random_state(self.random_state)
            labels, class_rows = split_classes(y)
            index = ClassIndex(search_array(X), class_rows)
            minority = smallest_class(class_rows)
            kept, self.estimators_ = [], []
            for code, label in enumerate(labels):
                rows = class_rows[code]
                if label in self.sampling_strategy_:
                    seeds = rows[random_state.randint(0, len(rows), size=self.n_seeds_S)]
                    rows = self._condense(index, code, minority, seeds)
                    C = np.append(class_rows[minority], rows)
                    self.estimators_.append(_classifier(self, X, y, C))
                kept.append(rows)
            self.sample_indices_ = np.concatenate(kept)
            return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

    def _condense(self, index, code, minority, seeds):
        """Return the seeds, followed by the rows of a class that are classified as minority."""
        k, rows = self.n_neighbors, index.class_rows[code]
        is_passed = np.zeros(len(index.X), bool)
        is_passed[seeds] = True
        if is_passed[: len(rows)].all():  # places in the class are compared, see Notes
            return seeds
        check_enough_rows(k, len(index.class_rows[minority]) + len(seeds), 1)
        if code == minority:  # every row that classifies is of this class
            return seeds
        n_needed = own_votes_needed(int(code > minority), k, "mode")
        nearest = NeighborLists(index.rows_in_order(code), k - n_needed + 1)
        index.among_class(minority, nearest).sort_by_row()
        kept = np.concatenate([seeds, np.empty(len(rows), np.int64)])
        sq_distances = np.ascontiguousarray(nearest.sq_distances[:, 0])
        deciding = np.ascontiguousarray(nearest.neighbor_rows[:, 0])
        X, n_kept, start = kernel_input(index.X), len(seeds), 0
        while start < len(rows):  # in steps, so that an interrupt takes effect
            stop = min(len(rows), start + _rows_at_a_time(n_kept, X.shape[1]))
            n_kept = kernels.condensing.condense(
                X, rows, sq_distances, deciding, n_needed, start, stop, is_passed, kept, n_kept
            )
            start = stop
        return kept[:n_kept]


class OneSidedSelection(_Classifies, _OneSidedSelection):
    """Keep the rows that the minority and a few seeds misclassify, then remove Tomek links.

    A drop-in replacement for `imblearn.under_sampling.OneSidedSelection`. It returns the
    same rows for the same `random_state`.

    Parameters
    ----------
    sampling_strategy : str, list or callable, default="auto"
        The classes whose rows may be removed, as in imbalanced-learn. "auto" means all
        classes except the minority.
    random_state : int, RandomState instance or None, default=None
        The seed of the drawn rows.
    n_neighbors : int >= 1, KNeighborsClassifier or None, default=None
        The number of rows that classify a row. None means 1. With a classifier,
        imbalanced-learn's own code runs.
    n_seeds_S : int >= 1, default=1
        The number of rows of each targeted class that are drawn as seeds, with replacement.
    n_jobs : int, default=None
        The number of threads, with joblib's meaning of negative numbers. None means the
        number set by `fastsmote.threads` or ``FASTSMOTE_NUM_THREADS``, or every core if
        neither is set.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    estimators_ : list of KNeighborsClassifier
        One for each targeted class, fitted to the minority and the seeds of that class.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The numbers of the rows kept, class by class. In a targeted class the seeds come
        first, then the other rows in ascending order. Ends of Tomek links are left out.
    is_synthetic_ : ndarray of shape (n_kept,), bool
        False for every row, as no row is new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    A row is classified as minority exactly if enough minority rows are nearer than a certain
    one of its nearest seeds (the nearest one if `n_neighbors` is 1). These minority rows are
    counted, not searched, and the count stops as soon as it is decided. `TomekLinks` then
    finds the Tomek links among the rows kept so far.

    If all rows of a class are drawn as seeds, no row is left to classify. imbalanced-learn
    then raises scikit-learn's ``ValueError`` for an empty array; here the seeds are kept.

    Shapes, dtypes, errors, ties and reproducibility are as for `CondensedNearestNeighbour`.
    In the second step they are as for `TomekLinks` on the rows kept so far, in their order.

    References
    ----------
    M. Kubat, S. Matwin, "Addressing the curse of imbalanced training sets: one-sided
    selection", ICML 1997, 179-186, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.under_sampling import OneSidedSelection
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat([0, 1], [45, 15])
    >>> X_resampled, _ = OneSidedSelection(random_state=0).fit_resample(X, y)
    >>> len(X_resampled) < 60
    True
    """

    estimators_: list[KNeighborsClassifier]
    sample_indices_: Rows

    if TYPE_CHECKING:  # imbalanced-learn's signature

        def __init__(
            self,
            *,
            sampling_strategy: CleaningStrategy = "auto",
            random_state: Seed = None,
            n_neighbors: Int | KNeighborsClassifier | None = None,
            n_seeds_S: Int = 1,
            n_jobs: Int | None = None,
        ) -> None: ...

    def _fit_resample_compiled(self, X, y):
        with threads_of(self.n_jobs):
            random_state = check_random_state(self.random_state)
            labels, class_rows = split_classes(y)
            index = ClassIndex(search_array(X), class_rows)
            minority = smallest_class(class_rows)
            kept, self.estimators_ = [], []
            for code, label in enumerate(labels):
                rows = class_rows[code]
                if label in self.sampling_strategy_:
                    seeds = rows[random_state.randint(0, len(rows), size=self.n_seeds_S)]
                    C = np.append(class_rows[minority], seeds)
                    self.estimators_.append(_classifier(self, X, y, C))
                    rows = np.append(seeds, self._misclassified(index, code, minority, seeds))
                kept.append(rows)
            kept = np.concatenate(kept)
            tomek = TomekLinks(sampling_strategy=list(self.sampling_strategy_), n_jobs=self.n_jobs)
            X_cleaned, y_cleaned = tomek.fit_resample(take_rows(X, kept), take_rows(y, kept))
            self.sample_indices_ = kept[tomek.sample_indices_]
            return X_cleaned, y_cleaned

    def _misclassified(self, index, code, minority, seeds):
        """Return the rows of a class, except seeds, that are classified as minority."""
        k = self.n_neighbors
        is_open = np.zeros(len(index.X), bool)
        is_open[index.class_rows[code]] = True
        is_open[seeds] = False
        rows = np.flatnonzero(is_open)  # any order is fast: most rows reach the count early
        if len(rows):
            check_enough_rows(k, len(index.class_rows[minority]) + len(seeds), len(rows))
        if code == minority or len(rows) == 0:  # every row that classifies is of this class
            return rows[:0]
        n_needed = own_votes_needed(int(code > minority), k, "mode")
        limits = self._deciding_seed(index.X, rows, np.sort(seeds), n_needed)
        return rows[index.count_before(minority, limits, k - n_needed + 1).are_enough()]

    def _deciding_seed(self, X, rows, seeds, nth):
        """Find the nth nearest seed of each row; if there are fewer seeds, NO_ROW."""
        nearest = NeighborLists(rows, 1)
        if nth > len(seeds):
            return Limits.of_last(nearest)

        def find_some(start, stop):
            columns = np.ascontiguousarray(X[rows[start:stop]].T)
            sq_distances = np.zeros((stop - start, len(seeds)))
            with np.errstate(all="ignore"):  # an infinite distance is valid
                for column, values in zip(columns, X[seeds].T, strict=True):  # as the search sums
                    sq_distances += np.subtract.outer(column, values, dtype=np.float64) ** 2
            if len(seeds) > 1:
                order = np.argsort(sq_distances, axis=1, kind="stable")[:, nth - 1, None]
                sq_distances = np.take_along_axis(sq_distances, order, axis=1)
                nearest.neighbor_rows[start:stop] = seeds[order]
            else:
                nearest.neighbor_rows[start:stop] = seeds
            nearest.sq_distances[start:stop] = sq_distances

        run_ranges(find_some, len(rows), 2**14, doing="searching neighbors")
        return Limits.of_last(nearest)

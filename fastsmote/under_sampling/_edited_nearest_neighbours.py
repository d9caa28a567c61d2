"""Edited nearest neighbors: one pass, repeated passes, and growing neighborhoods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from imblearn.under_sampling import AllKNN as _AllKNN
from imblearn.under_sampling import EditedNearestNeighbours as _EditedNearestNeighbours
from imblearn.under_sampling import (
    RepeatedEditedNearestNeighbours as _RepeatedEditedNearestNeighbours,
)
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote._base.classes import (
    name_classes,
    on_codes,
    rows_to_sample,
    smallest_class,
    split_classes,
)
from fastsmote._base.estimators import fitted_neighbors
from fastsmote._base.options import TAKES_MISSING
from fastsmote._base.sampler import CompiledSampler
from fastsmote._rules.edited import judge
from fastsmote._search.class_index import ClassIndex, build_index
from fastsmote._search.lists import search_array
from fastsmote._synthesis.output import take_rows
from fastsmote._threads import threads_of
from fastsmote._types import CleaningStrategy, Int, KindSel, Missing, Neighbors, Rows
from fastsmote.neighbors import neighbors_of

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_EditedNearestNeighbours, object)
assert issubclass(_RepeatedEditedNearestNeighbours, object)
assert issubclass(_AllKNN, object)


class EditedNearestNeighbours(CompiledSampler, _EditedNearestNeighbours):
    """Remove the rows whose neighbors belong to other classes.

    A drop-in replacement for `imblearn.under_sampling.EditedNearestNeighbours`.

    Parameters
    ----------
    sampling_strategy : str, list or callable, default="auto"
        The classes whose rows may be removed, as in imbalanced-learn. "auto" means all
        classes except the minority.
    n_neighbors : int >= 1 or object, default=3
        The number of neighbors that vote on a row. A `fastsmote.neighbors.NearestNeighbors`
        is accepted in place of an int; its `n_neighbors` counts the row itself. With any
        other neighbors object, imbalanced-learn's own code runs.
    kind_sel : {"all", "mode"}, default="all"
        With "all", a row is kept if all of its neighbors belong to its class. With "mode",
        it is kept if its class is the most frequent among them; if several classes are
        equally frequent, the lowest label wins.
    n_jobs : int, default=None
        The number of threads, with joblib's meaning of negative numbers. None means the
        number set by `fastsmote.threads` or ``FASTSMOTE_NUM_THREADS``, or every core if
        neither is set.
    missing : {"error", "partial"}, default="error"
        What to do if values of X are missing (NaN, or null in a dataframe). "error" raises an
        error. With "partial", the distance of two rows is computed from the features that both
        have, as in `sklearn.metrics.pairwise.nan_euclidean_distances`. A row without any value
        is an error. See ``docs/missing-values.md``.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    nn_ : NearestNeighbors
        Fitted to X. It finds `n_neighbors` + 1 rows. If X has missing values, it is
        scikit-learn's class with ``metric="nan_euclidean"``.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The numbers of the rows kept, class by class, ascending within each class.
    is_synthetic_ : ndarray of shape (n_kept,), bool
        False for every row, as no row is new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    Not all neighbors are searched. Let k be `n_neighbors`. The k nearest rows of a row all
    belong to its class exactly if k rows of its class are nearer than its nearest row of
    another class. So the search first looks for k rows of the own class in the row's own
    block of the index, then for rows of other classes that are nearer than these. Where it
    finds one, it counts nearer rows of the own class until there are k. "mode" with two
    classes works the same way: at least t of the k nearest rows belong to the own class
    exactly if t of its rows are nearer than the (k - t + 1)-th nearest row of the other
    class. "mode" with more classes searches all k neighbors.

    X of shape (n_rows, n_features) may be float32, float64 or integer. Of rows at the same
    distance, the lower row number is nearer, while imbalanced-learn's choice depends on the
    number of threads and the CPU. The result is the same for any number of threads. X is
    not modified. ``ValueError`` is raised if there are fewer than `n_neighbors` + 1 rows.

    X may also be a CSR or CSC matrix. The output then has the same rows, in the format of X.
    The classes are searched through an inverted index of 12 bytes per value. A dense copy is
    made only if X has at most 64 features, or if the copy takes at most twice the bytes of
    X. For sparse X, `nn_` is scikit-learn's class.

    Memory beyond input and output is 4 bytes per value of X and 24 (`n_neighbors` + 4)
    bytes per row.

    References
    ----------
    D. L. Wilson, "Asymptotic properties of nearest neighbor rules using edited data",
    IEEE Transactions on Systems, Man, and Cybernetics 2, 408-421, 1972, section III.
    For counting instead of searching: T. Liu, A. W. Moore, A. Gray, "New algorithms for
    efficient high-dimensional nonparametric classification", Journal of Machine Learning
    Research 7, 1135-1158, 2006, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.under_sampling import EditedNearestNeighbours
    >>> X = np.array([[0.0], [0.2], [0.3], [2.0], [2.1], [2.3], [2.6], [3.0]])
    >>> y = np.array([1, 1, 0, 0, 0, 0, 0, 0])
    >>> enn = EditedNearestNeighbours()
    >>> X_resampled, y_resampled = enn.fit_resample(X, y)
    >>> enn.sample_indices_
    array([3, 4, 5, 6, 7, 0, 1])
    """

    sampling_strategy_: dict[Any, int]
    n_features_in_: int
    nn_: StockNearestNeighbors
    sample_indices_: Rows

    _takes_sparse = True
    _neighbors_parameters: ClassVar = {"n_neighbors": 1}

    _parameter_constraints: ClassVar = {
        **_EditedNearestNeighbours._parameter_constraints,
        **TAKES_MISSING,
    }

    def __init__(
        self,
        *,
        sampling_strategy: CleaningStrategy = "auto",
        n_neighbors: Neighbors = 3,
        kind_sel: KindSel = "all",
        n_jobs: Int | None = None,
        missing: Missing = "error",
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            n_neighbors=n_neighbors,
            kind_sel=kind_sel,
            n_jobs=n_jobs,
        )
        self.missing: Missing = missing

    def _fit_resample_stock(self, X, y):
        """Run imbalanced-learn's own code, whose "mode" accepts only numeric labels."""
        if self.kind_sel == "mode" and y.dtype.kind not in "iuf":
            return on_codes(self, super()._fit_resample_stock, X, y)
        return super()._fit_resample_stock(X, y)

    def _fit_resample_compiled(self, X, y):
        with threads_of(self.n_jobs):
            labels, class_rows = split_classes(y)
            index = build_index(X, class_rows, has_missing=self._has_missing)
            self.nn_ = fitted_neighbors(index, self.n_neighbors + 1)
            self.sample_indices_ = np.concatenate(self._edit(index, labels))
            return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

    def _edit(self, index, labels):
        """Return the kept rows of each class."""
        kept = []
        for code, label in enumerate(labels):
            rows = index.class_rows[code]
            if label in self.sampling_strategy_:
                in_order = index.rows_in_order(code)
                verdict = judge(index, code, in_order, self.n_neighbors, self.kind_sel)
                rows = np.sort(verdict.rows[verdict.stays])
            kept.append(rows)
        return kept

    def _note(self, X, targeted, rows, kept):
        """Set the attributes of a call with X[rows] that keeps the rows ``kept``."""
        places = np.empty(len(X), np.int64)
        places[rows] = np.arange(len(rows))
        self.sampling_strategy_, self.n_features_in_ = targeted, X.shape[1]
        self.nn_ = neighbors_of(X if len(rows) == len(X) else X[rows], self.n_neighbors + 1)
        self.sample_indices_ = places[np.concatenate(kept)]


def _targeted(sampling_strategy, y):
    """Return the targeted classes of a pass over rows with the target y."""
    return rows_to_sample(sampling_strategy, y, "clean-sampling")


def with_any_labels(sampler, y):
    """Return a step that accepts the labels of y.

    With "mode", imbalanced-learn's `EditedNearestNeighbours` accepts only numeric labels.
    """
    is_stock = type(sampler) is _EditedNearestNeighbours
    if is_stock and sampler.kind_sel == "mode" and y.dtype.kind not in "iuf":
        return EditedNearestNeighbours(**sampler.get_params(deep=False))
    return sampler


class _RunsPasses(CompiledSampler):
    """Mixin for samplers that run `EditedNearestNeighbours` repeatedly."""

    def _fit_resample_stock(self, X, y):
        if self.kind_sel != "mode" or y.dtype.kind in "iuf":
            return super()._fit_resample_stock(X, y)
        resampled = on_codes(self, super()._fit_resample_stock, X, y)
        name_classes(self.enn_, self.sampling_strategy, np.unique(y))
        return resampled


def _is_over(class_rows, minority, n_minority, allow_minority=False):
    """Whether a class has no rows left or, unless allowed, fewer rows than the minority had."""
    sizes = [len(rows) for code, rows in enumerate(class_rows) if code != minority]
    is_smaller = any(0 < size < n_minority for size in sizes) and not allow_minority
    return is_smaller or any(len(rows) == 0 for rows in class_rows)


class _Known:
    """What the passes have found out about the rows of a class.

    A row is kept as long as none of its witnesses is removed.
    """

    def __init__(self, rows):
        self._rows, self._stays = rows, np.ones(len(rows), bool)
        self._places, self._witnesses = None, None  # (n,) of each row; (t, len(rows))

    def kept_rows(self):
        """Return the rows that no pass has removed."""
        return self._rows[self._stays]

    def stale_rows(self, is_removed):
        """Return the rows that must be judged again, because a witness is removed."""
        if self._witnesses is None:
            return self._rows
        is_stale = np.zeros(len(self._rows), bool)
        for witnesses in self._witnesses:
            is_stale |= is_removed[witnesses]
        return self._rows[is_stale & self._stays]

    def update(self, verdict):
        """Store the verdict on some rows, of all rows the first time."""
        if self._witnesses is None:
            self._witnesses = np.empty((verdict.witnesses.shape[1], len(self._rows)), np.int64)
            self._places = np.empty(self._rows[-1] + 1, np.int64)
            self._places[self._rows] = np.arange(len(self._rows))
        places = self._places[verdict.rows]
        # A removed row has no witnesses, but its places must hold row numbers.
        found = np.where(verdict.stays, verdict.witnesses.T, verdict.rows)
        self._stays[places], self._witnesses[:, places] = verdict.stays, found


class RepeatedEditedNearestNeighbours(_RunsPasses, _RepeatedEditedNearestNeighbours):
    """Repeat `EditedNearestNeighbours` until it removes nothing.

    A drop-in replacement for `imblearn.under_sampling.RepeatedEditedNearestNeighbours`.

    Parameters
    ----------
    sampling_strategy : str, list or callable, default="auto"
        As for `EditedNearestNeighbours`. It is evaluated again before each pass.
    n_neighbors : int >= 1 or object, default=3
        As for `EditedNearestNeighbours`.
    max_iter : int >= 1, default=100
        The maximum number of passes.
    kind_sel : {"all", "mode"}, default="all"
        As for `EditedNearestNeighbours`.
    n_jobs : int, default=None
        As for `EditedNearestNeighbours`.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    nn_ : NearestNeighbors
        Fitted to X. It finds `n_neighbors` + 1 rows.
    enn_ : EditedNearestNeighbours
        The sampler of the last pass.
    n_iter_ : int
        The number of passes, including a last one that removed nothing.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The numbers of the rows kept, class by class, ascending within each class.
    is_synthetic_ : ndarray of shape (n_kept,), bool
        False for every row, as no row is new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    The passes end if a pass removes nothing, if a class is empty, if a class other than the
    minority becomes smaller than the minority was before the first pass, or after `max_iter`
    passes.

    A row is kept because certain rows of its class are nearer than rows of other classes.
    As long as none of these witnesses is removed, the row is kept again. So a pass judges
    only rows that lost a witness, with the same result as a pass over all rows.

    If y is not sorted and the first pass removes nothing, imbalanced-learn's
    `sample_indices_` do not correspond to the rows it returns. Here they always do. The
    rows themselves are the same.

    Shapes, dtypes, errors, ties and reproducibility are as for
    `EditedNearestNeighbours`. In every pass, ties are ordered by the row numbers of the X
    passed in. For sparse X, imbalanced-learn's own code runs.

    References
    ----------
    I. Tomek, "An experiment with the edited nearest-neighbor rule", IEEE Transactions on
    Systems, Man, and Cybernetics 6, 448-452, 1976, section II.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.under_sampling import RepeatedEditedNearestNeighbours
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat([0, 1], [45, 15])
    >>> X_resampled, _ = RepeatedEditedNearestNeighbours().fit_resample(X, y)
    >>> len(X_resampled) < 60
    True
    """

    nn_: StockNearestNeighbors
    enn_: _EditedNearestNeighbours
    n_iter_: int
    sample_indices_: Rows

    if TYPE_CHECKING:  # imbalanced-learn's signature

        def __init__(
            self,
            *,
            sampling_strategy: CleaningStrategy = "auto",
            n_neighbors: Neighbors = 3,
            max_iter: Int = 100,
            kind_sel: KindSel = "all",
            n_jobs: Int | None = None,
        ) -> None: ...

    _neighbors_parameters: ClassVar = {"n_neighbors": 1}

    def _fit_resample_stock(self, X, y):
        resampled, last = super()._fit_resample_stock(X, y), self.enn_.sample_indices_
        if getattr(self.enn_.nn_, "n_samples_fit_", None) == len(last):
            # If the last pass removes no row, imbalanced-learn applies its order twice.
            self.sample_indices_ = self.sample_indices_[np.argsort(last)]
        return resampled

    def _fit_resample_compiled(self, X, y):
        with threads_of(self.n_jobs):
            labels, class_rows = split_classes(y)
            X_search = search_array(X)
            minority = smallest_class(class_rows)
            n_minority = len(class_rows[minority])
            self.nn_ = neighbors_of(X_search, self.n_neighbors + 1)
            self.enn_ = EditedNearestNeighbours(
                sampling_strategy=self.sampling_strategy,
                n_neighbors=self.n_neighbors,
                kind_sel=self.kind_sel,
                n_jobs=self.n_jobs,
            )
            index = ClassIndex(X_search, class_rows)
            known, is_removed = [_Known(rows) for rows in class_rows], np.zeros(len(X), bool)
            self.n_iter_, has_ended, alive = 0, False, np.arange(len(X))
            while self.n_iter_ < self.max_iter and not has_ended:
                self.n_iter_ += 1
                before, targeted = alive, _targeted(self.sampling_strategy, y[alive])
                self._edit_again(index, targeted, labels, known, is_removed)
                alive = np.concatenate(index.class_rows)
                has_converged = len(alive) == len(before)
                has_ended = has_converged or _is_over(index.class_rows, minority, n_minority)
            self.enn_._note(X_search, targeted, before, index.class_rows)
            self.sample_indices_ = alive
            return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

    def _edit_again(self, index, targeted, labels, known, is_removed):
        """Run one pass over the rows of the index, and remove the rows that it does not keep."""
        verdicts = {}
        for code, label in enumerate(labels):
            stale = known[code].stale_rows(is_removed) if label in targeted else ()
            if len(stale):
                is_stale = None
                if len(stale) < len(index.class_rows[code]):
                    is_stale = np.zeros(len(index.X), bool)
                    is_stale[stale] = True
                in_order = index.rows_in_order(code, is_stale)
                verdicts[code] = judge(index, code, in_order, self.n_neighbors, self.kind_sel)
        for code, verdict in verdicts.items():
            known[code].update(verdict)
            is_removed[verdict.rows[~verdict.stays]] = True
            index.keep(code, known[code].kept_rows())


class AllKNN(_RunsPasses, _AllKNN):
    """Repeat `EditedNearestNeighbours` with one neighbor, then two, and so on.

    A drop-in replacement for `imblearn.under_sampling.AllKNN`.

    Parameters
    ----------
    sampling_strategy : str, list or callable, default="auto"
        As for `EditedNearestNeighbours`. It is evaluated again before each pass.
    n_neighbors : int >= 1 or object, default=3
        The number of neighbors that vote in the last pass. A
        `fastsmote.neighbors.NearestNeighbors` is accepted in place of an int; its
        `n_neighbors` counts the row itself. With any other neighbors object,
        imbalanced-learn's own code runs.
    kind_sel : {"all", "mode"}, default="all"
        As for `EditedNearestNeighbours`.
    allow_minority : bool, default=False
        Whether to continue after another class becomes smaller than the minority was.
    n_jobs : int, default=None
        As for `EditedNearestNeighbours`.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    nn_ : NearestNeighbors
        Fitted to X. It finds `n_neighbors` + 1 rows.
    enn_ : EditedNearestNeighbours
        The sampler of the last pass.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The numbers of the rows kept, class by class, ascending within each class.
    is_synthetic_ : ndarray of shape (n_kept,), bool
        False for every row, as no row is new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    Each pass applies `EditedNearestNeighbours` to the remaining rows, with one neighbor more
    than the pass before. The passes end early if a class is empty or, unless
    `allow_minority` is True, if a class other than the minority becomes smaller than the
    minority was before the first pass.

    Shapes, dtypes, errors, ties and reproducibility are as for
    `EditedNearestNeighbours`. In every pass, ties are ordered by the row numbers of the X
    passed in. For sparse X, imbalanced-learn's own code runs.

    References
    ----------
    I. Tomek, "An experiment with the edited nearest-neighbor rule", IEEE Transactions on
    Systems, Man, and Cybernetics 6, 448-452, 1976, section III.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.under_sampling import AllKNN
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat([0, 1], [45, 15])
    >>> X_resampled, _ = AllKNN().fit_resample(X, y)
    >>> len(X_resampled) < 60
    True
    """

    nn_: StockNearestNeighbors
    enn_: _EditedNearestNeighbours
    sample_indices_: Rows

    if TYPE_CHECKING:  # imbalanced-learn's signature

        def __init__(
            self,
            *,
            sampling_strategy: CleaningStrategy = "auto",
            n_neighbors: Neighbors = 3,
            kind_sel: KindSel = "all",
            allow_minority: bool = False,
            n_jobs: Int | None = None,
        ) -> None: ...

    _neighbors_parameters: ClassVar = {"n_neighbors": 1}

    def _fit_resample_compiled(self, X, y):
        with threads_of(self.n_jobs):
            labels, class_rows = split_classes(y)
            X_search = search_array(X)
            minority = smallest_class(class_rows)
            n_minority = len(class_rows[minority])
            self.nn_ = neighbors_of(X_search, self.n_neighbors + 1)
            index, alive = ClassIndex(X_search, class_rows), np.arange(len(X))
            for k in range(1, self.n_neighbors + 1):
                self.enn_ = EditedNearestNeighbours(
                    sampling_strategy=self.sampling_strategy,
                    n_neighbors=k,
                    kind_sel=self.kind_sel,
                    n_jobs=self.n_jobs,
                )
                before, targeted = alive, _targeted(self.sampling_strategy, y[alive])
                self.enn_.sampling_strategy_ = targeted
                for code, rows in enumerate(self.enn_._edit(index, labels)):
                    index.keep(code, rows)
                alive = np.concatenate(index.class_rows)
                if _is_over(index.class_rows, minority, n_minority, self.allow_minority):
                    break
            self.enn_._note(X_search, targeted, before, index.class_rows)
            self.sample_indices_ = alive
            return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

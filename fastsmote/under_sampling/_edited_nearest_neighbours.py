"""Edited nearest neighbors: once, repeated, and with growing neighborhoods."""

from typing import ClassVar

import numpy as np
from imblearn.under_sampling import AllKNN as _AllKNN
from imblearn.under_sampling import EditedNearestNeighbours as _EditedNearestNeighbours
from imblearn.under_sampling import (
    RepeatedEditedNearestNeighbours as _RepeatedEditedNearestNeighbours,
)

from fastsmote._base.classes import (
    name_classes,
    on_codes,
    rows_to_sample,
    smallest_class,
    split_classes,
)
from fastsmote._base.estimators import fitted_neighbors
from fastsmote._base.sampler import CompiledSampler
from fastsmote._rules.edited import judge
from fastsmote._search.class_index import ClassIndex, build_index
from fastsmote._search.lists import search_array
from fastsmote._synthesis.output import take_rows
from fastsmote._threads import threads_of
from fastsmote.neighbors import NearestNeighbors


class EditedNearestNeighbours(CompiledSampler, _EditedNearestNeighbours):
    """Remove the rows whose neighbors are of other classes.

    A drop-in replacement for `imblearn.under_sampling.EditedNearestNeighbours`.

    Parameters
    ----------
    sampling_strategy : str, list or callable, default="auto"
        As for imbalanced-learn: the classes whose rows may be removed. "auto" is all but
        the minority.
    n_neighbors : int >= 1 or object, default=3
        How many neighbors are asked. A `fastsmote.neighbors.NearestNeighbors` is accepted
        in place of an int; its `n_neighbors` counts the row itself. With any other
        neighbors object, imbalanced-learn's own code runs.
    kind_sel : {"all", "mode"}, default="all"
        A row stays if all of its neighbors are of its class ("all"), or if no other
        class has more of them ("mode"; of classes with as many the lowest label wins).
    n_jobs : int, default=None
        The number of threads, with joblib's meaning of negative numbers. None means the
        number set by `fastsmote.threads` or ``FASTSMOTE_NUM_THREADS``, or every core if
        neither is set.

    Attributes
    ----------
    sampling_strategy_ : dict
        Its keys are the targeted classes.
    nn_ : NearestNeighbors
        Fitted to X; it finds one neighbor more than the parameter says.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The row numbers that are kept, class by class, ascending in each.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names, if all of them are strings.

    Notes
    -----
    Not all neighbors are searched. All k nearest rows of a row are of its class exactly
    when k rows of its class come before its nearest row of another; so the latter is
    found, and the former are counted until there are k. "mode" among two classes is the
    same with smaller numbers: at least t of the k nearest are of the own class exactly
    when t of its rows come before the (k - t + 1)-th nearest of the other. "mode" among
    more classes searches all k.

    X of shape (n_rows, n_features) may be float32, float64 or integer. Of rows at the
    same distance the lower row number is nearer; imbalanced-learn's choice among them
    depends on thread count and CPU. The result is the same for any number of threads, and
    X is not modified. ``ValueError`` if there are fewer than `n_neighbors` + 1 rows.

    Sparse X, CSR or CSC, gives the same rows in its format. Its classes are searched by an
    inverted index of 12 bytes a value, without a dense copy unless X has no more than 64
    features, or the copy would take no more than twice the bytes of X. `nn_` is
    scikit-learn's then.

    Memory beyond input and output is 4 bytes a value of X and 8 (`n_neighbors` + 4) a
    row.

    References
    ----------
    D. L. Wilson, "Asymptotic properties of nearest neighbor rules using edited data",
    IEEE Transactions on Systems, Man, and Cybernetics 2, 408-421, 1972, section III.
    Counting in place of searching: T. Liu, A. W. Moore, A. Gray, "New algorithms for
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

    _takes_sparse = True
    _neighbors_parameters: ClassVar = {"n_neighbors": 1}

    def _fit_resample_stock(self, X, y):
        """imbalanced-learn's own code, whose mode needs labels that are numbers."""
        if self.kind_sel == "mode" and y.dtype.kind not in "iuf":
            return on_codes(self, super()._fit_resample_stock, X, y)
        return super()._fit_resample_stock(X, y)

    def _fit_resample_compiled(self, X, y):
        with threads_of(self.n_jobs):
            labels, class_rows = split_classes(y)
            index = build_index(X, class_rows)
            self.nn_ = fitted_neighbors(X, index, self.n_neighbors + 1)
            self.sample_indices_ = np.concatenate(self._edit(index, labels))
            return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

    def _edit(self, index, labels):
        """The rows of each class that stay."""
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
        """Set the attributes that a call with X[rows] sets, of which ``kept`` stayed."""
        places = np.empty(len(X), np.int64)
        places[rows] = np.arange(len(rows))
        self.sampling_strategy_, self.n_features_in_ = targeted, X.shape[1]
        self.nn_ = NearestNeighbors._of(X if len(rows) == len(X) else X[rows], self.n_neighbors + 1)
        self.sample_indices_ = places[np.concatenate(kept)]


def _targeted(sampling_strategy, y):
    """The classes that a pass over rows of these classes edits."""
    return rows_to_sample(sampling_strategy, y, "clean-sampling")


def with_any_labels(sampler, y):
    """A step that takes the labels of y: imbalanced-learn's mode is one of numbers only."""
    is_stock = type(sampler) is _EditedNearestNeighbours
    if is_stock and sampler.kind_sel == "mode" and y.dtype.kind not in "iuf":
        return EditedNearestNeighbours(**sampler.get_params(deep=False))
    return sampler


class _RunsPasses(CompiledSampler):
    """Mixin for what runs `EditedNearestNeighbours` again and again."""

    def _fit_resample_stock(self, X, y):
        if self.kind_sel != "mode" or y.dtype.kind in "iuf":
            return super()._fit_resample_stock(X, y)
        resampled = on_codes(self, super()._fit_resample_stock, X, y)
        name_classes(self.enn_, self.sampling_strategy, np.unique(y))
        return resampled


def _is_over(class_rows, minority, n_minority, allow_minority=False):
    """Whether a class is gone or, unless allowed, now smaller than the minority was."""
    sizes = [len(rows) for code, rows in enumerate(class_rows) if code != minority]
    is_smaller = any(0 < size < n_minority for size in sizes) and not allow_minority
    return is_smaller or any(len(rows) == 0 for rows in class_rows)


class RepeatedEditedNearestNeighbours(_RunsPasses, _RepeatedEditedNearestNeighbours):
    """Edit again and again, until nothing is left to remove.

    A drop-in replacement for `imblearn.under_sampling.RepeatedEditedNearestNeighbours`.

    Parameters
    ----------
    sampling_strategy : str, list or callable, default="auto"
        As for `EditedNearestNeighbours`; looked at anew before each pass.
    n_neighbors : int >= 1 or object, default=3
        As for `EditedNearestNeighbours`.
    max_iter : int >= 1, default=100
        Passes at most.
    kind_sel : {"all", "mode"}, default="all"
        As for `EditedNearestNeighbours`.
    n_jobs : int, default=None
        As for `EditedNearestNeighbours`.

    Attributes
    ----------
    sampling_strategy_ : dict
        Its keys are the targeted classes.
    nn_ : NearestNeighbors
        Fitted to X; it finds one neighbor more than the parameter says.
    enn_ : EditedNearestNeighbours
        With the parameters of a pass.
    n_iter_ : int
        Passes made, the last one included that removed nothing.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The row numbers that are kept, class by class, ascending in each.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names, if all of them are strings.

    Notes
    -----
    The passes end when one removes nothing, when a class is gone, when a class other than
    the minority has become smaller than that was, or after `max_iter`.

    A row that stayed did so because some rows of its class come before those of others.
    Removing other rows does not change that, so only rows one of whose witnesses was
    removed are judged again: the answer is that of passes over all rows.

    imbalanced-learn's `sample_indices_` do not name the rows it returns if y is not
    sorted and the first pass removes nothing; here they always do. The rows are the same.

    Shapes, dtypes, errors, ties and reproducibility are as for
    `EditedNearestNeighbours`; row numbers are those of the X passed in at every pass.
    Sparse X runs imbalanced-learn's own code.

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

    _neighbors_parameters: ClassVar = {"n_neighbors": 1}

    def _fit_resample_stock(self, X, y):
        resampled, last = super()._fit_resample_stock(X, y), self.enn_.sample_indices_
        if getattr(self.enn_.nn_, "n_samples_fit_", None) == len(last):
            # The last pass removed no row, and imbalanced-learn applied its order twice.
            self.sample_indices_ = self.sample_indices_[np.argsort(last)]
        return resampled

    def _fit_resample_compiled(self, X, y):
        with threads_of(self.n_jobs):
            labels, class_rows = split_classes(y)
            X_search = search_array(X)
            minority = smallest_class(class_rows)
            n_minority = len(class_rows[minority])
            self.nn_ = NearestNeighbors._of(X_search, self.n_neighbors + 1)
            self.enn_ = EditedNearestNeighbours(
                sampling_strategy=self.sampling_strategy,
                n_neighbors=self.n_neighbors,
                kind_sel=self.kind_sel,
                n_jobs=self.n_jobs,
            )
            witnesses, is_removed = [None] * len(labels), np.zeros(len(X), bool)
            self.n_iter_, has_ended, alive = 0, False, np.arange(len(X))
            while self.n_iter_ < self.max_iter and not has_ended:
                self.n_iter_ += 1
                before, targeted = alive, _targeted(self.sampling_strategy, y[alive])
                class_rows = self._edit_again(
                    X_search, targeted, labels, class_rows, witnesses, is_removed
                )
                alive = np.concatenate(class_rows)
                has_converged = len(alive) == len(before)
                has_ended = has_converged or _is_over(class_rows, minority, n_minority)
            self.enn_._note(X_search, targeted, before, class_rows)
            self.sample_indices_ = alive
            return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

    def _edit_again(self, X, targeted, labels, class_rows, witnesses, is_removed):
        """One pass over the rows that are left; the rows of each class that stay."""
        stale = [
            self._stale_rows(rows, witnesses[code], is_removed) if label in targeted else None
            for code, (label, rows) in enumerate(zip(labels, class_rows, strict=True))
        ]
        n_stale = sum(len(rows) for rows in stale if rows is not None)
        index = ClassIndex(X, class_rows, n_stale)
        kept = []
        for code, rows in enumerate(class_rows):
            if stale[code] is not None and len(stale[code]):
                rows = self._judge_stale(index, code, stale[code], witnesses)
            kept.append(rows)
        for rows, still in zip(class_rows, kept, strict=True):
            is_removed[rows] = True
            is_removed[still] = False
        return kept

    def _stale_rows(self, rows, witnesses, is_removed):
        """The rows of which nobody knows that they stay."""
        if witnesses is None:
            return rows
        return rows[is_removed[witnesses].any(axis=1)]

    def _judge_stale(self, index, code, stale, witnesses):
        """Judge the stale rows of a class; keep the witnesses of all that stay."""
        rows = index.class_rows[code]
        is_stale = np.zeros(len(index.X), bool)
        is_stale[stale] = True
        verdict = judge(
            index, code, index.rows_in_order(code, is_stale), self.n_neighbors, self.kind_sel
        )
        order = np.argsort(verdict.rows)
        stays = np.ones(len(rows), bool)
        stays[is_stale[rows]] = verdict.stays[order]
        known = witnesses[code]
        if known is None:
            known = np.empty((len(rows), verdict.witnesses.shape[1]), np.int64)
        known[is_stale[rows]] = verdict.witnesses[order]
        witnesses[code] = known[stays]
        return rows[stays]


class AllKNN(_RunsPasses, _AllKNN):
    """Edit with one neighbor, then two, and so on.

    A drop-in replacement for `imblearn.under_sampling.AllKNN`.

    Parameters
    ----------
    sampling_strategy : str, list or callable, default="auto"
        As for `EditedNearestNeighbours`; looked at anew before each pass.
    n_neighbors : int >= 1 or object, default=3
        How many neighbors the last pass asks. A `fastsmote.neighbors.NearestNeighbors` is
        accepted in place of an int; its `n_neighbors` counts the row itself. With any other
        neighbors object, imbalanced-learn's own code runs.
    kind_sel : {"all", "mode"}, default="all"
        As for `EditedNearestNeighbours`.
    allow_minority : bool, default=False
        Go on when another class has become smaller than the minority was.
    n_jobs : int, default=None
        As for `EditedNearestNeighbours`.

    Attributes
    ----------
    sampling_strategy_ : dict
        Its keys are the targeted classes.
    nn_ : NearestNeighbors
        Fitted to X; it finds one neighbor more than the parameter says.
    enn_ : EditedNearestNeighbours
        With the parameters of the last pass.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The row numbers that are kept, class by class, ascending in each.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names, if all of them are strings.

    Notes
    -----
    Each pass is an `EditedNearestNeighbours` of the rows that are left, with one neighbor
    more, and its answer that of a full search for the reason given there. The passes end
    early when a class is gone or, unless `allow_minority`, when a class other than the
    minority has become smaller than that was.

    Shapes, dtypes, errors, ties and reproducibility are as for
    `EditedNearestNeighbours`; row numbers are those of the X passed in at every pass.
    Sparse X runs imbalanced-learn's own code.

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

    _neighbors_parameters: ClassVar = {"n_neighbors": 1}

    def _fit_resample_compiled(self, X, y):
        with threads_of(self.n_jobs):
            labels, class_rows = split_classes(y)
            X_search = search_array(X)
            minority = smallest_class(class_rows)
            n_minority = len(class_rows[minority])
            self.nn_ = NearestNeighbors._of(X_search, self.n_neighbors + 1)
            alive = np.arange(len(X))
            for k in range(1, self.n_neighbors + 1):
                self.enn_ = EditedNearestNeighbours(
                    sampling_strategy=self.sampling_strategy,
                    n_neighbors=k,
                    kind_sel=self.kind_sel,
                    n_jobs=self.n_jobs,
                )
                before, targeted = alive, _targeted(self.sampling_strategy, y[alive])
                self.enn_.sampling_strategy_ = targeted
                class_rows = self.enn_._edit(ClassIndex(X_search, class_rows), labels)
                alive = np.concatenate(class_rows)
                if _is_over(class_rows, minority, n_minority, self.allow_minority):
                    break
            self.enn_._note(X_search, targeted, before, class_rows)
            self.sample_indices_ = alive
            return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

"""imbalanced-learn's checks around a call, with the classes of y counted once.

`imblearn.base.SamplerMixin.fit_resample` sorts y five times or more to see what kind of
target it is, to count its classes and to count them again. For a plain 1-d target of
integers, booleans or strings the kind is known from the dtype and one count will do.
"""

from collections import Counter
from contextlib import nullcontext

import numpy as np
from imblearn.utils import check_sampling_strategy
from imblearn.utils._validation import ArraysTransformer, _check_X
from sklearn import config_context
from sklearn.utils import check_consistent_length
from sklearn.utils.multiclass import check_classification_targets
from sklearn_compat.base import _fit_context
from sklearn_compat.utils.validation import _check_feature_names, validate_data

from fastsmote._frames import (
    as_frame,
    as_series,
    columns_in_native_order,
    from_pandas,
    read_labels,
    read_numbers,
    take_rows_of_frame,
    to_pandas,
    write_labels,
    write_numbers,
)
from fastsmote._kernels.layout import in_native_order
from fastsmote._log import tells_how_it_ran
from fastsmote._threads import asking_once, run_ranges

SUMMED_VALUES = 2**19  # by one task
MAX_LABEL_SPAN = 2**16  # integer labels this close are counted in one pass


def count_classes(y):
    """The labels of y, sorted, and the number of rows of each.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)

    Returns
    -------
    labels : ndarray of shape (n_classes,), y's dtype
    counts : ndarray of shape (n_classes,), int64
    """
    if y.dtype.kind == "b":
        n_true = np.count_nonzero(y)
        counts = np.array([len(y) - n_true, n_true])
        return np.array([False, True])[counts > 0], counts[counts > 0]
    if y.dtype.kind in "iu" and len(y):
        low, high = int(y.min()), int(y.max())
        ends = np.array([low, high], y.dtype)
        counts = np.array([np.count_nonzero(y == end) for end in ends])
        if low < high and counts.sum() == len(y):  # two classes, counted at memory speed
            return ends, counts
        if high - low < MAX_LABEL_SPAN and high < np.iinfo(np.int64).max:
            counts = np.bincount(y.astype(np.int64, copy=False) - low)
            places = np.flatnonzero(counts)
            return (places + low).astype(y.dtype), counts[places]
    if y.dtype.kind in "OU":  # to sort a million strings takes a second
        count_of = Counter(y.tolist())
        labels = np.array(sorted(count_of), dtype=y.dtype)
        return labels, np.array([count_of[label] for label in labels.tolist()])
    return np.unique(y, return_counts=True)


class _CountedTarget(np.ndarray):
    """A target that answers `np.unique` from a count that was made before."""

    def __array_function__(self, function, types, args, kwargs):
        if function is np.unique and len(args) == 1 and args[0] is self:
            if not kwargs:
                return self.labels
            if kwargs == {"return_counts": True}:
                return self.labels, self.counts
        return super().__array_function__(function, types, args, kwargs)


def counted_as(y, labels, counts):
    """y, or any array of its labels, with its classes counted elsewhere."""
    target = y.view(_CountedTarget)
    target.labels, target.counts = labels, counts
    return target


def counted(y):
    """y, with its classes counted once and for all."""
    return counted_as(y, *count_classes(y))


def _labels_of(y):
    """The labels of a list or an array as a 1-d array, or None if it is none of that.

    Raises
    ------
    ValueError
        For what cannot be classes, as imbalanced-learn says it.
    """
    if isinstance(y, list):
        y = np.asarray(y)
    if type(y) is not np.ndarray or y.ndim != 1 or len(y) == 0 or y.dtype.kind not in "biuUOf":
        return None
    if y.dtype.kind in "Of":
        check_classification_targets(y)
    return y


def _is_surely_finite(X):
    """Whether a large array was seen to be finite, in parallel. scikit-learn says why it is not."""
    if type(X) is not np.ndarray or X.dtype not in (np.float32, np.float64):
        return False
    if X.size <= SUMMED_VALUES or not X.flags.c_contiguous:
        return False
    values, are_finite = X.reshape(-1), []

    def sum_some(start, stop):
        with np.errstate(over="ignore", invalid="ignore"):
            are_finite.append(np.isfinite(values[start:stop].sum()))

    run_ranges(sum_some, len(values), SUMMED_VALUES)
    return all(are_finite)


def _check_room(X, n_new):
    """Raise if so many new rows cannot be allocated: now, and not after an hour's search."""
    if not isinstance(X, np.ndarray):
        return
    n_rows, n_features = len(X) + n_new, X.shape[1]
    try:
        np.empty((n_rows, n_features), X.dtype)
    except (MemoryError, ValueError) as error:  # the latter beyond the address space
        size = n_rows * n_features * X.dtype.itemsize / 2**30
        raise MemoryError(
            f"The output of {n_rows:,} rows x {n_features} features of {X.dtype}, {size:,.3g} GiB, "
            f"cannot be allocated; {n_new:,} of the rows are new. Ask for fewer by "
            "sampling_strategy."
        ) from error


class CountsClassesOnce:
    """Mixin: `fit_resample` with the same checks and results, in less time.

    A dataframe of numbers is read into a matrix, and written again, here: `_fit_resample`
    sees arrays.
    """

    _ran = "compiled"

    @tells_how_it_ran
    @_fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X, y, **params):
        """Resample the dataset.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
            Finite numbers. A dataframe is pandas', polars' or pyarrow's.
        y : {array-like, series} of shape (n_rows,)
            The class of each row.

        Returns
        -------
        X_resampled : of the kind and dtypes of X, of shape (n_rows_new, n_features)
        y_resampled : of the kind and dtype of y, of shape (n_rows_new,)

        Raises
        ------
        ValueError
            For what imbalanced-learn refuses: NaN or infinity, one class only, lengths
            that differ, a strategy that does not fit y.
        MemoryError
            If the output of an over-sampler cannot be allocated; names its size.
        """
        # On a copy, so that threads which share a sampler do not meet in half-made attributes.
        call = object.__new__(type(self))
        vars(call).update(vars(self))
        with asking_once():
            resampled = call._resample(X, y, **params)
        vars(self).update(vars(call))
        return resampled

    def _resample(self, X, y, **params):
        """`fit_resample` without the check of parameters."""
        if self._sampling_type == "over-sampling":
            X, y = in_native_order(X), in_native_order(y)  # as joined arrays are
        series, frame = as_series(y), as_frame(X)
        labels = _labels_of(y) if series is None else read_labels(series)
        has_columns_of_one_name = frame is None and hasattr(X, "iloc")
        if labels is None or has_columns_of_one_name:
            return super().fit_resample(X, y, **params)
        values, write_frame = (X, None) if frame is None else self._read_frame(frame)
        if values is None:
            return super().fit_resample(X, y, **params)
        checked_X, checked_y = self._validated(values, labels)
        if values is not X:
            _check_feature_names(self, X, reset=True)
        self.sampling_strategy_ = check_sampling_strategy(
            self.sampling_strategy, counted(checked_y), self._sampling_type
        )
        if self._sampling_type == "over-sampling":
            _check_room(checked_X, sum(self.sampling_strategy_.values()))
        X_resampled, y_resampled = self._fit_resample(checked_X, checked_y, **params)
        if write_frame is not None:
            X_resampled = write_frame(X_resampled)
        elif isinstance(X, list):
            X_resampled = X_resampled.tolist()
        if series is not None:
            y_resampled = write_labels(series, labels, y_resampled)
            if hasattr(X_resampled, "iloc") and hasattr(y_resampled, "iloc"):
                y_resampled.index = X_resampled.index
        elif isinstance(y, list):
            y_resampled = y_resampled.tolist()
        return X_resampled, y_resampled

    def _check_X_y(self, X, y, *args, **kwargs):
        """imbalanced-learn's checks, of what its own `fit_resample` takes."""
        X, y, binarize_y = super()._check_X_y(X, y, *args, **kwargs)
        if self._sampling_type == "over-sampling":
            X = in_native_order(X)  # of a frame with such columns
        return X, y, binarize_y

    def _read_frame(self, frame):
        """What `_fit_resample` takes for a dataframe, and what makes one of its result.

        None stands for a dataframe that has to go through imbalanced-learn's own checks.
        """
        matrix, dtypes = read_numbers(frame)

        def write_frame(X_resampled):
            names_rows = self._sampling_type != "over-sampling" and hasattr(self, "sample_indices_")
            if not names_rows or "_fell_back" in vars(self):  # which may name others
                return write_numbers(frame, X_resampled, dtypes)
            selected = take_rows_of_frame(frame.to_native(), self.sample_indices_)
            return selected.reset_index(drop=True) if hasattr(selected, "iloc") else selected

        return matrix, write_frame

    def _validated(self, X, y):
        is_known = y.dtype.kind not in "fO" and _is_surely_finite(X)
        with config_context(assume_finite=True) if is_known else nullcontext():
            return validate_data(self, X=X, y=y, reset=True, accept_sparse=["csr", "csc"])


class TakesAnyX(CountsClassesOnce):
    """Mixin for samplers that do not look at the values of X."""

    _ran = "fastsmote's NumPy code"

    def _read_frame(self, frame):
        return frame.to_native(), lambda X_resampled: X_resampled

    def _validated(self, X, y):
        check_consistent_length(X, y)
        X = X if as_frame(X) is not None else _check_X(X)
        return validate_data(self, X=X, y=y, reset=True, skip_check_array=True)


class TakesCategories(TakesAnyX):
    """Mixin for samplers that take pandas DataFrames of any columns."""

    _ran = "compiled"

    def _read_frame(self, frame):
        X = to_pandas(frame)
        if any(hasattr(dtype, "fill_value") for dtype in X.dtypes):  # sparse columns
            return None, None
        as_pandas = ArraysTransformer(X, [])

        def write_frame(X_resampled):
            return from_pandas(frame, as_pandas.transform(X_resampled, np.empty(0))[0])

        return columns_in_native_order(X), write_frame

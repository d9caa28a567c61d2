"""imbalanced-learn's checks around a call, with the classes of y counted once.

`imblearn.base.SamplerMixin.fit_resample` sorts y five times or more to see what kind of
target it is, to count its classes and to count them again. For a plain 1-d target of
integers, booleans or strings the kind is known from the dtype and one count will do.
"""

import sys

import numpy as np
from imblearn.utils import check_sampling_strategy
from imblearn.utils._validation import ArraysTransformer, _check_X
from sklearn.utils import check_consistent_length
from sklearn_compat.base import _fit_context
from sklearn_compat.utils.validation import validate_data

from fastsmote._log import tells_how_it_ran

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
        if high - low < MAX_LABEL_SPAN and high < np.iinfo(np.int64).max:
            counts = np.bincount(y.astype(np.int64, copy=False) - low)
            places = np.flatnonzero(counts)
            return (places + low).astype(y.dtype), counts[places]
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


def counted(y):
    """y, with its classes counted once and for all."""
    target = y.view(_CountedTarget)
    target.labels, target.counts = count_classes(y)
    return target


def _is_plain_target(y):
    """Whether y is a 1-d array or pandas Series of integers, booleans or strings."""
    pandas = sys.modules.get("pandas")
    if pandas is not None and type(y) is pandas.Series and isinstance(y.dtype, np.dtype):
        return y.dtype.kind in "biu" and len(y) > 0
    return type(y) is np.ndarray and y.ndim == 1 and y.dtype.kind in "biuU" and len(y) > 0


class CountsClassesOnce:
    """Mixin: `fit_resample` with the same checks and results, in less time."""

    _ran = "compiled"

    @tells_how_it_ran
    @_fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X, y, **params):
        """Resample the dataset.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
            Finite numbers.
        y : array-like of shape (n_rows,)
            The class of each row.

        Returns
        -------
        X_resampled : of the kind and dtype of X, of shape (n_rows_new, n_features)
        y_resampled : of the kind and dtype of y, of shape (n_rows_new,)

        Raises
        ------
        ValueError
            For what imbalanced-learn refuses: NaN or infinity, one class only, lengths
            that differ, a strategy that does not fit y.
        """
        if not _is_plain_target(y):
            return super().fit_resample(X, y, **params)
        arrays_transformer = ArraysTransformer(X, y)
        X, y = self._validated(X, np.asarray(y))
        self.sampling_strategy_ = check_sampling_strategy(
            self.sampling_strategy, counted(y), self._sampling_type
        )
        return arrays_transformer.transform(*self._fit_resample(X, y, **params))

    def _validated(self, X, y):
        return validate_data(self, X=X, y=y, reset=True, accept_sparse=["csr", "csc"])


class TakesAnyX(CountsClassesOnce):
    """Mixin for samplers that do not look at the values of X."""

    _ran = "fastsmote's NumPy code"

    def _validated(self, X, y):
        X = _check_X(X)
        check_consistent_length(X, y)
        return validate_data(self, X=X, y=y, reset=True, skip_check_array=True)

"""imbalanced-learn's over-samplers with the deviations of PROMISES.md that change rows.

The compiled samplers are compared with these classes. They deviate for integers whose
differences wrap, booleans, float16 beside categories, and the number of rows of k-means
SMOTE. Nothing here is fastsmote's.
"""

import math

import imblearn.combine
import imblearn.over_sampling as stock
import imblearn.under_sampling
import numpy as np
import pandas as pd
from scipy import sparse


def _replaced(X, values):
    """X with other values: an array, of whose rows the numbers are kept, or a sparse matrix."""
    if sparse.issparse(X):
        X = X.copy()
        X.data = values
        return X
    if hasattr(X, "numbers"):  # of exact_imblearn.py
        values.numbers = X.numbers
    return values


def _values(X):
    return X.data if sparse.issparse(X) else X


def wide(X):
    """X in a dtype in which no difference wraps, and is defined."""
    kind = getattr(X, "dtype", np.dtype(object)).kind
    if kind in "iu":
        return _replaced(X, _values(X).astype(np.int64))
    if kind == "b":
        return _replaced(X, _values(X).astype(np.float64))
    return X


def narrow(made, X):
    """What `wide` was before, in X's dtype; what lies beyond its ends becomes them."""
    values, dtype = _values(made), X.dtype.newbyteorder("=")
    if values.dtype == dtype:
        return made
    if dtype.kind in "iu" and values.dtype == np.int64:
        ends, in_int64 = np.iinfo(dtype), np.iinfo(np.int64)
        values = np.clip(values, max(ends.min, in_int64.min), min(ends.max, in_int64.max))
    return _replaced(made, values.astype(dtype))


class _OnWideNumbers:
    def _fit_resample(self, X, y):
        if not isinstance(X, np.ndarray) and not sparse.issparse(X):
            return super()._fit_resample(X, y)
        X_resampled, y_resampled = super()._fit_resample(wide(X), y)
        return narrow(X_resampled, X), y_resampled


class SMOTE(_OnWideNumbers, stock.SMOTE):
    pass


class BorderlineSMOTE(_OnWideNumbers, stock.BorderlineSMOTE):
    def _fit_resample(self, X, y):
        if self.kind == "borderline-1" or X.dtype.kind not in "iu":
            return super()._fit_resample(X, y)
        X_resampled, y_resampled = super()._fit_resample(_replaced(X, _values(X) * 1.0), y)
        return _replaced(X_resampled, _values(X_resampled).astype(X.dtype)), y_resampled


class RandomOverSampler(_OnWideNumbers, stock.RandomOverSampler):
    def _fit_resample(self, X, y):
        if self.shrinkage is None or not sparse.issparse(X):  # which makes floats of an array
            return stock.RandomOverSampler._fit_resample(self, X, y)
        return super()._fit_resample(X, y)


class ADASYN(_OnWideNumbers, stock.ADASYN):
    pass


class SVMSMOTE(_OnWideNumbers, stock.SVMSMOTE):
    pass


class SMOTENC(_OnWideNumbers, stock.SMOTENC):
    def _fit_resample(self, X, y):
        if not isinstance(X, pd.DataFrame):
            half = X.dtype == np.float16 and np.isfinite(X).all()
            X_resampled, y_resampled = super()._fit_resample(X.astype(np.float32) if half else X, y)
            return X_resampled.astype(np.float16) if half else X_resampled, y_resampled
        self.n_features_ = X.shape[1]
        self._validate_column_types(X)
        is_category = set(self.categorical_features_)
        names = [name for j, name in enumerate(X.columns) if j not in is_category]
        kinds = {name: X[name].dtype for name in names if isinstance(X[name].dtype, np.dtype)}
        other = {name: np.int64 for name, dtype in kinds.items() if dtype.kind in "iu"}
        if len(kinds) == len(names) and {dtype.kind for dtype in kinds.values()} == {"b"}:
            other = dict.fromkeys(names, np.float64)
        if len(kinds) == len(names) and set(kinds.values()) == {np.dtype(np.float16)}:
            other = dict.fromkeys(names, np.float32)
        return super()._fit_resample(X.astype(other), y)  # written in the dtypes of X


class KMeansSMOTE(_OnWideNumbers, stock.KMeansSMOTE):
    """The last rows of some clusters left out, so that there are as many as were asked for."""

    def _find_cluster_sparsity(self, X):
        self.seen_.append(super()._find_cluster_sparsity(X))
        return self.seen_[-1]

    def _make_samples(self, *args, **kwargs):
        made = super()._make_samples(*args, **kwargs)
        self.seen_.append(made)
        return made

    def _fit_resample(self, X, y):
        self.seen_ = []
        X_resampled, y_resampled = super()._fit_resample(X, y)
        n_before = X.shape[0]
        X_parts, y_parts = [X_resampled[:n_before]], [y_resampled[:n_before]]
        place, first_new = 0, n_before
        for n_new in self.sampling_strategy_.values():
            if n_new == 0:
                continue
            sparsities = []
            while not isinstance(self.seen_[place], tuple):
                sparsities.append(self.seen_[place])
                place += 1
            quotas = n_new * (np.array(sparsities) / np.array(sparsities).sum())
            kept = [math.floor(quota) for quota in quotas]
            by_remainder = sorted(range(len(kept)), key=lambda i: kept[i] - quotas[i])
            for i in by_remainder[: math.ceil(n_new) - sum(kept)]:
                kept[i] += 1
            for n_kept in kept:
                n_made = len(self.seen_[place][1])
                X_parts.append(X_resampled[first_new : first_new + n_kept])
                y_parts.append(y_resampled[first_new : first_new + n_kept])
                first_new += n_made
                place += 1
        del self.seen_
        if sparse.issparse(X):
            return sparse.vstack(X_parts), np.hstack(y_parts)
        return np.vstack(X_parts), np.hstack(y_parts)


class _OnMatrices:
    """Rows of a sparse array have one dimension, which imbalanced-learn does not expect."""

    def _fit_resample(self, X, y):
        if not isinstance(X, sparse.sparray):
            return super()._fit_resample(X, y)
        X_resampled, y_resampled = super()._fit_resample(sparse.csr_matrix(X), y)
        return type(X)(X_resampled), y_resampled


class CondensedNearestNeighbour(_OnMatrices, imblearn.under_sampling.CondensedNearestNeighbour):
    pass


class OneSidedSelection(_OnMatrices, imblearn.under_sampling.OneSidedSelection):
    pass


class _OnFloats:
    def _fit_resample(self, X, y):
        if X.dtype.kind != "b":
            return super()._fit_resample(X, y)
        X_resampled, y_resampled = super()._fit_resample(wide(X), y)
        return narrow(X_resampled, X), y_resampled


class SMOTETomek(_OnFloats, imblearn.combine.SMOTETomek):
    pass


class SMOTEENN(_OnFloats, imblearn.combine.SMOTEENN):
    pass


DEVIATING = {cls.__name__: cls for cls in (SMOTE, BorderlineSMOTE, ADASYN, SVMSMOTE, SMOTENC)}
DEVIATING |= {cls.__name__: cls for cls in (KMeansSMOTE, SMOTETomek, SMOTEENN, RandomOverSampler)}
DEVIATING |= {cls.__name__: cls for cls in (CondensedNearestNeighbour, OneSidedSelection)}

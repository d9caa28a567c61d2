"""imbalanced-learn's own samplers, with the search of `reference.py` in place of scikit-learn's.

What they choose is then fixed where distances tie too: the nearer row, then the lower row
number, and a row is never its own neighbor. And the only new row of a class is rounded as
several are, as with NumPy 2, where X is sparse or SMOTE-NC's. Nothing here is fastsmote's.
"""

from contextlib import contextmanager

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
from imblearn.combine import _smote_enn, _smote_tomek
from imblearn.under_sampling._prototype_selection import (
    _condensed_nearest_neighbour,
    _edited_nearest_neighbours,
    _neighbourhood_cleaning_rule,
    _one_sided_selection,
    _tomek_links,
)
from imblearn.utils import _validation, check_sampling_strategy
from scipy import sparse
from scipy.sparse._data import _data_matrix
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.utils import check_array

from helpers.deviations import DEVIATING, SMOTE
from helpers.reference import all_sq_distances

MODULES = (imblearn.over_sampling, imblearn.under_sampling, imblearn.combine)


class Rows(np.ndarray):
    """An array of rows of a table, which knows their row numbers."""

    def __array_finalize__(self, other):
        self.numbers = None

    def __getitem__(self, key):
        taken = super().__getitem__(key)
        rows = key[0] if isinstance(key, tuple) else key
        if self.numbers is not None and taken.ndim == 2:
            taken.numbers = self.numbers[rows]
        return taken


def numbered(X):
    """X as a table, its rows numbered from 0."""
    rows = np.asarray(X).view(Rows)
    rows.numbers = np.arange(len(rows))
    return rows


def _numbers_of(X):
    numbers = getattr(X, "numbers", None)
    return np.arange(X.shape[0]) if numbers is None else numbers


class _Exact:
    """Neighbors by (distance, row number), after the row itself where it is asked about."""

    itself_first = True

    def _keep(self, X):
        self._X, self._numbers, self.n_samples_fit_ = X, _numbers_of(X), X.shape[0]
        return self

    def _nearest(self, X, k):
        if k > self.n_samples_fit_ and len(X):  # of nothing nothing is asked
            raise ValueError(
                f"Expected n_neighbors <= n_samples_fit, but n_neighbors = {k}, "
                f"n_samples_fit = {self.n_samples_fit_}, n_samples = {X.shape[0]}"
            )
        numbers = np.broadcast_to(self._numbers, (X.shape[0], self.n_samples_fit_))
        if self.metric == "precomputed":
            sq_distances = np.asarray(X)
        else:
            sq_distances = all_sq_distances(_dense(self._X), _dense(X))
        keys = sq_distances
        if not self.itself_first:
            pass
        elif X is self._X and self.metric != "precomputed":
            keys = np.where(np.eye(len(keys), dtype=bool), -1.0, sq_distances)
        elif getattr(X, "numbers", None) is not None:
            keys = np.where(numbers == X.numbers[:, np.newaxis], -1.0, sq_distances)
        order = np.lexsort((numbers, keys), axis=1)[:, :k]
        return np.sqrt(np.take_along_axis(sq_distances, order, axis=1)), order


def _dense(X):
    return X.toarray() if sparse.issparse(X) else np.asarray(X)


class ExactNeighbors(_Exact, NearestNeighbors):
    """For `sklearn.neighbors.NearestNeighbors`."""

    def fit(self, X, y=None):
        return self._keep(X)

    def kneighbors(self, X=None, n_neighbors=None, return_distance=True):
        distances, rows = self._nearest(X, n_neighbors or self.n_neighbors)
        return (distances, rows) if return_distance else rows


class ExactClassifier(_Exact, KNeighborsClassifier):
    """For `sklearn.neighbors.KNeighborsClassifier`."""

    def fit(self, X, y):
        self.classes_, self._codes = np.unique(y, return_inverse=True)
        return self._keep(X)

    def kneighbors(self, X=None, n_neighbors=None, return_distance=True):
        distances, rows = self._nearest(X, n_neighbors or self.n_neighbors)
        return (distances, rows) if return_distance else rows

    def predict(self, X):
        voters = self._codes[self._nearest(X, self.n_neighbors)[1]]
        votes = (voters[:, :, np.newaxis] == np.arange(len(self.classes_))).sum(axis=1)
        return self.classes_[votes.argmax(axis=1)]


class _ByNumberAlone(ExactClassifier):
    """The same for condensing, where a row is one of those that it is classified by, or not."""

    itself_first = False


class _Direct:
    """`fit_resample` without the validation, which would forget the row numbers."""

    def fit_resample(self, X, y):
        if getattr(X, "numbers", None) is None:
            X = numbered(X)
        self.sampling_strategy_ = check_sampling_strategy(
            self.sampling_strategy, y, self._sampling_type
        )
        return self._fit_resample(X, y)


class _FreshlyNumbered(_Direct):
    """The same for rows that are a table of their own: a new row may be infinite."""

    def fit_resample(self, X, y):
        return super().fit_resample(numbered(check_array(X, input_name="X")), y)


class _ENN(_Direct, imblearn.under_sampling.EditedNearestNeighbours):
    pass


class _TomekLinks(_FreshlyNumbered, imblearn.under_sampling.TomekLinks):
    pass


class _SMOTE(_FreshlyNumbered, SMOTE):
    pass


class _FreshENN(_FreshlyNumbered, imblearn.under_sampling.EditedNearestNeighbours):
    pass


REPLACED = [
    (_validation, "NearestNeighbors", ExactNeighbors),
    (_tomek_links, "NearestNeighbors", ExactNeighbors),
    (_neighbourhood_cleaning_rule, "KNeighborsClassifier", ExactClassifier),
    (_neighbourhood_cleaning_rule, "EditedNearestNeighbours", _ENN),
    (_edited_nearest_neighbours, "EditedNearestNeighbours", _ENN),
    (_condensed_nearest_neighbour, "KNeighborsClassifier", _ByNumberAlone),
    (_one_sided_selection, "KNeighborsClassifier", ExactClassifier),
    (_one_sided_selection, "TomekLinks", _TomekLinks),
    (_smote_tomek, "SMOTE", _SMOTE),
    (_smote_tomek, "TomekLinks", _TomekLinks),
    (_smote_enn, "SMOTE", _SMOTE),
    (_smote_enn, "EditedNearestNeighbours", _FreshENN),
]


def _mul_scalar(self, other):
    """A sparse matrix by a float64, which is one to NumPy 1 too and not as wide as the matrix."""
    return self._with_data(self.data * np.atleast_1d(other))


if np.lib.NumpyVersion(np.__version__) < "2.0.0":
    REPLACED.append((_data_matrix, "_mul_scalar", _mul_scalar))


@contextmanager
def _exact_search():
    before = [getattr(home, name) for home, name, _ in REPLACED]
    try:
        for home, name, exact in REPLACED:
            setattr(home, name, exact)
        yield
    finally:
        for (home, name, _), stock in zip(REPLACED, before, strict=True):
            setattr(home, name, stock)


def stock_class(name):
    """imbalanced-learn's class of that name, with the deviations that change rows."""
    if name in DEVIATING:
        return DEVIATING[name]
    return next(getattr(module, name) for module in MODULES if hasattr(module, name))


def fit_resample_exactly(name, params, X, y):
    """What imbalanced-learn's sampler gives for an array or frame by an exact search.

    Returns
    -------
    X_resampled, y_resampled : ndarray, or frame for SMOTENC and SMOTEN
    sampler : the sampler, fitted
    """
    stock = stock_class(name)
    with _exact_search():
        if name in ("SMOTENC", "SMOTEN"):  # which search among all that they fit to
            sampler = stock(**params)
            return *sampler.fit_resample(X, y), sampler
        sampler = type(name, (_Direct, stock), {})(**params)
        X_resampled, y_resampled = sampler.fit_resample(numbered(check_array(X)), np.asarray(y))
        return np.asarray(X_resampled), y_resampled, sampler

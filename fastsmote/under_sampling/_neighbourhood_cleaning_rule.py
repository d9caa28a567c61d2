"""Neighborhood cleaning rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from imblearn.under_sampling import NeighbourhoodCleaningRule as _NeighbourhoodCleaningRule
from sklearn import config_context
from sklearn.base import clone
from sklearn.neighbors import KNeighborsClassifier

from fastsmote._base.classes import encode_classes, name_classes, on_codes, smallest_class
from fastsmote._base.sampler import CompiledSampler
from fastsmote._recipes.cleaning import classes_to_clean
from fastsmote._rules.edited import count_votes
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import NeighborLists, check_enough_rows, search_array
from fastsmote._synthesis.output import take_rows
from fastsmote._threads import threads_of
from fastsmote._types import CleaningStrategy, Int, Neighbors, Rows, SamplerObject
from fastsmote.under_sampling._edited_nearest_neighbours import (
    EditedNearestNeighbours,
    with_any_labels,
)

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_NeighbourhoodCleaningRule, object)


class _FittedLater(KNeighborsClassifier):
    """A classifier that is fitted at its first use.

    imbalanced-learn fits it in every call. For few rows the fit would take a third of the time
    of a call, and its result is rarely used.
    """

    def given(self, X, y):
        """Store the rows for a later fit."""
        self._rows = X, y
        self.n_samples_fit_, self.n_features_in_ = X.shape
        return self

    def __getattr__(self, name):
        rows = vars(self).pop("_rows", None)
        if rows is None:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        with config_context(assume_finite=True):
            self.fit(*rows)
        return getattr(self, name)


class NeighbourhoodCleaningRule(CompiledSampler, _NeighbourhoodCleaningRule):
    """Remove rows that are misclassified, or that cause minority rows to be misclassified.

    A drop-in replacement for `imblearn.under_sampling.NeighbourhoodCleaningRule`.

    Parameters
    ----------
    sampling_strategy : str, list or callable, default="auto"
        The classes whose rows may be removed, as in imbalanced-learn. "auto" means all
        classes except the minority.
    edited_nearest_neighbours : estimator object, default=None
        The sampler of the first step, imbalanced-learn's or compiled. None means the compiled
        `EditedNearestNeighbours` with ``kind_sel="mode"``.
    n_neighbors : int >= 1 or object, default=3
        The number of neighbors that classify a row. A
        `fastsmote.neighbors.NearestNeighbors` is accepted in place of an int; its
        `n_neighbors` counts the row itself. With any other neighbors object,
        imbalanced-learn's own code runs.
    threshold_cleaning : float, default=0.5
        The second step removes rows only from targeted classes with more rows than
        `threshold_cleaning` times the number of minority rows.
    n_jobs : int, default=None
        The number of threads, with joblib's meaning of negative numbers. None means the
        number set by `fastsmote.threads` or ``FASTSMOTE_NUM_THREADS``, or every core if
        neither is set.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    edited_nearest_neighbours_ : estimator object
        The first step. Its `sample_indices_` are the numbers of the rows it keeps.
    nn_ : KNeighborsClassifier
        Fitted to X and y at its first use.
    classes_to_clean_ : list
        The classes from which the second step removes rows.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The numbers of the rows kept, in ascending order.
    is_synthetic_ : ndarray of shape (n_kept,), bool
        False for every row, as no row is new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    The first step removes the targeted rows that `EditedNearestNeighbours` would remove. The
    second step needs only the neighbors of minority rows. A minority row is classified by
    the most frequent class among its `n_neighbors` nearest rows, itself included. If it is
    misclassified, those of its `n_neighbors` nearest other rows that belong to
    `classes_to_clean_` are removed.

    Shapes, dtypes, errors, ties and reproducibility are as for `EditedNearestNeighbours`.
    For sparse X, imbalanced-learn's own code runs.

    References
    ----------
    J. Laurikkala, "Improving identification of difficult small classes by balancing class
    distribution", AIME 2001, LNCS 2101, 63-66, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.under_sampling import NeighbourhoodCleaningRule
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat([0, 1], [45, 15])
    >>> X_resampled, _ = NeighbourhoodCleaningRule().fit_resample(X, y)
    >>> len(X_resampled) < 60
    True
    """

    edited_nearest_neighbours_: Any
    nn_: KNeighborsClassifier
    classes_to_clean_: list[Any]
    sample_indices_: Rows

    if TYPE_CHECKING:  # imbalanced-learn's signature

        def __init__(
            self,
            *,
            sampling_strategy: CleaningStrategy = "auto",
            edited_nearest_neighbours: SamplerObject | None = None,
            n_neighbors: Neighbors = 3,
            threshold_cleaning: float = 0.5,
            n_jobs: Int | None = None,
        ) -> None: ...

    _neighbors_parameters: ClassVar = {"n_neighbors": 1}

    def _fit_resample_stock(self, X, y):
        """Run imbalanced-learn's own code, whose first step accepts only numeric labels."""
        if self.edited_nearest_neighbours is not None:
            step = with_any_labels(self.edited_nearest_neighbours, y)
            self._settle("edited_nearest_neighbours", step)
        if self.edited_nearest_neighbours is not None or y.dtype.kind in "iuf":
            return super()._fit_resample_stock(X, y)
        labels, resampled = np.unique(y), on_codes(self, super()._fit_resample_stock, X, y)
        self.classes_to_clean_ = [labels[code] for code in self.classes_to_clean_]
        name_classes(self.edited_nearest_neighbours_, self.sampling_strategy, labels)
        return resampled

    def _fit_resample_compiled(self, X, y):
        with threads_of(self.n_jobs):
            labels, codes, class_rows = encode_classes(y)
            index = ClassIndex(search_array(X), class_rows)
            minority = smallest_class(class_rows)
            self.nn_ = _FittedLater(n_neighbors=self.n_neighbors, n_jobs=self.n_jobs).given(X, y)
            targeted = [c for c, label in enumerate(labels) if label in self.sampling_strategy_]
            sizes = list(map(len, class_rows))
            cleaned = classes_to_clean(sizes, targeted, minority, self.threshold_cleaning)
            self.classes_to_clean_ = [labels[code] for code in cleaned]
            is_kept = np.zeros(len(X), bool)
            is_kept[self._edited(X, y, index, labels)] = True
            offending = self._neighbors_of_misclassified(index, minority, codes)
            is_kept[offending[np.isin(y[offending], self.classes_to_clean_)]] = False
            self.sample_indices_ = np.flatnonzero(is_kept)
            return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)

    def _edited(self, X, y, index, labels):
        """Return the rows that the first step keeps."""
        if self.edited_nearest_neighbours is not None:
            self.edited_nearest_neighbours_ = with_any_labels(
                clone(self.edited_nearest_neighbours), y
            )
            self.edited_nearest_neighbours_.fit_resample(X, y)
        else:
            self.edited_nearest_neighbours_ = enn = EditedNearestNeighbours(
                sampling_strategy=self.sampling_strategy,
                n_neighbors=self.n_neighbors,
                kind_sel="mode",
                n_jobs=self.n_jobs,
            )
            enn.sampling_strategy_ = self.sampling_strategy_
            kept = enn._edit(index, labels)
            enn._note(index.X, self.sampling_strategy_, np.arange(len(index.X)), kept)
        return self.edited_nearest_neighbours_.sample_indices_

    def _neighbors_of_misclassified(self, index, minority, codes):
        """Return the neighbors of the misclassified minority rows."""
        k, rows = self.n_neighbors, index.rows_in_order(minority)
        check_enough_rows(k, len(index.X), len(rows))  # imbalanced-learn classifies first
        check_enough_rows(k + 1, len(index.X), len(rows))
        nearest = index.among_all(minority, NeighborLists(rows, k))
        neighbors = nearest.finish().neighbor_rows
        voters = codes[np.column_stack([rows, neighbors[:, : k - 1]])]  # the row itself comes first
        return np.unique(neighbors[count_votes(voters).argmax(axis=1) != minority])

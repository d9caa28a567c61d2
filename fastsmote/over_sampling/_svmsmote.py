"""SVM-SMOTE."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from imblearn.over_sampling import SVMSMOTE as _SVMSMOTE
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from sklearn.utils import check_random_state

from fastsmote._base.classes import rows_to_make
from fastsmote._base.estimators import fits_alike
from fastsmote._base.inputs import MakesRows
from fastsmote._base.options import TAKES_VALUES
from fastsmote._rules.danger import are_in_danger
from fastsmote._search.class_index import index_classes
from fastsmote._search.lists import NeighborLists, check_enough_rows
from fastsmote._synthesis.draws import draw_pairs
from fastsmote._synthesis.output import append_synthetic
from fastsmote._synthesis.provenance import Provenance
from fastsmote._types import Estimator, Neighbors, OverSamplingStrategy, Seed, Values
from fastsmote.neighbors import neighbors_of

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_SVMSMOTE, object)


class SVMSMOTE(MakesRows, _SVMSMOTE):
    """SMOTE whose base rows are the support vectors of a classifier.

    A drop-in replacement for `imblearn.over_sampling.SVMSMOTE`. It returns the same rows
    for the same `random_state`. Most of the time is scikit-learn's fit of the classifier.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        As for `SMOTE`.
    random_state : int, RandomState instance or None, default=None
        As for `SMOTE`.
    k_neighbors : int >= 1 or object, default=5
        The number of neighbors of its class that a support vector may be paired with. A
        `fastsmote.neighbors.NearestNeighbors` is accepted in place of an int; its
        `n_neighbors` counts the row itself. With any other neighbors object,
        imbalanced-learn's own code runs.
    m_neighbors : int >= 1 or object, default=10
        The number of nearest rows of any class that decide whether a support vector is
        noise, in danger or safe.
    svm_estimator : estimator, default=None
        A classifier with the attribute `support_`. None means an `SVC` with
        ``gamma="scale"``.
    out_step : float, default=0.5
        The maximum distance of a new row from a safe support vector, as a multiple of the
        distance to the neighbor. The new row lies on the side away from the neighbor.
    values : dict, "infer" or None, default=None
        Rules for the values of new rows, as for `SMOTE`.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make for each class.
    svm_estimator_ : estimator
        Fitted to X and y.
    nn_k_ : NearestNeighbors
        Fitted to the rows of the last class.
    nn_m_ : NearestNeighbors
        Fitted to X.
    provenance_ : Provenance
        Base row, neighbor row and gap of each synthetic row. The gap is negative for a row
        on the side away from its neighbor. It is not pickled.
    is_synthetic_ : ndarray of shape (n_rows_resampled,), bool
        Which rows of the output are new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    A support vector is noise if all of its `m_neighbors` neighbors belong to other classes.
    It is in danger if at least half, but not all, of them do; otherwise it is safe. The new
    row of a support vector in danger lies between it and a neighbor of its class. The new
    row of a safe one lies on the side away from the neighbor.

    About half of the new rows, a number drawn at random, start from support vectors in
    danger, and the others from safe ones. If a class has support vectors of only one of the
    two kinds, only the new rows of that kind are made, as in imbalanced-learn.

    If the classifier's `random_state` is an int, the classifier is fitted once per call.
    Otherwise each fit draws from a stream, and it is fitted once per class, as in
    imbalanced-learn.

    Shapes, dtypes, errors, ties and reproducibility are as for `SMOTE`. In addition, a
    ``ValueError`` is raised if all support vectors of a class are noise, and a
    ``RuntimeError`` if the classifier has no `support_`.

    References
    ----------
    H. M. Nguyen, E. W. Cooper, K. Kamei, "Borderline over-sampling for imbalanced data
    classification", International Journal of Knowledge Engineering and Soft Data
    Paradigms 3, 4-21, 2011.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.over_sampling import SVMSMOTE
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = (X[:, 0] > 0.8).astype(int)
    >>> X_resampled, y_resampled = SVMSMOTE(random_state=0).fit_resample(X, y)
    >>> len(X_resampled) > 60
    True
    """

    svm_estimator_: Any
    nn_k_: StockNearestNeighbors
    nn_m_: StockNearestNeighbors
    provenance_: Provenance

    _neighbors_parameters: ClassVar = {"k_neighbors": 1, "m_neighbors": 1}

    _parameter_constraints: ClassVar = {**_SVMSMOTE._parameter_constraints, **TAKES_VALUES}

    def __init__(
        self,
        *,
        sampling_strategy: OverSamplingStrategy = "auto",
        random_state: Seed = None,
        k_neighbors: Neighbors = 5,
        m_neighbors: Neighbors = 10,
        svm_estimator: Estimator | None = None,
        out_step: float = 0.5,
        values: Values = None,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            k_neighbors=k_neighbors,
            m_neighbors=m_neighbors,
            svm_estimator=svm_estimator,
            out_step=out_step,
        )
        self.values: Values = values

    def _fit_resample_compiled(self, X, y):
        self._validate_estimator()
        random_state, rules = check_random_state(self.random_state), self._rules_for(X)
        to_make = rows_to_make(self.sampling_strategy_, takes_floats=True)
        index = index_classes(X, y, [label for label, _ in to_make])
        made = []
        for code, (label, n_new) in enumerate(to_make):
            if code == 0 or not fits_alike(self.svm_estimator_):
                self._fit_classifier(X, y)
            rows, is_in_danger = self._support_rows(index, code, label, y)
            partners = self._partners(index, code, rows, is_in_danger.sum() or len(rows))
            n_in_danger = int(random_state.beta(10, 10) * (n_new + 1))
            in_danger = is_in_danger, n_in_danger, 1.0
            safe = ~is_in_danger, n_new - n_in_danger, -self.out_step
            for chosen, n, step in (in_danger, safe):
                if not chosen.any():
                    continue
                pairs = draw_pairs(self.random_state, chosen.sum(), self.k_neighbors, n)
                pairs = pairs._replace(gaps=step * pairs.gaps)
                made.append((label, Provenance.of_pairs(rows[chosen], partners[chosen], pairs)))
        X_resampled, y_resampled, self.provenance_ = append_synthetic(X, y, made, rules=rules)
        return X_resampled, y_resampled

    def _fit_classifier(self, X, y):
        self.svm_estimator_.fit(X, y)
        if not hasattr(self.svm_estimator_, "support_"):
            raise RuntimeError(
                "`svm_estimator` is required to exposed a `support_` fitted attribute. Such "
                "estimator belongs to the familly of Support Vector Machine."
            )

    def _support_rows(self, index, code, label, y):
        """Return the support vectors of a class that are not noise, and which are in danger."""
        support = self.svm_estimator_.support_
        rows, m = support[y[support] == label].astype(np.int64), self.m_neighbors
        check_enough_rows(m + 1, len(index.X), len(rows))
        self.nn_m_ = neighbors_of(index.X, m + 1)
        nearest = index.among_all(code, NeighborLists(rows, m))
        are_others = y[nearest.neighbor_rows] != label
        is_noise = are_others.all(axis=1)
        if is_noise.all():
            raise ValueError(
                "All support vectors are considered as noise. SVM-SMOTE is not "
                "adapted to your dataset. Try another SMOTE variant."
            )
        return rows[~is_noise], are_in_danger(are_others, m)[~is_noise]

    def _partners(self, index, code, rows, n_first):
        """Find the k nearest rows of the class for some of its rows.

        If the class has too few rows, the error states ``n_first`` query rows, as the first
        search of imbalanced-learn does.
        """
        k, among = self.k_neighbors, index.class_rows[code]
        check_enough_rows(k + 1, len(among), n_first)
        self.nn_k_ = neighbors_of(index.X[among], k + 1)
        return index.within(code, NeighborLists(rows, k)).finish().neighbor_rows

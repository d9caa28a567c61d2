"""Borderline-SMOTE."""

from __future__ import annotations

from typing import Any, ClassVar

from imblearn.over_sampling import BorderlineSMOTE as _BorderlineSMOTE
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote._base.estimators import fitted_neighbors
from fastsmote._base.options import TAKES_MISSING, TAKES_VALUES
from fastsmote._recipes.borderline_smote import BorderlineSMOTERecipe
from fastsmote._types import Kind, Missing, Neighbors, OverSamplingStrategy, Rows, Seed, Values
from fastsmote.over_sampling._in_memory import FollowsRecipe

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_BorderlineSMOTE, object)


class BorderlineSMOTE(FollowsRecipe, _BorderlineSMOTE):
    """Borderline-SMOTE: new rows next to the rows that are in danger.

    A drop-in replacement for `imblearn.over_sampling.BorderlineSMOTE`. It returns the same
    rows for the same `random_state`.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes to over-sample, and up to how many rows, as in imbalanced-learn.
    random_state : int, RandomState instance or None, default=None
        The seed. With an int, every call returns the same rows, and the random numbers of each
        class start from the same seed.
    k_neighbors : int >= 1 or object, default=5
        The number of neighbors that a row in danger may be paired with.
    m_neighbors : int >= 1 or object, default=10
        The number of nearest rows of any class that decide whether a row is in danger. If
        either parameter is a neighbors object other than
        `fastsmote.neighbors.NearestNeighbors`, imbalanced-learn's own code runs.
    kind : {"borderline-1", "borderline-2"}, default="borderline-1"
        "borderline-1" pairs a row with neighbors of its own class, "borderline-2" with
        neighbors of any class.
    missing : {"error", "partial"}, default="error"
        What to do if values of X are missing, as for `SMOTE`.
    values : dict, "infer" or None, default=None
        Rules for the values of new rows, as for `SMOTE`.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make for each class.
    nn_k_ : NearestNeighbors
        Fitted to the rows of the last class. It finds one row more than `k_neighbors`. If X has
        missing values, it is scikit-learn's class with ``metric="nan_euclidean"``.
    nn_m_ : NearestNeighbors
        Fitted to X. It finds one row more than `m_neighbors`, and is of the same class as
        `nn_k_`.
    in_danger_indices : dict of ndarray
        For each class, the numbers of the rows in danger.
    provenance_ : Provenance
        Base row, neighbor row and gap of each synthetic row; for "borderline-2" also its
        shrink factor. It is not pickled.
    is_synthetic_ : ndarray of shape (n_rows_resampled,), bool
        Which rows of the output are new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    Let m be `m_neighbors`. A row is in danger if at least m / 2, but not all, of its m
    nearest rows belong to other classes. Base rows are drawn from the rows in danger. With
    "borderline-2", the difference to a neighbor of another class is first multiplied by a
    factor drawn from [0, 0.5). A class without a row in danger gets no new rows, as in
    imbalanced-learn.

    The nearest rows of the own class are found first. The distance to the m-th of them
    bounds the search among the other classes, which is most of the work.

    X of shape (n_rows, n_features) may be float32, float64 or integer; the output has the
    same dtype. "borderline-2" accepts integers, for which imbalanced-learn raises an error.
    Errors are imbalanced-learn's: ``ValueError`` if X has fewer than `m_neighbors` + 1 rows,
    or if there are fewer than `k_neighbors` + 1 rows to pair with.

    Sparse X is as for `SMOTE`. With "borderline-2" and a SciPy sparse matrix,
    imbalanced-learn computes a matrix product with the factors and raises ``ValueError``.
    Here a sparse matrix gives the same rows as a sparse array or a dense X.

    Ties and reproducibility are as for `SMOTE`. Most of the time is the search for the
    neighbors of each class among all rows. Memory beyond input and output is 4 bytes per
    value of X.

    References
    ----------
    H. Han, W.-Y. Wang, B.-H. Mao, "Borderline-SMOTE: a new over-sampling method in
    imbalanced data sets learning", ICIC 2005, LNCS 3644, 878-887, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.over_sampling import BorderlineSMOTE
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat([0, 1], [45, 15])
    >>> X_resampled, y_resampled = BorderlineSMOTE(random_state=0).fit_resample(X, y)
    >>> np.bincount(y_resampled).tolist()
    [45, 45]
    """

    nn_k_: StockNearestNeighbors
    nn_m_: StockNearestNeighbors
    in_danger_indices: dict[Any, Rows]

    _takes_sparse = True
    _neighbors_parameters: ClassVar = {"k_neighbors": 1, "m_neighbors": 1}

    _parameter_constraints: ClassVar = {
        **_BorderlineSMOTE._parameter_constraints,
        **TAKES_MISSING,
        **TAKES_VALUES,
    }

    def __init__(
        self,
        *,
        sampling_strategy: OverSamplingStrategy = "auto",
        random_state: Seed = None,
        k_neighbors: Neighbors = 5,
        m_neighbors: Neighbors = 10,
        kind: Kind = "borderline-1",
        missing: Missing = "error",
        values: Values = None,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            k_neighbors=k_neighbors,
            m_neighbors=m_neighbors,
            kind=kind,
        )
        self.missing: Missing = missing
        self.values: Values = values

    def _recipe(self):
        partners = "own" if self.kind == "borderline-1" else "all"
        return BorderlineSMOTERecipe(int(self.k_neighbors), int(self.m_neighbors), partners)

    def _fit_resample_compiled(self, X, y):
        self.in_danger_indices = {}
        return super()._fit_resample_compiled(X, y)

    def _note_judging(self, index):
        self.nn_m_ = fitted_neighbors(index, self.m_neighbors + 1)

    def _note_bases(self, index, label, base_rows, among):
        self.in_danger_indices[label] = base_rows
        self.nn_k_ = fitted_neighbors(index, self.k_neighbors + 1, among)

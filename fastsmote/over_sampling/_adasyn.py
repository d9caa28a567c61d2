"""ADASYN."""

from __future__ import annotations

from typing import ClassVar

from imblearn.over_sampling import ADASYN as _ADASYN
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote._base.estimators import fitted_neighbors
from fastsmote._base.options import TAKES_MISSING, TAKES_VALUES
from fastsmote._recipes.adasyn import ADASYNRecipe
from fastsmote._types import Missing, Neighbors, OverSamplingStrategy, Seed, Values
from fastsmote.over_sampling._in_memory import FollowsRecipe

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_ADASYN, object)


class ADASYN(FollowsRecipe, _ADASYN):
    """Adaptive synthetic sampling: more new rows where more neighbors are of other classes.

    A drop-in replacement for `imblearn.over_sampling.ADASYN`. It returns the same rows for
    the same `random_state`.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes to over-sample, and up to approximately how many rows, as in
        imbalanced-learn.
    random_state : int, RandomState instance or None, default=None
        The seed. With an int, every call returns the same rows. All classes draw from one
        stream of random numbers.
    n_neighbors : int >= 1 or object, default=5
        The number of nearest rows among which the share of other classes is measured, and
        the number of neighbors of its own class that a row may be paired with. A
        `fastsmote.neighbors.NearestNeighbors` is accepted in place of an int; its
        `n_neighbors` counts the row itself. With any other neighbors object,
        imbalanced-learn's own code runs.
    missing : {"error", "partial"}, default="error"
        What to do if values of X are missing, as for `SMOTE`.
    values : dict, "infer" or None, default=None
        Rules for the values of new rows, as for `SMOTE`.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows requested for each class.
    nn_ : NearestNeighbors
        Fitted to the rows of the last class. It finds `n_neighbors` + 1 rows. If X has missing
        values, it is scikit-learn's class with ``metric="nan_euclidean"``.
    provenance_ : Provenance
        Base row, neighbor row and gap of each synthetic row. It is not pickled.
    is_synthetic_ : ndarray of shape (n_rows_resampled,), bool
        Which rows of the output are new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    Let r be the share of other classes among a row's nearest rows, and n the number of rows
    to make. The row is the base of ``rint(n * r / sum(r))`` new rows. Rounding may make the
    total differ from n. New rows are placed as by `SMOTE`.

    X of shape (n_rows, n_features) may be float32, float64 or integer; the output has the
    same dtype. Errors are imbalanced-learn's: ``RuntimeError`` if no neighbor of any row
    belongs to another class; ``ValueError`` if every count rounds to zero, or if a class has
    fewer than `n_neighbors` + 1 rows.

    Sparse X, ties and reproducibility are as for `SMOTE`. Most of the time is the search for
    the neighbors of each class among all rows. Memory beyond input and output is 4 bytes per
    value of X.

    References
    ----------
    H. He, Y. Bai, E. A. Garcia, S. Li, "ADASYN: adaptive synthetic sampling approach for
    imbalanced learning", IJCNN 2008, 1322-1328, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.over_sampling import ADASYN
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat([0, 1], [45, 15])
    >>> X_resampled, y_resampled = ADASYN(random_state=0).fit_resample(X, y)
    >>> X_resampled.shape[1]
    2
    """

    nn_: StockNearestNeighbors

    _takes_sparse = True
    _neighbors_parameters: ClassVar = {"n_neighbors": 1}

    _parameter_constraints: ClassVar = {
        **_ADASYN._parameter_constraints,
        **TAKES_MISSING,
        **TAKES_VALUES,
    }

    def __init__(
        self,
        *,
        sampling_strategy: OverSamplingStrategy = "auto",
        random_state: Seed = None,
        n_neighbors: Neighbors = 5,
        missing: Missing = "error",
        values: Values = None,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            n_neighbors=n_neighbors,
        )
        self.missing: Missing = missing
        self.values: Values = values

    def _recipe(self):
        return ADASYNRecipe(int(self.n_neighbors))

    def _note_bases(self, index, label, base_rows, among):
        self.nn_ = fitted_neighbors(index, self.n_neighbors + 1, among)

"""SMOTE."""

from __future__ import annotations

from typing import ClassVar

from imblearn.over_sampling import SMOTE as _SMOTE
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote._base.estimators import fitted_neighbors
from fastsmote._base.options import TAKES_MISSING, TAKES_VALUES
from fastsmote._recipes.smote import SMOTERecipe
from fastsmote._types import Missing, Neighbors, OverSamplingStrategy, Seed, Values
from fastsmote.over_sampling._in_memory import FollowsRecipe

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_SMOTE, object)


class SMOTE(FollowsRecipe, _SMOTE):
    """Synthetic minority over-sampling: new rows between a row and one of its neighbors.

    A drop-in replacement for `imblearn.over_sampling.SMOTE`. It returns the same rows for
    the same `random_state`.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes to over-sample, and up to how many rows, as in imbalanced-learn.
    random_state : int, RandomState instance or None, default=None
        The seed. With an int, every call returns the same rows, and the random numbers of each
        class start from the same seed.
    k_neighbors : int >= 1 or object, default=5
        The number of neighbors that a row may be paired with. A
        `fastsmote.neighbors.NearestNeighbors` is accepted in place of an int; its
        `n_neighbors` counts the row itself. With any other neighbors object,
        imbalanced-learn's own code runs.
    missing : {"error", "partial"}, default="error"
        What to do if values of X are missing (NaN, or null in a dataframe). "error" raises an
        error. With "partial", the distance of two rows is computed from the features that both
        have, as in `sklearn.metrics.pairwise.nan_euclidean_distances`. If only one parent has
        the value of a feature, the new row takes that value. If neither has it, it is missing.
        A row without any value is an error. See ``docs/missing-values.md``.
    values : dict, "infer" or None, default=None
        What the values of new rows may be. A dict maps a column, by name or index, to a rule:
        "integer" (rounded, half to even), "nonnegative", a tuple (low, high) (kept in the
        range; None means no limit), or a list, set or array of allowed numbers (the nearest is
        taken; if two are equally near, the lower). "infer" keeps every column in its observed
        range, and rounds columns of whole numbers. None leaves the values as they are. Rules
        apply to new rows only: original rows never change. See ``docs/values.md``.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make for each class.
    nn_k_ : NearestNeighbors
        Fitted to the rows of the last class. It finds `k_neighbors` + 1 rows. If X has missing
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
    For each class to over-sample, pairs of a row and one of its `k_neighbors` nearest rows
    of the same class are drawn uniformly. For each pair a gap is drawn from [0, 1). The new
    row is ``base + gap * (neighbor - base)``. The difference is rounded to the dtype of X;
    the product and the sum are float64.

    X of shape (n_rows, n_features) may be float32, float64 or integer; the output has the
    same dtype. New rows are appended, grouped by class. Errors are imbalanced-learn's:
    ``ValueError`` if a class has fewer than `k_neighbors` + 1 rows, if X contains infinity, if
    it contains NaN and `missing` is "error", or for an unknown strategy.

    X may also be a CSR or CSC matrix of these dtypes. The output then has the same format,
    is canonical (features ascending, without duplicates), and has the same rows as for a
    dense X. The classes are searched through an inverted index of 12 bytes per value. A dense
    copy is made only if X has at most 64 features, or if the copy takes at most twice the
    bytes of X. For sparse X, `nn_k_` is scikit-learn's class.
    NaN in sparse X is always an error.

    The rows are the same for any number of threads. They equal imbalanced-learn's bit for
    bit unless its rounding misses a nearest row, or two different rows are at exactly the
    same distance from a third. In such a tie fastsmote takes the lower row number, while
    imbalanced-learn's choice depends on the number of threads and the CPU.

    Each class is searched in about O(n log n) time for n rows with structure, and in O(n^2)
    time for rows without. Memory beyond input and output is 4 bytes per value of the class
    and 24 bytes per new row.

    References
    ----------
    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: synthetic minority
    over-sampling technique", Journal of Artificial Intelligence Research 16, 321-357,
    2002, section 4.2.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.over_sampling import SMOTE
    >>> X, y = np.arange(40.0).reshape(20, 2) ** 2, np.repeat([0, 1], [13, 7])
    >>> X_resampled, y_resampled = SMOTE(random_state=0).fit_resample(X, y)
    >>> np.bincount(y_resampled).tolist()
    [13, 13]
    """

    nn_k_: StockNearestNeighbors

    _takes_sparse = True
    _takes_any_order = True
    _neighbors_parameters: ClassVar = {"k_neighbors": 1}

    _parameter_constraints: ClassVar = {
        **_SMOTE._parameter_constraints,
        **TAKES_MISSING,
        **TAKES_VALUES,
    }

    def __init__(
        self,
        *,
        sampling_strategy: OverSamplingStrategy = "auto",
        random_state: Seed = None,
        k_neighbors: Neighbors = 5,
        missing: Missing = "error",
        values: Values = None,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            k_neighbors=k_neighbors,
        )
        self.missing: Missing = missing
        self.values: Values = values

    def _recipe(self):
        return SMOTERecipe(int(self.k_neighbors))

    def _note_bases(self, index, label, base_rows, among):
        self.nn_k_ = fitted_neighbors(index, self.k_neighbors + 1, among)

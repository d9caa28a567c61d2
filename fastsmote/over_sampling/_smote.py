"""SMOTE."""

from typing import ClassVar

from imblearn.over_sampling import SMOTE as _SMOTE

from fastsmote._base.estimators import fitted_neighbors
from fastsmote._recipes.smote import SMOTERecipe
from fastsmote.over_sampling._in_memory import FollowsRecipe


class SMOTE(FollowsRecipe, _SMOTE):
    """Synthetic minority over-sampling: new rows between a row and one of its neighbors.

    A drop-in for `imblearn.over_sampling.SMOTE`, whose rows it gives for the same
    `random_state`.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        As for imbalanced-learn: which classes to over-sample, and up to how many rows.
    random_state : int, RandomState instance or None, default=None
        An int gives the same rows at every call, and starts the same stream of draws for
        each class.
    k_neighbors : int >= 1 or object, default=5
        How many neighbors a row may be joined with.
        `fastsmote.neighbors.NearestNeighbors` stands for the number that it finds. With
        any other neighbors object imbalanced-learn's own code runs.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make of each class.
    nn_k_ : NearestNeighbors
        Fitted to the rows of the last class; finds `k_neighbors` + 1.
    provenance_ : Provenance
        Base row, neighbor row and gap of each synthetic row. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names, where they are all strings.

    Notes
    -----
    For each class to over-sample, pairs of a row and one of its `k_neighbors` nearest
    rows of the same class are drawn uniformly, and a gap in [0, 1) for each pair. The
    new row is ``base + gap * (neighbor - base)``, the difference rounded in X's dtype,
    the product and the sum in float64.

    X of shape (n_rows, n_features) may be float32, float64 or integer and keeps its
    dtype; new rows are appended, grouped by class. Errors are imbalanced-learn's:
    ``ValueError`` if a class has fewer than `k_neighbors` + 1 rows, for NaN or infinity,
    or for an unknown strategy.

    Sparse X, CSR or CSC and of the same dtypes, gives a canonical matrix (features
    ascending, none twice) of the same format, with the rows that a dense X gives. Its
    classes are searched by an inverted index of 12 bytes a value, without a dense copy
    unless X has no more than 64 features, or the copy would take no more than twice the
    bytes of X. `nn_k_` is scikit-learn's then.

    The rows are the same for any number of threads. They are imbalanced-learn's, bit for
    bit, wherever no two different rows are at exactly the same distance from a third;
    where they are, the lower row number is nearer here, while imbalanced-learn's choice
    depends on thread count and CPU.

    Time is a search of each class among itself, near O(n log n) for n rows of a class
    with structure and O(n^2) without; memory beyond input and output 4 bytes a value of
    the class and 24 a new row.

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

    _takes_sparse = True
    _neighbors_parameters: ClassVar = {"k_neighbors": 1}

    def _recipe(self):
        return SMOTERecipe(int(self.k_neighbors))

    def _note_bases(self, X, index, label, base_rows, among):
        self.nn_k_ = fitted_neighbors(X, index, self.k_neighbors + 1, among)

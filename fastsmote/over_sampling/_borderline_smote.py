"""Borderline-SMOTE."""

from typing import ClassVar

from imblearn.over_sampling import BorderlineSMOTE as _BorderlineSMOTE

from fastsmote._base.estimators import fitted_neighbors
from fastsmote._recipes.borderline_smote import BorderlineSMOTERecipe
from fastsmote.over_sampling._in_memory import FollowsRecipe


class BorderlineSMOTE(FollowsRecipe, _BorderlineSMOTE):
    """Borderline-SMOTE: new rows next to the rows that are in danger.

    A drop-in for `imblearn.over_sampling.BorderlineSMOTE`, whose rows it gives for the
    same `random_state`.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        As for imbalanced-learn: which classes to over-sample, and up to how many rows.
    random_state : int, RandomState instance or None, default=None
        An int gives the same rows at every call, and starts the same stream of draws for
        each class.
    k_neighbors : int >= 1 or object, default=5
        How many neighbors a row in danger may be joined with.
    m_neighbors : int >= 1 or object, default=10
        Among how many nearest rows of any class danger is judged. With a neighbors object
        for either, other than `fastsmote.neighbors.NearestNeighbors`, imbalanced-learn's
        own code runs.
    kind : {"borderline-1", "borderline-2"}, default="borderline-1"
        Whether a row is joined with neighbors of its class (1) or of any class (2).

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make of each class.
    nn_k_, nn_m_ : NearestNeighbors
        Fitted to the rows that neighbors were looked for among; they find one more than
        the parameter says.
    in_danger_indices : dict of ndarray
        The row numbers in danger, by class.
    provenance_ : Provenance
        Base row, neighbor row, gap and, for kind 2, shrink of each synthetic row. It is
        not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names, where they are all strings.

    Notes
    -----
    A row is in danger if of its m nearest rows at least m / 2 but not all are of another
    class. Base rows are drawn among those in danger. For kind 2 the difference to a
    neighbor of another class is first multiplied by a factor drawn in [0, 0.5). A class
    without a row in danger gets no new rows, as in imbalanced-learn.

    The nearest rows of the own class are found first; the m-th of them bounds the search
    among all others, which is most of the work.

    X of shape (n_rows, n_features) may be float32, float64 or integer and keeps its
    dtype. Integers with kind 2, for which imbalanced-learn raises an error, are taken. Errors
    are imbalanced-learn's: ``ValueError`` if there are fewer than `m_neighbors` + 1 rows, or
    fewer than `k_neighbors` + 1 to join with.

    Sparse X is as for `SMOTE`. For kind 2 imbalanced-learn takes a matrix product with
    the factors where X is a SciPy sparse matrix, and raises ``ValueError``; here a sparse
    matrix gives the rows that it gives for a sparse array or a dense X.

    Ties and reproducibility are as for `SMOTE`. Time is a search of each class among all
    rows, memory beyond input and output 4 bytes a value of X.

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

    _takes_sparse = True
    _neighbors_parameters: ClassVar = {"k_neighbors": 1, "m_neighbors": 1}

    def _recipe(self):
        partners = "own" if self.kind == "borderline-1" else "all"
        return BorderlineSMOTERecipe(int(self.k_neighbors), int(self.m_neighbors), partners)

    def _fit_resample_compiled(self, X, y):
        self.in_danger_indices = {}
        return super()._fit_resample_compiled(X, y)

    def _note_judging(self, X, index):
        self.nn_m_ = fitted_neighbors(X, index, self.m_neighbors + 1)

    def _note_bases(self, X, index, label, base_rows, among):
        self.in_danger_indices[label] = base_rows
        self.nn_k_ = fitted_neighbors(X, index, self.k_neighbors + 1, among)

"""SMOTE-NC."""

import numpy as np
from imblearn.over_sampling import SMOTENC as _SMOTENC
from imblearn.utils import check_sampling_strategy
from imblearn.utils._validation import _check_X
from scipy import sparse
from sklearn.base import clone
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils import _safe_indexing, check_array
from sklearn.utils.sparsefuncs_fast import csr_mean_variance_axis0

from fastsmote._categorical import decode_column, encode_frame
from fastsmote._compiled import append_synthetic, reason_not_compiled, rows_to_make, tell_fallback
from fastsmote._mixed import nearest_mixed
from fastsmote._plan import draw_categories, draw_pairs
from fastsmote._provenance import Provenance
from fastsmote._shell import TakesCategories, counted
from fastsmote.neighbors import check_enough_rows, search_array

LEAST_WEIGHT = 2e-8  # below it imbalanced-learn's vote takes unequal counts for equal


class SMOTENC(TakesCategories, _SMOTENC):
    """SMOTE for rows of numbers and categories.

    A drop-in for `imblearn.over_sampling.SMOTENC`, whose rows it gives for the same
    `random_state`. No one-hot matrix is made: memory does not grow with the number of
    categories.

    Parameters
    ----------
    categorical_features : array-like of int, str or bool, or "auto"
        The columns that are categories; "auto" takes those of pandas' categorical dtype.
    categorical_encoder : estimator, default=None
        A `OneHotEncoder` to learn the categories with. None makes one.
    sampling_strategy : float, str, dict or callable, default="auto"
        As for `SMOTE`.
    random_state : int, RandomState instance or None, default=None
        As for `SMOTE`.
    k_neighbors : int >= 1 or object, default=5
        How many neighbors a row may be joined with, and vote on the new row's
        categories. With a neighbors object imbalanced-learn's own code runs.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make of each class.
    categorical_encoder_ : estimator
        Fitted to the categorical columns.
    categorical_features_, continuous_features_ : ndarray of int
        The column numbers of the two kinds.
    median_std_ : dict
        For each class the median of the numbers' standard deviations: how far apart
        a category that differs puts two rows.
    nn_k_ : NearestNeighbors
        As given or made from `k_neighbors`. It is not fitted where compiled code ran, as
        there is no matrix to fit it to.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names, where they are all strings.

    Notes
    -----
    For each class the distance of two rows is Euclidean, over the numbers and the median
    of their standard deviations for each category that differs. Numbers of a new row are
    made as by `SMOTE`; each category is that of most of the `k_neighbors` neighbors of the
    base row, a draw decides where several have as many.

    X is an ndarray or DataFrame of shape (n_rows, n_features). The same kind comes back, of
    the same dtypes. Where all numbers are integers, so is the distance of a category that
    differs, cut down, and new numbers are cut down too, as imbalanced-learn cuts them. For
    sparse X and for text in an ndarray imbalanced-learn's own code runs. Errors are
    imbalanced-learn's: ``ValueError`` if no column or every column is a category, or a class
    has fewer than `k_neighbors` + 1 rows.

    The rows are the same for any number of threads, and imbalanced-learn's, bit for bit,
    wherever no two rows are at exactly the same distance from a third; where they are, the
    lower row number is nearer here.

    References
    ----------
    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: synthetic minority
    over-sampling technique", Journal of Artificial Intelligence Research 16, 321-357,
    2002, section 6.1.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.over_sampling import SMOTENC
    >>> rng = np.random.RandomState(0)
    >>> X = np.column_stack([rng.randn(30), rng.randint(3, size=30)])
    >>> y = np.repeat([0, 1], [20, 10])
    >>> X_resampled, _ = SMOTENC([1], random_state=0).fit_resample(X, y)
    >>> X_resampled.shape
    (40, 2)
    """

    def _validated(self, X, y):
        # The kinds of the columns are looked at before the lengths, and the classes before
        # both, as in imbalanced-learn: of several errors the same one is raised.
        X = _check_X(X)
        self.n_features_ = self.n_features_in_ = X.shape[1]
        try:
            self._validate_column_types(X)
            self._validate_estimator()
        except Exception:
            check_sampling_strategy(self.sampling_strategy, counted(y), self._sampling_type)
            raise
        return super()._validated(X, y)

    def _fit_resample(self, X, y):
        compiled = None
        if sparse.issparse(X):
            tell_fallback(self, "X is sparse")
        else:
            compiled = self._fit_resample_compiled(X, y)
        if compiled is not None:
            return compiled
        return super()._fit_resample(X, y)

    def _fit_resample_compiled(self, X, y):
        """The result, or None where imbalanced-learn's own code has to run."""
        self.n_features_ = X.shape[1]
        self._validate_column_types(X)
        self._validate_estimator()
        numbers = _safe_indexing(X, self.continuous_features_, axis=1)
        numbers = check_array(numbers, accept_sparse=["csr", "csc"])
        reason = self._reason_not_compiled(X, numbers)
        if reason is not None:
            tell_fallback(self, reason)
            return None
        numbers = np.ascontiguousarray(numbers)
        codes = self._encode(_safe_indexing(X, self.categorical_features_, axis=1), numbers.dtype)
        if codes is None:
            tell_fallback(self, "the encoder is not one-hot")
            return None
        to_make = rows_to_make(self.sampling_strategy_)
        self.median_std_ = {
            label: self._median_deviation(numbers[y == label]) for label, _ in to_make
        }
        weights = {
            label: numbers.dtype.type(median / np.sqrt(2))
            for label, median in self.median_std_.items()
        }
        if any(self.median_std_[label] > 0 and weights[label] < LEAST_WEIGHT for label in weights):
            tell_fallback(self, "the numbers hardly vary")
            return None
        if not np.isfinite(list(weights.values())).all():
            tell_fallback(self, "the numbers vary too much")
            return None
        parts, new_codes = [], []
        for label, n_new in to_make:
            rows = np.flatnonzero(y == label)
            part = self._resample_class(rows, n_new, numbers[rows], codes[rows], weights[label])
            parts.append((label, part[0]))
            new_codes.append(part[1])
        numbers, y_resampled, _ = append_synthetic(numbers, y, parts)
        codes = np.concatenate([codes, *new_codes])
        return self._assemble(X, numbers, codes), y_resampled

    def _reason_not_compiled(self, X, numbers):
        if sparse.issparse(numbers):
            return "X has sparse columns"
        if getattr(X, "dtype", None) is not None and X.dtype.kind not in "fiuO":
            return f"X has dtype {X.dtype}"
        if numbers.dtype.kind not in "fiu":
            return f"the numbers have dtype {numbers.dtype}"
        return reason_not_compiled(numbers, self.k_neighbors)

    def _encode(self, X, dtype):
        """The categories' codes, of shape (n_rows, n_columns), or None if an encoder differs."""
        if self.categorical_encoder is not None:
            self.categorical_encoder_ = clone(self.categorical_encoder)
            return self._encode_rows(X)
        self.categorical_encoder_ = OneHotEncoder(handle_unknown="ignore", dtype=dtype)
        return encode_frame(X, self._encode_rows) if hasattr(X, "iloc") else self._encode_rows(X)

    def _encode_rows(self, X):
        ones = sparse.csr_matrix(self.categorical_encoder_.fit_transform(X))
        sizes = [len(categories) for categories in self.categorical_encoder_.categories_]
        if ones.shape[1] != sum(sizes) or ones.nnz != ones.shape[0] * len(sizes):
            return None  # imbalanced-learn says what is wrong
        ones.sort_indices()
        return ones.indices.reshape(-1, len(sizes)) - (np.cumsum(sizes) - sizes)

    def _median_deviation(self, X):
        variances = csr_mean_variance_axis0(sparse.csr_matrix(X))[1]
        return np.median(np.sqrt(variances))

    def _resample_class(self, rows, n_new, X, codes, weight):
        """Where the new rows of a class come from, and their categories."""
        k = self.k_neighbors
        check_enough_rows(k + 1, len(rows), len(rows))
        sizes = [len(categories) for categories in self.categorical_encoder_.categories_]
        neighbors = nearest_mixed(search_array(X), codes, sizes, float(weight), k)
        pairs = draw_pairs(self.random_state, len(rows), k, n_new)
        new_codes = draw_categories(self.random_state, codes, neighbors, pairs.bases)
        return Provenance.of_pairs(rows, rows[neighbors], pairs), new_codes

    def _assemble(self, X, numbers, codes):
        """Numbers and categories in the order and of the kind of X."""
        categories = self.categorical_encoder_.categories_
        if hasattr(X, "iloc"):
            return self._assemble_frame(X, numbers, codes, categories)
        dtype = np.result_type(numbers.dtype, *[values.dtype for values in categories])
        out = np.empty((len(numbers), X.shape[1]), dtype)
        out[:, self.continuous_features_] = numbers
        for j, feature in enumerate(self.categorical_features_):
            out[:, feature] = categories[j][codes[:, j]]
        return out

    def _assemble_frame(self, X, numbers, codes, categories):
        import pandas as pd

        columns = [None] * X.shape[1]
        for j, feature in enumerate(self.continuous_features_):
            dtype = X.dtypes.iloc[feature]
            is_plain = isinstance(dtype, np.dtype)
            columns[feature] = pd.Series(numbers[:, j].astype(dtype if is_plain else None))
        for j, feature in enumerate(self.categorical_features_):
            columns[feature] = decode_column(codes[:, j], categories[j], X.dtypes.iloc[feature])
        frame = pd.concat(columns, axis=1)
        frame.columns = X.columns
        return frame

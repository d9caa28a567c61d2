"""SMOTE-NC."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from imblearn.over_sampling import SMOTENC as _SMOTENC
from imblearn.utils._validation import _check_X
from scipy import sparse
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from sklearn.preprocessing import OneHotEncoder
from sklearn.utils import _safe_indexing, check_array

from fastsmote._base.categories import (
    CategoryColumns,
    as_list,
    decode_column,
    encode_frame,
    positions_of_categorical,
)
from fastsmote._base.classes import rows_to_make, rows_to_sample
from fastsmote._base.dataframes import (
    append_rows,
    as_frame,
    as_objects,
    check_are_numbers,
    read_numbers,
    write_numbers,
)
from fastsmote._base.fallback import NotCompiled
from fastsmote._base.floats import as_floats, narrowed, number_series, widened
from fastsmote._base.inputs import TakesCategories
from fastsmote._base.nulls import check_are_exact
from fastsmote._base.options import TAKES_MISSING, TAKES_VALUES
from fastsmote._recipes.smotenc import resample_mixed
from fastsmote._rules.values import obeyed
from fastsmote._rules.votes import (
    category_weight,
    first_voters,
    median_deviation,
    reason_not_compiled,
)
from fastsmote._search.lists import check_enough_rows
from fastsmote._synthesis.output import append_synthetic
from fastsmote._synthesis.provenance import Provenance
from fastsmote._types import (
    ArrayLike,
    Estimator,
    Missing,
    Neighbors,
    OverSamplingStrategy,
    Rows,
    Seed,
    Values,
)

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_SMOTENC, object)


def _computed(numbers):
    """Convert numbers to a dtype that imbalanced-learn's own code can compute with."""
    return numbers.astype(np.float32) if numbers.dtype == np.float16 else widened(numbers)


def _as_computed_floats(numbers):
    """The same, but integers become float64, so that a rule gets their fractions."""
    return as_floats(numbers) if numbers.dtype.kind in "iu" else _computed(numbers)


def _number_series(values, old):
    """Return numbers as a pandas Series of a column's dtype; the first values are the column's.

    Integers and nullable dtypes may have been read as floats, which do not hold every integer,
    nor null beside NaN. So the result starts with the column itself instead.
    """
    import pandas as pd

    dtype = old.dtype
    if isinstance(dtype, np.dtype) and dtype.kind not in "iu":
        return number_series(values, dtype)
    return pd.concat([old, number_series(values[len(old) :], dtype)], ignore_index=True)


class SMOTENC(TakesCategories, _SMOTENC):
    """SMOTE for rows of numbers and categories.

    A drop-in replacement for `imblearn.over_sampling.SMOTENC`. It returns the same rows for
    the same `random_state`. No one-hot matrix is made, so memory does not grow with the
    number of categories.

    Parameters
    ----------
    categorical_features : array-like of int, str or bool, or "auto"
        The categorical columns. "auto" selects the columns of pandas' categorical dtype.
    categorical_encoder : estimator, default=None
        A `OneHotEncoder` that learns the categories. None means a default one.
    sampling_strategy : float, str, dict or callable, default="auto"
        As for `SMOTE`.
    random_state : int, RandomState instance or None, default=None
        As for `SMOTE`.
    k_neighbors : int >= 1 or object, default=5
        The number of neighbors that a row may be paired with, and that vote on a new row's
        categories. A `fastsmote.neighbors.NearestNeighbors` is accepted in place of an int;
        its `n_neighbors` counts the row itself. With any other neighbors object,
        imbalanced-learn's own code runs.
    missing : {"error", "partial"}, default="error"
        What to do if numbers are missing, as for `SMOTE`. Categories are features that both
        rows have: a missing category is a category of its own, whatever `missing` is.
    values : dict, "infer" or None, default=None
        Rules for the values of numeric columns in new rows, as for `SMOTE`. A rule for a
        categorical column is an error.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make for each class.
    categorical_encoder_ : estimator
        Fitted to the categorical columns.
    categorical_features_ : ndarray of int
        The numbers of the categorical columns.
    continuous_features_ : ndarray of int
        The numbers of the continuous columns.
    median_std_ : dict
        For each class, the median of the standard deviations of the continuous columns.
        It is the distance that a differing category adds.
    nn_k_ : NearestNeighbors
        The object given, or one made from `k_neighbors`. It is not fitted if compiled code
        ran, because there is no matrix to fit it to.
    provenance_ : Provenance
        Base row, neighbor row and gap of each synthetic row, and the rows from which it takes
        its categories. It is not pickled.
    is_synthetic_ : ndarray of shape (n_rows_resampled,), bool
        Which rows of the output are new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    Distances within a class are Euclidean. They are taken over the differences of the
    numbers and, for each category that differs, the median of the numbers' standard
    deviations in the class. The numbers of a new row are made as by `SMOTE`. Each category
    is the most frequent one among the `k_neighbors` neighbors of the base row; if several
    are equally frequent, one of them is drawn at random.

    X is an ndarray or DataFrame of shape (n_rows, n_features). The output has the same type
    and dtypes. If all numbers are integers, two values are truncated toward zero, as in
    imbalanced-learn: the new numbers, and the median over sqrt(2), which is the entry of a
    category in the one-hot encoding. For sparse X, and for text in an ndarray,
    imbalanced-learn's own code runs. Errors are imbalanced-learn's: ``ValueError`` if no
    column or every column is categorical, or if a class has fewer than `k_neighbors` + 1
    rows.

    The rows are the same for any number of threads. They equal imbalanced-learn's bit for
    bit unless two rows are at exactly the same distance from a third. In such a tie
    fastsmote takes the lower row number.

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

    categorical_encoder_: Any
    categorical_features_: Rows
    continuous_features_: Rows
    median_std_: dict[Any, float]
    nn_k_: StockNearestNeighbors
    n_features_: int
    n_features_in_: int
    provenance_: Provenance

    _takes_categories = True
    _neighbors_parameters: ClassVar = {"k_neighbors": 1}

    _parameter_constraints: ClassVar = {
        **_SMOTENC._parameter_constraints,
        **TAKES_MISSING,
        **TAKES_VALUES,
    }

    def __init__(
        self,
        categorical_features: ArrayLike | Literal["auto"],
        *,
        categorical_encoder: Estimator | None = None,
        sampling_strategy: OverSamplingStrategy = "auto",
        random_state: Seed = None,
        k_neighbors: Neighbors = 5,
        missing: Missing = "error",
        values: Values = None,
    ) -> None:
        super().__init__(
            categorical_features=categorical_features,
            categorical_encoder=categorical_encoder,
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            k_neighbors=k_neighbors,
        )
        self.missing: Missing = missing
        self.values: Values = values

    def _settle_parameters(self):
        super()._settle_parameters()
        if not isinstance(self.categorical_features, str):
            self._settle("categorical_features", as_list(self.categorical_features))

    def _validate_column_types(self, X):
        frame = None if hasattr(X, "iloc") else as_frame(X)
        if frame is not None:
            features = positions_of_categorical(frame, self.categorical_features)
            self._settle("categorical_features", features)
            X = np.broadcast_to(np.nan, frame.shape)  # the columns are given by their positions
        super()._validate_column_types(X)

    def _validated(self, X, y):
        # As in imbalanced-learn, check first the classes, then the types of the columns, then
        # the lengths: if there are several errors, the same one is raised.
        X = _check_X(X) if hasattr(X, "iloc") or as_frame(X) is None else X
        self.n_features_ = self.n_features_in_ = X.shape[1]
        try:
            self._validate_column_types(X)
            self._validate_estimator()
        except Exception:
            rows_to_sample(self.sampling_strategy, y, self._sampling_type)
            raise
        return super()._validated(X, y)

    def _fit_resample_stock(self, X, y):
        """Run imbalanced-learn's own code with numbers whose differences do not wrap around."""
        self.n_features_ = X.shape[1]
        self._validate_column_types(X)
        rules = None
        if self._has_rules():
            rules = self._rules_for(self._numbers_of(X)[0], self.continuous_features_)
        compute = _computed if rules is None else _as_computed_floats
        if not hasattr(X, "iloc"):
            X = as_objects(X)
            X_resampled, y_resampled = super()._fit_resample_stock(compute(X), y)
            X_resampled = self._obeyed(X_resampled, X.shape[0], rules)
            if sparse.issparse(X):
                return type(X)(narrowed(X_resampled, X)), y_resampled
            is_half = X.dtype == np.float16
            return X_resampled.astype(X.dtype) if is_half else narrowed(X_resampled, X), y_resampled
        wide = X.copy(deep=False)
        for j in self.continuous_features_:
            if isinstance(X.dtypes.iloc[j], np.dtype):
                wide.isetitem(j, compute(X.iloc[:, j].to_numpy()))
        X_resampled, y_resampled = super()._fit_resample_stock(wide, y)
        return self._as_columns(X, self._obeyed(X_resampled, len(X), rules)), y_resampled

    def _obeyed(self, matrix, n_rows, rules):
        """Apply rules to the numbers of new rows in the result of imbalanced-learn's code."""
        if rules is None:
            return matrix
        matrix = matrix.tolil() if sparse.issparse(matrix) else matrix
        numbers = matrix[n_rows:, self.continuous_features_]
        numbers = numbers.toarray() if sparse.issparse(numbers) else numbers.astype(np.float64)
        matrix[n_rows:, self.continuous_features_] = obeyed(numbers, rules)
        return matrix

    def _as_columns(self, X, matrix):
        """Convert the result of imbalanced-learn's code to a DataFrame with the dtypes of X."""
        import pandas as pd

        if hasattr(matrix, "iloc"):
            return matrix
        continuous = set(self.continuous_features_.tolist())
        columns = [
            _number_series(np.array(matrix[:, j].tolist()), X.iloc[:, j])  # keeps integers
            if j in continuous
            else pd.Series(matrix[:, j])
            for j in range(X.shape[1])
        ]
        frame = pd.concat(columns, axis=1)
        frame.columns = X.columns
        return frame

    def _fit_resample_compiled(self, X, y):
        self.n_features_ = X.shape[1]
        self._validate_column_types(X)
        self._validate_estimator()
        numbers, dtypes = self._numbers_of(X)
        if self.missing == "partial" and numbers.dtype.kind == "f":
            values = numbers.data if sparse.issparse(numbers) else numbers
            self._has_missing = bool(np.isnan(values).any())
            frame = as_frame(X)
            if self._has_missing and frame is not None:
                check_are_exact(frame[:, self.continuous_features_.tolist()])
        self._check_are_compiled(X, numbers)
        dtype = numbers.dtype
        if dtype.kind == "b":
            numbers = numbers.astype(np.float64)
        elif dtype == np.float16:
            numbers = numbers.astype(np.float32)
        numbers = np.ascontiguousarray(numbers)
        rules = self._rules_for(numbers, self.continuous_features_)
        columns, codes = self._encode(X, numbers.dtype)
        if codes is None:
            raise NotCompiled("the encoder is not one-hot")
        to_make = rows_to_make(self.sampling_strategy_)
        self.median_std_ = {label: median_deviation(numbers[y == label]) for label, _ in to_make}
        weights = {
            label: category_weight(median, numbers.dtype)
            for label, median in self.median_std_.items()
        }
        for label, weight in weights.items():
            reason = reason_not_compiled(self.median_std_[label], weight)
            if reason is not None:
                raise NotCompiled(reason)
        made, new_codes = [], []
        for label, n_new in to_make:
            rows = np.flatnonzero(y == label)
            provenance, codes_of_class = self._resample_class(
                rows, n_new, numbers[rows], codes[rows], weights[label]
            )
            made.append((label, provenance))
            new_codes.append(codes_of_class)
        changes = {"rules": rules, "has_missing": self._has_missing}
        numbers, y_resampled, self.provenance_ = append_synthetic(numbers, y, made, **changes)
        numbers = numbers.astype(dtype, copy=False)
        if columns is not None:
            new_numbers = write_numbers(
                as_frame(X)[:, self.continuous_features_.tolist()], numbers[len(y) :], dtypes
            )
            return self._append_to_frame(X, columns, new_numbers, new_codes), y_resampled
        return self._assemble(X, numbers, np.concatenate([codes, *new_codes])), y_resampled

    def _numbers_of(self, X):
        """Return the continuous columns as a finite matrix.

        Also return the dtypes of a polars or pyarrow frame, or None for any other X.
        """
        frame, dtypes = None if hasattr(X, "iloc") else as_frame(X), None
        if frame is None:
            numbers = _safe_indexing(X, self.continuous_features_, axis=1)
        else:
            frame = frame[:, self.continuous_features_.tolist()]
            check_are_numbers(frame, "SMOTENC, for columns that are not categorical,")
            numbers, dtypes = read_numbers(frame)
        finite = "allow-nan" if self.missing == "partial" else True
        numbers = check_array(numbers, accept_sparse=["csr", "csc"], ensure_all_finite=finite)
        return numbers, dtypes

    def _reason_not_compiled(self, X):
        return "X is sparse" if sparse.issparse(X) else None

    def _check_are_compiled(self, X, numbers):
        """Raise if compiled code cannot serve the columns or a neighbors object."""
        reason = self._foreign_neighbors()
        if sparse.issparse(numbers):
            reason = "X has sparse columns"
        elif isinstance(X, np.ndarray) and X.dtype.kind not in "fiuOb":
            reason = f"X has dtype {X.dtype}"
        elif numbers.dtype.kind not in "fiub" or numbers.dtype.itemsize > 8:
            reason = f"the numbers have dtype {numbers.dtype}"
        if reason is not None:
            raise NotCompiled(reason)

    def _encode(self, X, dtype):
        """Encode the categorical columns.

        Returns
        -------
        columns : CategoryColumns or None
            The columns of a polars or pyarrow frame; None for any other X.
        codes : ndarray of shape (n_rows, n_columns) or None
            The categories of each row. None if the encoder is not one-hot.
        """
        if self.categorical_encoder is not None:
            self.categorical_encoder_ = clone(self.categorical_encoder)
        else:
            self.categorical_encoder_ = OneHotEncoder(handle_unknown="ignore", dtype=dtype)
        frame = None if hasattr(X, "iloc") else as_frame(X)
        if frame is not None:
            series = [frame[frame.columns[j]] for j in self.categorical_features_]
            sees_all_rows = self.categorical_encoder is not None
            columns = CategoryColumns(series, self._encode_rows, sees_all_rows)
            return columns, columns.codes
        categories = _safe_indexing(X, self.categorical_features_, axis=1)
        if self.categorical_encoder is None and hasattr(X, "iloc"):
            return None, encode_frame(categories, self._encode_rows)
        return None, self._encode_rows(categories)

    def _encode_rows(self, X):
        ones = sparse.csr_matrix(self.categorical_encoder_.fit_transform(X))
        sizes = [len(categories) for categories in self.categorical_encoder_.categories_]
        if ones.shape[1] != sum(sizes) or ones.nnz != ones.shape[0] * len(sizes):
            return None  # imbalanced-learn raises the error
        ones.sort_indices()
        return ones.indices.reshape(-1, len(sizes)) - (np.cumsum(sizes) - sizes)

    def _resample_class(self, rows, n_new, X, codes, weight):
        """Return the provenance and the categories of the new rows of a class."""
        k = self.k_neighbors
        check_enough_rows(k + 1, len(rows), len(rows))
        sizes = [len(categories) for categories in self.categorical_encoder_.categories_]
        given = X, codes, sizes, weight, k, n_new, self.random_state
        made = resample_mixed(*given, is_held=True, has_missing=self._has_missing)
        provenance = Provenance.of_draws(rows, rows[made.neighbors], made.draws)
        voters = first_voters(codes, made.neighbors, made.draws.every_base(), made.codes, rows)
        voted_columns = np.asarray(self.categorical_features_, np.int64)
        return provenance.voted(voters, voted_columns), made.codes

    def _append_to_frame(self, X, columns, numbers, codes):
        """Append new rows to a polars or pyarrow frame."""
        codes, made = np.concatenate([columns.codes[:0], *codes]), [None] * X.shape[1]
        for j, feature in enumerate(self.categorical_features_):
            made[feature] = columns.take(j, codes[:, j])
        numbers = as_frame(numbers).iter_columns()
        for feature, column in zip(self.continuous_features_, numbers, strict=True):
            made[feature] = column
        return append_rows(as_frame(X), made)

    def _assemble(self, X, numbers, codes):
        """Join numbers and categories into an array or DataFrame like X."""
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
            columns[feature] = _number_series(numbers[:, j], X.iloc[:, feature])
        for j, feature in enumerate(self.categorical_features_):
            columns[feature] = decode_column(codes[:, j], categories[j], X.dtypes.iloc[feature])
        frame = pd.concat(columns, axis=1)
        frame.columns = X.columns
        return frame

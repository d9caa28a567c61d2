"""SMOTEN."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from imblearn.metrics.pairwise import ValueDifferenceMetric
from imblearn.over_sampling import SMOTEN as _SMOTEN
from scipy import sparse
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from sklearn.preprocessing import OrdinalEncoder
from sklearn.utils import check_array, check_random_state
from sklearn_compat.utils.validation import validate_data

from fastsmote._base.categories import CategoryColumns, decode_column, encode_frame
from fastsmote._base.classes import encode_classes, rows_to_make
from fastsmote._base.dataframes import append_rows, as_frame, as_objects
from fastsmote._base.fallback import NotCompiled
from fastsmote._base.inputs import TakesCategories
from fastsmote._kernels.layout import MOST_CLASSES
from fastsmote._rules.votes import first_voters, most_voted
from fastsmote._search.lists import check_enough_rows
from fastsmote._search.value_difference import nearest_by_difference
from fastsmote._synthesis.provenance import Provenance
from fastsmote._types import Estimator, Neighbors, OverSamplingStrategy, Seed

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_SMOTEN, object)

SPARSE_WARNING = (
    "Passing a sparse matrix to SMOTEN is not really efficient since it is converted to a"
    " dense array internally."
)


class SMOTEN(TakesCategories, _SMOTEN):
    """SMOTE for rows that contain only categories.

    A drop-in replacement for `imblearn.over_sampling.SMOTEN`. It returns the same rows for
    the same `random_state`. No distance matrix is made, so memory grows linearly with the
    number of rows.

    Parameters
    ----------
    categorical_encoder : estimator, default=None
        An `OrdinalEncoder` that numbers the categories. None means a default one.
    sampling_strategy : float, str, dict or callable, default="auto"
        As for `SMOTE`.
    random_state : int, RandomState instance or None, default=None
        As for `SMOTE`.
    k_neighbors : int >= 1 or object, default=5
        The number of neighbors that vote, with the base row, on a new row's categories. A
        `fastsmote.neighbors.NearestNeighbors` is accepted in place of an int; its
        `n_neighbors` counts the row itself. With any other neighbors object,
        imbalanced-learn's own code runs.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make for each class.
    categorical_encoder_ : estimator
        Fitted to X.
    nn_k_ : NearestNeighbors
        The object given, or one made from `k_neighbors`. It is not fitted if compiled code
        ran, because there is no matrix to fit it to.
    provenance_ : Provenance
        The base row of each synthetic row, and the rows from which it takes its categories. It
        is not pickled.
    is_synthetic_ : ndarray of shape (n_rows_resampled,), bool
        Which rows of the output are new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    Distances are those of the value difference metric, which compares the class
    frequencies of two categories, summed over features. In each feature a new row gets the
    most frequent category among its base row and the `k_neighbors` neighbors of the base
    row. If several are equally frequent, it gets the first of them in the encoder's order.

    X is an ndarray or DataFrame of shape (n_rows, n_features) of numbers or text. The output
    has the same type and dtypes. Sparse X is made dense, with a warning. For more than 128
    classes, imbalanced-learn's own code runs. Errors are imbalanced-learn's: ``ValueError``
    for missing values, or for a class of at most `k_neighbors` rows.

    The rows are the same for any number of threads. They equal imbalanced-learn's bit for
    bit unless two different rows are at exactly the same distance from a third. In such a
    tie fastsmote takes the lower row number. Ties are common in columns of few categories.

    References
    ----------
    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: synthetic minority
    over-sampling technique", Journal of Artificial Intelligence Research 16, 321-357,
    2002, section 6.2.

    C. Stanfill, D. Waltz, "Toward memory-based reasoning", Communications of the ACM 29,
    1213-1228, 1986, for the metric.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.over_sampling import SMOTEN
    >>> X = np.array([["red", "old"]] * 20 + [["blue", "new"]] * 10)
    >>> y = np.repeat([0, 1], [20, 10])
    >>> X_resampled, _ = SMOTEN(random_state=0).fit_resample(X, y)
    >>> X_resampled[30:32].tolist()
    [['blue', 'new'], ['blue', 'new']]
    """

    categorical_encoder_: Any
    nn_k_: StockNearestNeighbors
    provenance_: Provenance

    if TYPE_CHECKING:  # imbalanced-learn's signature

        def __init__(
            self,
            categorical_encoder: Estimator | None = None,
            *,
            sampling_strategy: OverSamplingStrategy = "auto",
            random_state: Seed = None,
            k_neighbors: Neighbors = 5,
        ) -> None: ...

    def _validated(self, X, y):
        is_compiled = self._overridden_hook() is None and self._foreign_neighbors() is None
        is_kept = self.categorical_encoder is None and is_compiled
        if as_frame(X) is not None and min(X.shape) > 0 and is_kept:
            return super()._validated(X, y)
        X = as_objects(X)
        return validate_data(self, X=X, y=y, reset=True, dtype=None, accept_sparse=["csr", "csc"])

    _neighbors_parameters: ClassVar = {"k_neighbors": 1}

    def _fit_resample(self, X, y):
        if sparse.issparse(X):
            warnings.warn(SPARSE_WARNING, DataConversionWarning, stacklevel=2)
            X_resampled, y_resampled = self._fit_resample(X.toarray(), y)
            return type(X)(sparse.csr_matrix(X_resampled)), y_resampled
        return super()._fit_resample(X, y)

    def _fit_resample_stock(self, X, y):
        return super()._fit_resample_stock(check_array(as_objects(X), dtype=None), y)

    def _reason_not_compiled(self, X):
        return self._foreign_neighbors()

    def _fit_resample_compiled(self, X, y):
        labels, y_codes, class_rows = encode_classes(y)
        if len(labels) > MOST_CLASSES:
            raise NotCompiled(f"there are more than {MOST_CLASSES} classes")
        self._validate_estimator()
        columns, codes = self._encode(X)
        sizes = [len(categories) for categories in self.categorical_encoder_.categories_]
        metric = ValueDifferenceMetric(n_categories=sizes).fit(codes, y_codes)
        new_codes, new_y, made = [np.empty((0, codes.shape[1]), codes.dtype)], [y], []
        for label, n_new in rows_to_make(self.sampling_strategy_):
            rows = class_rows[np.searchsorted(labels, label)]
            codes_of_class, provenance = self._resample_class(
                rows, codes[rows], metric.proba_per_class_, n_new
            )
            new_codes.append(codes_of_class)
            new_y.append(np.full(n_new, label, y.dtype))
            made.append(provenance)
        self.provenance_ = Provenance.join(made)
        new_codes = np.concatenate(new_codes)
        if columns is not None:
            frame = as_frame(X)
            made = [columns.take(j, column) for j, column in enumerate(new_codes.T)]
            return append_rows(frame, made), np.concatenate(new_y)
        return self._with_new_rows(X, new_codes), np.concatenate(new_y)

    def _encode(self, X):
        """Encode the categories of each row as 0, 1, ...

        Also return the columns of a polars or pyarrow frame, or None for any other X.
        """
        if self.categorical_encoder is not None:
            self.categorical_encoder_ = clone(self.categorical_encoder)
        else:
            self.categorical_encoder_ = OrdinalEncoder(dtype=np.int32)
        if hasattr(X, "iloc"):
            return None, encode_frame(X, self._encode_rows)
        frame = as_frame(X)
        if frame is None:
            return None, self._encode_rows(X)
        columns = CategoryColumns([*frame.iter_columns()], self._encode_rows, sees_all_rows=False)
        return columns, columns.codes

    def _encode_rows(self, X):
        codes = self.categorical_encoder_.fit_transform(check_array(X, dtype=None))
        return codes.astype(np.int32, copy=False)

    def _resample_class(self, rows, codes, proba, n_new):
        """Return the categories and the provenance of the new rows of a class.

        Their categories are the most frequent ones near their base rows.
        """
        k = self.k_neighbors + 1
        check_enough_rows(k, len(codes), len(codes))
        copy_ids, neighbors = nearest_by_difference(codes, proba, k)
        random_state = check_random_state(self.random_state)
        bases = random_state.choice(len(codes), size=n_new, replace=True)
        winners = np.column_stack([most_voted(column[neighbors]) for column in codes.T])
        voters = first_voters(codes, neighbors, np.arange(len(winners)), winners, rows)
        lists = copy_ids[bases]
        provenance = Provenance.of_copies(rows[bases])
        return winners[lists], provenance.voted(voters[lists], np.arange(codes.shape[1]))

    def _with_new_rows(self, X, new_codes):
        """Append rows with the given categories to X."""
        if len(new_codes) == 0:  # inverse_transform does not accept zero rows
            return X.reset_index(drop=True) if hasattr(X, "iloc") else X.copy()
        if not hasattr(X, "iloc"):
            return np.vstack([X, self.categorical_encoder_.inverse_transform(new_codes)])
        import pandas as pd

        columns = []
        for j, categories in enumerate(self.categorical_encoder_.categories_):
            old = X.iloc[:, j]
            new = decode_column(new_codes[:, j], categories, old.dtype).astype(old.dtype)
            columns.append(pd.concat([old, new], ignore_index=True))
        frame = pd.concat(columns, axis=1)
        frame.columns = X.columns
        return frame

"""The base class of compiled samplers: imbalanced-learn's checks, in less time.

`imblearn.base.SamplerMixin.fit_resample` sorts y five times or more: to find the type of the
target, and to count its classes again and again. For a 1-d target of integers, booleans or
strings the dtype gives the type, and one count is enough.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, overload

import numpy as np
from imblearn.utils import check_target_type
from sklearn import config_context
from sklearn.utils import check_array, check_consistent_length, check_X_y
from sklearn.utils.multiclass import check_classification_targets
from sklearn_compat.base import _fit_context
from sklearn_compat.utils.validation import _check_feature_names, validate_data

from fastsmote._base.call import NOT_PICKLED, RunsCalls
from fastsmote._base.checks import check_room, is_surely_finite, refuse_dask
from fastsmote._base.classes import rows_to_sample
from fastsmote._base.dataframes import (
    as_frame,
    check_are_numbers,
    columns_named,
    columns_of,
    read_matrix,
    read_numbers,
    take_rows_of_frame,
    unwrapped,
    write_numbers,
)
from fastsmote._base.fallback import FallsBack
from fastsmote._base.log import tells_how_it_ran
from fastsmote._base.missing import has_missing_values
from fastsmote._base.nulls import changes_in_matrix, check_are_exact, join_rows
from fastsmote._base.options import HasOptions
from fastsmote._base.targets import read_target
from fastsmote._kernels.layout import in_native_order
from fastsmote._progress import shown
from fastsmote._rules.values import Columns
from fastsmote._types import Array, ArrayLike, LabelsT, Mask, Names, Self, Table, TableT


class CompiledSampler(RunsCalls, FallsBack, HasOptions):
    """Mixin: `fit_resample` with imbalanced-learn's checks and results, in less time.

    A dataframe of numbers is converted to a matrix and back, so that `_fit_resample` gets
    arrays. A sampler implements the steps of its paper in `_fit_resample_compiled`.
    """

    sampling_strategy_: dict[Any, int]
    is_synthetic_: Mask
    n_features_in_: int
    feature_names_in_: Names

    if TYPE_CHECKING:  # methods of scikit-learn, which has no types

        def get_params(self, deep: bool = True) -> dict[str, Any]: ...

        def set_params(self, **params: Any) -> Self: ...

        def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Names: ...

        @overload
        def fit_resample(self, X: TableT, y: LabelsT, **params: Any) -> tuple[TableT, LabelsT]: ...

        @overload
        def fit_resample(self, X: ArrayLike, y: ArrayLike, **params: Any) -> tuple[Any, Any]: ...

    _ran = "compiled"
    _takes_categories = False  # so that imbalanced-learn's checks let missing values pass

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name not in NOT_PICKLED}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        if self.missing == "partial":
            tags.input_tags.allow_nan = True
        return tags

    @tells_how_it_ran
    @_fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X, y, **params):
        """Resample the dataset.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
            Finite numbers. A dataframe is pandas', polars' or pyarrow's. A sampler with
            ``missing="partial"`` also takes NaN, and null in dataframes.
        y : {array-like, series, dataframe} of shape (n_rows,) or (n_rows, 1)
            The class of each row. One-hot rows of shape (n_rows, n_classes) are taken too.
        **params : dict
            Arguments of the `_fit_resample` of a subclass. The samplers of fastsmote have none.

        Returns
        -------
        X_resampled : of the kind and dtypes of X, of shape (n_rows_resampled, n_features)
            The rows of the output.
        y_resampled : of the kind and dtype of y, of shape (n_rows_resampled,)
            Their classes.

        Raises
        ------
        TypeError
            For a dask collection. The message names the class of `fastsmote.distributed` to use,
            or lists the classes of that module.
        ValueError
            For what imbalanced-learn refuses: NaN (except with ``missing="partial"``) or
            infinity, one class only, lengths that differ, a strategy that does not fit y. For a
            polars or pyarrow column that does not hold numbers. For a row without any value, with
            ``missing="partial"``. The message names the column and its type, or the row.
        MemoryError
            If the output of an over-sampler cannot be allocated. The message gives its size.

        Notes
        -----
        The call replaces all attributes of an earlier call. If it raises an error, the attributes
        of the earlier call stay. X and y are not modified.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote.over_sampling import SMOTE
        >>> X, y = np.arange(40.0).reshape(20, 2) ** 2, np.repeat([0, 1], [13, 7])
        >>> X_resampled, y_resampled = SMOTE(random_state=0).fit_resample(X, y)
        >>> X_resampled.shape, np.bincount(y_resampled).tolist()
        ((26, 2), [13, 13])
        """
        with shown(type(self).__name__):
            return self._called(lambda call: call._resample(X, y, **params))

    @tells_how_it_ran
    @_fit_context(prefer_skip_nested_validation=True)
    def resample_checked(
        self,
        X: Any,
        y: Array,
        columns: Columns | None = None,
        has_missing: bool = False,
        **params: Any,
    ) -> tuple[Any, Array]:
        """Resample arrays without checking them, because a combined sampler has checked them.

        Parameters
        ----------
        X : {ndarray, CSR, CSC} of shape (n_rows, n_features)
            Finite numbers in native byte order.
        y : ndarray of shape (n_rows,)
            The class of each row, not one-hot.
        columns : Columns, default=None
            The columns of the table that X was read from, for the parameter `values`.
        has_missing : bool, default=False
            Whether X has missing values.
        **params : dict
            As for `fit_resample`.

        Returns
        -------
        X_resampled : {ndarray, CSR, CSC} of shape (n_rows_resampled, n_features)
            The rows of the output, of the kind and dtype of X.
        y_resampled : ndarray of shape (n_rows_resampled,)
            Their classes.

        Raises
        ------
        ValueError
            For a strategy that does not fit y, or a class with too few rows.

        Notes
        -----
        Arrays that are not as described give wrong rows, not an error.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote.over_sampling import SMOTE
        >>> X, y = np.arange(40.0).reshape(20, 2) ** 2, np.repeat([0, 1], [13, 7])
        >>> X_resampled, y_resampled = SMOTE(random_state=0).resample_checked(X, y)
        >>> X_resampled.shape
        (26, 2)
        """

        def run(call):
            call._columns = columns
            return call._resample_arrays(X, y, has_missing, **params)

        with shown(type(self).__name__):
            return self._called(run)

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X: Table, y: ArrayLike, **params: Any) -> Self:
        """Check the input and count its classes, without resampling.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
            As for `fit_resample`.
        y : {array-like, series, dataframe} of shape (n_rows,) or (n_rows, 1)
            As for `fit_resample`.
        **params : dict
            Ignored.

        Returns
        -------
        self : the sampler
            With `sampling_strategy_`, `n_features_in_` and, where X has column names that are
            strings, `feature_names_in_`.

        Raises
        ------
        TypeError
            For a dask collection, as for `fit_resample`.
        ValueError
            For an X, a y or a strategy that `fit_resample` refuses.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote.over_sampling import SMOTE
        >>> X, y = np.arange(40.0).reshape(20, 2) ** 2, np.repeat([0, 1], [13, 7])
        >>> smote = SMOTE().fit(X, y)
        >>> {int(label): int(n) for label, n in smote.sampling_strategy_.items()}  # rows to make
        {1: 6}
        """
        self._called(lambda call: call._check(X, y))
        return self

    def _check(self, X, y):
        refuse_dask(self, X=X, y=y)
        X, y = unwrapped(X)[0], unwrapped(y)[0]
        _, y, _ = self._check_X_y(X, read_target(y).values)
        vars(self).pop("_has_missing", None)
        self.sampling_strategy_ = rows_to_sample(self.sampling_strategy, y, self._sampling_type)

    def _resample(self, X, y, **params):
        """Check X and y, resample them, and write the result as X and y were passed."""
        checked_X, checked_y, write = self._read(X, y)
        has_missing = vars(self).pop("_has_missing", False)
        X_resampled, y_resampled, *others = self._resample_arrays(
            checked_X, checked_y, has_missing, **params
        )
        return (*write(X_resampled, y_resampled), *others)

    def _resample_arrays(self, X, y, has_missing=False, **params):
        """Count the classes of checked arrays and resample them."""
        if has_missing:
            self._has_missing = True
        try:
            return self._resample_counted(X, y, **params)
        finally:
            vars(self).pop("_has_missing", None)

    def _resample_counted(self, X, y, **params):
        self.n_features_in_ = X.shape[1]
        if self._columns is None and self._has_rules() and hasattr(X, "dtype"):
            self._columns = Columns(None, [X.dtype] * X.shape[1])
        self.sampling_strategy_ = rows_to_sample(self.sampling_strategy, y, self._sampling_type)
        if self._sampling_type == "over-sampling":
            check_room(X, sum(self.sampling_strategy_.values()))
        resampled = self._fit_resample(X, y, **params)
        self._n_rows_in = len(y)
        if self._is_overridden("_fit_resample"):
            self._why_no_provenance = "its class overrides _fit_resample"
        else:
            self._note_rows(len(y), resampled[1])
        return resampled

    def _note_rows(self, n_rows, y_resampled):
        """Set `is_synthetic_`: over-samplers append rows, under-samplers make none."""
        self.is_synthetic_ = np.zeros(len(y_resampled), bool)
        if self._sampling_type == "over-sampling":
            self.is_synthetic_[n_rows:] = True

    def _read(self, X, y):
        """Read and check X and y; set the names and the number of columns.

        Returns
        -------
        X, y : checked arrays
        write : callable
            ``write(X_resampled, y_resampled)`` converts arrays to the types of X and y.
        """
        refuse_dask(self, X=X, y=y)
        X, wrap_X = unwrapped(X)
        y, wrap_y = unwrapped(y)
        self._columns = columns_of(X) if self._has_rules() else None
        if self._sampling_type == "over-sampling":
            X, y = in_native_order(X), in_native_order(y)  # as joined arrays are
        target, (values, write_X) = read_target(y), self._read_X(X)
        checks_anew = "_check_X_y" in self._hooks and self._is_overridden("_check_X_y")
        if checks_anew or values is None or target.labels is None:
            check_classification_targets(target.values)
            is_known = not checks_anew and values is not None
            check = self._checked_with_any_y if is_known else self._check_X_y
            given = values if is_known else X
            with columns_named(X):
                checked_X, checked_y, _ = check(given, target.values)
        else:
            checked_X, checked_y = self._validated(values, target.labels)
        if values is not None and values is not X:
            _check_feature_names(self, X, reset=True)

        def write(X_resampled, y_resampled):
            is_written = checks_anew and as_frame(X_resampled) is not None
            X_resampled = X_resampled if is_written else write_X(X_resampled)
            y_resampled = target.write(checked_y, y_resampled)
            if hasattr(X_resampled, "iloc") and hasattr(y_resampled, "iloc"):
                y_resampled.index = X_resampled.index
            return wrap_X(X_resampled), wrap_y(y_resampled)

        return checked_X, checked_y, write

    def _read_X(self, X):
        """Return X as `_fit_resample` takes it, and a function that converts back.

        The first is None if X must pass through imbalanced-learn's own checks.
        """
        if type(X) is np.ndarray:
            return X, _identity
        frame = as_frame(X)
        if frame is not None:
            values, write_frame = self._read_frame(frame)
            if values is not None:
                return values, write_frame
        values, write = read_matrix(X, type(self).__name__)
        return None if hasattr(values, "iloc") else values, write

    def _check_X_y(self, X, y, *args, **kwargs):
        """Run imbalanced-learn's checks."""
        if self.missing == "partial" and not self._takes_categories:
            y, binarize_y = check_target_type(y, indicate_one_vs_all=True)
            X, y = self._validated(X, y)
        else:
            X, y, binarize_y = super()._check_X_y(X, y, *args, **kwargs)
        if self._sampling_type == "over-sampling":
            X = in_native_order(X)  # of a frame with such columns
        return X, y, binarize_y

    def _checked_with_any_y(self, X, y):
        """Run imbalanced-learn's checks for a y that is not a plain array of labels."""
        return self._check_X_y(X, y)

    def _read_frame(self, frame):
        """Return a dataframe as `_fit_resample` takes it, and a function that converts back.

        The first is None if the dataframe must pass through imbalanced-learn's own checks.
        """
        matrix, dtypes = read_numbers(frame)
        if matrix is None and not frame.implementation.is_pandas():
            check_are_numbers(frame, type(self).__name__)
        is_partial = self.missing == "partial" and matrix is not None
        keeps_rows = is_partial and changes_in_matrix(frame, matrix, dtypes)
        makes_rows = self._sampling_type == "over-sampling"
        if keeps_rows and makes_rows:
            check_are_exact(frame)

        def write_frame(X_resampled):
            # A subclass may return any rows, and so may imbalanced-learn's own code.
            is_known = not self._is_overridden("_fit_resample") and "_fell_back" not in vars(self)
            if is_known and not makes_rows and hasattr(self, "sample_indices_"):
                selected = take_rows_of_frame(frame.to_native(), self.sample_indices_)
                return selected.reset_index(drop=True) if hasattr(selected, "iloc") else selected
            if is_known and keeps_rows and hasattr(self, "is_synthetic_"):
                rows = getattr(self, "sample_indices_", np.arange(frame.shape[0]))
                made = write_numbers(frame, X_resampled[self.is_synthetic_], dtypes)
                return join_rows(frame, rows, made, self.is_synthetic_)
            return write_numbers(frame, X_resampled, dtypes)

        return matrix, write_frame

    def _validated(self, X, y):
        is_known = y.dtype.kind not in "fO" and is_surely_finite(X)
        is_partial = self.missing == "partial"
        finite = {"ensure_all_finite": "allow-nan" if is_partial else True}
        # `has_missing_values` checks the values of X, but not y.
        is_left_out = is_known or (is_partial and y.dtype.kind not in "fO")
        with config_context(assume_finite=True) if is_left_out else nullcontext():
            if type(X) is not np.ndarray:
                accepted = {"accept_sparse": ["csr", "csc"], **finite}
                X, y = validate_data(self, X=X, y=y, reset=True, **accepted)
            # The same checks without looking for column names, which takes 70 us of a call.
            elif y.dtype.kind in "fO":
                X, y = check_X_y(X, y, estimator=self, **finite)
            else:
                X = check_array(X, estimator=self, input_name="X", **finite)
                check_consistent_length(X, y)
            self.n_features_in_ = X.shape[1]
        if is_partial and not is_known and has_missing_values(X, self):
            self._has_missing = True
        return X, y


def _identity(X):
    return X

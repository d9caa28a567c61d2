"""Base classes of samplers by input and output: rows that are made, any X, categories."""

import numpy as np
from imblearn.utils._validation import ArraysTransformer, _check_X, check_target_type
from sklearn.utils import check_consistent_length
from sklearn_compat.utils.validation import validate_data

from fastsmote._base.dataframes import as_frame, columns_in_native_order, write_objects
from fastsmote._base.floats import append_obeyed, as_floats, narrowed, on_floats, widened
from fastsmote._base.sampler import CompiledSampler


def _identity(X):
    return X


class MakesRows(CompiledSampler):
    """Mixin for samplers whose new rows lie between two rows of X."""

    def _fit_resample(self, X, y, **params):
        if getattr(X, "dtype", None) == np.bool_:
            return on_floats(super()._fit_resample, X, y)
        return super()._fit_resample(X, y, **params)

    def _fit_resample_stock(self, X, y):
        """Run imbalanced-learn's own code on integers wide enough for every difference.

        With rules for values, integers are computed as floats: rounding needs their fractions.
        """
        rules = self._rules_for(X)
        if rules is not None:
            X_resampled, *others = super()._fit_resample_stock(as_floats(X), y)
            return append_obeyed(X, X_resampled, rules), *others
        X_resampled, *others = super()._fit_resample_stock(widened(X), y)
        return narrowed(X_resampled, X), *others


class TakesAnyX(CompiledSampler):
    """Mixin for samplers that do not use the values of X."""

    n_features_in_: int

    _ran = "fastsmote's NumPy code"
    _takes_any_order = True

    def _read_frame(self, frame):
        return frame.to_native(), _identity

    def _validated(self, X, y):
        check_consistent_length(X, y)
        if type(X) is np.ndarray:  # as for `CompiledSampler`
            X = _check_X(X)
            self.n_features_in_ = X.shape[1]
            return X, y
        X = X if as_frame(X) is not None else _check_X(X)
        return validate_data(self, X=X, y=y, reset=True, skip_check_array=True)

    def _checked_with_any_y(self, X, y):
        y, is_one_hot = check_target_type(y, indicate_one_vs_all=True)
        return *self._validated(X, y), is_one_hot


class TakesCategories(TakesAnyX):
    """Mixin for samplers that accept dataframes with columns of any type."""

    _ran = "compiled"

    def _read_frame(self, frame):
        X = frame.to_native()
        if not frame.implementation.is_pandas():
            return X, lambda X_resampled: write_objects(frame, X_resampled)
        if any(hasattr(dtype, "fill_value") for dtype in X.dtypes):  # sparse columns
            return None, None
        as_pandas = ArraysTransformer(X, [])

        def write_frame(X_resampled):
            if hasattr(X_resampled, "iloc") and X_resampled.dtypes.equals(X.dtypes):
                return X_resampled  # from compiled code
            return as_pandas.transform(X_resampled, np.empty(0))[0]

        return columns_in_native_order(X), write_frame

"""imbalanced-learn's checks around a call, with the classes of y counted once.

`imblearn.base.SamplerMixin.fit_resample` sorts y five times or more to see what kind of
target it is, to count its classes and to count them again. For a plain 1-d target of
integers, booleans or strings the kind is known from the dtype and one count will do.
"""

import math
from contextlib import nullcontext
from numbers import Integral
from typing import ClassVar

import numpy as np
from imblearn.utils._validation import ArraysTransformer, _check_X, check_target_type
from scipy import sparse
from sklearn import config_context
from sklearn.utils import check_array, check_consistent_length, check_X_y
from sklearn.utils.multiclass import check_classification_targets
from sklearn_compat.base import _fit_context
from sklearn_compat.utils.validation import _check_feature_names, validate_data

from fastsmote._base.classes import (
    rows_to_sample,
)
from fastsmote._base.dataframes import (
    as_frame,
    check_are_numbers,
    columns_in_native_order,
    columns_named,
    read_matrix,
    read_numbers,
    read_target,
    take_rows_of_frame,
    unwrapped,
    write_numbers,
    write_objects,
)
from fastsmote._base.floats import narrowed, on_floats, widened
from fastsmote._base.log import tell_fallback, tells_how_it_ran
from fastsmote._kernels.layout import in_native_order
from fastsmote._progress import shown
from fastsmote._threads import asking_once, run_ranges
from fastsmote.neighbors import NearestNeighbors, check_n_neighbors

SUMMED_VALUES = 2**19  # by one task
# What `fastsmote.distributed` has, which imports dask and is not imported here.
ON_DASK = ("ADASYN", "BorderlineSMOTE", "RandomUnderSampler", "SMOTE", "TomekLinks")


# What calls of imbalanced-learn's samplers, or of these, leave in a sampler.
RESULTS = frozenset(
    [
        "_X_categorical_minority_encoded",
        "categorical_encoder_",
        "categorical_features_",
        "classes_to_clean_",
        "cluster_balance_threshold_",
        "continuous_features_",
        "edited_nearest_neighbours_",
        "enn_",
        "estimator_",
        "estimators_",
        "feature_names_in_",
        "in_danger_indices",
        "kmeans_estimator_",
        "median_std_",
        "n_features_",
        "n_features_in_",
        "n_iter_",
        "nn_",
        "nn_k_",
        "nn_m_",
        "nn_ver3_",
        "provenance_",
        "sample_indices_",
        "sampling_strategy_",
        "shrinkage_",
        "smote_",
        "svm_estimator_",
        "tomek_",
        "voting_",
    ]
)


def _is_surely_finite(X):
    """Whether a large array was seen to be finite, in parallel. scikit-learn says why it is not."""
    if type(X) is not np.ndarray or X.dtype not in (np.float32, np.float64):
        return False
    if X.size <= SUMMED_VALUES or not X.flags.c_contiguous:
        return False
    values, are_finite = X.reshape(-1), []

    def sum_some(start, stop):
        with np.errstate(over="ignore", invalid="ignore"):
            are_finite.append(np.isfinite(values[start:stop].sum()))

    run_ranges(sum_some, len(values), SUMMED_VALUES, doing="checking values")
    return all(are_finite)


def _refuse_dask(sampler, **given):
    """Raise for dask collections, which would be computed here and now, all of them."""
    for name, data in given.items():
        if type(data).__module__.partition(".")[0] not in ("dask", "dask_expr"):
            continue
        cls = next(c for c in type(sampler).__mro__ if c.__module__.startswith("fastsmote."))
        cure = f"use fastsmote.distributed.{cls.__name__}, or "
        if cls.__name__ not in ON_DASK:
            cure = f"fastsmote.distributed has {', '.join(ON_DASK)}; for {cls.__name__} "
        raise TypeError(
            f"{name} is dask's {type(data).__name__}, it must be in memory: {cure}pass "
            f"{name}.compute(), which loads all of it."
        )


def _check_room(X, n_new):
    """Raise if so many new rows cannot be allocated: now, and not after an hour's search."""
    if not isinstance(X, np.ndarray) or not math.isfinite(n_new):  # which the sampler refuses
        return
    n_new = int(n_new) if isinstance(n_new, Integral) else math.ceil(n_new)  # by way of a float
    n_rows, n_features = len(X) + n_new, X.shape[1]
    try:
        np.empty((n_rows, n_features), X.dtype)
    except (MemoryError, ValueError) as error:  # the latter beyond the address space
        size = n_rows * n_features * X.dtype.itemsize / 2**30
        raise MemoryError(
            f"The output of {n_rows:,} rows x {n_features} features of {X.dtype}, {size:,.3g} GiB, "
            f"cannot be allocated; {n_new:,} of the rows are new. Ask for fewer by "
            "sampling_strategy."
        ) from error


class CompiledSampler:
    """Mixin: `fit_resample` with the same checks and results, in less time.

    A dataframe of numbers is read into a matrix, and written again, here: `_fit_resample`
    sees arrays. A sampler gives its paper's steps in `_fit_resample_compiled`; what that cannot
    serve runs imbalanced-learn's own code.
    """

    _ran = "compiled"
    _takes_sparse = False
    # Of each parameter that may be a neighbors object, how many neighbors it finds beyond the
    # number that an integer means: 1 where a row is met as its own neighbor.
    _neighbors_parameters: ClassVar[dict] = {}
    _hooks: ClassVar[dict] = {}
    _has_slots = False

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls._has_slots = any(vars(base).get("__slots__") for base in cls.__mro__)
        if cls.__module__.partition(".")[0] == "fastsmote":
            names = sorted(_methods_of_imblearn(cls))
            cls._hooks = {name: getattr(cls, name) for name in names}

    @tells_how_it_ran
    @_fit_context(prefer_skip_nested_validation=True)
    def fit_resample(self, X, y, **params):
        """Resample the dataset.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
            Finite numbers. A dataframe is pandas', polars' or pyarrow's.
        y : {array-like, series, dataframe} of shape (n_rows,) or (n_rows, 1)
            The class of each row. One-hot rows of shape (n_rows, n_classes) are taken too.

        Returns
        -------
        X_resampled : of the kind and dtypes of X, of shape (n_rows_new, n_features)
        y_resampled : of the kind and dtype of y, of shape (n_rows_new,)

        Raises
        ------
        TypeError
            For a dask collection; names the class of `fastsmote.distributed` to use, or
            those that there are.
        ValueError
            For what imbalanced-learn refuses: NaN or infinity, one class only, lengths
            that differ, a strategy that does not fit y. For a polars or pyarrow column that
            does not hold numbers; names the column and its type.
        MemoryError
            If the output of an over-sampler cannot be allocated; names its size.

        Notes
        -----
        A call that returns leaves the attributes of that call only. A call that raises
        leaves those of the call before.
        """
        with shown(type(self).__name__):
            return self._called(lambda call: call._resample(X, y, **params))

    @tells_how_it_ran
    @_fit_context(prefer_skip_nested_validation=True)
    def resample_checked(self, X, y, **params):
        """Resample arrays that a combined sampler has checked, as `fit_resample` does.

        Parameters
        ----------
        X : {ndarray, CSR, CSC} of shape (n_rows, n_features)
            Finite numbers in native byte order.
        y : ndarray of shape (n_rows,)

        Returns
        -------
        X_resampled, y_resampled
            As X and y.
        """
        with shown(type(self).__name__):
            return self._called(lambda call: call._resample_arrays(X, y, **params))

    @_fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, **params):
        """Check the input and count its classes, without resampling.

        Parameters
        ----------
        X, y
            As for `fit_resample`.

        Returns
        -------
        self : the sampler
            With `sampling_strategy_`, `n_features_in_` and, where X has column names that are
            strings, `feature_names_in_`.

        Raises
        ------
        TypeError, ValueError
            As for `fit_resample`.
        """
        self._called(lambda call: call._check(X, y))
        return self

    def _check(self, X, y):
        _refuse_dask(self, X=X, y=y)
        X, y = unwrapped(X)[0], unwrapped(y)[0]
        _, y, _ = self._check_X_y(X, read_target(y).values)
        self.sampling_strategy_ = rows_to_sample(self.sampling_strategy, y, self._sampling_type)

    def _called(self, run):
        """Run a call, after which the sampler has the results of that call and no others.

        It works on a copy, so that threads that share a sampler do not meet half-made
        attributes. A method that a subclass or an instance overrides may keep anything in
        the sampler, or refer to it: then the call works on the sampler itself, as
        imbalanced-learn does.
        """
        is_copied = self._overridden_hook() is None and not self._is_overridden("_fit_resample")
        if self._has_slots or not is_copied:
            return self._called_on_itself(run)
        call, state = object.__new__(type(self)), vars(self).copy()
        kept = {name: value for name, value in state.items() if name not in RESULTS}
        vars(call).update(kept, _settled={})
        call._settle_parameters()
        with asking_once():
            result = run(call)
        call._give_back_parameters()
        made = vars(call)
        changed = {n: value for n, value in made.items() if n not in kept or kept[n] is not value}
        vars(self).update(changed)
        for name in RESULTS & vars(self).keys():
            if name not in made:
                vars(self).pop(name, None)
        return result

    def _called_on_itself(self, run):
        before = {name: vars(self).pop(name) for name in RESULTS & vars(self).keys()}
        self._settled = {}
        try:
            self._settle_parameters()
            with asking_once():
                return run(self)
        except BaseException:
            vars(self).update({n: value for n, value in before.items() if n not in vars(self)})
            raise
        finally:
            self._give_back_parameters()

    def _settle(self, name, value):
        """Replace a parameter for the time of a call."""
        given = getattr(self, name)
        if given is not value:
            self._settled.setdefault(name, given)
            setattr(self, name, value)

    def _give_back_parameters(self):
        """End what `_settle` began."""
        for name, given in vars(self).pop("_settled").items():
            setattr(self, name, given)

    def _settle_parameters(self):
        """Replace parameters by what they stand for."""
        for name, n_beyond in self._neighbors_parameters.items():
            value = getattr(self, name)
            if isinstance(value, Integral):
                self._settle(name, int(value))
            elif type(value) is NearestNeighbors and value.is_euclidean():
                check_n_neighbors(value.n_neighbors)
                if value.n_neighbors <= n_beyond:
                    raise ValueError(
                        f"{name} is {value}, which finds {value.n_neighbors} neighbor: the row "
                        f"itself. Pass NearestNeighbors(n_neighbors={n_beyond + 1}) or more."
                    )
                self._settle(name, int(value.n_neighbors) - n_beyond)

    def _is_overridden(self, name):
        """Whether a subclass, the instance or a test double defines a method anew."""
        return name in vars(self) or getattr(type(self), name) != self._hooks[name]

    def _overridden_hook(self):
        """A method of imbalanced-learn that is overridden and that compiled code would not call."""
        for name in self._hooks:
            if name != "_fit_resample" and self._is_overridden(name):
                return name
        return None

    def _resample(self, X, y, **params):
        """`fit_resample` without the check of parameters."""
        checked_X, checked_y, write = self._read(X, y)
        X_resampled, y_resampled, *others = self._resample_arrays(checked_X, checked_y, **params)
        return (*write(X_resampled, y_resampled), *others)

    def _resample_arrays(self, X, y, **params):
        """Count the classes of checked arrays and resample them."""
        self.n_features_in_ = X.shape[1]
        self.sampling_strategy_ = rows_to_sample(self.sampling_strategy, y, self._sampling_type)
        if self._sampling_type == "over-sampling":
            _check_room(X, sum(self.sampling_strategy_.values()))
        return self._fit_resample(X, y, **params)

    def _read(self, X, y):
        """The checked arrays of a call, and what writes arrays as an X and a y of the same kinds.

        Sets the names and the number of columns.
        """
        _refuse_dask(self, X=X, y=y)
        X, wrap_X = unwrapped(X)
        y, wrap_y = unwrapped(y)
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
        """What `_fit_resample` takes for X, and what makes one like X of its result.

        None stands for an X that has to go through imbalanced-learn's own checks.
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
        """imbalanced-learn's checks, of what its own `fit_resample` takes."""
        X, y, binarize_y = super()._check_X_y(X, y, *args, **kwargs)
        if self._sampling_type == "over-sampling":
            X = in_native_order(X)  # of a frame with such columns
        return X, y, binarize_y

    def _checked_with_any_y(self, X, y):
        """imbalanced-learn's checks for a y that is not a plain array of labels."""
        return self._check_X_y(X, y)

    def _read_frame(self, frame):
        """What `_fit_resample` takes for a dataframe, and what makes one of its result.

        None stands for a dataframe that has to go through imbalanced-learn's own checks.
        """
        matrix, dtypes = read_numbers(frame)
        if matrix is None and not frame.implementation.is_pandas():
            check_are_numbers(frame, type(self).__name__)

        def write_frame(X_resampled):
            names_rows = self._sampling_type != "over-sampling" and hasattr(self, "sample_indices_")
            # A subclass may return other rows than those, and imbalanced-learn does at times.
            if not names_rows or self._is_overridden("_fit_resample") or "_fell_back" in vars(self):
                return write_numbers(frame, X_resampled, dtypes)
            selected = take_rows_of_frame(frame.to_native(), self.sample_indices_)
            return selected.reset_index(drop=True) if hasattr(selected, "iloc") else selected

        return matrix, write_frame

    def _validated(self, X, y):
        is_known = y.dtype.kind not in "fO" and _is_surely_finite(X)
        with config_context(assume_finite=True) if is_known else nullcontext():
            if type(X) is not np.ndarray:
                return validate_data(self, X=X, y=y, reset=True, accept_sparse=["csr", "csc"])
            # The same without the search for names of columns and of y, 70 us of a call.
            if y.dtype.kind in "fO":
                X, y = check_X_y(X, y, estimator=self)
            else:
                X = check_array(X, estimator=self, input_name="X")
                check_consistent_length(X, y)
            self.n_features_in_ = X.shape[1]
            return X, y

    def _fit_resample(self, X, y, **params):
        hook = self._overridden_hook()
        reason = self._reason_not_compiled(X) if hook is None else f"{hook} is overridden"
        if reason is None:
            return self._fit_resample_compiled(X, y, **params)
        tell_fallback(self, reason)
        return self._fit_resample_stock(X, y)

    def _fit_resample_stock(self, X, y):
        """imbalanced-learn's own code."""
        return super()._fit_resample(X, y)

    def _reason_not_compiled(self, X):
        """Why imbalanced-learn's own code has to run, or None."""
        if sparse.issparse(X) and not self._takes_sparse:
            return "X is sparse"
        if not sparse.issparse(X) and not isinstance(X, np.ndarray):
            return f"X is a {type(X).__name__}"
        if X.dtype not in (np.float32, np.float64) and X.dtype.kind not in "iub":
            return f"X has dtype {X.dtype}"
        return self._foreign_neighbors()

    def _foreign_neighbors(self):
        """Why imbalanced-learn has to search: a neighbors object that is not ours; or None."""
        for name in self._neighbors_parameters:
            if not isinstance(getattr(self, name), Integral):
                return f"a neighbors object is given: {type(getattr(self, name)).__name__}"
        return None


def _identity(X):
    return X


def _methods_of_imblearn(cls):
    """The names of the methods that a sampler has from imbalanced-learn's classes."""
    public = {"fit", "fit_resample", "_more_tags"}
    return {
        name
        for base in cls.__mro__
        if base.__module__.partition(".")[0] == "imblearn"
        for name, value in vars(base).items()
        if (callable(value) or isinstance(value, (staticmethod, classmethod)))
        and not name.startswith("__")
        and name not in public
    }


class MakesRows(CompiledSampler):
    """Mixin for samplers whose new rows stand between two rows of X."""

    def __getstate__(self):
        # The provenance is as long as the output.
        state = super().__getstate__()
        return {key: value for key, value in state.items() if key != "provenance_"}

    def _fit_resample(self, X, y, **params):
        if getattr(X, "dtype", None) == np.bool_:
            return on_floats(super()._fit_resample, X, y)
        return super()._fit_resample(X, y, **params)

    def _fit_resample_stock(self, X, y):
        """imbalanced-learn's own code, with integers in which no difference wraps."""
        X_resampled, *others = super()._fit_resample_stock(widened(X), y)
        return narrowed(X_resampled, X), *others


class TakesAnyX(CompiledSampler):
    """Mixin for samplers that do not look at the values of X."""

    _ran = "fastsmote's NumPy code"

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
    """Mixin for samplers that take dataframes of any columns."""

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
                return X_resampled  # as compiled code makes it
            return as_pandas.transform(X_resampled, np.empty(0))[0]

        return columns_in_native_order(X), write_frame

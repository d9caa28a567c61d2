"""Read dataframes and series and write results as the same kind, through narwhals.

pandas, polars and pyarrow are supported. Numbers are read and written column by column, a
tile of rows at a time, never as Python objects. Labels that are not numbers are written by
repeating labels that were read.
"""

import sys
from contextlib import contextmanager
from importlib import import_module

import numpy as np
from imblearn.utils._validation import ArraysTransformer
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets

from fastsmote._base.nulls import column_to_numpy, columns_with_null, set_null
from fastsmote._rules.values import Columns
from fastsmote._threads import run_ranges

TILE_BYTES = 2**18  # of a matrix that is copied from or to columns


def _tile_rows(matrix):
    return max(1, TILE_BYTES // (matrix.itemsize * max(1, matrix.shape[1])))


def _from_columns(columns, dtype):
    matrix = np.empty((len(columns[0]), len(columns)), dtype)

    def fill_some(start, stop):
        for j, column in enumerate(columns):
            matrix[start:stop, j] = column[start:stop]

    run_ranges(fill_some, len(matrix), _tile_rows(matrix), doing="reading columns")
    return matrix


def _to_columns(matrix, chosen, dtypes, with_null=()):
    """Convert the chosen columns of a matrix; NaN is 0 in integers and booleans with null."""
    columns = [np.empty(len(matrix), dtypes[j]) for j in chosen]

    def fill_some(start, stop):
        for j, column in zip(chosen, columns, strict=True):
            values = matrix[start:stop, j]
            if j in with_null and column.dtype.kind != "f":
                values = np.where(np.isnan(values), 0, values)
            if column.dtype.kind == "u" and matrix.dtype.kind == "f" and not (values >= 0).all():
                raise ValueError(
                    f"Cannot losslessly cast from {matrix.dtype} to {column.dtype}: column {j} "
                    f"of the resampled X contains {values.min()}. Pass the column as floats."
                )
            column[start:stop] = values

    run_ranges(fill_some, len(matrix), _tile_rows(matrix), doing="writing columns")
    return columns


def _narwhals(native, **kind):
    """Wrap a dataframe or series by narwhals; None for any other object."""
    if native is None or isinstance(native, (np.ndarray, list, tuple, str)):
        return None
    if sparse.issparse(native):
        return None
    import narwhals.stable.v1 as nw

    wrapped = nw.from_native(native, pass_through=True, **kind)
    return None if wrapped is native else wrapped


def _refuse_lazy(native, name):
    if type(native).__name__ == "LazyFrame" and hasattr(native, "collect"):
        raise TypeError(f"{name} is a LazyFrame. Pass {name}.collect() instead.")


def as_frame(X):
    """X as a narwhals DataFrame; None if it is not a dataframe or has duplicate column names.

    Raises
    ------
    TypeError
        For a lazy frame.
    """
    _refuse_lazy(X, "X")
    if not getattr(getattr(X, "columns", None), "is_unique", True):
        return None
    return _narwhals(X, eager_only=True)


def unwrapped(data):
    """Unwrap a dataframe or series; also return the function that wraps a result again.

    A pyarrow RecordBatch becomes a Table; a narwhals frame or series becomes the native one.
    """
    if type(data) is np.ndarray:
        return data, _identity
    pyarrow = sys.modules.get("pyarrow")
    if pyarrow is not None and isinstance(data, pyarrow.RecordBatch):
        return pyarrow.Table.from_batches([data]), _as_batch
    if type(data).__module__.startswith("narwhals.") and hasattr(data, "to_native"):
        is_stable = type(data).__module__.startswith("narwhals.stable.")
        nw = import_module("narwhals.stable.v1" if is_stable else "narwhals")
        return data.to_native(), lambda native: nw.from_native(native, allow_series=True)
    return data, _identity


def _identity(data):
    return data


def _as_batch(table):
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else table.schema.empty_table().to_batches()[0]


@contextmanager
def columns_named(X):
    """If converting a pandas DataFrame to an array fails, name its non-numeric columns."""
    try:
        yield
    except TypeError as error:
        dtypes = getattr(X, "dtypes", None) if hasattr(X, "iloc") else None
        if getattr(dtypes, "items", None) is None:
            raise
        others = [
            f"{name!r} ({dtype})" for name, dtype in dtypes.items() if dtype.kind not in "biuf"
        ]
        text = f"{error} X has columns that are not numeric: {', '.join(others)}."
        raise TypeError(text) from error


def read_numbers(frame):
    """Read a dataframe of numbers into a matrix.

    Returns
    -------
    matrix : ndarray of shape (n_rows, n_columns) or None
        Its dtype is the common dtype of all columns, with three exceptions. It is float64 if
        all columns are boolean, and if all are integers or booleans and a value is missing. It
        is also float64 if the common dtype is float32 and pandas stores a column in an
        extension dtype. Missing values are NaN. None if a column is neither numeric nor
        boolean, or if there are no columns.
    dtypes : list of dtype or None
        The NumPy dtype of each column, whether or not values are missing.
    """
    columns = list(frame.iter_columns())
    if not columns or not all(is_number(column.dtype) for column in columns):
        return None, None
    arrays, dtypes = map(list, zip(*map(column_to_numpy, columns), strict=True))
    dtype, is_pandas = np.result_type(*dtypes), frame.implementation.is_pandas()
    is_missing = dtype.kind in "iu" and any(array.dtype.kind == "f" for array in arrays)
    if dtype.kind == "b" or is_missing:
        return _from_columns(arrays, np.dtype(np.float64)), dtypes
    if dtype.kind not in "iuf":
        return None, None
    if is_pandas and dtype == np.float32 and has_extension_dtype(frame.to_native()):
        dtype = np.dtype(np.float64)  # as in scikit-learn
    elif is_pandas and len(set(dtypes)) == 1:
        matrix = frame.to_native().to_numpy()
        if matrix.dtype == dtype and matrix.flags.c_contiguous:
            return matrix, dtypes
    return _from_columns(arrays, dtype), dtypes


def columns_of(X):
    """Return the names and dtypes of a dataframe's columns; None if X is not a dataframe.

    A nullable integer or boolean dtype becomes the NumPy dtype of its values. Columns that are
    not numbers get dtype object.
    """
    if hasattr(X, "iloc") and hasattr(X, "dtypes"):
        dtypes = [getattr(dtype, "numpy_dtype", dtype) for dtype in X.dtypes]
        is_numpy = [isinstance(dtype, np.dtype) for dtype in dtypes]
        others = np.dtype(object)
        dtypes = [t if is_np else others for t, is_np in zip(dtypes, is_numpy, strict=True)]
        return Columns(X.columns.tolist(), dtypes)
    frame = as_frame(X)
    if frame is None:
        return None
    names = {"Boolean": "bool"}
    dtypes = [
        np.dtype(names.get(str(dtype), str(dtype).lower()) if is_number(dtype) else object)
        for dtype in frame.schema.values()
    ]
    return Columns(frame.columns, dtypes)


def read_matrix(X, reader):
    """Convert X for scikit-learn's checks; also return the function that converts back.

    Parameters
    ----------
    X : array-like, dataframe, sparse matrix
    reader : str
        The name of the caller, for the error.

    Returns
    -------
    values : {array-like, dataframe}
        A matrix for a dataframe of numbers. Any other pandas DataFrame is returned as it is,
        for scikit-learn to convert.
    write : callable
        Converts a result to the kind of X.
    """
    frame = as_frame(X)
    if frame is None and not hasattr(X, "iloc"):
        return X, (lambda made: made.tolist()) if isinstance(X, list) else lambda made: made
    if frame is not None:
        matrix, dtypes = read_numbers(frame)
        if matrix is not None:
            return matrix, lambda made: write_numbers(frame, made, dtypes)
        if not frame.implementation.is_pandas():
            check_are_numbers(frame, reader)
    as_before = ArraysTransformer(X, [])
    return X, lambda made: as_before.transform(made, np.empty(0))[0]


def check_are_numbers(frame, sampler_name):
    """Raise if a dataframe has columns that cannot be read as numbers.

    Raises
    ------
    ValueError
        It names each such column and its type.
    """
    others = [f"{name!r} ({dtype})" for name, dtype in frame.schema.items() if not is_number(dtype)]
    if others:
        raise ValueError(
            f"{sampler_name} requires numeric columns, but X has others: {', '.join(others)}. "
            "Exclude these columns or convert them to numbers."
        )


def has_extension_dtype(native):
    """Whether a pandas DataFrame has a column of a dtype that NumPy does not have."""
    return not all(isinstance(dtype, np.dtype) for dtype in native.dtypes)


def is_number(dtype):
    """Whether a narwhals dtype is of numbers or booleans that NumPy has."""
    import narwhals.stable.v1 as nw

    if dtype in (nw.Int128, nw.UInt128):  # NumPy has no such dtypes
        return False
    return dtype.is_integer() or dtype.is_float() or dtype == nw.Boolean


def _is_boolean(dtype):
    import narwhals.stable.v1 as nw

    return dtype == nw.Boolean


def is_categorical(dtype):
    """Whether a narwhals dtype is categorical."""
    import narwhals.stable.v1 as nw

    return dtype in (nw.Categorical, nw.Enum)


def _pandas_series(values, dtype):
    import pandas as pd

    series = pd.Series(values, copy=False)
    return series if series.dtype == dtype else series.astype(dtype)


def write_numbers(frame, matrix, dtypes):
    """Write a matrix as a dataframe with the columns and dtypes of the one that was read.

    Integer columns are truncated as by ``ndarray.astype``. A negative number in a column of
    an unsigned dtype raises ``ValueError``, as in pandas. NaN becomes null in a column that
    contained null when it was read, and in pandas' nullable dtypes. In other columns of floats
    it stays NaN.
    """
    if not frame.implementation.is_pandas():
        with_null = columns_with_null(frame)
        made = _to_columns(matrix, range(matrix.shape[1]), dtypes, with_null)
        columns = [
            _new_series(old, new) for old, new in zip(frame.iter_columns(), made, strict=True)
        ]
        for j in with_null:
            columns[j] = set_null(columns[j], np.isnan(matrix[:, j]))
        return in_schema_of(frame, columns)
    import pandas as pd

    native = frame.to_native()
    if all(native_dtype == matrix.dtype for native_dtype in native.dtypes):
        return pd.DataFrame(matrix, columns=native.columns, copy=False)
    # Columns of the matrix's own dtype stay views of it, as in a frame of one dtype.
    others = [j for j, dtype in enumerate(native.dtypes) if dtype != matrix.dtype]
    with_null = columns_with_null(frame)
    written = dict(zip(others, _to_columns(matrix, others, dtypes, with_null), strict=True))
    columns = {
        name: _pandas_series(written.get(j, matrix[:, j]), native.dtypes.iloc[j])
        for j, name in enumerate(native.columns)
    }
    for j in with_null:
        name, is_null = native.columns[j], np.isnan(matrix[:, j])
        columns[name] = set_null(_narwhals(columns[name], series_only=True), is_null).to_native()
    return pd.DataFrame(columns, columns=native.columns, copy=False)


def to_pandas(frame):
    """Convert a narwhals DataFrame to a pandas DataFrame."""
    return frame.to_native() if frame.implementation.is_pandas() else frame.to_pandas()


def is_swapped(dtype):
    """Whether a dtype is NumPy's and not in native byte order; pandas takes no rows of such."""
    return isinstance(dtype, np.dtype) and not dtype.isnative


def columns_in_native_order(X):
    """Convert the columns of a pandas DataFrame to native byte order."""
    swapped = [j for j, dtype in enumerate(X.dtypes) if is_swapped(dtype)]
    if swapped:
        X = X.copy(deep=False)
        for j in swapped:
            X.isetitem(j, X.iloc[:, j].astype(X.dtypes.iloc[j].newbyteorder("=")))
    return X


def _new_series(old, values):
    """A series of new values with the name, dtype and library of an old one."""
    import narwhals.stable.v1 as nw

    return nw.new_series(old.name, values, old.dtype, backend=old.implementation)


def in_schema_of(frame, columns):
    """Join series to a native dataframe with the schema, and pyarrow's metadata, of a frame."""
    import narwhals.stable.v1 as nw

    made = nw.concat([column.to_frame() for column in columns], how="horizontal").to_native()
    return made.cast(frame.to_native().schema) if frame.implementation.is_pyarrow() else made


def as_objects(X):
    """Convert a polars or pyarrow dataframe to an object array; return others unchanged."""
    frame = None if hasattr(X, "iloc") else as_frame(X)
    if frame is None:
        return X
    values = np.empty(frame.shape, object)
    for j, column in enumerate(frame.iter_columns()):
        values[:, j] = column.to_list()
    return values


def append_rows(frame, columns):
    """Append new rows to a polars or pyarrow dataframe; return a native frame."""
    import narwhals.stable.v1 as nw

    if len(columns[0]) == 0:
        return frame.to_native()
    made = nw.from_native(in_schema_of(frame, columns), eager_only=True)
    return nw.concat([frame, made], how="vertical").to_native()


def write_objects(frame, matrix):
    """Write an array of any values as a dataframe like the one read; keep a dataframe as it is."""
    if as_frame(matrix) is not None:
        return matrix
    values = np.asarray(matrix, object)
    columns = []
    for j, old in enumerate(frame.iter_columns()):
        written = values[:, j]
        kind = int if old.dtype.is_integer() else bool if _is_boolean(old.dtype) else None
        if kind is not None:
            written = [None if value is None else kind(value) for value in written]
        is_number = old.dtype.is_numeric()
        columns.append((_new_series if is_number else _new_objects)(old, list(written)))
    return in_schema_of(frame, columns)


def _new_objects(old, values):
    """`_new_series` through the library's own constructor: narwhals' cannot create enums."""
    import narwhals.stable.v1 as nw

    if old.implementation.is_polars():
        import polars as pl

        made = pl.Series(old.name, values, dtype=old.to_native().dtype)
    elif old.implementation.is_pyarrow():
        import pyarrow as pa

        made = pa.chunked_array([pa.array(values, type=old.to_native().type)])
    else:
        return _new_series(old, values)
    return nw.from_native(made, series_only=True).alias(old.name)


def take_rows_of_frame(X, rows):
    """Take rows of a dataframe by row number; in pandas they keep their index."""
    if hasattr(X, "take") and hasattr(X, "iloc"):
        return X.take(rows)
    return as_frame(X)[rows].to_native()


def as_series(y):
    """y as a narwhals Series, or None if it is not a series."""
    return _narwhals(y, series_only=True)


def read_labels(series):
    """The labels of a series as an ndarray; None if it is empty or cannot hold class labels."""
    import narwhals.stable.v1 as nw

    if len(series) == 0 or series.null_count() > 0:
        return None
    dtype = series.dtype
    if dtype.is_integer() or dtype in (nw.Boolean, nw.String):
        return series.to_numpy()
    if dtype.is_float() or dtype in (nw.Categorical, nw.Enum):
        labels = series.to_numpy()
        if dtype.is_float() and np.isnan(labels).any():
            return None
        check_classification_targets(labels)
        return labels
    return None


def write_labels(series, labels, new_labels):
    """Write new labels, each of them among the labels read, as a series like the one read."""
    import narwhals.stable.v1 as nw

    if series.dtype.is_numeric() or series.dtype == nw.Boolean:
        if not series.implementation.is_pandas():
            backend = series.implementation
            return nw.new_series(series.name, new_labels, series.dtype, backend=backend).to_native()
        native = series.to_native()
        return _pandas_series(new_labels, native.dtype).rename(native.name)
    last_first = zip(labels[::-1].tolist(), range(len(labels))[::-1], strict=True)
    row_of = dict(last_first)  # the first row of each label
    rows = np.fromiter(map(row_of.__getitem__, new_labels.tolist()), np.int64, len(new_labels))
    written = series[rows].to_native()
    return written.reset_index(drop=True) if hasattr(written, "reset_index") else written

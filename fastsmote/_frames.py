"""Dataframes and series in, the same kind out: pandas, polars, pyarrow, through narwhals.

Numbers are read and written column by column, a tile of rows at a time, and never as
Python objects. Labels that are not numbers are written by repeating ones that were read.
"""

import numpy as np
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets

from fastsmote._threads import run_ranges

TILE_BYTES = 2**18  # of a matrix that is filled from columns, or the other way round


def _tile_rows(matrix):
    return max(1, TILE_BYTES // (matrix.itemsize * max(1, matrix.shape[1])))


def _from_columns(columns, dtype):
    matrix = np.empty((len(columns[0]), len(columns)), dtype)

    def fill_some(start, stop):
        for j, column in enumerate(columns):
            matrix[start:stop, j] = column[start:stop]

    run_ranges(fill_some, len(matrix), _tile_rows(matrix))
    return matrix


def _to_columns(matrix, chosen, dtypes):
    columns = [np.empty(len(matrix), dtypes[j]) for j in chosen]

    def fill_some(start, stop):
        for j, column in zip(chosen, columns, strict=True):
            values = matrix[start:stop, j]
            if column.dtype.kind == "u" and matrix.dtype.kind == "f" and not (values >= 0).all():
                raise ValueError(
                    f"Cannot losslessly cast from {matrix.dtype} to {column.dtype}: column {j} "
                    f"of the resampled X holds {values.min()}. Pass it as a float."
                )
            column[start:stop] = values

    run_ranges(fill_some, len(matrix), _tile_rows(matrix))
    return columns


def _narwhals(native, **kind):
    """What narwhals makes of a dataframe or series, or None if it is neither."""
    if native is None or isinstance(native, (np.ndarray, list, tuple, str)):
        return None
    if sparse.issparse(native):
        return None
    import narwhals.stable.v1 as nw

    wrapped = nw.from_native(native, pass_through=True, **kind)
    return None if wrapped is native else wrapped


def as_frame(X):
    """X as a narwhals DataFrame; None if it is not a dataframe or has columns of one name.

    Raises
    ------
    TypeError
        For a lazy frame.
    """
    if type(X).__name__ == "LazyFrame" and hasattr(X, "collect"):
        raise TypeError("X is a LazyFrame, which holds no rows yet: pass X.collect().")
    if not getattr(getattr(X, "columns", None), "is_unique", True):
        return None
    return _narwhals(X, eager_only=True)


def read_numbers(frame):
    """A dataframe's numbers.

    Returns
    -------
    matrix : ndarray of shape (n_rows, n_columns) or None
        Of the dtype that all columns have in common, but of float64 where that is float32
        and pandas has a column as none of NumPy's dtypes; missing values are NaN. None if
        not all columns are numbers or booleans, or if there are no columns.
    dtypes : list of dtype or None
        What NumPy makes of each column.
    """
    columns = list(frame.iter_columns())
    if not columns or not all(_is_number(column.dtype) for column in columns):
        return None, None
    arrays = [column.to_numpy() for column in columns]
    dtypes = [array.dtype for array in arrays]
    dtype, is_pandas = np.result_type(*dtypes), frame.implementation.is_pandas()
    if dtype.kind not in "iuf":
        return None, None
    if is_pandas and dtype == np.float32 and _has_extension_dtype(frame.to_native()):
        dtype = np.dtype(np.float64)  # as scikit-learn reads them
    elif is_pandas and len(set(dtypes)) == 1:
        matrix = frame.to_native().to_numpy()
        if matrix.dtype == dtype and matrix.flags.c_contiguous:
            return matrix, dtypes
    return _from_columns(arrays, dtype), dtypes


def _has_extension_dtype(native):
    return not all(isinstance(dtype, np.dtype) for dtype in native.dtypes)


def _is_number(dtype):
    import narwhals.stable.v1 as nw

    return dtype.is_integer() or dtype.is_float() or dtype == nw.Boolean


def _pandas_series(values, dtype):
    import pandas as pd

    series = pd.Series(values, copy=False)
    return series if series.dtype == dtype else series.astype(dtype)


def write_numbers(frame, matrix, dtypes):
    """A dataframe like the one that was read, of other rows, its columns of the dtypes they had.

    Numbers are cut down to integers as ``ndarray.astype`` cuts them; a negative one for a
    column without a sign is a ``ValueError``, as in pandas.
    """
    if not frame.implementation.is_pandas():
        import narwhals.stable.v1 as nw

        made = _to_columns(matrix, range(matrix.shape[1]), dtypes)
        columns = zip(frame.iter_columns(), made, strict=True)
        return nw.concat(
            [
                nw.new_series(old.name, new, old.dtype, backend=frame.implementation).to_frame()
                for old, new in columns
            ],
            how="horizontal",
        ).to_native()
    import pandas as pd

    native = frame.to_native()
    if all(native_dtype == matrix.dtype for native_dtype in native.dtypes):
        return pd.DataFrame(matrix, columns=native.columns, copy=False)
    # A column of the matrix's own dtype stays where it is, as in a frame of one dtype.
    others = [j for j, dtype in enumerate(native.dtypes) if dtype != matrix.dtype]
    written = dict(zip(others, _to_columns(matrix, others, dtypes), strict=True))
    columns = {
        name: _pandas_series(written.get(j, matrix[:, j]), native.dtypes.iloc[j])
        for j, name in enumerate(native.columns)
    }
    return pd.DataFrame(columns, columns=native.columns, copy=False)


def to_pandas(frame):
    """The same columns as a pandas DataFrame."""
    return frame.to_native() if frame.implementation.is_pandas() else frame.to_pandas()


def columns_in_native_order(X):
    """A pandas DataFrame with the bytes of its columns in the order of this CPU."""
    swapped = {
        name: dtype.newbyteorder("=")
        for name, dtype in X.dtypes.items()
        if isinstance(dtype, np.dtype) and not dtype.isnative
    }
    return X.astype(swapped) if swapped else X


def from_pandas(frame, X):
    """A pandas DataFrame as a dataframe of the same kind and dtypes as one that was read."""
    if frame.implementation.is_pandas():
        return X
    import narwhals.stable.v1 as nw

    made = nw.from_native(X, eager_only=True).to_arrow()
    made = nw.from_arrow(made, backend=frame.implementation)
    return made.with_columns(
        nw.col(name).cast(dtype)
        for name, dtype in frame.schema.items()
        if made.schema[name] != dtype
    ).to_native()


def take_rows_of_frame(X, rows):
    """Some rows of a dataframe; pandas keeps their index."""
    if hasattr(X, "take") and hasattr(X, "iloc"):
        return X.take(rows)
    return as_frame(X)[rows].to_native()


def as_series(y):
    """y as a narwhals Series, or None if it is none."""
    return _narwhals(y, series_only=True)


def read_labels(series):
    """A series' labels as an ndarray, or None if it holds none or none that can be classes."""
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
    """A series like the one that was read, of other labels that are among its own."""
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

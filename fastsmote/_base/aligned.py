"""Rows of any array, series or dataframe: count them, take them, and append others.

All functions take an ndarray, a list, a sparse matrix, or a series or dataframe of pandas,
polars or pyarrow. pandas results have a new index from 0.
"""

import sys

import numpy as np
from scipy import sparse

from fastsmote._base.checks import is_dask
from fastsmote._base.dataframes import columns_in_native_order, is_swapped, unwrapped
from fastsmote._base.nulls import first_inexact


def unwrapped_array(array):
    """Unwrap an array as `unwrapped`; a pyarrow Array becomes a ChunkedArray.

    Raises
    ------
    TypeError
        For an object of another kind; names the kind and those that are accepted. A masked
        array is refused, because NumPy loses the mask where it joins arrays.
    """
    pyarrow = sys.modules.get("pyarrow")
    if pyarrow is not None and isinstance(array, pyarrow.Array):
        return pyarrow.chunked_array([array]), lambda chunked: chunked.combine_chunks()
    native, wrap = unwrapped(array)
    is_array = isinstance(native, np.ndarray) and not isinstance(native, np.ma.MaskedArray)
    is_known = is_array or isinstance(native, list) or sparse.issparse(native)
    is_known |= is_pandas(native) or _is_of("polars", native) or _is_of("pyarrow", native)
    if not is_known or is_dask(native) or type(native).__name__ == "LazyFrame":
        raise TypeError(
            f"array is a {type(array).__name__}. Pass an ndarray, a list, a sparse matrix, or a "
            "series or dataframe of pandas, polars or pyarrow that is in memory."
        )
    if getattr(native, "ndim", 1) == 0:
        raise ValueError(
            f"array is {array!r}, without dimensions. It must have one entry for each row of X."
        )
    if is_pandas(native) and _has_swapped(native):
        return _in_native_order(native), lambda made: wrap(_in_order_of(native, made))
    return native, wrap


def _has_swapped(array):
    return any(map(is_swapped, [array.dtype] if array.ndim == 1 else array.dtypes))


def _in_native_order(array):
    """Convert a series or dataframe of pandas to native byte order."""
    if array.ndim == 1:
        return array.astype(array.dtype.newbyteorder("="))
    return columns_in_native_order(array)


def _in_order_of(array, made):
    """Convert a result to the byte order of the array, where its dtype is otherwise the same."""
    if made.ndim == 1:
        is_same = is_swapped(array.dtype) and made.dtype == array.dtype.newbyteorder("=")
        return made.astype(array.dtype) if is_same else made
    for j, dtype in enumerate(array.dtypes):
        if is_swapped(dtype) and made.dtypes.iloc[j] == dtype.newbyteorder("="):
            made.isetitem(j, made.iloc[:, j].astype(dtype))
    return made


def is_pandas(array):
    """Whether an array is a series or a dataframe of pandas."""
    return hasattr(array, "iloc")


def _is_of(library, array):
    return type(array).__module__.partition(".")[0] == library


def n_rows_of(array):
    """Return the number of rows."""
    return array.shape[0] if hasattr(array, "shape") else len(array)


def take_any(array, rows):
    """Return the rows with the given numbers."""
    if isinstance(array, list):
        return [array[row] for row in rows.tolist()]
    if sparse.issparse(array):
        return array.tocsr()[rows].asformat(array.format)
    if is_pandas(array) and _has_swapped(array):
        return _in_order_of(array, take_any(_in_native_order(array), rows))
    if is_pandas(array):
        return array.take(rows).reset_index(drop=True)
    return array.take(rows) if _is_of("pyarrow", array) else array[rows]


def append_any(array, new):
    """Append rows of the same kind and columns."""
    if isinstance(array, list):
        return array + new
    if sparse.issparse(array):
        return sparse.vstack([array, new], format=array.format)
    if is_pandas(array):
        import pandas as pd

        return pd.concat([array, new], ignore_index=True)
    if _is_of("polars", array):
        import polars as pl

        return pl.concat([array, new])
    if _is_of("pyarrow", array):
        import pyarrow as pa

        if isinstance(array, pa.ChunkedArray):
            return pa.chunked_array([*array.chunks, *new.chunks], array.type)
        return pa.concat_tables([array, new])
    is_same = new.dtype.newbyteorder("=") == array.dtype.newbyteorder("=")
    return np.concatenate([array, new], dtype=array.dtype if is_same else None)


def with_missing_row(array):
    """Append one row of missing values, in a dtype that has them.

    Integers and booleans become float64 in an ndarray or sparse matrix, and pandas' nullable
    dtypes in pandas. Text in an ndarray becomes objects.

    Raises
    ------
    ValueError
        If float64 does not represent an integer; names the integer.
    """
    if isinstance(array, list):
        values = np.asarray(array)
        missing = np.nan if values.dtype.kind in "biuf" else None
        return [*array, np.full(values.shape[1:], missing).tolist()]
    if sparse.issparse(array):
        floats = _with_missing_dtype(array.data).dtype
        row = sparse.csr_matrix(np.full((1, array.shape[1]), np.nan, floats))
        return append_any(array.astype(floats), row)
    if is_pandas(array):
        array = _in_nullable_dtypes(array.reset_index(drop=True))
        return array.reindex([*range(len(array)), -1])
    if _is_of("polars", array):
        return append_any(array, array.clear(1))
    if _is_of("pyarrow", array):
        return _with_null_row(array)
    array = _with_missing_dtype(array)
    row = np.full((1, *array.shape[1:]), None if array.dtype == object else np.nan, object)
    if array.dtype.kind in "mM":
        row[:] = np.array("NaT", array.dtype)
    return append_any(array, row.astype(array.dtype))


def _with_missing_dtype(values):
    kind = values.dtype.kind
    if kind in "fcmMO":
        return values
    if kind in "US":
        return values.astype(object)
    if kind not in "biu":
        raise ValueError(
            f"array has dtype {values.dtype}, which has no missing value. Use how='base'."
        )
    if values.dtype.itemsize == 8:
        inexact = first_inexact(values)
        if inexact is not None:
            raise ValueError(
                f"array contains {inexact}, which float64 does not represent, so that NaN cannot "
                "stand beside it. Use how='base', or pass a pandas, polars or pyarrow series."
            )
    return values.astype(np.float64)


def _in_nullable_dtypes(array):
    """Convert NumPy's integers and booleans in pandas to the nullable dtypes."""
    if array.ndim == 1:
        return array.astype(_nullable(array.dtype))
    array = array.copy(deep=False)
    for j, dtype in enumerate(array.dtypes):
        if _nullable(dtype) != dtype:
            array.isetitem(j, array.iloc[:, j].astype(_nullable(dtype)))
    return array


def _nullable(dtype):
    if not isinstance(dtype, np.dtype) or dtype.kind not in "biu":
        return dtype
    if dtype.kind == "b":
        return "boolean"
    return f"{'U' if dtype.kind == 'u' else ''}Int{8 * dtype.itemsize}"


def _with_null_row(array):
    import pyarrow as pa

    if isinstance(array, pa.ChunkedArray):
        return append_any(array, pa.chunked_array([pa.nulls(1, array.type)]))
    schema = pa.schema([field.with_nullable(True) for field in array.schema], array.schema.metadata)
    columns = [pa.nulls(1, field.type) for field in schema]
    return append_any(array.cast(schema), pa.Table.from_arrays(columns, schema=schema))

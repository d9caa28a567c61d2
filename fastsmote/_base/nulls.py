"""Missing values of dataframes: read as NaN, and written as each column stores them.

A column of polars, of pyarrow, or of a nullable dtype of pandas stores null. A column of floats
may also store NaN. A matrix has NaN for both.
"""

import numpy as np

LARGEST_EXACT = 2**53  # float64 represents every integer up to it


def column_to_numpy(column):
    """Read a narwhals column of numbers or booleans; missing values are NaN.

    Returns
    -------
    values : ndarray of shape (n_rows,)
        Floats if a value is missing.
    dtype : dtype
        The NumPy dtype of the column if no value was missing.
    """
    import narwhals.stable.v1 as nw

    values = column.to_numpy()
    if values.dtype.kind == "O":  # booleans, with None
        return column.cast(nw.Float64).to_numpy(), np.dtype(np.bool_)
    if values.dtype.kind == "f" and column.dtype.is_integer():
        return values, np.dtype(str(column.dtype).lower())
    return values, values.dtype


def columns_with_null(frame):
    """The positions of the columns that contain null, as a set."""
    if not frame.implementation.is_pandas():
        columns = enumerate(frame.iter_columns())
        return {j for j, column in columns if column.null_count() > 0}
    native = frame.to_native()
    # NumPy columns store NaN. To find out whether they do would take a pass over each of them.
    nullable = [j for j, dtype in enumerate(native.dtypes) if not isinstance(dtype, np.dtype)]
    return {j for j in nullable if native.iloc[:, j].hasnans}


def set_null(series, is_null):
    """Return a narwhals series with null at the places of a mask."""
    import narwhals.stable.v1 as nw

    is_kept = nw.new_series("is_kept", ~is_null, nw.Boolean, backend=series.implementation)
    frame = series.alias("values").to_frame()
    return frame.select(nw.when(is_kept).then(nw.col("values")))["values"].alias(series.name)


def changes_in_matrix(frame, matrix, dtypes):
    """Whether a frame has missing values, and rows that a matrix may not give back unchanged.

    Parameters
    ----------
    frame : narwhals DataFrame
    matrix : ndarray of shape (n_rows, n_columns)
        The frame, as `read_numbers` reads it.
    dtypes : list of dtype
        The NumPy dtype of each column.
    """
    if matrix.dtype.kind != "f" or not np.isnan(matrix).any():
        return False
    return any(dtype != matrix.dtype for dtype in dtypes) or bool(columns_with_null(frame))


def check_are_exact(frame):
    """Raise if a column contains an integer that float64 does not represent.

    Raises
    ------
    ValueError
        It names the column and the integer.
    """
    for column in frame.iter_columns():
        if not column.dtype.is_integer():
            continue
        values = column.drop_nulls().to_numpy()
        if values.dtype.itemsize == 8:
            inexact = first_inexact(values)
            if inexact is not None:
                raise ValueError(
                    f"Column {column.name!r} of X contains {inexact}, which float64 does not "
                    "represent. New rows are computed in float64, because X has missing values. "
                    "Pass the column as floats, or leave it out if its numbers are identifiers."
                )


def first_inexact(values):
    """The first of some integers of 8 bytes that float64 does not represent, or None."""
    is_large = values > LARGEST_EXACT
    if values.dtype.kind == "i":
        is_large |= values < -LARGEST_EXACT
    large = values[is_large]
    # float64 represents an integer if its bits, without zeros at the end, are at most 53.
    odd_parts = np.abs(large // (large & -large))
    inexact = large[odd_parts > LARGEST_EXACT]
    return inexact[0] if len(inexact) else None


def join_rows(frame, rows, made, is_new):
    """Join rows of a frame and new rows.

    Parameters
    ----------
    frame : narwhals DataFrame
    rows : ndarray of int64, shape (n_kept,)
        The row numbers of the rows of the frame, in the order of the output.
    made : native dataframe of n_new rows
        The new rows, in the order of the output, in the schema of the frame.
    is_new : ndarray of bool, shape (n_kept + n_new,)
        Which rows of the output are new.

    Returns
    -------
    joined : native dataframe
        In pandas with a new index.
    """
    import narwhals.stable.v1 as nw

    kept, made = frame[rows], nw.from_native(made, eager_only=True)
    joined = nw.concat([kept, made], how="vertical") if len(made) else kept
    if not is_new[len(rows) :].all():
        places = np.empty(len(is_new), np.int64)
        places[~is_new], places[is_new] = np.split(np.arange(len(is_new)), [len(rows)])
        joined = joined[places]
    native = joined.to_native()
    return native.reset_index(drop=True) if hasattr(native, "iloc") else native

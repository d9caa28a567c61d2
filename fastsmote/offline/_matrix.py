"""Read the features of a batch into a matrix."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as arrow_types

from fastsmote.offline._columns import as_floats, reject_null
from fastsmote.offline._csv import EXACT_FLOAT
from fastsmote.offline._errors import OfflineError

FINITE = (
    "Features must be finite numbers: fill the value, drop the row or name the column in --exclude."
)
PRESENT = "Fill the value, drop the row, name the column in --exclude or pass --missing partial."


def as_numpy(column):
    """Convert a column of numbers to an ndarray.

    Returns
    -------
    values : ndarray of shape (n_rows,)
        Floats are NaN where the column is null; integers are 0 and booleans False.
    is_null : ndarray of shape (n_rows,), bool, or None
        None if no value is null.
    """
    if not column.null_count:
        return column.to_numpy(zero_copy_only=False), None
    is_null = column.is_null().to_numpy(zero_copy_only=False)
    if not arrow_types.is_floating(column.type):  # to_numpy would round integers beside nulls
        column = column.fill_null(pa.scalar(0).cast(column.type))
    return column.to_numpy(zero_copy_only=False), is_null


def _read_numbers(batch, name, columns):
    """Return a feature of a batch as an ndarray, with NaN for missing values if they are allowed.

    Raises
    ------
    OfflineError
        At the first value that is not finite or that the matrix cannot hold.
    """
    column = batch.table.column(name)
    if not columns.has_missing:
        reject_null(batch, name, PRESENT)
    if arrow_types.is_decimal(column.type):
        column = _decimals_as_floats(batch, name, column)
    values, is_null = as_numpy(column)
    is_float = values.dtype.kind == "f"
    if is_float and not np.isfinite(values).all():
        is_wrong = np.isinf(values) if columns.has_missing else ~np.isfinite(values)
        if is_wrong.any():
            offset = int(np.argmax(is_wrong))
            what = PRESENT if np.isnan(values[offset]) else FINITE
            place = batch.place.row_at(offset)
            raise OfflineError(f"{place}, column {name}: {values[offset]}. {what}")
    reject_rounded(batch, name, values, columns.read_dtype)
    return values if is_float or is_null is None else np.where(is_null, np.nan, values)


def _decimals_as_floats(batch, name, column):
    """Convert decimals to float64; raise at the first with more digits than float64 holds."""
    floats = as_floats(column)
    is_long = pc.greater_equal(pc.abs(floats), float(EXACT_FLOAT) / 10.0**column.type.scale)
    if pc.any(is_long).as_py():
        offset = int(np.argmax(is_long.to_numpy(zero_copy_only=False)))
        raise OfflineError(
            f"{batch.place.row_at(offset)}, column {name}: {column[offset].as_py()} has more "
            "digits than float64 holds. Name the column in --exclude to pass it through unchanged."
        )
    return floats


def reject_rounded(batch, name, values, dtype):
    """Raise at the first integer that the matrix would round, or float that would overflow."""
    if dtype == np.float32 and values.dtype == np.float64:
        is_huge = np.abs(values) > np.finfo(np.float32).max
        if is_huge.any():
            offset = int(np.argmax(is_huge))
            raise OfflineError(
                f"{batch.place.row_at(offset)}, column {name}: {values[offset]} is beyond the "
                "largest float32. Pass --dtype float64, or name the column in --exclude."
            )
    if values.dtype.kind not in "iu" or values.dtype.itemsize < 8 or dtype.kind != "f":
        return
    is_long = (values > EXACT_FLOAT) | (values < -EXACT_FLOAT)
    if is_long.any():
        offset = int(np.argmax(is_long))
        raise OfflineError(
            f"{batch.place.row_at(offset)}, column {name}: {values[offset]} is beyond 2^53, up to "
            f"which {dtype} holds every integer. Name the column in --exclude to pass it through "
            "unchanged."
        )


def _checked_columns(batch, columns):
    """Yield the values of each feature, in order.

    Raises
    ------
    OfflineError
        At the first value that cannot be used; at the end, at the first row without any value.
    """
    has_value = np.full(len(batch), bool(columns.categorical))  # no category is missing
    for name in columns.features:
        values = _read_numbers(batch, name, columns)
        if columns.has_missing:
            has_value |= values == values
        yield values
    if columns.has_missing and not has_value.all():
        raise OfflineError(
            f"{batch.place.row_at(int(np.argmin(has_value)))}: all "
            f"{len(columns.features)} features are missing. Drop such rows, because they have no "
            "distance from other rows."
        )


def check_features(batch, columns):
    """Raise at the first value of a feature that cannot be used."""
    for _ in _checked_columns(batch, columns):
        pass


def read_matrix(batch, columns, offsets=slice(None)):
    """Return the features of some rows of a batch; every row of the batch is checked.

    Returns
    -------
    matrix : C-contiguous ndarray of shape (n_rows, n_features), the columns' `read_dtype`
    """
    n_rows = len(np.arange(len(batch))[offsets])
    matrix = np.empty((n_rows, len(columns.features)), columns.read_dtype)
    for j, values in enumerate(_checked_columns(batch, columns)):
        matrix[:, j] = values[offsets]
    return matrix

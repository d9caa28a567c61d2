"""Read times as integers and write integers as times of the same dtype."""

import numpy as np

from fastsmote._base.aligned import is_pandas


def is_time(column):
    """Whether a column holds times, dates or durations that `read_times` reads.

    Parameters
    ----------
    column : ndarray, or series of pandas, polars or pyarrow
    """
    if isinstance(column, np.ndarray):
        return column.dtype.kind in "mM"
    if is_pandas(column):
        import pandas as pd

        dtype = column.dtype
        is_naive = isinstance(dtype, np.dtype) and dtype.kind in "mM"
        return is_naive or isinstance(dtype, pd.DatetimeTZDtype)
    if hasattr(column, "to_physical"):
        return column.dtype.is_temporal()
    import pyarrow as pa

    return pa.types.is_temporal(column.type) and not pa.types.is_interval(column.type)


def read_times(column):
    """Return the integers that stand for times, and where a time is missing.

    Returns
    -------
    numbers : ndarray of shape (n_rows,), int64
        Arbitrary where a time is missing.
    is_missing : ndarray of shape (n_rows,), bool
    """
    if is_pandas(column):
        column = column.dt.tz_convert(None) if hasattr(column.dtype, "tz") else column
        column = column.to_numpy()
    if isinstance(column, np.ndarray):
        return column.astype(column.dtype.newbyteorder("=")).view(np.int64), np.isnat(column)
    if hasattr(column, "to_physical"):
        is_missing = column.is_null().to_numpy()
        return column.to_physical().fill_null(0).to_numpy().astype(np.int64), is_missing
    import pyarrow as pa

    is_missing = column.is_null().to_numpy()
    physical = pa.int32() if column.type.bit_width == 32 else pa.int64()
    return column.cast(physical).fill_null(0).to_numpy().astype(np.int64), is_missing


def write_times(numbers, is_missing, column):
    """Return times as a column of the kind, name and dtype of the one that was read."""
    if isinstance(column, np.ndarray):
        times = numbers.view(column.dtype.newbyteorder("="))
        times[is_missing] = np.array("NaT", times.dtype)
        return times.astype(column.dtype)
    if is_pandas(column):
        import pandas as pd

        dtype = np.dtype(f"{column.dtype.kind}8[{column.dt.unit}]")
        times = pd.Series(write_times(numbers, is_missing, np.empty(0, dtype)))
        if hasattr(column.dtype, "tz"):
            times = times.dt.tz_localize("UTC").dt.tz_convert(column.dtype.tz)
        return times.rename(column.name)
    if hasattr(column, "to_physical"):
        import polars as pl

        physical = column.to_physical().dtype
        times = pl.Series(column.name, numbers).set(pl.Series(is_missing), None)
        return times.cast(physical).cast(column.dtype)
    import pyarrow as pa

    physical = pa.int32() if column.type.bit_width == 32 else pa.int64()
    times = pa.array(numbers, mask=is_missing).cast(physical).cast(column.type)
    return pa.chunked_array([times])

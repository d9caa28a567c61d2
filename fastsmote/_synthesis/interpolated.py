"""Values of new rows between those of their parents, in any array beside X."""

from dataclasses import replace

import numpy as np
from scipy import sparse

from fastsmote._base.aligned import is_pandas, take_any
from fastsmote._base.dataframes import (
    as_frame,
    as_series,
    in_schema_of,
    is_number,
    read_numbers,
    write_numbers,
)
from fastsmote._base.times import is_time, read_times, write_times
from fastsmote._kernels.layout import in_native_order
from fastsmote._synthesis.provenance import make_synthetic
from fastsmote._synthesis.regeneration import make_new_rows, make_numbers


def interpolate_any(array, provenance):
    """Make the rows of a provenance as rows of the kind of an array.

    Parameters
    ----------
    array : list, ndarray, sparse matrix, or series or dataframe that is not wrapped
    provenance : Provenance
        With votes or noise only if the array is the X that it belongs to.

    Raises
    ------
    ValueError
        If values are neither numbers nor times; names their dtype or columns.
    """
    if provenance.voter_rows is not None or provenance.noise is not None:
        return make_new_rows(array, provenance)
    if provenance.are_copies:
        return take_any(array, provenance.base_rows)
    if isinstance(array, list):
        return interpolate_any(np.asarray(array), provenance).tolist()
    if isinstance(array, np.ndarray):
        return _of_ndarray(array, provenance)
    if sparse.issparse(array):
        _check_dtype(array.dtype)
        return make_numbers(array, provenance)
    if array.ndim == 1 if hasattr(array, "ndim") else not hasattr(array, "columns"):
        return _of_series(array, provenance)
    if is_pandas(array):  # names may be repeated
        numbered = as_frame(array.set_axis(map(str, range(array.shape[1])), axis=1))
        made = _of_frame(numbered, provenance, array.columns)
        return made.set_axis(array.columns, axis=1)
    frame = as_frame(array)
    return _of_frame(frame, provenance, frame.columns)


def _check_dtype(dtype):
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        raise ValueError(
            f"Nothing lies between values of dtype {dtype}: how='interpolate' takes numbers of up "
            "to 64 bits and times. Use how='base'."
        )


def _of_ndarray(array, provenance):
    table = array.reshape(len(array), -1)
    if array.dtype.kind in "mM":
        columns = [_times_between(column, provenance) for column in table.T]
        made = np.stack(columns, axis=1)
    else:
        _check_dtype(array.dtype)
        made = make_numbers(in_native_order(table), provenance)
    return made.reshape(len(provenance), *array.shape[1:]).astype(array.dtype, copy=False)


def _of_series(series, provenance):
    if hasattr(series, "to_frame"):
        made = interpolate_any(series.to_frame("array"), provenance)["array"]
        return made.rename(series.name)
    import pyarrow as pa

    return interpolate_any(pa.table({"array": series}), provenance)["array"]


def _of_frame(frame, provenance, names):
    """Make rows of times and numbers; the numbers in their common dtype, as in `fit_resample`."""
    native = [column.to_native() for column in frame.iter_columns()]
    others = [
        f"{name!r} ({dtype})"
        for column, name, dtype in zip(native, names, frame.schema.values(), strict=True)
        if not is_time(column) and not is_number(dtype)
    ]
    if others:
        raise ValueError(
            f"how='interpolate' takes numbers and times, but array has other columns: "
            f"{', '.join(others)}. Use how='base' for them."
        )
    made = {
        name: as_series(_times_between(column, provenance))
        for column, name in zip(native, frame.columns, strict=True)
        if is_time(column)
    }
    numbers = frame[:, [j for j, name in enumerate(frame.columns) if name not in made]]
    if numbers.columns:
        values, dtypes = read_numbers(numbers)
        written = as_frame(write_numbers(numbers, make_numbers(values, provenance), dtypes))
        made.update(zip(numbers.columns, written.iter_columns(), strict=True))
    return in_schema_of(frame, [made[name].alias(name) for name in frame.columns])


def _times_between(column, provenance):
    """Make the times of new rows.

    They are computed as integers from the earliest time on, which float64 represents if they are
    near enough. If one parent has no time, the new row gets that of the other.
    """
    numbers, is_missing = read_times(column)
    bases, neighbors = provenance.base_rows, provenance.neighbor_rows
    provenance = replace(
        provenance,
        base_rows=np.where(is_missing[bases], neighbors, bases),
        neighbor_rows=np.where(is_missing[neighbors], bases, neighbors),
    )
    earliest = numbers[~is_missing].min(initial=np.iinfo(np.int64).max)
    offsets = numbers.view(np.uint64) - earliest.view(np.uint64)  # wraps to what is right
    offsets[is_missing] = 0
    made = make_synthetic(offsets[:, None], provenance)[:, 0] + earliest.view(np.uint64)
    return write_times(made.view(np.int64), is_missing[provenance.base_rows], column)

"""Read y, of any kind, and write new labels as the same kind."""

import sys
from typing import Any, NamedTuple

import numpy as np
from imblearn.utils._validation import ArraysTransformer
from sklearn.preprocessing import label_binarize
from sklearn.utils.multiclass import check_classification_targets

from fastsmote._base.dataframes import (
    _narwhals,
    _refuse_lazy,
    as_series,
    in_schema_of,
    read_labels,
    write_labels,
    write_numbers,
)


class Target(NamedTuple):
    """The labels of y, and how to write new ones."""

    values: Any  # y as imbalanced-learn's checks accept it
    labels: Any  # (n_rows,) array of the labels, or None if those checks are needed
    write: Any  # write(checked labels, new labels) returns a y of the same kind


def read_target(y):
    """Read y: an array, list, series, pyarrow array, or dataframe of one or more columns.

    Raises
    ------
    ValueError
        If y does not hold class labels, with imbalanced-learn's message.
    """
    if type(y) is np.ndarray and y.ndim == 1:  # tested first, for fast calls with few rows
        return Target(y, _labels_of(y), _as_made)
    _refuse_lazy(y, "y")
    pyarrow = sys.modules.get("pyarrow")
    if pyarrow is not None and isinstance(y, pyarrow.Array):
        target = _read_series(pyarrow.chunked_array([y]))
        return target._replace(write=lambda *args: target.write(*args).combine_chunks())
    frame = _narwhals(y, eager_only=True) if getattr(y, "ndim", 2) == 2 else None
    if frame is not None:
        return _read_target_frame(y, frame)
    if as_series(y) is not None:
        return _read_series(y)
    if isinstance(y, list):
        return Target(y, _labels_of(np.asarray(y)), lambda _, resampled: resampled.tolist())
    if getattr(y, "ndim", 1) == 2 and y.shape[1] > 1:  # one-hot, or an error later
        return Target(y, None, lambda seen, new: label_binarize(new, classes=np.unique(seen)))
    return Target(y, _labels_of(y), _as_made)


def _as_made(_, resampled):
    return resampled


def _labels_of(y):
    """A 1-d array if it can hold class labels, else None."""
    if type(y) is not np.ndarray or y.ndim != 1 or len(y) == 0 or y.dtype.kind not in "biuUOf":
        return None
    if y.dtype.kind in "Of":
        check_classification_targets(y)
    return y


def _read_series(y):
    series = as_series(y)
    labels, is_pandas = read_labels(series), series.implementation.is_pandas()
    if labels is None and is_pandas:
        as_before = ArraysTransformer([], y)
        return Target(y, None, lambda _, new: as_before.transform(np.empty(0), new)[1])
    values = series.to_numpy() if labels is None else labels
    return Target(values, labels, lambda seen, new: write_labels(series, seen, new))


def _read_target_frame(y, frame):
    """Read a target from a dataframe: one column of labels, or several one-hot columns."""
    is_pandas, n_columns = frame.implementation.is_pandas(), frame.shape[1]
    if n_columns != 1:
        dtypes = [column.to_numpy().dtype for column in frame.iter_columns()]

        def write_one_hot(_, places):
            return write_numbers(frame, np.eye(n_columns)[places], dtypes)

        return Target(frame.to_numpy(), None, write_one_hot)
    column = y.iloc[:, 0] if is_pandas else frame[frame.columns[0]].to_native()
    target = _read_series(column)

    def write_frame(seen, new):
        written = target.write(seen, new)
        if not is_pandas:
            return in_schema_of(frame, [as_series(written).alias(frame.columns[0])])
        written = written.to_frame()
        written.columns = y.columns
        return written

    return target._replace(write=write_frame)

"""Read the features and the classes of partitions."""

from typing import NamedTuple

import numpy as np


class NotFinite(NamedTuple):
    """A problem with the numbers of a partition, returned in place of the numbers."""

    row: int  # the first one
    problem: str

    @classmethod
    def raise_first(cls, results):
        """Raise ValueError with the first problem among the results, if there is one."""
        for result in results:
            if isinstance(result, cls):
                raise ValueError(result.problem)


def read_partition(partition, classes, place, rows, names):
    """Return the numbers of a partition, or `NotFinite`."""
    classes.check_rows_of(partition, place.first_row)
    X = rows.read(partition)
    with np.errstate(over="ignore", invalid="ignore"):
        if X.dtype.kind != "f" or np.isfinite(X.sum()) or np.isfinite(X).all():
            return X
    at, column = np.argwhere(~np.isfinite(X))[0].tolist()
    name = column if names is None else repr(names[column])
    return NotFinite(
        place.first_row + at,
        f"X, row {place.first_row + at}, column {name}: {X[at, column]}; this is row {at} of "
        f"partition {place.number}. Features must be finite: fill the value (fillna), drop the row "
        f"(dropna), or leave out the column.",
    )

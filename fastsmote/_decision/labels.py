"""Read the labels of a table, with the checks of the samplers."""

import numpy as np
from imblearn.utils._validation import check_target_type
from sklearn.utils.multiclass import check_classification_targets

from fastsmote._base.dataframes import unwrapped
from fastsmote._base.targets import read_target


def read_labels(y):
    """y as an array of one label a row.

    Parameters
    ----------
    y : {array-like, series, dataframe} of shape (n_rows,), (n_rows, 1), or one-hot

    Returns
    -------
    y : ndarray of shape (n_rows,)
        Boolean labels are of dtype bool, also if y holds them as objects.

    Raises
    ------
    ValueError
        If a label is missing; it names the first such row. If y does not hold classes.
    """
    target = read_target(check_labels(unwrapped(y)[0]))
    if target.labels is not None:
        return target.labels
    check_classification_targets(target.values)
    return check_target_type(target.values, indicate_one_vs_all=True)[0]


def check_labels(y):
    """Raise if a label is missing; return y, or booleans that are objects as an array of bool."""
    values = np.asarray(y)
    if values.ndim != 1 or values.dtype.kind not in "fO":
        return y
    check_none_is_missing(values, "y", "label")
    return values.astype(bool) if _are_booleans(values) else y


def check_none_is_missing(values, name, noun):
    """Raise if a value is None, NaN or pandas' NA, which alone do not equal themselves."""
    if values.dtype.kind in "fM":
        missing = np.flatnonzero(np.isnan(values))
    else:  # NA == NA is NA
        is_missing = [value is None or str(value == value) != "True" for value in values]
        missing = np.flatnonzero(is_missing)
    if len(missing):
        first = missing[0]
        raise ValueError(
            f"{name} has no {noun} in {len(missing)} of {len(values)} rows, first in row {first}: "
            f"{values.item(first)!r}. Every row must have a {noun}."
        )


def _are_booleans(values):
    return len(values) > 0 and all(isinstance(value, (bool, np.bool_)) for value in values)

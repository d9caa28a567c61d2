"""Read the table that a function is about, with the checks of the samplers."""

import numpy as np
from imblearn.utils._validation import check_target_type
from sklearn import config_context
from sklearn.utils import check_array, check_consistent_length
from sklearn.utils.multiclass import check_classification_targets

from fastsmote._base.checks import is_dask, is_surely_finite
from fastsmote._base.dataframes import as_frame, check_are_numbers, read_matrix, unwrapped
from fastsmote._base.targets import read_target


def read_numeric_table(X, y, reader):
    """Read and check the features and the labels of a table.

    Parameters
    ----------
    X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
    y : {array-like, series, dataframe} of shape (n_rows,), (n_rows, 1), or one-hot
    reader : str
        The name of the caller, for errors.

    Returns
    -------
    X : {ndarray, CSR, CSC} of shape (n_rows, n_features)
        Finite numbers.
    y : ndarray of shape (n_rows,)

    Raises
    ------
    TypeError, ValueError
        As listed for `fastsmote.neighborhood`.
    """
    for name, data in (("X", X), ("y", y)):
        if is_dask(data):
            raise TypeError(
                f"{name} is dask's {type(data).__name__}, it must be in memory: pass "
                f"{name}.compute(), which loads all of it."
            )
    X, y = unwrapped(X)[0], unwrapped(y)[0]
    values, labels = read_matrix(X, reader)[0], _read_labels(y)
    with config_context(assume_finite=is_surely_finite(values)):
        try:
            checked = check_array(values, accept_sparse=["csr", "csc"], input_name="X")
        except (TypeError, ValueError):
            if values is X and as_frame(X) is not None:  # pandas, with columns of objects
                check_are_numbers(as_frame(X), reader)
            raise
    check_consistent_length(checked, labels)
    return checked, labels


def _read_labels(y):
    """Return the labels of y as an array; raise if y does not hold a class for each row."""
    try:
        with np.errstate(invalid="ignore"):  # scikit-learn casts NaN to an integer
            target = read_target(y)
        if target.labels is not None:
            return target.labels
        check_classification_targets(target.values)
        return check_target_type(target.values, indicate_one_vs_all=True)[0]
    except (TypeError, ValueError) as error:
        values = np.asarray(y, object)
        rows = range(len(values) if values.ndim == 1 else 0)
        missing = [row for row in rows if _is_missing(values[row])]
        if not missing:
            raise
        raise ValueError(
            f"y has no label in {len(missing)} of {len(values)} rows, first in row {missing[0]}: "
            f"{values[missing[0]]!r}. Every row must have a label."
        ) from error


def _is_missing(label):
    """Whether a label is None, NaN or pandas' NA, which alone do not equal themselves."""
    return label is None or str(label == label) != "True"  # NA == NA is NA

"""Read the table that a function is about, with the checks of the samplers."""

from sklearn import config_context
from sklearn.utils import check_array, check_consistent_length

from fastsmote._base.checks import is_dask, is_surely_finite
from fastsmote._base.dataframes import as_frame, check_are_numbers, read_matrix, unwrapped
from fastsmote._decision.inputs import check_names
from fastsmote._decision.labels import read_labels


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
    check_names(X)
    values, labels = read_matrix(X, reader)[0], read_labels(y)
    with config_context(assume_finite=is_surely_finite(values)):
        try:
            checked = check_array(values, accept_sparse=["csr", "csc"], input_name="X")
        except (TypeError, ValueError):
            if values is X and as_frame(X) is not None:  # pandas, with columns of objects
                check_are_numbers(as_frame(X), reader)
            raise
    check_consistent_length(checked, labels)
    return checked, labels

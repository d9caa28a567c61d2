"""Make the new rows of a call again, in tables of any kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from imblearn.utils._validation import _check_X
from scipy import sparse
from sklearn.utils import check_array

from fastsmote._base.aligned import n_rows_of, take_any
from fastsmote._base.dataframes import (
    as_frame,
    in_schema_of,
    read_matrix,
    read_numbers,
    unwrapped,
    write_numbers,
)
from fastsmote._base.floats import number_series
from fastsmote._kernels.layout import in_native_order
from fastsmote._search.inverted_index import canonical_rows
from fastsmote._synthesis.provenance import Provenance, make_synthetic
from fastsmote._synthesis.sparse import interpolated
from fastsmote._types import TableT


def regenerate(X: TableT, provenance: Provenance) -> TableT:
    """Make the synthetic rows of an earlier `fit_resample` again, bit for bit.

    Parameters
    ----------
    X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
        The X that was passed to `fit_resample`, with the same values and dtypes. It may contain
        NaN.
    provenance : Provenance
        The sampler's ``provenance_``.

    Returns
    -------
    X_new : same type and dtypes as X, of shape (len(provenance), n_features)
        The rows that `fit_resample` appended to the original ones, in the same order. A pandas
        DataFrame has a new index from 0. A sparse matrix has the format of X. An array is
        float64 if `RandomOverSampler` added noise to it, as in `fit_resample`.

    Raises
    ------
    ValueError
        If `provenance` contains a row number that X does not have, or if the sampler computes
        with a column of X that is not numeric.

    Examples
    --------
    >>> import numpy as np, fastsmote
    >>> from fastsmote.over_sampling import SMOTE
    >>> X, y = np.arange(40.0).reshape(20, 2) ** 2, np.repeat([0, 1], [13, 7])
    >>> smote = SMOTE(random_state=0)
    >>> X_resampled, y_resampled = smote.fit_resample(X, y)
    >>> bool((fastsmote.regenerate(X, smote.provenance_) == X_resampled[20:]).all())
    True
    """
    native, wrap = unwrapped(X)
    check_rows(provenance, n_rows_of(native))
    return wrap(make_new_rows(native, provenance))


def check_rows(provenance, n_rows):
    """Raise if a provenance contains a row number that a table of n_rows does not have."""
    for name in ("base_rows", "neighbor_rows", "voter_rows"):
        rows = getattr(provenance, name)
        if rows is not None and rows.size and not 0 <= rows.min() <= rows.max() < n_rows:
            raise ValueError(
                f"provenance.{name} contains row numbers from {rows.min()} to {rows.max()}, but X "
                f"has {n_rows} rows. Pass the X that was passed to fit_resample."
            )


def make_new_rows(X, provenance):
    """Make the rows of a provenance as rows of the kind of X.

    Parameters
    ----------
    X : list, ndarray, sparse matrix, or dataframe that is not wrapped
    provenance : Provenance
    """
    if isinstance(X, list):
        return make_new_rows(_check_X(X), provenance).tolist()
    if provenance.voter_rows is not None:
        return _with_votes(X, provenance)
    if provenance.are_copies and provenance.noise is None:
        return take_any(in_native_order(X), provenance.base_rows)
    values, write = read_matrix(X, "regenerate")
    values = _checked(in_native_order(values), accept_sparse=["csr", "csc"])
    return write(make_numbers(in_native_order(values), provenance))


def _checked(values, **accepted):
    """Check a matrix of numbers, which may contain NaN."""
    return check_array(values, ensure_all_finite="allow-nan", **accepted)


def make_numbers(values, provenance):
    """Make the rows of a matrix of numbers, in its dtype; with noise, in a float dtype.

    Between a number and NaN, the new value is the number.
    """
    if provenance.noise is not None:
        return provenance.noise.add_to(values, provenance.base_rows, provenance.rules)
    numbers, dtype = values.data if sparse.issparse(values) else values, values.dtype
    has_missing = dtype.kind == "f" and bool(np.isnan(numbers).any())
    provenance = replace(provenance, has_missing=has_missing)
    if dtype == np.bool_:  # as in fit_resample
        values = values.astype(np.float64)
    elif dtype == np.float16:
        values = values.astype(np.float32)
    if sparse.issparse(values):
        made = interpolated(canonical_rows(values), provenance).asformat(values.format)
    else:
        made = make_synthetic(values, provenance)
    return made.astype(dtype, copy=False)


def _with_votes(X, provenance):
    """Make rows with voted categories in some columns and numbers in the others."""
    if sparse.issparse(X):  # the samplers that vote make it dense, too
        return type(X)(sparse.csr_matrix(_with_votes(X.toarray(), provenance)))
    voters = dict(zip(provenance.voted_columns.tolist(), provenance.voter_rows.T, strict=True))
    others = [j for j in range(X.shape[1]) if j not in voters]
    if hasattr(X, "iloc"):
        return _pandas_with_votes(X, voters, others, provenance)
    frame = as_frame(X)
    if frame is not None:
        return _frame_with_votes(frame, voters, others, provenance)
    X = in_native_order(X)
    dtype, numbers = X.dtype, None
    if others:
        numbers = _checked(X[:, others])
        dtype = np.result_type(numbers.dtype, dtype)
    out = np.empty((len(provenance), X.shape[1]), dtype)
    if others:
        out[:, others] = make_numbers(numbers, provenance)
    for j, rows in voters.items():
        out[:, j] = X[rows, j]
    return out


def _pandas_with_votes(X, voters, others, provenance):
    import pandas as pd

    columns = {j: take_any(X.iloc[:, j], rows) for j, rows in voters.items()}
    if others:
        numbers = in_native_order(_checked(X.iloc[:, others]))
        for j, made in zip(others, make_numbers(numbers, provenance).T, strict=True):
            columns[j] = number_series(made, X.dtypes.iloc[j])
    frame = pd.concat([columns[j] for j in range(X.shape[1])], axis=1)
    frame.columns = X.columns
    return frame


def _frame_with_votes(frame, voters, others, provenance):
    columns = {j: frame[frame.columns[j]][rows] for j, rows in voters.items()}
    if others:
        numbers = frame[:, others]
        values, dtypes = read_numbers(numbers)
        made = write_numbers(numbers, make_numbers(_checked(values), provenance), dtypes)
        columns.update(zip(others, as_frame(made).iter_columns(), strict=True))
    return in_schema_of(frame, [columns[j] for j in range(frame.shape[1])])

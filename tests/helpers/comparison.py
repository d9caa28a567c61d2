"""What one sampler gives beside what another does."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from fastsmote.neighbors import NearestNeighbors
from helpers.reference import k_nearest


def assert_same_output(got, expected):
    """Both outputs of two calls are of the same kinds and dtypes and hold the same."""
    for one, other in zip(got, expected, strict=True):
        assert type(one) is type(other)
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other)
        elif isinstance(one, pd.Series):
            pd.testing.assert_series_equal(one, other)
        else:
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)


def assert_same_arrays(got, expected):
    """Features and labels of two calls are of the same types and dtypes and hold the same."""
    for g, e in zip(got, expected, strict=True):
        assert type(g) is type(e)
        g, e = np.asarray(g), np.asarray(e)
        assert g.dtype == e.dtype
        np.testing.assert_array_equal(g, e)


def assert_same_fit(ours, theirs, X, y):
    """Two samplers give the same features and labels."""
    assert_same_arrays(ours.fit_resample(X, y), theirs.fit_resample(X, y))


def assert_same_selection(ours, theirs, X, y, has_indices=True):
    """Two samplers give the same features and labels, whatever they warn of, of the same rows."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got, expected = ours.fit_resample(X, y), theirs.fit_resample(X, y)
    assert_same_arrays(got, expected)
    if has_indices:
        np.testing.assert_array_equal(ours.sample_indices_, theirs.sample_indices_)
        np.testing.assert_array_equal(np.asarray(X)[ours.sample_indices_], np.asarray(got[0]))


def assert_same_categories(ours, stock, X, y):
    """Two samplers of SMOTENC give the same output, by the same deviation and categories."""
    assert_same_output(ours.fit_resample(X, y), stock.fit_resample(X, y))
    assert ours.median_std_ == stock.median_std_
    for one, other in zip(
        ours.categorical_encoder_.categories_, stock.categorical_encoder_.categories_, strict=True
    ):
        np.testing.assert_array_equal(one, other)


def is_canonical(X):
    """Whether features ascend in each row, or rows in each feature, looked at anew."""
    return type(X)((X.data, X.indices, X.indptr), shape=X.shape).has_canonical_format


def assert_same_matrix(got, expected):
    """Both sparse matrices and their labels are of the same types and dtypes and hold the same."""
    assert type(got[0]) is type(expected[0])
    assert got[0].dtype == expected[0].dtype
    assert got[1].dtype == expected[1].dtype
    assert is_canonical(got[0])
    assert got[0].shape == expected[0].shape
    assert (got[0] != expected[0]).nnz == 0
    np.testing.assert_array_equal(got[1], expected[1])


def assert_equal_frame(got, expected):
    """Both frames are of one kind, with the same columns and rows."""
    assert type(got) is type(expected)
    if isinstance(got, pd.DataFrame):
        pd.testing.assert_frame_equal(got, expected)
    else:
        assert got.equals(expected)
        assert got.schema == expected.schema


def schema_of(X):
    if isinstance(X, pl.DataFrame):
        return X.schema
    return X.schema.remove_metadata() if isinstance(X, pa.Table) else X.dtypes.to_dict()


def assert_same_frame(got, X, expected):
    """``got`` is of the kind and dtypes of ``X`` and holds the rows of a pandas ``expected``."""
    assert type(got) is type(X)
    assert schema_of(got) == schema_of(X)
    if isinstance(X, pd.DataFrame):
        pd.testing.assert_frame_equal(got, expected)
        return
    got = got.to_pandas()
    assert list(got.columns) == list(expected.columns)
    for name in expected:
        one, other = got[name].astype(object), expected[name].astype(object)
        is_missing = other.isna().to_numpy()
        np.testing.assert_array_equal(one.isna().to_numpy(), is_missing)
        np.testing.assert_array_equal(one[~is_missing].to_numpy(), other[~is_missing].to_numpy())


def assert_same_series(got, y, expected):
    """``got`` is of the kind and dtype of ``y`` and holds the labels of a pandas ``expected``."""
    assert type(got) is type(y)
    if isinstance(y, pd.Series):
        pd.testing.assert_series_equal(got, expected)
        return
    assert (got.dtype if isinstance(y, pl.Series) else got.type) == (
        y.dtype if isinstance(y, pl.Series) else y.type
    )
    assert (
        got.to_pylist() == list(expected)
        if isinstance(y, pa.ChunkedArray)
        else (got.name == y.name and got.to_list() == list(expected))
    )


def assert_found(got, expected):
    """(distances, rows) found are the (squared distances, rows) of the reference."""
    (distances, rows), (sq_distances, expected_rows) = got, expected
    assert distances.dtype == np.float64
    assert rows.dtype == np.int64
    np.testing.assert_array_equal(rows, expected_rows)
    np.testing.assert_array_max_ulp(distances, np.sqrt(sq_distances), maxulp=1)


def assert_own_neighbors(X, k, n_checked=300):
    """kneighbors() of a table is right, for some rows if it has many."""
    distances, rows = NearestNeighbors(n_neighbors=k).fit(X).kneighbors()
    assert rows.shape == distances.shape == (len(X), k)
    checked = np.random.RandomState(0).permutation(len(X))[:n_checked]
    expected = k_nearest(X, checked, k, exclude_self=True)
    assert_found((distances[checked], rows[checked]), expected)


def assert_neighbors_of(queries, X, k):
    assert_found(
        NearestNeighbors(n_neighbors=k).fit(X).kneighbors(queries), k_nearest(X, queries, k)
    )

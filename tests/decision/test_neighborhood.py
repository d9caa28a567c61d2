"""neighborhood labels rows as a brute-force search does, and says what follows."""

import re
import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.reference import neighborhoods
from helpers.tables import make_close_classes, make_sparse, tied_table
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import fastsmote
from fastsmote import Neighborhood, neighborhood
from fastsmote._decision.neighborhood import TABLE_HEADERS
from fastsmote._rules.neighborhood import Neighborhoods, types_of, votes_of_a_safe_row
from fastsmote.under_sampling import TomekLinks


def assert_as_by_brute_force(X, y, k, read=None):
    """Compare with the reference; ``read`` converts X to what `neighborhood` gets."""
    found = neighborhood(X if read is None else read(X), y, k=k)
    types, is_link_end, is_contradicted = neighborhoods(X, y, k)
    np.testing.assert_array_equal(found.labels_, types)
    np.testing.assert_array_equal(found.is_link_end_, is_link_end)
    np.testing.assert_array_equal(found.is_contradicted_, is_contradicted)


def assert_same_neighborhood(got, expected):
    np.testing.assert_array_equal(got.labels_, expected.labels_)
    np.testing.assert_array_equal(got.is_link_end_, expected.is_link_end_)
    np.testing.assert_array_equal(got.is_contradicted_, expected.is_contradicted_)


def make_repeated(n_rows=9_000, n_places=60):
    """Every row has some hundred copies, and one class has no copies in another."""
    rng = np.random.RandomState(0)
    X = rng.randint(0, n_places, (n_rows, 1)) + np.array([0.0, 1.0])
    y = rng.randint(0, 3, n_rows)
    X[y == 2] += 0.25
    return X, y


# The rule


@pytest.mark.parametrize(
    ("k", "expected"),
    [
        (1, [3, 0]),
        (2, [3, 1, 0]),
        (3, [3, 1, 1, 0]),
        (5, [3, 2, 1, 1, 0, 0]),  # the paper's
        (7, [3, 2, 2, 1, 1, 0, 0, 0]),
        (10, [3, 3, 2, 2, 1, 1, 1, 1, 0, 0, 0]),
    ],
)
def test_types_by_number_of_own_neighbors(k, expected):
    assert types_of(np.arange(k + 1), k).tolist() == expected


@pytest.mark.parametrize("k", range(1, 60))
def test_votes_of_a_safe_row_are_the_fewest_that_make_it_safe(k):
    n_votes = votes_of_a_safe_row(k)
    assert types_of(n_votes, k) == 0
    assert types_of(n_votes - 1, k) > 0


# Rows, beside a brute-force search


@given(
    seed=st.integers(0, 2**31),
    n_rows=st.integers(9, 120),
    n_values=st.integers(1, 8),
    n_classes=st.integers(2, 4),
    k=st.integers(1, 8),
    dtype=st.sampled_from([np.float64, np.float32]),
)
def test_rows_among_ties_and_duplicates(seed, n_rows, n_values, n_classes, k, dtype):
    X, y = tied_table(seed, n_rows, n_values, n_classes)
    assert_as_by_brute_force(X.astype(dtype), y, k)


@given(
    seed=st.integers(0, 2**31),
    n_rows=st.integers(9, 900),
    share=st.sampled_from([0.01, 0.1, 0.5]),
    k=st.integers(1, 8),
    dtype=st.sampled_from([np.float64, np.float32]),
)
def test_rows_without_ties(seed, n_rows, share, k, dtype):
    rng = np.random.RandomState(seed)
    X, y = rng.randn(n_rows, 3).astype(dtype), (rng.uniform(size=n_rows) < share).astype(int)
    y[:2] = [0, 1]
    assert_as_by_brute_force(X, y, k)


@given(
    X=st.lists(
        st.sampled_from([0.0, -0.0, 1e-300, 2e-200, 1e-160, 1.0, 3.0, 1e154, -1e160, 1e300]),
        min_size=9,
        max_size=60,
    ),
    seed=st.integers(0, 2**31),
    k=st.integers(1, 8),
)
def test_rows_whose_squared_distances_underflow_or_overflow(X, seed, k):
    y = np.random.RandomState(seed).randint(0, 3, len(X))
    y[:2] = [0, 1]
    assert_as_by_brute_force(np.array(X)[:, None], y, k)


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("k", [1, 5, 12])
def test_rows_of_close_classes(n_classes, k):
    assert_as_by_brute_force(*make_close_classes(n_classes), k)


def test_rows_with_some_hundred_copies():
    X, y = make_repeated()
    assert_as_by_brute_force(X, y, 5)
    found = neighborhood(X, y)
    assert found.copy_shares_.tolist() == [1.0, 1.0, 0.0]


def test_a_row_with_enough_copies_of_its_class_is_safe_and_contradicted():
    X, y = np.zeros((9, 2)), np.array([0] * 8 + [1])
    found = neighborhood(X, y, k=5)
    assert found.labels_.tolist() == [0] * 8 + [3]
    assert found.is_contradicted_.all()
    assert not found.is_link_end_.any()


def test_a_row_at_distance_zero_that_differs_is_no_copy():
    X = np.array([[0.0], [1e-200], [1e-200], [-0.0], [1.0], [2.0]])
    y = np.array([0, 1, 1, 2, 0, 1])
    assert neighborhood(X, y).is_contradicted_.tolist() == [True, False, False, True, False, False]


@pytest.mark.parametrize("n_classes", [2, 4])
def test_rows_in_links_are_those_that_tomek_links_removes(n_classes):
    X, y = make_close_classes(n_classes)
    tomek = TomekLinks(sampling_strategy="all")
    tomek.fit_resample(X, y)
    kept = np.flatnonzero(~neighborhood(X, y).is_link_end_)
    np.testing.assert_array_equal(kept, tomek.sample_indices_)
    assert len(kept) < len(y)


@pytest.mark.parametrize("k", [1, 5])
def test_real_tables_of_up_to_20000_rows(table_name, k, load_table):
    X, y = load_table(table_name, True)
    if len(X) > 20_000:
        pytest.skip(f"{table_name} has {len(X):,} rows")
    assert_as_by_brute_force(X, y, k)


def test_result_does_not_depend_on_the_number_of_threads():
    X, y = make_close_classes(4, n_rows=6_000)
    with fastsmote.threads(1):
        expected = neighborhood(X, y)
    with fastsmote.threads(3):
        assert_same_neighborhood(neighborhood(X, y), expected)


# Kinds of X and y


@pytest.mark.parametrize(
    "read",
    [
        np.asfortranarray,
        np.ndarray.tolist,
        pd.DataFrame,
        lambda X: pd.DataFrame(X.astype(object)),
        lambda X: pl.from_numpy(X),
        lambda X: pa.table(list(X.T), names=list("abcdef")),
        lambda X: pa.record_batch(list(X.T), names=list("abcdef")),
        lambda X: X.astype(X.dtype.newbyteorder()),
        sparse.csr_matrix,
        sparse.coo_array,
    ],
)
def test_kinds_of_X(read):
    assert_as_by_brute_force(*make_close_classes(2, n_rows=300), 5, read)


@pytest.mark.parametrize("dtype", [np.int8, np.uint8, np.int64, np.float16, np.float32, bool])
def test_dtypes_of_X(dtype):
    X, y = make_close_classes(2, n_rows=300)
    assert_as_by_brute_force(np.abs(10 * X).astype(dtype), y, 5)


@pytest.mark.parametrize("shape", ["wide", "narrow"])
def test_sparse_X(shape):
    X, y = make_sparse(shape)
    X.data[::40] = 0.0
    copies = X[:50].copy()
    copies.eliminate_zeros()  # so that equal rows are stored differently
    X, y = sparse.vstack([X, copies]).tocsr(), np.concatenate([y, 1 - y[:50]])
    assert_as_by_brute_force(X.toarray(), y, 5, lambda _: X)
    assert neighborhood(X, y).is_contradicted_.sum() >= 100


@pytest.mark.parametrize(
    "read",
    [
        np.ndarray.tolist,
        lambda y: y[:, None],
        lambda y: y == 1,
        lambda y: y.astype(float),
        lambda y: np.eye(2, dtype=int)[y],
        lambda y: np.array(["no", "yes"])[y],
        lambda y: pd.Series(np.array(["no", "yes"])[y], dtype="category"),
        lambda y: pd.DataFrame({"y": y}),
        lambda y: pd.Series(y, dtype="Int64"),
        pl.Series,
        pa.array,
    ],
)
def test_kinds_of_y(read):
    X, y = make_close_classes(2, n_rows=300)
    got, expected = neighborhood(X, read(y)), neighborhood(X, y)
    assert_same_neighborhood(got, expected)
    np.testing.assert_array_equal(got.counts_, expected.counts_)


def test_X_and_y_stay_as_they_are():
    X, y = make_close_classes(2, n_rows=300)
    before = X.copy(), y.copy()
    X.flags.writeable = y.flags.writeable = False
    neighborhood(X, y)
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(y, before[1])


# Examples


# Errors

X20, Y20 = np.arange(40.0).reshape(20, 2), np.arange(20) % 2
TEXTS = pd.DataFrame({"a": np.arange(20), "amount": ["7 USD"] * 20})


@pytest.mark.parametrize(
    ("X", "y", "k", "error", "message"),
    [
        (X20, np.full(20, "a"), 5, ValueError, "y has only one class, 'a'.*at least two"),
        (X20, Y20, 0, ValueError, "k must be an integer from 1 to 19.* Got 0 "),
        (X20, Y20, 20, ValueError, "k must be an integer from 1 to 19.*20 rows.* Got 20 "),
        (X20, Y20, 5.0, TypeError, "k must be an integer. Got 5.0, a float"),
        (X20, Y20, True, TypeError, "k must be an integer. Got True, a bool"),
        (X20, Y20[1:], 5, ValueError, r"inconsistent numbers of samples: \[20, 19\]"),
        (np.where(X20 == 7, np.nan, X20), Y20, 5, ValueError, "X contains NaN"),
        (np.where(X20 == 7, np.inf, X20), Y20, 5, ValueError, "X contains infinity"),
        (X20[0], Y20, 5, ValueError, "Expected 2D array, got 1D array"),
        (TEXTS, Y20, 5, ValueError, "requires numeric columns, but X has others: 'amount' "),
        (pl.from_pandas(TEXTS), Y20, 5, ValueError, r"others: 'amount' \(String\)"),
        (X20, X20[:, 0] + 0.5, 5, ValueError, "Unknown label type: continuous"),
        (X20, [None, *Y20[1:]], 5, ValueError, "no label in 1 of 20 rows, first in row 0: None"),
        (X20, [*Y20[1:], np.nan], 5, ValueError, "no label in 1 of 20 rows, first in row 19: nan"),
        (X20, pd.Series([pd.NA, *Y20[1:]]), 5, ValueError, "first in row 0: <NA>"),
        (pl.from_numpy(X20).lazy(), Y20, 5, TypeError, r"Pass X.collect\(\)"),
        (X20, pl.DataFrame(Y20).lazy(), 5, TypeError, r"Pass y.collect\(\)"),
    ],
)
def test_errors_name_the_value(X, y, k, error, message):
    with pytest.raises(error, match=message):
        neighborhood(X, y, k=k)


def test_dask_is_refused():
    array = pytest.importorskip("dask.array")
    with pytest.raises(TypeError, match=r"y is dask's Array, .* pass y.compute\(\)"):
        neighborhood(X20, array.from_array(Y20))


# What it says


def judged(types, of=0, n_copies=0, n_links=0, classes=("<b>few</b>", "many")):
    """A neighborhood of a class with rows of some types, and one of 100 safe rows."""
    few, many = np.repeat(np.arange(4, dtype=np.int8), types), np.zeros(100, np.int8)
    codes = np.repeat([0, 1], [len(few), len(many)])
    places = np.arange(len(codes))
    found = Neighborhoods(np.concatenate([few, many]), places < n_links, places < n_copies)
    return Neighborhood(np.array(classes), codes, 5, found)


def test_counts_and_shares_are_those_of_each_class():
    found = judged([4, 3, 2, 1], n_copies=5, n_links=2)
    assert found.counts_.tolist() == [[4, 3, 2, 1], [100, 0, 0, 0]]
    assert found.n_rows_.tolist() == [10, 100]
    assert found.shares_.tolist() == [[0.4, 0.3, 0.2, 0.1], [1.0, 0.0, 0.0, 0.0]]
    assert found.link_shares_.tolist() == [0.2, 0.0]
    assert found.copy_shares_.tolist() == [0.5, 0.0]


@pytest.mark.parametrize(
    ("types", "n_copies", "expected"),
    [
        ([5, 5, 0, 0], 0, "50.0% of the minority's rows are safe: random over- or"),
        ([4, 5, 1, 0], 0, "50.0% of the minority's rows are borderline: BorderlineSMOTE or ADASYN"),
        (
            [4, 2, 4, 0],
            0,
            "40.0% of the minority's rows are safe, 20.0% borderline",
        ),
        ([1, 4, 2, 3], 0, "50.0% of the minority's rows are rare or outliers: SMOTE would"),
        ([10, 0, 0, 0], 1, "10.0% of the minority's rows have an exact copy with another label"),
        ([20, 0, 0, 0], 1, "100.0% of the minority's rows are safe"),
        ([100, 0, 0, 0], 0, "100.0% of the minority's rows are safe"),  # as many as the other
    ],
)
def test_advice_is_that_of_the_minority(types, n_copies, expected):
    advice = judged(types, n_copies=n_copies).advice()
    assert advice.startswith(expected)
    assert advice.endswith(
        "Napierala and Stefanowski (2016); fastsmote.compare tests it on this table."
    )


def test_summary_is_an_aligned_table_and_the_advice():
    found = judged([2999, 1, 0, 0], n_links=4, classes=("a", "b"))
    lines = found.summary().split("\n")
    assert re.split(" {2,}", lines[0]) == TABLE_HEADERS
    assert lines[1].split() == ["a", "3,000", ">99.9%", "<0.1%", "0.0%", "0.0%", "0.1%", "0.0%"]
    assert lines[2].split() == ["b", "100", "100.0%", "0.0%", "0.0%", "0.0%", "0.0%", "0.0%"]
    assert len(set(map(len, lines[:3]))) == 1
    assert lines[3:] == ["", found.advice()]
    assert str(found) == found.summary()
    assert repr(found) == "<Neighborhood of 3,100 rows, k=5>"


def test_html_escapes_the_names_of_classes():
    found = judged([1, 2, 3, 4])
    page = found._repr_html_()
    assert "<td>&lt;b&gt;few&lt;/b&gt;</td><td>10</td><td>10.0%</td>" in page
    assert "<b>" not in page
    assert "70.0% of the minority&#x27;s rows are rare or outliers" in page


@pytest.fixture
def pyplot():
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def test_plot_stacks_the_shares_of_each_class(pyplot):
    ax = judged([1, 2, 3, 4], classes=("$few", "many$ \\x$")).plot()
    ax.figure.canvas.draw()
    widths = [[bar.get_width() for bar in bars] for bars in ax.containers]
    np.testing.assert_allclose(widths, [[10, 100], [20, 0], [30, 0], [40, 0]])
    lefts = [[bar.get_x() for bar in bars] for bars in ax.containers]
    np.testing.assert_allclose(lefts, [[0, 0], [10, 100], [30, 100], [60, 100]])
    assert [text.get_text() for text in ax.get_yticklabels()] == ["$few", "many$ \\x$"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(Neighborhood.types_)


def test_plot_draws_where_it_is_told(pyplot):
    ax = pyplot.figure().subplots()
    assert judged([1, 2, 3, 4]).plot(ax) is ax
    assert len(ax.containers) == 4


def test_plot_without_matplotlib_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"fastsmote\[compare\]"):
        judged([1, 2, 3, 4]).plot()

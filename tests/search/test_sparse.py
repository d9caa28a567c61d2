"""Sparse X: imbalanced-learn's rows in X's format, and a dense X's at ties."""

import tracemalloc

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
import pytest
from helpers.comparison import assert_same_matrix, is_canonical
from helpers.marks import slow
from helpers.reference import edited, k_nearest, tomek_links
from helpers.tables import make_sparse
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

import fastsmote
import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling
from fastsmote._rules.edited import judge
from fastsmote._search import inverted_index
from fastsmote._search.class_index import build_index
from fastsmote._search.inverted_index import InvertedIndex, canonical_rows, is_searched_dense
from fastsmote._search.lists import NeighborLists
from fastsmote._synthesis import sparse as sparse_rows
from fastsmote.under_sampling._tomek_links import find_tomek_links

OVER = [
    ("over_sampling", "SMOTE", {}),
    ("over_sampling", "SMOTE", {"k_neighbors": 2, "sampling_strategy": "all"}),
    ("over_sampling", "BorderlineSMOTE", {"m_neighbors": 20}),
    ("over_sampling", "BorderlineSMOTE", {"m_neighbors": 8, "k_neighbors": 12}),
    ("over_sampling", "ADASYN", {}),
    ("over_sampling", "ADASYN", {"n_neighbors": 9}),
]
BORDERLINE_2 = ("over_sampling", "BorderlineSMOTE", {"m_neighbors": 20, "kind": "borderline-2"})
UNDER = [
    ("under_sampling", "TomekLinks", {}),
    ("under_sampling", "TomekLinks", {"sampling_strategy": "all"}),
    ("under_sampling", "EditedNearestNeighbours", {}),
    ("under_sampling", "EditedNearestNeighbours", {"kind_sel": "mode", "n_neighbors": 4}),
    ("under_sampling", "EditedNearestNeighbours", {"sampling_strategy": "all", "n_neighbors": 1}),
]
COMBINED = [("combine", "SMOTETomek", {}), ("combine", "SMOTEENN", {})]


def ids_of(samplers):
    return [f"{name}-{'-'.join(map(str, kwargs.values()))}" for _, name, kwargs in samplers]


def make(library, sampler, seed=0):
    module, name, kwargs = sampler
    given = kwargs if module == "under_sampling" else {**kwargs, "random_state": seed}
    return getattr(getattr(library, module), name)(**given)


def run_compiled(sampler, X, y, seed=0):
    """The compiled sampler and its result; imbalanced-learn's own code must not run."""

    def fail(self, X, y):
        raise AssertionError("imbalanced-learn's code ran")

    ours = make(fastsmote, sampler, seed)
    with pytest.MonkeyPatch.context() as patch:
        for module, name, _ in [*OVER, *UNDER]:
            patch.setattr(getattr(getattr(imblearn, module), name), "_fit_resample", fail)
        return ours, ours.fit_resample(X, y)


# The rows of imbalanced-learn


@pytest.mark.parametrize("sampler", [*OVER, *UNDER], ids=ids_of([*OVER, *UNDER]))
@pytest.mark.parametrize(
    ("format", "dtype"), [("csr", np.float64), ("csr", np.float32), ("csc", np.float64)]
)
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(
    "shape", ["narrow", *slow("filled", "middle"), "wide", *slow("wider than values")]
)
def test_rows_are_those_of_imbalanced_learn(sampler, format, dtype, n_classes, shape):
    X, y = make_sparse(shape, n_classes, 0, dtype, format)
    theirs = make(imblearn, sampler)
    expected = theirs.fit_resample(X, y)
    ours, got = run_compiled(sampler, X, y)
    assert_same_matrix(got, expected)
    assert got[0].shape[0] != X.shape[0]
    if sampler in UNDER:
        np.testing.assert_array_equal(ours.sample_indices_, theirs.sample_indices_)


@pytest.mark.parametrize("sampler", [*OVER, *COMBINED], ids=ids_of([*OVER, *COMBINED]))
@pytest.mark.parametrize("seed", [1, 2, 4])
def test_other_seeds(sampler, seed):
    X, y = make_sparse("wide", 3, seed)
    expected = make(imblearn, sampler, seed).fit_resample(X, y)
    assert_same_matrix(run_compiled(sampler, X, y, seed)[1], expected)


@pytest.mark.parametrize("sampler", [*OVER, *UNDER], ids=ids_of([*OVER, *UNDER]))
@pytest.mark.parametrize("shape", ["narrow", "middle"])
def test_integers(sampler, shape):
    X, y = make_sparse(shape)
    X.data = np.rint(X.data * 1e6)
    X = X.astype(np.int64)
    expected = make(imblearn, sampler).fit_resample(X, y)
    assert_same_matrix(run_compiled(sampler, X, y)[1], expected)


@pytest.mark.parametrize("format", ["csr", "csc"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", ["narrow", "wide"])
def test_borderline_2_gives_a_matrix_the_rows_of_an_array(format, dtype, shape):
    X, y = make_sparse(shape, 3, dtype=dtype, format=format)
    array = (sparse.csr_array if format == "csr" else sparse.csc_array)(X)
    expected = make(imblearn, BORDERLINE_2).fit_resample(array, y)
    ours, got = run_compiled(BORDERLINE_2, array, y)
    assert_same_matrix(got, expected)
    assert (ours.provenance_.shrinks < 1).any()
    got = run_compiled(BORDERLINE_2, X, y)[1]
    assert type(got[0]) is type(X)
    np.testing.assert_array_equal(got[0].toarray(), expected[0].toarray())
    with pytest.raises(ValueError, match="dimension mismatch"):  # why ours may differ
        make(imblearn, BORDERLINE_2).fit_resample(X, y)


@pytest.mark.parametrize("shape", ["narrow", "wide"])
def test_fitted_neighbors_take_sparse_rows(shape):
    X, y = make_sparse(shape)
    for name, attributes in (("SMOTE", ["nn_k_"]), ("BorderlineSMOTE", ["nn_m_", "nn_k_"])):
        ours, theirs = (
            make(library, ("over_sampling", name, {})) for library in (fastsmote, imblearn)
        )
        ours.fit_resample(X, y)
        theirs.fit_resample(X, y)
        for attribute in attributes:
            got, expected = getattr(ours, attribute), getattr(theirs, attribute)
            assert got.n_neighbors == expected.n_neighbors
            np.testing.assert_array_equal(
                got.kneighbors(X[y == 1], return_distance=False),
                expected.kneighbors(X[y == 1], return_distance=False),
            )


@pytest.mark.parametrize("sampler", [*OVER, *UNDER], ids=ids_of([*OVER, *UNDER]))
def test_too_few_rows_is_the_same_error(sampler):
    X, y = make_sparse("wide")
    few = np.concatenate([np.flatnonzero(y == 0)[:2], np.flatnonzero(y == 1)[:1]])
    messages = []
    for library in (imblearn, fastsmote):
        try:
            make(library, sampler).fit_resample(X[few], y[few])
            messages.append(None)
        except ValueError as error:
            messages.append(str(error))
    assert messages[0] == messages[1]
    assert messages[0] is not None or sampler[1] in ("TomekLinks", "EditedNearestNeighbours")


# The input


def out_of_order(X):
    """The same table with the entries of a row in disorder, some of them in two halves."""
    coo = X.tocoo()
    rng = np.random.RandomState(0)
    halved = rng.uniform(size=len(coo.data)) < 0.2
    rows, columns = (np.concatenate([part, part[halved]]) for part in (coo.row, coo.col))
    data = np.concatenate([np.where(halved, coo.data / 2, coo.data), coo.data[halved] / 2])
    order = np.lexsort((rng.uniform(size=len(rows)), rows))
    starts = np.searchsorted(rows[order], np.arange(X.shape[0] + 1))
    return sparse.csr_matrix((data[order], columns[order], starts), shape=X.shape)


@pytest.mark.parametrize("sampler", [*OVER, *UNDER], ids=ids_of([*OVER, *UNDER]))
@pytest.mark.parametrize("shape", ["narrow", "wide"])
def test_disorder_changes_no_row_and_is_left_as_it_is(sampler, shape):
    X, y = make_sparse(shape)
    given = out_of_order(X)
    before = [part.copy() for part in (given.data, given.indices, given.indptr)]
    _, got = run_compiled(sampler, given, y)
    for part, old in zip((given.data, given.indices, given.indptr), before, strict=True):
        np.testing.assert_array_equal(part, old)
    expected = run_compiled(sampler, X, y)[1]
    np.testing.assert_array_equal(got[0].toarray(), expected[0].toarray())
    np.testing.assert_array_equal(got[1], expected[1])


@pytest.mark.parametrize("sampler", [OVER[0], OVER[2], UNDER[0], UNDER[2]], ids=str)
def test_read_only_and_long_indices(sampler):
    X, y = make_sparse("wide")
    expected = run_compiled(sampler, X, y)[1]
    for index in (np.int32, np.int64):
        X.indices, X.indptr = X.indices.astype(index), X.indptr.astype(index)
        for part in (X.data, X.indices, X.indptr):
            part.flags.writeable = False
        assert_same_matrix(run_compiled(sampler, X, y)[1], expected)


def test_the_output_shares_no_memory_with_the_input():
    X, y = make_sparse("wide")
    for sampler in (OVER[0], ("over_sampling", "SMOTE", {"sampling_strategy": {1: sum(y == 1)}})):
        got = run_compiled(sampler, X, y)[1][0]
        assert not np.shares_memory(got.data, X.data)


@pytest.mark.parametrize("format", ["csr", "csc"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("sampler", [OVER[0], OVER[4], BORDERLINE_2], ids=str)
def test_regenerated_rows_are_the_appended_ones(format, dtype, sampler):
    X, y = make_sparse("wide", 3, dtype=dtype, format=format)
    ours, (X_resampled, _) = run_compiled(sampler, X, y)
    got = fastsmote.regenerate(X, ours.provenance_)
    assert type(got) is type(X)
    assert got.dtype == dtype
    assert is_canonical(got)
    np.testing.assert_array_equal(got.toarray(), X_resampled.toarray()[X.shape[0] :])
    with pytest.raises(ValueError, match=r"provenance\.base_rows contains .* but X has 9 rows"):
        fastsmote.regenerate(X.tocsr()[:9], ours.provenance_)


# Ties, copies and empty rows

POOLS = {
    "few": [1.0, 2.0, -1.0],
    "one": [1.0],
    "close": [1.0 + 2.0**-52, 1.0 - 2.0**-53, 1.0, 1.0 + 2.0**-30],
    "extreme": [1e-200, 1e-160, 3e-162, 1.0, 1.3e154, 5e153, -1.4e154, 1e200, 1e300],
}


@st.composite
def tables(draw, most_features=8, pools=tuple(POOLS)):
    """Rows of few values at few features, in the first of 100 columns: they tie."""
    n_rows, n_features = draw(st.integers(3, 60)), draw(st.integers(1, most_features))
    rng = np.random.RandomState(draw(st.integers(0, 2**31)))
    pool = draw(st.sampled_from([*pools, "any"]))
    shape = n_rows, n_features
    dense = rng.randn(*shape) if pool == "any" else rng.choice(POOLS[pool], shape)
    dense[rng.uniform(size=shape) < draw(st.sampled_from([0.3, 0.8]))] = 0.0
    dense = dense[rng.randint(n_rows, size=n_rows)] if draw(st.booleans()) else dense
    y = rng.randint(draw(st.integers(1, 3)), size=n_rows)
    y = np.unique(y, return_inverse=True)[1]
    return np.hstack([dense, np.zeros((n_rows, 100 - n_features))]), y


def class_rows_of(y):
    return [np.flatnonzero(y == code) for code in range(y.max() + 1)]


def nearest_of(dense, queries, among, k):
    """The reference's lists of k, or of as many as there are."""
    found = []
    for query in queries:
        others = among[among != query]
        n = min(k, len(others))
        if n == 0:
            found.append((np.empty(0), np.empty(0, int)))
            continue
        with np.errstate(over="ignore"):
            sq_distances, rows = k_nearest(dense[others], dense[[query]], n)
        found.append((sq_distances[0], others[rows[0]]))
    return found


@given(tables(), st.integers(1, 7))
def test_neighbors_are_those_of_the_dense_rows(table, k):
    dense, y = table
    class_rows = class_rows_of(y)
    index = InvertedIndex(canonical_rows(sparse.csr_matrix(dense)), class_rows)
    for code, own in enumerate(class_rows):
        for search, among in (
            (index.within, own),
            (index.among_others, np.flatnonzero(y != code)),
            (index.among_all, np.arange(len(y))),
        ):
            lists = search(code, NeighborLists(index.rows_in_order(code), k)).finish()
            expected = nearest_of(dense, own, among, k)
            for i, (sq_distances, rows) in enumerate(expected):
                np.testing.assert_array_equal(lists.neighbor_rows[i, : len(rows)], rows)
                np.testing.assert_array_equal(lists.sq_distances[i, : len(rows)], sq_distances)


@given(tables(), st.integers(1, 5), st.sampled_from(["all", "mode"]))
def test_edited_among_ties_is_the_definition(table, k, kind):
    dense, y = table
    k = min(k, len(y) - 1)
    class_rows = class_rows_of(y)
    index = InvertedIndex(canonical_rows(sparse.csr_matrix(dense)), class_rows)
    for code in range(len(class_rows)):
        verdict = judge(index, code, index.rows_in_order(code), k, kind)
        with np.errstate(over="ignore"):
            expected = edited(dense, y, code, k, kind)
        np.testing.assert_array_equal(verdict.rows[verdict.stays], expected)


@given(tables())
def test_links_among_ties_are_those_of_the_definition(table):
    dense, y = table
    X = sparse.csr_matrix(dense)
    assert type(build_index(X, class_rows_of(y))) is InvertedIndex
    got = {frozenset(pair) for pair in find_tomek_links(X, y).tolist()}
    with np.errstate(over="ignore"):
        expected = tomek_links(dense, y)
    assert got == {frozenset(pair) for pair in expected.tolist()}


@pytest.mark.parametrize("sampler", [*OVER, BORDERLINE_2, *UNDER, *COMBINED], ids=str)
@pytest.mark.parametrize("n_used", [3, 12])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_rows_at_ties_are_those_of_dense_x(sampler, n_used, seed):
    rng = np.random.RandomState(seed)
    dense = np.zeros((200, 90))
    dense[:, :n_used] = rng.randint(3, size=(200, n_used)) * (rng.uniform(size=(200, n_used)) < 0.4)
    y = rng.choice(3, size=200, p=[0.6, 0.25, 0.15])
    assert (dense == 0.0).all(axis=1).any()
    expected = run_compiled(sampler, dense, y, seed)[1]
    got = run_compiled(sampler, sparse.csr_matrix(dense), y, seed)[1]
    np.testing.assert_array_equal(got[0].toarray(), expected[0])
    np.testing.assert_array_equal(got[1], expected[1])


def test_a_class_of_empty_rows_only():
    X, y = make_sparse("wide")
    X = sparse.vstack([X, sparse.csr_matrix((40, X.shape[1]))], format="csr")
    y = np.concatenate([y, np.full(40, 2)])
    got = run_compiled(("over_sampling", "SMOTE", {"sampling_strategy": {2: 90}}), X, y)[1]
    assert got[0][X.shape[0] :].nnz == 0
    assert got[0].shape == (X.shape[0] + 50, X.shape[1])


# Threads and memory


@pytest.mark.parametrize("sampler", [*OVER, BORDERLINE_2, *UNDER], ids=str)
def test_threads_do_not_change_a_row(sampler, monkeypatch):
    monkeypatch.setattr(inverted_index, "TASK_POSTINGS", 2**12)  # several tasks
    monkeypatch.setattr(sparse_rows, "WRITE_VALUES", 2**9)
    X, y = make_sparse("wide", 3)
    X.data = np.rint(X.data)  # with ties
    results = []
    for n_threads in (1, 2, 7):
        with fastsmote.threads(n_threads):
            results.append(run_compiled(sampler, X, y)[1][0].toarray())
    np.testing.assert_array_equal(results[0], results[1])
    np.testing.assert_array_equal(results[0], results[2])


@pytest.mark.parametrize(
    ("shape", "n_values", "expected"),
    [((1000, 64), 10, True), ((1000, 65), 10, False), ((100, 300), 15_000, True)],
)
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32])
def test_what_is_searched_dense(shape, n_values, expected, dtype):
    X = sparse.random(*shape, n_values / np.prod(shape), "csr", random_state=0).astype(dtype)
    assert is_searched_dense(X) == expected


def wide_table(n_rows=20_000, n_features=100_000, n_values=30):
    rng = np.random.RandomState(0)
    columns = rng.randint(n_features, size=n_rows * n_values)
    rows = np.repeat(np.arange(n_rows), n_values)
    X = sparse.csr_matrix((rng.rand(len(rows)), (rows, columns)), shape=(n_rows, n_features))
    X = X[rng.randint(n_rows, size=n_rows)]  # some near each other
    X.data *= rng.uniform(0.8, 1.2, size=len(X.data))
    return X, (rng.uniform(size=n_rows) < 0.1).astype(int)


@pytest.mark.parametrize("sampler", [OVER[0], OVER[2], UNDER[0], UNDER[2]], ids=str)
def test_wide_tables_get_no_dense_copy(sampler):
    X, y = wide_table()
    run_compiled(sampler, X[:2000], y[:2000])  # load the kernels
    input_bytes = X.data.nbytes + X.indices.nbytes + X.indptr.nbytes
    tracemalloc.start()
    try:
        X_resampled, _ = run_compiled(sampler, X, y)[1]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert X_resampled.shape[0] != X.shape[0]
    assert peak < 20 * input_bytes  # a dense copy would be 2,000 times X

"""NearestNeighbors finds what the definition says, whatever the rows look like."""

import numpy as np
import pytest
from helpers.comparison import assert_found, assert_neighbors_of, assert_own_neighbors
from helpers.marks import slow
from helpers.reference import k_nearest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

import fastsmote
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import Limits, NeighborLists
from fastsmote.neighbors import NearestNeighbors

BLOCK_ROWS = 256  # of the index: tables below, at and above it differ in their paths
PART_ROWS = 48 * BLOCK_ROWS  # beyond it the top of the tree is laid by a sample


# Answers to be seen


def test_a_row_is_not_its_own_neighbor():
    X = np.array([[0.0], [1.0], [3.0], [7.0]])
    distances, rows = NearestNeighbors(n_neighbors=2).fit(X).kneighbors()
    np.testing.assert_array_equal(rows, [[1, 2], [0, 2], [1, 0], [2, 1]])
    np.testing.assert_array_equal(distances, [[1, 3], [1, 2], [2, 3], [4, 6]])


def test_a_query_may_be_equal_to_its_neighbor():
    X = np.array([[0.0], [1.0], [3.0], [7.0]])
    distances, rows = NearestNeighbors(n_neighbors=2).fit(X).kneighbors([[3.0], [100.0]])
    np.testing.assert_array_equal(rows, [[2, 1], [3, 2]])
    np.testing.assert_array_equal(distances, [[0, 2], [93, 97]])


def test_neighbors_skip_self_among_duplicates():
    X = np.array([[5.0], [5.0], [5.0], [0.0]])
    rows = NearestNeighbors(n_neighbors=2).fit(X).kneighbors(return_distance=False)
    np.testing.assert_array_equal(rows, [[1, 2], [0, 2], [0, 1], [0, 1]])


def test_of_equally_near_rows_the_lower_number_comes_first():
    X = np.array([[0.0, 1.0], [1.0, 0.0], [0.0, -1.0], [-1.0, 0.0], [0.0, 0.0]])
    rows = NearestNeighbors(n_neighbors=3).fit(X).kneighbors([[0.0, 0.0]], return_distance=False)
    np.testing.assert_array_equal(rows, [[4, 0, 1]])


def test_distances_too_small_for_float64_squares_are_ties():
    X = np.array([[0.0], [3e-170], [1e-170], [2e-170], [1.0]])
    rows = NearestNeighbors(n_neighbors=3).fit(X).kneighbors(return_distance=False)
    np.testing.assert_array_equal(rows[:4], [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]])


# Hard tables


def clusters(rng, far):
    return rng.randn(900, 4) + far * (np.arange(900) % 2)[:, np.newaxis]


def mostly_one_point(rng):
    X = rng.randn(1500, 4)
    X[rng.permutation(1500)[:1350]] = X[0]
    return X


def denormal_squares(rng, n_features=16):
    """Clusters of one point each whose distances have squares denormal in float32.

    So they have beside rows at 1, which set the scale: 256 rows at the origin, 256 at
    sqrt(n_features) * step, where a square of a step rounds up to the least float32, and
    256 a fifth farther, in one feature.
    """
    step = np.sqrt(0.6 * 2.0**-149) / 2.0**30
    X = np.zeros((1024, n_features + 1))
    X[256:512, :n_features] = step
    X[512:768, 0] = -1.2 * np.sqrt(n_features) * step
    X[768:, 0] = 1.0
    return X


TABLES = {
    "random": lambda rng: rng.randn(1500, 5),
    "identical rows": lambda rng: np.full((1500, 3), 1.1),
    "90 % duplicates": lambda rng: rng.randn(150, 4)[rng.randint(150, size=1500)],
    "90 % one point": mostly_one_point,
    "one feature": lambda rng: rng.randn(1500, 1),
    "one feature of few values": lambda rng: rng.randint(7, size=(1500, 1)) / 8,
    "constant features": lambda rng: rng.randn(1000, 5) * [0, 1, 0, 1, 0] + 1e6,
    "more features than are rotated": lambda rng: rng.randn(600, 130),
    "500 features": lambda rng: rng.randn(600, 500),
    "offset of 1e9": lambda rng: rng.randn(1000, 4) + 1e9,
    "offset of 1e15": lambda rng: rng.randn(1000, 4) + 1e15,
    "scales of 1e-30 to 1e30": lambda rng: rng.randn(1000, 7) * np.logspace(-30, 30, 7),
    "scales by row": lambda rng: rng.randn(1000, 3) * np.logspace(-30, 30, 1000)[:, np.newaxis],
    "all of 1e-150": lambda rng: rng.randn(1000, 3) * 1e-150,
    "all of 1e150": lambda rng: rng.randn(1000, 3) * 1e150,
    "clusters 1e12 apart": lambda rng: clusters(rng, 1e12),
    "clusters 1e18 apart": lambda rng: clusters(rng, 1e18),
    "growing exponentially": lambda rng: 2.0 ** np.arange(-450, 450)[:, np.newaxis] * [1, -1],
    "integer grid": lambda rng: rng.permutation(np.argwhere(np.ones((11, 11, 11))).astype(float)),
    "zeros and ones": lambda rng: (rng.uniform(size=(1500, 12)) < 0.2).astype(float),
    "heavy tails": lambda rng: rng.standard_cauchy((1500, 3)) ** 3,
    "denormal squares": denormal_squares,
}
each_table = pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)


@each_table
@pytest.mark.parametrize("k", [1, 6, 300])
def test_neighbors_of_own_rows(table, k):
    assert_own_neighbors(table(np.random.RandomState(0)), k, n_checked=100)


@each_table
@pytest.mark.parametrize("n_wanted", [*slow(1), 4])
@pytest.mark.parametrize("place", [*slow(0), 3, *slow(40)])
def test_rows_before_a_given_neighbor_are_counted(table, n_wanted, place):
    X = table(np.random.RandomState(0))
    sq_distances, neighbors = k_nearest(X, np.arange(len(X)), 50, exclude_self=True)
    index = ClassIndex(X, [np.arange(len(X))])
    rows = index.rows_in_order(0)
    bounds = sq_distances[rows, place], neighbors[rows, place]
    counts = index.count_before(0, Limits(rows, *bounds), n_wanted)
    is_enough = counts.are_enough()
    assert (is_enough == (place >= n_wanted)).all()
    assert (counts.n_counted == min(place, n_wanted)).all()
    for row, found in zip(rows[is_enough], counts.witnesses[is_enough], strict=True):
        assert len(set(found) & set(neighbors[row, :place])) == n_wanted


@each_table
def test_neighbors_of_queries_among_and_beside_the_rows(table):
    rng = np.random.RandomState(0)
    X = table(rng)
    rows = rng.randint(len(X), size=70)
    beside = X[rows] + rng.randn(70, 1) * (X[rows] - X[rows[::-1]])
    assert_neighbors_of(np.concatenate([X[rows], beside, X[:1] * 0.0]), X, 5)


@pytest.mark.parametrize("scale", [1e-30, 1e12, 1e100])
def test_neighbors_of_queries_far_away(scale):
    rng = np.random.RandomState(0)
    assert_neighbors_of(rng.randn(100, 3) * scale, rng.randn(1000, 3), 5)


@pytest.mark.parametrize("step_squared", [0.3, 0.6, 1.6, 2.6])
@pytest.mark.parametrize("n_features", [1, 4, 64])
def test_a_cluster_is_not_missed_where_squares_are_denormal(step_squared, n_features):
    X = denormal_squares(None, n_features)
    X[:768] *= np.sqrt(step_squared / 0.6)
    rows = NearestNeighbors().fit(X).kneighbors(X[:3], 260, return_distance=False)
    np.testing.assert_array_equal(rows, np.tile(np.arange(260), (3, 1)))


@pytest.mark.parametrize("n_rows", [2, 3, 63, 64, 65, 255, 256, 257, 511, 512, 513, 769])
def test_neighbors_in_tables_around_the_size_of_a_block(n_rows):
    rng = np.random.RandomState(n_rows)
    assert_own_neighbors(rng.randn(n_rows, 3), 1)
    assert_own_neighbors(rng.randn(n_rows, 3), min(5, n_rows - 1))
    assert_own_neighbors(rng.randint(4, size=(n_rows, 2)), min(5, n_rows - 1))


def test_one_row_is_everybodys_neighbor():
    distances, rows = (
        NearestNeighbors(n_neighbors=1).fit([[3.0, 4.0]]).kneighbors(np.zeros((70, 2)))
    )
    np.testing.assert_array_equal(rows, np.zeros((70, 1)))
    np.testing.assert_array_equal(distances, np.full((70, 1), 5.0))


@pytest.mark.parametrize("n_rows", [20, 300, 700])
def test_all_other_rows_are_neighbors_if_asked_for(n_rows):
    rng = np.random.RandomState(0)
    assert_own_neighbors(rng.randn(n_rows, 3), n_rows - 1)
    assert_own_neighbors(rng.randint(3, size=(n_rows, 3)), n_rows - 2)
    assert_neighbors_of(rng.randn(50, 2), rng.randn(n_rows, 2), n_rows)


LARGE = {
    "random": lambda rng: rng.randn(30_000, 3),
    "few values": lambda rng: rng.randint(30, size=(30_000, 3)).astype(float),
    "identical rows": lambda rng: np.zeros((2 * PART_ROWS + 1, 2)),
    "one block more than a part": lambda rng: rng.randn(PART_ROWS + 1, 2),
    "two points": lambda rng: rng.randint(2, size=(15_000, 1)) * [1.1, 0.7],
    # Every 39th row lays the top of the tree: here they are all the same point.
    "what the sample does not see": lambda rng: np.where(
        np.arange(30_000)[:, np.newaxis] % 3, rng.randn(30_000, 2), 0.0
    ),
    "sorted": lambda rng: np.sort(rng.randn(30_000, 1), axis=0),
}


@pytest.mark.parametrize("table", LARGE.values(), ids=LARGE)
def test_neighbors_in_tables_of_several_parts(table):
    assert_own_neighbors(table(np.random.RandomState(0)), 6, n_checked=200)


@given(
    seed=st.integers(0, 2**31),
    n_rows=st.integers(2, 700),
    n_features=st.integers(1, 9),
    dtype=st.sampled_from([np.float64, np.float32, np.int32]),
    n_values=st.sampled_from([2, 5, 100, 10**6]),
    magnitudes=st.sampled_from([0, 3, 12]),
    offset=st.sampled_from([0, 10**4, 10**7]),
    share=st.floats(0, 1),
)
def test_neighbors_are_those_of_the_definition(
    seed, n_rows, n_features, dtype, n_values, magnitudes, offset, share
):
    rng = np.random.RandomState(seed)
    X = rng.randint(n_values, size=(n_rows, n_features)) + offset
    if dtype is not np.int32:
        X = X * 10.0 ** rng.uniform(-magnitudes, magnitudes, n_features)
    X = X.astype(dtype)
    k = 1 + int(share * (n_rows - 2))
    assert_own_neighbors(X, k, n_checked=20)
    chosen = rng.randint(n_rows, size=20)
    assert_neighbors_of((X[chosen] + X[chosen[::-1]]) // 2, X, k)


# Threads


@pytest.mark.parametrize("table", [*list(LARGE.values())[:-1], *slow(LARGE["sorted"])], ids=LARGE)
def test_threads_do_not_change_a_neighbor(table):
    X = table(np.random.RandomState(0))
    queries = X[::7] + 0.01
    found = []
    for n_threads in (1, 2, 7):
        with fastsmote.threads(n_threads):
            index = NearestNeighbors().fit(X)
            found.append([*index.kneighbors(), *index.kneighbors(queries)])
    for other in found[1:]:
        for got, expected in zip(other, found[0], strict=True):
            np.testing.assert_array_equal(got, expected)


def test_n_jobs_is_the_number_of_threads(monkeypatch):
    seen, search = [], NearestNeighbors._search

    def spy(self, X, n_neighbors):
        seen.append(fastsmote.get_n_threads())
        return search(self, X, n_neighbors)

    monkeypatch.setattr(NearestNeighbors, "_search", spy)
    X = np.random.RandomState(0).randn(100, 2)
    with fastsmote.threads(3):
        expected = NearestNeighbors().fit(X).kneighbors()
        np.testing.assert_array_equal(NearestNeighbors(n_jobs=2).fit(X).kneighbors(), expected)
    assert seen == [3, 2]


# Lists that go on from tree to tree


@pytest.mark.parametrize("n_classes", [1, 2, 5])
@pytest.mark.parametrize("is_tied", [False, True])
def test_neighbors_by_class_make_up_those_of_all_rows(n_classes, is_tied):
    rng = np.random.RandomState(0)
    X = rng.randint(4, size=(900, 3)) / 8 if is_tied else rng.randn(900, 7)
    y = rng.randint(n_classes, size=900)
    index = ClassIndex(X, [np.flatnonzero(y == code) for code in range(n_classes)])
    for code in range(n_classes):
        rows = np.flatnonzero(y == code)
        found = index.within(code, NeighborLists(index.rows_in_order(code), 4))
        np.testing.assert_array_equal(np.sort(found.query_rows), rows)
        own = found.copy().finish()
        sq_distances, neighbors = k_nearest(X[rows], np.arange(len(rows)), 4, exclude_self=True)
        places = np.searchsorted(rows, own.query_rows)
        np.testing.assert_array_equal(own.sq_distances, sq_distances[places])
        np.testing.assert_array_equal(own.neighbor_rows, rows[neighbors[places]])
        if n_classes > 1:
            everyone = index.among_others(code, found).finish()
            sq_distances, neighbors = k_nearest(X, everyone.query_rows, 4, exclude_self=True)
            np.testing.assert_array_equal(everyone.sq_distances, sq_distances)
            np.testing.assert_array_equal(everyone.neighbor_rows, neighbors)


# Real tables


@pytest.mark.parametrize("scale", [False, True], ids=["raw", "scaled"])
def test_real_tables(table_name, scale, load_table):
    X, _ = load_table(table_name, scale)
    is_large = X.size > 5_000_000
    rows = np.random.RandomState(0).permutation(len(X))[: 60 if is_large else 200]
    index = NearestNeighbors().fit(X)
    found = index.kneighbors(X[rows])
    expected = k_nearest(X, rows, 6)
    assert_found(found, (expected[0][:, :5], expected[1][:, :5]))
    if not is_large:
        distances, neighbors = index.kneighbors()
        others = k_nearest(X, rows, 5, exclude_self=True)
        assert_found((distances[rows], neighbors[rows]), others)

    # scikit-learn sums |x|^2 - 2 x.y + |y|^2: it can tell apart what differs by more than
    # that rounds by.
    stock_index = StockNearestNeighbors(algorithm="brute").fit(X)
    stock_distances, stock_rows = stock_index.kneighbors(X[rows])
    largest = 2 * np.einsum("ij,ij->i", X, X).max()
    roundoff = 4 * (X.shape[1] + 4) * np.finfo(float).eps * largest
    np.testing.assert_allclose(stock_distances**2, found[0] ** 2, rtol=1e-12, atol=roundoff)
    gaps = np.diff(expected[0], axis=1, prepend=-np.inf)
    untied = (gaps[:, :-1] > 2 * roundoff) & (gaps[:, 1:] > 2 * roundoff)
    np.testing.assert_array_equal(stock_rows[untied], found[1][untied])

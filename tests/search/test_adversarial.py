"""Tables made to hurt the search: it finds what the definition says, without more work."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.reference import k_nearest

from benchmarks.studies.adversarial import TABLES, brute_force, make_table
from benchmarks.studies.adversarial import main as run_benchmark
from fastsmote import threads
from fastsmote._search import projection
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import Limits, NeighborLists
from fastsmote.combine import SMOTETomek
from fastsmote.under_sampling import EditedNearestNeighbours as ENN
from fastsmote.under_sampling import NearMiss, OneSidedSelection, TomekLinks

each_table = pytest.mark.parametrize("name", TABLES)
N_ROWS, N_CHECKED = 1500, 150


@each_table
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("is_ordered", [False, True])
def test_neighbors_are_those_of_the_definition(name, scale, is_ordered, monkeypatch):
    if is_ordered:  # as in a large table
        monkeypatch.setattr(projection, "LEAST_PRODUCTS_TO_ROTATE", 0)
        monkeypatch.setattr(projection, "LEAST_ROWS_TO_ORDER", 0)
        monkeypatch.setattr(projection, "LEAST_QUERIES", 0)
    X = make_table(name, N_ROWS) * scale
    rows = np.random.RandomState(0).permutation(N_ROWS)[:N_CHECKED]
    expected = k_nearest(X, rows, 5, exclude_self=True)
    index = ClassIndex(X, [np.arange(N_ROWS)])
    found = index.within(0, NeighborLists(index.rows_in_order(0), 5)).finish().sort_by_row()
    np.testing.assert_array_equal(found.neighbor_rows[rows], expected[1])
    np.testing.assert_array_equal(found.sq_distances[rows], expected[0])


@pytest.mark.parametrize("far", [1e11, 1e12, 1e13, 1e14, 1e15])
def test_clusters_farther_apart_than_coordinates_are_exact(far, monkeypatch):
    monkeypatch.setattr(projection, "LEAST_PRODUCTS_TO_ROTATE", 0)
    monkeypatch.setattr(projection, "LEAST_ROWS_TO_ORDER", 0)
    monkeypatch.setattr(projection, "LEAST_QUERIES", 0)
    rng = np.random.RandomState(0)
    X = rng.randn(N_ROWS, 8) + far * (rng.uniform(size=(N_ROWS, 1)) < 0.5)
    index = ClassIndex(X, [np.arange(N_ROWS)])
    assert index.projection.axes is not None  # the coordinates are rotated, and round
    found = index.within(0, NeighborLists(index.rows_in_order(0), 5)).finish().sort_by_row()
    expected = k_nearest(X, np.arange(N_CHECKED), 5, exclude_self=True)[1]
    np.testing.assert_array_equal(found.neighbor_rows[:N_CHECKED], expected)


@each_table
def test_neighbors_among_two_classes_are_those_of_the_definition(name):
    X = make_table(name, N_ROWS)
    is_minority = np.random.RandomState(1).uniform(size=N_ROWS) < 0.1
    index = ClassIndex(X, [np.flatnonzero(is_minority), np.flatnonzero(~is_minority)])
    found = index.among_all(0, NeighborLists(index.rows_in_order(0), 3)).finish()
    expected = k_nearest(X, found.query_rows, 3, exclude_self=True)[1]
    np.testing.assert_array_equal(found.neighbor_rows, expected)


@each_table
def test_a_pass_that_may_leave_nothing_out_finds_the_same(name):
    X = make_table(name, N_ROWS)
    found = []
    for change in (lambda index: index, brute_force):
        index = change(ClassIndex(X, [np.arange(N_ROWS)]))
        nearest = index.within(0, NeighborLists(index.rows_in_order(0), 5)).finish()
        found.append(nearest.sort_by_row())
    np.testing.assert_array_equal(found[0].neighbor_rows, found[1].neighbor_rows)


# Of numbers whose squares, some or all, are below or above what float64 can hold:
# (rng, n_rows, n_features) -> the power of ten of each
EXPONENTS = {
    "one": lambda rng, n, d: rng.choice([-165, -160, 153, 160]),
    "many, by row": lambda rng, n, d: rng.randint(-170, 170, (n, 1)),
    "many, by column": lambda rng, n, d: rng.randint(-170, 170, d),
    "a few rows far out": lambda rng, n, d: rng.choice([0, 0, 0, 170], (n, 1)),
    "about the largest": lambda rng, n, d: rng.choice([153, 154, 155], (n, d)),
    "geometric": lambda rng, n, d: np.linspace(-300, 300, n)[:, np.newaxis],
}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", EXPONENTS)
def test_squares_beyond_float64_are_ties(name, seed, monkeypatch):
    rng = np.random.RandomState(seed)
    if seed % 2:  # as in a large table
        monkeypatch.setattr(projection, "LEAST_PRODUCTS_TO_ROTATE", 0)
        monkeypatch.setattr(projection, "LEAST_ROWS_TO_ORDER", 0)
        monkeypatch.setattr(projection, "LEAST_QUERIES", 0)
    n_rows, k = rng.choice([30, 200, 800]), rng.randint(1, 8)
    n_features = rng.randint(1, 6)
    exponents = EXPONENTS[name](rng, n_rows, n_features)
    X = rng.randn(n_rows, n_features) * 10.0**exponents
    is_minority = np.arange(n_rows) % 4 == 0
    index = ClassIndex(X, [np.flatnonzero(is_minority), np.flatnonzero(~is_minority)])
    found = index.among_all(0, NeighborLists(index.rows_in_order(0), k)).finish()
    expected = k_nearest(X, found.query_rows, k, exclude_self=True)[1]
    np.testing.assert_array_equal(found.neighbor_rows, expected)
    # Whether k of the own class come before the nearest of the other.
    enemies = index.among_others(0, NeighborLists(found.query_rows, 1))
    _, sq_distance, enemy = Limits.of_last(enemies)
    counts = index.count_before(0, Limits(found.query_rows, sq_distance, enemy), k)
    all_nearest = k_nearest(X, found.query_rows, n_rows - 1, exclude_self=True)[1]
    is_enemy = ~is_minority[all_nearest]
    np.testing.assert_array_equal(counts.are_enough(), is_enemy.argmax(axis=1) >= k)
    np.testing.assert_array_equal(
        enemy, all_nearest[np.arange(len(enemy)), is_enemy.argmax(axis=1)]
    )


@pytest.mark.parametrize(
    "sampler",
    [TomekLinks(), NearMiss(version=2), OneSidedSelection(random_state=0), ENN(), SMOTETomek()],
    ids=repr,
)
def test_distances_that_overflow_give_no_warning(sampler):
    X, y = np.random.RandomState(0).randn(60, 3) * 1e200, np.repeat([0, 1], [40, 20])
    sampler.fit_resample(X, y)  # warnings are errors here
    with np.errstate(all="raise"):
        sampler.fit_resample(X, y)


# Work, counted where the kernels run as plain Python

COUNT = """
import json, sys
import numpy as np
from benchmarks.studies.adversarial import TABLES, K, brute_force, make_table
from fastsmote import threads
from fastsmote._search import projection
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import NeighborLists
from fastsmote._kernels import search

projection.LEAST_PRODUCTS_TO_ROTATE = projection.LEAST_QUERIES = 0
projection.LEAST_ROWS_TO_ORDER = 0
counts = {}

def counted(name, function, amount):
    def count(*args):
        counts[name] = counts.get(name, 0) + amount(args)
        return function(*args)
    return count

def sq_distances_of_all(X):
    # Each as the kernel computes it, feature by feature, but all of them at once.
    total = np.zeros((len(X), len(X)))
    for column in X.T:
        apart = column[:, np.newaxis] - column
        total += apart * apart
    return total.tolist()

def look_up(Q, query, X, row):
    return sq_distances[query][row]

measured = search.sq_distance
search.measure = counted("members", search.measure, lambda args: int(args[2]).bit_count())
search.sq_distance = counted("exact", look_up, lambda args: 1)
work = {}
for name in TABLES:
    X = make_table(name, int(sys.argv[1]))
    with np.errstate(all="ignore"):
        sq_distances = sq_distances_of_all(X)
        assert look_up(X, 3, X, 700) == measured(X, 3, X, 700)
    for is_brute in (False, True):
        counts.clear()
        index = ClassIndex(X, [np.arange(len(X))])
        index.tree(0)  # so that both have the same groups of queries, its panels
        if is_brute:
            brute_force(index)
        with threads(1):
            index.within(0, NeighborLists(index.rows_in_order(0), K))
        work[f"{name}, {is_brute}"] = dict(counts)
print(json.dumps(work))
"""


@pytest.fixture(scope="module")
def work():
    """{"table, whether by brute force": how many (query, block) and (query, row) were met}."""
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    folder = Path(__file__).parents[2]
    command = [sys.executable, "-c", COUNT, "768"]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
@each_table
def test_a_search_never_works_more_than_a_pass_over_everything(name, work):
    search, brute = work[f"{name}, False"], work[f"{name}, True"]
    assert brute["members"] == 768 * 3  # of each query with each block
    assert search["members"] <= brute["members"]
    # Rows decided one by one are what costs where float32 cannot tell them apart.
    assert search["exact"] <= 1.1 * brute["exact"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["on a line", "on a sphere", "on a grid", "no structure"])
def test_the_pass_over_everything_decides_few_rows_one_by_one(name, work):
    # One that did so with all would be no measure: it takes many times as long.
    assert work[f"{name}, True"]["exact"] < 0.02 * 768 * 767


@pytest.mark.slow
@pytest.mark.parametrize("name", ["on a line", "two clusters 1e12 apart", "all equal"])
def test_blocks_out_of_reach_are_left_out(name, work):
    assert work[f"{name}, False"]["members"] < 0.75 * work[f"{name}, True"]["members"]


def test_the_benchmark_runs(capsys):
    with threads(2):
        run_benchmark(["--rows", "2000", "--rounds", "1"])  # no time is looked at here
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(TABLES)


def test_rows_without_coordinates_are_found(monkeypatch):
    """Coordinates may overflow to inf - inf where X and its distances in float64 do not."""
    exact, is_lost = projection.Projection.coords, np.zeros(5000, bool)
    is_lost[1::8] = True

    def coords(self, X, rows):
        found = exact(self, X, rows)
        found[is_lost[rows]] = np.nan
        return found

    monkeypatch.setattr(projection.Projection, "coords", coords)
    X = np.random.RandomState(0).randn(5000, 4)
    X[is_lost] *= 1e120
    index = ClassIndex(X, [np.flatnonzero(~is_lost), np.flatnonzero(is_lost)])
    assert index.projection.axes is not None
    rows = np.flatnonzero(~is_lost)[::500]
    found = index.among_others(0, NeighborLists(rows, 1))
    sq_distances = [[((X[row] - x) ** 2).sum() for x in X[is_lost]] for row in rows]
    expected = np.flatnonzero(is_lost)[np.argmin(sq_distances, axis=1)]
    np.testing.assert_array_equal(found.neighbor_rows[:, 0], expected)

"""Compare the search with a brute-force search, on tables that are hard for a search tree.

The brute-force search uses the same kernel on the same blocks of rows, but without the boxes
and row numbers that allow it to skip a block. Both searches build their index from the
table, and both must find the same neighbors. Even where the tree cannot skip anything, the
search must cost little more than brute force: if a search takes more than `LIMIT` times as
long, the program marks it and ends with status 1.

    python -m benchmarks.studies.adversarial --rows 50000
"""

import sys
import time

import numpy as np

from benchmarks.measuring.programs import make_parser
from fastsmote import get_n_threads
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import NeighborLists

K, LIMIT = 5, 2.0


def _line(rng, n):
    return rng.uniform(size=(n, 1)) * rng.randn(8)


def _sphere(rng, n):
    X = rng.randn(n, 16)
    return X / np.linalg.norm(X, axis=1, keepdims=True)


def _grid(rng, n):
    side = int(np.ceil(n ** (1 / 3)))
    return rng.permutation(np.argwhere(np.ones((side, side, side))).astype(np.float64))[:n]


def _far_outliers(rng, n):
    X = rng.randn(n, 8)
    X[rng.permutation(n)[:8], np.arange(8)] = 1e9
    return X


def _growing(rng, n):
    """Each row is a little farther out than the previous one, over the range of float64."""
    return np.exp(np.linspace(-300.0, 300.0, n))[:, np.newaxis] * rng.choice([-1.0, 1.0], (n, 4))


def _clusters(rng, n):
    return rng.randn(n, 8) + 1e12 * (rng.uniform(size=(n, 1)) < 0.5)


TABLES = {
    "on a line": _line,
    "on a sphere": _sphere,
    "on a grid": _grid,
    "a far outlier a feature": _far_outliers,
    "growing exponentially": _growing,
    "all equal": lambda rng, n: np.full((n, 8), 0.1),
    "two clusters 1e12 apart": _clusters,
    "no structure": lambda rng, n: rng.randn(n, 64),
}


def make_table(name, n_rows):
    """A table of `TABLES`, float64 of shape (n_rows, n_features)."""
    return np.ascontiguousarray(TABLES[name](np.random.RandomState(0), n_rows))


def brute_force(index):
    """Change the only tree of an index so that a search cannot skip a block or a panel."""
    nodes, blocks = index.tree(0)
    # Every box becomes the box of all rows. A larger box would not do: the search derives the
    # rounding error of the coordinates from the size of a box, and would check each row alone.
    nodes.low[:], nodes.high[:] = nodes.low[0], nodes.high[0]
    blocks.low[:], blocks.high[:] = nodes.low[0], nodes.high[0]
    nodes.first_rows[:] = -1
    return index


def find(X, is_brute=False):
    """The K nearest neighbors of each row of X."""
    index = ClassIndex(X, [np.arange(len(X))])
    if is_brute:
        index = brute_force(index)
    return index.within(0, NeighborLists(index.rows_in_order(0), K)).finish().sort_by_row()


def _timed(*args):
    start = time.perf_counter()
    found = find(*args)
    return time.perf_counter() - start, found


def compare(name, n_rows, rounds):
    """The seconds of the search and of brute force: the least of some rounds, run in turn."""
    X = make_table(name, n_rows)
    find(X[:1000])
    seconds = {False: [], True: []}
    for _ in range(rounds):
        found = {}
        for is_brute in (False, True):
            taken, found[is_brute] = _timed(X, is_brute)
            seconds[is_brute].append(taken)
        for got, expected in zip(
            (found[False].neighbor_rows, found[False].sq_distances),
            (found[True].neighbor_rows, found[True].sq_distances),
            strict=True,
        ):
            np.testing.assert_array_equal(got, expected)
    return min(seconds[False]), min(seconds[True])


def main(argv=None):
    """Print a line for each table. Return 1 if a search is too slow, else 0."""
    parser = make_parser("benchmarks.studies.adversarial", __doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tables", nargs="+", choices=list(TABLES), default=list(TABLES))
    options = parser.parse_args(argv)
    print(f"{options.rows} rows, {K} neighbors, {get_n_threads()} threads")
    n_slow = 0
    for name in options.tables:
        search, brute = compare(name, options.rows, options.rounds)
        is_slow = search > LIMIT * brute
        n_slow += is_slow
        print(
            f"{name:24} search {search:8.3f} s, brute force {brute:8.3f} s, "
            f"ratio {search / brute:5.2f}{'  TOO SLOW' if is_slow else ''}"
        )
    return int(n_slow > 0)


if __name__ == "__main__":
    sys.exit(main())

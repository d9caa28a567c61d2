"""Compare a join of a table with itself with a search for each of its rows.

    python -m benchmarks.studies.self_join
    python -m benchmarks.studies.self_join --tables normal-100000x30 --rounds 5 --forced

A join compares each pair of rows once and updates the lists of both. Both ways run in turn, on
the same tree, with k = 5, and their lists are compared. The time does not include building the
tree. "chosen" says whether `ClassIndex.within` chose the join; if not, its time is that of the
search and of the choice. The option --forced joins every table.
"""

import time

import numpy as np

from benchmarks.measuring.programs import make_parser, whole
from fastsmote._search import self_join
from fastsmote._search.class_index import ClassIndex, improve
from fastsmote._search.lists import NeighborLists

K = 5


def normal(rng, n_rows, n_features):
    return rng.randn(n_rows, n_features)


def normal32(rng, n_rows, n_features):
    return normal(rng, n_rows, n_features).astype(np.float32)


def blobs(rng, n_rows, n_features):
    return rng.randn(n_rows, n_features) + 20.0 * rng.randn(20, n_features)[np.arange(n_rows) % 20]


def redundant(rng, n_rows, n_features):
    """Mixtures of a fifth as many features, with a little noise."""
    n_informative = max(1, n_features // 5)
    X = rng.randn(n_rows, n_informative) @ rng.randn(n_informative, n_features)
    return X + 0.1 * rng.randn(n_rows, n_features)


def copies(rng, n_rows, n_features):
    """A fifth of the rows are copies of one."""
    X = rng.randn(n_rows, n_features)
    X[rng.permutation(n_rows)[: n_rows // 5]] = 0.0
    return X


KINDS = {f.__name__: f for f in (normal, normal32, blobs, redundant, copies)}
DEFAULT = (
    "normal-100000x30",
    "normal32-60000x28",
    "normal-100000x10",
    "blobs-300000x2",
    "redundant-100000x30",
    "copies-60000x30",
    "normal-20000x8",
)


def make_table(name):
    """Make the table KIND-ROWSxFEATURES."""
    kind, shape = name.split("-")
    return KINDS[kind](np.random.RandomState(0), *map(int, shape.split("x")))


def fill(index, is_joined, is_forced):
    """Fill the lists in one way; return the seconds, the lists and whether they were joined."""
    lists, tree = NeighborLists(index.rows_in_order(0), K), index.tree(0)
    arguments = lists, tree, index.X, index.projection
    start = time.perf_counter()
    was_joined = False
    if is_joined:
        was_joined = (self_join.join_tree if is_forced else self_join.join_within)(*arguments)
    if not was_joined:
        improve(lists, [tree], index.X, index.projection)
    return time.perf_counter() - start, lists.finish(), was_joined


def compare(name, rounds, is_forced):
    """Return a line about a table; the first round warms up."""
    X = make_table(name)
    index, seconds = ClassIndex(X, [np.arange(len(X))]), []
    index.tree(0)
    for i in range(rounds + 1):
        ways = {}
        for is_joined in (True, False) if i % 2 else (False, True):  # the second is often faster
            ways[is_joined] = fill(index, is_joined, is_forced)
        (joined, found, was_joined), (searched, expected, _) = ways[True], ways[False]
        np.testing.assert_array_equal(found.neighbor_rows, expected.neighbor_rows)
        np.testing.assert_array_equal(found.sq_distances, expected.sq_distances)
        seconds.append((joined, searched))
    joined, searched = np.median(seconds[1:], axis=0)
    ratio = np.median([other / one for one, other in seconds[1:]])
    choice = "forced" if is_forced else "chosen" if was_joined else "not chosen"
    return f"{name:22s} join {joined:.4f} s ({choice})  search {searched:.4f} s  ratio {ratio:.2f}"


def main():
    parser = make_parser("benchmarks.studies.self_join", __doc__)
    parser.add_argument("--tables", nargs="+", metavar="KIND-ROWSxFEATURES", default=DEFAULT)
    parser.add_argument("--rounds", type=whole, default=4)
    parser.add_argument("--forced", action="store_true", help="join every table")
    args = parser.parse_args()
    for name in args.tables:
        print(compare(name, args.rounds, args.forced), flush=True)


if __name__ == "__main__":
    main()

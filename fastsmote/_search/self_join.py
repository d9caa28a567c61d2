"""The nearest rows of each row of a tree, with each pair of blocks searched once for both sides.

A search for each row (`improve`) screens every pair of rows twice. Here a pair of blocks updates
the lists of the rows of both. First, each row is searched in a cell, a subtree of a few blocks.
This bounds the lists. Then the blocks are cut into parts, and each pair of parts is a task. A
task holds the locks of its two parts, so no two threads write to the same list. A list keeps the
nearest rows in any order of tasks, so the order cannot change a result.

A pair of blocks is skipped only if all rows of both are out of reach of each other, whereas a
walk drops single rows. So a join is faster only if most blocks are in reach of most rows.
"""

from contextlib import nullcontext

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import (
    BLOCK_ROWS,
    EVERY_BLOCK,
    NO_ROW,
    Join,
    Nodes,
    Queries,
    Tree,
    new_join_scratch,
    new_walk,
)
from fastsmote._search.lists import NeighborLists
from fastsmote._threads import get_n_threads, new_lock, run_ranges

LEAST_PRODUCTS_TO_JOIN = 2**36  # half a second; compiling the kernel takes two
LEAST_PAIR_PRODUCTS = 2**26  # fewer products: a task costs more than it saves
PAIR_PRODUCTS = 2**30  # maximum per task: 25 ms, or 250 ms on a busy machine
CELL_BLOCKS = 8  # maximum; 2, 4 and 16 took as long, 32 took 5 % longer
# The least share of blocks in reach of a row. Measured with 100,000 normal rows of 11 to 16
# features: at shares of 0.29, 0.38, 0.48, 0.62 and 0.79, a join was faster by a factor of 0.89,
# 1.1, 1.27, 1.41 and 1.8. On make_classification's tables, 0.7 at 0.23 and 0.9 at 0.27.
LEAST_SHARE = 0.5
SAMPLE_ROWS, SAMPLE_BLOCKS = 32, 512  # from which this share is estimated


def join_within(lists, tree, X, projection):
    """Join a tree with itself if this is faster than searching for each row.

    Return whether the lists were filled.
    """
    return pays_off(lists, tree, X, projection) and join_tree(lists, tree, X, projection)


def join_tree(lists, tree, X, projection):
    """Fill the lists of all rows of a tree. Return False if they are not empty lists of these."""
    places, leaves = _lists_of_places(tree, lists.query_rows), _leaves(tree.nodes)
    if places is None or (lists.neighbor_rows != NO_ROW).any():
        return False
    join = Join(
        lists=places,
        reach=np.zeros(len(places)),
        last_rows=np.full(len(places), NO_ROW),
        farthest=np.zeros(len(leaves)),
        sq_distances=lists.sq_distances,
        neighbor_rows=lists.neighbor_rows,
        cells=np.zeros(len(leaves), np.int64),
        leaves=leaves,
        scale=projection.scale,
        slack=projection.slack_within(tree.nodes),
    )
    _search_cells(lists, tree, X, projection, join)
    kernels.self_join.set_reaches(tree.blocks.rows, join, X.shape[1])
    _join_pairs(tree, X, join)
    return True


def pays_off(lists, tree, X, projection):
    """Whether joining pairs of blocks is faster than searching for each row."""
    n_rows, (n_blocks, n_features) = len(lists.query_rows), tree.blocks.centers.shape
    is_large = n_rows * n_rows * n_features >= LEAST_PRODUCTS_TO_JOIN
    if not is_large or n_features <= np.log2(n_blocks):  # with so many splits, a walk skips most
        return False
    bounds = plan(n_blocks, n_features, get_n_threads())[0]
    part_rows = -(-n_blocks // (len(bounds) - 1)) * BLOCK_ROWS
    if part_rows * part_rows * n_features < LEAST_PAIR_PRODUCTS:
        return False
    return _share_in_reach(lists, tree, X, projection) >= LEAST_SHARE


def _lists_of_places(tree, query_rows):
    """Return the list of the row at each place of a tree; -1 after a block's last row.

    Return None if the queries are not the rows of the tree.
    """
    is_row = tree.blocks.rows >= 0
    of_blocks = is_row.reshape(-1, BLOCK_ROWS)
    if (of_blocks[:, 1:] & ~of_blocks[:, :-1]).any():  # rows have been removed
        return None
    rows = tree.blocks.rows[is_row]
    order, query_order = np.argsort(rows), np.argsort(query_rows)
    if not np.array_equal(rows[order], query_rows[query_order]):
        return None
    lists, of_rows = np.full(len(is_row), -1), np.empty(len(rows), np.int64)
    of_rows[order] = query_order
    lists[is_row] = of_rows
    return lists


def _leaves(nodes):
    """Return the node of each block."""
    leaves = np.flatnonzero(nodes.right < 0)
    return leaves[np.argsort(-1 - nodes.right[leaves])]


def _search(lists, tree, X, projection, slack):
    """Search a tree for some of its own rows, on the calling thread."""
    coords = projection.coords(X, lists.query_rows)
    walk = new_walk(coords, np.full(len(coords), slack))
    found = lists.sq_distances, lists.neighbor_rows
    queries = Queries(X, lists.query_rows, True, projection.scale, *found)
    kernels.search.search(tree, X, queries, 0, len(coords), EVERY_BLOCK, walk)


def _share_in_reach(lists, tree, X, projection):
    """Estimate the share of pairs of a row and a block that a search of each row visits.

    Return 0 if a sampled row has k copies: a search of such rows skips most blocks.
    """
    rows = lists.query_rows
    rows = rows[np.linspace(0, len(rows) - 1, SAMPLE_ROWS).astype(np.int64)]
    found = NeighborLists(rows, lists.neighbor_rows.shape[1])
    _search(found, tree, X, projection, projection.slack_within(tree.nodes))
    if found.sq_distances[:, 0].min() == 0.0:
        return 0.0
    leaves = _leaves(tree.nodes)
    leaves = leaves[:: -(-len(leaves) // SAMPLE_BLOCKS)]
    low, high, n_in_reach = tree.nodes.low[leaves], tree.nodes.high[leaves], 0
    with np.errstate(over="ignore", invalid="ignore"):  # infinite bounds exclude nothing
        reach = np.sqrt(found.sq_distances[:, 0]) * projection.scale
        for row_coords, row_reach in zip(projection.coords(X, rows), reach, strict=True):
            gaps = np.maximum(np.maximum(low - row_coords, row_coords - high), 0.0)
            n_in_reach += np.count_nonzero(np.linalg.norm(gaps, axis=1) <= row_reach)
    return n_in_reach / (len(rows) * len(leaves))


def _cells(nodes, most_blocks):
    """Return the first node and the stop of each largest subtree of at most most_blocks blocks."""
    cells, to_visit = [], [(0, len(nodes.right))]
    while to_visit:
        node, stop = to_visit.pop()
        if stop - node < 2 * most_blocks:  # m blocks are below 2 m - 1 nodes
            cells.append((node, stop))
        else:
            right = nodes.right[node]
            to_visit += [(right, stop), (node + 1, right)]
    return cells


def _cut(tree, node, stop):
    """Return a tree of the blocks below one node."""
    nodes = Nodes(*(column[node:stop] for column in tree.nodes))
    right = np.where(nodes.right > 0, nodes.right - node, nodes.right)
    return Tree(nodes._replace(right=right), tree.blocks)


def _search_cells(lists, tree, X, projection, join):
    """Fill the lists from the rows of each row's cell."""
    most_blocks = min(CELL_BLOCKS, _most_blocks(X.shape[1]))
    cells, k = _cells(tree.nodes, most_blocks), lists.neighbor_rows.shape[1]

    def search_some(start, stop):
        for cell in range(start, stop):
            cut = _cut(tree, *cells[cell])
            blocks = -1 - cut.nodes.right[cut.nodes.right < 0]
            join.cells[blocks] = cell
            places = join.lists[blocks.min() * BLOCK_ROWS : (blocks.max() + 1) * BLOCK_ROWS]
            places = places[places >= 0]
            own = NeighborLists(lists.query_rows[places], k)
            _search(own, cut, X, projection, join.slack)
            lists.put(places, own)

    run_ranges(search_some, len(cells), 1, doing="searching neighbors")


def _join_pairs(tree, X, join):
    """Join each pair of parts. Locks are acquired in ascending order, so no threads deadlock."""
    bounds, pairs = plan(len(join.leaves), X.shape[1], get_n_threads())
    locks = [new_lock() for _ in bounds[1:]]

    def join_some(start, stop):
        scratch = new_join_scratch(X.shape[1])
        for a, b in pairs[start:stop]:
            parts = bounds[a], bounds[a + 1], bounds[b], bounds[b + 1]
            with locks[a], locks[b] if a != b else nullcontext():
                kernels.self_join.join_parts(tree, X, join, *parts, scratch)

    run_ranges(join_some, len(pairs), 1, doing="searching neighbors")


def _most_blocks(n_features):
    """The number of blocks of a part, so that a pair of parts is a task."""
    return max(1, int((PAIR_PRODUCTS / n_features) ** 0.5) // BLOCK_ROWS)


def plan(n_blocks, n_features, n_threads):
    """Cut blocks into parts. Return the parts' bounds and all pairs of parts, in rounds.

    The pairs of a round are disjoint, as in a tournament of all against all. Each thread
    gets the same number of pairs of a round.
    """
    n_parts = -(-n_blocks // _most_blocks(n_features))
    n_parts = -(-n_parts // (2 * n_threads)) * 2 * n_threads
    bounds = np.arange(n_parts + 1) * n_blocks // n_parts
    seats, half = list(range(n_parts)), n_parts // 2
    pairs = list(zip(seats, seats, strict=True))
    for _ in range(n_parts - 1):
        opposite = zip(seats[:half], seats[: half - 1 : -1], strict=True)
        pairs += [(min(pair), max(pair)) for pair in opposite]
        seats.insert(1, seats.pop())
    return bounds.tolist(), pairs

"""The nearest rows of each row of a tree, with each pair of blocks searched once for both sides.

A search of each row (`improve`) computes the distance of every pair of rows twice. Here a pair
of blocks updates the lists of both. First, cells of a few blocks are searched row by row, which
bounds the lists. Then the blocks are cut into parts, and each pair of parts is a task. A task
holds the locks of its two parts, so no two threads write to the same list. The lists keep the
nearest rows in any order of tasks, so the order cannot change a result.

Blocks are compared pairwise, so this pays off only where few blocks are out of reach.
"""

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import (
    BLOCK_ROWS,
    GROUP_ROWS,
    Join,
    Nodes,
    Queries,
    Tree,
    new_join_scratch,
    new_walk,
)
from fastsmote._search.lists import NeighborLists
from fastsmote._threads import get_n_threads, new_lock, run_ranges

CELL_BLOCKS = 8
TASK_PRODUCTS = 2**30  # maximum per task: 25 ms, or 250 ms on a busy machine


def _subtrees(nodes):
    """Return the first node and the stop of each largest subtree of at most CELL_BLOCKS blocks."""
    subtrees, to_visit = [], [(0, len(nodes.right))]
    while to_visit:
        node, stop = to_visit.pop()
        right = nodes.right[node]
        if stop - node < 2 * CELL_BLOCKS:  # a subtree of m blocks has 2 m - 1 nodes
            subtrees.append((node, stop))
        else:
            to_visit += [(right, stop), (node + 1, right)]
    return subtrees


def _cut(tree, node, stop):
    """Return a tree of the blocks below one node."""
    right = tree.nodes.right[node:stop]
    nodes = Nodes(*(column[node:stop] for column in tree.nodes))
    return Tree(nodes._replace(right=np.where(right > 0, right - node, right)), tree.blocks)


def _lists_of_places(tree, query_rows):
    """Return the list of the row at each place of a tree; -1 after a block's last row."""
    is_row = tree.blocks.rows >= 0
    lists = np.full(len(is_row), -1)
    of_rows = np.empty(len(query_rows), np.int64)
    of_rows[np.argsort(tree.blocks.rows[is_row])] = np.argsort(query_rows)
    lists[is_row] = of_rows
    return lists


def join_within(lists, tree, X, projection, slack):
    """Fill the empty lists of all rows of a tree."""
    nodes, blocks = tree
    n_blocks, n_features, k = len(blocks.scales), X.shape[1], lists.neighbor_rows.shape[1]
    subtrees = _subtrees(nodes)
    leaves = np.flatnonzero(nodes.right < 0)
    leaves = leaves[np.argsort(-1 - nodes.right[leaves])]
    cells = np.searchsorted([node for node, _ in subtrees], leaves, side="right")
    join = Join(
        _lists_of_places(tree, lists.query_rows),
        np.zeros(len(blocks.rows)),
        lists.sq_distances,
        lists.neighbor_rows,
        cells,
        leaves,
        projection.scale,
        slack,
    )

    def search_cells(start, stop):
        for node, end in subtrees[start:stop]:
            cut = _cut(tree, node, end)
            of_cell = -1 - cut.nodes.right[cut.nodes.right < 0]
            places = slice(of_cell.min() * BLOCK_ROWS, (of_cell.max() + 1) * BLOCK_ROWS)
            numbers = join.lists[places]
            numbers = numbers[numbers >= 0]
            own = NeighborLists(lists.query_rows[numbers], k)
            queries = Queries(
                X, own.query_rows, True, projection.scale, own.sq_distances, own.neighbor_rows
            )
            coords = projection.coords(X, own.query_rows)
            walk = new_walk(coords, np.full(len(coords), slack))
            kernels.search.search(cut, X, queries, 0, len(coords), walk)
            lists.put(numbers, own)

    run_ranges(search_cells, len(subtrees), 1, doing="searching neighbors")
    kernels.self_join.set_reaches(blocks.rows, join, n_features)

    bounds, pairs = plan(n_blocks, n_features, get_n_threads())
    locks = [new_lock() for _ in bounds[1:]]

    def join_some(start, stop):
        scratch = new_join_scratch(n_features)
        for a, b in pairs[start:stop]:
            parts = bounds[a], bounds[a + 1], bounds[b], bounds[b + 1]
            if a == b:
                with locks[a]:
                    kernels.self_join.join_parts(tree, X, join, *parts, scratch)
            else:
                with locks[a], locks[b]:
                    kernels.self_join.join_parts(tree, X, join, *parts, scratch)

    run_ranges(join_some, len(pairs), 1, doing="searching neighbors")


def plan(n_blocks, n_features, n_threads):
    """Cut blocks into parts; return the parts' bounds and all pairs of parts, in rounds.

    The pairs of a round are disjoint: the rounds are those of a tournament of all against all.
    """
    most_blocks = max(1, int((TASK_PRODUCTS / max(1, n_features)) ** 0.5) // BLOCK_ROWS)
    n_parts = max(-(-n_blocks // most_blocks), 2)
    n_parts = -(-n_parts // (2 * n_threads)) * 2 * n_threads
    bounds = np.arange(n_parts + 1) * n_blocks // n_parts
    pairs = [(part, part) for part in range(n_parts)]
    seats = list(range(n_parts))
    for _ in range(n_parts - 1):
        pairs += [
            tuple(sorted((seats[i], seats[-1 - i]))) for i in range(n_parts // 2)
        ]
        seats.insert(1, seats.pop())
    return bounds.tolist(), pairs

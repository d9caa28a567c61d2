"""The arrays that kernels and their callers share, and the sizes of their parts.

Nothing here needs Numba, whose import costs as much as imbalanced-learn's.
"""

from typing import NamedTuple

import numpy as np

BLOCK_ROWS = 256
PANEL_ROWS = 64
GROUP_ROWS = 64
TILE_ROWS = 4  # queries against one panel in registers
NO_ROW = np.iinfo(np.int64).max


class Tree(NamedTuple):
    """The packed rows of one class, in the coordinates of a Frame."""

    rows: np.ndarray  # (n_blocks * BLOCK_ROWS,) row numbers, -1 past a block's last
    panels: np.ndarray  # float32, [block][panel][feature][PANEL_ROWS], flat
    norms: np.ndarray  # float32, (n_blocks * BLOCK_ROWS,) squared, inf past the last
    centers: np.ndarray  # (n_blocks, n_features) what a block's panels are relative to
    scales: np.ndarray  # (n_blocks,) power of two that a block's panels are times
    radii: np.ndarray  # (n_blocks,) largest scaled distance from the center
    is_pile: np.ndarray  # (n_blocks,) all rows of the block are the same point
    low: np.ndarray  # (n_nodes, n_features) corner of the node's box
    high: np.ndarray  # (n_nodes, n_features) opposite corner
    right: np.ndarray  # (n_nodes,) right child, or -1 - block
    first_rows: np.ndarray  # (n_nodes,) lowest row number below the node
    features: np.ndarray  # (n_nodes,) the coordinate that an inner node was split at
    keys: np.ndarray  # (n_nodes,) and its value in the first row to go right
    key_rows: np.ndarray  # (n_nodes,) that row, which decides among equal keys


class Subtree(NamedTuple):
    """Rows to be ordered and packed by one task, and its scratch."""

    coords: np.ndarray  # (n, n_features)
    ids: np.ndarray  # (n,) rows of coords, in order once ordered
    keys: np.ndarray  # (n,)
    stack: np.ndarray  # (64, 3) nodes to split: node, first and last block
    offsets: np.ndarray  # float32 (PANEL_ROWS * n_features,) the rows of one panel
    sq_norms: np.ndarray  # (PANEL_ROWS,) and their squared lengths


class Queries(NamedTuple):
    """Rows that look for neighbors, and the lists they fill."""

    X: np.ndarray  # (n_query_rows, n_features)
    rows: np.ndarray  # (n,) rows of X
    skip_self: bool  # X is the tree's: a row is not its own neighbor
    sq_distances: np.ndarray  # (n, k) max-heaps
    neighbors: np.ndarray  # (n, k) row numbers


class Walk(NamedTuple):
    """The queries of one task, in groups that walk the tree together, and scratch."""

    coords: np.ndarray  # (n, n_features) of the queries
    scale: float  # coordinates are X times this
    slack: np.ndarray  # (n,) error of a distance from the query in coordinates
    group: np.ndarray  # (n_features * GROUP_ROWS,) coordinates of one group
    offsets: np.ndarray  # float32, likewise, from the coordinates of the middle
    middle: np.ndarray  # (n_features,) coordinates of one member
    spreads: np.ndarray  # (GROUP_ROWS,) distance of each member from the middle
    reach: np.ndarray  # (GROUP_ROWS,) no row farther than this is wanted, in coordinates
    box_limits: np.ndarray  # float32 (GROUP_ROWS,) no box farther than this, squared
    done: np.ndarray  # uint64 (1,) the members whose list holds only rows at distance 0
    n_taken: np.ndarray  # (GROUP_ROWS,) rows that entered the list of each member
    full: np.ndarray  # uint64 (1,) the members whose list need not get better
    active: np.ndarray  # (GROUP_ROWS,) the members that a block concerns
    coefs: np.ndarray  # float32 (n_features * GROUP_ROWS,) -2 u
    limits: np.ndarray  # float32 (GROUP_ROWS,) screening limit of each active member
    norms: np.ndarray  # float32 (GROUP_ROWS,) |u| of each active member
    values: np.ndarray  # float32 (PANEL_ROWS,) of one query and a panel
    lanes: np.ndarray  # uint64 (GROUP_ROWS,) which rows of the panel pass for each query
    nodes: np.ndarray  # (128,) nodes still to visit
    members: np.ndarray  # uint64 (128,) and the members that they may concern


def new_walk(coords, scale, slack):
    """Allocate the scratch of a task's queries; kernels allocate nothing."""
    n_features = coords.shape[1]
    return Walk(
        coords=coords,
        scale=scale,
        slack=slack,
        group=np.zeros(GROUP_ROWS * n_features),
        offsets=np.zeros(GROUP_ROWS * n_features, np.float32),
        middle=np.empty(n_features),
        spreads=np.zeros(GROUP_ROWS),
        reach=np.zeros(GROUP_ROWS),
        box_limits=np.empty(GROUP_ROWS, np.float32),
        done=np.zeros(1, np.uint64),
        n_taken=np.zeros(GROUP_ROWS, np.int64),
        full=np.zeros(1, np.uint64),
        active=np.empty(GROUP_ROWS, np.int64),
        coefs=np.empty(GROUP_ROWS * n_features, np.float32),
        limits=np.empty(GROUP_ROWS, np.float32),
        norms=np.empty(GROUP_ROWS, np.float32),
        values=np.empty(PANEL_ROWS, np.float32),
        lanes=np.empty(GROUP_ROWS, np.uint64),
        nodes=np.empty(128, np.int64),
        members=np.empty(128, np.uint64),
    )


class _Alias:
    """Stands for the memory of an array and keeps it alive."""

    def __init__(self, X):
        self.X = X
        self.__array_interface__ = {**X.__array_interface__, "data": (X.ctypes.data, False)}


def kernel_input(X):
    """The same memory as a plain array that may be written, for a kernel that only reads.

    Numba compiles anew for a read-only array, and scikit-learn hands read-only memory maps
    to its workers.
    """
    return X if type(X) is np.ndarray and X.flags.writeable else np.asarray(_Alias(X))

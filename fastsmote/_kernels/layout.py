"""The arrays that kernels and their callers share, and the sizes of their parts.

Nothing here needs Numba, whose import costs as much as imbalanced-learn's.
"""

from typing import NamedTuple

import numpy as np

BLOCK_ROWS = 256
PANEL_ROWS = 64
GROUP_ROWS = 64
GROUP_PLACES = 72  # for the queries of a group in whole tiles, whatever the CPU's
MOST_CLASSES = 128  # that kernels sum over as NumPy does
NO_ROW = np.iinfo(np.int64).max
TINY64 = 1e-300  # more than the denormals that a sum of squares can lose or gain


class Blocks(NamedTuple):
    """The packed rows of a tree, in the coordinates of a Projection."""

    rows: np.ndarray  # (n_blocks * BLOCK_ROWS,) row numbers, -1 past a block's last
    panels: np.ndarray  # float32, flat: [LANES rows][feature][row]
    norms: np.ndarray  # float32, (n_blocks * BLOCK_ROWS,) squared, inf past the last
    centers: np.ndarray  # (n_blocks, n_features) what a block's panels are relative to
    scales: np.ndarray  # (n_blocks,) power of two that a block's panels are times
    radii: np.ndarray  # (n_blocks,) largest scaled distance from the center
    is_pile: np.ndarray  # (n_blocks,) all rows of the block are the same point


class Nodes(NamedTuple):
    """A tree's boxes and splits, in preorder: the left child of a node comes next.

    Leaves are the blocks. Nodes are split at multiples of the block size, so that within
    a subtree every block but the last is full.
    """

    low: np.ndarray  # (n_nodes, n_features) corner of the node's box
    high: np.ndarray  # (n_nodes, n_features) opposite corner
    right: np.ndarray  # (n_nodes,) right child, or -1 - block
    first_rows: np.ndarray  # (n_nodes,) lowest row number below the node
    features: np.ndarray  # (n_nodes,) the coordinate that an inner node was split at
    keys: np.ndarray  # (n_nodes,) and its value in the first row to go right
    key_rows: np.ndarray  # (n_nodes,) that row, which decides among equal keys


class Tree(NamedTuple):
    """The rows of one class. Kernels take it apart once, as each look at a field of a
    tuple makes Numba compile a load of all its fields."""

    nodes: Nodes
    blocks: Blocks


class Subtree(NamedTuple):
    """Rows to be ordered and packed by one task, and its scratch."""

    coords: np.ndarray  # (n_rows, n_features)
    unit: float  # what coords are to be multiplied by
    ids: np.ndarray  # (n,) rows of coords, in order once ordered
    keys: np.ndarray  # (n,)


class Queries(NamedTuple):
    """Rows that look for neighbors, and the lists they fill."""

    X: np.ndarray  # (n_query_rows, n_features)
    rows: np.ndarray  # (n,) rows of X
    skip_self: bool  # X is the tree's: a row is not its own neighbor
    scale: float  # coordinates are X times this
    sq_distances: np.ndarray  # (n, k) max-heaps
    neighbor_rows: np.ndarray  # (n, k) row numbers


class CountQueries(NamedTuple):
    """Rows that count how many others come before a limit."""

    X: np.ndarray  # (n_query_rows, n_features)
    rows: np.ndarray  # (n,) rows of X
    skip_self: bool  # X is the tree's: a row does not count itself
    scale: float  # coordinates are X times this
    limits: np.ndarray  # (n,) squared distance of the neighbor before which rows are counted
    limit_rows: np.ndarray  # (n,) its row number
    n_counted: np.ndarray  # (n,) rows that come before it, up to n_wanted
    witnesses: np.ndarray  # (n, n_wanted) the rows that were counted


class Group(NamedTuple):
    """Queries that walk a tree together."""

    coords: np.ndarray  # (n_features * GROUP_ROWS,) and room to read past the last
    offsets: np.ndarray  # float32, likewise, from the coordinates of the middle
    middle: np.ndarray  # (n_features,) coordinates of one member
    spreads: np.ndarray  # (GROUP_ROWS,) distance of each member from the middle
    slack: np.ndarray  # (GROUP_ROWS,) error of a distance from the member in coordinates
    reach: np.ndarray  # (GROUP_PLACES,) no row farther than this is wanted, in coordinates
    last_rows: np.ndarray  # (GROUP_ROWS,) at that very distance no row from this one on
    box_limits: np.ndarray  # float32 (GROUP_ROWS,) no box farther than this, squared
    done: np.ndarray  # uint64 (1,) the members that look for rows at distance 0 only
    full: np.ndarray  # uint64 (1,) the members that have counted enough


class Tile(NamedTuple):
    """The members of a group that a block concerns, in its units."""

    active: np.ndarray  # (GROUP_ROWS,) which members they are
    coefs: np.ndarray  # float32 (n_features * GROUP_PLACES,) -2 u
    limits: np.ndarray  # float32 (GROUP_PLACES,) screening limit of each
    norms: np.ndarray  # float32 (GROUP_PLACES,) |u| of each
    values: np.ndarray  # float32 (PANEL_ROWS,) of one query and a panel
    lanes: np.ndarray  # uint64 (GROUP_PLACES,) which rows of the panel pass for each query


class Walk(NamedTuple):
    """The queries of one task, and the scratch of their groups."""

    coords: np.ndarray  # (n, n_features)
    slack: np.ndarray  # (n,)
    group: Group
    tile: Tile
    nodes: np.ndarray  # (128,) nodes still to visit
    members: np.ndarray  # uint64 (128,) and the members that they may concern
    state: np.ndarray  # (3,) how many these are, and box tests that were made and that pruned


def new_walk(coords, slack):
    """Allocate the scratch of a task's queries; kernels allocate nothing."""
    n_features = coords.shape[1]
    group = Group(
        coords=np.zeros(GROUP_ROWS * n_features + GROUP_PLACES - GROUP_ROWS),
        offsets=np.zeros(GROUP_ROWS * n_features, np.float32),
        middle=np.empty(n_features),
        spreads=np.zeros(GROUP_ROWS),
        slack=np.zeros(GROUP_ROWS),
        reach=np.zeros(GROUP_PLACES),
        last_rows=np.zeros(GROUP_ROWS, np.int64),
        box_limits=np.empty(GROUP_ROWS, np.float32),
        done=np.zeros(1, np.uint64),
        full=np.zeros(1, np.uint64),
    )
    tile = Tile(
        active=np.empty(GROUP_ROWS, np.int64),
        coefs=np.empty(GROUP_PLACES * n_features, np.float32),
        limits=np.empty(GROUP_PLACES, np.float32),
        norms=np.empty(GROUP_PLACES, np.float32),
        values=np.empty(PANEL_ROWS, np.float32),
        lanes=np.empty(GROUP_PLACES, np.uint64),
    )
    stack = np.empty(128, np.int64), np.empty(128, np.uint64)
    return Walk(coords, slack, group, tile, *stack, np.zeros(3, np.int64))


class SparseRows(NamedTuple):
    """A table's rows, each by the features that are not zero in it."""

    values: np.ndarray  # (n_values,)
    features: np.ndarray  # (n_values,) ascending in each row
    starts: np.ndarray  # (n_rows + 1,) where each row's values start


class Postings(NamedTuple):
    """The sparse rows of one class by feature."""

    values: np.ndarray  # (n_values,)
    places: np.ndarray  # uint32 (n_values,) which of the class's rows has each
    starts: np.ndarray  # (n_features + 1,) where each feature's values start
    rows: np.ndarray  # (n,) row numbers in the table, ascending
    low_norms: np.ndarray  # (n,) squared lengths, made smaller
    largest: float  # of them, in size
    share: float  # of squared lengths that they were made smaller by


def dtype_ends(dtype):
    """The least and the largest value of a dtype of numbers, infinite for floats."""
    if dtype.kind == "f":
        return np.array([-np.inf, np.inf], dtype)
    return np.array([np.iinfo(dtype).min, np.iinfo(dtype).max], dtype)


class _Alias:
    """Stands for the memory of an array and keeps it alive."""

    def __init__(self, X):
        self.X = X
        self.__array_interface__ = {**X.__array_interface__, "data": (X.ctypes.data, False)}


def in_native_order(values):
    """An array with its bytes in the order of this CPU, the only one that Numba knows."""
    if type(values) is not np.ndarray or values.dtype.isnative:
        return values
    return values.astype(values.dtype.newbyteorder("="))


def kernel_input(X):
    """The same memory as a plain array that may be written, for a kernel that only reads.

    Numba compiles anew for a read-only array, and scikit-learn hands read-only memory maps
    to its workers.
    """
    return X if type(X) is np.ndarray and X.flags.writeable else np.asarray(_Alias(X))

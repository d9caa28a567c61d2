"""The arrays that kernels and their callers share, and their sizes.

This module does not import Numba, whose import takes as long as imbalanced-learn's.
"""

from typing import NamedTuple

import numpy as np

BLOCK_ROWS = 256
PANEL_ROWS = 64
GROUP_ROWS = 64
BLOCK_PANELS = BLOCK_ROWS // PANEL_ROWS
GROUP_PLACES = 72  # GROUP_ROWS rounded up to whole tiles of any CPU
# The numbers of rows and of queries in a tile of a scan, whose sums are float64. Measured with
# 71 queries, 30,000 x 100: 8 x 8 and 4 x 16 take 1.05 to 1.15 times as long. With AVX2, 6 x 8
# takes 1.2 times as long; 8 x 4 takes 0.9, but 1.3 on float32.
SCAN_ROWS, SCAN_QUERIES = 4, 8
ROUGH_QUERIES = 2 * SCAN_QUERIES  # of a tile in float32
MOST_CLASSES = 128  # up to which kernels sum over classes in NumPy's order
NO_ROW = np.iinfo(np.int64).max
EVERY_BLOCK = 2**40  # more than any tree has
TINY64 = 1e-300  # above the error that denormals can cause in a sum of squares


class Blocks(NamedTuple):
    """The packed rows of a tree, in the coordinates of a Projection."""

    rows: np.ndarray  # (n_blocks * BLOCK_ROWS,) row numbers; -1 where there is no row
    panels: np.ndarray  # float32, flat: [LANES rows][feature][row]
    norms: np.ndarray  # float32, (n_blocks * BLOCK_ROWS,) squared; inf where there is no row
    centers: np.ndarray  # (n_blocks, n_features) origin of a block's panels
    scales: np.ndarray  # (n_blocks,) power of two by which a block's panels are multiplied
    radii: np.ndarray  # (n_blocks,) largest scaled distance from the center
    is_pile: np.ndarray  # (n_blocks,) whether all rows of the block are equal
    low: np.ndarray  # (n_blocks * BLOCK_PANELS, n_features) corner of a panel's box
    high: np.ndarray  # (n_blocks * BLOCK_PANELS, n_features) opposite corner


class Nodes(NamedTuple):
    """A tree's boxes and splits, in preorder: the left child of a node directly follows it.

    The leaves are the blocks. Nodes are split at multiples of the block size, so within a
    subtree all blocks except the last are full.
    """

    low: np.ndarray  # (n_nodes, n_features) corner of the node's box
    high: np.ndarray  # (n_nodes, n_features) opposite corner
    right: np.ndarray  # (n_nodes,) right child; -1 - block for a leaf
    first_rows: np.ndarray  # (n_nodes,) lowest row number below the node
    features: np.ndarray  # (n_nodes,) the coordinate that splits an inner node
    keys: np.ndarray  # (n_nodes,) its value in the first row of the right child
    key_rows: np.ndarray  # (n_nodes,) the number of that row, which breaks ties


class Tree(NamedTuple):
    """The rows of one class.

    Kernels unpack it once, because Numba compiles each access to a field of a tuple to a load
    of all fields.
    """

    nodes: Nodes
    blocks: Blocks


class Subtree(NamedTuple):
    """The rows that one task orders and packs, and its scratch array."""

    coords: np.ndarray  # (n_rows, n_features)
    unit: float  # factor to apply to coords
    ids: np.ndarray  # (n,) rows of coords, to be put in tree order
    keys: np.ndarray  # (n,) scratch


class Queries(NamedTuple):
    """The rows whose neighbors are searched, and their neighbor lists."""

    X: np.ndarray  # (n_query_rows, n_features)
    rows: np.ndarray  # (n,) rows of X
    skip_self: bool  # X is the tree's table, and a row is not its own neighbor
    scale: float  # factor from X to coordinates
    sq_distances: np.ndarray  # (n, k) max-heaps
    neighbor_rows: np.ndarray  # (n, k) row numbers


class CountQueries(NamedTuple):
    """Queries that count the rows nearer than a given neighbor."""

    X: np.ndarray  # (n_query_rows, n_features)
    rows: np.ndarray  # (n,) rows of X
    skip_self: bool  # X is the tree's table, and a row does not count itself
    scale: float  # factor from X to coordinates
    limits: np.ndarray  # (n,) squared distance of the neighbor that limits the count
    limit_rows: np.ndarray  # (n,) row number of that neighbor, which breaks ties
    n_counted: np.ndarray  # (n,) number of nearer rows, up to n_wanted
    witnesses: np.ndarray  # (n, n_wanted) the rows counted


class Group(NamedTuple):
    """Queries that traverse a tree together."""

    coords: np.ndarray  # (n_features * GROUP_ROWS,) plus padding to read past the end
    offsets: np.ndarray  # float32, same layout, coordinates relative to the middle
    middle: np.ndarray  # (n_features,) coordinates of one member
    spreads: np.ndarray  # (GROUP_ROWS,) distance of each member from the middle
    slack: np.ndarray  # (GROUP_ROWS,) error bound of a distance in coordinates
    reach: np.ndarray  # (GROUP_PLACES,) search radius of each member, in coordinates
    last_rows: np.ndarray  # (GROUP_ROWS,) at exactly that radius only lower row numbers count
    box_limits: np.ndarray  # float32 (GROUP_ROWS,) squared search radius for boxes
    low: np.ndarray  # float32 (n_features,) corner of the box tested, relative to the middle
    high: np.ndarray  # float32 (n_features,) opposite corner
    sq_gaps: np.ndarray  # float32 (GROUP_ROWS,) squared distance of each member from that box
    done: np.ndarray  # uint64 (1,) members that search only for rows at distance 0
    full: np.ndarray  # uint64 (1,) members that have counted enough rows


class Tile(NamedTuple):
    """The members of a group for which a block is searched, in the block's units."""

    active: np.ndarray  # (GROUP_ROWS,) these members
    coefs: np.ndarray  # float32 (n_features * GROUP_PLACES,) -2 u
    limits: np.ndarray  # float32 (GROUP_PLACES,) screening limit of each
    norms: np.ndarray  # float32 (GROUP_PLACES,) |u| of each
    values: np.ndarray  # float32 (PANEL_ROWS,) screening values of one query for a panel
    lanes: np.ndarray  # uint64 (GROUP_PLACES,) the panel's rows that pass, for each query


class Walk(NamedTuple):
    """The queries of one task, and the scratch arrays of their groups."""

    coords: np.ndarray  # (n, n_features)
    slack: np.ndarray  # (n,)
    group: Group
    tile: Tile
    nodes: np.ndarray  # (128,) nodes still to visit
    members: np.ndarray  # uint64 (128,) the members that may need each of these nodes
    state: np.ndarray  # (4,) number of these nodes, of box tests, of tests that pruned; balance
    near: np.ndarray  # uint64 (BLOCK_PANELS,) the members that have a panel in reach


class Join(NamedTuple):
    """The lists of all rows of a tree, for pairs of blocks that are searched both ways.

    A place is that of a row in the tree's blocks.
    """

    lists: np.ndarray  # (n_places,) list of each row; -1 after a block's last row
    reach: np.ndarray  # (n_places,) search radius of each row, in coordinates
    last_rows: np.ndarray  # (n_places,) last neighbor at distance 0: only lower rows count; NO_ROW
    farthest: np.ndarray  # (n_blocks,) largest reach of a block's rows, or more
    sq_distances: np.ndarray  # (n, k) max-heaps
    neighbor_rows: np.ndarray  # (n, k) row numbers
    cells: np.ndarray  # (n_blocks,) blocks of the same cell are not searched again
    leaves: np.ndarray  # (n_blocks,) node of each block
    scale: float  # factor from X to coordinates
    slack: float  # error bound of any distance in coordinates


class JoinScratch(NamedTuple):
    """The queries and limits of one pair of blocks, in the units of the second block."""

    coefs: np.ndarray  # float32 (n_features * GROUP_PLACES,) -2 u, by feature
    limits: np.ndarray  # float32 (GROUP_PLACES,) screening limit of each query
    shifts: np.ndarray  # float32 (GROUP_PLACES,) what to add to the limit of a row
    row_limits: np.ndarray  # float32 (BLOCK_ROWS,) screening limit of each row
    lanes: np.ndarray  # uint64 (GROUP_PLACES,) the rows of a panel that pass for each query


def new_join_scratch(n_features):
    """Allocate the scratch arrays of a task that joins pairs of blocks."""
    return JoinScratch(
        coefs=np.zeros(n_features * GROUP_PLACES, np.float32),
        limits=np.full(GROUP_PLACES, -np.inf, np.float32),
        shifts=np.zeros(GROUP_PLACES, np.float32),
        row_limits=np.empty(BLOCK_ROWS, np.float32),
        lanes=np.empty(GROUP_PLACES, np.uint64),
    )


def new_walk(coords, slack):
    """Allocate the scratch arrays for a task's queries; kernels cannot allocate."""
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
        low=np.empty(n_features, np.float32),
        high=np.empty(n_features, np.float32),
        sq_gaps=np.empty(GROUP_ROWS, np.float32),
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
    near = np.zeros(BLOCK_PANELS, np.uint64)
    return Walk(coords, slack, group, tile, *stack, np.zeros(4, np.int64), near)


class PartialBlocks(NamedTuple):
    """The packed rows of a class in which values are missing.

    A feature that some, but not all, rows of a block lack is a partial feature of the block. In a
    panel, the columns of the features are followed by a column for each partial feature. It is 1
    in the rows that lack the feature, and 0 in the others. A missing value is packed as 0, the
    center of the block.
    """

    rows: np.ndarray  # (n_blocks * BLOCK_ROWS,) row numbers; -1 where there is no row
    panels: np.ndarray  # float32, flat: [LANES rows][column][row]
    starts: np.ndarray  # (n_blocks,) start of each block's panels
    partial: np.ndarray  # (n_blocks, n_features) the partial features, ascending; undefined beyond
    n_partial: np.ndarray  # (n_blocks,) number of partial features
    is_lacked: np.ndarray  # bool (n_blocks, n_features) whether all rows of a block lack a feature
    n_most: np.ndarray  # (n_blocks,) largest number of features that a row lacks
    norms: np.ndarray  # float32, (n_blocks * BLOCK_ROWS,) squared; inf where there is no row
    centers: np.ndarray  # (n_blocks, n_features) origin of a block's panels
    scales: np.ndarray  # (n_blocks,) power of two by which a block's panels are multiplied
    radii: np.ndarray  # (n_blocks,) largest scaled distance from the center
    spreads: np.ndarray  # (n_blocks,) mean squared distance from the center
    low: np.ndarray  # (n_blocks * BLOCK_PANELS, n_features) corner of a panel's box
    high: np.ndarray  # (n_blocks * BLOCK_PANELS, n_features) opposite corner
    block_low: np.ndarray  # (n_blocks, n_features) corner of a block's box
    block_high: np.ndarray  # (n_blocks, n_features) opposite corner


class Metric(NamedTuple):
    """What the distance of two rows with missing values counts, beside their common features."""

    n_counted: float  # number of all features, D in `partial`
    codes: np.ndarray  # (n_rows, n_codes) categories, which no row lacks
    penalty: float  # added twice to the sum for each category that differs


class PartialScratch(NamedTuple):
    """Which features the queries of a group have, and scratch arrays."""

    order: np.ndarray  # (n_features,) the features, those first in which boxes differ most
    present: np.ndarray  # (n_features * GROUP_ROWS,) plus padding: 1 if a query has it, else 0
    shares: np.ndarray  # (GROUP_ROWS,) share of the features that each query has
    coords: np.ndarray  # as `Group.coords`, of the queries for which a block is searched
    present_here: np.ndarray  # as `present`, of these queries
    reach: np.ndarray  # (GROUP_PLACES,) search radius of each of these queries
    counts: np.ndarray  # (3,) lengths of the next three lists
    boxed: np.ndarray  # (n_features,) features that all queries have
    lacked: np.ndarray  # (n_features,) features that no query has
    mixed: np.ndarray  # (n_features,) features that some queries have
    estimates: np.ndarray  # (n_blocks,) squared distance of the middle query from a block's rows
    is_seen: np.ndarray  # bool (n_blocks,) whether the group is done with a block
    panel: np.ndarray  # float32 (3 * n_features * PANEL_ROWS,) columns of a panel for the group
    norms: np.ndarray  # float32 (PANEL_ROWS,) squared lengths without the lacked features


def new_partial_walk(coords, order, n_blocks):
    """Allocate the scratch arrays for a task's queries, for a search by common features."""
    n_features, walk = coords.shape[1], new_walk(coords, np.zeros(len(coords)))
    coefs = np.zeros(3 * n_features * GROUP_PLACES, np.float32)
    scratch = PartialScratch(
        order=order,
        present=np.zeros(n_features * GROUP_ROWS + GROUP_PLACES - GROUP_ROWS),
        shares=np.zeros(GROUP_ROWS),
        coords=np.zeros(n_features * GROUP_ROWS + GROUP_PLACES - GROUP_ROWS),
        present_here=np.zeros(n_features * GROUP_ROWS + GROUP_PLACES - GROUP_ROWS),
        reach=np.zeros(GROUP_PLACES),
        counts=np.zeros(3, np.int64),
        boxed=np.zeros(n_features, np.int64),
        lacked=np.zeros(n_features, np.int64),
        mixed=np.zeros(n_features, np.int64),
        estimates=np.zeros(n_blocks),
        is_seen=np.zeros(n_blocks, bool),
        panel=np.zeros(3 * n_features * PANEL_ROWS, np.float32),
        norms=np.zeros(PANEL_ROWS, np.float32),
    )
    return walk._replace(tile=walk.tile._replace(coefs=coefs)), scratch


class ScanLists(NamedTuple):
    """The nearest rows of each query found by one task of a scan, as max-heaps."""

    sq_distances: np.ndarray  # (n_queries, k)
    neighbor_rows: np.ndarray  # (n_queries, k)


class ScanScreen(NamedTuple):
    """The queries of a scan in float32: ``scale * (x - center)``."""

    center: np.ndarray  # (n_features,)
    scale: float  # a power of two
    panels: np.ndarray  # float32, flat: [ROUGH_QUERIES queries][feature][query]
    norms: np.ndarray  # (n_queries,) |u| of each


class ScanScratch(NamedTuple):
    """The limits of a task of a scan, and its scratch arrays."""

    limits: np.ndarray  # (n_places,) last distance in each list; -inf after the last query
    sums: np.ndarray  # (SCAN_ROWS * SCAN_QUERIES,) of one tile
    rough_limits: np.ndarray  # float32 (n_places,) screening limit of each query
    rows: np.ndarray  # float32, flat: whole tiles of rows of X, like the queries of a ScanScreen


class SparseRows(NamedTuple):
    """A table's rows as lists of their nonzero features."""

    values: np.ndarray  # (n_values,)
    features: np.ndarray  # (n_values,) ascending in each row
    starts: np.ndarray  # (n_rows + 1,) start of each row's values


class ValueRules(NamedTuple):
    """What the values of new rows may be, column by column.

    The values of a column without a rule are not changed: the column is not rounded, has no allowed
    values, and its bounds are the ends of the dtype.
    """

    is_rounded: np.ndarray  # (n_features,) bool, half to even
    lows: np.ndarray  # (n_features,) X's dtype
    highs: np.ndarray  # (n_features,) X's dtype
    allowed: np.ndarray  # (n_allowed,) X's dtype, ascending in each column
    starts: np.ndarray  # (n_features + 1,) start of each column's allowed values


class Postings(NamedTuple):
    """The sparse rows of one class, grouped by feature."""

    values: np.ndarray  # (n_values,)
    places: np.ndarray  # uint32 (n_values,) the class's row that has the value
    starts: np.ndarray  # (n_features + 1,) start of each feature's values
    rows: np.ndarray  # (n,) row numbers in the table, ascending
    low_norms: np.ndarray  # (n,) lower bounds of squared lengths
    largest: float  # largest absolute value of low_norms
    share: float  # of a squared length that was subtracted for its lower bound


def dtype_ends(dtype):
    """The least and the largest value of a numeric dtype; infinite for floats."""
    if dtype.kind == "f":
        return np.array([-np.inf, np.inf], dtype)
    return np.array([np.iinfo(dtype).min, np.iinfo(dtype).max], dtype)


class _Alias:
    """Exposes the memory of an array as writable and keeps it alive."""

    def __init__(self, X):
        self.X = X
        self.__array_interface__ = {**X.__array_interface__, "data": (X.ctypes.data, False)}


def in_native_order(values):
    """Convert an array to native byte order, the only one that Numba supports."""
    if type(values) is not np.ndarray or values.dtype.isnative:
        return values
    return values.astype(values.dtype.newbyteorder("="))


def kernel_input(X):
    """View X as a plain, writable array, for a kernel that only reads it.

    Numba would compile each kernel again for read-only arrays, and scikit-learn passes
    read-only memory maps to its workers.
    """
    return X if type(X) is np.ndarray and X.flags.writeable else np.asarray(_Alias(X))

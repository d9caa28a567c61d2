"""The projection: coordinates in which the boxes of a search tree are tight."""

import numpy as np
from scipy.linalg import eigh

SERIAL_PRODUCTS = 2**18  # a matrix product up to this size is computed by one thread
SAMPLE_ROWS = 1024  # enough to find the axes, which affect only the speed
LEAST_QUERIES = 8  # per feature; with fewer, a rotation costs more than searching all blocks
# Queries times features; with fewer, searching all rows is cheaper than ordering them. On
# 200,000 x 2, ordering pays from 3,500 queries on, so a few features count as LEAST_FEATURES.
# Among 30,000 x 100, 1,000 queries in order take 2.8 times as long, so many count as MOST_FEATURES.
LEAST_PRODUCTS_TO_ROTATE = 2**16
LEAST_FEATURES, MOST_FEATURES = 16, 32
LEAST_ROWS_TO_ORDER = 2**11  # with 1,000 rows, 8,000 queries in order take 1.1 to 1.8 times as long
MAX_ROTATED_FEATURES = 128  # the cost of rotating a row grows with the square
LARGEST_SPREAD = 1e150  # beyond it squares overflow
LARGEST_EXPONENT = 1000  # of the scale, a power of two, with room below the largest float64
SCALED_EXPONENT = 30  # of two, for the largest scaled coordinate of the sample
MAX_SPREAD_RATIO = 1e6  # of columns; beyond it, a rotation loses narrow columns to rounding
ORIGIN_ROWS = 128  # from which the origin is subtracted at a time


def matmul_by_one_thread(A, B):
    """A @ B for a long A, in products so small that BLAS uses one thread."""
    n, n_inner = A.shape
    step = max(1, SERIAL_PRODUCTS // (n_inner * B.shape[1]))
    whole = n - n % step
    out = np.empty((n, B.shape[1]))
    np.matmul(
        A[:whole].reshape(-1, step, n_inner), B, out=out[:whole].reshape(-1, step, B.shape[1])
    )
    np.matmul(A[whole:], B, out=out[whole:])
    return out


def _second_moments(X):
    """X.T @ X, in products so small that BLAS uses one thread.

    When cores are busy, waiting for BLAS threads takes 50 ms; the work itself takes 1 ms.
    """
    n_rows, n_features = X.shape
    width = max(1, int((SERIAL_PRODUCTS / n_rows) ** 0.5))
    n_strips = -(-n_features // width)
    strips = np.zeros((n_rows, n_strips * width))
    strips[:, :n_features] = X
    strips = np.ascontiguousarray(strips.reshape(n_rows, n_strips, width).transpose(1, 0, 2))
    blocks = np.matmul(strips.transpose(0, 2, 1)[:, None], strips[None])
    products = blocks.transpose(0, 2, 1, 3).reshape(n_strips * width, n_strips * width)
    return products[:n_features, :n_features]


def is_order_worth_it(shape, n_queries):
    """Whether ordering the rows of a table takes less time than it saves the queries."""
    n_rows, n_features = shape
    n_products = n_queries * min(max(n_features, LEAST_FEATURES), MOST_FEATURES)
    return n_rows >= LEAST_ROWS_TO_ORDER and n_products >= LEAST_PRODUCTS_TO_ROTATE


class Projection:
    """Coordinates in which boxes are tight, along the principal axes of a sample of rows.

    Distances between coordinates are ``scale`` times those in X, with an error of at most
    ``roundoff`` times the distance from the origin. Coordinates are used only for bounds, so
    any axes give the same neighbors. The scale is a power of two that keeps bounds within
    the range of float32. Without axes, coordinates are ``scale * X`` and exact.

    ``orders_rows`` is False for few queries, which visit all rows in less time than ordering
    the rows would take.
    """

    def __init__(self, X, n_queries):
        n_features = X.shape[1]
        self.scale, self.roundoff = 1.0, 0.0
        self.origins, self.axes = None, None  # no rotation
        self.orders_rows = is_order_worth_it(X.shape, n_queries)
        sample = X[:: -(-len(X) // SAMPLE_ROWS)].astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            origin = sample.mean(axis=0)
            sample -= origin
            spread = np.abs(sample).max(axis=0)
        if not 0.0 < spread.max() < LARGEST_SPREAD:
            return
        exponent = SCALED_EXPONENT - int(np.frexp(spread.max())[1])
        self.scale = 2.0 ** min(exponent, LARGEST_EXPONENT)
        is_narrow = spread.max() <= MAX_SPREAD_RATIO * spread[spread > 0].min()
        is_worth_it = self.orders_rows and n_queries >= LEAST_QUERIES * n_features
        if not (2 <= n_features <= MAX_ROTATED_FEATURES and is_narrow and is_worth_it):
            return
        moments = _second_moments(sample / spread.max())
        # LAPACK's default, divide and conquer, starts BLAS threads from 26 features on. They
        # spin for 30 ms on the cores that the search needs next.
        axes = eigh(moments, driver="ev", overwrite_a=True, check_finite=False)[1][:, ::-1]
        self.origins = np.tile(origin, (ORIGIN_ROWS, 1))
        self.axes = np.ascontiguousarray(axes) * self.scale
        # sqrt(d) gamma(d + 2) for the products, plus 8 d eps for the axes' orthonormality,
        # times two for the two ends of a distance.
        eps = np.finfo(np.float64).eps
        self.roundoff = 2 * eps * (n_features**0.5 * (n_features + 4) + 8 * n_features)

    def coords(self, X, rows):
        """Coordinates of some rows of X, float64 of shape (len(rows), n_features)."""
        with np.errstate(over="ignore", invalid="ignore"):  # infinite bounds exclude nothing
            return self._coords(X, rows)

    def slack_within(self, nodes):
        """Bound the error of the coordinate distance of any two rows of a tree."""
        if self.roundoff == 0.0:
            return 0.0
        with np.errstate(over="ignore"):
            low, high = np.abs(nodes.low[0]), np.abs(nodes.high[0])
            return 3.0 * self.roundoff * np.linalg.norm(np.maximum(low, high))

    def _coords(self, X, rows):
        # np.take of scattered rows takes a third of the time of X[rows].
        offsets = np.take(X, rows, axis=0, mode="clip").astype(np.float64, copy=False)
        if self.axes is None:
            return np.multiply(offsets, self.scale, out=offsets)
        # Subtract arrays of the same shape: broadcasting needs NumPy buffers, and if memory for
        # them is lacking, NumPy 1 crashes in a thread.
        for start in range(0, len(offsets), ORIGIN_ROWS):
            part = offsets[start : start + ORIGIN_ROWS]
            part -= self.origins[: len(part)]
        return matmul_by_one_thread(offsets, self.axes)

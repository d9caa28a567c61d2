"""Coordinates in which the boxes of a search tree are tight."""

import numpy as np
from scipy.linalg import eigh

SERIAL_PRODUCTS = 2**18  # a matrix product up to this size is computed by one thread
SAMPLE_ROWS = 1024  # enough to find the axes, which only the speed depends on
LEAST_QUERIES = 8  # a feature; for fewer the rotation costs more than a search of all blocks
LEAST_PRODUCTS_TO_ROTATE = (
    2**16
)  # a row; with fewer a search of all rows costs less than their order
MAX_ROTATED_FEATURES = 128  # a row's rotation costs the square of this
LARGEST_SPREAD = 1e150  # beyond it squares overflow
LARGEST_EXPONENT = 1000  # of two, with room below the largest float64
SCALED_EXPONENT = 30  # of the largest coordinate of a sample of rows
MAX_SPREAD_RATIO = 1e6  # of columns; beyond it a rotation would drown the narrow ones
ORIGIN_ROWS = 128  # from which rows are measured at a time


def matmul_by_one_thread(A, B):
    """A @ B for a long A, in products so small that BLAS leaves the threads to us."""
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
    """X.T @ X by products so small that BLAS keeps to one thread.

    BLAS threads that wait for a busy core cost 50 ms where the work takes one.
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


class Projection:
    """Coordinates in which boxes are tight: the principal axes of a sample of rows.

    Distances are ``scale`` times those of X, up to ``roundoff`` times the distance from
    the origin; only bounds are ever computed in a projection, so any axes give the same
    neighbors. The scale, a power of two, keeps bounds in float32's range. Without axes
    coordinates are scale times X itself and exact. For few queries, who visit all rows
    in less time than it takes to order them, ``orders_rows`` is false.
    """

    def __init__(self, X, n_queries):
        n_features = X.shape[1]
        self.scale, self.roundoff = 1.0, 0.0
        self.origins, self.axes = None, None  # no rotation
        self.orders_rows = n_queries * n_features >= LEAST_PRODUCTS_TO_ROTATE
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
        # LAPACK's default, divide and conquer, wakes BLAS threads at 26 features: for 30 ms
        # they spin on the cores that the search is about to use.
        axes = eigh(moments, driver="ev", overwrite_a=True, check_finite=False)[1][:, ::-1]
        self.origins = np.tile(origin, (ORIGIN_ROWS, 1))
        self.axes = np.ascontiguousarray(axes) * self.scale
        # sqrt(d) gamma(d + 2) for the products, 8 d eps for the axes' orthonormality,
        # and twice that for the two ends of a distance.
        eps = np.finfo(np.float64).eps
        self.roundoff = 2 * eps * (n_features**0.5 * (n_features + 4) + 8 * n_features)

    def coords(self, X, rows):
        """Coordinates of some rows of X, float64 of shape (len(rows), n_features)."""
        with np.errstate(over="ignore", invalid="ignore"):  # infinite bounds rule nothing out
            return self._coords(X, rows)

    def _coords(self, X, rows):
        if self.axes is None:
            coords = X[rows].astype(np.float64, copy=False)
            return np.multiply(coords, self.scale, out=coords)
        offsets = X[rows].astype(np.float64, copy=False)
        # Row from row: to broadcast takes NumPy buffers, and where there is no memory for them
        # NumPy 1 crashes in a thread.
        for start in range(0, len(offsets), ORIGIN_ROWS):
            part = offsets[start : start + ORIGIN_ROWS]
            part -= self.origins[: len(part)]
        return matmul_by_one_thread(offsets, self.axes)

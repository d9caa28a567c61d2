"""Where each synthetic row came from, and the row again from that."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import in_native_order, kernel_input
from fastsmote._sparse import canonical_rows, interpolated
from fastsmote._threads import run_ranges

_NO_SHRINKS = np.empty(0)
WRITE_VALUES = 2**19  # what one task writes


@dataclass(frozen=True)
class Provenance:
    """The parents of synthetic rows, one entry a row in output order.

    A row is ``X[base] + gap * (X[neighbor] - X[base])``, with the difference times
    ``shrink`` first where there are shrinks.

    Attributes
    ----------
    base_rows : ndarray of shape (n_new,), int64
        Row numbers of the X that was passed to `fit_resample`.
    neighbor_rows : ndarray of shape (n_new,), int64
        Likewise.
    gaps : ndarray of shape (n_new,), float64
        In [0, 1).
    shrinks : ndarray of shape (n_new,), float64, or None
        For ``BorderlineSMOTE(kind="borderline-2")``: 1 where the neighbor is of the same
        class, else in [0, 0.5). None elsewhere.
    """

    base_rows: np.ndarray
    neighbor_rows: np.ndarray
    gaps: np.ndarray
    shrinks: np.ndarray | None = None

    def __len__(self):
        return len(self.gaps)

    @classmethod
    def of_pairs(cls, rows, neighbors, pairs):
        """The rows that drawn places in lists of bases and of their neighbors stand for."""
        places = pairs.bases * neighbors.shape[1] + pairs.ranks
        return cls(rows[pairs.bases], neighbors.ravel().take(places), pairs.gaps)

    @classmethod
    def join(cls, parts):
        """One after the other."""
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        shrinks = None
        if parts[0].shrinks is not None:
            shrinks = np.concatenate([part.shrinks for part in parts])
        return cls(
            np.concatenate([part.base_rows for part in parts]),
            np.concatenate([part.neighbor_rows for part in parts]),
            np.concatenate([part.gaps for part in parts]),
            shrinks,
        )


def write_synthetic(X, provenance, out):
    """Interpolate every row of the provenance into out, in parallel."""
    X = kernel_input(X)
    shrinks = _NO_SHRINKS if provenance.shrinks is None else provenance.shrinks
    base_rows, neighbor_rows, gaps = (
        provenance.base_rows,
        provenance.neighbor_rows,
        provenance.gaps,
    )

    def write_some(start, stop):
        kernels.interpolation.interpolate(
            X, base_rows, neighbor_rows, gaps, shrinks, start, stop, out
        )

    run_ranges(write_some, len(out), max(1, WRITE_VALUES // max(1, X.shape[1])))


def make_synthetic(X, provenance):
    """Every row of the provenance, in X's dtype."""
    out = np.empty((len(provenance), X.shape[1]), X.dtype)
    write_synthetic(X, provenance, out)
    return out


class Parents:
    """The rows of one class, and between which of them new ones may be placed."""

    def __init__(self, code, X, rows, neighbors, bases=None):
        self.code, self.X, self.rows = code, X, rows  # (n,) the numbers of X's rows
        self.neighbors = neighbors  # (n_bases, k) rows of X
        self.bases = np.arange(len(X)) if bases is None else bases  # (n_bases,) rows of X

    def make(self, pairs):
        """New rows, and their provenance in rows of X."""
        provenance = Provenance.of_pairs(self.bases, self.neighbors, pairs)
        return make_synthetic(self.X, provenance), provenance


def regenerate(X, provenance):
    """Make the synthetic rows of an earlier `fit_resample` again, bit for bit.

    Parameters
    ----------
    X : {array-like, sparse matrix} of shape (n_rows, n_features)
        The same X, in values and dtype, that was passed to `fit_resample`.
    provenance : Provenance
        The sampler's ``provenance_``.

    Returns
    -------
    X_new : ndarray of shape (len(provenance), n_features), X's dtype
        The rows that `fit_resample` put below the original ones, in the same order. A
        dataframe's rows come as the array that it converts to, sparse rows in the format
        of X.

    Raises
    ------
    ValueError
        If `provenance` names a row that X does not have.

    Examples
    --------
    >>> import numpy as np, fastsmote
    >>> from fastsmote.over_sampling import SMOTE
    >>> X, y = np.arange(40.0).reshape(20, 2) ** 2, np.repeat([0, 1], [13, 7])
    >>> smote = SMOTE(random_state=0)
    >>> X_resampled, y_resampled = smote.fit_resample(X, y)
    >>> bool((fastsmote.regenerate(X, smote.provenance_) == X_resampled[20:]).all())
    True
    """
    X = in_native_order(check_array(X, accept_sparse=["csr", "csc"]))
    for name in ("base_rows", "neighbor_rows"):
        rows = getattr(provenance, name)
        if len(rows) and not 0 <= rows.min() <= rows.max() < X.shape[0]:
            raise ValueError(
                f"X has {X.shape[0]} rows, but provenance.{name} names rows from {rows.min()} to "
                f"{rows.max()}. Pass the X that was passed to fit_resample."
            )
    if sparse.issparse(X):
        return interpolated(canonical_rows(X), provenance).asformat(X.format)
    return make_synthetic(X, provenance)

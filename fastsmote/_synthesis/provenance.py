"""Where each synthetic row came from, and the row again from that."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from fastsmote import _kernels as kernels
from fastsmote._base.dataframes import read_matrix
from fastsmote._kernels.layout import dtype_ends, in_native_order, kernel_input
from fastsmote._search.inverted_index import canonical_rows
from fastsmote._synthesis.sparse import NO_SHRINKS, WRITE_VALUES, interpolated
from fastsmote._threads import run_ranges


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

    def shrunk(self, shrinks):
        """The same rows, each difference times its shrink first."""
        return replace(self, shrinks=shrinks)

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
    shrinks = NO_SHRINKS if provenance.shrinks is None else provenance.shrinks
    base_rows, neighbor_rows, gaps = (
        provenance.base_rows,
        provenance.neighbor_rows,
        provenance.gaps,
    )

    ends = dtype_ends(X.dtype)

    def write_some(start, stop):
        kernels.interpolation.interpolate(
            X, base_rows, neighbor_rows, gaps, shrinks, ends, start, stop, out
        )

    step = max(1, WRITE_VALUES // max(1, X.shape[1]))
    run_ranges(write_some, len(out), step, doing="making rows")


def make_synthetic(X, provenance):
    """Every row of the provenance, in X's dtype."""
    out = np.empty((len(provenance), X.shape[1]), X.dtype)
    write_synthetic(X, provenance, out)
    return out


class Parents:
    """The rows of one class, and between which of them new ones may be placed."""

    def __init__(self, code, X, rows, neighbors, bases=None):
        self.code, self.X, self.rows = code, X, rows  # (n,) the numbers of X's rows
        self.neighbor_rows = neighbors  # (n_bases, k) rows of X
        self.bases = np.arange(len(X)) if bases is None else bases  # (n_bases,) rows of X

    def make(self, pairs):
        """New rows, and their provenance in rows of X."""
        provenance = Provenance.of_pairs(self.bases, self.neighbor_rows, pairs)
        return make_synthetic(self.X, provenance), provenance


def regenerate(X, provenance):
    """Make the synthetic rows of an earlier `fit_resample` again, bit for bit.

    Parameters
    ----------
    X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
        The same X, in values and dtypes, that was passed to `fit_resample`.
    provenance : Provenance
        The sampler's ``provenance_``.

    Returns
    -------
    X_new : of the kind and dtypes of X, of shape (len(provenance), n_features)
        The rows that `fit_resample` put below the original ones, in the same order. A pandas
        DataFrame has a new index from 0; sparse rows come in the format of X.

    Raises
    ------
    ValueError
        If `provenance` names a row that X does not have, or for a column that does not hold
        numbers.

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
    values, write = read_matrix(X, "regenerate")
    values = in_native_order(check_array(in_native_order(values), accept_sparse=["csr", "csc"]))
    for name in ("base_rows", "neighbor_rows"):
        rows = getattr(provenance, name)
        if len(rows) and not 0 <= rows.min() <= rows.max() < values.shape[0]:
            raise ValueError(
                f"X has {values.shape[0]} rows, but provenance.{name} names rows from {rows.min()} "
                f"to {rows.max()}. Pass the X that was passed to fit_resample."
            )
    is_boolean = values.dtype == np.bool_
    if is_boolean:  # as fit_resample takes booleans
        values = values.astype(np.float64)
    if sparse.issparse(values):
        made = interpolated(canonical_rows(values), provenance).asformat(values.format)
    else:
        made = make_synthetic(values, provenance)
    return write(made.astype(bool) if is_boolean else made)

"""The parents of synthetic rows, and how to make the rows from them."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from sklearn.utils import check_array

from fastsmote import _kernels as kernels
from fastsmote._base.dataframes import read_matrix
from fastsmote._kernels.layout import ValueRules, dtype_ends, in_native_order, kernel_input
from fastsmote._search.inverted_index import canonical_rows
from fastsmote._synthesis.draws import DrawnPairs
from fastsmote._synthesis.sparse import NO_SHRINKS, WRITE_VALUES, interpolated, kernel_rules
from fastsmote._threads import run_ranges

PLACED_PAIRS = 2**15  # per task


@dataclass(frozen=True)
class Provenance:
    """The parents of synthetic rows, one entry for each row in output order.

    A synthetic row is ``X[base] + gap * (X[neighbor] - X[base])``. If ``shrinks`` is given, the
    difference is first multiplied by the row's shrink factor.

    Attributes
    ----------
    base_rows : ndarray of shape (n_new,), int64
        Row numbers of the base rows in the X passed to `fit_resample`.
    neighbor_rows : ndarray of shape (n_new,), int64
        Row numbers of the neighbors in the X passed to `fit_resample`.
    gaps : ndarray of shape (n_new,), float64
        In [0, 1); for `SVMSMOTE` also negative.
    shrinks : ndarray of shape (n_new,), float64, or None
        For ``BorderlineSMOTE(kind="borderline-2")``, 1 if the neighbor belongs to the same
        class, else in [0, 0.5). None for all other samplers.
    rules : ValueRules or None
        The resolved parameter `values` of the sampler. The values of new rows obey it.
    has_missing : bool
        Whether X may contain NaN. A new value between a number and NaN is then the number.
    """

    base_rows: np.ndarray
    neighbor_rows: np.ndarray
    gaps: np.ndarray
    shrinks: np.ndarray | None = None
    rules: ValueRules | None = None
    has_missing: bool = False

    def __len__(self):
        return len(self.gaps)

    @classmethod
    def of_pairs(cls, rows, neighbors, pairs):
        """The provenance of drawn pairs, given the base rows and their neighbor lists."""
        places = pairs.bases * neighbors.shape[1] + pairs.ranks
        return cls(rows[pairs.bases], neighbors.ravel().take(places), pairs.gaps)

    @classmethod
    def of_draws(cls, rows, neighbors, draws):
        """The provenance of all pairs of a class, from draws that are held in memory.

        The pairs of `DrawnPairs` are looked up some at a time, in parallel. In one piece, the
        intermediate arrays would take three times as long.
        """
        if not isinstance(draws, DrawnPairs):
            return cls.of_pairs(rows, neighbors, draws.take_all())
        n_new, neighbors = draws.n_new, neighbors.ravel()
        base_rows, neighbor_rows = np.empty(n_new, np.int64), np.empty(n_new, np.int64)

        def look_up_some(start, stop):
            places = draws.take_places(start, stop)
            bases = places // draws.n_neighbors
            np.take(rows, bases, out=base_rows[start:stop], mode="clip")
            np.take(neighbors, places, out=neighbor_rows[start:stop], mode="clip")

        run_ranges(look_up_some, n_new, PLACED_PAIRS, doing="making rows")
        return cls(base_rows, neighbor_rows, draws.take_gaps(0, n_new))

    @property
    def is_plain(self):
        """Whether every value is interpolated between two numbers and not changed by a rule."""
        return self.rules is None and not self.has_missing

    def shrunk(self, shrinks):
        """The same rows, each difference times its shrink first."""
        return replace(self, shrinks=shrinks)

    @classmethod
    def join(cls, parts):
        """Concatenate several provenances."""
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
    """Write the synthetic rows of a provenance to out, in parallel."""
    X = kernel_input(X)
    shrinks = NO_SHRINKS if provenance.shrinks is None else provenance.shrinks
    base_rows, neighbor_rows, gaps = (
        provenance.base_rows,
        provenance.neighbor_rows,
        provenance.gaps,
    )

    ends = dtype_ends(X.dtype)
    rules = None if provenance.is_plain else kernel_rules(provenance, X)

    def write_some(start, stop):
        pairs = X, base_rows, neighbor_rows, gaps, shrinks, ends
        if rules is None:
            kernels.interpolation.interpolate(*pairs, start, stop, out)
        else:
            kernels.interpolation.interpolate_by_rules(
                *pairs, provenance.has_missing, rules, start, stop, out
            )

    step = max(1, WRITE_VALUES // max(1, X.shape[1]))
    run_ranges(write_some, len(out), step, doing="making rows")


def make_synthetic(X, provenance):
    """The synthetic rows of a provenance, in the dtype of X."""
    out = np.empty((len(provenance), X.shape[1]), X.dtype)
    write_synthetic(X, provenance, out)
    return out


class Parents:
    """The rows of one class, and the pairs between which new rows may be placed."""

    def __init__(self, code, X, rows, neighbors, bases=None):
        self.code, self.X, self.rows = code, X, rows  # rows: (n,) row numbers of X
        self.neighbor_rows = neighbors  # (n_bases, k) rows of X
        self.bases = np.arange(len(X)) if bases is None else bases  # (n_bases,) rows of X

    def make(self, pairs, rules=None):
        """New rows, and their provenance in row numbers of X."""
        provenance = Provenance.of_pairs(self.bases, self.neighbor_rows, pairs)
        provenance = replace(provenance, rules=rules)
        return make_synthetic(self.X, provenance), provenance


def regenerate(X, provenance):
    """Make the synthetic rows of an earlier `fit_resample` again, bit for bit.

    Parameters
    ----------
    X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
        The X that was passed to `fit_resample`, with the same values and dtypes. It may contain
        NaN.
    provenance : Provenance
        The sampler's ``provenance_``.

    Returns
    -------
    X_new : same type and dtypes as X, of shape (len(provenance), n_features)
        The rows that `fit_resample` appended to the original ones, in the same order. A pandas
        DataFrame has a new index from 0. A sparse matrix has the format of X.

    Raises
    ------
    ValueError
        If `provenance` contains a row number that X does not have, or if a column of X is not
        numeric.

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
    values = check_array(
        in_native_order(values), accept_sparse=["csr", "csc"], ensure_all_finite="allow-nan"
    )
    values = in_native_order(values)
    for name in ("base_rows", "neighbor_rows"):
        rows = getattr(provenance, name)
        if len(rows) and not 0 <= rows.min() <= rows.max() < values.shape[0]:
            raise ValueError(
                f"provenance.{name} contains row numbers from {rows.min()} to {rows.max()}, but X "
                f"has {values.shape[0]} rows. Pass the X that was passed to fit_resample."
            )
    numbers = values.data if sparse.issparse(values) else values
    has_missing = values.dtype.kind == "f" and bool(np.isnan(numbers).any())
    provenance = replace(provenance, has_missing=has_missing)
    is_boolean = values.dtype == np.bool_
    if is_boolean:  # as in fit_resample
        values = values.astype(np.float64)
    if sparse.issparse(values):
        made = interpolated(canonical_rows(values), provenance).asformat(values.format)
    else:
        made = make_synthetic(values, provenance)
    return write(made.astype(bool) if is_boolean else made)

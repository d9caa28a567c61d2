"""The parents of synthetic rows, and how to make the rows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from fastsmote import _kernels as kernels
from fastsmote._kernels.layout import dtype_ends, kernel_input
from fastsmote._synthesis.draws import DrawnPairs
from fastsmote._synthesis.noise import Noise
from fastsmote._synthesis.sparse import NO_SHRINKS, WRITE_VALUES, kernel_rules
from fastsmote._threads import run_ranges
from fastsmote._types import Array, Floats, Rows

PLACED_PAIRS = 2**15  # per task
OF_EACH_ROW = ("base_rows", "neighbor_rows", "gaps", "shrinks", "voter_rows")


@dataclass(frozen=True)
class Provenance:
    """The parents of synthetic rows, one entry for each row in output order.

    A synthetic row is ``X[base] + gap * (X[neighbor] - X[base])``. If ``shrinks`` is given, the
    difference is first multiplied by the row's shrink factor. A row whose neighbor is its base
    is a copy of the base. Categories are then voted on, noise is added, and rules for values are
    applied, if the fields for them are not None.

    Attributes
    ----------
    base_rows : ndarray of shape (n_new,), int64
        Row numbers of the base rows in the X passed to `fit_resample`.
    neighbor_rows : ndarray of shape (n_new,), int64
        Row numbers of the neighbors in the X passed to `fit_resample`. The base rows again for
        `RandomOverSampler` and `SMOTEN`.
    gaps : ndarray of shape (n_new,), float64
        In [0, 1); for `SVMSMOTE` also negative.
    shrinks : ndarray of shape (n_new,), float64, or None
        For ``BorderlineSMOTE(kind="borderline-2")``, 1 if the neighbor belongs to the same
        class, else in [0, 0.5). None for all other samplers.
    voter_rows : ndarray of shape (n_new, n_voted), int64, or None
        For `SMOTENC` and `SMOTEN`, whose categories are decided by a vote of the neighbors of
        the base row: the row from which a new row takes the category of each voted column. It is
        the first one in the neighbor list that voted for the winner. None for all other samplers.
    voted_columns : ndarray of shape (n_voted,), int64, or None
        The column numbers of the columns in ``voter_rows``.
    noise : object or None
        For `RandomOverSampler` with `shrinkage`: an object that draws the noise of the new rows
        again. None for all other samplers.
    rules : ValueRules or None
        The resolved parameter `values` of the sampler. The values of new rows obey it.
    has_missing : bool
        Whether X may contain NaN. A new value between a number and NaN is then the number.
    """

    base_rows: Rows
    neighbor_rows: Rows
    gaps: Floats
    shrinks: Floats | None = None
    voter_rows: Rows | None = None
    voted_columns: Rows | None = None
    noise: Noise | None = None
    rules: tuple[Array, ...] | None = None  # ValueRules
    has_missing: bool = False

    def __len__(self) -> int:
        return len(self.gaps)

    @classmethod
    def of_pairs(cls, rows: Rows, neighbors: Rows, pairs: Any) -> Provenance:
        """The provenance of `Pairs` or `ShrunkPairs`, given the bases and their neighbor lists."""
        places = pairs.bases * neighbors.shape[1] + pairs.ranks
        shrinks = getattr(pairs, "shrinks", None)
        return cls(rows[pairs.bases], neighbors.ravel().take(places), pairs.gaps, shrinks)

    @classmethod
    def of_draws(cls, rows: Rows, neighbors: Rows, draws: Any) -> Provenance:
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

    @classmethod
    def of_copies(
        cls, rows: Rows, noise: Noise | None = None, rules: tuple[Array, ...] | None = None
    ) -> Provenance:
        """The provenance of copies of rows, which noise and rules may change."""
        return cls(rows, rows, np.zeros(len(rows)), noise=noise, rules=rules)

    @property
    def are_copies(self) -> bool:
        """Whether every row, before it is changed, is a copy of its base."""
        return self.neighbor_rows is self.base_rows or np.array_equal(
            self.neighbor_rows, self.base_rows
        )

    @property
    def is_plain(self) -> bool:
        """Whether every value is interpolated between two numbers and not changed by a rule."""
        return self.rules is None and not self.has_missing

    def shrunk(self, shrinks: Floats) -> Provenance:
        """The same rows, each difference times its shrink first."""
        return replace(self, shrinks=shrinks)

    def voted(self, voter_rows: Rows, voted_columns: Rows) -> Provenance:
        """The same rows with categories of other rows in some columns."""
        return replace(self, voter_rows=voter_rows, voted_columns=voted_columns)

    def unchanged(self) -> Provenance:
        """The same rows without what belongs to the columns of X: votes, noise and rules."""
        return replace(self, voter_rows=None, voted_columns=None, noise=None, rules=None)

    def nearer_rows(self) -> Rows:
        """The parent nearer to each row; the base if both are equally near."""
        steps = self.gaps if self.shrinks is None else self.gaps * self.shrinks
        return np.where(steps > 0.5, self.neighbor_rows, self.base_rows)

    def take(self, places: Any) -> Provenance:
        """The provenance of some of the rows, in the given order.

        Raises
        ------
        ValueError
            If the rows have noise, which is drawn for all of them.
        """
        if self.noise is not None:
            raise ValueError("Rows with noise can be made only all together.")
        return replace(self, **{name: column[places] for name, column in self._columns()})

    def _columns(self):
        """Yield the name and the array of each field that has an entry for each row."""
        for name in OF_EACH_ROW:
            column = getattr(self, name)
            if column is not None:
                yield name, column

    @classmethod
    def join(cls, parts: Sequence[Provenance]) -> Provenance:
        """Concatenate several provenances without noise."""
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0))
        joined = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name, _ in parts[0]._columns()
        }
        return replace(parts[0], **joined)


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

    def make(self, pairs, rules=None, has_missing=False):
        """New rows, and their provenance in row numbers of X."""
        provenance = Provenance.of_pairs(self.bases, self.neighbor_rows, pairs)
        provenance = replace(provenance, rules=rules, has_missing=has_missing)
        return make_synthetic(self.X, provenance), provenance

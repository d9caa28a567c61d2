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
    are_copies : bool
        Whether every row, before it is changed, is a copy of its base.
    is_plain : bool
        Whether every value is interpolated between two numbers and not changed by a rule.

    Notes
    -----
    A sampler sets it as ``provenance_``. `fastsmote.regenerate` makes the rows again, and
    `fastsmote.resample_like` gives arrays beside X the rows of the output. ``len()`` is the
    number of rows.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.over_sampling import SMOTE
    >>> X, y = np.arange(40.0).reshape(20, 2) ** 2, np.repeat([0, 1], [13, 7])
    >>> smote = SMOTE(random_state=0)
    >>> X_resampled, y_resampled = smote.fit_resample(X, y)
    >>> made = smote.provenance_
    >>> made.base_rows, made.neighbor_rows
    (array([13, 13, 13, 14, 16, 17]), array([14, 17, 17, 18, 13, 18]))
    >>> base, neighbor, gap = made.base_rows[0], made.neighbor_rows[0], made.gaps[0]
    >>> bool((X[base] + gap * (X[neighbor] - X[base]) == X_resampled[20]).all())
    True
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
        """Return the provenance of pairs of a base and one of its neighbors.

        Parameters
        ----------
        rows : ndarray of shape (n_bases,), int64
            The row numbers of the bases in X.
        neighbors : ndarray of shape (n_bases, n_neighbors), int64
            The row numbers of the neighbors of each base.
        pairs : object
            For each new row, its arrays `bases`, the place in `rows`; `ranks`, the place in the
            base's list of neighbors; `gaps`; and, if there are any, `shrinks`.

        Returns
        -------
        provenance : Provenance
            Of the new rows, in the order of the pairs.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote import Provenance
        >>> from types import SimpleNamespace
        >>> rows, neighbors = np.array([4, 7]), np.array([[7, 9], [4, 9]])
        >>> bases, ranks = np.array([0, 1]), np.array([1, 0])
        >>> pairs = SimpleNamespace(bases=bases, ranks=ranks, gaps=np.zeros(2))
        >>> made = Provenance.of_pairs(rows, neighbors, pairs)
        >>> made.base_rows.tolist(), made.neighbor_rows.tolist()
        ([4, 7], [9, 4])
        """
        places = pairs.bases * neighbors.shape[1] + pairs.ranks
        shrinks = getattr(pairs, "shrinks", None)
        return cls(rows[pairs.bases], neighbors.ravel().take(places), pairs.gaps, shrinks)

    @classmethod
    def of_draws(cls, rows: Rows, neighbors: Rows, draws: Any) -> Provenance:
        """Return the provenance of all pairs of a class, from draws that are held in memory.

        SMOTE's pairs are looked up some at a time, in parallel. In one piece, the intermediate
        arrays would take three times as long.

        Parameters
        ----------
        rows : ndarray of shape (n_bases,), int64
            The row numbers of the bases in X.
        neighbors : ndarray of shape (n_bases, n_neighbors), int64
            The row numbers of the neighbors of each base.
        draws : object
            The random draws of a sampler. Its method ``take_all()`` returns pairs as `of_pairs`
            takes them.

        Returns
        -------
        provenance : Provenance
            Of the new rows, in the order in which they were drawn.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote import Provenance
        >>> from types import SimpleNamespace
        >>> pairs = SimpleNamespace(bases=np.array([1]), ranks=np.array([0]), gaps=np.array([0.5]))
        >>> draws = SimpleNamespace(take_all=lambda: pairs)
        >>> made = Provenance.of_draws(np.array([4, 7]), np.array([[9], [4]]), draws)
        >>> made.base_rows, made.neighbor_rows, made.gaps
        (array([7]), array([4]), array([0.5]))
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
        """Return the provenance of copies of rows, which noise and rules may change.

        Parameters
        ----------
        rows : ndarray of shape (n_new,), int64
            The row number of the row of X that each new row copies.
        noise : object or None, default=None
            Draws the noise of the new rows, as in the class.
        rules : ValueRules or None, default=None
            The rules that values with noise obey.

        Returns
        -------
        provenance : Provenance
            Base and neighbor are the same row, and the gaps are 0.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote import Provenance
        >>> made = Provenance.of_copies(np.array([3, 3, 8]))
        >>> made.are_copies, made.gaps.tolist()
        (True, [0.0, 0.0, 0.0])
        """
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
        """Return the same rows, each difference times its shrink factor first.

        Parameters
        ----------
        shrinks : ndarray of shape (n_new,), float64
            The shrink factor of each row.

        Returns
        -------
        provenance : Provenance
            A copy that shares the other arrays.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote import Provenance
        >>> made = Provenance(np.array([0, 1]), np.array([2, 3]), np.array([0.25, 0.75]))
        >>> made.shrunk(np.array([1.0, 0.5])).shrinks
        array([1. , 0.5])
        """
        return replace(self, shrinks=shrinks)

    def voted(self, voter_rows: Rows, voted_columns: Rows) -> Provenance:
        """Return the same rows with categories of other rows in some columns.

        Parameters
        ----------
        voter_rows : ndarray of shape (n_new, n_voted), int64
            The row of X from which each new row takes the category of each voted column.
        voted_columns : ndarray of shape (n_voted,), int64
            The numbers of these columns of X.

        Returns
        -------
        provenance : Provenance
            A copy that shares the other arrays.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote import Provenance
        >>> made = Provenance(np.array([0, 1]), np.array([2, 3]), np.array([0.25, 0.75]))
        >>> made.voted(np.array([[2], [1]]), np.array([1])).voter_rows.tolist()
        [[2], [1]]
        """
        return replace(self, voter_rows=voter_rows, voted_columns=voted_columns)

    def unchanged(self) -> Provenance:
        """Return the same rows without what belongs to the columns of X: votes, noise, rules.

        Returns
        -------
        provenance : Provenance
            For an array beside X, which has other columns.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote import Provenance
        >>> made = Provenance(np.array([0, 1]), np.array([2, 3]), np.array([0.25, 0.75]))
        >>> made.voted(np.array([[2], [1]]), np.array([1])).unchanged().voter_rows is None
        True
        """
        return replace(self, voter_rows=None, voted_columns=None, noise=None, rules=None)

    def nearer_rows(self) -> Rows:
        """Return the parent nearer to each row; the base if both are equally near.

        Returns
        -------
        rows : ndarray of shape (n_new,), int64
            Row numbers of X.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote import Provenance
        >>> made = Provenance(np.array([0, 1]), np.array([2, 3]), np.array([0.25, 0.75]))
        >>> made.nearer_rows()
        array([0, 3])
        """
        steps = self.gaps if self.shrinks is None else self.gaps * self.shrinks
        return np.where(steps > 0.5, self.neighbor_rows, self.base_rows)

    def take(self, places: Any) -> Provenance:
        """Return the provenance of some of the rows, in the given order.

        Parameters
        ----------
        places : ndarray of int or of bool
            The places of the rows, from 0, or a mask over all rows.

        Returns
        -------
        provenance : Provenance
            Of these rows.

        Raises
        ------
        ValueError
            If the rows have noise, which is drawn for all of them.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote import Provenance
        >>> made = Provenance(np.array([0, 1]), np.array([2, 3]), np.array([0.25, 0.75]))
        >>> made.take(np.array([1, 1])).base_rows
        array([1, 1])
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
        """Concatenate several provenances without noise.

        Parameters
        ----------
        parts : list of Provenance
            They have the same fields, and the same `rules` and `has_missing`.

        Returns
        -------
        provenance : Provenance
            Of the rows of all parts. Without parts, of no rows.

        Examples
        --------
        >>> import numpy as np
        >>> from fastsmote import Provenance
        >>> made = Provenance(np.array([0, 1]), np.array([2, 3]), np.array([0.25, 0.75]))
        >>> Provenance.join([made, made.take(np.array([0]))]).base_rows
        array([0, 1, 0])
        """
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

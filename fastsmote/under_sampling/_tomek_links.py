"""Tomek links."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from imblearn.under_sampling import TomekLinks as _TomekLinks

from fastsmote._base.classes import encode_classes
from fastsmote._base.options import TAKES_MISSING
from fastsmote._base.sampler import CompiledSampler
from fastsmote._rules.edited import compare_classes
from fastsmote._search.class_index import build_index
from fastsmote._synthesis.output import take_rows
from fastsmote._threads import threads_of
from fastsmote._types import CleaningStrategy, Int, Missing, Rows

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_TomekLinks, object)


class TomekLinks(CompiledSampler, _TomekLinks):
    """Remove the rows of targeted classes that belong to a Tomek link.

    A drop-in replacement for `imblearn.under_sampling.TomekLinks`.

    Parameters
    ----------
    sampling_strategy : str, list or callable, default="auto"
        The classes whose rows may be removed, as in imbalanced-learn. "auto" means all
        classes except the minority.
    n_jobs : int, default=None
        The number of threads, with joblib's meaning of negative numbers. None means the
        number set by `fastsmote.threads` or ``FASTSMOTE_NUM_THREADS``, or every core if
        neither is set.
    missing : {"error", "partial"}, default="error"
        What to do if values of X are missing (NaN, or null in a dataframe). "error" raises an
        error. With "partial", the distance of two rows is computed from the features that both
        have, as in `sklearn.metrics.pairwise.nan_euclidean_distances`. A row without any value
        is an error. See ``docs/missing-values.md``.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The numbers of the rows kept, in ascending order.
    is_synthetic_ : ndarray of shape (n_kept,), bool
        False for every row, as no row is new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    Two rows of different classes form a Tomek link if each is the other's nearest row.

    At least one end of every link is outside the largest class, so only rows outside it are
    searched. For each such row a, the search finds a near row of its own class, and within
    that distance the nearest row b of another class. If there is one, it checks whether any
    row of the own class is nearer to a than b is, and whether any row is nearer to b than a
    is. This finds every link. Every pair found is a link, because both ends are compared with
    all rows.

    X of shape (n_rows, n_features) may be float32, float64 or integer. Of rows at the same
    distance, the lower row number is nearer, while imbalanced-learn's choice depends on the
    number of threads and the CPU. The result is the same for any number of threads. X is
    not modified. Errors are imbalanced-learn's: ``ValueError`` if X contains infinity, if it
    contains NaN and `missing` is "error", or for an unknown strategy.

    X may also be a CSR or CSC matrix. The output then has the same rows, in the format of X.
    The classes are searched through an inverted index of 12 bytes per value. A dense copy is
    made only if X has at most 64 features, or if the copy takes at most twice the bytes of
    X.

    Most of the time is the nearest-neighbor search for the rows outside the largest class.
    Memory beyond input and output is 5 bytes per value of X and about 100 bytes per row.

    References
    ----------
    I. Tomek, "Two modifications of CNN", IEEE Transactions on Systems, Man, and
    Cybernetics 6, 769-772, 1976, section II.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.under_sampling import TomekLinks
    >>> X = np.array([[0.0], [1.0], [1.1], [3.0], [3.5], [4.1]])
    >>> y = np.array([1, 1, 0, 0, 0, 0])
    >>> tomek = TomekLinks()
    >>> X_resampled, y_resampled = tomek.fit_resample(X, y)
    >>> tomek.sample_indices_
    array([0, 1, 3, 4, 5])
    """

    sample_indices_: Rows

    _takes_sparse = True

    _parameter_constraints: ClassVar = {**_TomekLinks._parameter_constraints, **TAKES_MISSING}

    def __init__(
        self,
        *,
        sampling_strategy: CleaningStrategy = "auto",
        n_jobs: Int | None = None,
        missing: Missing = "error",
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            n_jobs=n_jobs,
        )
        self.missing: Missing = missing

    def _fit_resample_compiled(self, X, y):
        with threads_of(self.n_jobs):
            is_removed = np.zeros(len(y), bool)
            is_removed[find_tomek_links(X, y, self._has_missing).ravel()] = True
            for label in np.unique(y[is_removed]):
                if label not in self.sampling_strategy_:
                    is_removed[is_removed] = y[is_removed] != label
            self.sample_indices_ = np.flatnonzero(~is_removed)
            return take_rows(X, self.sample_indices_), take_rows(y, self.sample_indices_)


def find_tomek_links(X, y, has_missing=False):
    """Find the Tomek links of a table.

    Parameters
    ----------
    X : {ndarray, CSR, CSC} of shape (n_rows, n_features), float32, float64 or integer
    y : ndarray of shape (n_rows,)
    has_missing : bool, default=False
        Whether X, which is dense, has missing values.

    Returns
    -------
    links : ndarray of shape (n_links, 2), int64
        Row numbers.
    """
    labels, codes, class_rows = encode_classes(y)
    index = build_index(X, class_rows, has_missing=has_missing)
    largest = _largest_class(index)
    nearest = np.full(len(y), -1)
    for code in range(len(labels)):
        if code != largest:
            pairs = compare_classes(index, code, index.rows_in_order(code), 1, 1)[1]
            nearest[pairs.query_rows] = pairs.neighbor_rows
    a = np.flatnonzero(nearest >= 0)
    b = nearest[a]
    is_open = codes[b] == largest
    is_link = ~is_open & (nearest[b] == a)
    is_link[is_open] = _are_nearest(index, largest, b[is_open], a[is_open])
    return np.column_stack([a[is_link], b[is_link]])


def _largest_class(index):
    """Return the class with the most rows; of several, the one whose rows come first.

    An over-sampler appends its rows. They are near each other, so searching them is faster than
    searching the rows of a class to which none was added.
    """
    sizes = [(len(rows), -rows.mean()) for rows in index.class_rows]
    return max(range(len(sizes)), key=sizes.__getitem__)


def _are_nearest(index, code, rows, others):
    """Whether others[i] is the nearest of all rows to rows[i], a row of class ``code``."""
    found = index.among_all(code, index.given(rows, others))
    return found.neighbor_rows[:, 0] == others

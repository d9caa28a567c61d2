"""Random under-sampling."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from imblearn.under_sampling import RandomUnderSampler as _RandomUnderSampler
from sklearn.utils import _safe_indexing

from fastsmote._base.classes import check_are_integers, split_classes
from fastsmote._base.dataframes import as_frame, take_rows_of_frame
from fastsmote._base.inputs import TakesAnyX
from fastsmote._recipes.random_sampling import draw_kept_places
from fastsmote._synthesis.output import take_rows
from fastsmote._types import Rows, Seed, UnderSamplingStrategy

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_RandomUnderSampler, object)


class RandomUnderSampler(TakesAnyX, _RandomUnderSampler):
    """Keep rows that are drawn at random.

    A drop-in replacement for `imblearn.under_sampling.RandomUnderSampler`. It returns the
    same rows for the same `random_state`.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes to under-sample, and down to how many rows, as in imbalanced-learn.
    random_state : int, RandomState instance or None, default=None
        The seed of the drawn rows.
    replacement : bool, default=False
        Whether a row may be drawn more than once.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to keep in each targeted class.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The numbers of the rows kept, class by class. Rows of a targeted class are in the
        order in which they were drawn.
    is_synthetic_ : ndarray of shape (n_kept,), bool
        False for every row, as no row is new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    X may be anything that imbalanced-learn accepts: an array of any dtype, also with NaN or
    strings, a sparse matrix, or a dataframe. For a class of many rows, a compiled shuffle
    draws the rows in a tenth of the time, from the same random numbers.

    Errors are imbalanced-learn's: ``ValueError`` for a strategy that does not fit y. The rows
    equal imbalanced-learn's for the same `random_state`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.under_sampling import RandomUnderSampler
    >>> X, y = np.arange(12).reshape(6, 2), np.array([0, 0, 0, 0, 1, 1])
    >>> _, y_resampled = RandomUnderSampler(random_state=0).fit_resample(X, y)
    >>> np.bincount(y_resampled).tolist()
    [2, 2]
    """

    sample_indices_: Rows

    if TYPE_CHECKING:  # imbalanced-learn's signature

        def __init__(
            self,
            *,
            sampling_strategy: UnderSamplingStrategy = "auto",
            random_state: Seed = None,
            replacement: bool = False,
        ) -> None: ...

    def _fit_resample(self, X, y):
        check_are_integers(self.sampling_strategy_, "rows to keep")
        labels, class_rows = split_classes(y)
        n_kept = [self.sampling_strategy_.get(label) for label in labels]
        drawn = draw_kept_places(self.random_state, map(len, class_rows), n_kept, self.replacement)
        kept = [rows[places] for rows, places in zip(class_rows, drawn, strict=True)]
        self.sample_indices_ = np.concatenate(kept)
        if as_frame(X) is not None:
            return take_rows_of_frame(X, self.sample_indices_), y[self.sample_indices_]
        take = take_rows if type(X) is np.ndarray else _safe_indexing
        return take(X, self.sample_indices_), y[self.sample_indices_]

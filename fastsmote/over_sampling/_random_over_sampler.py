"""Random over-sampling."""

from typing import ClassVar

import numpy as np
from imblearn.over_sampling import RandomOverSampler as _RandomOverSampler
from scipy import sparse
from sklearn.utils import check_random_state

from fastsmote._base.classes import check_are_integers
from fastsmote._base.dataframes import as_frame, take_rows_of_frame
from fastsmote._base.floats import narrowed, widened
from fastsmote._base.inputs import TakesAnyX
from fastsmote._base.options import TAKES_VALUES
from fastsmote._base.sampler import CompiledSampler
from fastsmote._search.lists import copy_in_order
from fastsmote._synthesis.output import copied_meanwhile


class RandomOverSampler(TakesAnyX, _RandomOverSampler):
    """Repeat rows drawn at random.

    A drop-in replacement for `imblearn.over_sampling.RandomOverSampler`. It returns the
    same rows for the same `random_state`.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes to over-sample, and up to how many rows, as in imbalanced-learn.
    random_state : int, RandomState instance or None, default=None
        The seed of the drawn rows and, with `shrinkage`, of the noise.
    shrinkage : float >= 0, dict or None, default=None
        The amount of normal noise to add to repeated rows, relative to the bandwidth that
        is optimal for normal data. A dict gives it for each class. None adds no noise. With
        `shrinkage`, imbalanced-learn's own code runs, because drawing the noise takes most
        of the time.
    values : dict, "infer" or None, default=None
        Rules for the values of new rows, as for `SMOTE`. They apply after the noise. Without
        `shrinkage` the new rows are copies of rows of X, and `values` has no effect.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to add to each class.
    sample_indices_ : ndarray of shape (n_rows_new,), int64
        For each row of the output, the number of the row of X that it repeats.
    shrinkage_ : dict or None
        The shrinkage of each class.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names, if all of them are strings.

    Notes
    -----
    X may be anything that imbalanced-learn accepts: an array of any dtype, also with NaN or
    strings, a sparse matrix, or a dataframe. Rows of a pandas DataFrame are taken column by
    column, and dtypes are kept. For sparse matrices, imbalanced-learn's own code runs.

    References
    ----------
    G. Menardi, N. Torelli, "Training and assessing classification rules with imbalanced
    data", Data Mining and Knowledge Discovery 28, 92-122, 2014, section 3, for `shrinkage`.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.over_sampling import RandomOverSampler
    >>> X, y = np.arange(12).reshape(6, 2), np.array([0, 0, 0, 0, 1, 1])
    >>> _, y_resampled = RandomOverSampler(random_state=0).fit_resample(X, y)
    >>> np.bincount(y_resampled).tolist()
    [4, 4]
    """

    _parameter_constraints: ClassVar = {**_RandomOverSampler._parameter_constraints, **TAKES_VALUES}

    def __init__(
        self,
        *,
        sampling_strategy="auto",
        random_state=None,
        shrinkage=None,
        values=None,
    ):
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            shrinkage=shrinkage,
        )
        self.values = values

    def _read_frame(self, frame):
        if self.shrinkage is not None:  # shrinkage computes new numbers
            return CompiledSampler._read_frame(self, frame)
        return super()._read_frame(frame)

    def _reason_not_compiled(self, X):
        if self.shrinkage is not None:
            return "shrinkage is given"
        if as_frame(X) is None and type(X) is not np.ndarray:
            return f"X is a {type(X).__name__}"
        return None

    def _fit_resample_stock(self, X, y):
        """Run imbalanced-learn's own code, on sparse integers wide enough for every sum."""
        if not sparse.issparse(X):
            return super()._fit_resample_stock(X, y)
        X_resampled, y_resampled = super()._fit_resample_stock(widened(X), y)
        return narrowed(X_resampled, X), y_resampled

    def _fit_resample_compiled(self, X, y):
        self.shrinkage_ = None
        check_are_integers(self.sampling_strategy_, "new rows")
        if as_frame(X) is not None:
            self.sample_indices_ = np.concatenate([np.arange(len(y)), self._draw(y)])
            X_resampled = take_rows_of_frame(X, self.sample_indices_)
            if hasattr(X_resampled, "iloc"):
                X_resampled = X_resampled.reset_index(drop=True)
            return X_resampled, y[self.sample_indices_]
        n_new = sum(self.sampling_strategy_.values())
        with copied_meanwhile(X, y, n_new) as (X_resampled, y_resampled, complete):
            drawn = self._draw(y)
            self.sample_indices_ = np.concatenate([np.arange(len(y)), drawn])
            y_resampled[len(y) :] = y[drawn]
            if not X.flags.c_contiguous:  # the output has the rows in C order
                complete()
                X = X_resampled[: len(X)]
            copy_in_order(X, X_resampled[len(X) :], drawn)
        return X_resampled, y_resampled

    def _draw(self, y):
        """Draw the rows to repeat, class by class."""
        random_state = check_random_state(self.random_state)
        return np.concatenate(
            [np.empty(0, np.int64)]
            + [
                random_state.choice(np.flatnonzero(y == label), size=n_new, replace=True)
                for label, n_new in self.sampling_strategy_.items()
            ]
        )

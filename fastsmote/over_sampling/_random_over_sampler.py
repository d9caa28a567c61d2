"""Random over-sampling."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from imblearn.over_sampling import RandomOverSampler as _RandomOverSampler
from scipy import sparse
from sklearn.utils import check_array, check_random_state

from fastsmote._base.classes import check_are_integers
from fastsmote._base.dataframes import as_frame, take_rows_of_frame
from fastsmote._base.fallback import NotCompiled
from fastsmote._base.floats import narrowed
from fastsmote._base.inputs import TakesAnyX
from fastsmote._base.options import TAKES_VALUES
from fastsmote._base.sampler import CompiledSampler
from fastsmote._recipes.random_sampling import draw_repeated_places
from fastsmote._search.lists import copy_in_order
from fastsmote._synthesis.noise import Noise, in_sums, noise_scales, smoothed
from fastsmote._synthesis.output import copied_meanwhile
from fastsmote._synthesis.provenance import Provenance
from fastsmote._types import OverSamplingStrategy, Rows, Seed, Values

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_RandomOverSampler, object)


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
        is optimal for normal data. A dict gives it for each class. None adds no noise. Drawing
        the noise takes most of the time.
    values : dict, "infer" or None, default=None
        Rules for the values of new rows, as for `SMOTE`. They apply after the noise. Without
        `shrinkage` the new rows are copies of rows of X, and `values` has no effect.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to add to each class.
    sample_indices_ : ndarray of shape (n_rows_resampled,), int64
        For each row of the output, the number of the row of X that it repeats.
    shrinkage_ : dict or None
        The shrinkage of each class.
    provenance_ : Provenance
        The row of X that each new row repeats, and what draws its noise again. It is not
        pickled.
    is_synthetic_ : ndarray of shape (n_rows_resampled,), bool
        Which rows of the output are new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    X may be anything that imbalanced-learn accepts: an array of any dtype, also with NaN or
    strings, a sparse matrix, or a dataframe. Rows of a pandas DataFrame are taken column by
    column, and dtypes are kept. With `shrinkage`, X must contain numbers. A dense array then
    becomes float64 and a sparse matrix keeps its dtype, as in imbalanced-learn.

    Errors are imbalanced-learn's: ``ValueError`` for a strategy that does not fit y, if
    `shrinkage` is negative or lacks a class, or if X is not numeric and `shrinkage` is given.
    The rows equal imbalanced-learn's for the same `random_state`.

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

    sample_indices_: Rows
    shrinkage_: dict[Any, float] | None
    provenance_: Provenance

    _parameter_constraints: ClassVar = {**_RandomOverSampler._parameter_constraints, **TAKES_VALUES}

    def __init__(
        self,
        *,
        sampling_strategy: OverSamplingStrategy = "auto",
        random_state: Seed = None,
        shrinkage: float | Mapping[Any, float] | None = None,
        values: Values = None,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            shrinkage=shrinkage,
        )
        self.values: Values = values

    def _read_frame(self, frame):
        if self.shrinkage is not None:  # shrinkage computes new numbers
            return CompiledSampler._read_frame(self, frame)
        return super()._read_frame(frame)

    def _reason_not_compiled(self, X):
        if as_frame(X) is None and type(X) is not np.ndarray and not sparse.issparse(X):
            return f"X is a {type(X).__name__}"
        return None

    def _fit_resample_stock(self, X, y):
        resampled = super()._fit_resample_stock(X, y)
        if self.shrinkage is None and self._overridden_hook() is None:
            self.provenance_ = Provenance.of_copies(self.sample_indices_[len(y) :])
        return resampled

    def _fit_resample_compiled(self, X, y):
        check_are_integers(self.sampling_strategy_, "new rows")
        self.shrinkage_ = self._shrinkages()
        if self.shrinkage_ is not None:
            return self._fit_resample_smoothed(X, y)
        if type(X) is not np.ndarray:
            drawn = self._draw(y)
            self._note_drawn(y, drawn)
            return self._append(X, drawn), y[self.sample_indices_]
        n_new = sum(self.sampling_strategy_.values())
        with copied_meanwhile(X, y, n_new) as (X_resampled, y_resampled, complete):
            drawn = self._draw(y)
            self._note_drawn(y, drawn)
            y_resampled[len(y) :] = y[drawn]
            if not X.flags.c_contiguous:  # the output has the rows in C order
                complete()
                X = X_resampled[: len(X)]
            copy_in_order(X, X_resampled[len(X) :], drawn)
        return X_resampled, y_resampled

    def _append(self, X, drawn):
        """Append repeated rows to a sparse matrix or a dataframe."""
        if sparse.issparse(X):
            return sparse.vstack([X, X[drawn]], format=X.format)
        X_resampled = take_rows_of_frame(X, self.sample_indices_)
        return X_resampled.reset_index(drop=True) if hasattr(X_resampled, "iloc") else X_resampled

    def _draw(self, y):
        """Draw the rows to repeat, class by class."""
        class_rows = [np.flatnonzero(y == label) for label in self.sampling_strategy_]
        n_new = self.sampling_strategy_.values()
        drawn = draw_repeated_places(self.random_state, map(len, class_rows), n_new)
        rows = [of_class[places] for of_class, places in zip(class_rows, drawn, strict=True)]
        return np.concatenate([np.empty(0, np.int64), *rows])

    def _note_drawn(self, y, drawn, noise=None, rules=None):
        self.sample_indices_ = np.concatenate([np.arange(len(y)), drawn])
        self.provenance_ = Provenance.of_copies(drawn, noise, rules)

    def _shrinkages(self):
        """Return the shrinkage of each class, or None if rows are repeated without noise."""
        if not isinstance(self.shrinkage, Real):
            return self.shrinkage
        return dict.fromkeys(self.sampling_strategy_, self.shrinkage)

    def _fit_resample_smoothed(self, X, y):
        """Repeat rows with noise: draw rows and noise class by class, in turn."""
        shrinkages = [self.shrinkage_.get(label, -1) for label in self.sampling_strategy_]
        if min([*shrinkages, *self.shrinkage_.values()], default=0) < 0:
            raise NotCompiled("a shrinkage is missing or negative")  # which is an error there
        try:
            X = check_array(X, accept_sparse=["csr", "csc"], dtype="numeric")
        except ValueError as error:
            raise NotCompiled("X is not numeric") from error  # which is an error there
        rules = self._rules_for(X)
        wide = in_sums(X, rules)
        class_rows = [np.flatnonzero(y == label) for label in self.sampling_strategy_]
        scales = list(map(partial(noise_scales, wide), class_rows, shrinkages))
        if not all(np.isfinite(each).all() for each in scales):
            raise NotCompiled("the numbers vary too much")
        random_state, noise = check_random_state(self.random_state), Noise()
        drawn, made = [np.empty(0, np.int64)], [X]
        for rows, n_new, scale in zip(
            class_rows, self.sampling_strategy_.values(), scales, strict=True
        ):
            drawn.append(random_state.choice(rows, size=n_new, replace=True))
            new = smoothed(wide, drawn[-1], noise.draw(random_state, n_new, scale), rules)
            made.append(narrowed(new, X) if sparse.issparse(X) else new)
        self._note_drawn(y, np.concatenate(drawn), noise, rules)
        if sparse.issparse(X):
            return sparse.vstack(made, format=X.format), y[self.sample_indices_]
        return np.vstack(made), y[self.sample_indices_]

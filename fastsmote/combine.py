"""Combined samplers: drop-in replacements for all samplers of `imblearn.combine`."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from imblearn.combine import SMOTEENN as _SMOTEENN
from imblearn.combine import SMOTETomek as _SMOTETomek
from imblearn.over_sampling import SMOTE as _SMOTE
from imblearn.under_sampling import EditedNearestNeighbours as _EditedNearestNeighbours
from imblearn.under_sampling import TomekLinks as _TomekLinks
from scipy import sparse
from sklearn.base import clone
from sklearn.utils import assert_all_finite

from fastsmote._base.floats import on_floats
from fastsmote._base.missing import check_steps_take_missing
from fastsmote._base.options import TAKES_MISSING, TAKES_VALUES
from fastsmote._base.sampler import CompiledSampler
from fastsmote._synthesis.provenance import Provenance
from fastsmote._types import Int, Mask, Missing, OverSamplingStrategy, Rows, Seed, Values
from fastsmote.over_sampling import SMOTE
from fastsmote.under_sampling import EditedNearestNeighbours, TomekLinks
from fastsmote.under_sampling._edited_nearest_neighbours import with_any_labels

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_SMOTEENN, object)
assert issubclass(_SMOTETomek, object)

__all__ = ["SMOTEENN", "SMOTETomek"]


def _smote_step(sampler):
    """The first step: a clone of the one given, or a compiled SMOTE with the same parameters."""
    if sampler.smote is not None:
        if sampler.values is not None:
            raise ValueError(
                f"values is {sampler.values!r}, but smote is given too, and its own values apply. "
                "Pass values to that sampler."
            )
        return clone(sampler.smote)
    return SMOTE(
        sampling_strategy=sampler.sampling_strategy,
        random_state=sampler.random_state,
        missing=sampler.missing,
        values=sampler.values,
    )


def _run_steps(over_sampler, cleaner, X, y, columns, has_missing):
    """Run both steps on checked arrays.

    A compiled step does not check the arrays again. Only the new rows are checked for
    infinity. A subclass may return other rows, so its public `fit_resample` is called.
    """
    if type(over_sampler) is not SMOTE:
        return cleaner.fit_resample(*over_sampler.fit_resample(X, y))
    X_resampled, y_resampled = over_sampler.resample_checked(
        X, y, columns=columns, has_missing=has_missing
    )
    if type(cleaner) not in (EditedNearestNeighbours, TomekLinks):
        return cleaner.fit_resample(X_resampled, y_resampled)
    made = X_resampled if sparse.issparse(X) else X_resampled[len(y) :]
    name = type(cleaner).__name__
    assert_all_finite(made, allow_nan=has_missing, estimator_name=name, input_name="X")
    return cleaner.resample_checked(X_resampled, y_resampled, has_missing=has_missing)


class _RunsSteps(CompiledSampler):
    """Mixin: an over-sampler, then a cleaner."""

    is_synthetic_: Mask
    sample_indices_: Rows
    provenance_: Provenance

    _ran = "its two steps"  # each step logs its own line

    def _has_rules(self):
        return any(getattr(part, "values", None) is not None for part in (self, self.smote))

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.sample_indices = True  # imbalanced-learn's classes do not have them
        return tags

    def _steps(self):
        """Return the fitted steps."""
        raise NotImplementedError

    def _note_rows(self, n_rows, y_resampled):
        """Set what is known of the rows: which are left, and the parents of the new ones."""
        over_sampler, cleaner = self._steps()
        rows = getattr(cleaner, "sample_indices_", None)
        if not hasattr(over_sampler, "is_synthetic_") and type(over_sampler) is not _SMOTE:
            self._why_no_provenance = f"{over_sampler} may return its rows in any order"
            return
        if rows is None or len(rows) != len(y_resampled):
            self._why_no_provenance = f"{cleaner} does not name the rows it keeps"
            return
        self.is_synthetic_ = rows >= n_rows
        self.sample_indices_ = rows[~self.is_synthetic_]
        made = getattr(over_sampler, "provenance_", None)
        if made is None:
            self._why_no_provenance = f"{over_sampler} has no provenance_"
        else:
            self.provenance_ = made.take(rows[self.is_synthetic_] - n_rows)


class SMOTEENN(_RunsSteps, _SMOTEENN):
    """Over-sample by SMOTE, then remove rows whose neighbors belong to other classes.

    A drop-in replacement for `imblearn.combine.SMOTEENN`. It returns the same rows for the
    same `random_state`.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        As for `SMOTE`.
    random_state : int, RandomState instance or None, default=None
        As for `SMOTE`.
    smote : imblearn.over_sampling.SMOTE, default=None
        An instance of fastsmote's or imbalanced-learn's class. None means fastsmote's, with
        `sampling_strategy`, `random_state`, `missing` and `values`.
    enn : imblearn.under_sampling.EditedNearestNeighbours, default=None
        An instance of fastsmote's or imbalanced-learn's class. None means fastsmote's, with
        ``sampling_strategy="all"``, `missing` and `n_jobs`.
    n_jobs : int, default=None
        The number of threads of the default `enn`.
    missing : {"error", "partial"}, default="error"
        What to do if values of X are missing, as for `SMOTE`. It applies to the default steps.
        A `smote` or `enn` that is given needs its own ``missing="partial"``, or the call
        raises ``ValueError`` if X has missing values.
    values : dict, "infer" or None, default=None
        Rules for the values of new rows, as for `SMOTE`. If `smote` is given, set its own
        `values` instead: to give both is an error.

    Attributes
    ----------
    sampling_strategy_ : object
        The parameter `sampling_strategy`, as in imbalanced-learn.
    smote_ : SMOTE
        The fitted first step.
    enn_ : EditedNearestNeighbours
        The fitted second step.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The numbers of the rows of X that are left, in the order of the output.
    is_synthetic_ : ndarray of shape (n_rows_resampled,), bool
        Which rows of the output are new. It is not pickled.
    provenance_ : Provenance
        Base row, neighbor row and gap of each synthetic row that is left, in the order of the
        output. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    Shapes, dtypes, errors, ties and reproducibility are as for `SMOTE` and
    `EditedNearestNeighbours`.

    References
    ----------
    G. E. A. P. A. Batista, R. C. Prati, M. C. Monard, "A study of the behavior of several
    methods for balancing machine learning training data", SIGKDD Explorations 6, 20-29,
    2004, section 3.2.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.combine import SMOTEENN
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat([0, 1], [45, 15])
    >>> X_resampled, y_resampled = SMOTEENN(random_state=0).fit_resample(X, y)
    >>> len(X_resampled) <= 90
    True
    """

    sampling_strategy_: Any  # the parameter
    smote_: _SMOTE
    enn_: _EditedNearestNeighbours

    _parameter_constraints: ClassVar = {
        **_SMOTEENN._parameter_constraints,
        **TAKES_MISSING,
        **TAKES_VALUES,
    }

    def __init__(
        self,
        *,
        sampling_strategy: OverSamplingStrategy = "auto",
        random_state: Seed = None,
        smote: _SMOTE | None = None,
        enn: _EditedNearestNeighbours | None = None,
        n_jobs: Int | None = None,
        missing: Missing = "error",
        values: Values = None,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            smote=smote,
            enn=enn,
            n_jobs=n_jobs,
        )
        self.missing: Missing = missing
        self.values: Values = values

    def _validate_estimator(self):
        self.smote_ = _smote_step(self)
        self.enn_ = (
            clone(self.enn)
            if self.enn is not None
            else EditedNearestNeighbours(
                sampling_strategy="all", n_jobs=self.n_jobs, missing=self.missing
            )
        )

    def _fit_resample(self, X, y):
        if X.dtype == np.bool_:
            return on_floats(self._fit_resample, X, y)
        self._validate_estimator()
        self.sampling_strategy_ = self.sampling_strategy
        self.enn_ = with_any_labels(self.enn_, y)
        if self._has_missing:
            check_steps_take_missing({"smote": self.smote_, "enn": self.enn_})
        return _run_steps(self.smote_, self.enn_, X, y, self._columns, self._has_missing)

    def _steps(self):
        return self.smote_, self.enn_


class SMOTETomek(_RunsSteps, _SMOTETomek):
    """Over-sample by SMOTE, then remove the Tomek links.

    A drop-in replacement for `imblearn.combine.SMOTETomek`. It returns the same rows for the
    same `random_state`.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        As for `SMOTE`.
    random_state : int, RandomState instance or None, default=None
        As for `SMOTE`.
    smote : imblearn.over_sampling.SMOTE, default=None
        An instance of fastsmote's or imbalanced-learn's class. None means fastsmote's, with
        `sampling_strategy`, `random_state`, `missing` and `values`.
    tomek : imblearn.under_sampling.TomekLinks, default=None
        An instance of fastsmote's or imbalanced-learn's class. None means fastsmote's, with
        ``sampling_strategy="all"``, `missing` and `n_jobs`.
    n_jobs : int, default=None
        The number of threads of the default `tomek`.
    missing : {"error", "partial"}, default="error"
        What to do if values of X are missing, as for `SMOTE`. It applies to the default steps.
        A `smote` or `tomek` that is given needs its own ``missing="partial"``, or the call
        raises ``ValueError`` if X has missing values.
    values : dict, "infer" or None, default=None
        Rules for the values of new rows, as for `SMOTE`. If `smote` is given, set its own
        `values` instead: to give both is an error.

    Attributes
    ----------
    sampling_strategy_ : object
        The parameter `sampling_strategy`, as in imbalanced-learn.
    smote_ : SMOTE
        The fitted first step.
    tomek_ : TomekLinks
        The fitted second step.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The numbers of the rows of X that are left, in the order of the output.
    is_synthetic_ : ndarray of shape (n_rows_resampled,), bool
        Which rows of the output are new. It is not pickled.
    provenance_ : Provenance
        Base row, neighbor row and gap of each synthetic row that is left, in the order of the
        output. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    Shapes, dtypes, errors, ties and reproducibility are as for `SMOTE` and `TomekLinks`.

    References
    ----------
    G. E. A. P. A. Batista, A. L. C. Bazzan, M. C. Monard, "Balancing training data for
    automated annotation of keywords: a case study", WOB 2003, 10-18, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.combine import SMOTETomek
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat([0, 1], [45, 15])
    >>> X_resampled, y_resampled = SMOTETomek(random_state=0).fit_resample(X, y)
    >>> len(X_resampled) <= 90
    True
    """

    sampling_strategy_: Any  # the parameter
    smote_: _SMOTE
    tomek_: _TomekLinks

    _parameter_constraints: ClassVar = {
        **_SMOTETomek._parameter_constraints,
        **TAKES_MISSING,
        **TAKES_VALUES,
    }

    def __init__(
        self,
        *,
        sampling_strategy: OverSamplingStrategy = "auto",
        random_state: Seed = None,
        smote: _SMOTE | None = None,
        tomek: _TomekLinks | None = None,
        n_jobs: Int | None = None,
        missing: Missing = "error",
        values: Values = None,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            smote=smote,
            tomek=tomek,
            n_jobs=n_jobs,
        )
        self.missing: Missing = missing
        self.values: Values = values

    def _validate_estimator(self):
        self.smote_ = _smote_step(self)
        self.tomek_ = (
            clone(self.tomek)
            if self.tomek is not None
            else TomekLinks(sampling_strategy="all", n_jobs=self.n_jobs, missing=self.missing)
        )

    def _fit_resample(self, X, y):
        if X.dtype == np.bool_:
            return on_floats(self._fit_resample, X, y)
        self._validate_estimator()
        self.sampling_strategy_ = self.sampling_strategy
        if self._has_missing:
            check_steps_take_missing({"smote": self.smote_, "tomek": self.tomek_})
        return _run_steps(self.smote_, self.tomek_, X, y, self._columns, self._has_missing)

    def _steps(self):
        return self.smote_, self.tomek_

"""Instance hardness threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imblearn.under_sampling import InstanceHardnessThreshold as _InstanceHardnessThreshold

from fastsmote._base.classes import on_codes
from fastsmote._base.sampler import CompiledSampler
from fastsmote._types import Estimator, Int, Rows, Seed, UnderSamplingStrategy

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_InstanceHardnessThreshold, object)


class InstanceHardnessThreshold(CompiledSampler, _InstanceHardnessThreshold):
    """Keep the rows whose class a classifier predicts with the highest probability.

    A drop-in replacement for `imblearn.under_sampling.InstanceHardnessThreshold` that runs
    imbalanced-learn's code, because nearly all of the time is scikit-learn's fit of the
    classifier. Labels of any type are accepted; they give the rows of the labels 0, 1, ...
    Dataframes of pandas, polars and pyarrow are accepted and returned as the same kind.

    Parameters
    ----------
    estimator : estimator, default=None
        A classifier with `predict_proba`. None means a `RandomForestClassifier`.
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes to under-sample, and down to approximately how many rows, as in
        imbalanced-learn.
    random_state : int, RandomState instance or None, default=None
        The seed of the folds and of the classifier.
    cv : int, default=5
        The number of cross-validation folds that predict the probabilities.
    n_jobs : int, default=None
        The number of jobs, with joblib's meaning of negative numbers.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to keep in each targeted class.
    estimator_ : estimator
        The classifier.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The numbers of the rows kept, class by class, ascending within each class.
    is_synthetic_ : ndarray of shape (n_kept,), bool
        False for every row, as no row is new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Raises
    ------
    ValueError
        As in imbalanced-learn: if X contains NaN or infinity, if a class has fewer than `cv`
        rows, or for an unknown strategy.

    Notes
    -----
    The probability of a row is that of its own class, predicted in the fold in which the row
    is held out. The threshold is a percentile of the probabilities of the class. Rows at the
    threshold are kept, so ties may keep more rows than requested.

    imbalanced-learn uses labels as column numbers of the predicted probabilities. So labels
    such as -1 and 1 give different rows there, and labels such as 1 and 2, or text, raise an
    error.

    References
    ----------
    M. R. Smith, T. Martinez, C. Giraud-Carrier, "An instance level analysis of data
    complexity", Machine Learning 95, 225-256, 2014, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.under_sampling import InstanceHardnessThreshold
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat(["no", "yes"], [45, 15])
    >>> X_resampled, _ = InstanceHardnessThreshold(random_state=0).fit_resample(X, y)
    >>> len(X_resampled) < 60
    True
    """

    estimator_: Any
    sample_indices_: Rows

    if TYPE_CHECKING:  # imbalanced-learn's signature

        def __init__(
            self,
            *,
            estimator: Estimator | None = None,
            sampling_strategy: UnderSamplingStrategy = "auto",
            random_state: Seed = None,
            cv: Int = 5,
            n_jobs: Int | None = None,
        ) -> None: ...

    _ran = "imbalanced-learn's own code"

    def _fit_resample(self, X, y):
        return on_codes(self, self._fit_resample_stock, X, y)

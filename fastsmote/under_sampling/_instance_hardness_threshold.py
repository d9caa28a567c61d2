"""Instance hardness threshold."""

from imblearn.under_sampling import InstanceHardnessThreshold as _InstanceHardnessThreshold

from fastsmote._base.classes import on_codes
from fastsmote._base.sampler import CompiledSampler


class InstanceHardnessThreshold(CompiledSampler, _InstanceHardnessThreshold):
    """Keep the rows of a class that a classifier gets right with the highest probability.

    A drop-in for `imblearn.under_sampling.InstanceHardnessThreshold` that runs
    imbalanced-learn's code. Nearly all of its time is scikit-learn's, fitting the classifier.
    Here labels of any kind give the rows of labels 0, 1, ..., and dataframes of pandas, polars
    and pyarrow come back as they were passed.

    Parameters
    ----------
    estimator : estimator, default=None
        A classifier with `predict_proba`. None makes a `RandomForestClassifier`.
    sampling_strategy : float, str, dict or callable, default="auto"
        As for imbalanced-learn: which classes to under-sample, and down to about how many
        rows.
    random_state : int, RandomState instance or None, default=None
        The seed of the folds and of the classifier.
    cv : int, default=5
        The number of folds in which the probabilities are predicted.
    n_jobs : int, default=None
        The number of jobs, as joblib counts them.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to keep of each targeted class.
    estimator_ : estimator
        The classifier.
    sample_indices_ : ndarray of shape (n_kept,), int64
        The row numbers that are kept, class by class, ascending in each.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names, if all of them are strings.

    Notes
    -----
    The probability of a row is that of its own class, from the fold that the row was left
    out of. The threshold is a percentile of the class's probabilities; rows at it are kept,
    so that ties may keep more rows than were asked for.

    imbalanced-learn takes the labels for column numbers of the predicted probabilities.
    Labels such as -1 and 1 give other rows there, and labels such as 1 and 2, or text, an
    error.

    Raises
    ------
    ValueError
        As imbalanced-learn raises it: for NaN or infinity, for a class with fewer rows than
        `cv`, or for an unknown strategy.

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

    _ran = "imbalanced-learn's own code"

    def _fit_resample(self, X, y):
        return on_codes(self, self._fit_resample_stock, X, y)

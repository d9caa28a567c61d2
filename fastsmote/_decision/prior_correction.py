"""A classifier fitted to resampled rows, with probabilities of the original distribution."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils import column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted
from sklearn_compat.utils import get_tags

from fastsmote._base.classes import count_classes
from fastsmote._base.targets import read_target
from fastsmote._decision.labels import check_labels
from fastsmote._decision.priors import correct, correction_factors, count_rows_of, names_of
from fastsmote._types import (
    Array,
    ArrayLike,
    Estimator,
    Floats,
    Names,
    Rows,
    SamplerObject,
    Self,
    Table,
)

# Classes also to type checkers that cannot read scikit-learn: see `fastsmote._types`.
assert issubclass(ClassifierMixin, object)
assert issubclass(MetaEstimatorMixin, object)
assert issubclass(BaseEstimator, object)


class PriorCorrectedClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """A classifier fitted to resampled rows, with probabilities of the original distribution.

    Resampling changes the shares of the classes, so a classifier that is fitted to resampled
    rows overestimates the probability of the classes that gained. `fit` resamples the rows it
    is given and fits the classifier. `predict_proba` weights the probability of each class by
    its original share divided by its resampled share, and normalizes each row.

    Parameters
    ----------
    estimator : classifier with `fit` and `predict_proba`
        It is cloned and fitted to the resampled rows.
    sampler : object with `fit_resample`
        A sampler of fastsmote or imbalanced-learn, or any estimator with `fit_resample`. It
        must return rows with the features of X. It is cloned.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The sorted labels of the y passed to `fit`.
    class_counts_ : ndarray of shape (n_classes,), int64
        The rows of each class before resampling.
    resampled_class_counts_ : ndarray of shape (n_classes,), int64
        The rows of each class after resampling.
    correction_factors_ : ndarray of shape (n_classes,), float64
        The original share of each class divided by its resampled share; 0 for a class that the
        sampler removed. Only their ratios matter. Between two classes, the factor of the odds
        is the ratio of their values.
    estimator_ : classifier
        The clone of `estimator`, fitted to the resampled rows. Its own probabilities are those
        of the resampled distribution.
    sampler_ : object with `fit_resample`
        The clone of `sampler` that resampled the rows.
    n_features_in_ : int
        The number of columns of X, if `estimator_` has this attribute.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of X. Set only if `estimator_` has this attribute.

    See Also
    --------
    sklearn.calibration.CalibratedClassifierCV : Calibrates by held-out rows. It needs no
        assumption about the sampler, but more rows and fits.

    Notes
    -----
    Let n_c of n rows be of class c before resampling, and r_c of r rows after. If the
    estimator gives p'(c | x), then::

        p(c | x) is proportional to p'(c | x) * (n_c / n) / (r_c / r)

    By Bayes' theorem p'(c | x) is proportional to p'(x | c) * (r_c / r). The correction exchanges
    the shares of the classes and keeps p'(x | c), so it is right if resampling leaves the
    distribution of x within each class as it was.

    - Random over-sampling and random under-sampling choose the rows of a class independently
      of x. The correction is exact for `RandomUnderSampler`, and for `RandomOverSampler` without
      `shrinkage`.
    - SMOTE and its variants place new rows between neighbors, which changes the distribution
      of their class. The correction is approximate.
    - Cleaning (`TomekLinks`, `EditedNearestNeighbours`), `NearMiss` and condensing remove rows
      because of where they lie, such as those near another class. The correction is
      approximate, and poor if many rows are removed near the boundary.

    The correction does not improve p'(c | x). A deep tree that has memorized the copies of an
    over-sampled class gives 0 or 1, which stays 0 or 1. An estimator that changes the shares of
    the classes once more, by ``class_weight="balanced"`` or by a sampler of its own, must not be
    used: the correction knows only of `sampler`.

    With two classes, the correction keeps the order of the rows, so the ROC curve and the
    average precision do not change. `predict` assigns fewer rows to a rare class, because few
    corrected probabilities may exceed one half. For a threshold that fits the costs, see
    `sklearn.model_selection.TunedThresholdClassifierCV`.

    If the sampler removes every row of a class, its probability is 0 for every row, `classes_`
    still contains its label, and `fit` warns. If `estimator_` gives a row the probability 0 for
    every class, which holds no information, the row gets the original shares of the classes.

    Given an int as `random_state` of both parts, or a `RandomState`, each `fit` on the same
    rows gives the same model. scikit-learn's `clone` copies a `RandomState`.

    References
    ----------
    C. Elkan, "The Foundations of Cost-Sensitive Learning", IJCAI 2001, 973-978, theorem 2.

    M. Saerens, P. Latinne, C. Decaestecker, "Adjusting the Outputs of a Classifier to New a
    Priori Probabilities: A Simple Procedure", Neural Computation 14, 21-41, 2002, equation 2.4.

    A. Dal Pozzolo, O. Caelen, R. A. Johnson, G. Bontempi, "Calibrating Probability with
    Undersampling for Unbalanced Classification", IEEE SSCI 2015, 159-166.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from fastsmote import PriorCorrectedClassifier
    >>> from fastsmote.under_sampling import RandomUnderSampler
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat([0, 1], [9_800, 200])
    >>> X = rng.normal(size=(10_000, 2)) + y[:, None]
    >>> sampler = RandomUnderSampler(random_state=0)
    >>> model = PriorCorrectedClassifier(LogisticRegression(), sampler).fit(X, y)
    >>> model.resampled_class_counts_
    array([200, 200])
    >>> model.correction_factors_
    array([1.96, 0.04])
    >>> print(f"{model.estimator_.predict_proba(X)[:, 1].mean():.2f}")  # of resampled rows
    0.37
    >>> print(f"{model.predict_proba(X)[:, 1].mean():.2f}")
    0.02
    """

    classes_: Array
    class_counts_: Rows
    resampled_class_counts_: Rows
    correction_factors_: Floats
    estimator_: Any
    sampler_: Any

    if TYPE_CHECKING:  # methods of scikit-learn, which has no types

        def get_params(self, deep: bool = True) -> dict[str, Any]: ...

        def set_params(self, **params: Any) -> Self: ...

        def score(
            self, X: Table, y: ArrayLike, sample_weight: ArrayLike | None = None
        ) -> float: ...

    def __init__(self, estimator: Estimator, sampler: SamplerObject) -> None:
        self.estimator: Estimator = estimator
        self.sampler: SamplerObject = sampler

    def fit(self, X: Table, y: ArrayLike) -> Self:
        """Resample the rows and fit the estimator to the result.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
            Of any kind and with any values that the sampler accepts and the estimator accepts
            from the sampler.
        y : {array-like, series} of shape (n_rows,)
            The class of each row: integers, booleans, strings or whole floats. The sampler and
            the estimator get an ndarray of the labels.

        Returns
        -------
        self : PriorCorrectedClassifier
            The fitted classifier.

        Raises
        ------
        TypeError
            If `estimator` has no `predict_proba` or `sampler` has no `fit_resample`; says what
            to use instead.
        ValueError
            If y does not hold class labels, if the sampler returns a label that y does not
            contain, or if the estimator's `classes_` are not the labels of the resampled rows.
            Errors of the sampler and of the estimator are also raised.

        Warns
        -----
        UserWarning
            If the sampler removes every row of a class; names the class.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.linear_model import LogisticRegression
        >>> from fastsmote import PriorCorrectedClassifier
        >>> from fastsmote.under_sampling import RandomUnderSampler
        >>> y = np.repeat([0, 1], [980, 20])
        >>> X = np.random.default_rng(0).normal(size=(1_000, 2)) + y[:, None]
        >>> sampler = RandomUnderSampler(random_state=0)
        >>> model = PriorCorrectedClassifier(LogisticRegression(), sampler).fit(X, y)
        >>> model.class_counts_, model.resampled_class_counts_
        (array([980,  20]), array([20, 20]))
        """
        _check_parts(self.estimator, self.sampler)
        y = _read_labels(y)
        labels, class_counts = count_classes(y)
        sampler = clone(self.sampler)
        X_resampled, y_resampled = sampler.fit_resample(X, y)
        resampled_counts = count_rows_of(labels, y_resampled)
        is_kept = resampled_counts > 0
        if not is_kept.all():
            warnings.warn(
                f"{sampler!r} removed every row of class {names_of(labels[~is_kept])}. Its "
                "probability is 0 for every row.",
                UserWarning,
                stacklevel=2,
            )
        estimator = clone(self.estimator).fit(X_resampled, y_resampled)
        if not np.array_equal(estimator.classes_, labels[is_kept]):
            raise ValueError(
                f"{estimator!r} has the classes {names_of(estimator.classes_)}, they must be those "
                f"of the resampled rows: {names_of(labels[is_kept])}."
            )
        self.classes_, self.estimator_, self.sampler_ = labels, estimator, sampler
        self.class_counts_, self.resampled_class_counts_ = class_counts, resampled_counts
        self.correction_factors_ = correction_factors(class_counts, resampled_counts)
        return self

    def predict_proba(self, X: Table) -> Floats:
        """Return the probability of each class in the original distribution.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
            Rows that the estimator accepts. They are not resampled.

        Returns
        -------
        probabilities : ndarray of shape (n_rows, n_classes), float64
            The columns are in the order of `classes_`. Each row sums to 1.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` has not been called.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.linear_model import LogisticRegression
        >>> from fastsmote import PriorCorrectedClassifier
        >>> from fastsmote.under_sampling import RandomUnderSampler
        >>> y = np.repeat([0, 1], [980, 20])
        >>> X = np.random.default_rng(0).normal(size=(1_000, 2)) + y[:, None]
        >>> sampler = RandomUnderSampler(random_state=0)
        >>> model = PriorCorrectedClassifier(LogisticRegression(), sampler).fit(X, y)
        >>> model.predict_proba([[0.0, 0.0], [2.0, 2.0]]).round(3)
        array([[0.99 , 0.01 ],
               [0.742, 0.258]])
        >>> model.estimator_.predict_proba([[0.0, 0.0], [2.0, 2.0]]).round(3)  # of resampled rows
        array([[0.676, 0.324],
               [0.055, 0.945]])
        """
        check_is_fitted(self)
        return correct(
            np.asarray(self.estimator_.predict_proba(X)),
            self.correction_factors_,
            self.class_counts_,
        )

    def predict_log_proba(self, X: Table) -> Floats:
        """Return the natural logarithm of `predict_proba`.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
            As for `predict_proba`.

        Returns
        -------
        log_probabilities : ndarray of shape (n_rows, n_classes), float64
            Minus infinity where the probability is 0.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` has not been called.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.linear_model import LogisticRegression
        >>> from fastsmote import PriorCorrectedClassifier
        >>> from fastsmote.under_sampling import RandomUnderSampler
        >>> y = np.repeat([0, 1], [980, 20])
        >>> X = np.random.default_rng(0).normal(size=(1_000, 2)) + y[:, None]
        >>> sampler = RandomUnderSampler(random_state=0)
        >>> model = PriorCorrectedClassifier(LogisticRegression(), sampler).fit(X, y)
        >>> model.predict_log_proba([[0.0, 0.0]]).round(3)
        array([[-0.01 , -4.637]])
        """
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def predict(self, X: Table) -> Array:
        """Return the class with the highest corrected probability.

        Parameters
        ----------
        X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
            As for `predict_proba`.

        Returns
        -------
        labels : ndarray of shape (n_rows,), of the dtype of `classes_`
            Of several classes with the highest probability, the first in `classes_`.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` has not been called.

        Examples
        --------
        >>> import numpy as np
        >>> from sklearn.linear_model import LogisticRegression
        >>> from fastsmote import PriorCorrectedClassifier
        >>> from fastsmote.under_sampling import RandomUnderSampler
        >>> y = np.repeat([0, 1], [980, 20])
        >>> X = np.random.default_rng(0).normal(size=(1_000, 2)) + y[:, None]
        >>> sampler = RandomUnderSampler(random_state=0)
        >>> model = PriorCorrectedClassifier(LogisticRegression(), sampler).fit(X, y)
        >>> np.bincount(model.predict(X)).tolist()
        [1000]
        >>> np.bincount(model.estimator_.predict(X)).tolist()  # of resampled rows
        [715, 285]
        """
        probabilities = self.predict_proba(X)
        return self.classes_[probabilities.argmax(axis=1)]

    @property
    def n_features_in_(self) -> int:
        """The number of columns of X."""
        return self.estimator_.n_features_in_

    @property
    def feature_names_in_(self) -> Names:
        """The column names of X. Set only if all of them are strings."""
        return self.estimator_.feature_names_in_

    def __sklearn_tags__(self) -> Any:
        """Accept sparse matrices and missing values if both parts accept them."""
        tags = super().__sklearn_tags__()
        parts = (self.estimator, self.sampler)
        if all(hasattr(part, "__sklearn_tags__") for part in parts):
            inputs = [get_tags(part).input_tags for part in parts]
            tags.input_tags.sparse = all(part.sparse for part in inputs)
            tags.input_tags.allow_nan = all(part.allow_nan for part in inputs)
        return tags


def _check_parts(estimator, sampler):
    """Raise TypeError if the estimator gives no probabilities or the sampler does not resample."""
    if not hasattr(estimator, "predict_proba"):
        raise TypeError(
            f"estimator is {estimator!r}, which has no predict_proba. Pass a classifier that has "
            "it, or wrap this one in sklearn.calibration.CalibratedClassifierCV."
        )
    if not hasattr(sampler, "fit_resample"):
        raise TypeError(
            f"sampler is {sampler!r}, it must have fit_resample, as "
            "fastsmote.under_sampling.RandomUnderSampler() has. Without resampling there is "
            "nothing to correct: fit the estimator itself."
        )


def _read_labels(y):
    """Check that y holds class labels; return them as an array."""
    if y is None:
        raise ValueError(
            "PriorCorrectedClassifier requires y to be passed, but the target y is None."
        )
    y = check_labels(y)
    labels = read_target(y).labels
    if labels is None:  # of another kind, or not labels
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
    return labels

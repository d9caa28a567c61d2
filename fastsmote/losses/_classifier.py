"""A classifier that boosts trees with the focal loss."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import numpy as np
from joblib import effective_n_jobs
from scipy.sparse import csr_matrix, issparse
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils import assert_all_finite
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d
from sklearn_compat.utils.validation import validate_data

from fastsmote._types import Array, ArrayLike, Estimator, Floats, Names, Self, Table
from fastsmote.losses._focal_loss import FocalLoss

CLASSIFIERS = {"lightgbm": "LGBMClassifier", "xgboost": "XGBClassifier"}
MOST_BASE_SCORE = 1.0 - 2.0**-24  # the float32 before 1, as XGBoost rejects 1


def _library_of(estimator):
    """The name of the library that an estimator is the classifier of, or None.

    Neither library is imported: if it is not yet, the estimator is not an instance of its class.
    """
    for library, name in CLASSIFIERS.items():
        cls = getattr(sys.modules.get(library), name, None)
        if cls is not None and isinstance(estimator, cls):
            return library
    return None


def is_boosting(estimator: object) -> bool:
    """Whether `FocalLossClassifier` takes an estimator, decided without importing a library.

    Parameters
    ----------
    estimator : object

    Returns
    -------
    is_boosting : bool
        True for an instance of `lightgbm.LGBMClassifier` or `xgboost.XGBClassifier`.
    """
    return _library_of(estimator) is not None


def _raw_scores(estimator, X):
    """The raw scores of a LightGBM classifier, from its booster.

    LightGBM 4.6 names the columns of an array, and then its own `predict` warns that an array
    has no names.
    """
    n_jobs = estimator.n_jobs  # negative numbers, and None, mean something to scikit-learn only
    options = {"num_threads": effective_n_jobs(n_jobs)} if n_jobs else {}
    if issparse(X):
        X = csr_matrix(X)  # the only class of sparse tables that boosters take without a warning
    elif not hasattr(X, "shape"):
        X = np.asarray(X)
    return estimator.booster_.predict(X, raw_score=True, **options)


def _two_classes(y):
    """The labels of a binary target, sorted, and the target as an array and as 0 and 1."""
    y = column_or_1d(y, warn=True)
    assert_all_finite(y, input_name="y")
    check_classification_targets(y)
    classes, encoded = np.unique(y, return_inverse=True)
    if len(classes) != 2:
        shown = ", ".join(map(repr, classes[:5].tolist())) + (", ..." if len(classes) > 5 else "")
        raise ValueError(
            "Only binary classification is supported: y must have two classes. Got "
            f"{len(classes)} class{'es' if len(classes) != 1 else ''} instead: {shown}."
        )
    return classes, y, encoded


# Classes also to type checkers that cannot read scikit-learn: see `fastsmote._types`.
assert issubclass(ClassifierMixin, object)
assert issubclass(MetaEstimatorMixin, object)
assert issubclass(BaseEstimator, object)


class FocalLossClassifier(ClassifierMixin, MetaEstimatorMixin, BaseEstimator):
    """A LightGBM or XGBoost classifier of two classes that is trained with the focal loss.

    With a custom objective, LightGBM's `predict_proba` returns raw scores, and neither library
    starts from a score that fits the classes. This classifier sets `FocalLoss` as the
    objective, starts from its best constant score, and returns probabilities.

    Parameters
    ----------
    estimator : lightgbm.LGBMClassifier or xgboost.XGBClassifier
        The classifier to train. It is cloned. The parameters of its own objective have no
        effect: `scale_pos_weight`, and LightGBM's `is_unbalance`. XGBoost's `base_score` is
        replaced.
    gamma : float >= 0, default=2.0
        The focus on misclassified rows. 0 gives the log loss.
    alpha : float in (0, 1), default=None
        The weight of the rows of ``classes_[1]``, the greater label, whichever class is rarer.
        The rows of ``classes_[0]`` have the weight ``1 - alpha``. None gives every row the
        weight 1.

    Attributes
    ----------
    estimator_ : lightgbm.LGBMClassifier or xgboost.XGBClassifier
        The trained classifier. LightGBM's raw scores are without `init_score_`.
    classes_ : ndarray of shape (2,)
        The labels, sorted.
    init_score_ : float
        The score that boosting starts from: the constant with the smallest loss. With
        ``gamma=0`` it is the log-odds of the share of ``classes_[1]``.
    n_features_in_ : int
        The number of columns of the X passed to `fit`.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of X. Set only if all of them are strings.

    Notes
    -----
    The probabilities are not calibrated unless ``gamma=0`` and ``alpha=None``. The focal loss
    is smallest at probabilities that are nearer to 0.5 than the true ones, and `alpha` shifts
    them toward a class. They still order the rows. For calibrated probabilities, put the
    classifier into `sklearn.calibration.CalibratedClassifierCV`.

    Focal Hessians are smaller than those of the log loss: see `FocalLoss` if trees do not split.

    Examples
    --------
    >>> from lightgbm import LGBMClassifier
    >>> from sklearn.datasets import make_classification
    >>> from fastsmote.losses import FocalLossClassifier
    >>> X, y = make_classification(2_000, 8, weights=[0.95], random_state=0)
    >>> model = FocalLossClassifier(LGBMClassifier(n_estimators=20, verbose=-1)).fit(X, y)
    >>> model.predict_proba(X).shape
    (2000, 2)
    """

    estimator_: Any
    classes_: Array
    init_score_: float
    n_features_in_: int
    feature_names_in_: Names

    if TYPE_CHECKING:  # methods of scikit-learn, which has no types

        def get_params(self, deep: bool = True) -> dict[str, Any]: ...

        def set_params(self, **params: Any) -> Self: ...

        def score(
            self, X: Table, y: ArrayLike, sample_weight: ArrayLike | None = None
        ) -> float: ...

    def __init__(
        self, estimator: Estimator, gamma: float = 2.0, alpha: float | None = None
    ) -> None:
        self.estimator = estimator
        self.gamma = gamma
        self.alpha = alpha

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        tags.input_tags.allow_nan = tags.input_tags.sparse = True  # as of both libraries
        return tags

    def fit(self, X: Table, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train a clone of the estimator with the focal loss.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_rows, n_features)
            Anything that the estimator takes.
        y : array-like of shape (n_rows,)
            Two different labels.
        sample_weight : array-like of shape (n_rows,), default=None
            The weight of each row.

        Returns
        -------
        self : FocalLossClassifier
            The trained classifier.

        Raises
        ------
        TypeError
            If `estimator` is neither a `lightgbm.LGBMClassifier` nor an `xgboost.XGBClassifier`.
        ValueError
            If y does not have two classes, or `gamma` or `alpha` is out of range.
        lightgbm.basic.LightGBMError
            If no column can be split, for example because the table has fewer than twice
            `min_child_samples` rows. LightGBM raises this for any custom objective.

        Examples
        --------
        >>> from lightgbm import LGBMClassifier
        >>> from sklearn.datasets import make_classification
        >>> from fastsmote.losses import FocalLossClassifier
        >>> X, y = make_classification(2_000, 8, weights=[0.95], random_state=0)
        >>> model = FocalLossClassifier(LGBMClassifier(n_estimators=20, verbose=-1)).fit(X, y)
        >>> model.classes_
        array([0, 1])
        >>> round(model.init_score_, 3)
        -1.075
        """
        library = _library_of(self.estimator)
        if library is None:
            raise TypeError(
                "estimator must be a lightgbm.LGBMClassifier or an xgboost.XGBClassifier; "
                'pip install "fastsmote[boosting]" installs both. '
                f"Got {type(self.estimator).__name__} instead."
            )
        loss = FocalLoss(self.gamma, self.alpha)
        validate_data(self, X, skip_check_array=True)
        self.classes_, y, encoded = _two_classes(y)
        self.init_score_ = loss.best_constant(encoded, sample_weight)
        self.estimator_ = clone(self.estimator).set_params(objective=loss)
        if library == "lightgbm":  # takes any labels, which class_weight may name
            start = np.full(len(y), self.init_score_)
            self.estimator_.fit(X, y, sample_weight=sample_weight, init_score=start)
        else:  # takes 0 and 1, and a probability to start from, which the model keeps
            base_score = min(float(expit(self.init_score_)), MOST_BASE_SCORE)
            self.estimator_.set_params(base_score=base_score)
            self.estimator_.fit(X, encoded, sample_weight=sample_weight)
        return self

    def decision_function(self, X: Table) -> Floats:
        """Compute the raw score of each row.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_rows, n_features)
            Anything that the estimator takes.

        Returns
        -------
        scores : ndarray of shape (n_rows,), float64
            Positive where ``classes_[1]`` is predicted.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` has not been called.
        ValueError
            If X does not have the columns of the X passed to `fit`.

        Examples
        --------
        >>> from lightgbm import LGBMClassifier
        >>> from sklearn.datasets import make_classification
        >>> from fastsmote.losses import FocalLossClassifier
        >>> X, y = make_classification(2_000, 8, weights=[0.95], random_state=0)
        >>> model = FocalLossClassifier(LGBMClassifier(n_estimators=20, verbose=-1)).fit(X, y)
        >>> bool(((model.decision_function(X) > 0) == model.predict(X)).all())
        True
        """
        check_is_fitted(self)
        validate_data(self, X, reset=False, skip_check_array=True)
        if _library_of(self.estimator_) == "lightgbm":
            return _raw_scores(self.estimator_, X) + self.init_score_
        return self.estimator_.predict(X, output_margin=True).astype(np.float64)

    def predict_proba(self, X: Table) -> Floats:
        """Compute the probability of each class: the sigmoid of the raw score.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_rows, n_features)
            Anything that the estimator takes.

        Returns
        -------
        probabilities : ndarray of shape (n_rows, 2), float64
            Of ``classes_[0]`` and ``classes_[1]``. Not calibrated.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` has not been called.
        ValueError
            If X does not have the columns of the X passed to `fit`.

        Examples
        --------
        >>> from lightgbm import LGBMClassifier
        >>> from sklearn.datasets import make_classification
        >>> from fastsmote.losses import FocalLossClassifier
        >>> X, y = make_classification(2_000, 8, weights=[0.95], random_state=0)
        >>> model = FocalLossClassifier(LGBMClassifier(n_estimators=20, verbose=-1)).fit(X, y)
        >>> mean = model.predict_proba(X)[:, 1].mean()
        >>> print(f"{mean:.1f} on average, and {y.mean():.2f} of the rows")  # not calibrated
        0.2 on average, and 0.05 of the rows
        """
        scores = self.decision_function(X)
        return np.column_stack([expit(-scores), expit(scores)])

    def predict(self, X: Table) -> Array:
        """Predict the class of each row: ``classes_[1]`` if its probability is above 0.5.

        Parameters
        ----------
        X : array-like or dataframe of shape (n_rows, n_features)
            Anything that the estimator takes.

        Returns
        -------
        labels : ndarray of shape (n_rows,)
            Of the dtype of `classes_`.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If `fit` has not been called.
        ValueError
            If X does not have the columns of the X passed to `fit`.

        Examples
        --------
        >>> from lightgbm import LGBMClassifier
        >>> from sklearn.datasets import make_classification
        >>> from fastsmote.losses import FocalLossClassifier
        >>> X, y = make_classification(2_000, 8, weights=[0.95], random_state=0)
        >>> model = FocalLossClassifier(LGBMClassifier(n_estimators=20, verbose=-1)).fit(X, y)
        >>> model.predict(X[:5])
        array([0, 1, 0, 0, 0])
        """
        is_one = self.decision_function(X) > 0.0
        return self.classes_[is_one.astype(np.int64)]

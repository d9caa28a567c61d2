"""The estimator of each strategy, made from the user's for a table.

A strategy is a plain estimator: the user's with a sampler before its last step, with class
weights, or in scikit-learn's wrappers for thresholds and calibration.
"""

from typing import NamedTuple

import numpy as np
from imblearn import ensemble
from imblearn.pipeline import Pipeline as SamplingPipeline
from scipy.special import expit
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import fbeta_score, make_scorer
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV
from sklearn.pipeline import Pipeline

from fastsmote import combine, over_sampling, under_sampling
from fastsmote._decision.prior_correction import PriorCorrectedClassifier
from fastsmote._decision.scores import expected_cost
from fastsmote.losses import FocalLossClassifier, is_boosting

# Evenly spaced in log-odds. scikit-learn's default, 100 evenly spaced values, has none between 0
# and 0.01, where the thresholds of rare and costly classes lie.
THRESHOLDS = expit(np.linspace(-9.0, 9.0, 145))
N_THRESHOLDS = 500  # of a decision function, whose scale is not known
INNER_FOLDS = 5  # inside a training part, to tune a threshold or to calibrate
TAKE_ANY_VALUE = ("RandomUnderSampler", "RandomOverSampler")  # missing values and categories too
TAKE_CATEGORIES = (*TAKE_ANY_VALUE, "SMOTENC", "SMOTEN")
TAKE_NO_RATIO = "its sampling_strategy is not a ratio: it decides itself how many rows to remove"

SAMPLER_CLASSES = {
    name: getattr(room, name)
    for room in (over_sampling, under_sampling, combine)
    for name in room.__all__
}
ENSEMBLES = {
    "BalancedRandomForest": ensemble.BalancedRandomForestClassifier,
    "BalancedBagging": ensemble.BalancedBaggingClassifier,
    "EasyEnsemble": ensemble.EasyEnsembleClassifier,
    "RUSBoost": ensemble.RUSBoostClassifier,
}


class CannotRun(ValueError):
    """A strategy does not fit the table or the estimator."""


class Task(NamedTuple):
    """What decides which strategies can run."""

    estimator: object
    n_rows: int
    classes: np.ndarray  # (n_classes,) sorted labels
    counts: np.ndarray  # (n_classes,)
    least_rows: int  # of a class in a training part
    is_category: np.ndarray  # (n_features,) bool, of the X that a sampler sees
    has_missing: bool  # in the X that a sampler sees
    beta: float
    cost: np.ndarray | None  # (n_classes, n_classes)
    seed: int

    @property
    def positive(self):
        """The number of the rarest class; of equally rare classes, the last."""
        return len(self.counts) - 1 - int(np.argmin(self.counts[::-1]))


def sampler_of(name, ratio, task):
    _check_values(name, task)
    of_name = {"categorical_features": np.flatnonzero(task.is_category).tolist()}
    sampler = SAMPLER_CLASSES[name](**of_name if name == "SMOTENC" else {})
    if ratio is not None:
        _check_ratio(sampler, ratio, task)
        sampler.set_params(sampling_strategy=ratio)
    return sampler


def _check_values(name, task):
    """Raise CannotRun if a sampler cannot read the features."""
    n_categories = int(task.is_category.sum())
    if name == "SMOTENC" and n_categories == 0:
        raise CannotRun("no categorical columns reach the sampler; use SMOTE")
    if name == "SMOTENC" and n_categories == len(task.is_category):
        raise CannotRun("all columns of X are categorical; use SMOTEN")
    if name not in TAKE_CATEGORIES and n_categories:
        raise CannotRun(f"X has categorical columns ({n_categories}); use SMOTENC")
    if name not in TAKE_ANY_VALUE and task.has_missing:
        raise CannotRun("X has missing values; put an imputer before the classifier")


def _check_ratio(sampler, ratio, task):
    if len(task.classes) > 2:
        raise CannotRun(f"a ratio is for two classes; y has {len(task.classes)}")
    if sampler._sampling_type == "clean-sampling":
        raise CannotRun(TAKE_NO_RATIO)
    now = task.counts.min() / task.counts.max()
    if now >= ratio:
        raise CannotRun(f"the classes are 1:{1 / now:.3g} already")


def last_step(estimator):
    """The steps before the classifier, and the classifier."""
    if isinstance(estimator, Pipeline):
        return estimator.steps[:-1], estimator.steps[-1]
    return [], ("classifier", estimator)


def _with_last_step(estimator, classifier):
    """A clone of the estimator with another classifier in place of its last step."""
    steps, (name, _) = last_step(estimator)
    if not steps:
        return classifier
    return clone(estimator).set_params(**{name: classifier})


def is_a_classifier(what):
    """Whether an object is a classifier of scikit-learn's kind; a class is not."""
    has_methods = all(hasattr(what, name) for name in ("fit", "predict", "get_params"))
    return not isinstance(what, type) and has_methods and is_classifier(what)


def resamples(estimator):
    """Whether an estimator, or one inside it, resamples."""
    return any(
        name.rpartition("__")[2] == "sampling_strategy" or hasattr(value, "fit_resample")
        for name, value in estimator.get_params(deep=True).items()
    )


def sampled(estimator, sampler):
    """A pipeline with a sampler before the last step of the estimator."""
    steps, last = last_step(clone(estimator))
    name = "sampler"
    while name in dict([*steps, last]):
        name += "2"
    memory = getattr(estimator, "memory", None) if steps else None
    return SamplingPipeline([*steps, (name, sampler), last], memory=memory)


def corrected(estimator, sampler):
    _, (_, classifier) = last_step(estimator)
    if not hasattr(classifier, "predict_proba"):
        raise CannotRun(f"{type(classifier).__name__} has no predict_proba")
    return _with_last_step(estimator, PriorCorrectedClassifier(clone(classifier), sampler))


def weighted(task):
    _, (_, classifier) = last_step(task.estimator)
    if "class_weight" not in classifier.get_params(deep=False):
        raise CannotRun(f"{type(classifier).__name__} has no parameter class_weight")
    return _with_last_step(task.estimator, clone(classifier).set_params(class_weight="balanced"))


def _inner_folds(task):
    """The splitter that wrappers use inside a training part."""
    if task.least_rows < INNER_FOLDS:
        raise CannotRun(
            f"it splits a training part into {INNER_FOLDS} folds, and a class has only "
            f"{task.least_rows} rows there"
        )
    return StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=task.seed)


def _tuned(task, scorer):
    if len(task.classes) > 2:
        raise CannotRun(f"a threshold is for two classes; y has {len(task.classes)}")
    _, (_, classifier) = last_step(task.estimator)
    return TunedThresholdClassifierCV(
        clone(task.estimator),
        scoring=scorer,
        cv=_inner_folds(task),
        thresholds=THRESHOLDS if hasattr(classifier, "predict_proba") else N_THRESHOLDS,
    )


def tuned_by_f_beta(task):
    positive = task.classes[task.positive]
    scorer = make_scorer(fbeta_score, beta=task.beta, pos_label=positive, zero_division=0.0)
    return _tuned(task, scorer)


def tuned_by_cost(task):
    if task.cost is None:
        raise CannotRun("it needs cost")
    scorer = make_scorer(
        expected_cost, greater_is_better=False, labels=task.classes, cost=task.cost
    )
    return _tuned(task, scorer)


def calibrated(task, method):
    # ensemble=False: one model, fitted on all rows, as in the other strategies.
    return CalibratedClassifierCV(
        clone(task.estimator), method=method, cv=_inner_folds(task), ensemble=False
    )


def ensemble_of(name, task):
    if task.is_category.any():
        raise CannotRun(f"X has categorical columns ({int(task.is_category.sum())})")
    kind, (_, classifier) = ENSEMBLES[name], last_step(task.estimator)[1]
    if name == "BalancedBagging":
        return _with_last_step(task.estimator, kind(clone(classifier)))
    if task.has_missing:
        raise CannotRun("X has missing values; put an imputer before the classifier")
    return _with_last_step(task.estimator, kind())


def focal_loss(task):
    _, (_, classifier) = last_step(task.estimator)
    if not is_boosting(classifier):
        raise CannotRun(
            f"it is for classifiers of LightGBM and XGBoost, not for {type(classifier).__name__}"
        )
    if len(task.classes) > 2:
        raise CannotRun(f"the focal loss is for two classes; y has {len(task.classes)}")
    return _with_last_step(task.estimator, FocalLossClassifier(clone(classifier)))

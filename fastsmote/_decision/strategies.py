"""The strategies of `compare`: their names, their estimators, and where they cannot run.

A strategy is a plain estimator, made from the user's by a sampler before its last step, by
class weights, or by scikit-learn's wrappers for thresholds and calibration.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from imblearn import ensemble
from imblearn.pipeline import Pipeline as SamplingPipeline
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.metrics import fbeta_score, make_scorer
from sklearn.model_selection import StratifiedKFold, TunedThresholdClassifierCV
from sklearn.pipeline import Pipeline

from fastsmote import combine, over_sampling, under_sampling
from fastsmote._decision.prior_correction import PriorCorrectedClassifier
from fastsmote._decision.scores import expected_cost
from fastsmote.losses import FocalLossClassifier, is_boosting

INNER_FOLDS = 5  # inside a training part, to tune a threshold or to calibrate
SVM_ROWS = 20_000  # more rows take SVMSMOTE, whose time grows with their square, minutes
BASELINE = "none"

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
# By what a user must understand and keep running: of two strategies with equal scores, the
# earlier one is preferred.
WITHOUT_SAMPLING = (
    BASELINE,
    "tuned_threshold",
    "cost_threshold",
    "class_weight",
    "platt",
    "isotonic",
    "focal_loss",
)
AUTO = (
    *WITHOUT_SAMPLING,
    "RandomUnderSampler",
    "RandomOverSampler",
    "SMOTE",
    "SMOTENC",
    "BorderlineSMOTE",
    "ADASYN",
    "SVMSMOTE",
    "TomekLinks",
    "EditedNearestNeighbours",
    "NearMiss",
    "SMOTETomek",
    "SMOTEENN",
    "RandomUnderSampler 1:3",
    "RandomOverSampler 1:3",
    "SMOTE 1:3",
    "RandomUnderSampler prior-corrected",
    "RandomOverSampler prior-corrected",
    "SMOTE prior-corrected",
    *ENSEMBLES,
)
TAKE_ANY_VALUE = ("RandomUnderSampler", "RandomOverSampler")  # missing values and categories too
TAKE_CATEGORIES = (*TAKE_ANY_VALUE, "SMOTENC", "SMOTEN")
TAKE_NO_RATIO = "its sampling_strategy is not a ratio: it decides itself how many rows to remove"


class CannotRun(ValueError):
    """A strategy does not fit the table or the estimator."""


class Strategy(NamedTuple):
    """A strategy that runs."""

    name: str
    estimator: object  # not fitted
    resamples: bool
    has_inner_folds: bool  # its parameter cv splits the training part
    is_other_model: bool = False  # it fits another model than the user's
    sampler: object = None  # given by the user, to be checked for a leak

    def is_baseline(self):
        """Whether the others are compared with this strategy."""
        return self.name == BASELINE


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


def choose(strategies, task):
    """Make the estimators of the strategies that a user chose.

    Parameters
    ----------
    strategies : {"auto"}, list or dict
        See `compare`.
    task : Task

    Returns
    -------
    chosen : list of Strategy
        The strategy "none" comes first.
    skipped : dict of str to str
        The reason why each of the others cannot run.

    Raises
    ------
    ValueError
        If a name is unknown or occurs twice.
    TypeError
        If a strategy is neither a name, a sampler nor a classifier.
    """
    wanted = {name: name for name in AUTO} if _is_auto(strategies) else _named(strategies)
    chosen, skipped = [_with_seed(_build(BASELINE, BASELINE, task), task.seed)], {}
    for name, what in wanted.items():
        if what == BASELINE:
            continue
        try:
            if _is_auto(strategies):
                _check_time(name, task)
            chosen.append(_with_seed(_build(name, what, task), task.seed))
        except CannotRun as reason:
            skipped[name] = str(reason)
    return chosen, skipped


def known_names():
    """The names of all strategies, without ratios and prior corrections."""
    return [*WITHOUT_SAMPLING, *SAMPLER_CLASSES, *ENSEMBLES]


def _is_auto(strategies):
    return isinstance(strategies, str) and strategies == "auto"


def _named(strategies):
    """{name: a name or an object} of the strategies that a user gave."""
    if isinstance(strategies, Mapping):
        for name in strategies:
            if not isinstance(name, str):
                raise TypeError(f"a strategy's name must be a str. Got {name!r} instead.")
        return dict(strategies)
    if isinstance(strategies, str) or not hasattr(strategies, "__iter__"):
        raise TypeError(
            f'strategies must be "auto", a list or a dict. Got {strategies!r} instead. '
            f"A list may contain names: {', '.join(known_names())}."
        )
    named = {}
    for what in strategies:
        name = what if isinstance(what, str) else type(what).__name__
        if name in named:
            raise ValueError(
                f"the strategy {name!r} occurs twice in the list; pass a dict of different names"
            )
        named[name] = what
    return named


def _check_time(name, task):
    if name == "SVMSMOTE" and task.n_rows > SVM_ROWS:
        raise CannotRun(
            f"it fits a support vector machine, which takes long on {task.n_rows:,} rows; "
            "it runs if strategies names it"
        )


def _build(name, what, task):
    if not isinstance(what, str):
        return _build_own(name, what, task)
    base, ratio, is_corrected = _parse(what)
    if base in SAMPLER_CLASSES:
        sampler = _sampler(base, ratio, task)
        build = _corrected if is_corrected else _sampled
        return Strategy(name, build(task.estimator, sampler), True, False)
    if ratio is not None or is_corrected:
        raise ValueError(f"the strategy {what!r}: {base} is not a sampler")
    if base in ENSEMBLES:
        return Strategy(name, _ensemble(base, task), True, False, base != "BalancedBagging")
    estimator = {
        BASELINE: lambda task: clone(task.estimator),
        "class_weight": _weighted,
        "tuned_threshold": _tuned_by_f_beta,
        "cost_threshold": _tuned_by_cost,
        "platt": lambda task: _calibrated(task, "sigmoid"),
        "isotonic": lambda task: _calibrated(task, "isotonic"),
        "focal_loss": _focal_loss,
    }[base](task)
    return Strategy(name, estimator, False, hasattr(estimator, "cv"))


def _build_own(name, what, task):
    if hasattr(what, "fit_resample") and not hasattr(what, "predict"):
        return Strategy(name, _sampled(task.estimator, clone(what)), True, False, False, what)
    if is_classifier(what) and hasattr(what, "fit"):
        steps, _ = _last_step(what)
        first = steps[0][1] if has_sampler(what) else None
        sampler = first if hasattr(first, "fit_resample") else None
        return Strategy(name, clone(what), has_sampler(what), False, True, sampler)
    raise TypeError(
        f"the strategy {name!r} must be a name, a sampler with fit_resample or a classifier. "
        f"Got {what!r} instead."
    )


def _parse(text):
    """Split "SMOTE 1:3 prior-corrected" into the base, the ratio and whether it is corrected."""
    match = re.fullmatch(r"(\w+)(?: 1:([0-9.]+))?( prior-corrected)?", text)
    if match is None or match[1] not in known_names():
        raise ValueError(
            f"unknown strategy {text!r}. The names are: {', '.join(known_names())}. After a "
            'sampler, a ratio of the classes may follow, and " prior-corrected", as in '
            '"SMOTE 1:3 prior-corrected".'
        )
    try:
        ratio = None if match[2] is None else 1 / float(match[2])
    except (ValueError, ZeroDivisionError):
        ratio = np.inf
    if ratio is not None and ratio > 1:
        raise ValueError(
            f"the ratio of {text!r} must be one row of the minority to 1 or more of the majority"
        )
    return match[1], ratio, match[3] is not None


def _sampler(name, ratio, task):
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
        raise CannotRun("X has no categorical columns; use SMOTE")
    if name == "SMOTENC" and n_categories == len(task.is_category):
        raise CannotRun("all columns of X are categorical; use SMOTEN")
    if name not in TAKE_CATEGORIES and n_categories:
        raise CannotRun(f"{n_categories} columns of X are categorical; use SMOTENC")
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


def _last_step(estimator):
    """The steps before the classifier, and the classifier."""
    if isinstance(estimator, Pipeline):
        return estimator.steps[:-1], estimator.steps[-1]
    return [], ("classifier", estimator)


def _with_last_step(estimator, classifier):
    """A clone of the estimator with another classifier in place of its last step."""
    steps, (name, _) = _last_step(estimator)
    if not steps:
        return classifier
    return clone(estimator).set_params(**{name: classifier})


def has_sampler(estimator):
    """Whether an estimator is a pipeline with a sampler."""
    steps, _ = _last_step(estimator)
    return any(hasattr(step, "fit_resample") for _, step in steps)


def _sampled(estimator, sampler):
    """A pipeline with a sampler before the last step of the estimator."""
    steps, last = _last_step(clone(estimator))
    name = "sampler"
    while name in dict([*steps, last]):
        name += "_"
    memory = getattr(estimator, "memory", None) if steps else None
    return SamplingPipeline([*steps, (name, sampler), last], memory=memory)


def _corrected(estimator, sampler):
    _, (_, classifier) = _last_step(estimator)
    if not hasattr(classifier, "predict_proba"):
        raise CannotRun(f"{type(classifier).__name__} has no predict_proba")
    return _with_last_step(estimator, PriorCorrectedClassifier(clone(classifier), sampler))


def _weighted(task):
    _, (_, classifier) = _last_step(task.estimator)
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
    return TunedThresholdClassifierCV(clone(task.estimator), scoring=scorer, cv=_inner_folds(task))


def _tuned_by_f_beta(task):
    positive = task.classes[task.positive]
    scorer = make_scorer(fbeta_score, beta=task.beta, pos_label=positive, zero_division=0.0)
    return _tuned(task, scorer)


def _tuned_by_cost(task):
    if task.cost is None:
        raise CannotRun("it needs cost")
    scorer = make_scorer(
        expected_cost, greater_is_better=False, labels=task.classes, cost=task.cost
    )
    return _tuned(task, scorer)


def _calibrated(task, method):
    # ensemble=False: one model, fitted on all rows, as in the other strategies.
    return CalibratedClassifierCV(
        clone(task.estimator), method=method, cv=_inner_folds(task), ensemble=False
    )


def _ensemble(name, task):
    if task.is_category.any():
        raise CannotRun(f"{int(task.is_category.sum())} columns of X are categorical")
    kind, (_, classifier) = ENSEMBLES[name], _last_step(task.estimator)[1]
    if name == "BalancedBagging":
        return _with_last_step(task.estimator, kind(clone(classifier)))
    if task.has_missing:
        raise CannotRun("X has missing values; put an imputer before the classifier")
    return _with_last_step(task.estimator, kind())


def _focal_loss(task):
    _, (_, classifier) = _last_step(task.estimator)
    if not is_boosting(classifier):
        raise CannotRun(
            f"it is for classifiers of LightGBM and XGBoost, not for {type(classifier).__name__}"
        )
    if len(task.classes) > 2:
        raise CannotRun(f"the focal loss is for two classes; y has {len(task.classes)}")
    return _with_last_step(task.estimator, FocalLossClassifier(clone(classifier)))


def _with_seed(strategy, seed):
    """Set each parameter `random_state` that is None, of all estimators in the strategy."""
    estimator = strategy.estimator
    missing = {
        name: seed
        for name, value in estimator.get_params().items()
        if value is None and re.fullmatch(r"(?:.*__)?random_state", name)
    }
    if missing:
        estimator.set_params(**missing)
    return strategy

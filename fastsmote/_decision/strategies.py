"""The strategies of `compare`: their names, which of them run, and why others do not."""

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

from sklearn.base import clone

from fastsmote._decision.building import (
    ENSEMBLES,
    SAMPLER_CLASSES,
    CannotRun,
    calibrated,
    corrected,
    ensemble_of,
    focal_loss,
    is_a_classifier,
    last_step,
    resamples,
    sampled,
    sampler_of,
    tuned_by_cost,
    tuned_by_f_beta,
    weighted,
)

SVM_ROWS = 20_000  # more rows take SVMSMOTE, whose time grows with their square, minutes
BASELINE = "none"

# The simplest first. `verdict` prefers an earlier one that a later one does not significantly beat.
WITHOUT_SAMPLING = (
    BASELINE,
    "cost_threshold",
    "tuned_threshold",
    "class_weight",
    "platt",
    "isotonic",
    "focal_loss",
)
THRESHOLD_RANKS = tuple(
    WITHOUT_SAMPLING.index(name) for name in ("cost_threshold", "tuned_threshold")
)
WITH_INNER_FOLDS = ("cost_threshold", "tuned_threshold", "platt", "isotonic")
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


class Strategy(NamedTuple):
    """A strategy that runs."""

    name: str
    estimator: object  # not fitted
    resamples: bool
    has_inner_folds: bool  # its parameter cv splits the training part
    rank: int = len(WITHOUT_SAMPLING)  # its place in WITHOUT_SAMPLING, or the end
    is_other_model: bool = False  # it fits another model than the user's
    sampler: object = None  # given by the user, to be checked for a leak

    def is_baseline(self):
        """Whether the others are compared with this strategy."""
        return self.name == BASELINE


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
        if name == BASELINE:
            _check_baseline(what)
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


def _check_baseline(what):
    if not isinstance(what, str) or what != BASELINE:
        raise ValueError(
            f"the strategy {BASELINE!r} is the estimator itself; give {what!r} another name"
        )


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
        sampler = sampler_of(base, ratio, task)
        build = corrected if is_corrected else sampled
        return Strategy(name, build(task.estimator, sampler), True, False)
    if ratio is not None or is_corrected:
        raise ValueError(f"the strategy {what!r}: {base} is not a sampler")
    if base in ENSEMBLES:
        is_other = base != "BalancedBagging"
        return Strategy(name, ensemble_of(base, task), True, False, is_other_model=is_other)
    estimator = {
        BASELINE: lambda task: clone(task.estimator),
        "class_weight": weighted,
        "tuned_threshold": tuned_by_f_beta,
        "cost_threshold": tuned_by_cost,
        "platt": lambda task: calibrated(task, "sigmoid"),
        "isotonic": lambda task: calibrated(task, "isotonic"),
        "focal_loss": focal_loss,
    }[base](task)
    return Strategy(name, estimator, False, base in WITH_INNER_FOLDS, WITHOUT_SAMPLING.index(base))


def _build_own(name, what, task):
    is_sampler = hasattr(what, "fit_resample") and not hasattr(what, "predict")
    if is_sampler and hasattr(what, "get_params") and not isinstance(what, type):
        return Strategy(name, sampled(task.estimator, clone(what)), True, False, sampler=what)
    if is_a_classifier(what):
        steps, _ = last_step(what)
        first = steps[0][1] if steps else None
        sampler = first if hasattr(first, "fit_resample") else None
        return Strategy(
            name, clone(what), resamples(what), False, is_other_model=True, sampler=sampler
        )
    raise TypeError(
        f"the strategy {name!r} must be a name, a sampler with fit_resample and get_params, "
        "or a classifier. "
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
        ratio = math.inf
    if ratio is not None and ratio > 1:
        raise ValueError(
            f"the ratio of {text!r} must be one row of the minority to 1 or more of the majority"
        )
    return match[1], ratio, match[3] is not None


def _with_seed(strategy, seed):
    """Set `random_state` where it is None, in an estimator and in its nested estimators."""
    estimator = strategy.estimator
    missing = {
        name: seed
        for name, value in estimator.get_params().items()
        if value is None and re.fullmatch(r"(?:.*__)?random_state", name)
    }
    if missing:
        estimator.set_params(**missing)
    return strategy

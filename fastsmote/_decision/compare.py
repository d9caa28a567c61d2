"""`compare`: score strategies for an imbalanced table on folds of the original distribution."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import contextmanager, nullcontext
from numbers import Real
from typing import Any, Literal

import numpy as np
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from fastsmote._decision.building import Task, is_a_classifier, last_step, resamples
from fastsmote._decision.comparison import Comparison
from fastsmote._decision.folds import Refusal, check_for_leak, run_fold
from fastsmote._decision.inputs import (
    categories_of,
    has_missing,
    read_cost,
    read_groups,
    read_table,
    read_target,
    split,
)
from fastsmote._decision.scores import Rules
from fastsmote._decision.strategies import BASELINE, choose
from fastsmote._notice import is_notebook, is_terminal
from fastsmote._progress import counted, progress, shown
from fastsmote._types import ArrayLike, Estimator, Int, Seed, Splits, Table

MOST_BETA = 1e6
MAX_SEED = 2**31 - 1


def compare(
    estimator: Estimator,
    X: Table,
    y: ArrayLike,
    *,
    strategies: Literal["auto"] | list[Any] | Mapping[str, Any] = "auto",
    cv: Splits = 5,
    beta: float = 2.0,
    cost: Mapping[Any, Any] | ArrayLike | None = None,
    min_precision: float = 0.5,
    groups: ArrayLike | None = None,
    n_jobs: Int | None = None,
    random_state: Seed = None,
) -> Comparison:
    """Compare strategies for imbalanced data: samplers, class weights, thresholds, calibration.

    Each strategy is an estimator that is fitted on the training part of each fold and scored
    on the test part. Samplers, transformers, thresholds and calibrators see the training part
    only. The test part is never resampled.

    Parameters
    ----------
    estimator : classifier
        The classifier to compare with. It runs unchanged as the strategy "none". In a pipeline,
        a sampler is inserted before the last step, so that transformers are fitted on the
        original training rows. Samplers that measure distances need features on one scale: put
        a `StandardScaler` into the pipeline.
    X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
        The features. Columns that are not numbers are categories, unless the estimator is a
        pipeline.
    y : array-like of shape (n_rows,)
        The labels of two classes or more. The positive class is the rarest one; of two equally
        rare classes it is the one with the higher label.
    strategies : {"auto"}, list or dict, default="auto"
        - "auto": every strategy below that fits the table and the estimator.
        - list: names, samplers and classifiers. An object is named by its class.
        - dict: maps a name of your choice to a strategy's name, a sampler or a classifier.

        The names are:

        - "none";
        - "cost_threshold", the threshold with the lowest expected cost, and "tuned_threshold",
          the one with the highest F-beta;
        - "class_weight", for ``class_weight="balanced"``;
        - "platt" and "isotonic", which calibrate;
        - "focal_loss", for classifiers of LightGBM and XGBoost;
        - every sampler of fastsmote, such as "SMOTE". A ratio of the classes may follow, and
          " prior-corrected" (`PriorCorrectedClassifier`), as in "SMOTE 1:3" and
          "RandomUnderSampler 1:3 prior-corrected";
        - "BalancedBagging" of the estimator, and imbalanced-learn's ensembles
          "BalancedRandomForest", "EasyEnsemble" and "RUSBoost", which replace the estimator.

        A sampler object resamples before the last step of the estimator. A classifier object
        replaces the estimator.
    cv : int >= 2, splitter or iterable, default=5
        The number of folds, stratified and shuffled (`StratifiedKFold`, or
        `StratifiedGroupKFold` with groups), or anything that `cross_validate` accepts. More
        folds, such as those of `RepeatedStratifiedKFold`, give narrower intervals.
    beta : float > 0, default=2.0
        The weight of recall in F-beta.
    cost : dict, array-like of shape (n_classes, n_classes) or None, default=None
        ``{"fn": 100, "fp": 1}``: the cost of missing a positive row and of a false alarm. Or
        ``cost[i, j]``, the cost of predicting class j for a row of class i, with the labels in
        sorted order. With costs, the best strategy is chosen by the expected cost instead of
        F-beta.
    min_precision : float in (0, 1], default=0.5
        The precision of the metric "recall_at_precision".
    groups : array-like of shape (n_rows,) or None, default=None
        Rows of one group are never in both parts of a fold.
    n_jobs : int or None, default=None
        The number of parallel jobs, as in scikit-learn. The scores do not depend on it, but
        ``fit_seconds`` does.
    random_state : int, RandomState instance or None, default=None
        The seed of the folds. Samplers, classifiers and the estimator whose ``random_state`` is
        None get it too. Pass an int for reproducible scores.

    Returns
    -------
    comparison : Comparison
        Scores, intervals, a summary and fitted estimators.

    Raises
    ------
    ValueError
        If y has one class only, a class has too few rows for the folds, a strategy's name is
        unknown, an error costs nothing or not more than the right decision, a parameter is out
        of range, the estimator contains a sampler, or a user's sampler returns rows of the test
        part. Errors that the estimator raises are not caught.
    TypeError
        If the estimator or a strategy is not of the kinds above.

    Notes
    -----
    A strategy that raises an error is left out. ``skipped_`` has the reason.

    Ctrl-C ends the call early. It returns the strategies that have run on all folds, and
    ``is_complete_`` is False. Before "none" has run, KeyboardInterrupt is raised.

    "cost_threshold", "tuned_threshold", "platt" and "isotonic" fit the estimator six times on
    each fold. On a terminal and in a notebook with ipywidgets, a bar shows the progress;
    ``FASTSMOTE_PROGRESS=0`` turns it off.

    References
    ----------
    C. Elkan, "The Foundations of Cost-Sensitive Learning", IJCAI 2001.

    C. Nadeau, Y. Bengio, "Inference for the Generalization Error", Machine Learning 52,
    239-281, 2003.

    R. van den Goorbergh et al., "The harm of class imbalance corrections for risk prediction
    models", Journal of the American Medical Informatics Association 29, 1525-1534, 2022.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> import fastsmote
    >>> X, y = make_classification(1_000, weights=[0.95], random_state=0)
    >>> strategies, cost = ["class_weight", "SMOTE"], {"fn": 100, "fp": 1}
    >>> comparison = fastsmote.compare(
    ...     LogisticRegression(), X, y, strategies=strategies, cost=cost, random_state=0
    ... )
    >>> comparison.names_
    ['none', 'class_weight', 'SMOTE']
    >>> comparison.best_name_
    'class_weight'
    """
    _check_parameters(estimator, beta, min_precision)
    X = read_table(X)
    y = read_target(y, X)
    groups = read_groups(groups, y)
    seed = _seed_of(random_state)
    folds = split(cv, X, y, groups, seed)
    task = _task(estimator, X, y, beta, cost, folds, seed)
    chosen, skipped = choose(strategies, task)
    for strategy in chosen:
        if strategy.sampler is not None:
            check_for_leak(strategy, X, y, folds[0])
    rules = Rules(task.classes, task.positive, beta, min_precision, task.cost)
    found, is_complete = _run(chosen, X, y, groups, folds, rules, n_jobs)
    for strategy in chosen:
        refusals = [s.reason for s in found.get(strategy.name, []) if isinstance(s, Refusal)]
        if refusals:
            skipped[strategy.name] = refusals[0]
            del found[strategy.name]
    kept = {strategy.name: strategy for strategy in chosen if strategy.name in found}
    return Comparison(kept, found, skipped, (X, y, groups), folds, rules, seed, is_complete)


def _check_parameters(estimator, beta, min_precision):
    if not is_a_classifier(estimator):
        raise TypeError(f"estimator must be a classifier. Got {estimator!r} instead.")
    if resamples(estimator):
        raise ValueError(
            "estimator must not resample: it is the strategy none. Pass it without its sampler, "
            "and the whole pipeline as a strategy."
        )
    if not isinstance(beta, Real) or not 0 < beta <= MOST_BETA:
        raise ValueError(f"beta must be greater than 0 and at most 1e6. Got {beta!r}.")
    if not isinstance(min_precision, Real) or not 0 < min_precision <= 1:
        raise ValueError(f"min_precision must be more than 0 and at most 1. Got {min_precision!r}.")


def _seed_of(random_state):
    if isinstance(random_state, (int, np.integer)):
        return int(random_state)
    return int(check_random_state(random_state).randint(MAX_SEED))


def _task(estimator, X, y, beta, cost, folds, seed):
    classes, codes, counts = np.unique(y, return_inverse=True, return_counts=True)
    least_rows = min(np.bincount(codes[train]).min() for train, _ in folds)
    is_bare = not last_step(estimator)[0]  # otherwise a sampler sees what transformers give
    is_category = categories_of(X) if is_bare else np.zeros(1, bool)
    task = Task(
        estimator=estimator,
        n_rows=len(y),
        classes=classes,
        counts=counts,
        least_rows=int(least_rows),
        is_category=is_category,
        has_missing=is_bare and has_missing(X),
        beta=beta,
        cost=None,  # read below, as it depends on the positive class
        seed=seed,
    )
    return task._replace(cost=read_cost(cost, classes, task.positive))


def _run(chosen, X, y, groups, folds, rules, n_jobs):
    """Run all strategies on all folds.

    Returns
    -------
    found : dict of str to list
        A `FoldScores` or `Refusal` for each fold of each strategy that has run on all.
    is_complete : bool
        Whether no Ctrl-C ended the run.
    """
    fits = [(strategy, fold) for strategy in chosen for fold in folds]
    found, is_complete = {}, True
    outcomes = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(run_fold)(strategy, X, y, groups, fold, rules) for strategy, fold in fits
    )

    def take(start, stop):
        for strategy, _ in fits[start:stop]:
            found.setdefault(strategy.name, []).append(next(outcomes))

    with _progress_shown():
        take_counted = counted(take, len(fits), "fits")
        try:
            for i in range(len(fits)):
                take_counted(i, i + 1)
        except KeyboardInterrupt:
            if len(found.get(BASELINE, [])) < len(folds):
                raise
            is_complete = False
            outcomes.close()
    whole = {name: of_one for name, of_one in found.items() if len(of_one) == len(folds)}
    return whole, is_complete


@contextmanager
def _progress_shown():
    """Context manager: show the progress on a terminal and in a notebook, unless it is off."""
    is_seen = is_terminal(sys.stderr) or is_notebook(sys.stderr)
    is_on = is_seen and os.environ.get("FASTSMOTE_PROGRESS") != "0"
    with progress() if is_on else nullcontext(), shown("compare"):
        yield

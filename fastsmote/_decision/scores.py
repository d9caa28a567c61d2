"""The scores of a fitted strategy on a test fold, by scikit-learn's functions.

With two classes, the positive class is the rarer one. With more classes, a score of one class
against the rest is averaged over the classes (macro average). The Brier score is their sum, and
the calibration is that of the rarest class.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    average_precision_score,
    balanced_accuracy_score,
    brier_score_loss,
    confusion_matrix,
    fbeta_score,
    log_loss,
    matthews_corrcoef,
    precision_recall_curve,
    precision_recall_fscore_support,
    roc_auc_score,
)

# Metric -> whether a higher value is better; None where neither is.
IS_HIGHER_BETTER = {
    "average_precision": True,
    "roc_auc": True,
    "f1": True,
    "f_beta": True,
    "mcc": True,
    "balanced_accuracy": True,
    "precision": True,
    "recall": True,
    "recall_at_precision": True,
    "expected_cost": False,
    "brier": False,
    "log_loss": False,
    "calibration_slope": None,
    "calibration_intercept": None,
    "fit_seconds": False,
}
GRID = np.linspace(0.0, 1.0, 101)  # recalls at which a precision-recall curve is kept
N_BINS = 10  # of a reliability curve, with equal numbers of rows
LEAST_PROBABILITY = 1e-15  # and 1 minus it: the logit of 0 and 1 is infinite


class Rules(NamedTuple):
    """What the scores of all strategies have in common."""

    classes: np.ndarray  # (n_classes,) sorted labels
    positive: int  # number of the rarest class
    beta: float
    min_precision: float
    cost: np.ndarray | None  # (n_classes, n_classes) of a row of class i predicted as j


class Curves(NamedTuple):
    """The curves of one class of a test fold against the rest."""

    precision: np.ndarray  # (101,) at the recalls of GRID
    predicted: np.ndarray  # (n_bins,) mean probability of each bin
    observed: np.ndarray  # (n_bins,) share of the class in each bin


class FoldScores(NamedTuple):
    """What is kept of a strategy on a test fold."""

    values: dict  # metric -> float
    curves: Curves


def expected_cost(y_true, y_pred, *, labels, cost):
    """The mean cost of a row.

    Parameters
    ----------
    y_true, y_pred : array-like of shape (n_rows,)
    labels : ndarray of shape (n_classes,)
        Sorted.
    cost : ndarray of shape (n_classes, n_classes)
        ``cost[i, j]`` is the cost of predicting class j for a row of class i.

    Returns
    -------
    cost : float
    """
    return float((confusion_matrix(y_true, y_pred, labels=labels) * cost).sum() / len(y_true))


def recall_at_precision(is_class, scores, min_precision):
    """The highest recall of a threshold whose precision is at least `min_precision`, or 0."""
    precision, recall, _ = precision_recall_curve(is_class, scores)
    return float(recall[precision >= min_precision].max(initial=0.0))


def calibration_slope(is_class, probabilities):
    """The slope of the class on the logit of its probability, by logistic regression.

    It is 1 for calibrated probabilities, and less than 1 if they are too extreme. NaN if all
    probabilities are equal.

    References
    ----------
    D. R. Cox, "Two further applications of a model for binary regression", Biometrika 45,
    562-565, 1958.
    """
    z = _logits(probabilities)
    if np.ptp(z) == 0:
        return np.nan
    # C=inf: no penalty.
    model = LogisticRegression(C=np.inf, max_iter=1_000).fit(z[:, None], is_class)
    return float(model.coef_[0, 0])


def calibration_intercept(is_class, probabilities):
    """The shift of all logits after which the mean probability is the share of the class.

    It is 0 for probabilities that are right on average, and negative if they are too high
    ("calibration in the large": the intercept, with the slope fixed at 1).

    References
    ----------
    B. Van Calster et al., "Calibration: the Achilles heel of predictive analytics", BMC
    Medicine 17, 230, 2019.
    """
    z, share = _logits(probabilities), np.mean(is_class)
    reach = np.abs(z).max() + abs(logit(share)) + 1.0  # the sum changes sign within
    return float(brentq(lambda shift: expit(z + shift).mean() - share, -reach, reach))


def _logits(probabilities):
    probabilities = np.asarray(probabilities, np.float64)
    return logit(np.clip(probabilities, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY))


def score(estimator, X, y, rules):
    """Score a fitted estimator on a test fold.

    Parameters
    ----------
    estimator : classifier
        Fitted. Without `predict_proba`, the scores of probabilities are NaN, and its
        `decision_function` ranks the rows.
    X : {array-like, dataframe, sparse matrix} of shape (n_rows, n_features)
    y : ndarray of shape (n_rows,)
        All classes occur.
    rules : Rules

    Returns
    -------
    FoldScores
        Without ``fit_seconds``, and without ``expected_cost`` if there is no cost.
    """
    y_pred = estimator.predict(X)
    values = _scores_of_labels(y, y_pred, rules)
    ranks, probabilities = _outputs(estimator, X, rules)
    are_class = [y == label for label in rules.classes]
    is_chosen, shown = range(len(rules.classes)), rules.positive
    if len(rules.classes) == 2:
        is_chosen = [rules.positive]
    values |= _mean_of_classes(_scores_of_ranks, is_chosen, are_class, ranks, rules)
    if probabilities is None:
        names = ("brier", "log_loss", "calibration_slope", "calibration_intercept")
        values |= dict.fromkeys(names, np.nan)
    else:
        # Of several classes, intercepts of different signs would cancel each other in a mean.
        values |= _calibration(are_class[shown], probabilities[:, shown])
        values["brier"] = float(
            sum(brier_score_loss(are_class[c], probabilities[:, c]) for c in is_chosen)
        )
        values["log_loss"] = float(log_loss(y, probabilities, labels=rules.classes))
    kept = None if probabilities is None else probabilities[:, shown]
    ordered = {name: values[name] for name in IS_HIGHER_BETTER if name in values}
    return FoldScores(ordered, _curves(are_class[shown], ranks[:, shown], kept))


def _scores_of_labels(y, y_pred, rules):
    average = {"average": "macro", "labels": rules.classes}
    if len(rules.classes) == 2:
        average = {"average": "binary", "pos_label": rules.classes[rules.positive]}
    precision, recall, f1, _ = precision_recall_fscore_support(
        y, y_pred, zero_division=0.0, **average
    )
    values = {
        "f1": f1,
        "f_beta": fbeta_score(y, y_pred, beta=rules.beta, zero_division=0.0, **average),
        "precision": precision,
        "recall": recall,
        "mcc": matthews_corrcoef(y, y_pred),
        "balanced_accuracy": balanced_accuracy_score(y, y_pred),
    }
    if rules.cost is not None:
        values["expected_cost"] = expected_cost(y, y_pred, labels=rules.classes, cost=rules.cost)
    return {name: float(value) for name, value in values.items()}


def _outputs(estimator, X, rules):
    """Scores that rank the rows by each class, and the probabilities or None; one column a class.

    Raises
    ------
    ValueError
        If the estimator knows other classes than the table.
    """
    if not np.array_equal(estimator.classes_, rules.classes):
        raise ValueError(
            f"it predicts the classes {np.asarray(estimator.classes_).tolist()}, "
            f"and the table has {rules.classes.tolist()}"
        )
    if hasattr(estimator, "predict_proba"):
        # float32 stays: log_loss checks the sums of a row within the precision of the dtype.
        probabilities = np.asarray(estimator.predict_proba(X))
        return probabilities, probabilities
    if not hasattr(estimator, "decision_function"):
        raise ValueError(
            f"{type(estimator).__name__} has neither predict_proba nor decision_function"
        )
    ranks = np.asarray(estimator.decision_function(X), np.float64)
    if ranks.ndim == 1:
        return np.column_stack([-ranks, ranks]), None
    is_of_pairs = getattr(estimator, "decision_function_shape", "ovr") == "ovo"
    if is_of_pairs or ranks.shape[1] != len(rules.classes):
        raise ValueError("its decision_function has no column for each class")
    return ranks, None


def _mean_of_classes(scores_of, chosen, are_class, outputs, rules):
    """The mean over classes of a function's scores of one class against the rest."""
    found = [scores_of(are_class[c], outputs[:, c], rules) for c in chosen]
    return {name: float(np.mean([values[name] for values in found])) for name in found[0]}


def _scores_of_ranks(is_class, ranks, rules):
    return {
        "average_precision": average_precision_score(is_class, ranks),
        "roc_auc": roc_auc_score(is_class, ranks),
        "recall_at_precision": recall_at_precision(is_class, ranks, rules.min_precision),
    }


def _calibration(is_class, probabilities):
    return {
        "calibration_slope": calibration_slope(is_class, probabilities),
        "calibration_intercept": calibration_intercept(is_class, probabilities),
    }


def _curves(is_class, ranks, probabilities):
    precision, recall, _ = precision_recall_curve(is_class, ranks)
    # The best precision of a threshold that reaches the recall.
    best = np.maximum.accumulate(precision)
    places = np.searchsorted(recall[::-1], GRID)
    at_grid = best[::-1][places]
    if probabilities is None:
        return Curves(at_grid, np.empty(0), np.empty(0))
    bins = np.array_split(np.argsort(probabilities, kind="stable"), N_BINS)
    bins = [rows for rows in bins if len(rows)]
    return Curves(
        at_grid,
        np.array([probabilities[rows].mean() for rows in bins]),
        np.array([is_class[rows].mean() for rows in bins]),
    )

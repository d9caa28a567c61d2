"""Which strategy is best, by intervals of paired differences, and a paragraph that says so.

A strategy is significantly better than another if the interval of the difference excludes 0.
"""

from typing import NamedTuple

import numpy as np

from fastsmote._decision.intervals import corrected_resampled_t
from fastsmote._decision.scores import IS_HIGHER_BETTER
from fastsmote._decision.strategies import BASELINE, THRESHOLD_RANKS

CONFIDENCE = 0.95  # of all intervals of a metric together
CALIBRATED_SLOPE = (0.8, 1.25)  # outside, the summary warns of the probabilities
CALIBRATED_INTERCEPT = 0.25
SHOWN_AS = {
    "average_precision": "average precision",
    "f_beta": "F-beta",
    "expected_cost": "expected cost",
}


class Results(NamedTuple):
    """The scores of every strategy on every fold."""

    scores: dict  # strategy -> {metric: ndarray of shape (n_folds,)}
    resamples: dict  # strategy -> bool
    are_other_models: set  # strategies that fit another model than the user's
    ranks: dict  # strategy -> int; a simpler strategy without resampling has a lower one
    test_share: float  # rows of a test part divided by rows of a training part

    @property
    def metrics(self):
        """The metrics, in the order of `IS_HIGHER_BETTER`."""
        return list(self.scores[BASELINE])

    @property
    def decisive(self):
        """The metric of the predicted labels by which the best strategy is chosen."""
        return "expected_cost" if "expected_cost" in self.metrics else "f_beta"

    def mean(self, name, metric):
        """The mean of a score over the folds."""
        return float(np.mean(self.scores[name][metric]))

    def difference(self, name, metric, reference=BASELINE):
        """The interval of the difference of a strategy to a reference.

        The confidence holds for all intervals of a metric together (Bonferroni): those of the
        differences to "none", or those of all pairs for another reference, which may have been
        chosen by its scores.
        """
        n = len(self.scores)
        n_others = max(1, n - 1 if reference == BASELINE else n * (n - 1) // 2)
        differences = self.scores[name][metric] - self.scores[reference][metric]
        confidence = 1 - (1 - CONFIDENCE) / n_others
        return corrected_resampled_t(differences, self.test_share, confidence)

    def is_better(self, name, metric, reference=BASELINE):
        """Whether a strategy is significantly better than a reference."""
        interval = self.difference(name, metric, reference)
        return interval.low > 0 if IS_HIGHER_BETTER[metric] else interval.high < 0

    def best_of(self, names, metric):
        """The strategy with the best mean; of equal ones the first."""
        sign = 1 if IS_HIGHER_BETTER[metric] else -1
        return max(names, key=lambda name: sign * self.mean(name, metric))


def reference_of(results):
    """The simplest strategy without resampling that no other strategy significantly beats.

    If each of them is beaten, it is the one with the best mean.
    """
    metric = results.decisive
    plain = [name for name in results.scores if not results.resamples[name]]
    for name in sorted(plain, key=results.ranks.get):
        if not any(results.is_better(other, metric, name) for other in results.scores):
            return name
    return results.best_of(plain, metric)


def best_of(results):
    """The strategy to use.

    A strategy that resamples is chosen only if it is significantly better than the reference.
    """
    metric, reference = results.decisive, reference_of(results)
    better = [
        name
        for name in results.scores
        if results.resamples[name] and results.is_better(name, metric, reference)
    ]
    return results.best_of(better, metric) if better else reference


def summarize(results, skipped, notes):
    """A paragraph about the best strategy, the ranking of rows and the probabilities."""
    best, reference = best_of(results), reference_of(results)
    n_folds = len(results.scores[BASELINE][results.decisive])
    sentences = [_decision(results, best, reference, n_folds), *_ranking(results)]
    sentences += _probabilities(results, best)
    if skipped:
        sentences.append(f"Not run: {', '.join(skipped)}.")
    return " ".join([*sentences, *notes])


def _with_mean(results, name, metric):
    return f"{name} ({results.mean(name, metric):.3g})"


def _decision(results, best, reference, n_folds):
    metric = results.decisive
    shown = SHOWN_AS[metric]
    samplers = [name for name, resamples in results.resamples.items() if resamples]
    if n_folds == 1:
        return f"One fold cannot show that a strategy is significantly better. Use {best}."
    if results.resamples[best]:
        low, high = results.difference(best, metric, reference)[1:]
        text = (
            f"Resample with {_with_mean(results, best, metric)}: in {n_folds} folds, its {shown} "
            f"is significantly better than that of {_with_mean(results, reference, metric)}, the "
            f"strategy to use without resampling. The difference is between {low:.3g} and "
            f"{high:.3g}."
        )
        if not set(results.ranks.values()) & set(THRESHOLD_RANKS):
            text += " No threshold was tuned, which may do the same."
        return text + _warning_of(results, best)
    if not samplers:
        text = (
            f"No strategy that resamples was compared. The {shown} of {reference} is "
            f"{results.mean(reference, metric):.3g}."
        )
    else:
        top = results.best_of(samplers, metric)
        text = (
            f"Do not resample: in {n_folds} folds, no strategy that resamples has a significantly "
            f"better {shown} than {_with_mean(results, reference, metric)}. The best of them is "
            f"{_with_mean(results, top, metric)}."
        )
    if reference != BASELINE:
        text += f" The {shown} of none is {results.mean(BASELINE, metric):.3g}."
    return f"{text} Use {best}.{_warning_of(results, best)}"


def _warning_of(results, name):
    if name not in results.are_other_models:
        return ""
    return f" {name} is another model than the estimator, which may be why."


def _ranking(results):
    metric, others = "average_precision", [n for n in results.scores if n != BASELINE]
    if not others:
        return []
    better = [name for name in others if results.is_better(name, metric)]
    baseline = f"average precision than none ({results.mean(BASELINE, metric):.3g})"
    if better:
        top = results.best_of(better, metric)
        text = f"{_with_mean(results, top, metric)} has a significantly better {baseline}."
        return [text + _warning_of(results, top)]
    return [f"No strategy has a significantly better {baseline}."]


def _probabilities(results, best):
    slope = results.mean(best, "calibration_slope")
    shift = results.mean(best, "calibration_intercept")
    if np.isnan(shift):
        return []
    low, high = CALIBRATED_SLOPE
    if np.isnan(slope):
        return [f"The probabilities of {best} are the same for all rows of a fold."]
    figures = f"calibration slope {slope:.2f}, intercept {shift:.2f}"
    if low <= slope <= high and abs(shift) <= CALIBRATED_INTERCEPT:
        return [f"The probabilities of {best} are about right ({figures})."]
    return [f"Do not read the scores of {best} as probabilities ({figures}; 1 and 0 are right)."]

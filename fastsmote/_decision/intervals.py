"""Intervals for the mean difference between two strategies on the same folds."""

from typing import NamedTuple

import numpy as np
from scipy.stats import t as student


class Interval(NamedTuple):
    """The mean of paired differences, and an interval around it."""

    mean: float
    low: float
    high: float


def corrected_resampled_t(differences, test_share, confidence):
    """The corrected resampled t interval of a mean difference.

    The training parts of the folds overlap, so the differences are not independent, and their
    variance divided by their number is too small. The correction adds the ratio of the sizes
    of a test part and a training part::

        mean +- t * sqrt((1 / n_folds + test_share) * variance)

    Parameters
    ----------
    differences : ndarray of shape (n_folds,), float64
        The difference between two strategies on each fold.
    test_share : float
        The rows of a test part divided by the rows of a training part.
    confidence : float in (0, 1)

    Returns
    -------
    Interval
        From minus to plus infinity if there is one fold only, or if all differences are equal
        and not 0: their variance is then not known. NaN if a difference is NaN.

    References
    ----------
    C. Nadeau, Y. Bengio, "Inference for the Generalization Error", Machine Learning 52,
    239-281, 2003, section 3.
    """
    n_folds, mean = len(differences), float(np.mean(differences))
    if np.isnan(mean):
        return Interval(mean, mean, mean)
    if n_folds == 1 or (np.ptp(differences) == 0 and mean != 0):
        return Interval(mean, -np.inf, np.inf)
    deviation = np.sqrt((1 / n_folds + test_share) * np.var(differences, ddof=1))
    reach = float(student.ppf((1 + confidence) / 2, n_folds - 1) * deviation)
    return Interval(mean, mean - reach, mean + reach)

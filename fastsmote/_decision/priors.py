"""The shares of classes before and after resampling, and probabilities for either."""

import numpy as np

from fastsmote._base.classes import count_classes


def count_rows_of(labels, y):
    """Count the rows of each label.

    Parameters
    ----------
    labels : ndarray of shape (n_classes,)
    y : ndarray of shape (n_rows,)

    Returns
    -------
    counts : ndarray of shape (n_classes,), int64
        0 for a label that y does not contain.

    Raises
    ------
    ValueError
        If y contains another label.
    """
    found, counts = count_classes(y)
    count_of = dict(zip(found.tolist(), counts.tolist(), strict=True))
    counts = np.array([count_of.pop(label, 0) for label in labels.tolist()], np.int64)
    if count_of:
        raise ValueError(
            f"The sampler returned rows of class {names_of(list(count_of))}, they must be of the "
            f"classes of y: {names_of(labels)}."
        )
    return counts


def correction_factors(class_counts, resampled_counts):
    """The share of each class before resampling by that after; 0 for a class that is gone.

    Parameters
    ----------
    class_counts, resampled_counts : ndarray of shape (n_classes,), int64

    Returns
    -------
    factors : ndarray of shape (n_classes,), float64
    """
    shares = class_counts / class_counts.sum()
    resampled_shares = resampled_counts / resampled_counts.sum()
    factors = np.zeros(len(shares))
    return np.divide(shares, resampled_shares, out=factors, where=resampled_counts > 0)


def correct(probabilities, factors, class_counts):
    """Move probabilities from the resampled distribution to the original one.

    Parameters
    ----------
    probabilities : ndarray of shape (n_rows, n_kept)
        A column for each class whose factor is not 0.
    factors : ndarray of shape (n_classes,), float64
        Those of `correction_factors`.
    class_counts : ndarray of shape (n_classes,), int64
        The rows of each class before resampling.

    Returns
    -------
    corrected : ndarray of shape (n_rows, n_classes), float64
        Each row sums to 1. A row of zeros becomes the shares of the classes that are kept.
    """
    is_kept = factors > 0
    corrected = np.zeros((len(probabilities), len(factors)))
    corrected[:, is_kept] = probabilities * factors[is_kept]
    totals = corrected.sum(axis=1, keepdims=True)
    is_empty = totals[:, 0] == 0
    corrected[is_empty] = np.where(is_kept, class_counts, 0)
    totals[is_empty] = class_counts[is_kept].sum()
    corrected /= totals
    return corrected


def names_of(labels):
    """The labels, as Python writes them, for a message."""
    return ", ".join(repr(label) for label in np.asarray(labels).tolist())

"""Count and encode class labels, and find the rows of each class."""

from collections import Counter
from collections.abc import Mapping
from numbers import Integral, Real

import numpy as np
from imblearn.utils import check_sampling_strategy

MAX_LABEL_SPAN = 2**16  # integer labels in a range this small are counted in one pass


def count_classes(y):
    """Return the sorted labels of y and the number of rows of each.

    Parameters
    ----------
    y : ndarray of shape (n_rows,)

    Returns
    -------
    labels : ndarray of shape (n_classes,), y's dtype
    counts : ndarray of shape (n_classes,), int64
    """
    if y.dtype.kind == "b":
        n_true = np.count_nonzero(y)
        counts = np.array([len(y) - n_true, n_true])
        return np.array([False, True])[counts > 0], counts[counts > 0]
    if y.dtype.kind in "iu" and len(y):
        low, high = int(y.min()), int(y.max())
        ends = np.array([low, high], y.dtype)
        counts = np.array([np.count_nonzero(y == end) for end in ends])
        if low < high and counts.sum() == len(y):  # two classes: counting them runs at memory speed
            return ends, counts
        if high - low < MAX_LABEL_SPAN and high < np.iinfo(np.int64).max:
            counts = np.bincount(y.astype(np.int64, copy=False) - low)
            places = np.flatnonzero(counts)
            return (places + low).astype(y.dtype), counts[places]
    if y.dtype.kind in "OU":  # sorting a million strings would take a second
        count_of = Counter(y.tolist())
        labels = np.array(sorted(count_of), dtype=y.dtype)
        return labels, np.array([count_of[label] for label in labels.tolist()])
    return np.unique(y, return_counts=True)


class _CountedTarget(np.ndarray):
    """A target for which `np.unique` returns labels and counts that are already known."""

    def __array_function__(self, function, types, args, kwargs):
        if function is np.unique and len(args) == 1 and args[0] is self:
            if not kwargs:
                return self.labels
            if kwargs == {"return_counts": True}:
                return self.labels, self.counts
        return super().__array_function__(function, types, args, kwargs)


def counted_as(y, labels, counts):
    """Return y, or any array of its labels, with known labels and counts."""
    target = y.view(_CountedTarget)
    target.labels, target.counts = labels, counts
    return target


def rows_to_sample(sampling_strategy, y, sampling_type):
    """Return imbalanced-learn's ``sampling_strategy_``; count the classes only once.

    A callable gets a copy of y, so that it cannot modify y.
    """
    if not isinstance(sampling_strategy, (str, dict, list, Real)) and callable(sampling_strategy):
        asked = sampling_strategy(np.array(y))
        if not isinstance(asked, Mapping):
            raise TypeError(
                f"sampling_strategy is a callable that returned {asked!r}. It must return a dict "
                "of class labels and numbers of rows."
            )
        sampling_strategy = dict(asked)
    return check_sampling_strategy(
        sampling_strategy, counted_as(y, *count_classes(y)), sampling_type
    )


def rows_to_make(sampling_strategy, takes_floats=False):
    """Return (label, number of new rows) for each class to over-sample, in order.

    Raises
    ------
    TypeError
        If a number of rows is not an integer and ``takes_floats`` is False.
    """
    if not takes_floats:
        check_are_integers(sampling_strategy, "new rows")
    return [(label, n_new) for label, n_new in sampling_strategy.items() if n_new > 0]


def check_are_integers(sampling_strategy, what):
    """Raise if the number of rows of a class is not an integer; ``what`` names the rows."""
    for label, n_rows in sampling_strategy.items():
        if not isinstance(n_rows, Integral):
            raise TypeError(
                f"The number of {what} of class {label} is {n_rows}, it must be an integer. Pass "
                "integers as sampling_strategy."
            )


def encode_classes(y):
    """Encode the labels of y as 0, 1, ... in sorted order.

    Returns
    -------
    labels : ndarray of shape (n_classes,)
    codes : ndarray of shape (n_rows,), int64
        The index of each row's label in ``labels``.
    class_rows : list of ndarray, int64, ascending
        The row numbers of each class.
    """
    labels, _ = count_classes(y)
    if y.dtype.kind in "OU":
        code_of = {label: code for code, label in enumerate(labels.tolist())}
        codes = np.fromiter(map(code_of.__getitem__, y.tolist()), np.int64, len(y))
    else:
        codes = y == labels[1] if len(labels) == 2 else np.searchsorted(labels, y)
    codes = codes.astype(np.int64, copy=False)
    return labels, codes, [np.flatnonzero(codes == code) for code in range(len(labels))]


def on_codes(sampler, run, X, y):
    """Return ``run(X, y)``, called with the codes 0, 1, ... in place of the sorted labels."""
    labels, codes, _ = encode_classes(y)
    code_of = {label: code for code, label in enumerate(labels.tolist())}
    targeted, given = sampler.sampling_strategy_, sampler.sampling_strategy
    sampler.sampling_strategy_ = {code_of[label]: n for label, n in targeted.items()}
    if isinstance(given, list):
        sampler.sampling_strategy = [code_of[label] for label in given]
    X_resampled, codes = run(X, codes)
    sampler.sampling_strategy_, sampler.sampling_strategy = targeted, given
    return X_resampled, labels[codes]


def name_classes(step, sampling_strategy, labels):
    """Replace codes by labels in the attributes of a step that ran on codes."""
    step.sampling_strategy = sampling_strategy
    step.sampling_strategy_ = {labels[code]: n for code, n in step.sampling_strategy_.items()}


def split_classes(y):
    """Return the sorted labels of y and the row numbers of each class."""
    if y.dtype.kind in "OU":
        labels, _, class_rows = encode_classes(y)
        return labels, class_rows
    labels, _ = count_classes(y)
    return labels, [np.flatnonzero(y == label) for label in labels]


def smallest_class(class_rows):
    """Return the class with the fewest rows; of several, the one whose first row is lowest."""
    sizes = [(len(rows), rows[0]) for rows in class_rows]
    return min(range(len(sizes)), key=sizes.__getitem__)

"""Random sampling: draw the rows of each class to keep or to repeat."""

import numpy as np
from sklearn.utils import check_random_state

from fastsmote._synthesis.draws import draw_rows


def draw_kept_places(random_state, class_sizes, n_kept, replacement=False):
    """Draw the rows to keep, class by class in the order of the labels.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        One stream for all classes.
    class_sizes : list of int
        The number of rows of each class.
    n_kept : list of (int or None)
        The number of rows of each class to keep. None keeps all rows and draws nothing.
    replacement : bool, default=False
        Whether a row may be drawn more than once.

    Yields
    ------
    places : ndarray of shape (n_kept,), int
        Places among the rows of the class, in the order in which they are drawn.
    """
    random_state = check_random_state(random_state)
    for n_rows, n_drawn in zip(class_sizes, n_kept, strict=True):
        if n_drawn is None:
            yield np.arange(n_rows)
        elif replacement:
            yield random_state.choice(n_rows, n_drawn)
        else:
            yield draw_rows(random_state, n_rows, n_drawn)


def draw_repeated_places(random_state, class_sizes, n_new):
    """Draw the rows to repeat, class by class.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        One stream for all classes.
    class_sizes : iterable of int
        The number of rows of each class.
    n_new : iterable of int
        The number of rows to repeat of each class.

    Yields
    ------
    places : ndarray of shape (n_new,), int
        Places among the rows of the class.
    """
    random_state = check_random_state(random_state)
    for n_rows, n_drawn in zip(class_sizes, n_new, strict=True):
        yield random_state.choice(n_rows, size=n_drawn)

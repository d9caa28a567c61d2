"""A random state that a task may be run with again."""

from copy import deepcopy
from numbers import Integral

from sklearn.utils import check_random_state


def snapshot(random_state):
    """The random state as it is now: what is drawn from it later is what would be drawn now."""
    if isinstance(random_state, Integral):
        return random_state
    return deepcopy(check_random_state(random_state))


def move_on(random_state):
    """Let an instance, where as many numbers as are drawn are not known yet, draw others next.

    It goes on from a seed of its own: to skip a few numbers would repeat most of the stream.
    """
    if not isinstance(random_state, Integral):
        random_state = check_random_state(random_state)
        random_state.seed(random_state.randint(2**32, size=8, dtype="uint32"))

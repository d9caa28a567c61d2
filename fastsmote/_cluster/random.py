"""Random states for tasks that may run more than once."""

from copy import deepcopy
from numbers import Integral

from sklearn.utils import check_random_state


def snapshot(random_state):
    """Copy a random state, so that later draws equal the draws from its current state."""
    if isinstance(random_state, Integral):
        return random_state
    return deepcopy(check_random_state(random_state))


def move_on(random_state):
    """Reseed an instance from its own numbers, so that its next draws are new.

    The number of draws in the tasks is not known yet, so they cannot be skipped exactly.
    Skipping a few numbers would repeat most of the stream.
    """
    if not isinstance(random_state, Integral):
        random_state = check_random_state(random_state)
        random_state.seed(random_state.randint(2**32, size=8, dtype="uint32"))

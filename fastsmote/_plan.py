"""Every random draw, in imbalanced-learn's order and from NumPy's own generator.

The draws are cheap beside the search, and strictly sequential: drawn here and handed
to the kernels as arrays, they cannot depend on threads.
"""

from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state


class Pairs(NamedTuple):
    """Which base row goes towards which of its neighbors, and how far."""

    bases: np.ndarray  # (n_new,) place of the base in the list of bases
    ranks: np.ndarray  # (n_new,) place of the neighbor in the base's list
    gaps: np.ndarray  # (n_new,) in [0, 1)


def draw_pairs(random_state, n_bases, n_neighbors, n_new):
    """SMOTE: a uniformly drawn (base, neighbor) pair and gap for each new row.

    An integer seed starts the same stream for every class; an instance continues.
    """
    random_state = check_random_state(random_state)
    pairs = random_state.randint(low=0, high=n_bases * n_neighbors, size=n_new)
    gaps = random_state.uniform(size=n_new)
    bases = np.floor_divide(pairs, n_neighbors)
    ranks = np.mod(pairs, n_neighbors, out=pairs)
    return Pairs(bases, ranks, gaps)


def draw_shrinks(random_state, is_other_class):
    """Borderline-2: half the way at most towards a neighbor of another class."""
    random_state = check_random_state(random_state)
    shrinks = np.ones(len(is_other_class))
    shrinks[is_other_class] = random_state.uniform(low=0.0, high=0.5, size=is_other_class.sum())
    return shrinks


def draw_given_counts(random_state, n_neighbors, counts):
    """ADASYN: as many new rows of each base as counted, with a drawn neighbor and gap.

    ``random_state`` is the one RandomState of the whole call.
    """
    bases = np.repeat(np.arange(len(counts)), counts)
    ranks = random_state.choice(n_neighbors, size=len(bases))
    return Pairs(bases, ranks, random_state.uniform(size=len(bases)))

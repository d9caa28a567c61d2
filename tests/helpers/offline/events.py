"""Events of a run at which a fault is met."""

import shutil
from itertools import pairwise

import numpy as np

N_FAULTS = 10
SMALL_PARTS = ["--part-rows", "1000", "--batch-rows", "600"]


def drawn(n_events, seed=0, n_last=0):
    """Ten events of so many: one of each tenth, or some of them among the last twelve."""
    rng = np.random.RandomState(seed)
    edges = np.linspace(1, n_events + 1, N_FAULTS - n_last + 1).astype(int)
    spread = [int(rng.randint(low, high)) for low, high in pairwise(edges)]
    last = n_events - rng.choice(min(12, n_events), n_last, replace=False)
    return [*spread, *map(int, last)]


def empty(folder):
    """Remove everything in a folder."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()

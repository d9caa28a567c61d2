"""Plan the output of under-samplers that choose a number of rows of each class."""

import numpy as np

from fastsmote._recipes.near_miss import LeastSums
from fastsmote._recipes.random_sampling import draw_kept_places
from fastsmote._search.streaming import Block, RunningLists
from fastsmote.offline._segments import Gathered, Originals
from fastsmote.offline._survey import smallest_class


def random_under_segments(job):
    """Plan random under-sampling: the kept rows, class by class, in the order of the draws."""
    codes, asked = range(len(job.survey.labels)), dict(job.asked)
    rows = [job.survey.rows_of(code) for code in codes]
    n_kept = [asked.get(code) for code in codes]
    drawn = draw_kept_places(job.options.seed, map(len, rows), n_kept)
    kept = [of_class[places] for of_class, places in zip(rows, drawn, strict=True)]
    return [Gathered(job, np.concatenate(kept))]


def near_miss_1_segments(job):
    """Plan NearMiss-1: one pass measures the targeted rows by their nearest minority rows."""
    k, minority = job.options.n_neighbors, smallest_class(job.survey)
    job.check_class(minority, k, "n-neighbors", of_class=False)
    job.find_scale()
    X = job.searched(job.collect([minority])[minority])
    block, least = Block(X, np.arange(len(X))), {code: LeastSums(n) for code, n in job.asked}
    for rows, codes, X in job.stream("neighbors"):
        for code, sums in least.items():
            places = np.flatnonzero(codes == code)
            nearest = RunningLists(X[places], k)
            nearest.sq_distances[:] = sums.most_sq_distance
            nearest.add(nearest.find(block))
            sums.add(nearest, rows[places])
    codes = range(len(job.survey.labels))
    return [
        Gathered(job, least[code].rows) if code in least else Originals(job, code=code)
        for code in codes
    ]

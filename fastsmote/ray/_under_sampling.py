"""Under-samplers of Ray Datasets."""

from fastsmote._cluster import cleaning, near_miss, under_sampling
from fastsmote.ray._docstrings import documented_for_ray
from fastsmote.ray._estimator import TakesDatasets


@documented_for_ray
class TomekLinks(TakesDatasets, under_sampling.TomekLinks):
    """Tomek links for Ray Datasets: remove the ends of links that are of targeted classes."""


@documented_for_ray
class RandomUnderSampler(TakesDatasets, under_sampling.RandomUnderSampler):
    """Random under-sampling for Ray Datasets: keep rows that are drawn at random."""


@documented_for_ray
class EditedNearestNeighbours(TakesDatasets, cleaning.EditedNearestNeighbours):
    """Edited nearest neighbors for Ray Datasets: remove rows that neighbors outvote."""


@documented_for_ray
class NeighbourhoodCleaningRule(TakesDatasets, cleaning.NeighbourhoodCleaningRule):
    """The neighborhood cleaning rule for Ray Datasets: clean near minority rows."""


@documented_for_ray
class NearMiss(TakesDatasets, near_miss.NearMiss):
    """NearMiss-1 for Ray Datasets: keep the rows that are nearest to minority rows."""

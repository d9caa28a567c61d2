"""Under-samplers of Spark DataFrames."""

from fastsmote._cluster import cleaning, near_miss, under_sampling
from fastsmote.spark._docstrings import documented_for_spark
from fastsmote.spark._estimator import TakesDataFrames


@documented_for_spark
class TomekLinks(TakesDataFrames, under_sampling.TomekLinks):
    """Tomek links for Spark DataFrames: remove the ends of links that are of targeted classes."""


@documented_for_spark
class RandomUnderSampler(TakesDataFrames, under_sampling.RandomUnderSampler):
    """Random under-sampling for Spark DataFrames: keep rows that are drawn at random."""


@documented_for_spark
class EditedNearestNeighbours(TakesDataFrames, cleaning.EditedNearestNeighbours):
    """Edited nearest neighbors for Spark DataFrames: remove rows that neighbors outvote."""


@documented_for_spark
class NeighbourhoodCleaningRule(TakesDataFrames, cleaning.NeighbourhoodCleaningRule):
    """The neighborhood cleaning rule for Spark DataFrames: clean near minority rows."""


@documented_for_spark
class NearMiss(TakesDataFrames, near_miss.NearMiss):
    """NearMiss-1 for Spark DataFrames: keep the rows that are nearest to minority rows."""

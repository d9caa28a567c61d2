"""Over-samplers of Spark DataFrames."""

from fastsmote._cluster import over_sampling, repeats, smotenc
from fastsmote.spark._docstrings import documented_for_spark
from fastsmote.spark._estimator import TakesDataFrames


@documented_for_spark
class SMOTE(TakesDataFrames, over_sampling.SMOTE):
    """SMOTE for Spark DataFrames: new rows between a row and one of its neighbors."""

    _keeps_every_row = True


@documented_for_spark
class BorderlineSMOTE(TakesDataFrames, over_sampling.BorderlineSMOTE):
    """Borderline-SMOTE for Spark DataFrames: new rows from the rows in danger."""

    _keeps_every_row = True


@documented_for_spark
class ADASYN(TakesDataFrames, over_sampling.ADASYN):
    """ADASYN for Spark DataFrames: more new rows where more neighbors are of another class."""

    _keeps_every_row = True


@documented_for_spark
class SMOTENC(TakesDataFrames, smotenc.SMOTENC):
    """SMOTE-NC for Spark DataFrames: new rows of numeric and categorical features."""

    _keeps_every_row = True


@documented_for_spark
class RandomOverSampler(TakesDataFrames, repeats.RandomOverSampler):
    """Random over-sampling for Spark DataFrames: repeat rows that are drawn at random."""

"""The samplers of Spark DataFrames: `fit_resample` of a DataFrame, by the plans of every engine."""

from fastsmote._cluster import (
    cleaning,
    combine,
    near_miss,
    over_sampling,
    repeats,
    smotenc,
    under_sampling,
)
from fastsmote.spark._estimator import TakesDataFrames


class SMOTE(TakesDataFrames, over_sampling.SMOTE):
    """SMOTE for Spark DataFrames: new rows between a row and one of its neighbors.

    Parameters and attributes are those of `fastsmote.over_sampling.SMOTE`; `k_neighbors` must be
    an integer, and `missing` must be "error". The rows are the same, bit for bit, for any number
    of partitions and executors, and even if an executor is lost.

    Notes
    -----
    The driver gathers the rows of a class to over-sample, and Spark broadcasts them. So they must
    fit into the memory of the driver and of each executor. Executors make the new rows when the
    result is computed.

    Examples
    --------
    >>> from fastsmote.spark import SMOTE
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> balanced = SMOTE(random_state=0).fit_resample(df, "fraud", exclude="id")  # doctest: +SKIP
    >>> balanced.write.parquet("balanced")  # doctest: +SKIP
    """

    _keeps_every_row = True


class BorderlineSMOTE(TakesDataFrames, over_sampling.BorderlineSMOTE):
    """Borderline-SMOTE for Spark DataFrames: new rows from the rows in danger.

    As `SMOTE`, with the parameters of `fastsmote.over_sampling.BorderlineSMOTE`. An instance as
    `random_state` is reseeded from its own numbers.
    """

    _keeps_every_row = True


class ADASYN(TakesDataFrames, over_sampling.ADASYN):
    """ADASYN for Spark DataFrames: more new rows where more neighbors are of another class.

    As `SMOTE`, with the parameters of `fastsmote.over_sampling.ADASYN`. An instance as
    `random_state` is reseeded from its own numbers.
    """

    _keeps_every_row = True


class SMOTENC(TakesDataFrames, smotenc.SMOTENC):
    """SMOTE-NC for Spark DataFrames: over-sample numeric and categorical features.

    As `SMOTE`, with the parameters of `fastsmote.over_sampling.SMOTENC`. Categorical features may
    be strings, integers or booleans without nulls. The attributes that depend on values, such as
    `median_std_`, are not set.
    """

    _keeps_every_row = True


class RandomOverSampler(TakesDataFrames, repeats.RandomOverSampler):
    """Random over-sampling for Spark DataFrames: repeat rows that are drawn at random.

    Parameters and rows are those of `fastsmote.over_sampling.RandomOverSampler`; `shrinkage` must
    be None. Whole rows are repeated, with the values of all columns. Features may have any type.
    """


class TomekLinks(TakesDataFrames, under_sampling.TomekLinks):
    """Tomek links for Spark DataFrames: remove the ends of links that are of targeted classes.

    Parameters and rows are those of `fastsmote.under_sampling.TomekLinks`. The driver gathers the
    rows outside the largest class.
    """


class RandomUnderSampler(TakesDataFrames, under_sampling.RandomUnderSampler):
    """Random under-sampling for Spark DataFrames: keep rows that are drawn at random.

    Parameters and rows are those of `fastsmote.under_sampling.RandomUnderSampler`. Features may
    have any type.
    """


class EditedNearestNeighbours(TakesDataFrames, cleaning.EditedNearestNeighbours):
    """Edited nearest neighbors for Spark DataFrames: remove rows among other classes.

    Parameters and rows are those of `fastsmote.under_sampling.EditedNearestNeighbours`;
    `n_neighbors` must be an integer. Rows that are near each other are exchanged into buckets,
    which executors search. No process needs all rows.
    """


class NeighbourhoodCleaningRule(TakesDataFrames, cleaning.NeighbourhoodCleaningRule):
    """Neighborhood cleaning rule for Spark DataFrames.

    Parameters and rows are those of `fastsmote.under_sampling.NeighbourhoodCleaningRule`;
    `n_neighbors` must be an integer. Rows are searched as by `EditedNearestNeighbours`.
    """


class NearMiss(TakesDataFrames, near_miss.NearMiss):
    """NearMiss for Spark DataFrames: keep the rows that are nearest to the minority.

    Parameters and rows are those of `fastsmote.under_sampling.NearMiss`; `version` must be 1. The
    driver gathers the minority.
    """


class SMOTEENN(TakesDataFrames, combine.SMOTEENN):
    """SMOTE and then edited nearest neighbors for Spark DataFrames.

    Parameters and rows are those of `fastsmote.combine.SMOTEENN`. The rows of a class to
    over-sample must fit into memory, as for `SMOTE`.
    """


class SMOTETomek(TakesDataFrames, combine.SMOTETomek):
    """SMOTE and then Tomek links for Spark DataFrames.

    Parameters and rows are those of `fastsmote.combine.SMOTETomek`. The rows of a class to
    over-sample must fit into memory, as for `SMOTE`.
    """

"""Under-samplers of Spark DataFrames."""

from fastsmote._cluster import cleaning, near_miss, under_sampling
from fastsmote.spark._estimator import TakesDataFrames


class TomekLinks(TakesDataFrames, under_sampling.TomekLinks):
    """Tomek links for Spark DataFrames: remove the ends of links that are of targeted classes.

    Parameters are those of `fastsmote.under_sampling.TomekLinks`, where they are documented.
    `missing` must be "error". There is no `n_jobs`. `sampling_strategy` must not be a callable.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The names of the features.

    Notes
    -----
    The rows are those of the in-memory class, bit for bit, for any number of partitions and
    executors, and also if an executor is lost. That class documents ties, the steps of the
    paper and the reference. `order_by` of `fit_resample` defines their order.

    The driver gathers the rows of all classes except the largest, so these rows must fit into
    the memory of the driver and, as a broadcast copy, of each Python worker.

    Examples
    --------
    >>> from fastsmote.spark import TomekLinks
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = TomekLinks()
    >>> out = sampler.fit_resample(df, "fraud", exclude=["id"], order_by="id")  # doctest: +SKIP
    >>> out.write.parquet("resampled")  # doctest: +SKIP
    >>> sampler.unpersist()  # after the result is written
    """


class RandomUnderSampler(TakesDataFrames, under_sampling.RandomUnderSampler):
    """Random under-sampling for Spark DataFrames: keep rows that are drawn at random.

    Parameters are those of `fastsmote.under_sampling.RandomUnderSampler`, where they are
    documented. `sampling_strategy` must not be a callable.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to keep of each targeted class.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The names of the features.

    Notes
    -----
    The rows are those of the in-memory class, bit for bit, for any number of partitions and
    executors, and also if an executor is lost. `order_by` of `fit_resample` defines their
    order.

    Whole rows are kept. Features may have any type; only the target is read for the draws.

    Examples
    --------
    >>> from fastsmote.spark import RandomUnderSampler
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = RandomUnderSampler(random_state=0)
    >>> out = sampler.fit_resample(df, "fraud", exclude=["id"], order_by="id")  # doctest: +SKIP
    >>> out.write.parquet("resampled")  # doctest: +SKIP
    >>> sampler.unpersist()  # after the result is written
    """


class EditedNearestNeighbours(TakesDataFrames, cleaning.EditedNearestNeighbours):
    """Edited nearest neighbors for Spark DataFrames: remove rows that neighbors outvote.

    Parameters are those of `fastsmote.under_sampling.EditedNearestNeighbours`, where they are
    documented. `n_neighbors` must be an integer, and `missing` must be "error". There is no
    `n_jobs`. `sampling_strategy` must not be a callable.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The names of the features.

    Notes
    -----
    The rows are those of the in-memory class, bit for bit, for any number of partitions and
    executors, and also if an executor is lost. That class documents ties, the steps of the
    paper and the reference. `order_by` of `fit_resample` defines their order.

    All rows are exchanged into buckets of rows that are near each other. A task needs memory
    for two buckets, and 1 or 2 bytes for each row of the table.

    Examples
    --------
    >>> from fastsmote.spark import EditedNearestNeighbours
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = EditedNearestNeighbours()
    >>> out = sampler.fit_resample(df, "fraud", exclude=["id"], order_by="id")  # doctest: +SKIP
    >>> out.write.parquet("resampled")  # doctest: +SKIP
    >>> sampler.unpersist()  # after the result is written
    """


class NeighbourhoodCleaningRule(TakesDataFrames, cleaning.NeighbourhoodCleaningRule):
    """The neighborhood cleaning rule for Spark DataFrames: clean near minority rows.

    Parameters are those of `fastsmote.under_sampling.NeighbourhoodCleaningRule`, where they are
    documented. `n_neighbors` must be an integer, and `edited_nearest_neighbours` must be None.
    There is no `n_jobs`. `sampling_strategy` must not be a callable.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    classes_to_clean_ : list
        The classes from which the second step removes rows.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The names of the features.

    Notes
    -----
    The rows are those of the in-memory class, bit for bit, for any number of partitions and
    executors, and also if an executor is lost. That class documents ties, the steps of the
    paper and the reference. `order_by` of `fit_resample` defines their order.

    All rows are exchanged into buckets of rows that are near each other. A task needs memory
    for two buckets, and 1 or 2 bytes for each row of the table.

    Examples
    --------
    >>> from fastsmote.spark import NeighbourhoodCleaningRule
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = NeighbourhoodCleaningRule()
    >>> out = sampler.fit_resample(df, "fraud", exclude=["id"], order_by="id")  # doctest: +SKIP
    >>> out.write.parquet("resampled")  # doctest: +SKIP
    >>> sampler.unpersist()  # after the result is written
    """


class NearMiss(TakesDataFrames, near_miss.NearMiss):
    """NearMiss-1 for Spark DataFrames: keep the rows that are nearest to minority rows.

    Parameters are those of `fastsmote.under_sampling.NearMiss`, where they are documented.
    `version` must be 1, and `n_neighbors` must be an integer. There is no `n_neighbors_ver3`
    and no `n_jobs`. `sampling_strategy` must not be a callable.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to keep of each targeted class.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The names of the features.

    Notes
    -----
    The rows are those of the in-memory class, bit for bit, for any number of partitions and
    executors, and also if an executor is lost. That class documents ties, the steps of the
    paper and the reference. `order_by` of `fit_resample` defines their order.

    The driver gathers the rows of the smallest class, so these rows must fit into the memory of
    the driver and, as a broadcast copy, of each Python worker.

    Examples
    --------
    >>> from fastsmote.spark import NearMiss
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = NearMiss()
    >>> out = sampler.fit_resample(df, "fraud", exclude=["id"], order_by="id")  # doctest: +SKIP
    >>> out.write.parquet("resampled")  # doctest: +SKIP
    >>> sampler.unpersist()  # after the result is written
    """

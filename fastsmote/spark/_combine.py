"""SMOTEENN and SMOTETomek of Spark DataFrames."""

from fastsmote._cluster import combine
from fastsmote.spark._estimator import TakesDataFrames


class SMOTEENN(TakesDataFrames, combine.SMOTEENN):
    """SMOTEENN for Spark DataFrames: SMOTE, then remove rows that neighbors outvote.

    Parameters are those of `fastsmote.combine.SMOTEENN`, where they are documented. `missing`
    must be "error". `smote` and `enn` may be None, or samplers of imbalanced-learn or
    fastsmote, but not of a subclass of these. There is no `n_jobs`. `sampling_strategy` must
    not be a callable.

    Attributes
    ----------
    sampling_strategy_ : object
        The parameter `sampling_strategy`, as in imbalanced-learn.
    smote_, enn_ : samplers
        The two steps.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The names of the features.

    Notes
    -----
    The rows are those of the in-memory class, bit for bit, for any number of partitions and
    executors, and also if an executor is lost. That class documents ties, the steps of the
    paper and the reference. `order_by` of `fit_resample` defines their order.

    The driver gathers the rows of each class to over-sample, so these rows must fit into the
    memory of the driver and, as a broadcast copy, of each Python worker.

    All rows, the new ones included, are exchanged into buckets of rows that are near each
    other. A task needs memory for two buckets, and 1 or 2 bytes for each row of the table.

    Examples
    --------
    >>> from fastsmote.spark import SMOTEENN
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = SMOTEENN(random_state=0)
    >>> out = sampler.fit_resample(df, "fraud", exclude=["id"], order_by="id")  # doctest: +SKIP
    >>> out.write.parquet("resampled")  # doctest: +SKIP
    >>> sampler.unpersist()  # after the result is written
    """


class SMOTETomek(TakesDataFrames, combine.SMOTETomek):
    """SMOTETomek for Spark DataFrames: SMOTE, then remove the ends of Tomek links.

    Parameters are those of `fastsmote.combine.SMOTETomek`, where they are documented. `missing`
    must be "error". `smote` and `tomek` may be None, or samplers of imbalanced-learn or
    fastsmote, but not of a subclass of these. There is no `n_jobs`. `sampling_strategy` must
    not be a callable.

    Attributes
    ----------
    sampling_strategy_ : object
        The parameter `sampling_strategy`, as in imbalanced-learn.
    smote_, tomek_ : samplers
        The two steps.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The names of the features.

    Notes
    -----
    The rows are those of the in-memory class, bit for bit, for any number of partitions and
    executors, and also if an executor is lost. That class documents ties, the steps of the
    paper and the reference. `order_by` of `fit_resample` defines their order.

    The driver gathers the rows of each class to over-sample, so these rows must fit into the
    memory of the driver and, as a broadcast copy, of each Python worker.

    All rows, the new ones included, are exchanged into buckets of rows that are near each
    other. A task needs memory for two buckets, and 1 or 2 bytes for each row of the table.

    Examples
    --------
    >>> from fastsmote.spark import SMOTETomek
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = SMOTETomek(random_state=0)
    >>> out = sampler.fit_resample(df, "fraud", exclude=["id"], order_by="id")  # doctest: +SKIP
    >>> out.write.parquet("resampled")  # doctest: +SKIP
    >>> sampler.unpersist()  # after the result is written
    """

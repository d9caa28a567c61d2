"""Over-samplers of Spark DataFrames."""

from fastsmote._cluster import over_sampling, repeats, smotenc
from fastsmote.spark._estimator import TakesDataFrames


class SMOTE(TakesDataFrames, over_sampling.SMOTE):
    """SMOTE for Spark DataFrames: new rows between a row and one of its neighbors.

    Parameters are those of `fastsmote.over_sampling.SMOTE`, where they are documented.
    `k_neighbors` must be an integer, and `missing` must be "error". `sampling_strategy` must
    not be a callable.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of new rows of each class.
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

    Examples
    --------
    >>> from fastsmote.spark import SMOTE
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = SMOTE(random_state=0)
    >>> out = sampler.fit_resample(df, "fraud", exclude=["id"], order_by="id")  # doctest: +SKIP
    >>> out.write.parquet("resampled")  # doctest: +SKIP
    """

    _keeps_every_row = True


class BorderlineSMOTE(TakesDataFrames, over_sampling.BorderlineSMOTE):
    """Borderline-SMOTE for Spark DataFrames: new rows from the rows in danger.

    Parameters are those of `fastsmote.over_sampling.BorderlineSMOTE`, where they are
    documented. `k_neighbors` and `m_neighbors` must be integers, and `missing` must be "error".
    `sampling_strategy` must not be a callable.

    Attributes
    ----------
    sampling_strategy_ : dict
        The requested number of new rows of each class.
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

    A RandomState instance passed as `random_state` is reseeded, because the number of draws is
    not known when `fit_resample` returns; its later draws are not those after the in-memory
    sampler.

    Examples
    --------
    >>> from fastsmote.spark import BorderlineSMOTE
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = BorderlineSMOTE(random_state=0)
    >>> out = sampler.fit_resample(df, "fraud", exclude=["id"], order_by="id")  # doctest: +SKIP
    >>> out.write.parquet("resampled")  # doctest: +SKIP
    """

    _keeps_every_row = True


class ADASYN(TakesDataFrames, over_sampling.ADASYN):
    """ADASYN for Spark DataFrames: more new rows where more neighbors are of another class.

    Parameters are those of `fastsmote.over_sampling.ADASYN`, where they are documented.
    `n_neighbors` must be an integer, and `missing` must be "error". `sampling_strategy` must
    not be a callable.

    Attributes
    ----------
    sampling_strategy_ : dict
        The requested number of new rows of each class.
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

    A RandomState instance passed as `random_state` is reseeded, because the number of draws is
    not known when `fit_resample` returns; its later draws are not those after the in-memory
    sampler.

    `fit_resample` raises ``RuntimeError`` if no neighbor is of another class, and
    ``ValueError`` if every count of new rows rounds to zero.

    Examples
    --------
    >>> from fastsmote.spark import ADASYN
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = ADASYN(random_state=0)
    >>> out = sampler.fit_resample(df, "fraud", exclude=["id"], order_by="id")  # doctest: +SKIP
    >>> out.write.parquet("resampled")  # doctest: +SKIP
    """

    _keeps_every_row = True


class SMOTENC(TakesDataFrames, smotenc.SMOTENC):
    """SMOTE-NC for Spark DataFrames: new rows of numeric and categorical features.

    Parameters are those of `fastsmote.over_sampling.SMOTENC`, where they are documented.
    `k_neighbors` must be an integer, and `missing` must be "error". There is no
    `categorical_encoder`. `sampling_strategy` must not be a callable.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of new rows of each class.
    categorical_features_, continuous_features_ : ndarray of int
        The positions of the categorical and of the numeric features.
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

    A RandomState instance passed as `random_state` is reseeded, because the number of draws is
    not known when `fit_resample` returns; its later draws are not those after the in-memory
    sampler.

    Categories may have any type whose values can be sorted; null is an error. No Spark type
    marks a column as categorical, so pass the names or positions of the columns: "auto" finds
    none. The attributes that depend on values, such as `median_std_`, are not set.

    `fit_resample` raises ``ValueError`` if the numbers of a class hardly vary or vary too much:
    in that case the in-memory class runs imbalanced-learn's code.

    Examples
    --------
    >>> from fastsmote.spark import SMOTENC
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = SMOTENC(["hour"], random_state=0)
    >>> out = sampler.fit_resample(df, "fraud", exclude=["id"], order_by="id")  # doctest: +SKIP
    >>> out.write.parquet("resampled")  # doctest: +SKIP
    """

    _keeps_every_row = True


class RandomOverSampler(TakesDataFrames, repeats.RandomOverSampler):
    """Random over-sampling for Spark DataFrames: repeat rows that are drawn at random.

    Parameters are those of `fastsmote.over_sampling.RandomOverSampler`, where they are
    documented. `shrinkage` must be None, and `missing` must be "error". `sampling_strategy`
    must not be a callable.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of new rows of each class.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The names of the features.

    Notes
    -----
    The rows are those of the in-memory class, bit for bit, for any number of partitions and
    executors, and also if an executor is lost. `order_by` of `fit_resample` defines their
    order.

    Whole rows are repeated, with the values of all columns. Features may have any type; only
    the target is read for the draws.

    Examples
    --------
    >>> from fastsmote.spark import RandomOverSampler
    >>> df = spark.read.parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = RandomOverSampler(random_state=0)
    >>> out = sampler.fit_resample(df, "fraud", exclude=["id"], order_by="id")  # doctest: +SKIP
    >>> out.write.parquet("resampled")  # doctest: +SKIP
    >>> sampler.unpersist()  # after the result is written
    """

"""SMOTEENN and SMOTETomek of Ray Datasets."""

from fastsmote._cluster import combine
from fastsmote.ray._estimator import TakesDatasets


class SMOTEENN(TakesDatasets, combine.SMOTEENN):
    """SMOTEENN for Ray Datasets: SMOTE, then remove rows that neighbors outvote.

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
    The rows are those of the in-memory class, bit for bit, for any number of blocks and
    workers, and also if a worker is lost. That class documents ties, the steps of the paper and
    the reference. The result has their order.

    One task gathers the rows of each class to over-sample, so these rows must fit into the
    memory of one worker.

    All rows, the new ones included, are exchanged into buckets of rows that are near each
    other. A task needs memory for two buckets, and 1 or 2 bytes for each row of the table.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import SMOTEENN
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = SMOTEENN(random_state=0)
    >>> out = sampler.fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> out.write_parquet("resampled")  # doctest: +SKIP
    """


class SMOTETomek(TakesDatasets, combine.SMOTETomek):
    """SMOTETomek for Ray Datasets: SMOTE, then remove the ends of Tomek links.

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
    The rows are those of the in-memory class, bit for bit, for any number of blocks and
    workers, and also if a worker is lost. That class documents ties, the steps of the paper and
    the reference. The result has their order.

    One task gathers the rows of each class to over-sample, so these rows must fit into the
    memory of one worker.

    All rows, the new ones included, are exchanged into buckets of rows that are near each
    other. A task needs memory for two buckets, and 1 or 2 bytes for each row of the table.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import SMOTETomek
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = SMOTETomek(random_state=0)
    >>> out = sampler.fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> out.write_parquet("resampled")  # doctest: +SKIP
    """

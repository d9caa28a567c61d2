"""Over-samplers of Ray Datasets."""

from fastsmote._cluster import over_sampling, repeats, smotenc
from fastsmote.ray._estimator import TakesDatasets


class SMOTE(TakesDatasets, over_sampling.SMOTE):
    """SMOTE for Ray Datasets: new rows between a row and one of its neighbors.

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
    The rows are those of the in-memory class, bit for bit, for any number of blocks and
    workers, and also if a worker is lost. That class documents ties, the steps of the paper and
    the reference. The result has their order.

    One task gathers the rows of each class to over-sample, so these rows must fit into the
    memory of one worker.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import SMOTE
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = SMOTE(random_state=0)
    >>> out = sampler.fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> out.write_parquet("resampled")  # doctest: +SKIP
    """


class BorderlineSMOTE(TakesDatasets, over_sampling.BorderlineSMOTE):
    """Borderline-SMOTE for Ray Datasets: new rows from the rows in danger.

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
    The rows are those of the in-memory class, bit for bit, for any number of blocks and
    workers, and also if a worker is lost. That class documents ties, the steps of the paper and
    the reference. The result has their order.

    One task gathers the rows of each class to over-sample, so these rows must fit into the
    memory of one worker.

    A RandomState instance passed as `random_state` is reseeded, because the number of draws is
    not known when `fit_resample` returns; its later draws are not those after the in-memory
    sampler.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import BorderlineSMOTE
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = BorderlineSMOTE(random_state=0)
    >>> out = sampler.fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> out.write_parquet("resampled")  # doctest: +SKIP
    """


class ADASYN(TakesDatasets, over_sampling.ADASYN):
    """ADASYN for Ray Datasets: more new rows where more neighbors are of another class.

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
    The rows are those of the in-memory class, bit for bit, for any number of blocks and
    workers, and also if a worker is lost. That class documents ties, the steps of the paper and
    the reference. The result has their order.

    One task gathers the rows of each class to over-sample, so these rows must fit into the
    memory of one worker.

    A RandomState instance passed as `random_state` is reseeded, because the number of draws is
    not known when `fit_resample` returns; its later draws are not those after the in-memory
    sampler.

    `fit_resample` raises ``RuntimeError`` if no neighbor is of another class, and
    ``ValueError`` if every count of new rows rounds to zero.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import ADASYN
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = ADASYN(random_state=0)
    >>> out = sampler.fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> out.write_parquet("resampled")  # doctest: +SKIP
    """


class SMOTENC(TakesDatasets, smotenc.SMOTENC):
    """SMOTE-NC for Ray Datasets: new rows of numeric and categorical features.

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
    The rows are those of the in-memory class, bit for bit, for any number of blocks and
    workers, and also if a worker is lost. That class documents ties, the steps of the paper and
    the reference. The result has their order.

    One task gathers the rows of each class to over-sample, so these rows must fit into the
    memory of one worker.

    A RandomState instance passed as `random_state` is reseeded, because the number of draws is
    not known when `fit_resample` returns; its later draws are not those after the in-memory
    sampler.

    Categories may have any type whose values can be sorted; null is an error. "auto" means the
    columns of Arrow's dictionary type. The attributes that depend on values, such as
    `median_std_`, are not set.

    `fit_resample` raises ``ValueError`` if the numbers of a class hardly vary or vary too much:
    in that case the in-memory class runs imbalanced-learn's code.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import SMOTENC
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = SMOTENC(["hour"], random_state=0)
    >>> out = sampler.fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> out.write_parquet("resampled")  # doctest: +SKIP
    """

    _takes_any_columns = True


class RandomOverSampler(TakesDatasets, repeats.RandomOverSampler):
    """Random over-sampling for Ray Datasets: repeat rows that are drawn at random.

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
    The rows are those of the in-memory class, bit for bit, for any number of blocks and
    workers, and also if a worker is lost. The result has their order.

    Whole rows are repeated, with the values of all columns. Features may have any type; only
    the target is read for the draws.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import RandomOverSampler
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = RandomOverSampler(random_state=0)
    >>> out = sampler.fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> out.write_parquet("resampled")  # doctest: +SKIP
    """

"""Under-samplers of Ray Datasets."""

from fastsmote._cluster import cleaning, near_miss, under_sampling
from fastsmote.ray._estimator import TakesDatasets


class TomekLinks(TakesDatasets, under_sampling.TomekLinks):
    """Tomek links for Ray Datasets: remove the ends of links that are of targeted classes.

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
    The rows are those of the in-memory class, bit for bit, for any number of blocks and
    workers, and also if a worker is lost. That class documents ties, the steps of the paper and
    the reference. The result has their order.

    One task gathers the rows of all classes except the largest, so these rows must fit into the
    memory of one worker.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import TomekLinks
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = TomekLinks()
    >>> out = sampler.fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> out.write_parquet("resampled")  # doctest: +SKIP
    """


class RandomUnderSampler(TakesDatasets, under_sampling.RandomUnderSampler):
    """Random under-sampling for Ray Datasets: keep rows that are drawn at random.

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
    The rows are those of the in-memory class, bit for bit, for any number of blocks and
    workers, and also if a worker is lost. The result has their order.

    Whole rows are kept. Features may have any type; only the target is read for the draws.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import RandomUnderSampler
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = RandomUnderSampler(random_state=0)
    >>> out = sampler.fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> out.write_parquet("resampled")  # doctest: +SKIP
    """


class EditedNearestNeighbours(TakesDatasets, cleaning.EditedNearestNeighbours):
    """Edited nearest neighbors for Ray Datasets: remove rows that neighbors outvote.

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
    The rows are those of the in-memory class, bit for bit, for any number of blocks and
    workers, and also if a worker is lost. That class documents ties, the steps of the paper and
    the reference. The result has their order.

    All rows are exchanged into buckets of rows that are near each other. A task needs memory
    for two buckets, and 1 or 2 bytes for each row of the table.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import EditedNearestNeighbours
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = EditedNearestNeighbours()
    >>> out = sampler.fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> out.write_parquet("resampled")  # doctest: +SKIP
    """


class NeighbourhoodCleaningRule(TakesDatasets, cleaning.NeighbourhoodCleaningRule):
    """The neighborhood cleaning rule for Ray Datasets: clean near minority rows.

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
    The rows are those of the in-memory class, bit for bit, for any number of blocks and
    workers, and also if a worker is lost. That class documents ties, the steps of the paper and
    the reference. The result has their order.

    All rows are exchanged into buckets of rows that are near each other. A task needs memory
    for two buckets, and 1 or 2 bytes for each row of the table.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import NeighbourhoodCleaningRule
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = NeighbourhoodCleaningRule()
    >>> out = sampler.fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> out.write_parquet("resampled")  # doctest: +SKIP
    """


class NearMiss(TakesDatasets, near_miss.NearMiss):
    """NearMiss-1 for Ray Datasets: keep the rows that are nearest to minority rows.

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
    The rows are those of the in-memory class, bit for bit, for any number of blocks and
    workers, and also if a worker is lost. That class documents ties, the steps of the paper and
    the reference. The result has their order.

    One task gathers the rows of the smallest class, so these rows must fit into the memory of
    one worker.

    Examples
    --------
    >>> import ray
    >>> from fastsmote.ray import NearMiss
    >>> ds = ray.data.read_parquet("payments.parquet")  # doctest: +SKIP
    >>> sampler = NearMiss()
    >>> out = sampler.fit_resample(ds, "fraud", exclude=["id"])  # doctest: +SKIP
    >>> out.write_parquet("resampled")  # doctest: +SKIP
    """

"""Random over-sampling and under-sampling of dask collections."""

from fastsmote._cluster import repeats, under_sampling
from fastsmote.distributed._estimator import TakesCollections


class RandomOverSampler(TakesCollections, repeats.RandomOverSampler):
    """Random over-sampling for dask collections: repeat rows that are drawn at random.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As in imbalanced-learn: which classes to over-sample, and to how many rows.
    random_state : int, RandomState instance or None, default=None
        Controls the draws. An instance advances exactly as it does in memory.
    shrinkage : None, default=None
        Only None is supported: rows are repeated without noise.
    values : dict, "infer" or None, default=None
        As in memory, it has no effect without `shrinkage`.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to add to each class.
    sample_indices_ : dask Array of shape (n_rows_resampled,), int64
        For each row of the result, the number of the row of X that it repeats; lazy.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.over_sampling.RandomOverSampler` for the same table in memory,
    in the same order, for any number of partitions, threads and workers, and even if a worker is
    lost. `fit_resample` documents the errors.

    `fit_resample` reads the target once and does not read X, which may have any dtypes. The
    result starts with the partitions of the input. Partitions of repeated rows follow, class by
    class; their rows come from all partitions. Each is at most as large as the largest partition
    of the input. Of a table, whole rows are repeated. A repeated row of a DataFrame has the index
    of the row that it repeats.

    References
    ----------
    G. Menardi, N. Torelli, "Training and assessing classification rules with imbalanced
    data", Data Mining and Knowledge Discovery 28, 92-122, 2014, section 3, for `shrinkage`.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import RandomOverSampler
    >>> X = da.from_array(np.arange(12).reshape(6, 2), chunks=(3, 2))
    >>> y = da.from_array(np.array([0, 0, 0, 0, 1, 1]), chunks=3)
    >>> _, y_resampled = RandomOverSampler(random_state=0).fit_resample(X, y)
    >>> np.bincount(y_resampled.compute()).tolist()
    [4, 4]
    """


class RandomUnderSampler(TakesCollections, under_sampling.RandomUnderSampler):
    """Random under-sampling for dask collections: keep rows that are drawn at random.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As in imbalanced-learn: which classes to under-sample, and to how many rows.
    random_state : int, RandomState instance or None, default=None
        Controls the draws. An instance advances exactly as it does in memory.
    replacement : bool, default=False
        Whether a row may be drawn more than once.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to keep of each targeted class.
    sample_indices_ : dask Array of shape (n_kept,), int64
        The numbers of the rows that are kept, class by class, in the order in which the rows
        of a targeted class were drawn; lazy.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.under_sampling.RandomUnderSampler` for the same table in
    memory, in the same order, for any number of partitions, threads and workers, and even if a
    worker is lost. The drawn rows come from all partitions and form new partitions; each is at most
    as large as the largest partition of the input. `fit_resample` documents the errors.

    `fit_resample` reads the target once and does not read X, which may have any dtypes. The
    rows of a DataFrame keep their index.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import RandomUnderSampler
    >>> X = da.from_array(np.arange(12).reshape(6, 2), chunks=(3, 2))
    >>> y = da.from_array(np.array([0, 0, 0, 0, 1, 1]), chunks=3)
    >>> _, y_resampled = RandomUnderSampler(random_state=0).fit_resample(X, y)
    >>> np.bincount(y_resampled.compute()).tolist()
    [2, 2]
    """

"""Under-samplers of dask collections."""

from fastsmote._cluster import near_miss, under_sampling
from fastsmote.distributed._estimator import TakesCollections


class TomekLinks(TakesCollections, under_sampling.TomekLinks):
    """Tomek links for dask collections: remove the ends of links that are of targeted classes.

    Parameters
    ----------
    sampling_strategy : str or list, default="auto"
        As in imbalanced-learn: the classes whose rows may be removed. "auto" means all
        classes except the minority.
    missing : {"error"}, default="error"
        Only "error" is supported: NaN is an error. Tables in memory may have missing values.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    sample_indices_ : dask Array of shape (n_kept,), int64
        The numbers of the rows that are kept, ascending; lazy.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.under_sampling.TomekLinks` for the same table in memory, in the
    same order, for any number of partitions, threads and workers, and even if a worker is lost.
    That class documents ties. `fit_resample` documents the errors.

    `fit_resample` reads the target once and does not read X. The result has the partitions of
    the input without the removed rows; the rows of a DataFrame keep their index. X must have
    dtype float32, float64 or integer, or numeric columns. The tasks that read X check that it
    is finite.

    One task gathers the rows outside the largest class, so these rows must fit into the memory
    of one worker. Each partition is searched twice: first for the nearest row of each gathered
    row, then for rows that are nearer to that nearest row. A worker holds or spills the
    partitions until then.

    References
    ----------
    I. Tomek, "Two modifications of CNN", IEEE Transactions on Systems, Man, and
    Cybernetics 6, 769-772, 1976, section II.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import TomekLinks
    >>> X = da.from_array(np.array([[0.0], [1.0], [1.1], [3.0], [3.5], [4.1]]), chunks=(2, 1))
    >>> y = da.from_array(np.array([1, 1, 0, 0, 0, 0]), chunks=2)
    >>> tomek = TomekLinks()
    >>> X_resampled, y_resampled = tomek.fit_resample(X, y)
    >>> tomek.sample_indices_.compute()
    array([0, 1, 3, 4, 5])
    """


class NearMiss(TakesCollections, near_miss.NearMiss):
    """NearMiss-1 for dask collections: keep the rows that are nearest to minority rows.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As in imbalanced-learn: which classes to under-sample, and to how many rows.
    version : {1}, default=1
        Only version 1 is supported.
    n_neighbors : int >= 1, default=3
        The number of nearest minority rows whose distances are summed.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to keep of each targeted class.
    sample_indices_ : dask Array of shape (n_kept,), int64
        The numbers of the rows that are kept, class by class; of a targeted class, in the order
        of their sums. Lazy.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.under_sampling.NearMiss` for the same table in memory, in the
    same order, for any number of partitions, threads and workers, and even if a worker is lost. Of
    rows with equal sums, the lower row number comes first. `fit_resample` documents the errors.

    `fit_resample` reads the target once and does not read X. The dtypes of X and the index of a
    DataFrame are as in `TomekLinks`.

    One task gathers the minority, so its rows must fit into the memory of one worker. Each
    partition then searches these rows, and reports at most as many rows as are kept. The rows of
    a targeted class come from all partitions and form new partitions; each is at most as large as
    the largest partition of the input.

    References
    ----------
    I. Mani, I. Zhang, "kNN approach to unbalanced data distributions: a case study involving
    information extraction", ICML 2003 workshop on learning from imbalanced data sets, section 3.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import NearMiss
    >>> X = da.from_array(np.random.RandomState(0).randn(60, 2), chunks=(20, 2))
    >>> y = da.from_array(np.repeat([0, 1], [45, 15]), chunks=20)
    >>> _, y_resampled = NearMiss().fit_resample(X, y)
    >>> np.bincount(y_resampled.compute()).tolist()
    [15, 15]
    """

"""Samplers of dask collections that remove rows by their neighbors of all classes."""

from fastsmote._cluster import cleaning
from fastsmote.distributed._estimator import TakesCollections


class EditedNearestNeighbours(TakesCollections, cleaning.EditedNearestNeighbours):
    """Edited nearest neighbors for dask collections: remove rows that their neighbors outvote.

    Parameters
    ----------
    sampling_strategy : str or list, default="auto"
        As in imbalanced-learn: the classes whose rows may be removed. "auto" means all
        classes except the minority.
    n_neighbors : int >= 1, default=3
        The number of neighbors that vote on a row.
    kind_sel : {"all", "mode"}, default="all"
        With "all", a row is kept if all of its neighbors belong to its class. With "mode",
        it is kept if its class is the most frequent among them; if several classes are
        equally frequent, the lowest label wins.
    missing : {"error"}, default="error"
        Only "error" is supported: NaN is an error. Tables in memory may have missing values.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    sample_indices_ : dask Array of shape (n_kept,), int64
        The numbers of the rows that are kept, class by class, ascending within each class; lazy.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.under_sampling.EditedNearestNeighbours` for the same table in
    memory, in the same order, for any number of partitions, threads and workers, and even if a
    worker is lost. That class documents ties. `fit_resample` documents the errors.

    `fit_resample` reads the target once and does not read X. The result has, for each class, the
    partitions of the input that have rows of the class, with only those rows of it that are kept.
    The rows of a DataFrame keep their index. X must have dtype float32, float64 or integer, or
    numeric columns. The tasks that read X check that it is finite.

    No worker needs memory for all rows. The rows are exchanged into as many buckets as there are
    partitions of the largest size, so that the rows of a bucket are near each other. A bucket then
    searches itself, and those other buckets that its neighbors may be in. One worker needs memory
    for the class of every row, as a number of 1 or 2 bytes.

    References
    ----------
    D. L. Wilson, "Asymptotic properties of nearest neighbor rules using edited data",
    IEEE Transactions on Systems, Man, and Cybernetics 2, 408-421, 1972, section III.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import EditedNearestNeighbours
    >>> X = np.array([[0.0], [0.2], [0.3], [2.0], [2.1], [2.3], [2.6], [3.0]])
    >>> y = da.from_array(np.array([0, 0, 1, 1, 1, 1, 1, 1]), chunks=4)
    >>> enn = EditedNearestNeighbours(n_neighbors=1)
    >>> X_resampled, y_resampled = enn.fit_resample(da.from_array(X, chunks=(4, 1)), y)
    >>> enn.sample_indices_.compute()
    array([0, 1, 3, 4, 5, 6, 7])
    """


class NeighbourhoodCleaningRule(TakesCollections, cleaning.NeighbourhoodCleaningRule):
    """The neighborhood cleaning rule for dask collections: clean around misclassified rows.

    Parameters
    ----------
    sampling_strategy : str or list, default="auto"
        As in imbalanced-learn: the classes whose rows may be removed. "auto" means all
        classes except the minority.
    edited_nearest_neighbours : None, default=None
        Only None is supported: the first step is `EditedNearestNeighbours` with
        ``kind_sel="mode"`` and the parameters of this class.
    n_neighbors : int >= 1, default=3
        The number of neighbors that vote on a row.
    threshold_cleaning : float > 0, default=0.5
        The second step removes rows of a targeted class if it has more than this many times the
        rows of the minority.

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
    The rows are those of `fastsmote.under_sampling.NeighbourhoodCleaningRule` for the same table in
    memory, in the same order, for any number of partitions, threads and workers, and even if a
    worker is lost. That class documents ties. `fit_resample` documents the errors.

    The result has the partitions of the input without the removed rows. The passes over the
    input, the dtypes of X, the index and the memory are as in `EditedNearestNeighbours`.

    References
    ----------
    J. Laurikkala, "Improving identification of difficult small classes by balancing class
    distribution", AIME 2001, LNCS 2101, 63-66, section 3.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import NeighbourhoodCleaningRule
    >>> X = da.from_array(np.random.RandomState(0).randn(60, 2), chunks=(20, 2))
    >>> y = da.from_array(np.repeat([0, 1], [45, 15]), chunks=20)
    >>> X_resampled, _ = NeighbourhoodCleaningRule().fit_resample(X, y)
    >>> len(X_resampled.compute()) < 60
    True
    """

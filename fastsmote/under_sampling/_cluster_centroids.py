"""Cluster centroids."""

from imblearn.under_sampling import ClusterCentroids as _ClusterCentroids

from fastsmote._base.sampler import CompiledSampler


class ClusterCentroids(CompiledSampler, _ClusterCentroids):
    """Replace the rows of a class by the centroids of its clusters.

    A drop-in replacement for `imblearn.under_sampling.ClusterCentroids` that runs
    imbalanced-learn's code, because nearly all of the time is scikit-learn's fit of the
    clusters. In addition it accepts dataframes of pandas, polars and pyarrow, and returns
    the same kind.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        Which classes to under-sample, and down to how many rows, as in imbalanced-learn.
    random_state : int, RandomState instance or None, default=None
        The seed of the clusterer.
    estimator : estimator, default=None
        A clusterer with the parameter `n_clusters` and the attribute `cluster_centers_`.
        None means a `KMeans`.
    voting : {"auto", "hard", "soft"}, default="auto"
        "soft" returns the centroids, "hard" the row of X nearest to each centroid. "auto"
        means "hard" for sparse X and "soft" otherwise.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to keep in each targeted class.
    estimator_ : estimator
        Fitted to the rows of the last class.
    voting_ : str
        The voting that was applied.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names, if all of them are strings.

    Notes
    -----
    X of shape (n_rows, n_features) may be dense, sparse or a dataframe of numbers. Each
    column of a dataframe keeps its dtype: centroids of integer columns are truncated toward
    zero. The rows equal imbalanced-learn's for the same `random_state`, also in ties.

    Raises
    ------
    ValueError
        As in imbalanced-learn: if X contains NaN or infinity, if the estimator has no
        `n_clusters`, or for an unknown strategy.
    RuntimeError
        If the estimator has no `cluster_centers_` after it is fitted.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.under_sampling import ClusterCentroids
    >>> X = np.random.RandomState(0).randn(60, 2)
    >>> y = np.repeat([0, 1], [45, 15])
    >>> _, y_resampled = ClusterCentroids(random_state=0).fit_resample(X, y)
    >>> np.bincount(y_resampled).tolist()
    [15, 15]
    """

    _ran = "imbalanced-learn's own code"

    def _fit_resample(self, X, y):
        return self._fit_resample_stock(X, y)

"""Cluster centroids."""

from imblearn.under_sampling import ClusterCentroids as _ClusterCentroids

from fastsmote._base.sampler import CompiledSampler


class ClusterCentroids(CompiledSampler, _ClusterCentroids):
    """Replace the rows of a class by the centroids of its clusters.

    A drop-in for `imblearn.under_sampling.ClusterCentroids` that runs imbalanced-learn's
    code. Nearly all of its time is scikit-learn's, fitting the clusters. Here dataframes of
    pandas, polars and pyarrow come back as they were passed.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        As for imbalanced-learn: which classes to under-sample, and down to how many rows.
    random_state : int, RandomState instance or None, default=None
        The seed of the clusterer.
    estimator : estimator, default=None
        A clusterer with the parameter `n_clusters` and the attribute `cluster_centers_`.
        None makes a `KMeans`.
    voting : {"auto", "hard", "soft"}, default="auto"
        Whether the centroids themselves are returned ("soft"), or the row of X nearest to
        each ("hard"). "auto" is "hard" for sparse X and "soft" otherwise.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to keep of each targeted class.
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
    X of shape (n_rows, n_features) may be dense, sparse or a dataframe of numbers. In a
    dataframe each column keeps its dtype: centroids of integer columns are truncated toward
    zero. The rows are imbalanced-learn's for the same `random_state`, ties included.

    Raises
    ------
    ValueError
        As imbalanced-learn raises it: for NaN or infinity, for an estimator without
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

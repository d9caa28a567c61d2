"""Cluster centroids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from imblearn.under_sampling import ClusterCentroids as _ClusterCentroids
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import _safe_indexing

from fastsmote._base.sampler import CompiledSampler
from fastsmote._types import Estimator, Mask, Rows, Seed, UnderSamplingStrategy

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_ClusterCentroids, object)


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
    sample_indices_ : ndarray of shape (n_kept,), int64
        Set only if the voting is "hard": the numbers of the rows kept, class by class.
    is_synthetic_ : ndarray of shape (n_rows_resampled,), bool
        Which rows of the output are centroids. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Raises
    ------
    ValueError
        As in imbalanced-learn: if X contains NaN or infinity, if the estimator has no
        `n_clusters`, or for an unknown strategy.
    RuntimeError
        If the estimator has no `cluster_centers_` after it is fitted.

    Notes
    -----
    X of shape (n_rows, n_features) may be dense, sparse or a dataframe of numbers. Each
    column of a dataframe keeps its dtype: centroids of integer columns are truncated toward
    zero. The rows equal imbalanced-learn's for the same `random_state`, also in ties.

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

    estimator_: Any
    voting_: str
    sample_indices_: Rows
    is_synthetic_: Mask

    if TYPE_CHECKING:  # imbalanced-learn's signature

        def __init__(
            self,
            *,
            sampling_strategy: UnderSamplingStrategy = "auto",
            random_state: Seed = None,
            estimator: Estimator | None = None,
            voting: Literal["auto", "hard", "soft"] = "auto",
        ) -> None: ...

    _ran = "imbalanced-learn's own code"

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.sampler_tags.sample_indices = self.voting == "hard"
        return tags

    def _fit_resample(self, X, y):
        self._nearest_places = {}  # in each targeted class, for `voting="hard"`
        resampled = self._fit_resample_stock(X, y)
        places = vars(self).pop("_nearest_places")
        if self.voting_ == "hard":
            kept = []
            for label in np.unique(y):
                rows = np.flatnonzero(y == label)
                kept.append(rows[places[label]] if label in self.sampling_strategy_ else rows)
            self.sample_indices_ = np.concatenate(kept)
        return resampled

    def _generate_sample(self, X, y, centroids, target_class):
        """Return the centroids or the rows nearest to them, as imbalanced-learn does."""
        if self.voting_ != "hard":
            return super()._generate_sample(X, y, centroids, target_class)
        nearest = NearestNeighbors(n_neighbors=1).fit(X)
        places = nearest.kneighbors(centroids, return_distance=False)[:, 0]
        self._nearest_places[target_class] = places
        return _safe_indexing(X, places), np.full(len(places), target_class, y.dtype)

    def _note_rows(self, n_rows, y_resampled):
        super()._note_rows(n_rows, y_resampled)
        if self.voting_ == "soft":
            self.is_synthetic_ = np.isin(y_resampled, list(self.sampling_strategy_))
            self._why_no_provenance = 'centroids have no base row; pass voting="hard"'

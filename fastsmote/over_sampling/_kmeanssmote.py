"""k-means SMOTE."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

import numpy as np
from imblearn.over_sampling import KMeansSMOTE as _KMeansSMOTE
from scipy import sparse
from sklearn.metrics import pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote import _kernels as kernels
from fastsmote._base.classes import rows_to_make
from fastsmote._base.estimators import fits_alike
from fastsmote._base.floats import as_floats, narrowed, widened
from fastsmote._base.inputs import MakesRows
from fastsmote._base.options import TAKES_VALUES
from fastsmote._rules.values import obeyed
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import NeighborLists, search_array
from fastsmote._synthesis.draws import Pairs, draw_pairs
from fastsmote._synthesis.output import append_synthetic
from fastsmote._synthesis.provenance import Provenance
from fastsmote._threads import run_ranges, threads_of
from fastsmote._types import Estimator, Int, Neighbors, OverSamplingStrategy, Seed, Values
from fastsmote.neighbors import neighbors_of

# A class also to type checkers that cannot read imbalanced-learn: see `fastsmote._types`.
assert issubclass(_KMeansSMOTE, object)

FEW_ROWS_TO_CLUSTER = 4096  # the matrix of their distances takes 128 MiB
ROWS_AT_ONCE = 1024  # the matrix of their products takes 8 MiB
STRIP_ROWS = 64  # rows per task in larger clusters
FEW_PRODUCTS = 2**18  # for this many coordinate products, BLAS uses only the calling thread


class KMeansSMOTE(MakesRows, _KMeansSMOTE):
    """SMOTE within clusters that contain enough rows of a class, more in sparse clusters.

    A drop-in replacement for `imblearn.over_sampling.KMeansSMOTE`. It returns the same rows
    for the same `random_state`. Most of the time is scikit-learn's fit of the clusters.

    Parameters
    ----------
    sampling_strategy : float, str, dict or callable, default="auto"
        As for `SMOTE`.
    random_state : int, RandomState instance or None, default=None
        As for `SMOTE`. With an int, the random numbers of each cluster start from the
        same seed.
    k_neighbors : int >= 1 or object, default=2
        The number of neighbors of its class and cluster that a row may be paired with. A
        `fastsmote.neighbors.NearestNeighbors` is accepted in place of an int; its
        `n_neighbors` counts the row itself. With any other neighbors object,
        imbalanced-learn's own code runs.
    n_jobs : int, default=None
        The number of threads, if given.
    kmeans_estimator : int or estimator, default=None
        The number of clusters, or a clusterer. None means a `MiniBatchKMeans`.
    cluster_balance_threshold : "auto" or float, default="auto"
        The minimum share of the class among a cluster's rows. "auto" means half of the
        class's share of the rows to make.
    density_exponent : "auto" or float, default="auto"
        The exponent of the mean distance in the definition of a cluster's sparsity.
    values : dict, "infer" or None, default=None
        Rules for the values of new rows, as for `SMOTE`.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make for each class.
    kmeans_estimator_ : estimator
        Fitted to X.
    cluster_balance_threshold_ : "auto" or float
        The threshold that was applied.
    nn_k_ : NearestNeighbors
        Fitted to the class's rows in the last cluster.
    provenance_ : Provenance
        Base row, neighbor row and gap of each synthetic row. It is not pickled.
    is_synthetic_ : ndarray of shape (n_rows_resampled,), bool
        Which rows of the output are new. It is not pickled.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (`n_features_in_`,)
        Column names. Set only if all of them are strings.

    Notes
    -----
    The new rows of a class are divided among the clusters with enough rows of the class, in
    proportion to their sparsity. A cluster's sparsity is the mean distance of its rows,
    raised to `density_exponent`, divided by the number of rows. Within a cluster, rows are
    made as by `SMOTE`.

    imbalanced-learn rounds each cluster's share up and so returns too many rows. Here shares
    are rounded by the largest remainder, so the number of new rows is the number requested.
    The same rows are drawn, and if a share is rounded down, the last rows of its cluster are
    left out. If every such cluster consists of copies of one row, the clusters get equal
    shares; imbalanced-learn raises an error.

    If the estimator's `random_state` is an int, the clusters are fitted once per call.
    Otherwise each fit draws from a stream, and the clusters are fitted once per class, as in
    imbalanced-learn. Shares may depend on the last bit of a sum of distances. So the distances
    within a cluster of up to 1,024 rows (4,096 for float32) are rounded and summed as
    imbalanced-learn does. In a larger cluster they are summed in parts, without a full
    distance matrix, and a share may differ by one row.

    Shapes, dtypes, errors, ties and reproducibility are as for `SMOTE`. In addition, a
    ``RuntimeError`` is raised if no cluster has enough rows of a class.

    References
    ----------
    F. Last, G. Douzas, F. Bacao, "Oversampling for imbalanced learning based on k-means
    and SMOTE", arXiv 1711.00837, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from fastsmote.over_sampling import KMeansSMOTE
    >>> y = np.repeat([0, 1], [270, 30])
    >>> X = np.random.RandomState(0).randn(300, 2) + 10 * y[:, np.newaxis]
    >>> sampler = KMeansSMOTE(kmeans_estimator=2, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> np.bincount(y_resampled).tolist()
    [270, 270]
    """

    kmeans_estimator_: Any
    cluster_balance_threshold_: float | Literal["auto"]
    nn_k_: StockNearestNeighbors
    provenance_: Provenance

    _neighbors_parameters: ClassVar = {"k_neighbors": 1}

    _parameter_constraints: ClassVar = {**_KMeansSMOTE._parameter_constraints, **TAKES_VALUES}

    def __init__(
        self,
        *,
        sampling_strategy: OverSamplingStrategy = "auto",
        random_state: Seed = None,
        k_neighbors: Neighbors = 2,
        n_jobs: Int | None = None,
        kmeans_estimator: Int | Estimator | None = None,
        cluster_balance_threshold: float | Literal["auto"] = "auto",
        density_exponent: float | Literal["auto"] = "auto",
        values: Values = None,
    ) -> None:
        super().__init__(
            sampling_strategy=sampling_strategy,
            random_state=random_state,
            k_neighbors=k_neighbors,
            n_jobs=n_jobs,
            kmeans_estimator=kmeans_estimator,
            cluster_balance_threshold=cluster_balance_threshold,
            density_exponent=density_exponent,
        )
        self.values: Values = values

    def _fit_resample_compiled(self, X, y):
        with threads_of(self.n_jobs):
            made, rules = [], self._rules_for(X)
            for label, groups, shares in self._shares(X, y):
                made += self._resample_groups(X, label, groups, shares)
            X_resampled, y_resampled, self.provenance_ = append_synthetic(X, y, made, rules=rules)
            return X_resampled, y_resampled

    def _fit_resample_stock(self, X, y):
        """Compute the same shares, but search and interpolate by imbalanced-learn's code."""
        rules = self._rules_for(X)
        wide = widened(X) if rules is None else as_floats(X)
        X_parts, y_parts = [X], [y]
        for label, groups, shares in self._shares(wide, y):
            for rows, (n_drawn, n_kept) in zip(groups, shares, strict=True):
                X_group = wide[rows]
                self.nn_k_.fit(X_group)
                neighbors = self.nn_k_.kneighbors(X_group, return_distance=False)[:, 1:]
                X_new, y_new = self._make_samples(
                    X_group, y.dtype, label, X_group, neighbors, n_drawn, 1.0
                )
                X_new = X_new[:n_kept] if rules is None else obeyed(X_new[:n_kept], rules)
                X_parts.append(narrowed(X_new, X))
                y_parts.append(y_new[:n_kept])
        stack = sparse.vstack if sparse.issparse(X) else np.vstack
        return stack(X_parts), np.hstack(y_parts)

    def _shares(self, X, y):
        """Yield each class to over-sample, its groups of rows and the result of `_shared_out`."""
        self._validate_estimator()
        clusters = None
        for label, n_new in rows_to_make(self.sampling_strategy_, takes_floats=True):
            if clusters is None or not fits_alike(self.kmeans_estimator_):
                clusters = self.kmeans_estimator_.fit_predict(X)
            groups = self._groups(y, label, n_new, clusters)
            with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
                sparsities = [self._find_cluster_sparsity(X[rows]) for rows in groups]
            yield label, groups, _shared_out(n_new, _weights(sparsities))

    def _groups(self, y, label, n_new, clusters):
        """Return the rows of a class in each cluster that has enough of them."""
        threshold = self.cluster_balance_threshold_
        if threshold == "auto":
            threshold = n_new / sum(self.sampling_strategy_.values()) / 2
        is_class, groups = y == label, []
        for cluster in range(self.kmeans_estimator_.n_clusters):
            members = np.flatnonzero(clusters == cluster)
            rows = members[is_class[members]]
            share = len(rows) / len(members) if len(members) else 0.0
            is_enough = share * len(members) >= self.nn_k_.n_neighbors
            if len(members) and not share < threshold and is_enough:
                groups.append(rows)
        if not groups:
            raise RuntimeError(
                f"No clusters found with sufficient samples of class {label}. Try lowering the "
                "cluster_balance_threshold or increasing the number of clusters."
            )
        return groups

    def _resample_groups(self, X, label, groups, shares):
        """Return the label and the provenance of the new rows of each group."""
        k = self.k_neighbors
        index, made = ClassIndex(search_array(X), groups), []
        self.nn_k_ = neighbors_of(index.X[groups[-1]], k + 1)
        for code, (rows, (n_drawn, n_kept)) in enumerate(zip(groups, shares, strict=True)):
            nearest = NeighborLists(index.rows_in_order(code), k)
            index.within(code, nearest).finish().sort_by_row()
            pairs = draw_pairs(self.random_state, len(rows), k, n_drawn)
            pairs = Pairs(*(drawn[:n_kept] for drawn in pairs))
            made.append((label, Provenance.of_pairs(rows, nearest.neighbor_rows, pairs)))
        return made

    def _find_cluster_sparsity(self, X):
        n_rows, is_rounded = X.shape[0], X.dtype == np.float32
        if sparse.issparse(X) or (is_rounded and n_rows <= FEW_ROWS_TO_CLUSTER):
            return super()._find_cluster_sparsity(X)
        if is_rounded:
            total = sum(part.sum() for part in pairwise_distances_chunked(X))
        else:
            total = _sum_of_distances(np.asarray(X, np.float64))
        exponent = self.density_exponent
        if exponent == "auto":
            exponent = math.log(n_rows, 1.6) ** 1.8 * 0.16
        return (total / (n_rows**2 - n_rows)) ** exponent / n_rows


def _weights(sparsities):
    """Return the share of new rows of each cluster: its sparsity over the sum of all.

    If all sparsities are 0, as in clusters of copies of one row, the shares are equal. If some
    are infinite or NaN because distances overflow, only these clusters get rows, in equal shares.
    """
    sparsities = np.array(sparsities, np.float64)
    is_infinite = ~np.isfinite(sparsities)
    if is_infinite.any():
        sparsities = is_infinite.astype(np.float64)
    elif not sparsities.any():
        sparsities = np.ones(len(sparsities))
    elif not np.isfinite(sparsities.sum()):
        sparsities = sparsities / sparsities.max()
    return sparsities / sparsities.sum()


def _shared_out(n_new, weights):
    """Return how many rows to draw in each cluster, and how many of them to keep.

    imbalanced-learn rounds each share up and keeps all drawn rows. Here the total of the kept
    rows is the requested number: each share is rounded down, and the clusters with the largest
    remainders get one more row. Of equal remainders, the first cluster is preferred.

    Returns
    -------
    shares : list of (n_drawn, n_kept)
    """
    quotas = n_new * weights
    kept = np.floor(quotas).astype(np.int64)
    n_left = math.ceil(n_new) - kept.sum()
    kept[np.argsort(kept - quotas, kind="stable")[:n_left]] += 1
    drawn = np.maximum(np.ceil(quotas).astype(np.int64), kept)
    return list(zip(drawn.tolist(), kept.tolist(), strict=True))


def _sum_of_distances(X):
    """Sum the distances from each row of X to each other row.

    The distances are rounded as by scikit-learn's `euclidean_distances`, which also multiplies
    with BLAS. For few rows, they are summed in the order of its result. For more rows, each
    pair is measured only once, and there is no matrix of all distances.
    """
    sq_norms, n_rows = np.einsum("ij,ij->i", X, X), len(X)

    def distances(rows, others):
        products = X[rows] @ X[others].T
        kernels.sparsity.to_distances(products, sq_norms[rows], sq_norms[others])
        if rows == others:
            np.fill_diagonal(products, 0.0)
        return products

    if n_rows <= ROWS_AT_ONCE:
        return distances(slice(n_rows), slice(n_rows)).sum()
    width = max(STRIP_ROWS, FEW_PRODUCTS // (STRIP_ROWS * max(1, X.shape[1])))
    totals = np.empty(-(-n_rows // STRIP_ROWS))

    def add_some(start, stop):
        own = slice(start, stop)
        total = distances(own, own).sum()
        for first in range(stop, n_rows, width):
            total += 2.0 * distances(own, slice(first, first + width)).sum()
        totals[start // STRIP_ROWS] = total

    run_ranges(add_some, n_rows, STRIP_ROWS, doing="adding up distances")
    return totals.sum()

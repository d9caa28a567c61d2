"""KMeansSMOTE's clusters and shares, and SVMSMOTE's classifier, are imbalanced-learn's."""

import imblearn.over_sampling as stock
import numpy as np
import pytest
from helpers import deviations
from helpers.comparison import assert_same_arrays
from helpers.samplers import resample_both
from sklearn.svm import SVC

import fastsmote
from fastsmote import over_sampling as compiled
from fastsmote.over_sampling import _kmeanssmote


@pytest.mark.slow
def test_the_classifier_is_fitted_once_for_all_classes(multiclass, monkeypatch):
    n_fits = []
    fit = SVC.fit
    monkeypatch.setattr(SVC, "fit", lambda self, X, y: n_fits.append(1) or fit(self, X, y))
    assert_same_arrays(*resample_both("SVMSMOTE", {}, *multiclass))
    assert len(n_fits) == 1 + 3  # here once, by imbalanced-learn once for each class


def test_a_class_whose_support_vectors_are_noise_is_refused():
    X, y = np.repeat(np.arange(100.0), 2).reshape(-1, 2), np.zeros(100, int)
    y[::12] = 1
    for module in (compiled, stock):
        with pytest.raises(ValueError, match="All support vectors are considered as noise"):
            module.SVMSMOTE(random_state=0, k_neighbors=2, m_neighbors=3).fit_resample(X, y)


def test_a_large_cluster_is_as_sparse_by_parts_as_by_a_matrix(monkeypatch, binary):
    X, y = binary
    kwargs = {"random_state": 0, "kmeans_estimator": 3, "cluster_balance_threshold": 0.0}
    expected = compiled.KMeansSMOTE(**kwargs).fit_resample(X, y)
    monkeypatch.setattr(_kmeanssmote, "FEW_ROWS_TO_CLUSTER", 0)
    assert_same_arrays(compiled.KMeansSMOTE(**kwargs).fit_resample(X, y), expected)


@pytest.mark.parametrize("n_features", [1, 3, 40])
@pytest.mark.parametrize("n_rows", [5, 20, 60, 100, 300, 1000])
def test_a_cluster_is_as_sparse_as_imbalanced_learn_rounds_it(n_rows, n_features):
    # The squares are off by a hundred, which BLAS decides.
    X = np.random.RandomState(n_rows).randn(n_rows, n_features) + 1e9
    found = []
    for module in (compiled, stock):
        sampler = module.KMeansSMOTE()
        sampler.density_exponent = 1.5
        found.append(sampler._find_cluster_sparsity(X))
    np.testing.assert_allclose(*found, rtol=1e-12)


@pytest.mark.slow
def test_clusters_of_one_shape_have_imbalanced_learns_shares():
    # A mirrored cluster is as sparse but for rounding, and shares are rounded up.
    for seed in range(10):
        rng = np.random.RandomState(seed)
        cluster, others = rng.randn(40, 3) + np.array([20.0, 0.0, 0.0]), rng.randn(120, 3) * 8.0
        X = np.concatenate([cluster, -cluster[rng.permutation(40)], others])
        params = {"random_state": seed, "kmeans_estimator": 3, "cluster_balance_threshold": 0.0}
        params["sampling_strategy"] = {1: 180}
        outputs = [
            module.KMeansSMOTE(**params).fit_resample(X, (np.arange(200) < 80).astype(int))
            for module in (compiled, deviations)
        ]
        assert_same_arrays(*outputs)


@pytest.mark.parametrize("n_features", [1, 4, 70])
@pytest.mark.parametrize("n_rows", [1025, 1100, 1217])
def test_a_cluster_of_many_rows_is_as_sparse_as_by_a_matrix(n_rows, n_features):
    rng = np.random.RandomState(n_rows)
    ours, theirs = compiled.KMeansSMOTE(), stock.KMeansSMOTE()
    ours.density_exponent = theirs.density_exponent = 1.5
    for X in (
        rng.randn(n_rows, n_features),
        rng.randint(0, 2, (n_rows, n_features)),  # rows at distance 0
        rng.randn(n_rows, n_features) * 1e-200,  # squares of 0
    ):
        found = set()
        for n_threads in (1, 3):
            with fastsmote.threads(n_threads):
                found.add(ours._find_cluster_sparsity(X))
        assert len(found) == 1
        np.testing.assert_allclose(found.pop(), theirs._find_cluster_sparsity(X), rtol=1e-9)


def test_no_cluster_with_enough_rows_is_refused(binary):
    for module in (compiled, stock):
        with pytest.raises(RuntimeError, match="No clusters found with sufficient samples"):
            module.KMeansSMOTE(random_state=0, cluster_balance_threshold=1.1).fit_resample(*binary)

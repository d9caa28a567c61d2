"""On real tables: imbalanced-learn's rows, or equal distances behind every difference."""

import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

from fastsmote import over_sampling, under_sampling
from fastsmote._forest import ClassForest, Neighbors

LARGE = ("fraud_handbook", "http", "skin")  # minutes for imbalanced-learn
SAMPLERS = [
    ("SMOTE", {}),
    ("BorderlineSMOTE", {}),
    ("BorderlineSMOTE", {"kind": "borderline-2"}),
    ("ADASYN", {}),
]


def direct_distances(X, rows, neighbors):
    """Plain float64 sums, feature by feature."""
    sq_distances = np.zeros(neighbors.shape)
    for f in range(X.shape[1]):
        column = X[:, f].astype(np.float64)
        sq_distances += (column[rows][:, None] - column[neighbors]) ** 2
    return np.sqrt(sq_distances)


def stock_lists(X, among, rows, k):
    """What imbalanced-learn sees: k + 1 neighbors without the first."""
    neighbors = StockNearestNeighbors(n_neighbors=k + 1).fit(X[among])
    return among[neighbors.kneighbors(X[rows], return_distance=False)[:, 1:]]


def our_lists(X, class_rows, code, k, only_own):
    forest = ClassForest(X, class_rows)
    search = forest.within if only_own else forest.among_all
    found = search(code, Neighbors(forest.rows_in_order(code), k))
    return found.finish().sort_by_row().neighbors


def minority_and_others(y):
    minority = y == np.argmin(np.bincount(y))
    return np.flatnonzero(minority), np.flatnonzero(~minority)


@pytest.mark.parametrize("scale", [True, False], ids=["standardised", "raw"])
def test_neighbors_differ_from_stock_only_where_distances_are_equal(table_name, load_table, scale):
    X, y = load_table(table_name, scale)
    rows, others = minority_and_others(y)
    for among, k, only_own in ((rows, 5, True), (np.arange(len(X)), 10, False)):
        theirs = stock_lists(X, among, rows, k)
        ours = our_lists(X, [rows, others], 0, k, only_own)
        differs = (ours != theirs).any(axis=1)
        got = direct_distances(X, rows[differs], ours[differs])
        expected = direct_distances(X, rows[differs], theirs[differs])
        scale_of_rounding = 1e-7 * np.abs(X).max() if not scale else 1e-7
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=scale_of_rounding)
        print(f"{table_name} {only_own=}: {100 * differs.mean():.2f} % of the lists differ at ties")


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("scale", [True, False], ids=["standardised", "raw"])
def test_rows_are_those_of_imbalanced_learn_where_nothing_ties(
    table_name, load_table, scale, dtype
):
    if table_name in LARGE:
        pytest.skip("imbalanced-learn takes minutes")
    X, y = load_table(table_name, scale)
    X = X.astype(dtype)
    rows, others = minority_and_others(y)
    is_tied = {
        only_own: (
            our_lists(X, [rows, others], 0, k, only_own) != stock_lists(X, among, rows, k)
        ).any()
        for among, k, only_own in ((rows, 5, True), (np.arange(len(X)), 10, False))
    }
    for sampler, kwargs in SAMPLERS:
        if any(is_tied.values()) if sampler != "SMOTE" else is_tied[True]:
            continue
        for seed in (0, 1, 2):
            ours = getattr(over_sampling, sampler)(random_state=seed, **kwargs)
            theirs = getattr(imblearn.over_sampling, sampler)(random_state=seed, **kwargs)
            for got, expected in zip(
                ours.fit_resample(X, y), theirs.fit_resample(X, y), strict=True
            ):
                np.testing.assert_array_equal(got, expected)


def test_tomek_links_keep_the_rows_of_imbalanced_learn(table_name, load_table):
    if table_name in (*LARGE, "shuttle"):
        pytest.skip("imbalanced-learn takes minutes, or breaks ties its own way")
    X, y = load_table(table_name, True)
    ours, theirs = under_sampling.TomekLinks(), imblearn.under_sampling.TomekLinks()
    ours.fit_resample(X, y)
    theirs.fit_resample(X, y)
    np.testing.assert_array_equal(ours.sample_indices_, theirs.sample_indices_)

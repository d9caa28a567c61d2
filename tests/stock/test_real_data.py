"""On real tables: imbalanced-learn's rows, or equal distances behind every difference."""

from pathlib import Path

import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
import pandas as pd
import pytest
from helpers.comparison import assert_same_output
from helpers.real_tables import DATA
from imblearn.metrics.pairwise import ValueDifferenceMetric
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors
from sklearn.preprocessing import OrdinalEncoder

import fastsmote
from fastsmote import over_sampling, under_sampling
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import NeighborLists
from fastsmote.neighbors import NearestNeighbors

LARGE = ("fraud_handbook", "http", "skin")  # minutes for imbalanced-learn
SAMPLERS = [
    ("SMOTE", {}),
    ("BorderlineSMOTE", {}),
    ("BorderlineSMOTE", {"kind": "borderline-2"}),
    ("ADASYN", {}),
]
ALL = {"sampling_strategy": "all"}
MOST_ROWS = 30_000  # minutes for imbalanced-learn with more
CLEANERS = [  # and how many rows imbalanced-learn takes in some seconds
    ("TomekLinks", {}, MOST_ROWS),
    ("TomekLinks", ALL, MOST_ROWS),
    ("EditedNearestNeighbours", {}, MOST_ROWS),
    ("EditedNearestNeighbours", {"kind_sel": "mode", **ALL}, MOST_ROWS),
    ("RepeatedEditedNearestNeighbours", {}, 12_000),
    ("RepeatedEditedNearestNeighbours", {"kind_sel": "mode", **ALL}, 12_000),
    ("AllKNN", {}, 12_000),
    ("AllKNN", {"kind_sel": "mode", **ALL}, 12_000),
    ("NeighbourhoodCleaningRule", {}, 12_000),
    ("NearMiss", {}, 12_000),
    ("NearMiss", {"version": 2}, 6_000),
    ("NearMiss", {"version": 3}, 12_000),
    ("CondensedNearestNeighbour", {"random_state": 0}, 1_000),
    ("OneSidedSelection", {"random_state": 0}, 12_000),
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
    index = ClassIndex(X, class_rows)
    search = index.within if only_own else index.among_all
    found = search(code, NeighborLists(index.rows_in_order(code), k))
    return found.finish().sort_by_row().neighbor_rows


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


def has_ties(X):
    """Whether imbalanced-learn may see other lists than the rule of (distance, row) gives."""
    n_neighbors = 12
    ours = NearestNeighbors(n_neighbors=n_neighbors).fit(X).kneighbors()[0]
    theirs = StockNearestNeighbors(n_neighbors=n_neighbors + 1).fit(X).kneighbors(X)[0]
    return (np.diff(ours, axis=1) == 0.0).any() or (theirs[:, 1] == 0.0).any()


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize(
    ("module", "name", "kwargs", "has_neighbors"),
    [
        ("over_sampling", "SVMSMOTE", {}, True),
        ("over_sampling", "KMeansSMOTE", {"cluster_balance_threshold": 0.01}, True),
        ("over_sampling", "RandomOverSampler", {}, False),
        ("over_sampling", "RandomOverSampler", {"shrinkage": 0.5}, False),
        ("under_sampling", "RandomUnderSampler", {}, False),
    ],
)
def test_other_random_samplers_give_the_rows_of_imbalanced_learn(
    table_name, load_table, module, name, kwargs, has_neighbors, seed
):
    X, y = load_table(table_name, True)
    if has_neighbors and len(X) > 12_000:
        pytest.skip("scikit-learn's SVC and KMeans take minutes")
    if has_neighbors and has_ties(X):
        first = np.sort(np.unique(X, axis=0, return_index=True)[1])
        X, y = np.ascontiguousarray(X[first]), y[first]
        if has_ties(X):
            pytest.skip("distances are equal, and imbalanced-learn breaks ties its own way")
    ours = getattr(getattr(fastsmote, module), name)(random_state=seed, **kwargs)
    theirs = getattr(getattr(imblearn, module), name)(random_state=seed, **kwargs)
    for got, expected in zip(ours.fit_resample(X, y), theirs.fit_resample(X, y), strict=True):
        np.testing.assert_array_equal(got, expected)


@pytest.mark.filterwarnings("ignore:The number of the samples to be selected")
@pytest.mark.parametrize(("name", "kwargs", "most_rows"), CLEANERS)
def test_cleaning_keeps_the_rows_of_imbalanced_learn(
    table_name, load_table, name, kwargs, most_rows
):
    X, y = load_table(table_name, True)
    every = -(-len(X) // most_rows)
    chosen = np.flatnonzero((np.arange(len(X)) % every == 0) | (y == np.argmin(np.bincount(y))))
    chosen = np.sort(chosen[:: -(-len(chosen) // (2 * most_rows))])
    X, y = np.ascontiguousarray(X[chosen]), y[chosen]
    if has_ties(X):
        # Copies of a row decide nothing where all but one of them are left out.
        first = np.sort(np.unique(X, axis=0, return_index=True)[1])
        X, y = np.ascontiguousarray(X[first]), y[first]
        if has_ties(X):
            pytest.skip("distances are equal, and imbalanced-learn breaks ties its own way")
    ours = getattr(under_sampling, name)(**kwargs)
    theirs = getattr(imblearn.under_sampling, name)(**kwargs)
    (got_X, got_y), (kept_X, kept_y) = ours.fit_resample(X, y), theirs.fit_resample(X, y)
    np.testing.assert_array_equal(got_X, kept_X)
    np.testing.assert_array_equal(got_y, kept_y)
    np.testing.assert_array_equal(X[ours.sample_indices_], kept_X)
    stock_names_its_rows = np.array_equal(X[theirs.sample_indices_], kept_X)
    if stock_names_its_rows or name != "RepeatedEditedNearestNeighbours":
        np.testing.assert_array_equal(ours.sample_indices_, theirs.sample_indices_)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_smotenc_gives_the_rows_of_imbalanced_learn(seed):
    if not DATA or not (Path(DATA) / "fraud_handbook.parquet").exists():
        pytest.skip("FASTSMOTE_DATA does not name a folder with fraud_handbook.parquet")
    frame = pd.read_parquet(Path(DATA) / "fraud_handbook.parquet")
    # Of 20,000 rows imbalanced-learn would make a matrix of 13 GB.
    frame = frame.iloc[::500].drop(columns=["transaction_id", "tx_datetime"])
    y = frame.pop("tx_fraud")
    words = frame.select_dtypes(exclude="number").columns.tolist()
    assert len(words) == 2
    ours, theirs = (
        sampler(words, random_state=seed).fit_resample(frame, y)
        for sampler in (over_sampling.SMOTENC, imblearn.over_sampling.SMOTENC)
    )
    assert_same_output(ours, theirs)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_smoten_gives_the_rows_of_imbalanced_learn(table_name, load_table, seed):
    X, y = load_table(table_name, True)
    if len(X) > 12_000:
        pytest.skip("imbalanced-learn takes minutes")
    X, first = np.unique(np.round(4 * X).astype(np.int64), axis=0, return_index=True)
    y = y[first]
    rows, _ = minority_and_others(y)
    codes = OrdinalEncoder(dtype=np.int32).fit_transform(X)
    n_categories = codes.max(axis=0) + 1
    metric = ValueDifferenceMetric(n_categories=n_categories).fit(codes, y)
    nearest = np.sort(metric.pairwise(codes[rows]), axis=1)[:, :8]
    if (np.diff(nearest, axis=1) == 0.0).any():
        pytest.skip("distances are equal, and imbalanced-learn breaks ties its own way")
    ours, theirs = (
        sampler(random_state=seed).fit_resample(X, y)
        for sampler in (over_sampling.SMOTEN, imblearn.over_sampling.SMOTEN)
    )
    for got, expected in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(got, expected)

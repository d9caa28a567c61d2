"""The cleaning and under-samplers keep imbalanced-learn's rows, and the reference's at ties."""

import warnings

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
import pandas as pd
import pytest
from helpers.comparison import assert_same_selection
from helpers.marks import slow
from helpers.tables import make_close_classes
from scipy import sparse
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

import fastsmote
from fastsmote import combine, under_sampling
from fastsmote._search import class_index

SAMPLERS = [
    ("EditedNearestNeighbours", {}),
    ("EditedNearestNeighbours", {"kind_sel": "mode"}),
    ("EditedNearestNeighbours", {"n_neighbors": 6, "kind_sel": "mode"}),
    ("EditedNearestNeighbours", {"n_neighbors": 1}),
    ("RepeatedEditedNearestNeighbours", {}),
    ("RepeatedEditedNearestNeighbours", {"kind_sel": "mode", "n_neighbors": 4}),
    ("RepeatedEditedNearestNeighbours", {"max_iter": 2}),
    ("AllKNN", {}),
    ("AllKNN", {"kind_sel": "mode", "n_neighbors": 5}),
    ("AllKNN", {"allow_minority": True}),
    ("NeighbourhoodCleaningRule", {}),
    ("NeighbourhoodCleaningRule", {"n_neighbors": 1, "threshold_cleaning": 1.5}),
    ("NeighbourhoodCleaningRule", {"n_neighbors": 6}),
    ("NearMiss", {}),
    ("NearMiss", {"n_neighbors": 7}),
    ("NearMiss", {"version": 2}),
    ("NearMiss", {"version": 2, "n_neighbors": 9}),
    ("NearMiss", {"version": 3}),
    ("NearMiss", {"version": 3, "n_neighbors": 1, "n_neighbors_ver3": 6}),
    ("CondensedNearestNeighbour", {}),
    ("CondensedNearestNeighbour", {"n_neighbors": 3, "n_seeds_S": 4}),
    ("CondensedNearestNeighbour", {"n_neighbors": 2, "n_seeds_S": 2}),
    ("OneSidedSelection", {}),
    ("OneSidedSelection", {"n_neighbors": 3, "n_seeds_S": 30}),
    ("OneSidedSelection", {"n_neighbors": 2, "n_seeds_S": 1}),
    ("RandomUnderSampler", {}),
    ("RandomUnderSampler", {"replacement": True}),
]
IDS = [f"{name}-{'-'.join(map(str, kwargs.values()))}" for name, kwargs in SAMPLERS]
TAKES_COUNTS = ("NearMiss", "RandomUnderSampler")
DRAWS = ("CondensedNearestNeighbour", "OneSidedSelection", "RandomUnderSampler")


@pytest.fixture(scope="module", params=[pytest.param(2, marks=pytest.mark.slow), 4])
def table(request):
    return make_close_classes(request.param)


def make(module, name, kwargs, **more):
    if name in DRAWS:
        more = {"random_state": 0, **more}
    return getattr(module, name)(**kwargs, **more)


@pytest.mark.parametrize("strategy", ["auto", *slow("all", "majority", "not majority")])
@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_kept_rows_are_those_of_imbalanced_learn(name, kwargs, strategy, table):
    X, y = table
    ours, theirs = (
        make(module, name, kwargs, sampling_strategy=strategy)
        for module in (under_sampling, imblearn.under_sampling)
    )
    assert_same_selection(ours, theirs, X, y)


@pytest.mark.parametrize("dtype", [np.float32, *slow(np.int64)])
@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_dtypes(name, kwargs, dtype, table):
    X = (table[0] * 1e7).astype(dtype)
    ours, theirs = (
        make(module, name, kwargs) for module in (under_sampling, imblearn.under_sampling)
    )
    assert_same_selection(ours, theirs, X, table[1])


@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_lists_and_dicts_of_classes(name, kwargs):
    X, y = make_close_classes(4)
    counts = np.bincount(y)
    is_count = name in TAKES_COUNTS
    strategy = {0: counts[3] + 40, 2: counts[2] // 2} if is_count else [0, 2]
    ours, theirs = (
        make(module, name, kwargs, sampling_strategy=strategy)
        for module in (under_sampling, imblearn.under_sampling)
    )
    assert_same_selection(ours, theirs, X, y)


@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_string_labels_give_the_rows_of_the_same_integers(name, kwargs, table):
    X, y = table
    ours, same = make(under_sampling, name, kwargs), make(under_sampling, name, kwargs)
    strings = np.array(["a", "b", "c", "d"])[y]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours.fit_resample(X, strings)
        same.fit_resample(X, y)
    np.testing.assert_array_equal(ours.sample_indices_, same.sample_indices_)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_smote_enn_rows_are_those_of_imbalanced_learn(seed, dtype, table):
    X, y = table[0].astype(dtype), table[1]
    theirs = imblearn.combine.SMOTEENN(random_state=seed)
    assert_same_selection(combine.SMOTEENN(random_state=seed), theirs, X, y, has_indices=False)


def test_smote_enn_takes_stock_and_compiled_steps(table):
    X, y = table
    theirs = imblearn.combine.SMOTEENN(
        smote=imblearn.over_sampling.SMOTE(k_neighbors=3, random_state=0),
        enn=imblearn.under_sampling.EditedNearestNeighbours(n_neighbors=2),
    )
    for module in (fastsmote, imblearn):
        ours = combine.SMOTEENN(
            smote=module.over_sampling.SMOTE(k_neighbors=3, random_state=0),
            enn=module.under_sampling.EditedNearestNeighbours(n_neighbors=2),
        )
        assert_same_selection(ours, theirs, X, y, has_indices=False)


@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_any_number_of_threads_gives_the_same_rows_and_leaves_the_input(name, kwargs):
    X, y = make_close_classes(2, 6000)
    before, kept = X.copy(), []
    for n_threads in (1, 2, 7):
        with fastsmote.threads(n_threads), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # NearMiss-3 finds too few
            sampler = make(under_sampling, name, kwargs)
            sampler.fit_resample(X, y)
            kept.append(sampler.sample_indices_)
    np.testing.assert_array_equal(X, before)
    for other in kept[1:]:
        np.testing.assert_array_equal(other, kept[0])


@pytest.mark.parametrize("labels", [np.array(["no", "yes"]), np.array([False, True])], ids=str)
@pytest.mark.parametrize(
    "sampler",
    [
        under_sampling.EditedNearestNeighbours(kind_sel="mode"),
        under_sampling.AllKNN(kind_sel="mode"),
        under_sampling.NeighbourhoodCleaningRule(),  # it edits by the mode
    ],
    ids=repr,
)
def test_the_mode_of_text_is_that_of_numbers(sampler, labels):
    X, y = make_close_classes(2)
    expected = sampler.fit_resample(X, y)
    got = sampler.fit_resample(X, labels[y])
    np.testing.assert_array_equal(got[0], expected[0])
    np.testing.assert_array_equal(got[1], labels[expected[1]])


@pytest.mark.slow
def test_near_miss_finds_the_least_sums_in_many_chunks():
    X, y = make_close_classes(2, 30_000)
    for version in (1, 2):
        near = under_sampling.NearMiss(sampling_strategy={0: 300}, version=version)
        near.fit_resample(X, y)
        rows, minority = np.flatnonzero(y == 0), np.flatnonzero(y == 1)
        sq_distances = np.zeros((len(rows), len(minority)))
        for f in range(X.shape[1]):
            sq_distances += (X[rows, f, None] - X[minority, f]) ** 2
        sq_distances.sort(axis=1)
        chosen = sq_distances[:, :3] if version == 1 else sq_distances[:, -3:]
        expected = rows[np.argsort(np.sqrt(chosen).sum(axis=1), kind="stable")[:300]]
        np.testing.assert_array_equal(near.sample_indices_[:300], expected)


@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_leaving_copies_of_a_row_out_changes_nothing(name, kwargs, monkeypatch):
    rng = np.random.RandomState(0)
    distinct = rng.randint(0, 9, (60, 3)).astype(float)
    y = (rng.uniform(size=3000) < 0.1).astype(int)
    X = distinct[rng.randint(0, 60, 3000)]
    kept = []
    for many in (1, 10**9):
        monkeypatch.setattr(class_index, "MANY_QUERIES", many)
        sampler = make(under_sampling, name, kwargs)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            sampler.fit_resample(X, y)
        kept.append(sampler.sample_indices_)
    np.testing.assert_array_equal(kept[0], kept[1])


def test_near_miss_3_warns_of_too_few_candidates(table):
    X, y = table
    near = under_sampling.NearMiss(version=3, n_neighbors_ver3=1)
    stock = imblearn.under_sampling.NearMiss(version=3, n_neighbors_ver3=1)
    messages = []
    for sampler in (near, stock):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            sampler.fit_resample(X, y)
        messages.append([str(w.message) for w in caught if w.category is UserWarning])
    assert messages[0] == messages[1] != []


def test_repeated_editing_names_the_rows_it_returns_when_nothing_is_removed():
    X = np.concatenate([np.random.RandomState(0).randn(40, 2), 50.0 + np.eye(5, 2)])
    order = np.random.RandomState(1).permutation(45)
    X, y = X[order], np.repeat([0, 1], [40, 5])[order]
    ours = under_sampling.RepeatedEditedNearestNeighbours()
    stock = imblearn.under_sampling.RepeatedEditedNearestNeighbours()
    got, expected = ours.fit_resample(X, y), stock.fit_resample(X, y)
    assert ours.n_iter_ == stock.n_iter_ == 1
    for g, e in zip(got, expected, strict=True):
        np.testing.assert_array_equal(g, e)
    np.testing.assert_array_equal(X[ours.sample_indices_], got[0])
    assert not np.array_equal(X[stock.sample_indices_], expected[0])  # why ours differ


@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_sparse_input_keeps_the_rows_of_imbalanced_learn(name, kwargs):
    X, y = make_close_classes(2, 300)
    ours, theirs = (
        make(module, name, kwargs) for module in (under_sampling, imblearn.under_sampling)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got = ours.fit_resample(sparse.csr_matrix(X), y)
        expected = theirs.fit_resample(sparse.csr_matrix(X), y)
    np.testing.assert_array_equal(got[0].toarray(), expected[0].toarray())
    np.testing.assert_array_equal(got[1], expected[1])


@pytest.mark.parametrize(
    "name",
    [
        "EditedNearestNeighbours",
        "RepeatedEditedNearestNeighbours",
        "AllKNN",
        "NeighbourhoodCleaningRule",
        "NearMiss",
    ],
)
def test_neighbors_objects_are_used(name, table):
    X, y = table
    ours, theirs = (
        make(module, name, {"n_neighbors": StockNearestNeighbors(n_neighbors=5)})
        for module in (under_sampling, imblearn.under_sampling)
    )
    assert_same_selection(ours, theirs, X, y)


@pytest.mark.parametrize(
    "name",
    [
        "EditedNearestNeighbours",
        "RepeatedEditedNearestNeighbours",
        "NeighbourhoodCleaningRule",
        "NearMiss",
        "CondensedNearestNeighbour",
        "OneSidedSelection",
    ],
)
def test_more_neighbors_than_rows_is_the_same_error(name):
    X, y = make_close_classes(2, 60)
    for module in (under_sampling, imblearn.under_sampling):
        with pytest.raises(ValueError, match=r"n_neighbors = .*n_samples_fit = "):
            make(module, name, {"n_neighbors": 100}).fit_resample(X, y)


def test_data_frames_keep_their_columns_and_dtypes(table):
    X = pd.DataFrame(table[0], columns=list("abcdef"))
    y = pd.Series(table[1], name="target")
    for name in ("EditedNearestNeighbours", "NearMiss", "CondensedNearestNeighbour"):
        got = make(under_sampling, name, {}).fit_resample(X, y)
        expected = make(imblearn.under_sampling, name, {}).fit_resample(X, y)
        pd.testing.assert_frame_equal(got[0], expected[0])
        pd.testing.assert_series_equal(got[1], expected[1])


@pytest.mark.parametrize(
    ("name", "inner"),
    [
        ("RepeatedEditedNearestNeighbours", "enn_"),
        ("AllKNN", "enn_"),
        ("NeighbourhoodCleaningRule", "edited_nearest_neighbours_"),
    ],
)
def test_the_editing_inside_is_fitted_as_imbalanced_learns(table, name, inner):
    ours, stock = getattr(under_sampling, name)(), getattr(imblearn.under_sampling, name)()
    ours.fit_resample(*table)
    stock.fit_resample(*table)
    got, expected = getattr(ours, inner), getattr(stock, inner)
    assert got.kind_sel == expected.kind_sel
    assert got.n_features_in_ == expected.n_features_in_
    assert got.sampling_strategy_.keys() == expected.sampling_strategy_.keys()
    np.testing.assert_array_equal(got.sample_indices_, expected.sample_indices_)
    assert got.nn_.n_samples_fit_ == expected.nn_.n_samples_fit_

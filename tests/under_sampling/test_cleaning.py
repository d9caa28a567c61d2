"""The cleaning and under-samplers keep imbalanced-learn's rows, and the reference's at ties."""

import warnings

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
import pandas as pd
import pytest
from helpers.reference import condensed, edited, near_miss_sums, neighborhood_cleaned
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.datasets import make_classification
from sklearn.neighbors import NearestNeighbors as StockNearestNeighbors

import fastsmote
from fastsmote import combine, over_sampling, under_sampling
from fastsmote._search import class_index
from fastsmote._synthesis.draws import draw_rows

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
SMALL = {"n_rows": st.integers(12, 80), "n_values": st.integers(1, 5), "seed": st.integers(0, 999)}


def make_table(n_classes, n_rows=1500):
    weights = [0.85] if n_classes == 2 else [0.7, 0.15, 0.08]
    X, y = make_classification(
        n_rows, 6, n_informative=5, n_redundant=1, n_classes=n_classes, weights=weights,
        class_sep=0.7, random_state=3,
    )  # fmt: skip
    return X, y


@pytest.fixture(scope="module", params=[2, 4])
def table(request):
    return make_table(request.param)


def make(module, name, kwargs, **more):
    if name in DRAWS:
        more = {"random_state": 0, **more}
    return getattr(module, name)(**kwargs, **more)


def assert_same_fit(ours, theirs, X, y, has_indices=True):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        got, expected = ours.fit_resample(X, y), theirs.fit_resample(X, y)
    for g, e in zip(got, expected, strict=True):
        assert type(g) is type(e)
        g, e = np.asarray(g), np.asarray(e)
        assert g.dtype == e.dtype
        np.testing.assert_array_equal(g, e)
    if has_indices:
        np.testing.assert_array_equal(ours.sample_indices_, theirs.sample_indices_)
        np.testing.assert_array_equal(np.asarray(X)[ours.sample_indices_], np.asarray(got[0]))


@pytest.mark.parametrize("strategy", ["auto", "all", "majority", "not majority"])
@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_kept_rows_are_those_of_imbalanced_learn(name, kwargs, strategy, table):
    X, y = table
    ours, theirs = (
        make(module, name, kwargs, sampling_strategy=strategy)
        for module in (under_sampling, imblearn.under_sampling)
    )
    assert_same_fit(ours, theirs, X, y)


@pytest.mark.parametrize("dtype", [np.float32, np.int64])
@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_dtypes(name, kwargs, dtype, table):
    X = (table[0] * 1e7).astype(dtype)
    ours, theirs = (
        make(module, name, kwargs) for module in (under_sampling, imblearn.under_sampling)
    )
    assert_same_fit(ours, theirs, X, table[1])


@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_lists_and_dicts_of_classes(name, kwargs):
    X, y = make_table(4)
    counts = np.bincount(y)
    is_count = name in TAKES_COUNTS
    strategy = {0: counts[3] + 40, 2: counts[2] // 2} if is_count else [0, 2]
    ours, theirs = (
        make(module, name, kwargs, sampling_strategy=strategy)
        for module in (under_sampling, imblearn.under_sampling)
    )
    assert_same_fit(ours, theirs, X, y)


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
    assert_same_fit(combine.SMOTEENN(random_state=seed), theirs, X, y, has_indices=False)


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
        assert_same_fit(ours, theirs, X, y, has_indices=False)


@pytest.mark.parametrize(("name", "kwargs"), SAMPLERS, ids=IDS)
def test_any_number_of_threads_gives_the_same_rows_and_leaves_the_input(name, kwargs):
    X, y = make_table(2, 6000)
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


def tied_table(seed, n_rows, n_values, n_classes=2):
    rng = np.random.RandomState(seed)
    X = rng.randint(0, n_values, (n_rows, 2)).astype(float)
    y = rng.randint(0, n_classes, n_rows)
    y[:6] = [0, 0, 0, 1, 1, 1]
    return X, y


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
    X, y = make_table(2)
    expected = sampler.fit_resample(X, y)
    got = sampler.fit_resample(X, labels[y])
    np.testing.assert_array_equal(got[0], expected[0])
    np.testing.assert_array_equal(got[1], labels[expected[1]])


@given(k=st.integers(1, 5), kind=st.sampled_from(["all", "mode"]), n=st.integers(2, 4), **SMALL)
def test_edited_rows_at_ties_are_those_of_the_definition(k, kind, n, n_rows, n_values, seed):
    X, y = tied_table(seed, n_rows, n_values, n)
    enn = under_sampling.EditedNearestNeighbours(
        sampling_strategy="all", n_neighbors=k, kind_sel=kind
    )
    enn.fit_resample(X, y)
    expected = [edited(X, y, label, k, kind) for label in np.unique(y)]
    np.testing.assert_array_equal(enn.sample_indices_, np.concatenate(expected))


@given(k=st.integers(1, 4), kind=st.sampled_from(["all", "mode"]), **SMALL)
def test_repeated_editing_at_ties_is_editing_again(k, kind, n_rows, n_values, seed):
    X, y = tied_table(seed, n_rows, n_values)
    repeated = under_sampling.RepeatedEditedNearestNeighbours(n_neighbors=k, kind_sel=kind)
    repeated.fit_resample(X, y)
    minority = min(np.unique(y), key=lambda c: ((y == c).sum(), np.flatnonzero(y == c)[0]))
    majority, n_minority = 1 - minority, (y == minority).sum()
    # "auto" spares the smaller class, of two as large that with the lower label.
    alive = np.arange(len(X))
    for _ in range(repeated.n_iter_):
        counts = np.bincount(y[alive], minlength=2)
        spared = counts.argmin()
        stay = edited(X, y, 1 - spared, k, kind, alive)
        alive = np.sort(np.concatenate([alive[y[alive] == spared], stay]))
    np.testing.assert_array_equal(np.sort(repeated.sample_indices_), alive)
    is_over = (y[alive] == majority).sum() < n_minority
    edited_class = 1 - np.bincount(y[alive], minlength=2).argmin()
    again = edited(X, y, edited_class, k, kind, alive) if not is_over and len(alive) > k else []
    assert is_over or len(again) == (y[alive] == edited_class).sum()


@given(k=st.integers(1, 5), threshold=st.floats(0.1, 2), n=st.integers(2, 3), **SMALL)
def test_cleaned_neighborhoods_at_ties_are_those_of_the_definition(
    k, threshold, n, n_rows, n_values, seed
):
    X, y = tied_table(seed, n_rows, n_values, n)
    rule = under_sampling.NeighbourhoodCleaningRule(n_neighbors=k, threshold_cleaning=threshold)
    rule.fit_resample(X, y)
    expected = neighborhood_cleaned(X, y, k, list(rule.sampling_strategy_), threshold)
    np.testing.assert_array_equal(rule.sample_indices_, expected)


@given(k=st.integers(1, 4), n_seeds=st.integers(1, 4), **SMALL)
def test_condensed_rows_at_ties_are_those_of_the_definition(k, n_seeds, n_rows, n_values, seed):
    X, y = tied_table(seed, n_rows, n_values)
    cnn = under_sampling.CondensedNearestNeighbour(
        random_state=seed, n_neighbors=k, n_seeds_S=n_seeds
    )
    cnn.fit_resample(X, y)
    (label,) = cnn.sampling_strategy_
    rows = np.flatnonzero(y == label)
    seeds = rows[np.random.RandomState(seed).randint(0, len(rows), n_seeds)]
    expected = condensed(X, y, label, 1 - label, seeds, k)
    got = cnn.sample_indices_[y[cnn.sample_indices_] == label]
    np.testing.assert_array_equal(got, expected)


@given(k=st.integers(1, 3), version=st.sampled_from([1, 2]), share=st.floats(0.3, 1), **SMALL)
def test_near_miss_at_ties_keeps_the_lower_rows(k, version, share, n_rows, n_values, seed):
    X, y = tied_table(seed, n_rows, n_values)
    counts = np.bincount(y)
    label = counts.argmax()
    n_kept = int(share * counts[label])
    minority = min((0, 1), key=lambda c: (counts[c], np.flatnonzero(y == c)[0]))
    if label == minority:
        return
    near = under_sampling.NearMiss(
        sampling_strategy={label: n_kept}, version=version, n_neighbors=k
    )
    near.fit_resample(X, y)
    rows = np.flatnonzero(y == label)
    sums = near_miss_sums(X, rows, np.flatnonzero(y == minority), k, version == 2)
    expected = rows[np.lexsort((rows, sums))[:n_kept]]
    np.testing.assert_array_equal(near.sample_indices_[y[near.sample_indices_] == label], expected)


def test_near_miss_finds_the_least_sums_in_many_chunks():
    X, y = make_table(2, 30_000)
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
    X, y = make_table(2, 300)
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
    assert_same_fit(ours, theirs, X, y)


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
    X, y = make_table(2, 60)
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
    "kwargs", [{}, {"shrinkage": 0.5}, {"sampling_strategy": "all"}, {"shrinkage": {1: 2.0}}]
)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_random_over_sampling_repeats_the_rows_of_imbalanced_learn(kwargs, seed):
    X, y = make_table(2)
    frame = pd.DataFrame(X, columns=list("abcdef"), index=np.arange(len(X))[::-1])
    for data in (X, X.astype(np.float32), sparse.csr_matrix(X), frame):
        ours, theirs = (
            module.RandomOverSampler(random_state=seed, **kwargs)
            for module in (over_sampling, imblearn.over_sampling)
        )
        got, expected = ours.fit_resample(data, y), theirs.fit_resample(data, y)
        np.testing.assert_array_equal(ours.sample_indices_, theirs.sample_indices_)
        if data is frame:
            pd.testing.assert_frame_equal(got[0], expected[0])
        else:
            got, expected = (
                [x.toarray() if sparse.issparse(x) else x for x in pair] for pair in (got, expected)
            )
            assert got[0].dtype == expected[0].dtype
            np.testing.assert_array_equal(got[0], expected[0])
        np.testing.assert_array_equal(got[1], expected[1])


@pytest.mark.parametrize(
    "sampler",
    [
        (over_sampling.RandomOverSampler, imblearn.over_sampling.RandomOverSampler),
        (under_sampling.RandomUnderSampler, imblearn.under_sampling.RandomUnderSampler),
    ],
    ids=["over", "under"],
)
def test_random_sampling_of_what_is_not_numbers(sampler):
    rng = np.random.RandomState(0)
    X = pd.DataFrame({"s": rng.choice(["x", "y"], 90), "n": rng.rand(90)})
    X["c"] = X["s"].astype("category")
    X["t"] = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(90), unit="h")
    X.loc[3, "n"] = np.nan
    y = rng.choice(["a", "b", "b"], 90)
    for data in (X, X[["s", "n"]].to_numpy()):
        ours, theirs = (cls(random_state=0).fit_resample(data, y) for cls in sampler)
        pd.testing.assert_frame_equal(pd.DataFrame(ours[0]), pd.DataFrame(theirs[0]))
        np.testing.assert_array_equal(ours[1], theirs[1])


@pytest.mark.parametrize("generator", [np.random.MT19937, np.random.PCG64])
@pytest.mark.parametrize("n_rows", [2**17 - 1, 2**17, 2**17 + 1, 300_000])
def test_many_rows_are_drawn_as_by_choice(n_rows, generator):
    ours, theirs = np.random.RandomState(generator(3)), np.random.RandomState(generator(3))
    drawn = draw_rows(ours, n_rows, 1000)
    np.testing.assert_array_equal(drawn, theirs.choice(n_rows, 1000, replace=False))
    assert ours.normal() == theirs.normal()  # and the stream goes on where it would


@pytest.mark.parametrize("dtype", [np.int64, object, str])
def test_random_under_sampling_of_many_rows(dtype):
    X = pd.DataFrame({"n": np.arange(400_000.0), "c": pd.Categorical(["x", "y"] * 200_000)})
    X["d"], X.index = X["n"].astype(np.int32), np.arange(400_000)[::-1]
    X.attrs["source"] = "made"
    y = np.array(["a", "b"] if dtype is not np.int64 else [0, 1], dtype)[(X["n"] % 4 == 1) * 1]
    samplers = (under_sampling.RandomUnderSampler, imblearn.under_sampling.RandomUnderSampler)
    ours, theirs = (sampler(random_state=5).fit_resample(X, y) for sampler in samplers)
    pd.testing.assert_frame_equal(ours[0], theirs[0])
    assert ours[0].attrs == X.attrs
    np.testing.assert_array_equal(ours[1], theirs[1])


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

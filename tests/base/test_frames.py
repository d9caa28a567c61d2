"""Dataframes and series of every kind come back as they went in, with imbalanced-learn's rows."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from helpers.comparison import assert_same_frame, assert_same_series
from helpers.samplers import name_of, stock_of
from helpers.tables import N_ROWS, make_mixed, make_numbers, with_times
from sklearn.base import clone
from sklearn.neighbors import NearestNeighbors

import fastsmote.combine
from fastsmote import over_sampling, under_sampling
from fastsmote._base.dataframes import as_frame

NUMERIC = [
    over_sampling.SMOTE(random_state=0),
    over_sampling.BorderlineSMOTE(random_state=0),
    over_sampling.ADASYN(random_state=0),
    over_sampling.RandomOverSampler(random_state=0, shrinkage=0.3),
    over_sampling.KMeansSMOTE(random_state=0, kmeans_estimator=1, cluster_balance_threshold=0.1),
    over_sampling.SVMSMOTE(random_state=0),
    under_sampling.TomekLinks(),
    under_sampling.EditedNearestNeighbours(),
    under_sampling.NearMiss(),
    under_sampling.CondensedNearestNeighbour(random_state=0),
    under_sampling.OneSidedSelection(random_state=0),
    under_sampling.NeighbourhoodCleaningRule(),
    under_sampling.RepeatedEditedNearestNeighbours(),
    under_sampling.AllKNN(),
    fastsmote.combine.SMOTETomek(random_state=0),
    fastsmote.combine.SMOTEENN(random_state=0),
]
ANY_X = [
    over_sampling.RandomOverSampler(random_state=0),
    under_sampling.RandomUnderSampler(random_state=0),
]
CATEGORICAL = [
    over_sampling.SMOTENC(["city", "size"], random_state=0),
    over_sampling.SMOTEN(random_state=0),
]


def as_kind(frame, kind):
    if kind == "pandas":
        return frame
    if kind == "polars":
        return pl.from_pandas(frame)
    return pa.table({name: pa.Array.from_pandas(frame[name]) for name in frame.columns})


def series_as_kind(series, kind):
    if kind == "pandas":
        return series
    if kind == "polars":
        return pl.Series(series.name, series.to_numpy())
    return pa.chunked_array([pa.array(series.to_numpy())])


@pytest.fixture
def no_array_of_objects(monkeypatch):
    """No array of objects with a cell for each row and column is made."""
    asarray = np.asarray

    def watched(a, *args, **kwargs):
        made = asarray(a, *args, **kwargs)
        assert made.dtype != object or made.ndim < 2 or len(made) < N_ROWS
        return made

    monkeypatch.setattr(np, "asarray", watched)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("sampler", NUMERIC + ANY_X, ids=name_of)
def test_numbers(sampler, kind, request):
    frame, y = make_numbers()
    expected = stock_of(sampler).fit_resample(frame, y)
    X, target = as_kind(frame, kind), series_as_kind(y, kind)
    request.getfixturevalue("no_array_of_objects")
    sampler = clone(sampler)
    got = sampler.fit_resample(X, target)
    assert_same_frame(got[0], X, expected[0])
    assert_same_series(got[1], target, expected[1])
    assert list(sampler.feature_names_in_) == list(frame.columns)
    assert sampler.n_features_in_ == frame.shape[1]


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("sampler", CATEGORICAL, ids=name_of)
def test_categories(sampler, kind):
    frame, y = make_mixed()
    if name_of(sampler) == "SMOTEN":  # test_smoten.py compares it with imbalanced-learn's
        frame = frame[["city", "size"]].assign(c=frame["c"] // 10, d=frame["d"] // 30)
        expected = clone(sampler).fit_resample(frame, y)
    else:
        expected = stock_of(sampler).fit_resample(frame, y)
    X, target = as_kind(frame, kind), series_as_kind(y, kind)
    got = clone(sampler).fit_resample(X, target)
    assert_same_frame(got[0], X, expected[0])
    assert_same_series(got[1], target, expected[1])


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("sampler", ANY_X, ids=name_of)
def test_any_columns_pass_through_the_random_samplers(sampler, kind, request):
    frame, y = make_mixed()
    frame = with_times(frame)
    expected = stock_of(sampler).fit_resample(frame, y)
    X, target = as_kind(frame, kind), series_as_kind(y, kind)
    request.getfixturevalue("no_array_of_objects")
    got = clone(sampler).fit_resample(X, target)
    assert_same_frame(got[0], X, expected[0])
    assert_same_series(got[1], target, expected[1])


@pytest.mark.parametrize("dtype", ["Int64", "Float32", "int64[pyarrow]", "boolean", "uint8"])
@pytest.mark.parametrize("sampler", [NUMERIC[0], NUMERIC[6]], ids=name_of)
def test_pandas_extension_dtypes_are_kept(sampler, dtype):
    frame, y = make_numbers()
    plain = frame.assign(c=np.abs(frame["c"]) % (2 if dtype == "boolean" else 200))
    expected = stock_of(sampler).fit_resample(plain.astype({"c": np.float64}), y)[0]
    X = plain.astype({"c": dtype})
    got = clone(sampler).fit_resample(X, y)[0]
    assert got.dtypes.to_dict() == X.dtypes.to_dict()
    numpy_dtype = np.asarray(X["c"]).dtype
    np.testing.assert_array_equal(
        got["c"].to_numpy(numpy_dtype), expected["c"].to_numpy().astype(numpy_dtype)
    )
    pd.testing.assert_frame_equal(got.drop(columns="c"), expected.drop(columns="c"))


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_a_frame_keeps_the_order_of_rows_that_imbalanced_learns_own_code_gives(dtype):
    X, y = pd.DataFrame({"a": [3.0, 0.0, 3.1, 0.1, 3.2, 0.2]}, dtype=dtype), [1, 0, 1, 0, 1, 0]
    sampler = under_sampling.RepeatedEditedNearestNeighbours(n_neighbors=1)
    if dtype == np.float64:
        sampler.set_params(n_neighbors=NearestNeighbors(n_neighbors=2))
    expected = stock_of(sampler).fit_resample(X, y)
    got = sampler.fit_resample(X, y)
    pd.testing.assert_frame_equal(got[0], expected[0])
    assert got[1] == expected[1]


@pytest.mark.parametrize("dtypes", [("Float32",), ("Float32", "float32"), ("float[pyarrow]",)])
def test_extension_dtypes_of_float32_are_read_as_float64(dtypes):
    rng = np.random.RandomState(0)
    X = pd.DataFrame(rng.randn(N_ROWS, 4)).astype({j: dtypes[j % len(dtypes)] for j in range(4)})
    y = np.arange(N_ROWS) % 5 == 0
    sampler = over_sampling.SMOTE(random_state=0)
    expected, _ = stock_of(sampler).fit_resample(X, y)
    pd.testing.assert_frame_equal(sampler.fit_resample(X, y)[0], expected, check_exact=True)


def test_nullable_booleans_are_made_as_plain_ones_where_imbalanced_learn_raises():
    rng = np.random.RandomState(0)
    X = pd.DataFrame({"a": rng.uniform(size=N_ROWS) < 0.4, "b": rng.randn(N_ROWS)})
    y, sampler = np.arange(N_ROWS) % 5 == 0, over_sampling.SMOTE(random_state=0)
    nullable = X.astype({"a": "boolean"})
    with pytest.raises(TypeError, match="bool-like"):
        stock_of(sampler).fit_resample(nullable, y)
    expected, _ = stock_of(sampler).fit_resample(X, y)
    got, _ = sampler.fit_resample(nullable, y)
    pd.testing.assert_frame_equal(got, expected.astype({"a": "boolean"}))


@pytest.mark.parametrize(
    "sampler",
    [
        over_sampling.RandomOverSampler(),
        under_sampling.RandomUnderSampler(),
        over_sampling.SMOTENC([0]),
    ],
    ids=name_of,
)
@pytest.mark.parametrize("is_frame", [False, True])
def test_lengths_that_differ_are_an_error(sampler, is_frame):
    X, y = np.random.RandomState(0).randint(0, 9, (60, 2)), np.arange(60) % 3 == 0
    X = pd.DataFrame(X) if is_frame else X
    for n_rows, n_labels in [(59, 60), (60, 59)]:
        message = f"inconsistent numbers of samples: .{n_rows}, {n_labels}"
        with pytest.raises(ValueError, match=message):
            sampler.fit_resample(X[:n_rows], y[:n_labels])


def test_nullable_integers_are_cut_down_where_imbalanced_learn_raises():
    rng = np.random.RandomState(0)
    X, y = pd.DataFrame(rng.randint(-(10**6), 10**6, (N_ROWS, 4))), np.arange(N_ROWS) % 5 == 0
    sampler = over_sampling.SMOTE(random_state=0)
    with pytest.raises(TypeError, match="cannot safely cast"):
        stock_of(sampler).fit_resample(X.astype("Int64"), y)
    expected, _ = stock_of(sampler).fit_resample(X, y)
    got, _ = sampler.fit_resample(X.astype("Int64"), y)
    pd.testing.assert_frame_equal(got, expected.astype("Int64"))


LABELS = {
    "text": pd.Series(["no", "yes"]),
    "object": pd.Series(["no", "yes"], dtype=object),
    "categories": pd.Series(pd.Categorical(["no", "yes"], ["yes", "maybe", "no"])),
    "nullable": pd.Series([0, 1], dtype="Int64"),
    "boolean": pd.Series([False, True]),
    "nullable boolean": pd.Series([False, True], dtype="boolean"),
    "float": pd.Series([0.0, 1.0]),
    "arrow text": pd.Series(["no", "yes"], dtype="string[pyarrow]"),
}


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("sampler", [NUMERIC[0], NUMERIC[6], ANY_X[1]], ids=name_of)
def test_labels_of_pandas(sampler, labels):
    frame, y = make_numbers()
    target = LABELS[labels].iloc[y].reset_index(drop=True).rename("fraud")
    expected = stock_of(sampler).fit_resample(frame, y)
    got = clone(sampler).fit_resample(frame, target)
    pd.testing.assert_frame_equal(got[0], expected[0])
    assert got[1].dtype == target.dtype
    assert got[1].name == "fraud"
    assert list(got[1]) == list(LABELS[labels].iloc[expected[1]])
    pd.testing.assert_index_equal(got[1].index, expected[1].index)


@pytest.mark.parametrize("dtype", [pl.String, pl.Categorical, pl.Enum(["yes", "no"]), pl.Boolean])
@pytest.mark.parametrize("sampler", [NUMERIC[0], NUMERIC[6], ANY_X[1]], ids=name_of)
def test_labels_of_polars(sampler, dtype):
    frame, y = make_numbers()
    values = [False, True] if dtype == pl.Boolean else ["no", "yes"]
    target = pl.Series("fraud", [values[label] for label in y], dtype=dtype)
    expected = stock_of(sampler).fit_resample(frame, y)[1]
    got = clone(sampler).fit_resample(pl.from_pandas(frame), target)[1]
    assert got.dtype == target.dtype
    assert got.name == "fraud"
    assert got.to_list() == [values[label] for label in expected]


def test_a_frame_and_an_array_may_be_mixed():
    frame, y = make_numbers()
    expected = stock_of(NUMERIC[0]).fit_resample(frame, y.to_numpy())
    got = clone(NUMERIC[0]).fit_resample(pl.from_pandas(frame), y.to_numpy())
    assert type(got[1]) is np.ndarray
    np.testing.assert_array_equal(got[1], expected[1])
    got = clone(NUMERIC[0]).fit_resample(frame.to_numpy(), pl.Series(y.to_numpy()))
    assert type(got[0]) is np.ndarray
    assert type(got[1]) is pl.Series


def test_columns_of_one_name_end_as_in_imbalanced_learn():
    frame, y = make_numbers()
    frame.columns = ["a", "b", "b", "d", "e"]
    outcomes = []
    for sampler in (clone(NUMERIC[0]), stock_of(NUMERIC[0])):
        try:
            outcomes.append(sampler.fit_resample(frame, y)[0].to_numpy())
        except Exception as error:  # scikit-learn's, of some versions
            outcomes.append(repr(error))
    np.testing.assert_array_equal(*outcomes)


@pytest.mark.parametrize("sampler", [NUMERIC[0], NUMERIC[6], ANY_X[1]], ids=name_of)
@pytest.mark.parametrize("labels", ["list", "texts", "objects", "floats"])
def test_labels_that_are_no_series(sampler, labels):
    frame, y = make_numbers()
    target = {
        "list": y.tolist(),
        "texts": [["no", "yes"][label] for label in y],
        "objects": np.array(["no", "yes"], dtype=object)[y],
        "floats": y.to_numpy(np.float64),
    }[labels]
    expected = stock_of(sampler).fit_resample(frame, target)
    for kind in ("pandas", "polars"):
        X = as_kind(frame, kind)
        got = clone(sampler).fit_resample(X, target)
        assert_same_frame(got[0], X, expected[0])
        assert type(got[1]) is type(expected[1]) is type(target)
        assert list(got[1]) == list(expected[1])


@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
@pytest.mark.parametrize("labels", [[0.5] * N_ROWS, [None] * N_ROWS, [np.nan] * N_ROWS])
def test_what_cannot_be_labels_ends_as_in_imbalanced_learn(labels):
    frame, _ = make_numbers()
    messages = []
    for sampler in (clone(NUMERIC[0]), stock_of(NUMERIC[0])):
        with pytest.raises(ValueError, match=r"label type|NaN|missing") as error:
            sampler.fit_resample(frame, labels)
        messages.append(str(error.value))
    assert messages[0] == messages[1]


def test_lists_come_back_as_lists():
    frame, y = make_numbers()
    rows, labels = frame.to_numpy().tolist(), y.tolist()
    got = clone(NUMERIC[0]).fit_resample(rows, labels)
    assert got == stock_of(NUMERIC[0]).fit_resample(rows, labels)
    assert isinstance(got[0], list)


def test_input_is_not_modified():
    frame, y = make_numbers()
    X, target = pl.from_pandas(frame), pl.Series("fraud", y.to_numpy())
    before = X.clone(), target.clone()
    clone(NUMERIC[0]).fit_resample(X, target)
    assert X.equals(before[0])
    assert target.equals(before[1])


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_text_where_numbers_are_needed(kind):
    frame, y = make_mixed()
    with pytest.raises(ValueError, match=r"could not convert string to float|\(String\)"):
        clone(NUMERIC[0]).fit_resample(as_kind(frame, kind), y)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_missing_numbers(kind):
    frame, y = make_numbers()
    frame["c"] = frame["c"].astype("Int64")
    frame.loc[3, "c"] = pd.NA
    with pytest.raises(ValueError, match="Input X contains NaN"):
        clone(NUMERIC[0]).fit_resample(as_kind(frame, kind), y)


def test_a_lazy_frame_is_refused_by_what_to_do():
    frame, y = make_numbers()
    with pytest.raises(TypeError, match=r"Pass X\.collect\(\)"):
        clone(NUMERIC[0]).fit_resample(pl.from_pandas(frame).lazy(), y)


def test_arrays_are_no_frames():
    assert as_frame(np.zeros((2, 2))) is None
    assert as_frame([[1.0]]) is None

"""One dask table in and one out: its features resampled, its other columns passed through."""

import numpy as np
import pandas as pd
import pytest
from helpers.dask import (
    ANY_COLUMNS,
    COMBINED,
    INPUT_ROWS,
    OVER,
    SAMPLERS,
    SEARCHED,
    Counted,
    in_memory,
    on_dask,
    rows_between,
    see_partition,
    uneven,
)

dask = pytest.importorskip("dask")
pytest.importorskip("distributed")
pytest.importorskip("pyarrow")

from itertools import pairwise  # noqa: E402

import dask.dataframe as dd  # noqa: E402
from distributed import Client, LocalCluster  # noqa: E402

from fastsmote._cluster import columns  # noqa: E402
from fastsmote.distributed import _table  # noqa: E402

FEATURES = ["amount", "hour", "n"]
OTHERS = ["card_id", "when", "text", "is_new", "kind", "share", "span"]
NAMES = ["card_id", "amount", "when", "hour", "fraud", "text", "is_new", "n", *OTHERS[4:]]
EXCLUDE = ["*_id", "when", "text", "is_new", "kind", "share", "span"]


def make_payments(n_rows=2_000):
    rng = np.random.RandomState(0)
    fraud = rng.uniform(size=n_rows) < 0.1
    columns = {
        "card_id": rng.randint(2**62, 2**63 - 1, size=n_rows),  # 19 digits: float64 rounds them
        "amount": rng.randn(n_rows) + fraud,
        "when": pd.date_range("2024-01-01", periods=n_rows, freq="h"),
        "hour": rng.randn(n_rows) - fraud,
        "fraud": fraud,
        "text": pd.Series(rng.choice(["u", "v"], n_rows), dtype="string[pyarrow]"),
        "is_new": rng.uniform(size=n_rows) < 0.5,
        "n": rng.randint(9, size=n_rows).astype(np.int32),
        "kind": pd.Categorical(rng.choice(["x", "y", "z"], n_rows)),
        "share": rng.uniform(size=n_rows).astype(np.float32),
        "span": pd.IntervalIndex.from_breaks(np.arange(n_rows + 1)),
    }
    return pd.DataFrame(columns)[NAMES]


def as_table(frame, lengths):
    bounds = list(pairwise(np.cumsum([0, *lengths]).tolist()))
    return dd.from_map(rows_between, bounds, frame=frame, meta=frame.iloc[:0])


def resample(name, table, **choice):
    resampled = on_dask(name).fit_resample(table, "fraud", **choice)
    assert isinstance(resampled, dd.DataFrame)
    got = resampled.compute()
    assert got.dtypes.to_dict() == resampled.dtypes.to_dict()
    assert got.columns.tolist() == table.columns.tolist()
    return got


# The same rows


@pytest.mark.parametrize("n_parts", [1, 3, 11])
@pytest.mark.parametrize("name", OVER)
def test_over_samplers_append_rows_whose_other_columns_are_null(name, n_parts):
    frame = make_payments()
    got = resample(name, as_table(frame, uneven(len(frame), n_parts)), exclude=EXCLUDE)
    expected_X, expected_y = in_memory(name).fit_resample(frame[FEATURES], frame["fraud"])
    pd.testing.assert_frame_equal(got[FEATURES], expected_X, check_exact=True)
    pd.testing.assert_series_equal(got["fraud"], expected_y)
    original, new = got.iloc[: len(frame)], got.iloc[len(frame) :]
    for column in OTHERS:
        assert original[column].tolist() == frame[column].tolist()
    assert len(new) > 1_000
    assert new[OTHERS].isna().all(axis=None)


@pytest.mark.parametrize("n_parts", [1, 3, 11])
@pytest.mark.parametrize("name", INPUT_ROWS)
def test_whole_rows_are_kept_or_repeated(name, n_parts):
    frame = make_payments()
    got = resample(name, as_table(frame, uneven(len(frame), n_parts)), exclude=EXCLUDE)
    sampler = in_memory(name)
    sampler.fit_resample(frame[FEATURES], frame["fraud"])
    assert len(got) != len(frame)
    pd.testing.assert_frame_equal(got, frame.iloc[sampler.sample_indices_])


@pytest.mark.parametrize("n_parts", [1, 3, 11])
@pytest.mark.parametrize("name", COMBINED)
def test_rows_that_are_left_are_whole_or_new(name, n_parts):
    frame = make_payments()
    got = resample(name, as_table(frame, uneven(len(frame), n_parts)), exclude=EXCLUDE)
    sampler = in_memory(name)
    expected_X, expected_y = sampler.fit_resample(frame[FEATURES], frame["fraud"])
    np.testing.assert_array_equal(got[FEATURES], expected_X)
    np.testing.assert_array_equal(got["fraud"], expected_y)
    original, new = got[~sampler.is_synthetic_], got[sampler.is_synthetic_]
    for column in OTHERS:
        assert original[column].tolist() == frame[column].iloc[sampler.sample_indices_].tolist()
    assert len(new) > 500
    assert new[OTHERS].isna().all(axis=None)


def test_dtypes_hold_null_and_every_value():
    got = resample("SMOTE", as_table(make_payments(), (1_000, 1_000)), exclude=EXCLUDE)
    assert got.dtypes[["card_id", "is_new", "share"]].tolist() == ["Int64", "boolean", "float32"]
    assert got.dtypes[["n", "fraud", "amount"]].tolist() == ["int32", "bool", "float64"]
    kept = make_payments().dtypes[["when", "text", "kind"]]
    assert got.dtypes[["when", "text", "kind"]].tolist() == kept.tolist()
    for name, dtype in (("u2", "UInt16"), ("i1", "Int8"), ("m8[s]", "m8[s]"), ("O", "O")):
        assert _table.nullable(np.dtype(name)) == dtype
    assert _table.nullable(np.dtype(">i8")) == "Int64"
    assert _table.nullable(pd.Int8Dtype()) == "Int8"


def test_partitions_are_of_one_dtype_each_and_originals_come_first():
    # Without the intervals: of objects `to_delayed` of older versions of dask makes text.
    table = as_table(make_payments().drop(columns="span"), (500, 0, 1_500))
    resampled = on_dask("SMOTE").fit_resample(table, "fraud", exclude=EXCLUDE[:-1])
    parts = dask.compute(*resampled.to_delayed())
    assert [len(part) for part in parts[:3]] == [500, 0, 1_500]
    assert len(parts) > 3
    assert {tuple(part.dtypes) for part in parts} == {tuple(resampled.dtypes)}


def test_categories_that_dask_does_not_know_are_those_of_the_data():
    table = as_table(make_payments(), (1_000, 1_000))
    table["kind"] = table["kind"].cat.as_unknown()
    got = on_dask("SMOTE").fit_resample(table, "fraud", exclude=EXCLUDE).compute()
    assert got["kind"].cat.categories.tolist() == ["x", "y", "z"]


def test_the_index_goes_on():
    frame = make_payments(600)
    table = as_table(frame, (200, 400))
    got = resample("SMOTE", table, exclude=EXCLUDE)
    assert got.index.tolist() == list(range(len(got)))
    frame.index = pd.Index([f"r{i}" for i in range(600)], name="row")
    got = resample("SMOTE", as_table(frame, (200, 400)), exclude=EXCLUDE)
    assert got.index[:600].tolist() == frame.index.tolist()
    assert got.index[600:].isna().all()


@pytest.mark.parametrize("name", SAMPLERS)
def test_features_may_be_named(name):
    frame = make_payments()
    table = as_table(frame, uneven(len(frame), 3))
    sampler = on_dask(name).fit(table, "fraud", features=["hour", "am*", "hou?"])
    assert sampler.feature_names_in_.tolist() == ["hour", "amount"]
    assert sampler.n_features_in_ == 2
    got = resample(name, table, features=["hour", "am*", "hou?"])
    expected, _ = in_memory(name).fit_resample(frame[["hour", "amount"]], frame["fraud"])
    np.testing.assert_array_equal(got[["hour", "amount"]], expected)


def test_a_name_with_the_signs_of_a_pattern_is_a_name():
    names = ["a[0]", "a0", "b", "y"]
    assert columns.choose_columns(names, "y", ["a[0]"], ()).features == ["a[0]"]
    assert columns.choose_columns(names, "y", ["a[0-9]"], ()).features == ["a0"]
    assert columns.choose_columns(names, "y", None, "a*").features == ["b"]


@pytest.mark.parametrize("name", SAMPLERS)
def test_partitions_of_a_table_are_computed_once_for_the_result(name):
    frame, count = make_payments(), Counted()
    table = as_table(frame, uneven(len(frame), 3))
    table = table.map_partitions(see_partition, count, meta=table._meta)
    for choice, first in (({"exclude": EXCLUDE}, [0]), ({"features": FEATURES}, [])):
        count.numbers.clear()
        resampled = on_dask(name).fit_resample(table, "fraud", **choice)
        # The target of all, and of the first one the integers that nobody named.
        first = [] if name in ANY_COLUMNS else first
        assert sorted(count.numbers) == [*first, 0, 1, 2]
        count.numbers.clear()
        resampled.compute()
        assert sorted(count.numbers) == [0, 1, 2]


# Errors


def test_columns_that_are_not_there_are_named():
    table = as_table(make_payments(300), (100, 200))
    listed = ", ".join(map(repr, NAMES))
    for target, choice, message in (
        ("fraud", {"exclude": ["*_ID"]}, r"exclude: no column matches '\*_ID'. The columns are 'c"),
        ("fraud", {"features": ["amount", "hours"]}, "features: no column matches 'hours'. The c"),
        ("fraud", {"features": ["fraud"]}, "features: 'fraud' is the target"),
        ("fraud", {"features": ["n"], "exclude": ["hour"]}, "give only one of them"),
        ("fraud", {"exclude": "*"}, "no column is left as a feature"),
        (
            "Fraud",
            {},
            f"is 'Fraud'; it must be the name of a column. The columns are {listed}",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            on_dask("SMOTE").fit_resample(table, target, **choice)
    with pytest.raises(TypeError, match="features contains 3; it must be a list of column names"):
        on_dask("SMOTE").fit(table, "fraud", features=[3])
    twice = table.rename(columns={"hour": "n"})
    with pytest.raises(ValueError, match="more than one column 'n'; names must be unique"):
        on_dask("SMOTE").fit(twice, "fraud", features=["n"])


@pytest.mark.parametrize("name", SEARCHED)
def test_features_that_are_no_numbers_are_all_named_with_their_dtypes(name):
    table = as_table(make_payments(300), (100, 200))
    named = (
        r"'when' \(datetime64\[.s\]\), 'text' \(string.*\), 'kind' \(category\), 'span' "
        r"\(interval.*\). Encode them, or pass exclude=\['when', 'text', 'kind', 'span'\]"
    )
    for call in (on_dask(name).fit, on_dask(name).fit_resample):
        with pytest.raises(ValueError, match=named):
            call(table, "fraud")
    with pytest.raises(ValueError, match=r"are not: 'text' .*do not name them in features"):
        on_dask(name).fit(table, "fraud", features=["n", "text"])


def test_random_under_sampling_needs_no_choice_of_columns():
    frame = make_payments()
    sampler = on_dask("RandomUnderSampler")
    got = sampler.fit_resample(as_table(frame, (700, 1_300)), "fraud").compute()
    pd.testing.assert_frame_equal(got, frame.iloc[sampler.sample_indices_.compute()])


@pytest.mark.parametrize("lengths", [(2_000,), (1_000, 1_000), (0, 99, 1_901)])
def test_an_identifier_is_no_feature_unless_it_is_named(lengths):
    frame = make_payments()[["card_id", *FEATURES, "fraud"]].assign(row=np.arange(2_000))
    table, number = as_table(frame, lengths), len(lengths) // 3 * 2
    n = f"{max(lengths):,}"
    message = (
        "look like identifiers, because nearly all of their integers in the "
        rf"first {n} rows of partition {number} are different: 'card_id' \({n} values\), "
        rf"'row' \({n} values\). Pass exclude=\['card_id', 'row'\], or list all features"
    )
    with pytest.raises(ValueError, match=message):
        on_dask("SMOTE").fit(table, "fraud")
    features = ["row", *FEATURES]
    got = resample("SMOTE", table, features=features)
    expected, _ = in_memory("SMOTE").fit_resample(frame[features], frame["fraud"])
    pd.testing.assert_frame_equal(got[features], expected)


def test_few_rows_make_no_identifier():
    frame = make_payments(99)[[*FEATURES, "fraud"]].assign(row=np.arange(99))
    assert len(resample("SMOTE", as_table(frame, (50, 49)))) > 99


def test_the_rule_for_identifiers_is_that_of_files():
    offline = pytest.importorskip("fastsmote.offline._columns")
    for name in ("looks_like_identifier", "COUNTED_ROWS"):
        assert getattr(columns, name) is getattr(offline, name)


def test_a_name_needs_a_table_and_a_choice_needs_a_name():
    frame = make_payments(300)
    table = as_table(frame, (100, 200))
    array = table[FEATURES].to_dask_array(lengths=(100, 200))
    for X, y, choice, message in (
        (array, "fraud", {}, "X is a dask Array, which has no column 'fraud'"),
        (frame, "fraud", {}, "use fastsmote.over_sampling.SMOTE"),
        (table[FEATURES], table["fraud"], {"exclude": ["n"]}, "pass the name of the target as y"),
        (table[FEATURES], table["fraud"], {"features": ["n"]}, "pass the name of the target as y"),
    ):
        with pytest.raises(TypeError, match=message):
            on_dask("SMOTE").fit_resample(X, y, **choice)


# Values that are not finite


def with_values(frame, rows, column="hour", value=np.nan):
    frame = frame.copy()
    frame.loc[rows, column] = value
    return frame


@pytest.mark.parametrize("name", SEARCHED)
def test_of_several_values_that_are_not_finite_the_first_is_named(name):
    frame = with_values(make_payments(), [1_900, 450, 1_200])
    table = as_table(frame, (200, 400, 600, 800))
    message = "X, row 450, column 'hour': nan; this is row 250 of partition 1. Features must be"
    for resampled in (
        on_dask(name).fit_resample(table, "fraud", exclude=EXCLUDE),
        on_dask(name).fit_resample(table[FEATURES], table["fraud"])[0],
    ):
        with pytest.raises(ValueError, match=message) as caught:
            resampled.compute()
        assert len(str(caught.value)) < 250


@pytest.mark.parametrize("name", [name for name in SEARCHED if name != "SMOTE"])
def test_values_that_are_not_finite_beside_no_row_of_the_class_are_named(name):
    frame = make_payments().sort_values("fraud", ignore_index=True)
    table = as_table(with_values(frame, [30], value=np.inf), (500, 1_500))
    resampled = on_dask(name).fit_resample(table, "fraud", exclude=EXCLUDE)
    with pytest.raises(ValueError, match="X, row 30, column 'hour': inf; this is row 30 of part"):
        resampled.compute()


def test_null_among_integers_is_named():
    frame = make_payments()
    frame["n"] = frame["n"].astype("Int32")
    table = as_table(with_values(frame, [450], "n", pd.NA), (200, 1_800))
    for features in (["n"], FEATURES):
        resampled = on_dask("SMOTE").fit_resample(table, "fraud", features=features)
        with pytest.raises(ValueError, match="X, row 450, column 'n': nan; this is row 250 of"):
            resampled.compute()


@pytest.mark.processes
def test_on_worker_processes_one_short_error_is_raised_and_logged_once(capfd):
    table = dd.from_pandas(with_values(make_payments(), range(30, 2_000, 100)), npartitions=10)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        sampler = on_dask("BorderlineSMOTE")
        resampled = sampler.fit_resample(table, "fraud", exclude=EXCLUDE, client=client)
        with pytest.raises(ValueError, match="X, row 30, column 'hour': nan; this is row 30 of"):
            client.compute(resampled).result()
    logged = capfd.readouterr().err
    assert logged.count("Compute Failed") <= 1
    assert len(logged) < 3_000

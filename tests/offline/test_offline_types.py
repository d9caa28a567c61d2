"""Types of columns: widened, rounded or refused, in new rows as in the original ones."""

import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from helpers.offline.runs import OPTIONS, OTHERS, read_csv, write
from helpers.tables import FEATURES

from fastsmote.offline import OfflineError, resample
from fastsmote.over_sampling import SMOTE


def test_numbers_are_widened_where_no_value_changes(frame, expected, tmp_path):
    (tmp_path / "in").mkdir()
    exact = frame.assign(a=frame["a"].astype(np.float32).astype(np.float64))
    first = exact[:1_000].astype({"a": np.float32, "n": np.int8, "id": np.int16})
    write(first, tmp_path / "in" / "0.parquet")
    second = exact[1_000:].astype({"n": np.float64})  # as pandas has integers beside NaN
    write(second, tmp_path / "in" / "1.parquet")
    resample(tmp_path / "in", tmp_path / "out", **OPTIONS)
    got = pq.read_table(tmp_path / "out")
    assert got.schema.field("a").type == got.schema.field("n").type == pa.float64()
    X, _ = SMOTE(random_state=0).fit_resample(exact[FEATURES].astype(np.float64), exact["y"])
    np.testing.assert_array_equal(got.select(FEATURES).to_pandas().to_numpy(), X.to_numpy())


def test_long_integers_are_not_rounded_where_another_file_has_floats(frame, tmp_path):
    (tmp_path / "in").mkdir()
    write(frame[:1_000], tmp_path / "in" / "0.parquet")
    long = frame[1_000:].assign(id=2**53 + 1)
    write(long, tmp_path / "in" / "1.parquet")
    write(frame[:9].astype({"id": float}), tmp_path / "in" / "2.parquet")
    with pytest.raises(OfflineError, match=r"1\.parquet, row group 0, row 0: does not fit"):
        resample(tmp_path / "in", tmp_path / "out", **OPTIONS)


def test_a_column_of_nothing_takes_the_type_of_another_file(frame, tmp_path):
    (tmp_path / "in").mkdir()
    write(frame[:1_000].assign(note=None), tmp_path / "in" / "0.parquet")
    write(frame[1_000:].assign(note="x"), tmp_path / "in" / "1.parquet")
    resample(tmp_path / "in", tmp_path / "out", target="y", exclude=[*OTHERS, "note"])
    notes = pq.read_table(tmp_path / "out")["note"].to_pylist()
    assert notes[:1_000] == [None] * 1_000
    assert notes[1_000:2_000] == ["x"] * 1_000


def test_half_precision_is_computed_in_float32(frame, tmp_path):
    table = pa.Table.from_pandas(frame[["a", "b", "y"]], preserve_index=False)
    for j, name in enumerate("ab"):
        table = table.set_column(j, name, table[name].cast(pa.float16()))
    pq.write_table(table, tmp_path / "in.parquet")
    resample(tmp_path / "in.parquet", tmp_path / "out", target="y")
    got = pq.read_table(tmp_path / "out")
    X = table.select("ab").to_pandas().astype(np.float32)
    X, _ = SMOTE(random_state=0).fit_resample(X, frame["y"])
    assert got.schema.field("a").type == pa.float16()
    expected = X.to_numpy().astype(np.float16)
    np.testing.assert_array_equal(got.select("ab").to_pandas().to_numpy(), expected)


def test_decimals_pass_unchanged_and_new_ones_are_rounded_to_their_digits(frame, tmp_path):
    exact = [decimal.Decimal(f"{value:.2f}") for value in frame["a"]]
    table = pa.table({"a": pa.array(exact, pa.decimal128(12, 2)), "b": frame["b"], "y": frame["y"]})
    pq.write_table(table, tmp_path / "in.parquet")
    resample(tmp_path / "in.parquet", tmp_path / "out", target="y")
    got = pq.read_table(tmp_path / "out")
    assert got.schema.field("a").type == pa.decimal128(12, 2)
    assert got["a"].to_pylist()[: len(frame)] == exact
    X = pd.DataFrame({"a": np.array(exact, float), "b": frame["b"]})
    X, _ = SMOTE(random_state=0).fit_resample(X, frame["y"])
    new = np.array(got["a"].to_pylist()[len(frame) :], float)
    np.testing.assert_allclose(new, X["a"][len(frame) :], atol=0.005 + 1e-9)
    np.testing.assert_array_equal(got["b"].to_numpy(), X["b"])


@pytest.mark.parametrize("dst", ["out.parquet", "out.csv", "out.npy"])
def test_decimals_become_the_nearest_floats(dst, tmp_path):
    exact = [decimal.Decimal(f"{i}.450807") for i in range(40)]
    table = {"a": pa.array(exact, pa.decimal128(20, 6)), "y": [i % 3 > 1 for i in range(40)]}
    pq.write_table(pa.table(table), tmp_path / "in.parquet")
    resample(tmp_path / "in.parquet", tmp_path / dst, target="y", dtype="float64")
    if dst == "out.npy":
        got = np.load(tmp_path / dst)[:, 0]
    else:
        read = read_csv if dst == "out.csv" else pd.read_parquet
        got = read(tmp_path / dst)["a"].to_numpy()
    X = np.array(exact, float).reshape(-1, 1)
    expected, _ = SMOTE(random_state=0).fit_resample(X, table["y"])
    np.testing.assert_array_equal(got, expected[:, 0])


@pytest.mark.parametrize("value", [2**53 + 1, -(2**60)])
@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".arrow"])
def test_an_integer_that_floats_do_not_hold_is_named(suffix, value, frame, tmp_path):
    frame = frame[["a", "n", "y"]].astype({"n": np.int64})
    frame.loc[1_500, "n"] = value
    src = tmp_path / f"in{suffix}"
    {".parquet": frame.to_parquet, ".csv": frame.to_csv, ".arrow": frame.to_feather}[suffix](
        src, **({} if suffix == ".arrow" else {"index": False})
    )
    with pytest.raises(OfflineError, match=rf"row 1500, column n: {value} is beyond 2\^53"):
        resample(src, tmp_path / "out", target="y")
    resample(src, tmp_path / "passes", target="y", exclude=["n"])
    assert pq.read_table(tmp_path / "passes")["n"].to_pylist()[1_500] in (value, str(value))


def test_an_integer_that_was_parsed_as_a_float_is_named(frame, tmp_path):
    frame = frame[["a", "y"]].assign(card="4")
    frame.loc[1_500, "card"] = "10000000000000000007"
    frame.to_csv(tmp_path / "in.csv", index=False)
    place = r"in\.csv, row 1500, column card: 10000000000000000007 is an integer that float64"
    with pytest.raises(OfflineError, match=place):
        resample(tmp_path / "in.csv", tmp_path / "out.csv", target="y")
    frame.loc[1_500, "card"] = "1e300"  # a number as any other
    frame.to_csv(tmp_path / "in.csv", index=False)
    resample(tmp_path / "in.csv", tmp_path / "out.csv", target="y")

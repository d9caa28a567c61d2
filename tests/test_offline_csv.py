"""CSV files: what no sampler computes with comes out as it stood there."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from test_offline import make_table

from fastsmote.offline import OfflineError, resample
from fastsmote.over_sampling import SMOTE

TEXTS = {
    "account": ["00012", "12", "0012", "", "1e5"],
    "card": ["10000000000000000007", "4", "99999999999999999999", "007", ""],
    "when": ["2024-01-01T10:00:00+02:00", "2024-01-01 10:00", "1/2/24", "", "NaT"],
    "note": ["NA", "null", "café", " padded ", "None"],
    "flag": ["True", "yes", "FALSE", "0", ""],
}


def table_of_texts(n_rows=2_000, more=None):
    frame = make_table(n_rows)[["a", "b", "y"]]
    texts = {**TEXTS, **(more or {})}
    for name, values in texts.items():
        frame[name] = [values[i % len(values)] for i in range(n_rows)]
    return frame, list(texts)


def write_csv(frame, path, **kwargs):
    frame.to_csv(path, index=False, **kwargs)
    return path


def as_text(path, encoding="utf8"):
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding)


@pytest.mark.parametrize("batch_rows", [50, 100_000])
def test_columns_that_pass_through_stay_byte_for_byte(batch_rows, tmp_path):
    frame, texts = table_of_texts()
    src, dst = write_csv(frame, tmp_path / "in.csv"), tmp_path / "out.csv"
    resample(src, dst, target="y", exclude=texts, batch_rows=batch_rows)
    got, given = dst.read_text().splitlines(), src.read_text().splitlines()
    n_before = len(given)
    cut = [line.split(",", 3)[3] for line in got[:n_before]]
    assert cut == [line.split(",", 3)[3] for line in given]
    assert all(line.endswith(",,,,,") for line in got[n_before:])
    made, y = SMOTE(random_state=0).fit_resample(frame[["a", "b"]], frame["y"])
    numbers = pa.csv.read_csv(dst).select(["a", "b", "y"]).to_pandas()
    pd.testing.assert_frame_equal(numbers[["a", "b"]], made)
    assert numbers["y"].tolist() == y.tolist()


def test_text_with_commas_quotes_and_lines_comes_back(tmp_path):
    hard = {"hard": ["a,b", 'say "no"', "two\nlines", "", "plain"]}
    frame, texts = table_of_texts(more=hard)
    src, dst = write_csv(frame, tmp_path / "in.csv"), tmp_path / "out.csv"
    resample(src, dst, target="y", exclude=texts)
    pd.testing.assert_frame_equal(as_text(dst)[texts].iloc[: len(frame)], as_text(src)[texts])


@pytest.mark.parametrize("sampler", ["random-over", "random-under"])
def test_rows_that_are_drawn_stay_byte_for_byte(sampler, tmp_path):
    frame, _ = table_of_texts()
    src, dst = write_csv(frame, tmp_path / "in.csv"), tmp_path / "out.csv"
    resample(src, dst, target="y", sampler=sampler)
    given = set(src.read_text().splitlines())
    assert set(dst.read_text().splitlines()) <= given


def test_text_of_a_csv_file_is_text_in_parquet(tmp_path):
    frame, texts = table_of_texts()
    src = write_csv(frame, tmp_path / "in.csv")
    resample(src, tmp_path / "out.parquet", target="y", exclude=texts)
    got = pq.read_table(tmp_path / "out.parquet").to_pandas()
    for name in texts:
        assert got[name].iloc[: len(frame)].tolist() == as_text(src)[name].tolist()
        assert got[name].iloc[len(frame) :].isna().all()


def test_latin_1_is_read_as_said(tmp_path):
    frame, texts = table_of_texts()
    src, dst = write_csv(frame, tmp_path / "in.csv", encoding="latin-1"), tmp_path / "out.csv"
    resample(src, dst, target="y", exclude=texts, encoding="latin-1")
    got, given = as_text(dst), as_text(src, "latin-1")
    pd.testing.assert_frame_equal(got[texts].iloc[: len(frame)], given[texts])


@pytest.mark.parametrize("row", [2, 1_999, 150_123])
@pytest.mark.parametrize("dst", ["out.csv", "out.parquet"])
def test_a_byte_that_is_not_utf_8_is_named(row, dst, tmp_path):
    frame = make_table(max(2_000, row + 9))[["a", "b", "y"]].assign(note="plain", more="x" * 60)
    frame.loc[row, "note"] = "café"
    src = write_csv(frame, tmp_path / "in.csv", encoding="latin-1")
    place = rf"in\.csv, row {row}, column note: the byte 0xe9 is not UTF-8\. Pass --encoding"
    with pytest.raises(OfflineError, match=place):
        resample(src, tmp_path / dst, target="y", exclude=["note", "more"])
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_an_unknown_encoding_is_named(tmp_path):
    src = write_csv(make_table()[["a", "y"]], tmp_path / "in.csv")
    with pytest.raises(OfflineError, match=r"--encoding: must be an encoding .* Got 'klingon'"):
        resample(src, tmp_path / "out", target="y", encoding="klingon")


@pytest.mark.parametrize(("name", "value"), [("a", "many"), ("n", "1.5"), ("n", "1e3")])
def test_the_row_of_a_number_that_is_none_is_named(name, value, tmp_path):
    frame = make_table(200_000)[["a", "n", "y"]].assign(more="x" * 40)
    frame[name] = frame[name].astype(object)
    frame.loc[190_000, name] = value
    src = write_csv(frame, tmp_path / "in.csv")
    assert src.stat().st_size > 2**23
    with pytest.raises(OfflineError, match=rf"row 190000, column {name}: '{value}'"):
        resample(src, tmp_path / "out", target="y", exclude=["more"])


def test_missing_numbers_of_rows_that_are_drawn_stay(tmp_path):
    frame = make_table()[["a", "b", "y"]]
    frame.loc[::7, "a"] = np.nan
    src = write_csv(frame, tmp_path / "in.csv", na_rep="NA")
    resample(src, tmp_path / "out.parquet", target="y", sampler="random-over")
    got = pq.read_table(tmp_path / "out.parquet").to_pandas()
    assert got["a"].iloc[:6_000].isna().tolist() == frame["a"].isna().tolist()

"""CSV files: what no sampler computes with comes out as it stood there."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from helpers.marks import slow
from helpers.tables import make_table

from fastsmote.offline import OfflineError, resample
from fastsmote.over_sampling import SMOTE, SMOTENC

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


@pytest.mark.parametrize("row", [2, *slow(1_999), 150_123])
@pytest.mark.parametrize("dst", ["out.csv", *slow("out.parquet")])
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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("a", "many"),
        *(pytest.param("n", text, marks=pytest.mark.slow) for text in ("1_000", "\u0663")),
    ],
)
def test_the_row_of_a_number_that_is_none_is_named(name, value, tmp_path):
    frame = make_table(200_000)[["a", "n", "y"]].assign(more="x" * 40)
    frame[name] = frame[name].astype(object)
    frame.loc[190_000, name] = value
    src = write_csv(frame, tmp_path / "in.csv")
    assert src.stat().st_size > 2**23
    with pytest.raises(OfflineError, match=rf"row 190000, column {name}: '{value}'"):
        resample(src, tmp_path / "out", target="y", exclude=["more"])


@pytest.mark.slow
@pytest.mark.parametrize("value", ["1.5", "1e3"])
def test_a_fraction_far_below_whole_numbers_makes_floats_of_them(value, tmp_path):
    frame = make_table(200_000)[["a", "n", "y"]].assign(more="x" * 40)
    frame["n"] = frame["n"].astype(object)
    frame.loc[190_000, "n"] = value
    src = write_csv(frame, tmp_path / "in.csv")
    resample(src, tmp_path / "out", target="y", exclude=["more"])
    X = frame[["a", "n"]].astype(float)
    X, _ = SMOTE(random_state=0).fit_resample(X, frame["y"])
    got = pq.read_table(tmp_path / "out", columns=["a", "n"]).to_pandas()
    pd.testing.assert_frame_equal(got, X)


@pytest.mark.slow
@pytest.mark.parametrize(("first", "last"), [("0", "A"), ("0", "1.0"), ("", "5")])
def test_a_target_or_a_column_may_change_its_type_far_down(first, last, tmp_path):
    frame = make_table(200_000)[["a", "y"]].assign(more="x" * 40, k=first)
    frame.loc[frame.index > 190_000, "k"] = last
    src = write_csv(frame, tmp_path / "in.csv")
    if first:
        summary = resample(src, tmp_path / "out", target="k", exclude=["more"])
        assert sorted(summary["classes"]) == sorted(
            {first, last} if last == "A" else {"0.0", "1.0"}
        )
        return
    with pytest.raises(OfflineError, match="row 0, column k: null"):
        resample(src, tmp_path / "out", target="y", exclude=["more"])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1.0,2,3,4", "row 150: has 4 values; the header has 3."),
        ("1.0", "row 150: has 1 values; the header has 3."),
        ('1.0,"2', "row 150"),
    ],
)
def test_a_line_that_is_too_long_or_too_short_is_named(line, message, tmp_path):
    lines = ["a,b,y", *(f"{i / 7},{i % 9},{int(i % 5 == 0)}" for i in range(200))]
    lines[151] = line
    (tmp_path / "in.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(OfflineError, match=message):
        resample(tmp_path / "in.csv", tmp_path / "out", target="y")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x1f\x8b\x08\x00", "is compressed with gzip. Its name must end in .csv.gz"),
        (b"PK\x03\x04", "is a zip file"),
        ("a,y\n1,0\n".encode("utf-16"), "Pass --encoding utf-16"),
        ("pr\xe9,y\n1,0\n".encode("cp1252"), "the byte 0xe9 is not UTF-8"),
    ],
)
def test_what_is_no_utf_8_says_what_it_is(content, message, tmp_path):
    (tmp_path / "in.csv").write_bytes(content)
    with pytest.raises(OfflineError, match=message):
        resample(tmp_path / "in.csv", tmp_path / "out", target="y")


def test_a_byte_of_another_encoding_is_named(tmp_path):
    frame = make_table(500)[["a", "y"]].assign(note="plain")
    frame.loc[123, "note"] = "caf\xe9"
    src = write_csv(frame, tmp_path / "in.csv", encoding="cp1252")
    with pytest.raises(OfflineError, match="row 123, column note: the byte 0xe9 is not valid in"):
        resample(src, tmp_path / "out", target="y", exclude="note", encoding="ascii")


def test_an_empty_value_is_no_class(tmp_path):
    frame = make_table(500)[["a", "b"]].assign(y=["ok", "bad"] * 250)
    frame.loc[77, "y"] = ""
    src = write_csv(frame, tmp_path / "in.csv")
    with pytest.raises(OfflineError, match=r"row 77, column y: null\. The target must"):
        resample(src, tmp_path / "out", target="y")


def test_categories_are_text(tmp_path):
    frame = make_table(500)[["a", "b", "y"]]
    frame["zip"] = [f"{i % 7:05d}" for i in range(500)]
    src, dst = write_csv(frame, tmp_path / "in.csv"), tmp_path / "out.csv"
    resample(src, dst, target="y", sampler="smotenc", categorical=["zip"])
    X, _ = SMOTENC(["zip"], random_state=0).fit_resample(frame[["a", "b", "zip"]], frame["y"])
    assert as_text(dst)["zip"].tolist() == X["zip"].tolist()


def test_null_and_text_of_nothing_are_told_apart_in_csv(tmp_path):
    frame = make_table(500)[["a", "b", "y"]]
    table = pa.Table.from_pandas(frame).append_column("t", pa.array(["", None, "x,y", "z"] * 125))
    pq.write_table(table, tmp_path / "in.parquet")
    resample(tmp_path / "in.parquet", tmp_path / "out.csv", target="y", exclude="t")
    options = pa.csv.ConvertOptions(
        strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]
    )
    got = pa.csv.read_csv(tmp_path / "out.csv", convert_options=options)["t"].to_pylist()
    assert got[:500] == ["", None, "x,y", "z"] * 125


def test_missing_numbers_of_rows_that_are_drawn_stay(tmp_path):
    frame = make_table()[["a", "b", "y"]]
    frame.loc[::7, "a"] = np.nan
    src = write_csv(frame, tmp_path / "in.csv", na_rep="NA")
    resample(src, tmp_path / "out.parquet", target="y", sampler="random-over")
    got = pq.read_table(tmp_path / "out.parquet").to_pandas()
    assert got["a"].iloc[:6_000].isna().tolist() == frame["a"].isna().tolist()


@pytest.mark.parametrize("dtype", ["file", "float64"])
def test_a_dtype_changes_numbers_only(dtype, tmp_path):
    """Dates of rows that are drawn are dates in Parquet with --dtype as without."""
    frame = make_table()[["a", "n", "y"]].assign(day="2024-02-29")
    src = write_csv(frame, tmp_path / "in.csv")
    resample(src, tmp_path / "out.parquet", target="y", sampler="random-over", dtype=dtype)
    schema = pq.read_schema(tmp_path / "out.parquet")
    assert schema.field("day").type == pa.date32()
    assert schema.field("n").type == (pa.int64() if dtype == "file" else pa.float64())

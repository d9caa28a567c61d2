"""`fastsmote report`: counts, missing values and neighborhoods of a table in files."""

import json
import re

import numpy as np
import pyarrow as pa
import pytest
from sklearn.preprocessing import StandardScaler

import fastsmote

NUMBERS = ["amount", "hour", "age"]
GIVEN = ["--target", "fraud", "--exclude", "id,customer"]


@pytest.fixture
def found(command):
    """``found(*arguments)`` is the object that ``report --json`` prints."""

    def run(*arguments):
        status, out, _ = command("report", *arguments, "--json")
        assert status == 0
        return json.loads(out)

    return run


def neighborhood_of(payments, rows=slice(None), k=5):
    X = np.column_stack([payments[name].to_numpy() for name in NUMBERS])[rows]
    y = payments["fraud"].to_numpy()[rows]
    return fastsmote.neighborhood(StandardScaler().fit_transform(X), y, k=k)


def with_gaps(payments):
    """Every tenth hour is missing."""
    hour = payments["hour"].to_numpy().copy()
    hour[::10] = np.nan
    return payments.set_column(2, "hour", pa.array(hour, from_pandas=True))


@pytest.mark.parametrize("k", [5, 3])
def test_neighborhoods_are_those_of_standardized_numbers(k, found, save, payments):
    got = found(save(payments), *GIVEN, "--neighbors", k)["neighborhood"]
    expected = neighborhood_of(payments, k=k)
    for place, label in enumerate(["0", "1"]):
        of_class = got["classes"][label]
        counts = [of_class[name] for name in ("safe", "borderline", "rare", "outlier")]
        assert counts == expected.counts_[place].tolist()
        assert of_class["share_in_tomek_links"] == expected.link_shares_[place]
        assert of_class["share_of_contradictory_copies"] == expected.copy_shares_[place]
    assert (got["neighbors"], got["features"]) == (k, NUMBERS)
    assert got["advice"] == expected.advice()


def test_classes_are_counted(found, save, payments):
    got = found(save(payments), *GIVEN)
    assert got["classes"] == {"0": 192, "1": 48}
    assert (got["rows"], got["imbalance_ratio"]) == (240, 4.0)
    assert (got["missing"], got["neighborhood"]["rows_left_out"]) == ({}, 0)


def test_csv_gives_the_report_of_parquet(found, save, payments):
    payments = with_gaps(payments).set_column(3, "age", payments["age"].cast(pa.float64()))
    assert found(save(payments, "p.csv"), *GIVEN) == found(save(payments), *GIVEN)


def test_rows_without_a_number_are_left_out_and_counted(found, save, payments):
    got = found(save(with_gaps(payments)), *GIVEN)
    expected = neighborhood_of(payments, np.arange(240) % 10 != 0)
    assert got["missing"] == {"hour": 24}
    assert got["neighborhood"]["rows_left_out"] == 24
    n_rows = [of_class["rows"] for of_class in got["neighborhood"]["classes"].values()]
    assert n_rows == expected.n_rows_.tolist() == [192, 24]
    assert got["neighborhood"]["advice"] == expected.advice()


def test_missing_text_and_times_are_counted(found, save, payments):
    country, time = (payments[name].to_pylist() for name in ("country", "time"))
    country[:3], time[:2] = [None] * 3, [None] * 2
    payments = payments.set_column(4, "country", pa.array(country))
    payments = payments.set_column(6, "time", pa.array(time))
    got = found(save(payments), *GIVEN)
    assert list(got["missing"].items()) == [("country", 3), ("time", 2)]
    assert got["neighborhood"]["rows_left_out"] == 0


def test_report_is_plain_text_that_says_what_was_used(command, save, payments):
    status, out, error = command("report", save(with_gaps(payments)), *GIVEN)
    assert status == 0
    lines = [re.sub(r"\s+", " ", line).strip() for line in out.splitlines()]
    for line in (
        "class rows share",
        "1 48 20.00%",
        "The largest class has 4.0 times as many rows as the smallest.",
        "hour 24 10.00%",
        "Neighborhoods: the 5 nearest rows by 3 columns of numbers, standardized. Not used, "
        "because they are not numbers: country, time. Rows that differ only in these count as "
        "copies. Left out, because a number is missing: 24 rows (0: 0, 1: 24).",
    ):
        assert line in lines
    assert neighborhood_of(payments, np.arange(240) % 10 != 0).summary() in out
    assert "\033" not in out + error
    assert error.endswith(": 240 rows (0: 192, 1: 48), 5 features; not features: id, customer\n")


def test_only_the_columns_with_the_most_missing_values_are_listed(command, save, payments):
    for j in range(12):
        values = [None if i <= j else float(i % 7) for i in range(240)]
        payments = payments.append_column(f"x{j}", pa.array(values))
    out = command("report", save(payments), *GIVEN)[1]
    assert re.search(r"^x11 +12 +5.00%$", out, re.MULTILINE)
    assert re.search(r"^x2 +3 +1.25%$", out, re.MULTILINE)
    assert "x1 " not in out
    assert "\nand 2 more columns\n" in out


def test_page_holds_the_report_loads_nothing_and_escapes_names(command, save, payments, tmp_path):
    payments = with_gaps(payments).rename_columns(
        ["id", "amount", "<i>hour", "age", "country", "customer", "time", "fraud"]
    )
    names = np.where(payments["fraud"].to_numpy() == 1, r"<b>&$\frac$", "fine")
    payments = payments.set_column(7, "fraud", pa.array(names))
    page = tmp_path / "page.html"
    assert command("report", save(payments), *GIVEN, "--html", page)[0] == 0
    text = page.read_text()
    assert "<title>Report on fraud</title>" in text
    assert "<td>&lt;i&gt;hour</td><td>24</td><td>10.00%</td>" in text
    assert r"<td>&lt;b&gt;&amp;$\frac$</td><td>48</td><td>20.00%</td>" in text
    assert "<b>&" not in text
    assert "<i>" not in text
    assert "://" not in text
    assert {source[:5] for source in re.findall(r'src="(.{5})', text)} == {"data:"}
    assert "Left out, because a number is missing: 24 rows" in text
    assert "in Tomek links" in text


@pytest.mark.parametrize(
    ("option", "expected"),
    [
        (["--neighbors", 0], "--neighbors: must be an integer of 1 or more. Got 0."),
        (["--neighbors", 240], "--neighbors: must be less than the number of rows, 240. Got 240."),
    ],
)
def test_wrong_neighbors_are_named(option, expected, failed, save, payments):
    assert failed("report", save(payments), *GIVEN, *option) == f"fastsmote report: {expected}"


def test_table_without_numbers_is_refused(failed, save, payments):
    given = ["--target", "fraud", "--features", "country,time"]
    got = failed("report", save(payments), *given)
    assert got.endswith("payments.parquet: no feature is a number. Distances need at least one.")


def test_class_whose_rows_all_lack_a_number_is_refused(failed, save, payments):
    hour = np.where(payments["fraud"].to_numpy() == 1, np.nan, payments["hour"].to_numpy())
    payments = payments.set_column(2, "hour", pa.array(hour))
    got = failed("report", save(payments), *GIVEN)
    assert got.endswith(
        "192 of 240 rows have a value in every column of numbers; these are rows of 1 of 2 "
        "classes. Column hour lacks 48 values: fill them, or name the column in --exclude."
    )

"""The roles of the columns of tables of any dataframe library."""

import numpy as np
import pandas as pd
import pytest

from fastsmote._cluster import columns

polars = pytest.importorskip("polars")
pyarrow = pytest.importorskip("pyarrow")


def make_typed_columns(n_rows=400):
    rng = np.random.RandomState(0)
    return pd.DataFrame(
        {
            "id": np.arange(n_rows),
            "amount": rng.randn(n_rows),
            "hour": rng.randint(24, size=n_rows).astype(np.int16),
            "is_new": rng.uniform(size=n_rows) < 0.5,
            "text": rng.choice(["u", "v"], n_rows),
        }
    )


KINDS = {
    "pandas": lambda frame: frame,
    "polars": polars.from_pandas,
    "pyarrow": lambda frame: pyarrow.Table.from_pandas(frame, preserve_index=False),
}


@pytest.fixture(params=KINDS)
def table(request):
    return KINDS[request.param](make_typed_columns())


def test_columns_that_are_not_numbers_are_named(table):
    assert list(columns.not_numbers(table)) == ["text"]
    with pytest.raises(ValueError, match=r"are not: 'text' \(.*\). Encode them, or pass exclude="):
        columns.check_are_features(table, are_named=False)


def test_integers_are_counted_among_the_first_rows(table, monkeypatch):
    monkeypatch.setattr(columns, "COUNTED_ROWS", 300)
    assert columns.integers(table) == ["id", "hour"]
    counted = columns.count_values(table, ["hour", "id"])
    n_hours = make_typed_columns()["hour"][:300].nunique()
    assert counted == (300, {"hour": n_hours, "id": 300})
    with pytest.raises(ValueError, match=r"first 300 rows of partition 4 .*'id' \(300 values\)\."):
        columns.reject_identifiers(counted, 4)


@pytest.mark.parametrize(("lengths", "number"), [([0, 99, 100, 500], 2), ([3, 99], None)])
def test_the_first_partition_that_is_large_enough_is_counted(lengths, number):
    assert columns.partition_to_count(lengths) == number


def test_roles():
    names = ["id", "amount", "fraud", "hour"]
    roles = columns.choose_columns(names, "fraud", ["a*", "hour"], None)
    assert roles == ("fraud", ["amount", "hour"], ["id"], True)
    roles = columns.choose_columns(names, "fraud", None, "id")
    assert roles == ("fraud", ["amount", "hour"], ["id"], False)
    with pytest.raises(ValueError, match="features is empty; it must name one or more columns"):
        columns.choose_columns(names, "fraud", [], None)

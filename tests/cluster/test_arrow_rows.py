"""Partitions that are Arrow tables: features, classes and new rows."""

from decimal import Decimal

import numpy as np
import pytest

from fastsmote._cluster.arrow_rows import (
    ArrowLabels,
    ArrowMixed,
    ArrowNumbers,
    complete,
    result_schema,
    subschema,
)

pa = pytest.importorskip("pyarrow")


def make_partition():
    return pa.table(
        {
            "id": pa.array([7, 8, 9], pa.int64()),
            "amount": pa.array([0.5, 1.5, 2.5], pa.float32()),
            "items": pa.array([1, 2, 3], pa.uint8()),
            "shop": pa.array(["a", None, "b"], pa.dictionary(pa.int8(), pa.string())),
            "price": pa.array([Decimal("1.20")] * 3, pa.decimal128(9, 2)),
            "fraud": pa.array([False, True, True]),
            "half": pa.array(np.zeros(3, np.float16)),
        }
    )


def numbers_of(*names):
    return ArrowNumbers(subschema(make_partition().schema, names))


def test_numbers_have_the_common_dtype():
    matrix = numbers_of("amount", "items").read(make_partition())
    assert matrix.dtype == numbers_of("amount", "items").dtype == np.float32
    assert matrix.tolist() == [[0.5, 1], [1.5, 2], [2.5, 3]]
    assert numbers_of("items", "id").dtype == np.int64


def test_null_in_an_integer_column_is_nan():
    partition = make_partition().set_column(2, "items", pa.array([1, None, 3], pa.uint8()))
    assert np.isnan(numbers_of("items", "id").read(partition)[1, 0])


def test_new_numbers_have_the_types_of_the_columns():
    made = np.array([[3.5, 1.9]], np.float32)
    written = numbers_of("amount", "items").write(made, range(3, 4))
    assert written.schema == subschema(make_partition().schema, ["amount", "items"])
    assert written.to_pylist() == [{"amount": 3.5, "items": 1}]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["amount", "shop", "price"], r"'shop' \(Categorical\), 'price' \(Decimal"),
        (["fraud"], "all booleans"),
        (["half"], "dtype float16; it must be float32"),
    ],
)
def test_columns_that_are_not_numbers_are_named(names, found):
    with pytest.raises(ValueError, match=found):
        numbers_of(*names)


def test_mixed_features_come_back():
    partition = make_partition()
    mixed = ArrowMixed(subschema(partition.schema, ["shop", "amount", "id"]), [0])
    matrix, (shops,) = mixed.read(partition)
    assert shops.tolist() == ["a", None, "b"]
    assert mixed.write((matrix, [shops]), range(3)).equals(partition.select(mixed.schema.names))
    with pytest.raises(ValueError, match="'shop'"):
        ArrowMixed(mixed.schema, [1])


def test_a_missing_class_is_an_error():
    partition = make_partition().set_column(5, "fraud", pa.array([True, None, False]))
    with pytest.raises(ValueError, match="has 1 missing values; every row"):
        ArrowLabels("fraud").read(partition)
    with pytest.raises(ValueError, match=r"values of decimal128\(9, 2\)"):
        ArrowLabels("price").read(partition)
    labels, type_ = ArrowLabels("fraud").read(make_partition())
    assert labels.tolist() == [False, True, True]
    assert type_ == pa.bool_()


def test_columns_that_pass_through_are_null_in_new_rows():
    table = make_partition().drop_columns(["shop", "half"])
    table = table.cast(pa.schema([column.with_nullable(False) for column in table.schema]))
    features, others = ["amount", "items"], ["id", "price"]
    schema = result_schema(table.schema, others)
    assert [column.nullable for column in schema] == [True, False, False, True, False]
    new = complete(table.select(features).slice(0, 2), np.True_, "fraud", schema)
    assert new.schema == schema
    nulls = dict.fromkeys(others)
    assert new.to_pylist() == [
        {**nulls, "amount": 0.5, "items": 1, "fraud": True},
        {**nulls, "amount": 1.5, "items": 2, "fraud": True},
    ]


@pytest.mark.parametrize("values", [[4, 2, 4, 9], ["b", "a", "b", "c"], [True, False, True, True]])
def test_new_categories_have_the_dictionary_of_their_column(values):
    column = (
        pa.array(values).dictionary_encode().cast(pa.dictionary(pa.int16(), pa.array(values).type))
    )
    partition = pa.table({"x": np.arange(4.0), "c": column})
    mixed = ArrowMixed(partition.schema, [1])
    written = mixed.write(mixed.read(partition), range(4))
    assert written.schema == partition.schema
    assert written["c"].to_pylist() == values

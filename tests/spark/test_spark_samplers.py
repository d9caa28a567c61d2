"""Every sampler of Spark DataFrames makes the rows of the sampler in memory."""

import numpy as np
import pyarrow as pa
import pytest
from helpers.engines import (
    PAYMENT_FEATURES,
    SAMPLERS,
    assert_is_resampled,
    engine_case,
    make_payments_table,
    sampler_in_memory,
)
from helpers.spark import MARKS, running_spark
from sklearn.base import clone

import fastsmote.spark

pytestmark = MARKS


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with running_spark(tmp_path_factory.mktemp("spark")) as session:
        yield session


def with_spark_types(n_rows=500):
    """Payments with types that Spark has. The column `time` increases."""
    table = make_payments_table(n_rows)
    place = table.schema.get_field_index("shop")
    return table.set_column(place, "shop", table["shop"].cast(pa.string()))


TABLE = with_spark_types()


def as_frame(session, table, n_partitions):
    """The rows of an Arrow table as a DataFrame, in an order that means nothing."""
    session.conf.set("spark.sql.shuffle.partitions", n_partitions)
    order = np.random.RandomState(n_partitions).permutation(len(table))
    return session.createDataFrame(table.take(pa.array(order)))


@pytest.mark.parametrize(
    ("n_partitions", "name"),
    [engine_case(name, n, is_usual=n == 3) for n in (1, 3, 11) for name in SAMPLERS],
)
def test_rows_are_those_in_memory(n_partitions, name, session):
    frame = as_frame(session, TABLE, n_partitions)
    sampler = getattr(fastsmote.spark, name)(**SAMPLERS[name])
    columns = {"features": PAYMENT_FEATURES, "order_by": "time", "row_number": "row"}
    rows = sampler.fit_resample(frame, "kind", **columns).orderBy("row").toArrow()
    sampler.unpersist()
    assert rows["row"].to_pylist() == list(range(len(rows)))
    assert_is_resampled(name, TABLE, rows.drop_columns("row"))


@pytest.mark.parametrize("name", SAMPLERS)
def test_parameters_are_those_of_the_class_in_memory(name):
    ours, theirs = getattr(fastsmote.spark, name)(), sampler_in_memory(name)
    known = ours.get_params()
    assert set(known) <= set(theirs.get_params())
    assert clone(ours).get_params() == known
    assert isinstance(ours, type(theirs))

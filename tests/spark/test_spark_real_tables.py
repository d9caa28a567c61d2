"""Samplers of Spark DataFrames on the tables of FASTSMOTE_DATA, on two worker processes."""

import pyarrow.parquet as pq
import pytest
from helpers.engines import (
    REAL_TABLES,
    SAMPLERS,
    assert_is_real_table_resampled,
    needs_real_tables,
    real_rows,
)
from helpers.spark import MARKS, running_spark

from fastsmote import spark as room

pytestmark = [*MARKS, needs_real_tables]


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    with running_spark(tmp_path_factory.mktemp("spark"), "local-cluster[2,1,2048]") as session:
        yield session


@pytest.mark.parametrize("name", REAL_TABLES)
@pytest.mark.parametrize("sampler", SAMPLERS)
@pytest.mark.parametrize("n_partitions", [1, 3, 11])
def test_rows_of_a_real_table_on_spark(name, sampler, n_partitions, session, tmp_path):
    table, _ = real_rows(name, sampler)
    session.conf.set("spark.sql.shuffle.partitions", n_partitions)
    frame = session.createDataFrame(table)
    on_spark = getattr(room, sampler)(**SAMPLERS[sampler])
    columns = {"exclude": ["row"], "order_by": "row", "row_number": "place"}
    made = on_spark.fit_resample(frame, "y", **columns)
    made.write.parquet(str(tmp_path / "made"))
    on_spark.unpersist()
    rows = pq.read_table(tmp_path / "made").sort_by("place")
    assert_is_real_table_resampled(name, sampler, rows)

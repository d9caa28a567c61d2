"""Rows of two worker processes, of which one is killed, and of Spark Connect."""

import pytest
from helpers.programs import run_program
from helpers.spark import MARKS, spark_variables

pytestmark = MARKS

# A plan whose first task of some name kills the executor that runs it.
ON_CLUSTER = """
import os, signal, subprocess, sys
from functools import partial

from helpers.engines import PAYMENT_FEATURES, SAMPLERS, assert_is_resampled
from helpers.spark import CONFIGURATION
from pyspark.sql import SparkSession
from test_spark_samplers import TABLE, as_frame

import fastsmote.spark
import fastsmote.spark._table
from fastsmote.spark._engine import SparkEngine

marker, *victims = sys.argv[1:]


def kill_once(*values, function, path, **literals):
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return function(*values, **literals)
    daemon = os.getppid()
    executor = subprocess.check_output(["ps", "-o", "ppid=", "-p", str(daemon)])
    os.kill(int(executor), signal.SIGKILL)
    os.kill(daemon, signal.SIGKILL)


class KillingEngine(SparkEngine):
    def each(self, function, many, *ones, **literals):
        name = getattr(function, "__name__", None)
        if name in victims:
            function = partial(kill_once, function=function, path=f"{marker}-{name}")
        return super().each(function, many, *ones, **literals)


fastsmote.spark._table.SparkEngine = KillingEngine
python = {"spark.executorEnv.PYTHONPATH": os.environ["PYTHONPATH"]}
session = SparkSession.builder.master("local-cluster[2,1,1024]")
session = session.config(map={**CONFIGURATION, **python}).getOrCreate()
frame = as_frame(session, TABLE, 3)
for name in ("BorderlineSMOTE", "SMOTEENN"):
    sampler = getattr(fastsmote.spark, name)(**SAMPLERS[name])
    columns = {"features": PAYMENT_FEATURES, "order_by": "time", "row_number": "row"}
    rows = sampler.fit_resample(frame, "kind", **columns).orderBy("row").toArrow()
    assert_is_resampled(name, TABLE, rows.drop_columns("row"))
session.stop()
"""


def test_rows_are_the_same_if_executors_are_killed(tmp_path):
    # The search in partitions, and the search in buckets.
    victims = ["_ask", "search_own"]
    marker = tmp_path / "killed"
    run_program(ON_CLUSTER, marker, *victims, timeout=500, **spark_variables(tmp_path))
    assert {path.name for path in tmp_path.glob("killed-*")} == {f"killed-{v}" for v in victims}


CONNECTED = """
from helpers.engines import PAYMENT_FEATURES, SAMPLERS, assert_is_resampled
from pyspark.sql import SparkSession
from test_spark_samplers import TABLE, as_frame

import fastsmote.spark

session = SparkSession.builder.remote("local[2]").getOrCreate()
session.conf.set("spark.sql.session.timeZone", "UTC")
assert type(session).__module__.startswith("pyspark.sql.connect")
frame = as_frame(session, TABLE, 3)
for name in ("SMOTE", "SMOTEENN"):
    sampler = getattr(fastsmote.spark, name)(**SAMPLERS[name])
    columns = {"features": PAYMENT_FEATURES, "order_by": "time", "row_number": "row"}
    rows = sampler.fit_resample(frame, "kind", **columns).orderBy("row").toArrow()
    sampler.unpersist()
    assert_is_resampled(name, TABLE, rows.drop_columns("row"))
session.stop()
"""


def test_rows_of_spark_connect_are_those_in_memory(tmp_path):
    pytest.importorskip("grpc")
    run_program(CONNECTED, timeout=500, **spark_variables(tmp_path))

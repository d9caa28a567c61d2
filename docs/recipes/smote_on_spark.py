"""Over-sample a Parquet table with SMOTE on Spark.

    python docs/recipes/smote_on_spark.py payments.parquet on_spark --target fraud --exclude id

Read a Parquet file or folder, make as many rows of every smaller class as
``SMOTE(random_state=seed)`` makes, and write the original rows and then the new ones to a
new folder. Columns keep their order and types. Columns that are neither target nor
features are null in new rows. On a cluster, start the program with ``spark-submit``.

The rows that SMOTE makes depend on the order of the rows of each class, and Spark does not
define an order. Here it is that of the columns of --order-by and then of the features. Rows
that are equal in all of them have equal features, so the new rows do not depend on files
and partitions. They are bit for bit those of ``fastsmote.over_sampling.SMOTE`` for the
table in that order.

The rows of the smaller classes must fit into the memory of the driver and of each worker,
and fastsmote must be installed on both.
"""

import argparse

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import SparkSession
from pyspark.sql.functions import col

import fastsmote
from fastsmote.offline import iter_synthetic

parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
parser.add_argument("input", help="Parquet file or folder")
parser.add_argument("output", help="folder to write; it must not exist")
parser.add_argument("--target", required=True, help="column of class labels")
roles = parser.add_mutually_exclusive_group(required=True)
roles.add_argument("--features", nargs="+", help="columns of numbers to measure distances by")
roles.add_argument("--exclude", nargs="*", help="columns that are not features: all others are")
parser.add_argument("--order-by", nargs="+", default=[], help="columns that order the rows")
parser.add_argument("--k-neighbors", type=int, default=5)
parser.add_argument("--seed", type=int, default=0, help="SMOTE's random_state")
args = parser.parse_args()

# By default Spark writes timestamps in a format of 96 bits that loses their time zone.
timestamps = ("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS")
spark = SparkSession.builder.appName("SMOTE").config(*timestamps).getOrCreate()
table = spark.read.parquet(args.input)
not_features = {args.target, *(args.exclude or [])}
features = args.features or [name for name in table.columns if name not in not_features]

# How many rows SMOTE makes: each class, in the order of labels, gets as many as the largest.
counts = dict(table.groupBy(args.target).count().collect())
n_most = max(counts.values())
n_new = {label: n_most - counts[label] for label in sorted(counts) if counts[label] < n_most}

# The rows of these classes, in order, as one matrix a class. Spark sends it once per worker.
order = [*args.order_by, *features]
smaller = table.where(col(args.target).isin(*n_new))
rows = smaller.select(*dict.fromkeys([args.target, *order])).toArrow()
rows = rows.sort_by([(name, "ascending") for name in order])
minority = {}
for label in n_new:
    of_class = rows.filter(pc.equal(rows[args.target], label))
    minority[label] = np.column_stack([of_class[name].to_numpy() for name in features])
    # Too few rows, or a value that is not finite, raises here rather than on a worker.
    iter_synthetic(minority[label], n_new[label], k_neighbors=args.k_neighbors)
shared = spark.sparkContext.broadcast(minority)

# A task searches the neighbors of a whole class: as many tasks a class as there are cores.
n_tasks = spark.sparkContext.defaultParallelism
tasks = [
    (label, n * i // n_tasks, n * (i + 1) // n_tasks)
    for label, n in n_new.items()
    for i in range(n_tasks)
]
schema = rows.select([args.target, *features]).schema
options = {"k_neighbors": args.k_neighbors, "seed": args.seed}


def make_rows(batches):
    """Yield the new rows of tasks, which are given by their numbers."""
    for number in (number for batch in batches for number in batch.column(0).to_pylist()):
        label, start, stop = tasks[number]
        X, n = shared.value[label], n_new[label]
        with fastsmote.threads(1):  # Spark uses every core by running a task on each
            for block in iter_synthetic(X, n, start=start, stop=stop, **options):
                columns = [pa.array([label] * len(block)), *map(pa.array, block.T)]
                new = pa.RecordBatch.from_arrays(columns, [args.target, *features])
                # Not safe: new values of integer features are truncated toward zero.
                yield new.cast(schema, safe=False)


numbers = spark.range(0, len(tasks), 1, max(1, len(tasks)))
new_rows = numbers.mapInArrow(make_rows, table.select(args.target, *features).schema)
table.unionByName(new_rows, allowMissingColumns=True).write.parquet(args.output)
spark.stop()

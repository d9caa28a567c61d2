"""Over-sample a Parquet table with SMOTE on Ray Data.

    python docs/recipes/smote_on_ray.py payments.parquet on_ray --target fraud --exclude id

Read a Parquet file or folder, make as many rows of every smaller class as
``SMOTE(random_state=seed)`` makes, and write the original rows and then the new ones to a
new folder. Columns keep their order and types. Columns that are neither target nor
features are null in new rows. On a cluster, start the program with ``ray job submit``.

The rows that SMOTE makes depend on the order of the rows of each class, and Ray Data does
not define an order in general. Here it is that of the columns of --order-by and then of the
features. Rows that are equal in all of them have equal features, so the new rows do not
depend on files and blocks. They are bit for bit those of ``fastsmote.over_sampling.SMOTE``
for the table in that order.

The rows of the smaller classes must fit into the memory of the driver and of each worker,
and fastsmote must be installed on both.
"""

import argparse
from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import ray
from ray.data import SaveMode

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

# The new rows are written in their order, after the original ones.
ray.data.DataContext.get_current().execution_options.preserve_order = True
table = ray.data.read_parquet(args.input)
# Arrow's schema, with room for nulls in every column.
schema = pa.schema([field.with_nullable(True) for field in table.schema().base_schema])
not_features = {args.target, *(args.exclude or [])}
features = args.features or [name for name in schema.names if name not in not_features]


def map_blocks(function, columns):
    """The dataset of what a function makes of each block of some columns."""
    blocks = table.select_columns(list(dict.fromkeys(columns)))
    return blocks.map_batches(function, batch_size=None, batch_format="pyarrow")


def collect(dataset):
    """The rows of a dataset as one Arrow table on the driver."""
    return pa.concat_tables(ray.get(dataset.to_arrow_refs()))


# How many rows SMOTE makes: each class, in the order of labels, gets as many as the largest.
counted = map_blocks(
    lambda block: block.group_by(args.target).aggregate([([], "count_all")]), [args.target]
)
counts = Counter()
for row in collect(counted).to_pylist():
    counts[row[args.target]] += row["count_all"]
n_most = max(counts.values())
n_new = {label: n_most - counts[label] for label in sorted(counts) if counts[label] < n_most}

# The rows of these classes, in order, as one matrix a class. Ray keeps one copy a machine.
order = [*args.order_by, *features]
smaller = pa.array(list(n_new), schema.field(args.target).type)
rows = map_blocks(
    lambda block: block.filter(pc.is_in(block[args.target], smaller)), [args.target, *order]
)
rows = collect(rows).sort_by([(name, "ascending") for name in order])
minority = {}
for label in n_new:
    of_class = rows.filter(pc.equal(rows[args.target], label))
    X = np.column_stack([of_class[name].to_numpy() for name in features])
    # Too few rows, or a value that is not finite, raises here rather than on a worker.
    iter_synthetic(X, n_new[label], k_neighbors=args.k_neighbors)
    minority[label] = ray.put(X)

# A task searches the neighbors of a whole class: as many tasks a class as there are cores.
n_tasks = int(ray.cluster_resources()["CPU"])
tasks = [
    (label, n * i // n_tasks, n * (i + 1) // n_tasks)
    for label, n in n_new.items()
    for i in range(n_tasks)
]
options = {"k_neighbors": args.k_neighbors, "seed": args.seed}


def make_column(field, label, block):
    """The label, the values of a feature, or nulls, for a block of new rows."""
    if field.name == args.target:
        return pa.array([label] * len(block), field.type)
    if field.name not in features:
        return pa.nulls(len(block), field.type)
    # Not safe: new values of integer features are truncated toward zero.
    return pa.array(block[:, features.index(field.name)]).cast(field.type, safe=False)


def make_rows(batch):
    """Yield the new rows of tasks, which are given by their numbers."""
    for number in batch["id"].to_pylist():
        label, start, stop = tasks[number]
        X, n = ray.get(minority[label]), n_new[label]
        with fastsmote.threads(1):  # Ray uses every core by running a task on each
            for block in iter_synthetic(X, n, start=start, stop=stop, **options):
                columns = [make_column(field, label, block) for field in schema]
                yield pa.Table.from_arrays(columns, schema=schema)


originals = map_blocks(lambda block: block.cast(schema), schema.names)
numbers = ray.data.range(len(tasks), override_num_blocks=max(1, len(tasks)))
new_rows = numbers.map_batches(make_rows, batch_size=1, batch_format="pyarrow")
originals.union(new_rows).write_parquet(args.output, mode=SaveMode.ERROR)

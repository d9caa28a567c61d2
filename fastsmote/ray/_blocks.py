"""Ray Datasets as Arrow tables in the object store, and tasks that make a Dataset."""

from contextlib import contextmanager
from typing import Any, NamedTuple

import pyarrow as pa
import ray
import ray.data
from ray.data.block import BlockAccessor

from fastsmote._threads import threads
from fastsmote.ray._engine import Ref, Refs

GROUP = 64  # parts of a Dataset whose references a task of any of them gets
POSITION = "__fastsmote_position__"


class Blocks(NamedTuple):
    """The blocks of a Dataset that have rows, in the order of the rows."""

    refs: Refs  # pyarrow Tables of one schema
    schema: Any
    n_rows: list


@contextmanager
def _in_order(dataset):
    """Execute a Dataset so that its blocks have the order of the files that they are read from."""
    options = dataset.context.execution_options
    before, options.preserve_order = options.preserve_order, True
    try:
        yield
    finally:
        options.preserve_order = before


def read_blocks(engine, dataset, order_by):
    """Execute a Dataset, and return its blocks.

    Parameters
    ----------
    engine : RayEngine
    dataset : ray.data.Dataset
    order_by : list of str
        The columns by which the rows are sorted. Rows that are equal in them keep their order.

    Returns
    -------
    Blocks

    Raises
    ------
    ValueError
        If there are no rows, if blocks have types that do not go together, or if Ray cannot sort
        by a column of ``order_by``.
    """
    blocks = _executed(engine, dataset)
    if not order_by:
        return blocks
    for name in order_by:
        if pa.types.is_nested(blocks.schema.field(name).type):
            raise ValueError(
                f"order_by contains {name!r} ({blocks.schema.field(name).type}), by which Ray "
                f"cannot sort. Name other columns."
            )
    starts = [sum(blocks.n_rows[:i]) for i in range(len(blocks.n_rows))]
    numbered = engine.each(_with_position, (blocks.refs, engine.given(starts)))
    numbered = ray.data.from_arrow_refs(numbered.refs)
    ordered = _executed(engine, numbered.sort([*order_by, POSITION]))
    refs = engine.each(_without_position, ordered.refs)
    return Blocks(refs, blocks.schema, ordered.n_rows)


def _executed(engine, dataset):
    with _in_order(dataset):
        bundles = dataset.materialize().iter_internal_ref_bundles()
        refs = Refs(ref for bundle in bundles for ref in bundle.block_refs)
    described = engine.fetch(engine.each(_describe, refs))
    found = [(ref, *about) for ref, about in zip(refs.refs, described, strict=True) if about[0]]
    if not found:
        raise ValueError("the Dataset has no rows.")
    try:
        # Blocks of pandas may disagree: a column without values has the type of null.
        schema = pa.unify_schemas([each[2] for each in found], promote_options="permissive")
    except pa.ArrowInvalid as error:
        raise ValueError(f"blocks of the Dataset have different types: {error}") from error
    refs = [
        ref if is_arrow and found_schema.equals(schema)
        else engine.one(_as_table, Ref(ref), schema=schema).ref
        for ref, _, found_schema, is_arrow in found
    ]  # fmt: skip
    return Blocks(Refs(refs), schema, [n_rows for _, n_rows, _, _ in found])


def make_dataset(parts):
    """Return a Dataset whose rows are made by tasks when it is read.

    Parameters
    ----------
    parts : list of (callable, list of Ref)
        The function of each part gets the values of the references, and returns a pyarrow Table.

    Returns
    -------
    ray.data.Dataset
        The rows of all parts, in their order. Operations of Ray that follow keep the order too.
    """
    calls = [(function, [each.ref for each in refs]) for function, refs in parts]
    # A task gets the references of one group: with those of all parts it would get too many.
    groups = [ray.put(calls[i : i + GROUP]) for i in range(0, len(calls), GROUP)]

    def make(batch):
        (number,) = batch["id"].to_pylist()
        function, refs = ray.get(groups[number // GROUP])[number % GROUP]
        with threads(1):  # Ray uses every core by running a task on each
            return function(*ray.get(refs))

    numbers = ray.data.range(len(calls), override_num_blocks=len(calls))
    made = numbers.map_batches(make, batch_size=1, batch_format="pyarrow")
    made.context.execution_options.preserve_order = True
    return made


# Tasks


def _arrow_of(block):
    return BlockAccessor.for_block(block).to_arrow()


def _describe(block):
    """Return the number of rows, the Arrow schema, and whether the block is an Arrow table."""
    table = _arrow_of(block)
    return len(table), table.schema, isinstance(block, pa.Table)


def _as_table(block, schema):
    """Return a block as an Arrow table of a schema; a column that it lacks is null."""
    table = _arrow_of(block)
    columns = [
        table[column.name].cast(column.type) if column.name in table.schema.names
        else pa.nulls(len(table), column.type)
        for column in schema
    ]  # fmt: skip
    return pa.table(columns, schema=schema)


def _with_position(table, start):
    return table.append_column(POSITION, pa.array(range(start, start + len(table)), pa.int64()))


def _without_position(table):
    return table.drop_columns([POSITION])

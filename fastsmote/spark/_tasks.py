"""What a task of Spark runs: values are read from rows of a DataFrame, and results become rows.

A row has the number of a value and the pickled value. A `Step` is a function to run on a value;
steps that follow each other run in one task, and their results are not pickled in between.
"""

import pickle
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import pyarrow as pa
from pyspark import TaskContext

import fastsmote

NUMBERED = "number int, slot int, value binary"  # rows of pickled values
MOST_BYTES = 2**31 - 2**16  # of a value: Spark holds a binary value in a Java array
MOST_JOINED = 8


class Failure(NamedTuple):
    """An error of a task, returned in place of its value. The driver raises it.

    If the task raised the error itself, Spark would run the task four times.
    """

    number: int
    error: Exception

    @classmethod
    def among(cls, values):
        """Return the failure of the lowest number, or None."""
        failures = [value for value in values if isinstance(value, cls)]
        return min(failures, key=itemgetter(0), default=None)

    @classmethod
    def check(cls, values):
        """Raise the error of the failure of the lowest number, if there is one."""
        failure = cls.among(values)
        if failure is not None:
            raise failure.error


def attempt(number, function, *values, **literals):
    """Call a function; return `Failure` for a ValueError, and for arguments that have failed."""
    failure = Failure.among(values)
    if failure is not None:
        return failure
    try:
        return function(*values, **literals)
    except ValueError as error:
        return Failure(number, error)


@dataclass(frozen=True, eq=False)
class Shared:
    """A value that travels with the function, with the attribute of Spark's `Broadcast`."""

    value: Any


class Step:
    """A function of the results of other steps.

    Parameters
    ----------
    function : callable, default=None
        None returns the value that the task reads.
    inputs : tuple of Step
    ones : tuple of Shared or Broadcast
    literals : dict
    """

    def __init__(self, function=None, inputs=(), ones=(), literals=None):
        self.function, self.inputs, self.ones = function, inputs, ones
        self.literals = literals or {}

    def all_ones(self):
        """Return the shared values that this step and those before it get."""
        return {*self.ones}.union(*(step.all_ones() for step in self.inputs))

    def run(self, number, value, known=None):
        """Return the result for the value of a number; ``known`` has results of other steps."""
        if self.function is None:
            return value
        known = {} if known is None else known
        if id(self) not in known:
            inputs = [step.run(number, value, known) for step in self.inputs]
            ones = [one.value for one in self.ones]
            known[id(self)] = attempt(number, self.function, *inputs, *ones, **self.literals)
        return known[id(self)]


def as_row(number, value, slot=0):
    """Return a batch of one row with a pickled value.

    Raises
    ------
    OverflowError
        If the value is too large for Spark.
    """
    pickled = pickle.dumps(value, protocol=5)
    if len(pickled) > MOST_BYTES:
        raise OverflowError(
            f"value number {number} has {len(pickled):,} bytes, and Spark passes at most "
            f"{MOST_BYTES:,} bytes from a task to another. Use more partitions: raise "
            f"spark.sql.shuffle.partitions."
        )
    columns = [pa.array([number], pa.int32()), pa.array([slot], pa.int32())]
    return pa.record_batch(
        [*columns, pa.array([pickled], pa.binary())], names=["number", "slot", "value"]
    )


def rows_of(batches):
    """Yield number, slot and value of each row."""
    for batch in batches:
        numbers, slots, values = batch.columns
        for place in range(len(batch)):
            value = pickle.loads(values[place].as_buffer())
            yield numbers[place].as_py(), slots[place].as_py(), value


# Readers: from the batches of a partition of Spark to numbers and values


def read_numbers(batches):
    """Yield the numbers of a range, which are also their values."""
    for batch in batches:
        for number in batch.column(0).to_pylist():
            yield number, number


def read_values(batches):
    """Yield pickled values."""
    for number, _, value in rows_of(batches):
        yield number, value


@dataclass(frozen=True)
class ReadJoined:
    """Yield the join of the values of each number, whose rows may come in any order.

    Attributes
    ----------
    join : callable
    is_at_once : bool
        Whether `join` gets all values together. Otherwise it gets a few at a time.
    """

    join: Any
    is_at_once: bool

    def __call__(self, batches):
        held = {}
        for number, _, value in rows_of(batches):
            values = held.setdefault(number, [])
            values.append(value)
            if not self.is_at_once and len(values) == MOST_JOINED:
                held[number] = [join_values(number, self.join, values)]
        for number, values in held.items():
            yield number, join_values(number, self.join, values)


def join_values(number, join, values):
    """Return the joined values, or the first failure among them."""
    return Failure.among(values) or attempt(number, join, values)


def read_together(batches):
    """Yield lists of the values of each number, in the order of their slots."""
    for number, rows in groupby(rows_of(batches), itemgetter(0)):
        yield number, [value for _, _, value in rows]


@dataclass(frozen=True)
class ReadPairs:
    """Yield, for each number, the join of ``function(left, right)`` over all rights.

    The rows of a number are sorted: the left value is in slot 0.
    """

    function: Any
    join: Any

    def __call__(self, batches):
        left, found = None, []
        for number, rows in groupby(rows_of(batches), itemgetter(0)):
            for _, slot, value in rows:
                if slot == 0:
                    left, found = value, []
                    continue
                found.append(attempt(number, self.function, left, value))
                if len(found) == MOST_JOINED:
                    found = [join_values(number, self.join, found)]
            yield number, join_values(number, self.join, found)


# Writers: from a number and a value to batches


def write_value(number, value):
    """Yield the row of a value."""
    yield as_row(number, value)


@dataclass(frozen=True)
class WriteGrouped:
    """Yield a value with the number of its group; ``size`` values are a group."""

    size: int

    def __call__(self, number, value):
        yield as_row(number // self.size, value)


@dataclass(frozen=True)
class WriteSlot:
    """Yield a value with a slot."""

    slot: int

    def __call__(self, number, value):
        yield as_row(number, value, self.slot)


@dataclass(frozen=True)
class WriteToAll:
    """Yield a value for each of the left values that it meets, in slot 1."""

    lefts: Any  # Shared list: the left values of each number

    def __call__(self, number, value):
        for left in self.lefts.value[number]:
            yield as_row(left, value, slot=1)


@dataclass(frozen=True)
class WriteFound:
    """Yield ``function(left, value)`` for all left values."""

    function: Any
    lefts: Any  # Shared list of the left values

    def __call__(self, number, value):
        for left_number, left in enumerate(self.lefts.value):
            yield as_row(left_number, attempt(number, self.function, left, value))


@dataclass(frozen=True)
class WritePieces:
    """Yield the pieces of a value, each with the number of its bucket."""

    n: int

    def __call__(self, number, value):
        pieces = [value] * self.n if isinstance(value, Failure) else value
        for bucket, piece in enumerate(pieces):
            yield as_row(bucket, piece)


def write_tables(_number, tables):
    """Yield the batches of Arrow tables."""
    Failure.check([tables])
    for table in tables:
        yield from table.to_batches()


class Task(NamedTuple):
    """Read values, run a step on each, and write the results."""

    read: Any
    step: Step
    write: Any


def run(batches, task):
    """Run a task on a partition of Spark: with the task, it is a function for `mapInArrow`."""
    # Spark uses every core by running a task on each.
    with fastsmote.threads(TaskContext.get().cpus()):
        for number, value in task.read(batches):
            yield from task.write(number, task.step.run(number, value))

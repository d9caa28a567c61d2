"""What a plan holds of its values: how they are computed, and how many jobs need them."""

from functools import cached_property

from fastsmote.spark._tasks import read_numbers


class Source:
    """A DataFrame, and how a task reads numbers and values from one of its partitions.

    It `is_table` if it is the table of the call. Reading it again is fast.
    """

    def __init__(self, frame, read, is_table=False):
        self._frame, self.read, self.is_table = frame, read, is_table

    frame = cached_property(lambda self: self._frame())


class SparkOne:
    """One value: a task that the driver runs when the value is needed."""

    def __init__(self, run):
        self._run = run

    value = cached_property(lambda self: self._run())


class SparkMany:
    """A sequence of values: those of a source, or a function of the values of other sequences.

    Attributes
    ----------
    n, n_uses : int
        The number of values, and of the jobs that need them.
    source : Source
        What a task reads if no sequence before this one is persisted.
    stored : Source or None
        The persisted values.
    """

    def __init__(self, n, source, inputs=(), function=None, ones=(), literals=None):
        self.n, self.source, self.inputs = n, source, inputs
        self.function, self.ones, self.literals = function, ones, literals
        self.n_uses, self.stored = 0, None

    @property
    def is_given(self):
        """Whether a task has these values without work."""
        is_numbers = not self.inputs and self.source.read is read_numbers
        return is_numbers or self.function is item


def use(*many, is_crossed=False):
    """Note that another job needs the values of sequences."""
    for each in many:
        # What tasks make of a partition of the table is stored only for a search.
        each.n_uses += is_crossed or not each.source.is_table


def item(number, values):
    """Return a value of a list that tasks have."""
    return values[number]

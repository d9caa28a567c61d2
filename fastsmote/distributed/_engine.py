"""`Engine` of plans on dask: every operation adds tasks to the graph of a call, lazily."""

from dataclasses import dataclass
from functools import partial
from typing import Any


@dataclass(frozen=True)
class Task:
    """A `One`: the result of a task."""

    key: Any


@dataclass(frozen=True)
class Value:
    """A value that the plan has; it travels with the tasks that get it."""

    value: Any


@dataclass(frozen=True)
class Sequence:
    """A `Many`.

    Attributes
    ----------
    items : list of Task or Value
    """

    items: list

    @property
    def n(self):
        """The number of values."""
        return len(self.items)

    @property
    def keys(self):
        """The keys of tasks, if no value is one that the plan has."""
        return [item.key for item in self.items]

    @classmethod
    def of_keys(cls, keys):
        """Return the sequence of the results of tasks."""
        return cls([Task(key) for key in keys])


class DaskEngine:
    """`fastsmote._cluster.engine.Engine` over a `Graph`."""

    def __init__(self, graph):
        self.graph = graph

    def one(self, function, *values, **literals):
        """Add a task."""
        return self._add(function, *values, **literals)

    def each(self, function, many, *ones, **literals):
        """Add a task for each number."""
        many = many if isinstance(many, tuple) else (many,)
        items = zip(*(each.items for each in many), strict=True)
        return Sequence([self._add(function, *values, *ones, **literals) for values in items])

    def numbered(self, n, function, *ones, **literals):
        """Add a task for each of n numbers."""
        return self.each(function, self.given(range(n)), *ones, **literals)

    def given(self, values):
        """Return values as a `Many`, without a task."""
        return Sequence([Value(value) for value in values])

    def together(self, *many):
        """Concatenate sequences, without a task."""
        return Sequence([item for each in many for item in each.items])

    def reduce(self, join, many):
        """Add tasks that join all values in a tree."""
        return Task(self.graph.reduce(join, self._keys(many)))

    def cross(self, function, left, right, join, boxes=None):
        """Add tasks that search or compare pairs.

        The graph is made before any box is known, so pairs that do not meet have tasks too. Such
        a task gets no right value.
        """
        if boxes is None:
            return Sequence([self._searched(function, each, right, join) for each in left.items])
        left_boxes, right_boxes, meet = boxes
        function, join = partial(_of_met, function), partial(_join_met, join)
        joined = []
        for asking, box in zip(left.items, left_boxes.items, strict=True):
            met = self.each(_if_met, (right, right_boxes), box, meet=meet)
            joined.append(self._searched(function, asking, met, join))
        return Sequence(joined)

    def _searched(self, function, asking, right, join):
        found = [self._add(function, asking, item) for item in right.items]
        return self.reduce(join, Sequence(found))

    def exchange(self, split, many, n, join, *ones):
        """Add tasks that split values, select the pieces and join them."""
        splits = self.each(split, many, *ones)
        return Sequence(
            [self.one(join, self.each(_piece, splits, number=number)) for number in range(n)]
        )

    def _add(self, function, *arguments, **literals):
        """Add a task whose arguments are of the classes `Task`, `Value` and `Sequence`."""
        keys, values = [], []
        for position, argument in enumerate(arguments):
            if isinstance(argument, Value):
                values.append((position, argument.value))
            elif isinstance(argument, Task):
                keys.append(argument.key)
            elif all(isinstance(item, Value) for item in argument.items):
                values.append((position, [item.value for item in argument.items]))
            else:
                keys.append(self._keys(argument))
        return Task(self.graph.add(function, *keys, values=values, **literals))

    def _keys(self, many):
        """Return the keys of all values; tasks return those that the plan has."""
        return [
            item.key if isinstance(item, Task) else self._add(_given, item).key
            for item in many.items
        ]


def _given(value):
    return value


def _piece(pieces, number):
    return pieces[number]


def _if_met(right, right_box, left_box, meet):
    return right if meet(left_box, right_box) else None


def _of_met(function, left, right):
    return None if right is None else function(left, right)


def _join_met(join, results):
    results = [result for result in results if result is not None]
    return join(results) if len(results) > 1 else next(iter(results), None)

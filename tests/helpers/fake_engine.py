"""An engine that runs plans in this process and treats them as badly as a cluster may.

Tasks run in a random order, and some of them run twice. Some results are lost and computed again
when they are needed. Functions, arguments and results are pickled each time, so a task cannot
change the arguments of another one, share state with it, or be a closure.
"""

import pickle

import numpy as np

MOST_JOINED = 4


class _Task:
    """A function to run, pickled, and the tasks whose results it gets."""

    def __init__(self, function, literals, arguments):
        self.call = pickle.dumps((function, literals))
        self.arguments = arguments  # each a task, or a list of tasks
        self.result = None  # pickled
        self.was_lost = False

    def needed(self):
        """Return the tasks whose results this task gets."""
        for argument in self.arguments:
            yield from argument if isinstance(argument, list) else [argument]

    def run(self):
        """Run the function on copies of the results of the needed tasks."""
        function, literals = pickle.loads(self.call)
        arguments = [
            [pickle.loads(task.result) for task in argument]
            if isinstance(argument, list)
            else pickle.loads(argument.result)
            for argument in self.arguments
        ]
        self.result = pickle.dumps(function(*arguments, **literals))


class FakeOne:
    """The `One` of this engine."""

    def __init__(self, task):
        self.task = task


class FakeMany:
    """The `Many` of this engine."""

    def __init__(self, tasks):
        self.tasks = tasks
        self.n = len(tasks)


def _return(value):
    return value


def _pick(values, number):
    return values[number]


class FakeEngine:
    """An `Engine` in this process.

    Parameters
    ----------
    seed : int, default=0
        Seed of the order of the tasks, the repetitions, the losses and the groupings.
    share : float, default=0.2
        The share of the tasks that run twice, and of the results that are lost once.

    Attributes
    ----------
    n_runs, n_lost, n_pairs : int
        The tasks that ran, the results that were lost, and the pairs of `cross` that met.
    """

    def __init__(self, seed=0, share=0.2):
        self._random, self._share = np.random.default_rng(seed), share
        self.n_runs = self.n_lost = self.n_pairs = 0

    # The protocol

    def one(self, function, *values, **literals):
        """Run one task."""
        return FakeOne(self._add(function, literals, map(_argument, values)))

    def each(self, function, many, *ones, **literals):
        """Run one task for each number."""
        many = many if isinstance(many, tuple) else (many,)
        assert len({each.n for each in many}) == 1, "sequences of different lengths"
        broadcast = [one.task for one in ones]
        return FakeMany(
            [
                self._add(function, literals, [*own, *broadcast])
                for own in zip(*(each.tasks for each in many), strict=True)
            ]
        )

    def numbered(self, n, function, *ones, **literals):
        """Run one task for each of n numbers."""
        return self.each(function, self.given(list(range(n))), *ones, **literals)

    def given(self, values):
        """Return a sequence of values that the plan has."""
        return FakeMany([self._add(_return, {"value": value}, []) for value in values])

    def together(self, *many):
        """Concatenate sequences."""
        return FakeMany([task for each in many for task in each.tasks])

    def reduce(self, join, many):
        """Join all values in random groups."""
        return FakeOne(self._reduced(join, many.tasks))

    def cross(self, function, left, right, join, boxes=None):
        """Run a task for each pair whose boxes meet, and join the results of each left value."""
        are_met = np.ones((left.n, right.n), bool)
        if boxes is not None:
            of_left, of_right, meet = boxes
            lows, highs = self.values(of_left), self.values(of_right)
            are_met = np.array([[meet(a, b) for b in highs] for a in lows]).reshape(are_met.shape)
            assert are_met.any(axis=1).all(), "a left value meets no right value"
        self.n_pairs += int(are_met.sum())
        return FakeMany(
            [
                self._reduced(
                    join,
                    [
                        self._add(function, {}, [task, right.tasks[number]])
                        for number in np.flatnonzero(are_met[place])
                    ],
                )
                for place, task in enumerate(left.tasks)
            ]
        )

    def exchange(self, split, many, n, join, *ones):
        """Split all values, and join the pieces of each number in a random order."""
        pieces = self.each(_split, many, *ones, split=split, n=n).tasks
        return FakeMany(
            [
                self._add(
                    join,
                    {},
                    [
                        [
                            self._add(_pick, {"number": number}, [task])
                            for task in self._mixed(pieces)
                        ]
                    ],
                )
                for number in range(n)
            ]
        )

    # What tests see

    def value(self, one):
        """Return the value of a `One`."""
        return self._computed([one.task])[0]

    def values(self, many):
        """Return the values of a `Many`."""
        return self._computed(many.tasks)

    # Running

    def _add(self, function, literals, arguments):
        return _Task(function, literals, list(arguments))

    def _reduced(self, join, tasks):
        assert tasks, "a reduction of no value"
        tasks = self._mixed(tasks)
        while len(tasks) > 1 or self._random.random() < self._share:
            groups, start = [], 0
            while start < len(tasks):
                stop = start + int(self._random.integers(1, MOST_JOINED + 1))
                groups.append(tasks[start:stop])
                start = stop
            tasks = self._mixed([self._add(join, {}, [group]) for group in groups])
        return tasks[0]

    def _mixed(self, values):
        return [values[place] for place in self._random.permutation(len(values))]

    def _computed(self, tasks):
        """Run what is needed in a random order; results that were lost are computed again."""
        waiting = self._waiting(tasks)
        while waiting:
            ready = [task for task in waiting if not any(t in waiting for t in task.needed())]
            for task in self._mixed(ready):
                self._run(task)
                del waiting[task]
                self._lose(task)
        for task in tasks:
            self._restore(task)
        return [pickle.loads(task.result) for task in tasks]

    def _waiting(self, tasks):
        found, stack = {}, list(tasks)
        while stack:
            task = stack.pop()
            if task not in found and task.result is None:
                found[task] = None
                stack.extend(task.needed())
        return found

    def _run(self, task):
        for needed in task.needed():
            self._restore(needed)
        for _ in range(2 if self._random.random() < self._share else 1):
            task.run()
            self.n_runs += 1

    def _lose(self, task):
        if not task.was_lost and self._random.random() < self._share:
            task.result, task.was_lost = None, True
            self.n_lost += 1

    def _restore(self, task):
        if task.result is None:
            self._run(task)


def _argument(value):
    return value.task if isinstance(value, FakeOne) else value.tasks


def _split(value, *ones, split, n):
    pieces = split(value, *ones)
    assert len(pieces) == n, f"{len(pieces)} pieces for {n} numbers"
    return pieces

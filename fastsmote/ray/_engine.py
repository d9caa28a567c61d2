"""The engine of Ray: a task is a remote function, and a handle refers to objects in Ray's store.

Ray runs the task of a lost object again, because each function is pure. Arguments that are
references are resolved by Ray before the task starts, so a lost argument is computed again too.
"""

from functools import partial
from itertools import pairwise

import numpy as np
import ray
from ray.exceptions import RayTaskError

from fastsmote._threads import threads

FAN_IN = 8  # results that one task of a reduction joins
# How often Ray reruns a task whose worker or result is lost. Machines may come and go, but a task
# that ends its worker each time must fail in the end.
MAX_RETRIES = 10
TASKS_PER_CORE = 4  # tasks of a cross product that are submitted and not joined yet


class Ref:
    """The handle of one value: a reference to an object of Ray."""

    def __init__(self, ref):
        self.ref = ref


class Refs:
    """The handle of a sequence of values: a list of references."""

    def __init__(self, refs):
        self.refs = list(refs)

    n = property(lambda self: len(self.refs))


# Tasks


@ray.remote(max_retries=MAX_RETRIES)
def _run(function, literals, lengths, *values):
    """Call a function. A length says how many values are one list; None is a value as it is."""
    arguments, start = [], 0
    for length in lengths:
        stop = start + (1 if length is None else length)
        arguments.append(values[start] if length is None else list(values[start:stop]))
        start = stop
    with threads(1):  # Ray uses every core by running a task on each
        return function(*arguments, **literals)


def _find_in_group(left, rights, function, join):
    """Join the results of some right values one by one, so that two are held at a time."""
    found = function(left, rights[0])
    for right in rights[1:]:
        found = join([found, function(left, right)])
    return found


def _split(*values, split, n):
    """Return the pieces as Ray takes them: one result is not a list."""
    pieces = split(*values)
    return pieces[0] if n == 1 else tuple(pieces)


def _name_of(function):
    """Return the name that Ray shows for a task."""
    while isinstance(function, partial):
        function = function.func
    return f"fastsmote.{function.__name__.strip('_')}"


def _submit(function, values, literals, named=None, n_results=1):
    """Submit a task for values that are handles or literals; return the reference of its result."""
    lengths, refs = [], []
    for value in values:
        is_many = isinstance(value, Refs)
        lengths.append(value.n if is_many else None)
        refs.extend(value.refs if is_many else [getattr(value, "ref", value)])
    task = _run.options(name=_name_of(named or function), num_returns=n_results)
    return task.remote(function, literals, lengths, *refs)


class RayEngine:
    """Run the functions of a plan as tasks of Ray, as `fastsmote._cluster.engine.Engine` says.

    Tasks start at once. `cross` also waits: it submits pairs only while few results wait to be
    joined, so that the object store does not fill.
    """

    def one(self, function, /, *values, **literals):
        """Run one task."""
        return Ref(_submit(function, values, literals))

    def each(self, function, many, /, *ones, **literals):
        """Run one task for each number."""
        return Refs(_submit(function, [*values, *ones], literals) for values in _by_number(many))

    def numbered(self, n, function, /, *ones, **literals):
        """Run one task for each of n numbers."""
        return Refs(_submit(function, [number, *ones], literals) for number in range(n))

    def given(self, values):
        """Put small values into the object store."""
        return Refs(ray.put(value) for value in values)

    def together(self, *many):
        """Concatenate sequences."""
        return Refs(ref for each in many for ref in each.refs)

    def reduce(self, join, many):
        """Join all values in a tree."""
        refs = many.refs
        while len(refs) > 1:
            groups = (refs[i : i + FAN_IN] for i in range(0, len(refs), FAN_IN))
            refs = [group[0] if len(group) == 1 else _join(join, group) for group in groups]
        return Ref(refs[0])

    def cross(self, function, left, right, join, boxes=None):
        """Run the pairs that meet, some in a task, and join the results of each left value.

        Each task gets up to 8 right values, fewer if there are few pairs for the cores.
        """
        meeting, n_cores = _find_meeting(left, right, boxes), _count_cores()
        n_pairs = sum(map(len, meeting))
        size = int(np.clip(n_pairs // (TASKS_PER_CORE * n_cores), 1, FAN_IN))
        window, joined = _Window(TASKS_PER_CORE * n_cores), []
        search = partial(_find_in_group, function=function, join=join)
        for ref, numbers in zip(left.refs, meeting, strict=True):
            found = []
            for start, stop in pairwise([*range(0, len(numbers), size), len(numbers)]):
                rights = Refs(right.refs[number] for number in numbers[start:stop])
                found.append(_submit(search, [Ref(ref), rights], {}, named=function))
            joined.append(self.reduce(join, Refs(found)).ref)
            window.add(joined[-1], len(found))
        return Refs(joined)

    def exchange(self, split, many, n, join, *ones):
        """Split each value into n pieces, and join the pieces of each number.

        `many` may be a tuple, as for `each`.
        """
        cut, pieces = partial(_split, n=n, split=split), []
        for values in _by_number(many):
            made = _submit(cut, [*values, *ones], {}, named=split, n_results=n)
            pieces.append([made] if n == 1 else made)
        return Refs(_join(join, of_number) for of_number in zip(*pieces, strict=True))

    def fetch(self, handle):
        """Return the value of a `Ref`, or the list of values of `Refs`, in this process.

        Raises
        ------
        Exception
            The exception of the task that failed, as the task raised it.
        """
        refs = handle.refs if isinstance(handle, Refs) else [handle.ref]
        try:
            values = ray.get(refs)
        except RayTaskError:
            # Its own text is the traceback of a worker.
            raise _first_error(refs).cause from None
        return values if isinstance(handle, Refs) else values[0]


def _first_error(refs):
    """Return the error of lowest number. All are looked at: Ray logs errors that nobody sees."""
    errors = []
    for ref in refs:
        try:
            ray.get(ref)
        except RayTaskError as error:
            errors.append(error)
    return errors[0]


def _by_number(many):
    """Return the handles of the values of each number, for a `Refs` or a tuple of these."""
    many = many if isinstance(many, tuple) else (many,)
    return [list(map(Ref, refs)) for refs in zip(*(each.refs for each in many), strict=True)]


def _join(join, refs):
    return _submit(join, [Refs(refs)], {})


def _count_cores():
    return max(1, int(ray.cluster_resources().get("CPU", 1)))


def _find_meeting(left, right, boxes):
    """Return the numbers of the right values that each left value meets."""
    if boxes is None:
        return [range(right.n)] * left.n
    of_left, of_right, meet = boxes
    lefts, rights = RayEngine().fetch(of_left), RayEngine().fetch(of_right)
    return [[i for i, box in enumerate(rights) if meet(one, box)] for one in lefts]


class _Window:
    """Waits until less than a number of submitted tasks are not joined.

    Ray starts tasks in the order of submission, and a task that joins results is ready only
    later: without a limit the results of all pairs would wait for it in the object store.
    """

    def __init__(self, n_tasks):
        self._n_tasks, self._waiting = n_tasks, {}

    def add(self, ref, n_tasks):
        """Add a result that joins some tasks, and wait if too many are not joined."""
        self._waiting[ref] = n_tasks
        while sum(self._waiting.values()) > self._n_tasks and len(self._waiting) > 1:
            done, _ = ray.wait(list(self._waiting), num_returns=1, fetch_local=False)
            for ref in done:
                del self._waiting[ref]

"""The graph of the tasks of one call, and the threads that a task may use."""

import os
import threading
from functools import partial
from itertools import count
from uuid import uuid4

from dask.highlevelgraph import HighLevelGraph

from fastsmote._threads import get_n_threads, threads

FAN_IN = 8  # results that one task of a reduction joins


def _share_of_threads():
    """Return how many threads the task that calls this function may use.

    A threaded scheduler keeps every core busy with tasks, so each task gets one thread. The
    synchronous scheduler runs tasks in the main thread, and a task gets all threads. On a
    worker of a cluster, FASTSMOTE_NUM_THREADS, if set, is shared among the worker's threads.
    """
    if threading.current_thread() is threading.main_thread():
        return get_n_threads()
    if not os.environ.get("FASTSMOTE_NUM_THREADS"):
        return 1
    try:
        from distributed import get_worker

        return max(1, get_n_threads() // get_worker().state.nthreads)
    except (ImportError, ValueError):  # not in a worker thread
        return 1


def _run(function, literals, values, *args):
    args = list(args)
    for position, value in values:
        args.insert(position, value)
    with threads(_share_of_threads()):
        return function(*args, **literals)


def _name_of(function):
    """Return the name that the tasks of a function have in dask's dashboard."""
    while isinstance(function, partial):
        function = function.func
    return getattr(function, "__name__", type(function).__name__).strip("_")


class Graph:
    """The tasks of one call, which are pure functions of the results of other tasks.

    If a worker is lost, dask runs its tasks again and gets the same results. Every call uses
    new names.

    Attributes
    ----------
    tasks : dict of {key: task}
        The tasks, in the format of a dask graph.
    """

    def __init__(self, *collections):
        self.token, self.tasks, self._numbers = uuid4().hex, {}, count()
        self._collections = collections  # whose tasks the tasks of this graph may depend on

    def name(self, what):
        """Return the common first element of the keys of some tasks."""
        return f"fastsmote-{what}-{self.token}"

    def add(self, function, *keys, values=(), **literals):
        """Add a task that calls ``function(*results, **literals)``, and return its key.

        Parameters
        ----------
        function : callable
        *keys : tuple or list of tuple
            The function gets the results of these tasks; for a list of keys, it gets a list.
        values : list of (int, object), default=()
            Arguments that are not results, with their positions, ascending.
        """
        key = (self.name(_name_of(function)), next(self._numbers))
        self.tasks[key] = (partial(_run, function, literals, tuple(values)), *keys)
        return key

    def reduce(self, function, keys):
        """Join results in a tree with a function that takes a list of results."""
        while len(keys) > 1:
            keys = [self.add(function, keys[i : i + FAN_IN]) for i in range(0, len(keys), FAN_IN)]
        return keys[0]

    def layers(self, what, tasks):
        """Return a dask graph of all tasks, with one more layer of tasks that use them."""
        own = self.name("tasks")
        graph = HighLevelGraph.from_collections(own, self.tasks, self._collections)
        below = {own, *graph.dependencies[own]}
        return HighLevelGraph(
            {**graph.layers, self.name(what): tasks},
            {**graph.dependencies, self.name(what): below},
        )

"""The tasks of one call, and the number of threads that each of them may use."""

import os
import threading
from functools import partial
from uuid import uuid4

from dask.highlevelgraph import HighLevelGraph

from fastsmote._threads import get_n_threads, threads

FAN_IN = 8  # results that one task of a reduction holds at a time


def _share_of_threads():
    """How many threads a task that runs here and now may use.

    A scheduler that runs tasks in threads of its own keeps every core busy with them: one
    each. The synchronous one runs them in the main thread. A worker of a cluster may have
    fewer threads than cores, which FASTSMOTE_NUM_THREADS, the worker's in all, then says.
    """
    if threading.current_thread() is threading.main_thread():
        return get_n_threads()
    if not os.environ.get("FASTSMOTE_NUM_THREADS"):
        return 1
    try:
        from distributed import get_worker

        return max(1, get_n_threads() // get_worker().state.nthreads)
    except (ImportError, ValueError):  # not a thread of a worker
        return 1


def _run(function, literals, *args):
    with threads(_share_of_threads()):
        return function(*args, **literals)


class Graph:
    """Tasks that are added one by one: pure functions of each other's results.

    Tasks may be run again, after a worker was lost, and give the same. The names are new for
    every call.

    Attributes
    ----------
    tasks : dict of {key: task}
        As dask's graphs are specified.
    """

    def __init__(self, *collections):
        self.token, self.tasks = uuid4().hex, {}
        self._collections = collections  # whose tasks those here may take results of

    def name(self, what):
        """The first part of the keys of some tasks."""
        return f"fastsmote-{what}-{self.token}"

    def add(self, what, function, *keys, place=(), **literals):
        """Add ``function(*results of keys, **literals)``; a list of keys gives a list."""
        key = (self.name(what), *place)
        self.tasks[key] = (partial(_run, function, literals), *keys)
        return key

    def reduce(self, what, function, keys, place=()):
        """Join results, a few at a time, by a function that takes a list of them."""
        level = 0
        while len(keys) > 1:
            keys = [
                self.add(what, function, keys[i : i + FAN_IN], place=(*place, level, i))
                for i in range(0, len(keys), FAN_IN)
            ]
            level += 1
        return keys[0]

    def layers(self, what, tasks):
        """All tasks, and above them some more, as dask's graph of layers."""
        own = self.name("tasks")
        graph = HighLevelGraph.from_collections(own, self.tasks, self._collections)
        below = {own, *graph.dependencies[own]}
        return HighLevelGraph(
            {**graph.layers, self.name(what): tasks},
            {**graph.dependencies, self.name(what): below},
        )

"""Dask collections in, the same kinds out: their partitions are keys of a graph."""

from collections.abc import Mapping

import dask
import dask.array as da
import numpy as np
from dask.delayed import Delayed
from dask.utils import get_default_shuffle_method

from fastsmote._base.dataframes import as_frame, read_numbers
from fastsmote.distributed._columns import not_numbers
from fastsmote.distributed._parts import ArrayLabels, ArrayRows, FrameRows, SeriesLabels

TARGET = "fastsmote-target"  # the column of y in a table of X and y


def is_frame(collection, n_dims):
    """Whether a collection is a dask DataFrame, for 2, or Series, for 1."""
    try:
        from dask.dataframe import DataFrame, Series
    except ImportError:  # the extra was installed by halves
        return False
    return isinstance(collection, DataFrame if n_dims == 2 else Series)


def _named(collection):
    return f"{type(collection).__module__.partition('.')[0]}'s {type(collection).__name__}"


def open_features(X, in_memory):
    """X as `ArrayFeatures` or `FrameFeatures`.

    Raises
    ------
    TypeError
        If X is no dask DataFrame or Array of NumPy arrays.
    ValueError
        If it is not a matrix in partitions of whole rows.
    """
    if is_frame(X, 2):
        return FrameFeatures(X, FrameRows)
    if not isinstance(X, da.Array):
        raise TypeError(
            f"X is {_named(X)}, it must be a dask DataFrame or dask Array. For X in memory use "
            f"{in_memory}."
        )
    if not isinstance(X._meta, np.ndarray):
        raise TypeError(
            f"X is a dask Array of chunks of {_named(X._meta)}, they must be NumPy's. For "
            f"sparse X in memory use {in_memory}."
        )
    if X.ndim != 2:
        raise ValueError(f"X has {X.ndim} dimensions, it must have 2: rows and features.")
    if X.numblocks[1] != 1:
        raise ValueError(
            f"X has {X.numblocks[1]} chunks along its columns, it must have 1: pass "
            f"X.rechunk({{1: -1}})."
        )
    return ArrayFeatures(X, ArrayRows)


def open_target(y, in_memory):
    """y as `_Array` or `_Frame`.

    Raises
    ------
    TypeError
        If y is no dask Series or Array.
    ValueError
        If it has more than one dimension.
    """
    if is_frame(y, 1):
        return _Frame(y, SeriesLabels)
    if not isinstance(y, da.Array):
        raise TypeError(
            f"y is {_named(y)}, it must be a dask Series or dask Array. For y in memory use "
            f"{in_memory}."
        )
    if y.ndim != 1:
        raise ValueError(f"y has {y.ndim} dimensions, it must have 1: pass y.ravel().")
    return _Array(y, ArrayLabels)


def planned(frame):
    """A DataFrame or Series in the partitions that it is read in, the same at every run.

    Dask shuffles by way of the disk where there is no cluster. Its rows are then in the order
    in which threads wrote them, another one at every run, and those that were counted would
    not be those that are read later. Shuffles by tasks and peer to peer keep the order.

    Raises
    ------
    ValueError
        If a shuffle by way of the disk was asked for.
    """
    method = get_default_shuffle_method()
    with dask.config.set({"dataframe.shuffle.method": "tasks" if method == "disk" else method}):
        frame = frame.optimize()
    if any(type(node).__name__ == "DiskShuffle" for node in frame.expr.walk()):
        raise ValueError(
            "shuffle_method='disk' was passed to a merge or shuffle, or configured: its order of "
            "rows changes from run to run. Pass shuffle_method='tasks'."
        )
    return frame


def optimized_together(X, y):
    """X and y of one table, as collections whose partitions hold the same rows.

    Dask plans each collection apart: it reads few columns of many files in fewer and larger
    partitions, and a merge may put the rows of one partition in another order. Where that can
    be, both become columns of one table, which is planned once. Columns of X are then read
    for the target too.
    """
    if not (is_frame(X, 2) and is_frame(y, 1)) or X.npartitions != y.npartitions:
        return X, y
    is_one_plan = X.optimize().npartitions == y.optimize().npartitions
    if (is_one_plan and _is_by_partition(X) and _is_by_partition(y)) or not X.columns.is_unique:
        return X, y
    from dask.dataframe import from_graph

    meta = X._meta.assign(**{TARGET: y._meta.array})
    table = X.map_partitions(_with_target, y, meta=meta, align_dataframes=False)
    table = planned(table)
    graph, keys = table.__dask_graph__(), list(table.__dask_keys__())
    divisions = (None,) * (len(keys) + 1)
    table = from_graph(graph, table._meta, divisions, keys, "fastsmote-table")
    return table[list(X.columns)], table[TARGET].rename(y.name)


def _is_by_partition(collection):
    """Whether each partition is made of one partition of what is read."""
    # By the names of classes: their module moved from version to version.
    return all(
        any(base.__name__ in ("Blockwise", "IO") for base in type(node).__mro__)
        for node in collection.optimize(fuse=False).expr.walk()
    )


def _with_target(X, y):
    """A partition of X with that of y, row by row and not by their indexes."""
    if len(X) != len(y):
        raise ValueError(
            f"a partition has {len(X)} rows in X and {len(y)} in y, they must be the same rows: "
            f"take X and y from one collection."
        )
    return X.assign(**{TARGET: y.array})


class _Named(Mapping):
    """A graph that is known by a name: its content need not be hashed."""

    def __init__(self, tasks, name):
        self._tasks, self._name = tasks, name

    def __dask_tokenize__(self):
        return self._name

    def __getitem__(self, key):
        return self._tasks[key]

    def __iter__(self):
        return iter(self._tasks)

    def __len__(self):
        return len(self._tasks)


class _Array:
    """A dask Array, in chunks of rows.

    Attributes
    ----------
    collection : dask Array
    keys : list
        Of the partitions, in order.
    lengths : list of int or nan
        Their rows, as far as known before they are computed.
    rows
        What reads and writes them: of a class of `_parts` that is given.
    """

    def __init__(self, array, rows_of):
        self.collection, self.rows = array, rows_of(array.dtype)
        self.keys = [(array.name, i, *[0] * (array.ndim - 1)) for i in range(array.numblocks[0])]
        self.lengths = list(array.chunks[0])

    def hold(self, graph, what, keys, persist):
        """What tasks give, one result a partition, computed now; as Delayed objects.

        As an Array: its graph is then optimized as that of any Array over the same
        partitions, and a cluster sees each key mean one task only.
        """
        name = graph.name(f"{what}-held")
        tasks = {(name, i): key for i, key in enumerate(keys)}
        layers = graph.layers(f"{what}-held", tasks)
        held = persist(da.Array(layers, name, ((1,) * len(keys),), dtype=object))
        return held.to_delayed(optimize_graph=False).tolist()

    def made_of(self, graph, what, keys, lengths):
        """A dask Array of other partitions, which tasks of a graph or its own make."""
        name, array = graph.name(what), self.collection
        zeros = [0] * (array.ndim - 1)
        layers = graph.layers(what, {(name, i, *zeros): key for i, key in enumerate(keys)})
        chunks = (tuple(lengths), *array.chunks[1:])
        return da.Array(layers, name, chunks, dtype=array.dtype, meta=array._meta)


class _Frame:
    """A dask DataFrame or Series; attributes as for `_Array`."""

    def __init__(self, frame, rows_of):
        # Optimized once, so that what is searched and what is put out are the same tasks.
        self.collection = planned(frame)
        self.keys = list(self.collection.__dask_keys__())
        self.lengths, self.rows = [np.nan] * len(self.keys), rows_of(self.collection._meta)

    def hold(self, graph, what, keys, persist):
        """What tasks give, one result a partition, computed now; as Delayed objects."""
        layers = graph.layers(what, {})
        return persist([Delayed(key, layers, layer=graph.name("tasks")) for key in keys])

    def made_of(self, graph, what, keys, lengths, meta=None):
        """A dask DataFrame or Series of other partitions."""
        from dask.dataframe import from_graph

        meta = self.collection._meta if meta is None else meta
        # Only the tasks that are needed: older versions of dask run all of them.
        tasks = graph.layers(what, {}).cull(set(keys)).to_dict()
        tasks = _Named(tasks, graph.name(what))
        divisions = (None,) * (len(keys) + 1)
        return from_graph(tasks, meta, divisions, keys, f"fastsmote-{what}")


class ArrayFeatures(_Array):
    """X, a dask Array."""

    dtype = property(lambda self: self.collection.dtype)
    n_features = property(lambda self: self.collection.shape[1])
    named = None

    def numbers(self):
        """What reads and writes its numbers."""
        _check_dtype("X", self.dtype, "X.astype('float64')")
        return self.rows


class FrameFeatures(_Frame):
    """X, a dask DataFrame."""

    _rows_of = FrameRows
    named = property(lambda self: self.collection._meta)
    n_features = property(lambda self: self.named.shape[1])

    def numbers(self):
        """What reads and writes its numbers."""
        meta = self.named
        if not meta.columns.is_unique:
            twice = meta.columns[meta.columns.duplicated()].tolist()[0]
            raise ValueError(f"X has more than one column {twice!r}, names must be unique.")
        others = [f"{name!r} ({dtype})" for name, dtype in not_numbers(meta).items()]
        matrix, dtypes = read_numbers(as_frame(meta))
        if others or matrix is None:
            raise ValueError(
                f"X must have numeric columns only: encode or drop "
                f"{', '.join(others) or 'columns that are all booleans'}."
            )
        _check_dtype("X's columns together", matrix.dtype, "X.astype('float64')")
        return self._rows_of(meta, matrix.dtype, dtypes)


def _check_dtype(what, dtype, cure):
    if dtype not in (np.float32, np.float64) and dtype.kind not in "iu":
        raise ValueError(
            f"{what}: dtype {dtype}, it must be float32, float64 or integer: pass {cure}."
        )

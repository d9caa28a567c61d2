"""Dask Arrays and DataFrames, with their partitions as keys of a graph."""

from collections.abc import Mapping
from dataclasses import replace

import dask
import dask.array as da
import numpy as np
from dask.delayed import Delayed
from dask.utils import get_default_shuffle_method

from fastsmote._base.dataframes import as_frame, has_extension_dtype, read_numbers
from fastsmote._cluster.columns import check_are_unique, not_numbers
from fastsmote.distributed._mixed import MixedArrayRows, MixedFrameRows
from fastsmote.distributed._partitions import ArrayLabels, ArrayRows, FrameRows, SeriesLabels

TARGET = "fastsmote-target"  # the name of y as a column of a table of X and y


def is_frame(collection, n_dims):
    """Return whether a collection is a dask DataFrame (``n_dims=2``) or Series (1)."""
    try:
        from dask.dataframe import DataFrame, Series
    except ImportError:  # dask is installed without its dataframe dependencies
        return False
    return isinstance(collection, DataFrame if n_dims == 2 else Series)


def _named(collection):
    return f"{type(collection).__module__.partition('.')[0]}'s {type(collection).__name__}"


def open_features(X, in_memory):
    """Return X as `ArrayFeatures` or `FrameFeatures`.

    Raises
    ------
    TypeError
        If X is not a dask DataFrame or a dask Array of NumPy arrays.
    ValueError
        If X is not a matrix in partitions of whole rows.
    """
    if is_frame(X, 2):
        return FrameFeatures(X, FrameRows)
    if not isinstance(X, da.Array):
        raise TypeError(
            f"X is {_named(X)}; it must be a dask DataFrame or dask Array. For X in memory use "
            f"{in_memory}."
        )
    if not isinstance(X._meta, np.ndarray):
        raise TypeError(
            f"X is a dask Array of {_named(X._meta)}; it must be of NumPy arrays. For sparse X in "
            f"memory use {in_memory}."
        )
    if X.ndim != 2:
        raise ValueError(f"X has {X.ndim} dimensions; it must have 2: rows and features.")
    if X.numblocks[1] != 1:
        raise ValueError(
            f"X has {X.numblocks[1]} chunks along its columns; it must have 1: pass "
            f"X.rechunk({{1: -1}})."
        )
    return ArrayFeatures(X, ArrayRows)


def open_target(y, in_memory):
    """Return y as `_Array` or `_Frame`.

    Raises
    ------
    TypeError
        If y is not a dask Series or Array.
    ValueError
        If y has more than one dimension.
    """
    if is_frame(y, 1):
        return _Frame(y, SeriesLabels)
    if not isinstance(y, da.Array):
        raise TypeError(
            f"y is {_named(y)}; it must be a dask Series or dask Array. For y in memory use "
            f"{in_memory}."
        )
    if y.ndim != 1:
        raise ValueError(f"y has {y.ndim} dimensions; it must have 1: pass y.ravel().")
    return _Array(y, ArrayLabels)


def planned(frame):
    """Optimize a DataFrame or Series so that every run reads the same partitions.

    Without a cluster, dask shuffles through files on the disk. The rows are then in the order
    in which threads wrote them, which changes from run to run: the rows that are counted now
    would differ from the rows that are read later. Task-based and peer-to-peer shuffles keep
    the order.

    Raises
    ------
    ValueError
        If a shuffle through the disk was requested.
    """
    method = get_default_shuffle_method()
    with dask.config.set({"dataframe.shuffle.method": "tasks" if method == "disk" else method}):
        frame = frame.optimize()
    if any(type(node).__name__ == "DiskShuffle" for node in frame.expr.walk()):
        raise ValueError(
            "shuffle_method='disk' was passed to a merge or shuffle, or configured. Its order of "
            "rows changes from run to run. Pass shuffle_method='tasks'."
        )
    return frame


def optimized_together(X, y):
    """Return X and y as collections whose partitions hold the same rows.

    Dask optimizes each collection separately. If few columns are needed, it reads many files
    in fewer and larger partitions, and a merge may reorder the rows of a partition. If this
    can happen, X and y become columns of one table, which is optimized once. The columns of X
    are then read for the target too.
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
    """Return whether each partition depends on only one partition of the input."""
    # Compared by name: the module of these classes differs between versions of dask.
    return all(
        any(base.__name__ in ("Blockwise", "IO") for base in type(node).__mro__)
        for node in collection.optimize(fuse=False).expr.walk()
    )


def _with_target(X, y):
    """Add y to a partition of X, by position and not by index."""
    if len(X) != len(y):
        raise ValueError(
            f"a partition has {len(X)} rows in X and {len(y)} in y; they must be the same rows: "
            f"take X and y from one collection."
        )
    return X.assign(**{TARGET: y.array})


class _Named(Mapping):
    """A graph with a name for dask to hash instead of its content."""

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
    """A dask Array in chunks of rows.

    Attributes
    ----------
    collection : dask Array
    keys : list
        The keys of the partitions, in order.
    lengths : list of int or nan
        The number of rows of each partition; nan if not known before it is computed.
    rows
        Reads and writes partitions: an instance of a class in `_partitions`.
    """

    def __init__(self, array, rows_of):
        self.collection, self.rows = array, rows_of(array.dtype)
        self.keys = [(array.name, i, *[0] * (array.ndim - 1)) for i in range(array.numblocks[0])]
        self.lengths = list(array.chunks[0])

    def hold(self, graph, what, keys, persist):
        """Compute tasks now, one per partition, and return the results as Delayed objects.

        The tasks become an Array, so that dask optimizes their graph like that of any Array
        over the same partitions. Otherwise a cluster could get two tasks for one key.
        """
        name = graph.name(f"{what}-held")
        tasks = {(name, i): key for i, key in enumerate(keys)}
        layers = graph.layers(f"{what}-held", tasks)
        held = persist(da.Array(layers, name, ((1,) * len(keys),), dtype=object))
        return held.to_delayed(optimize_graph=False).tolist()

    def made_of(self, graph, what, keys, lengths):
        """Return a dask Array like this one, with the partitions of the given keys."""
        name, array = graph.name(what), self.collection
        zeros = [0] * (array.ndim - 1)
        layers = graph.layers(what, {(name, i, *zeros): key for i, key in enumerate(keys)})
        chunks = (tuple(lengths), *array.chunks[1:])
        return da.Array(layers, name, chunks, dtype=array.dtype, meta=array._meta)


class _Frame:
    """A dask DataFrame or Series, with the attributes of `_Array`."""

    def __init__(self, frame, rows_of):
        # Optimized once: the search and the result then share the same tasks.
        self.collection = planned(frame)
        self.keys = list(self.collection.__dask_keys__())
        self.lengths, self.rows = [np.nan] * len(self.keys), rows_of(self.collection._meta)

    def hold(self, graph, what, keys, persist):
        """Compute tasks now, one per partition, and return the results as Delayed objects."""
        layers = graph.layers(what, {})
        return persist([Delayed(key, layers, layer=graph.name("tasks")) for key in keys])

    def made_of(self, graph, what, keys, lengths, meta=None):
        """Return a dask DataFrame or Series with the partitions of the given keys."""
        from dask.dataframe import from_graph

        meta = self.collection._meta if meta is None else meta
        # Culled here: older versions of dask run all tasks.
        tasks = graph.layers(what, {}).cull(set(keys)).to_dict()
        tasks = _Named(tasks, graph.name(what))
        divisions = (None,) * (len(keys) + 1)
        return from_graph(tasks, meta, divisions, keys, f"fastsmote-{what}")


class ArrayFeatures(_Array):
    """X as a dask Array."""

    dtype = property(lambda self: self.collection.dtype)
    n_features = property(lambda self: self.collection.shape[1])
    named = None

    def numbers(self):
        """Check the dtypes, and return the reader and writer of partitions."""
        _check_dtype("X", self.dtype, "X.astype('float64')")
        return self.rows

    def mixed(self, categorical):
        """Check the dtypes, and return the reader and writer of numbers and categories."""
        numeric = [j for j in range(self.n_features) if j not in categorical]
        dtype = np.dtype(np.float64) if self.dtype == object else self.dtype
        _check_dtype("X", dtype, "X.astype(object)")
        return MixedArrayRows(numeric, categorical, dtype, self.dtype)


class FrameFeatures(_Frame):
    """X as a dask DataFrame."""

    _rows_of = FrameRows
    named = property(lambda self: self.collection._meta)
    n_features = property(lambda self: self.named.shape[1])

    def numbers(self):
        """Check the dtypes, and return the reader and writer of partitions."""
        problem = "X must have numeric columns only: encode or drop"
        return self._numbers_of(self.named, self._rows_of, problem)

    def mixed(self, categorical):
        """Check the dtypes, and return the reader and writer of numbers and categories."""
        meta = self.named
        check_are_unique(meta.columns.tolist())
        numeric = [j for j in range(self.n_features) if j not in categorical]
        problem = "categorical_features must name all columns that are not numeric: name or drop"
        rows = self._numbers_of(meta.iloc[:, numeric], FrameRows, problem)
        if rows.dtype.kind in "iu" and has_extension_dtype(rows.meta):
            # As in scikit-learn, by which SMOTENC reads numbers of pandas in memory.
            rows = replace(rows, dtype=np.dtype(np.float64))
        return MixedFrameRows(meta, rows, meta.columns[categorical].tolist())

    def _numbers_of(self, meta, rows_of, problem):
        check_are_unique(meta.columns.tolist())
        others = [f"{name!r} ({dtype})" for name, dtype in not_numbers(meta).items()]
        matrix, dtypes = read_numbers(as_frame(meta))
        if others or matrix is None:
            listed = ", ".join(others) or "columns that are all booleans"
            raise ValueError(f"{problem} {listed}.")
        _check_dtype("the columns of X together", matrix.dtype, "X.astype('float64')")
        return rows_of(meta, matrix.dtype, dtypes)


def _check_dtype(what, dtype, cure):
    if dtype not in (np.float32, np.float64) and dtype.kind not in "iu":
        raise ValueError(
            f"{what}: dtype {dtype}; it must be float32, float64 or integer: pass {cure}."
        )

"""SMOTE, Borderline-SMOTE and ADASYN of dask collections."""

from copy import deepcopy
from functools import partial
from numbers import Integral

import numpy as np
from sklearn.utils import check_random_state

from fastsmote import over_sampling
from fastsmote._compiled import rows_to_make
from fastsmote._plan import DrawnGivenCounts, DrawnPairs
from fastsmote._provenance import Parents
from fastsmote._running import join_found
from fastsmote.distributed._estimator import TakesCollections
from fastsmote.distributed._random import move_on, snapshot
from fastsmote.distributed._search import Search, find_nearest

# Tasks


def _parents(queries, shards, k):
    """SMOTE: every row of a class with its nearest of the class."""
    neighbors = np.empty((len(queries.rows), k), np.int64)
    for own in shards:
        neighbors[own.rows] = own.neighbors[:, :k]
    return Parents(None, queries.X, queries.rows, neighbors)


def _are_others(queries, shards, found, k):
    """Of the k nearest of each query among all rows, which are of another class."""
    are_others = np.empty((len(queries.rows), k), bool)
    for own, (places, _, rows) in zip(shards, found, strict=True):
        # Every query has found k rows, so that the places are those of all of them.
        are_others[own.rows[places]] = ~queries.are_among(rows[:, :k])[0]
    return are_others


def _parents_in_danger(queries, shards, found, sampler):
    """Borderline-SMOTE 1: the rows in danger with their nearest of the class."""
    are_others = _are_others(queries, shards, found, sampler.m_neighbors)
    bases = np.flatnonzero(sampler._in_danger(are_others))
    neighbors = _parents(queries, shards, sampler.k_neighbors).neighbors[bases]
    return Parents(None, queries.X, queries.rows, neighbors, bases)


def _counts(queries, shards, found, sampler, n_new):
    """ADASYN: how many new rows each row is the base of."""
    return sampler._counts(_are_others(queries, shards, found, sampler.n_neighbors), n_new)


def _count_bases(parents):
    return len(parents.bases)


def _draw_pairs(n_bases, random_state, k, n_new):
    # A copy: the task may be run again.
    return _draw_pairs_of(deepcopy(random_state), n_bases, k, n_new)


def _draw_pairs_of(random_state, n_bases, k, n_new):
    """SMOTE's draws of every class, one after the other; None where there are no bases."""
    return [
        DrawnPairs(random_state, of_class, k, n) if of_class else None
        for of_class, n in zip(n_bases, n_new, strict=True)
    ]


def _draw_given_counts(counts, random_state, k):
    """ADASYN's draws of every class, from one stream."""
    random_state = check_random_state(deepcopy(random_state))
    return [DrawnGivenCounts(random_state, k, of_class) for of_class in counts]


def _range(draws, number, part, n_parts):
    """Which of a class's new rows one partition holds, and after how many other new rows."""
    before = sum(each.n_new for each in draws[:number] if each is not None)
    n_new = 0 if draws[number] is None else draws[number].n_new
    return part * n_new // n_parts, (part + 1) * n_new // n_parts, before


def _make_rows(parents, draws, number, part, n_parts, first_row, rows):
    """One partition of synthetic rows."""
    start, stop, before = _range(draws, number, part, n_parts)
    if start == stop:
        return rows.write(parents.X[:0], first_row)
    made, _ = parents.make(draws[number].take(start, stop))
    return rows.write(made, first_row + before + start)


def _make_labels(draws, number, part, n_parts, first_row, rows, label, dtype):
    """The same partition of the target."""
    start, stop, before = _range(draws, number, part, n_parts)
    return rows.write(label, stop - start, dtype, first_row + before + start)


# Samplers


class _OverSampler(TakesCollections):
    """Mixin: what `_plan` plans, appended to the collections that were passed.

    ``_plan(call, to_make)`` returns for each class the key of its `Parents`, the key of
    the list of all draws, and whether as many rows are drawn as are asked for.
    """

    def _resample(self, call):
        to_make = rows_to_make(self.sampling_strategy_)
        for label, _ in to_make:
            name = self._neighbors_parameters[0]
            k, n_rows = getattr(self, name), call.survey.n_rows_of(label)
            if n_rows <= k:
                label = getattr(label, "item", lambda label=label: label)()
                raise ValueError(
                    f"class {label!r} has {n_rows} rows, {name}={k} needs {k + 1} or more: lower "
                    f"{name}, or leave the class out by sampling_strategy."
                )
        parents, draws, are_known = self._plan(call, to_make) if to_make else ([], None, True)
        numbers, new_X, new_y, new_lengths = call.X.numbers(), [], [], []
        for number, (label, n_new) in enumerate(to_make):
            n_parts = call.n_parts_for(n_new)
            for part in range(n_parts):
                which = {"number": number, "part": part, "n_parts": n_parts}
                which |= {"first_row": int(call.survey.starts[-1]), "place": (number, part)}
                new_X.append(
                    call.graph.add(
                        "make", _make_rows, parents[number], draws, rows=numbers, **which
                    )
                )
                new_y.append(
                    call.graph.add(
                        "label", _make_labels, draws, rows=call.y.rows, label=label,
                        dtype=call.survey.dtype_of(label), **which,
                    )
                )  # fmt: skip
                n_rows = (part + 1) * n_new // n_parts - part * n_new // n_parts
                new_lengths.append(n_rows if are_known else np.nan)
        return call.appended(new_X, new_y, new_lengths)

    def _judge(self, call, to_make, what, function, k, n_own, **literals):
        """For each class a task that gets its rows, their nearest of the class and of all."""
        search = Search(call)
        gathered = [search.gather(label) for label, _ in to_make]
        blocks = search.blocks(sum(n_rows for _, n_rows in gathered))
        judged, shards_of_classes = [], []
        for number, (queries, n_rows) in enumerate(gathered):
            shards = search.shards(queries, n_rows, n_own)
            found = [
                search.among_all(
                    "found", search.ask(queries, own, k), blocks, find_nearest,
                    partial(join_found, k=k),
                )
                for own in shards
            ]  # fmt: skip
            given = {name: values[number] for name, values in literals.items()}
            judged.append(
                call.graph.add(
                    what, function, queries, shards, found,
                    place=(number,), sampler=self._in_memory(), **given,
                )
            )  # fmt: skip
            shards_of_classes.append((queries, shards))
        return judged, shards_of_classes


class SMOTE(_OverSampler, over_sampling.SMOTE):
    """SMOTE of dask collections: new rows between a row and one of its neighbors.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As for imbalanced-learn: which classes to over-sample, and up to how many rows.
    random_state : int, RandomState instance or None, default=None
        An int gives the same rows at every call, and starts the same stream of draws for
        each class. An instance goes on as it does in memory.
    k_neighbors : int >= 1, default=5
        How many neighbors a row may be joined with.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to make of each class.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a DataFrame, where they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.over_sampling.SMOTE` for the same table in memory, bit
    for bit and in order, for any number of partitions, threads and workers, and after a
    worker was lost. Ties and the paper's steps are described there.

    `fit_resample` reads the target, once, and nothing of X. The partitions that were passed
    come first, as the same tasks, and below them partitions of new rows, class by class,
    none of them larger than the largest that was passed. A DataFrame's integer index goes
    on in new rows; any other is missing there. X is float32, float64 or integer, or columns
    of numbers, and finite, which is checked where it is read.

    The rows of a class to over-sample are gathered by one task and have to fit into one
    worker. They are searched in shards. The target of the result needs no features.


    References
    ----------
    N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: synthetic minority
    over-sampling technique", Journal of Artificial Intelligence Research 16, 321-357,
    2002, section 4.2.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import SMOTE
    >>> X = da.from_array(np.arange(40.0).reshape(20, 2) ** 2, chunks=(7, 2))
    >>> y = da.from_array(np.repeat([0, 1], [13, 7]), chunks=7)
    >>> X_resampled, y_resampled = SMOTE(random_state=0).fit_resample(X, y)
    >>> X_resampled.chunks[0]
    (7, 7, 6, 6)
    """

    _neighbors_parameters = ("k_neighbors",)

    def _plan(self, call, to_make):
        search, k, parents = Search(call), self.k_neighbors, []
        for number, (label, _) in enumerate(to_make):
            queries, n_rows = search.gather(label)
            shards = search.shards(queries, n_rows, k)
            parents.append(
                call.graph.add("parents", _parents, queries, shards, place=(number,), k=k)
            )
        drawing = {
            "n_bases": [call.survey.n_rows_of(label) for label, _ in to_make],
            "k": k,
            "n_new": [n for _, n in to_make],
        }
        random_state = snapshot(self.random_state)
        draws = call.graph.add(
            "draws", _draw_pairs, place=(0,), random_state=random_state, **drawing
        )
        if not isinstance(self.random_state, Integral):
            _draw_pairs_of(check_random_state(self.random_state), **drawing)
        return parents, draws, True


class BorderlineSMOTE(_OverSampler, over_sampling.BorderlineSMOTE):
    """Borderline-SMOTE 1 of dask collections: new rows next to the rows that are in danger.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As for imbalanced-learn: which classes to over-sample, and up to how many rows.
    random_state : int, RandomState instance or None, default=None
        An int gives the same rows at every call, and starts the same
        stream of draws for each class. Of an
        instance the state of now is what the rows are drawn with; it goes on from a seed of
        its own, as it is not known yet how many numbers will be drawn.
    k_neighbors : int >= 1, default=5
        How many neighbors a row in danger may be joined with.
    m_neighbors : int >= 1, default=10
        Among how many nearest rows of any class danger is judged.
    kind : {"borderline-1"}, default="borderline-1"
        The partners of "borderline-2" are rows of every class, in any partition: it is
        refused.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows asked for of each class.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a DataFrame, where they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.over_sampling.BorderlineSMOTE` for the same table in memory, bit
    for bit and in order, for any number of partitions, threads and workers, and after a
    worker was lost. Ties and the paper's steps are described there.

    `fit_resample` reads the target, once, and nothing of X. The partitions that were passed
    come first, as the same tasks, and below them partitions of new rows, class by class,
    none of them larger than the largest that was passed. A DataFrame's integer index goes
    on in new rows; any other is missing there. X is float32, float64 or integer, or columns
    of numbers, and finite, which is checked where it is read.

    The rows of the classes to over-sample are gathered by one task a class and have to fit
    into one worker. Each partition is searched by all of them once; a partition that cannot
    be held until they are gathered is spilled, or read again, as the scheduler sees fit. How
    many rows there will be is known when they are computed: a class without a row in danger
    gets none.


    References
    ----------
    H. Han, W.-Y. Wang, B.-H. Mao, "Borderline-SMOTE: a new over-sampling method in
    imbalanced data sets learning", ICIC 2005, LNCS 3644, 878-887, section 3.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import BorderlineSMOTE
    >>> X = da.from_array(np.random.RandomState(0).randn(60, 2), chunks=(20, 2))
    >>> y = da.from_array(np.repeat([0, 1], [45, 15]), chunks=20)
    >>> X_resampled, y_resampled = BorderlineSMOTE(random_state=0).fit_resample(X, y)
    >>> len(X_resampled.compute()) == len(y_resampled.compute())
    True
    """

    _neighbors_parameters = ("k_neighbors", "m_neighbors")

    def _plan(self, call, to_make):
        if self.kind != "borderline-1":
            raise ValueError(
                f"kind is {self.kind!r}, it must be 'borderline-1': the partners of the other are "
                f"rows of every class. For tables in memory use "
                f"fastsmote.over_sampling.BorderlineSMOTE."
            )
        m, n_rows = self.m_neighbors, int(call.survey.starts[-1])
        if n_rows <= m:
            raise ValueError(
                f"y has {n_rows} rows, m_neighbors={m} needs {m + 1} or more: lower m_neighbors."
            )
        parents, _ = self._judge(
            call, to_make, "parents", _parents_in_danger, m, max(self.k_neighbors, m)
        )
        n_bases = [
            call.graph.add("n-bases", _count_bases, each, place=(number,))
            for number, each in enumerate(parents)
        ]
        drawing = {"random_state": snapshot(self.random_state), "k": self.k_neighbors}
        drawing["n_new"] = [n for _, n in to_make]
        draws = call.graph.add("draws", _draw_pairs, n_bases, place=(0,), **drawing)
        move_on(self.random_state)
        return parents, draws, False


class ADASYN(_OverSampler, over_sampling.ADASYN):
    """ADASYN of dask collections: more new rows where more neighbors are of another class.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As for imbalanced-learn: which classes to over-sample, and up to about how many rows.
    random_state : int, RandomState instance or None, default=None
        An int gives the same rows at every call; one stream serves all classes. Of an
        instance the state of now is what the rows are drawn with; it goes on from a seed of
        its own, as it is not known yet how many numbers will be drawn.
    n_neighbors : int >= 1, default=5
        Among how many nearest rows the share of other classes is counted, and how many
        rows of its class a row may be joined with.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows asked for of each class.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Column names of a DataFrame, where they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.over_sampling.ADASYN` for the same table in memory, bit
    for bit and in order, for any number of partitions, threads and workers, and after a
    worker was lost. Ties and the paper's steps are described there.

    `fit_resample` reads the target, once, and nothing of X. The partitions that were passed
    come first, as the same tasks, and below them partitions of new rows, class by class,
    none of them larger than the largest that was passed. A DataFrame's integer index goes
    on in new rows; any other is missing there. X is float32, float64 or integer, or columns
    of numbers, and finite, which is checked where it is read.

    What is gathered and searched is as for `BorderlineSMOTE`. How many rows there will be is
    known when they are computed, and so is whether no neighbor at all is of another class:
    ``RuntimeError``, or ``ValueError`` if every count rounds to zero, are raised then.


    References
    ----------
    H. He, Y. Bai, E. A. Garcia, S. Li, "ADASYN: adaptive synthetic sampling approach for
    imbalanced learning", IJCNN 2008, 1322-1328, section 3.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import ADASYN
    >>> X = da.from_array(np.random.RandomState(0).randn(60, 2), chunks=(20, 2))
    >>> y = da.from_array(np.repeat([0, 1], [45, 15]), chunks=20)
    >>> X_resampled, y_resampled = ADASYN(random_state=0).fit_resample(X, y)
    >>> len(X_resampled.compute()) == len(y_resampled.compute())
    True
    """

    _neighbors_parameters = ("n_neighbors",)

    def _plan(self, call, to_make):
        k, n_new = self.n_neighbors, [n for _, n in to_make]
        counts, own = self._judge(call, to_make, "counts", _counts, k, k, n_new=n_new)
        parents = [
            call.graph.add("parents", _parents, queries, shards, place=(number,), k=k)
            for number, (queries, shards) in enumerate(own)
        ]
        drawn = {"random_state": snapshot(self.random_state), "k": k}
        draws = call.graph.add("draws", _draw_given_counts, counts, place=(0,), **drawn)
        move_on(self.random_state)
        return parents, draws, False

"""Tomek links and random under-sampling of dask collections."""

from itertools import pairwise
from numbers import Integral

import numpy as np

from fastsmote import under_sampling
from fastsmote._base.classes import check_are_integers
from fastsmote._rules.tomek import EnemyPairs, find_partners, join_partners
from fastsmote.distributed._estimator import TakesCollections
from fastsmote.distributed._partitions import ArrayRows
from fastsmote.distributed._picks import draw_picks, draw_picks_again, pick, pick_rows, put
from fastsmote.distributed._random import snapshot
from fastsmote.distributed._search import Search

# Tasks of Tomek links


def _nearest_enemies(queries, own, met, largest):
    """Find the queries of a shard whose nearest row of all is of another class.

    Return `EnemyPairs`, the labels of the queries, and the labels of their nearest rows.
    """
    is_query, places = queries.are_among(met.rows)
    labels = queries.labels[places]
    labels[~is_query] = largest
    asking = own.query_rows[met.queries]
    is_enemy = labels != queries.labels[asking]
    pairs = EnemyPairs(
        queries.rows[asking[is_enemy]],
        met.rows[is_enemy],
        met.sq_distances[is_enemy][:, None],
        met.X[is_enemy],
    )
    return pairs, queries.labels[asking[is_enemy]], labels[is_enemy]


def _are_mutual(enemies, block):
    """Whether each pair may be a link, given only the rows of one partition."""
    nearest = enemies[0].others_nearest()
    nearest.add(nearest.find(block))
    return enemies[0].are_mutual(nearest)


def _removed(enemies, is_link, targeted):
    """Return the row numbers of the ends of links that are of targeted classes, ascending."""
    found = [np.empty(0, np.int64)]
    for (pairs, labels, labels_of_others), links in zip(enemies, is_link, strict=True):
        found.append(pairs.rows[links & _are_in(labels, targeted)])
        found.append(pairs.others[links & _are_in(labels_of_others, targeted)])
    return np.unique(np.concatenate(found))


def _are_in(labels, targeted):
    return np.fromiter((label in targeted for label in labels.tolist()), bool, len(labels))


def _kept_places(classes, removed, first_row):
    is_kept = np.ones(len(classes.codes), bool)
    start, stop = np.searchsorted(removed, [first_row, first_row + len(is_kept)])
    is_kept[removed[start:stop] - first_row] = False
    return np.flatnonzero(is_kept)


def _keep(partition, classes, removed, first_row, rows):
    """Return the kept rows of a partition."""
    classes.check_rows_of(partition, first_row)
    return rows.take(partition, _kept_places(classes, removed, first_row))


def _kept_rows(classes, removed, first_row):
    """Return the numbers of the kept rows."""
    return first_row + _kept_places(classes, removed, first_row)


class TomekLinks(TakesCollections, under_sampling.TomekLinks):
    """Tomek links for dask collections: remove the ends of links that are of targeted classes.

    Parameters
    ----------
    sampling_strategy : str or list, default="auto"
        As in imbalanced-learn: the classes whose rows may be removed. "auto" means all
        classes except the minority.

    Attributes
    ----------
    sampling_strategy_ : dict
        The keys are the targeted classes.
    sample_indices_ : dask Array of shape (n_kept,), int64
        The numbers of the rows that are kept, ascending; lazy.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.under_sampling.TomekLinks` for the same table in memory,
    in the same order, for any number of partitions, threads and workers, and even if a
    worker is lost. That class documents ties.

    `fit_resample` reads the target once and does not read X. The result has the partitions of
    the input without the removed rows; the rows of a DataFrame keep their index. X must have
    dtype float32, float64 or integer, or numeric columns. The tasks that read X check that it
    is finite.

    One task gathers the rows outside the largest class, so these rows must fit into the memory
    of one worker. Each partition is searched twice: first for the nearest row of each gathered
    row, then for rows that are nearer to that nearest row. A worker holds or spills the
    partitions until then.

    References
    ----------
    I. Tomek, "Two modifications of CNN", IEEE Transactions on Systems, Man, and
    Cybernetics 6, 769-772, 1976, section II.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import TomekLinks
    >>> X = da.from_array(np.array([[0.0], [1.0], [1.1], [3.0], [3.5], [4.1]]), chunks=(2, 1))
    >>> y = da.from_array(np.array([1, 1, 0, 0, 0, 0]), chunks=2)
    >>> tomek = TomekLinks()
    >>> X_resampled, y_resampled = tomek.fit_resample(X, y)
    >>> tomek.sample_indices_.compute()
    array([0, 1, 3, 4, 5])
    """

    def __init__(self, *, sampling_strategy="auto", missing="error"):
        super().__init__(sampling_strategy=sampling_strategy, missing=missing)

    def _resample(self, call):
        enemies, is_link = self._add_pairs(call, Search(call))
        targeted = set(self.sampling_strategy_)
        removed = call.graph.add(
            "removed", _removed, enemies, is_link, place=(0,), targeted=targeted
        )
        new, n_partitions = {"X": [], "y": [], "rows": []}, range(len(call.X.keys))
        for i in n_partitions:
            new["rows"].append(call.add_for_partition("kept-rows", _kept_rows, i, None, removed))
            for name, data in (("X", call.X), ("y", call.y)):
                key = call.add_for_partition(
                    f"kept-{name}", _keep, i, data, removed, rows=data.rows
                )
                new[name].append(key)
        lengths = [np.nan for _ in n_partitions]
        self.sample_indices_ = call.array_of("rows", new["rows"], lengths)
        return call.replaced(new["X"], new["y"], lengths)

    def _add_pairs(self, call, search):
        """Add tasks that find, for each shard, pairs and which of them are links."""
        largest = call.survey.largest()
        queries, n_queries = search.gather(largest, is_wanted=False)
        blocks, enemies, is_link = search.blocks(n_queries), [], []
        for own in search.shards(queries, n_queries, 1):
            asking = search.ask(queries, own, 1)
            met = search.among_all("met", asking, blocks, find_partners, join_partners)
            pairs = call.graph.add(
                "enemies", _nearest_enemies, queries, own, met, place=own[1:], largest=largest
            )
            enemies.append(pairs)
            is_link.append(
                search.among_all("links", pairs, blocks, _are_mutual, np.logical_and.reduce)
            )
        return enemies, is_link


class RandomUnderSampler(TakesCollections, under_sampling.RandomUnderSampler):
    """Random under-sampling for dask collections: keep rows that are drawn at random.

    Parameters
    ----------
    sampling_strategy : float, str or dict, default="auto"
        As in imbalanced-learn: which classes to under-sample, and to how many rows.
    random_state : int, RandomState instance or None, default=None
        Controls the draws. An instance advances exactly as it does in memory.
    replacement : bool, default=False
        Whether a row may be drawn more than once.

    Attributes
    ----------
    sampling_strategy_ : dict
        The number of rows to keep of each targeted class.
    sample_indices_ : dask Array of shape (n_kept,), int64
        The numbers of the rows that are kept, class by class, in the order in which the rows
        of a targeted class were drawn; lazy.
    n_features_in_ : int
        The number of features.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        The column names of a DataFrame, if they are all strings.

    Notes
    -----
    The rows are those of `fastsmote.under_sampling.RandomUnderSampler` for the same table in
    memory, in the same order, for any number of partitions, threads and workers, and even if
    a worker is lost. The drawn rows come from all partitions and form new partitions; each is
    at most as large as the largest partition of the input.

    `fit_resample` reads the target once and does not read X, which may have any dtypes. The
    rows of a DataFrame keep their index.

    Examples
    --------
    >>> import dask.array as da, numpy as np
    >>> from fastsmote.distributed import RandomUnderSampler
    >>> X = da.from_array(np.arange(12).reshape(6, 2), chunks=(3, 2))
    >>> y = da.from_array(np.array([0, 0, 0, 0, 1, 1]), chunks=3)
    >>> _, y_resampled = RandomUnderSampler(random_state=0).fit_resample(X, y)
    >>> np.bincount(y_resampled.compute()).tolist()
    [2, 2]
    """

    _takes_any_columns = True

    def _resample(self, call):
        survey, labels = call.survey, call.survey.labels.tolist()
        check_are_integers(self.sampling_strategy_, "rows to keep")
        n_kept = [self.sampling_strategy_.get(label) for label in labels]
        drawing = {"counts": survey.counts, "n_kept": n_kept, "replacement": self.replacement}
        random_state = snapshot(self.random_state)
        picks = call.graph.add(
            "picks", draw_picks_again, place=(0,), random_state=random_state, **drawing
        )
        if not isinstance(self.random_state, Integral):
            draw_picks(self.random_state, **drawing)
        n_rows = sum(
            survey.n_rows_of(label) if n is None else int(n)
            for label, n in zip(labels, n_kept, strict=True)
        )
        n_partitions = call.n_partitions_for(n_rows)
        bounds = [i * n_rows // n_partitions for i in range(n_partitions + 1)]
        new = [
            self._add_partition(call, picks, labels, start, stop)
            for start, stop in pairwise(bounds)
        ]
        lengths = np.diff(bounds).tolist()
        new_X, new_y, new_rows = zip(*new, strict=True)
        self.sample_indices_ = call.array_of("rows", new_rows, lengths)
        return call.replaced(list(new_X), list(new_y), lengths)

    def _add_partition(self, call, picks, labels, start, stop):
        """Add the tasks for one new partition of X, of y and of the row numbers."""
        made, selection = [], {"labels": labels, "start": start, "stop": stop}
        for name, data in (("X", call.X), ("y", call.y), ("rows", None)):
            pick_some, given = (pick_rows, {}) if data is None else (pick, {"rows": data.rows})
            picked = [
                call.add_for_partition(
                    f"picked-{name}", pick_some, i, data, picks,
                    place=(start,), number=i, **given, **selection,
                )
                for i in call.partitions
            ]  # fmt: skip
            rows = ArrayRows(np.dtype(np.int64)) if data is None else data.rows
            made.append(call.graph.add(f"put-{name}", put, picked, place=(start,), rows=rows))
        return made

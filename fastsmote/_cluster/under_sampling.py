"""Plans of under-samplers: Tomek links and random under-sampling."""

from __future__ import annotations

from functools import partial
from numbers import Integral

import numpy as np

from fastsmote import under_sampling
from fastsmote._base.classes import check_are_integers
from fastsmote._cluster.picks import draw_picks, draw_picks_again, even_bounds, select_picked
from fastsmote._cluster.random import snapshot
from fastsmote._cluster.sampler import Sampler
from fastsmote._cluster.search import Search
from fastsmote._cluster.table import KeptRows, PickedRows
from fastsmote._rules.tomek import EnemyPairs, find_partners, join_partners
from fastsmote._types import CleaningStrategy, Missing

# Tasks of Tomek links


def _nearest_enemies(own, met, queries, largest):
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


def are_mutual(enemies, block):
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


def places_kept(classes, place, removed):
    """Return the places of the rows of a partition that are not among the removed rows.

    Parameters
    ----------
    classes : PartClasses
    place : Place
    removed : ndarray of shape (n,), int64
        Row numbers, ascending, each once.
    """
    is_kept = np.ones(len(classes.codes), bool)
    start, stop = np.searchsorted(removed, [place.first_row, place.first_row + len(is_kept)])
    is_kept[removed[start:stop] - place.first_row] = False
    return np.flatnonzero(is_kept)


class TomekLinks(Sampler, under_sampling.TomekLinks):
    """Tomek links of tables in partitions."""

    def __init__(
        self,
        *,
        sampling_strategy: CleaningStrategy = "auto",
        missing: Missing = "error",
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy, missing=missing)

    def _plan(self, table):
        enemies, is_link = self._plan_pairs(table, Search(table))
        targeted = set(self.sampling_strategy_)
        removed = table.engine.one(_removed, enemies, is_link, targeted=targeted)
        return [KeptRows(list(range(len(table.survey.lengths))), places_kept, (removed,))]

    def _plan_pairs(self, table, search):
        """Find pairs for each shard, and which of them are links."""
        largest = table.survey.largest()
        queries, n_queries = search.gather(largest, is_wanted=False)
        blocks = search.blocks(n_queries)
        shards = search.shards(queries, n_queries, 1)
        asking = search.ask(queries, shards, 1)
        met = search.among_all(asking, blocks, find_partners, join_partners)
        enemies = table.engine.each(_nearest_enemies, (shards, met), queries, largest=largest)
        is_link = search.among_all(enemies, blocks, are_mutual, np.logical_and.reduce)
        return enemies, is_link


class RandomUnderSampler(Sampler, under_sampling.RandomUnderSampler):
    """Random under-sampling of tables in partitions."""

    _takes_any_columns = True

    def _plan(self, table):
        survey, labels = table.survey, table.survey.labels.tolist()
        check_are_integers(self.sampling_strategy_, "rows to keep")
        n_kept = [self.sampling_strategy_.get(label) for label in labels]
        drawing = {"counts": survey.counts, "n_kept": n_kept, "replacement": self.replacement}
        random_state = snapshot(self.random_state)
        picks = table.engine.one(draw_picks_again, random_state=random_state, **drawing)
        if not isinstance(self.random_state, Integral):
            draw_picks(self.random_state, **drawing)
        n_rows = sum(
            survey.n_rows_of(label) if n is None else int(n)
            for label, n in zip(labels, n_kept, strict=True)
        )
        bounds = even_bounds(n_rows, survey.n_partitions_for(n_rows))
        return [PickedRows(bounds, partial(select_picked, labels=labels), (picks,))]

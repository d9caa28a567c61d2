"""What each sampler makes of a job: the stretches of rows that the output is made of."""

import numpy as np
import pyarrow as pa
from sklearn.utils import check_random_state

from fastsmote._kernels.layout import NO_ROW
from fastsmote._rules.danger import are_in_danger
from fastsmote._rules.density import rows_by_density
from fastsmote._rules.tomek import find_links
from fastsmote._search.lists import search_array
from fastsmote._search.mixed import nearest_mixed
from fastsmote._search.streaming import Block, RunningLists, nearest_within
from fastsmote._synthesis.draws import (
    DrawnGivenCounts,
    DrawnPairs,
    DrawnRepeats,
    draw_categories,
    draw_rows,
)
from fastsmote._synthesis.provenance import Parents
from fastsmote.offline._categories import category_weight, code_type, collect_categories
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._segments import Gathered, Originals, Repeated, Synthetic
from fastsmote.offline._survey import largest_class


def originals_of(job):
    """The input's rows, unless only new ones are wanted."""
    return [] if job.options.only_synthetic else [Originals(job)]


def _check_classes(job):
    for code, _ in job.to_make:
        job.check_class(code, job.options.k_neighbors, "k-neighbors")


def _smote(job, matrices):
    """For each class to over-sample its rows as parents, and what is drawn."""
    k = job.options.k_neighbors
    for code, n_new in job.to_make:
        X = matrices[code]
        nearest = nearest_within(job.searched(X), k)
        parents = Parents(code, X, job.survey.rows_of(code), nearest.neighbor_rows)
        yield parents, DrawnPairs(job.options.seed, len(X), k, n_new)


def plan_smote(job):
    """SMOTE: each class to over-sample needs its own rows only."""
    _check_classes(job)
    job.find_scale()
    made = _smote(job, job.collect([code for code, _ in job.to_make]))
    return [*originals_of(job), *(Synthetic(job, *drawn) for drawn in made)]


class _Judged:
    """The rows of one class, their nearest among themselves and among all rows."""

    def __init__(self, job, code, X, n_judging):
        self.code, self.X, self.rows = code, X, job.survey.rows_of(code)
        searched = job.searched(X)
        self.own = nearest_within(searched, n_judging)
        self._all = RunningLists(searched, n_judging)
        # A class may have fewer rows than judge: places stay empty.
        is_found = self.own.neighbor_rows != NO_ROW
        own_rows = self.rows[np.where(is_found, self.own.neighbor_rows, 0)]
        self._all.give(self.own.sq_distances, np.where(is_found, own_rows, self._all.neighbor_rows))

    def see(self, rows, codes, X):
        """Let a block of rows of all classes go by."""
        is_other = codes != self.code
        self._all.see(X[is_other], rows[is_other])

    def is_other_class(self, survey):
        """For each of the nearest rows whether it is of another class."""
        return survey.codes[self._all.neighbor_rows] != self.code


def _judge(job, n_judging):
    """Stream all rows past those of the classes to over-sample."""
    matrices = job.collect([code for code, _ in job.to_make])
    judged = [_Judged(job, code, matrices[code], n_judging) for code, _ in job.to_make]
    for block in job.stream("neighbors"):
        for rows_of_class in judged:
            rows_of_class.see(*block)
    return judged


def plan_borderline_smote(job):
    """Borderline-SMOTE 1: rows in danger towards rows of their class."""
    k, m = job.options.k_neighbors, job.options.m_neighbors
    if len(job.survey.codes) <= m:
        raise OfflineError(
            f"{job.source.paths[0]}: has {len(job.survey.codes)} rows, --m-neighbors {m} needs "
            f"{m + 1} or more."
        )
    job.find_scale()
    segments = originals_of(job)
    for judged, (code, n_new) in zip(_judge(job, max(k, m)), job.to_make, strict=True):
        is_other = judged.is_other_class(job.survey)[:, :m]
        danger = np.flatnonzero(are_in_danger(is_other, m))
        if len(danger) == 0:
            continue
        job.check_class(code, k, "k-neighbors")
        partners = judged.own.neighbor_rows[danger, :k]
        parents = Parents(code, judged.X, judged.rows, partners, danger)
        draws = DrawnPairs(job.options.seed, len(danger), k, n_new)
        segments.append(Synthetic(job, parents, draws))
    return segments


def plan_adasyn(job):
    """ADASYN: more new rows where more neighbors are of another class."""
    k = job.options.k_neighbors
    _check_classes(job)
    job.find_scale()
    random_state = check_random_state(job.options.seed)
    segments = originals_of(job)
    for judged, (code, n_new) in zip(_judge(job, k), job.to_make, strict=True):
        try:
            counts = rows_by_density(judged.is_other_class(job.survey), n_new)
        except (RuntimeError, ValueError) as error:
            raise OfflineError(
                f"{job.source.paths[0]}, column {job.columns.target}: class {job.label(code)}: "
                f"{error}"
            ) from error
        parents = Parents(code, judged.X, judged.rows, judged.own.neighbor_rows)
        draws = DrawnGivenCounts(random_state, k, counts)
        segments.append(Synthetic(job, parents, draws))
    return segments


def _rows_of_classes(job, codes):
    """All columns of the rows of some classes, as one table a class."""
    names, parts = job.columns.schema.names, {code: [] for code in codes}
    job.progress.start("minority", len(job.survey.codes))
    for batch in job.written.batches(names, job.batch_rows):
        of_batch = job.survey.codes[batch.first_row : batch.first_row + len(batch)]
        for code in codes:
            offsets = np.flatnonzero(of_batch == code)
            if len(offsets):
                parts[code].append(batch.table.take(pa.array(offsets)))
        job.progress.advance(len(batch))
    return {
        code: pa.Table.from_batches(batches).unify_dictionaries().combine_chunks()
        for code, batches in parts.items()
    }


def plan_random_over(job):
    """Random over-sampling: whole rows again, as drawn."""
    random_state, segments = check_random_state(job.options.seed), originals_of(job)
    tables = _rows_of_classes(job, [code for code, _ in job.to_make])
    for code, n_new in job.to_make:
        draws = DrawnRepeats(random_state, int(job.survey.counts[code]), n_new)
        segments.append(Repeated(job, tables[code], draws))
    return segments


def plan_random_under(job):
    """Random under-sampling: class by class the rows that were drawn, in that order."""
    random_state, n_kept = check_random_state(job.options.seed), dict(job.asked)
    kept = []
    for code in range(len(job.survey.labels)):
        rows = job.survey.rows_of(code)
        if code in n_kept:
            rows = rows[draw_rows(random_state, len(rows), n_kept[code])]
        kept.append(rows)
    return [Gathered(job, np.concatenate(kept))]


class _Table:
    """The original rows and, numbered after them as in the output, synthetic ones."""

    def __init__(self, job, made):
        self._job, self.made = job, made
        n_rows = len(job.survey.codes)
        sizes = [draws.n_new for _, draws in made]
        self.starts = [n_rows + start for start in np.cumsum([0, *sizes])]
        new = [
            np.full(size, parents.code, np.uint8)
            for (parents, _), size in zip(made, sizes, strict=True)
        ]
        self.classes = np.concatenate([job.survey.codes, *new])

    def stream(self, task, without=None):
        """All rows, or those that are not of a class: (features to search, row numbers)."""
        for rows, codes, X in self._job.stream(task):
            if without is not None:
                is_other = codes != without
                rows, X = rows[is_other], X[is_other]
            yield X, rows
        n_rows = self._job.batch_rows
        for (parents, draws), start in zip(self.made, self.starts, strict=False):
            if parents.code == without:
                continue
            for first in range(0, draws.n_new, n_rows):
                stop = min(draws.n_new, first + n_rows)
                X = parents.make(draws.take(first, stop))[0]
                yield self._job.searched(X), np.arange(start + first, start + stop)

    def parts(self, matrices, n_rows):
        """Every row outside the largest class, no more than n_rows of one class at a time.

        Those of a part are near each other, as are the new rows of one base.
        """
        for code, X in matrices.items():
            rows, order = self._job.survey.rows_of(code), self._places_in_order(X)
            for start in range(0, len(rows), n_rows):
                places = np.sort(order[start : start + n_rows])
                yield self._job.searched(X[places]), rows[places]
        for (parents, draws), start in zip(self.made, self.starts, strict=False):
            for places, pairs in draws.of_bases(self._places_in_order(parents.X), n_rows):
                yield self._job.searched(parents.make(pairs)[0]), start + places

    def _places_in_order(self, X):
        return Block(self._job.searched(X), np.arange(len(X))).places_in_order()


def _find_ends(job, matrices, made):
    """Which rows of the table, the synthetic ones last, are ends of Tomek links."""
    table, largest = _Table(job, made), largest_class(job.survey)
    small = {code: X for code, X in matrices.items() if code != largest}
    parts = table.parts(small, job.query_rows)
    return table, find_links(parts, table.classes, table.stream)


def _small_classes(job):
    largest = largest_class(job.survey)
    return [code for code in range(len(job.survey.labels)) if code != largest]


def plan_tomek_links(job):
    """Tomek links: the rows of targeted classes stay that are no end of a link."""
    job.find_scale()
    _, is_end = _find_ends(job, job.collect(_small_classes(job)), [])
    targeted = [code for code, _ in job.asked]
    return [Originals(job, ~(is_end & np.isin(job.survey.codes, targeted)))]


def plan_smote_tomek(job):
    """SMOTE, then every end of a Tomek link goes, synthetic ones too."""
    _check_classes(job)
    job.find_scale()
    matrices = job.collect(sorted({*_small_classes(job), *(code for code, _ in job.to_make)}))
    made = list(_smote(job, matrices))
    table, is_end = _find_ends(job, matrices, made)
    n_rows = len(job.survey.codes)
    segments = [] if job.options.only_synthetic else [Originals(job, ~is_end[:n_rows])]
    for (parents, draws), start in zip(made, table.starts, strict=False):
        is_kept = ~is_end[start : start + draws.n_new]
        segments.append(Synthetic(job, parents, draws, is_kept=is_kept))
    return segments


def plan_smotenc(job):
    """SMOTE-NC: numbers as by SMOTE, categories by the vote of the base's neighbors."""
    _check_classes(job)
    k, seed, segments = job.options.k_neighbors, job.options.seed, originals_of(job)
    codes_to_make = [code for code, _ in job.to_make]
    numbers, categories = job.collect(codes_to_make), collect_categories(job, codes_to_make)
    for code, n_new in job.to_make:
        X, codes = numbers[code], categories.codes[code]
        neighbors = nearest_mixed(
            search_array(X), codes, categories.sizes, category_weight(job, code, X), k
        )
        parents = Parents(code, X, job.survey.rows_of(code), neighbors)
        draws = DrawnPairs(seed, len(X), k, n_new)
        codes = codes.astype(code_type(categories.sizes))
        new_codes = draw_categories(seed, codes, neighbors, draws.every_base())
        segments.append(Synthetic(job, parents, draws, categories.columns_of(new_codes)))
    return segments


PLANS = {
    "smote": plan_smote,
    "borderline-smote": plan_borderline_smote,
    "adasyn": plan_adasyn,
    "random-over": plan_random_over,
    "random-under": plan_random_under,
    "smotenc": plan_smotenc,
    "tomek-links": plan_tomek_links,
    "smote-tomek": plan_smote_tomek,
}

"""Plan the output of each sampler as a list of segments."""

import numpy as np
import pyarrow as pa
from sklearn.utils import check_random_state

from fastsmote._kernels.layout import NO_ROW
from fastsmote._recipes.adasyn import ADASYNRecipe
from fastsmote._recipes.borderline_smote import BorderlineSMOTERecipe
from fastsmote._recipes.random_sampling import draw_kept_places
from fastsmote._recipes.smote import SMOTERecipe
from fastsmote._recipes.smotenc import resample_mixed
from fastsmote._rules.tomek import find_links
from fastsmote._search.streaming import Block, RunningLists, nearest_within
from fastsmote._synthesis.draws import DrawnRepeats
from fastsmote._synthesis.provenance import Parents
from fastsmote.offline._categories import checked_weight, collect_categories
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._segments import Gathered, Originals, Repeated, Synthetic
from fastsmote.offline._survey import largest_class


def originals_of(job):
    """Return a segment of the input's rows, or no segment if only new rows are written."""
    return [] if job.options.only_synthetic else [Originals(job)]


class _Judged:
    """The rows of one class, with their nearest rows in the class and among all rows."""

    def __init__(self, job, code, X, n_own, n_judged):
        self.code, self.rows = code, job.survey.rows_of(code)
        searched = job.searched(X)
        self.own = nearest_within(searched, n_own, job.columns.has_missing)
        self._all = RunningLists(searched, n_judged, has_missing=job.columns.has_missing)
        # A class may have too few rows to fill the lists: some places stay empty.
        neighbors = self.own.neighbor_rows[:, :n_judged]
        is_found = neighbors != NO_ROW
        own_rows = self.rows[np.where(is_found, neighbors, 0)]
        sq_distances = self.own.sq_distances[:, :n_judged]
        self._all.give(sq_distances, np.where(is_found, own_rows, NO_ROW))

    def see(self, rows, codes, X):
        """Search a block of rows of all classes."""
        is_other = codes != self.code
        self._all.see(X[is_other], rows[is_other])

    def are_others(self, survey):
        """Whether each of the nearest rows belongs to another class."""
        return survey.codes[self._all.neighbor_rows] != self.code


def _find_lists(job, matrices, recipe):
    """Yield the lists that a recipe needs, for each class to over-sample."""
    codes = [code for code, _ in job.to_make]
    if not recipe.n_judged:
        for code in codes:
            X, has_missing = job.searched(matrices[code]), job.columns.has_missing
            yield nearest_within(X, recipe.n_own, has_missing), None
        return
    judged = [_Judged(job, code, matrices[code], recipe.n_own, recipe.n_judged) for code in codes]
    for block in job.stream("neighbors"):
        for rows_of_class in judged:
            rows_of_class.see(*block)
    for rows_of_class in judged:
        yield rows_of_class.own, rows_of_class.are_others(job.survey)


def _check_classes(job, recipe):
    """Raise an error if the table or a class has too few rows, before the search starts."""
    n_rows = len(job.survey.codes)
    if n_rows <= recipe.n_judged:
        raise OfflineError(
            f"{job.source.paths[0]}: has {n_rows} rows, but --m-neighbors {recipe.n_judged} needs "
            f"{recipe.n_judged + 1} or more."
        )
    if recipe.every_row_is_base:  # otherwise a class may have no base, and need no partners
        for code, _ in job.to_make:
            job.check_class(code, recipe.n_partners, "k-neighbors")


def _follow(job, matrices, recipe):
    """Yield the parents and the draws of the new rows, for each class to over-sample."""
    stream = recipe.open_stream(job.options.seed)
    found = _find_lists(job, matrices, recipe)
    for (own, are_others), (code, n_new) in zip(found, job.to_make, strict=True):
        try:
            bases = recipe.choose_bases(own.neighbor_rows, are_others, n_new)
        except (RuntimeError, ValueError) as error:
            raise OfflineError(
                f"{job.source.paths[0]}, column {job.columns.target}: class {job.label(code)}: "
                f"{error}"
            ) from error
        if len(bases.places) == 0:
            continue
        job.check_class(code, recipe.n_partners, "k-neighbors")
        rows = job.survey.rows_of(code)
        parents = Parents(code, matrices[code], rows, bases.partner_rows, bases.places)
        yield parents, recipe.draw(stream, bases.drawn_from, n_new)


def _segments_of_recipe(job, recipe):
    """Plan an over-sampler that has a recipe."""
    _check_classes(job, recipe)
    job.find_scale()
    matrices = job.collect([code for code, _ in job.to_make])
    return [*originals_of(job), *(Synthetic(job, *made) for made in _follow(job, matrices, recipe))]


def smote_segments(job):
    """Plan SMOTE, which reads only the rows of the classes to over-sample again."""
    return _segments_of_recipe(job, SMOTERecipe(job.options.k_neighbors))


def borderline_smote_segments(job):
    """Plan Borderline-SMOTE 1, which searches all rows for neighbors of the over-sampled rows."""
    options = job.options
    return _segments_of_recipe(job, BorderlineSMOTERecipe(options.k_neighbors, options.m_neighbors))


def adasyn_segments(job):
    """Plan ADASYN, which searches all rows like Borderline-SMOTE."""
    return _segments_of_recipe(job, ADASYNRecipe(job.options.k_neighbors))


def _rows_of_classes(job, codes):
    """Read the rows of some classes, all columns, into one table per class."""
    names, taken = job.columns.schema.names, {code: [] for code in codes}
    job.progress.start("minority", len(job.survey.codes))
    for batch in job.written.batches(names, job.batch_rows):
        of_batch = job.survey.codes[batch.first_row : batch.first_row + len(batch)]
        for code in codes:
            offsets = np.flatnonzero(of_batch == code)
            if len(offsets):
                taken[code].append(batch.table.take(pa.array(offsets)))
        job.progress.advance(len(batch))
    return {
        code: pa.Table.from_batches(batches).unify_dictionaries().combine_chunks()
        for code, batches in taken.items()
    }


def random_over_segments(job):
    """Plan random over-sampling, which repeats whole rows."""
    random_state, segments = check_random_state(job.options.seed), originals_of(job)
    tables = _rows_of_classes(job, [code for code, _ in job.to_make])
    for code, n_new in job.to_make:
        draws = DrawnRepeats(random_state, int(job.survey.counts[code]), n_new)
        segments.append(Repeated(job, tables[code], job.survey.rows_of(code), draws))
    return segments


def random_under_segments(job):
    """Plan random under-sampling: the kept rows, class by class, in the order of the draws."""
    codes, asked = range(len(job.survey.labels)), dict(job.asked)
    rows = [job.survey.rows_of(code) for code in codes]
    n_kept = [asked.get(code) for code in codes]
    drawn = draw_kept_places(job.options.seed, map(len, rows), n_kept)
    kept = [of_class[places] for of_class, places in zip(rows, drawn, strict=True)]
    return [Gathered(job, np.concatenate(kept))]


class _Table:
    """The original rows, followed by the synthetic rows, numbered as in the output."""

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
        """Yield blocks of features and row numbers, of all rows or without those of one class."""
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
                X = self._job.make(parents, draws.take(first, stop))[0]
                yield self._job.searched(X), np.arange(start + first, start + stop)

    def query_blocks(self, matrices, n_rows):
        """Yield every row outside the largest class, in blocks of at most n_rows of one class.

        The rows of a block are near each other; so are the new rows of one base.
        """
        for code, X in matrices.items():
            rows, order = self._job.survey.rows_of(code), self._places_in_order(X)
            for start in range(0, len(rows), n_rows):
                places = np.sort(order[start : start + n_rows])
                yield self._job.searched(X[places]), rows[places]
        for (parents, draws), start in zip(self.made, self.starts, strict=False):
            for places, pairs in draws.of_bases(self._places_in_order(parents.X), n_rows):
                yield self._job.searched(self._job.make(parents, pairs)[0]), start + places

    def _places_in_order(self, X):
        X, has_missing = self._job.searched(X), self._job.columns.has_missing
        return Block(X, np.arange(len(X)), has_missing=has_missing).places_in_order()


def _find_ends(job, matrices, made):
    """Whether each row of the table is an end of a Tomek link; also return the table."""
    table, largest = _Table(job, made), largest_class(job.survey)
    small = {code: X for code, X in matrices.items() if code != largest}
    blocks = table.query_blocks(small, job.query_rows)
    return table, find_links(blocks, table.classes, table.stream, job.columns.has_missing)


def _small_classes(job):
    largest = largest_class(job.survey)
    return [code for code in range(len(job.survey.labels)) if code != largest]


def tomek_links_segments(job):
    """Plan the removal of the ends of Tomek links in targeted classes."""
    job.find_scale()
    _, is_end = _find_ends(job, job.collect(_small_classes(job)), [])
    targeted = [code for code, _ in job.asked]
    return [Originals(job, ~(is_end & np.isin(job.survey.codes, targeted)))]


def smote_tomek_segments(job):
    """Plan SMOTE, followed by the removal of both ends of every Tomek link."""
    recipe = SMOTERecipe(job.options.k_neighbors)
    _check_classes(job, recipe)
    job.find_scale()
    matrices = job.collect(sorted({*_small_classes(job), *(code for code, _ in job.to_make)}))
    made = list(_follow(job, matrices, recipe))
    table, is_end = _find_ends(job, matrices, made)
    n_rows = len(job.survey.codes)
    segments = [] if job.options.only_synthetic else [Originals(job, ~is_end[:n_rows])]
    for (parents, draws), start in zip(made, table.starts, strict=False):
        is_kept = ~is_end[start : start + draws.n_new]
        segments.append(Synthetic(job, parents, draws, is_kept=is_kept))
    return segments


def smotenc_segments(job):
    """Plan SMOTE-NC: numbers as in SMOTE, categories by a vote of the neighbors of the base."""
    k, seed, segments = job.options.k_neighbors, job.options.seed, originals_of(job)
    codes_to_make = [code for code, _ in job.to_make]
    for code in codes_to_make:
        job.check_class(code, k, "k-neighbors")
    numbers, categories = job.collect(codes_to_make), collect_categories(job, codes_to_make)
    for code, n_new in job.to_make:
        X, weight = numbers[code], checked_weight(job, code, numbers[code])
        given = X, categories.codes[code], categories.sizes, weight, k, n_new, seed
        made = resample_mixed(*given, has_missing=job.columns.has_missing)
        parents = Parents(code, X, job.survey.rows_of(code), made.neighbors)
        columns = categories.columns_of(made.codes)
        segments.append(Synthetic(job, parents, made.draws, columns))
    return segments


SEGMENTS = {
    "smote": smote_segments,
    "borderline-smote": borderline_smote_segments,
    "adasyn": adasyn_segments,
    "random-over": random_over_segments,
    "random-under": random_under_segments,
    "smotenc": smotenc_segments,
    "tomek-links": tomek_links_segments,
    "smote-tomek": smote_tomek_segments,
}

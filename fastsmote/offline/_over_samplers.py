"""Plan the output of over-samplers."""

import numpy as np
import pyarrow as pa
from sklearn.utils import check_random_state

from fastsmote._kernels.layout import NO_ROW
from fastsmote._recipes.adasyn import ADASYNRecipe
from fastsmote._recipes.borderline_smote import BorderlineSMOTERecipe
from fastsmote._recipes.smote import SMOTERecipe
from fastsmote._recipes.smotenc import resample_mixed
from fastsmote._search.streaming import RunningLists, nearest_within
from fastsmote._synthesis.draws import DrawnRepeats, DrawnShrunk
from fastsmote._synthesis.provenance import Parents
from fastsmote.offline._categories import checked_weight, collect_categories
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._segments import Originals, Repeated, Synthetic


def originals_of(job):
    """Return a segment of the input's rows, or no segment if only new rows are written."""
    return [] if job.options.only_synthetic else [Originals(job)]


class _Judged:
    """The rows of one class, with their nearest rows in the class and among all rows."""

    def __init__(self, job, code, X, n_own, n_all):
        self.code, self.rows = code, job.survey.rows_of(code)
        searched = job.searched(X)
        self.own = nearest_within(searched, n_own, job.columns.has_missing)
        self.all = RunningLists(searched, n_all, has_missing=job.columns.has_missing)
        # A class may have too few rows to fill the lists: some places stay empty.
        neighbors = self.own.neighbor_rows[:, :n_all]
        is_found = neighbors != NO_ROW
        own_rows = self.rows[np.where(is_found, neighbors, 0)]
        sq_distances = self.own.sq_distances[:, :n_all]
        self.all.give(sq_distances, np.where(is_found, own_rows, NO_ROW))

    def see(self, rows, codes, X):
        """Search a block of rows of all classes."""
        is_other = codes != self.code
        self.all.see(X[is_other], rows[is_other])

    def are_others(self, survey, n_judged):
        """Whether each of the n_judged nearest rows belongs to another class."""
        return survey.codes[self.all.neighbor_rows[:, :n_judged]] != self.code


def _find_lists(job, matrices, recipe):
    """Yield the lists that a recipe needs, for each class to over-sample.

    The first are lists of partners: places in the class, or row numbers if partners may be of any
    class.
    """
    codes = [code for code, _ in job.to_make]
    if not recipe.n_judged:
        for code in codes:
            X, has_missing = job.searched(matrices[code]), job.columns.has_missing
            yield nearest_within(X, recipe.n_own, has_missing).neighbor_rows, None
        return
    n_all = recipe.n_judged if recipe.partners == "own" else recipe.n_own
    judged = [_Judged(job, code, matrices[code], recipe.n_own, n_all) for code in codes]
    for block in job.stream("neighbors"):
        for rows_of_class in judged:
            rows_of_class.see(*block)
    for rows_of_class in judged:
        partners = rows_of_class.own if recipe.partners == "own" else rows_of_class.all
        yield partners.neighbor_rows, rows_of_class.are_others(job.survey, recipe.n_judged)


def check_classes(job, recipe):
    """Raise an error if the table or a class has too few rows, before the search starts."""
    job.check_rows(recipe.n_judged, "m-neighbors")
    if recipe.partners == "all":
        job.check_rows(recipe.n_partners, "k-neighbors")
    if recipe.every_row_is_base:  # otherwise a class may have no base, and need no partners
        for code, _ in job.to_make:
            job.check_class(code, recipe.n_partners, "k-neighbors")


def _choose_bases(job, matrices, recipe):
    """Yield the class, the number of rows to make and the bases, of each class with bases."""
    found = _find_lists(job, matrices, recipe)
    for (partners, are_others), (code, n_new) in zip(found, job.to_make, strict=True):
        try:
            bases = recipe.choose_bases(partners, are_others, n_new)
        except (RuntimeError, ValueError) as error:
            raise OfflineError(
                f"{job.source.paths[0]}, column {job.columns.target}: class {job.label(code)}: "
                f"{error}"
            ) from error
        if len(bases.places):
            yield code, n_new, bases


def follow(job, matrices, recipe):
    """Yield the parents and the draws of the new rows, for each class to over-sample."""
    stream = recipe.open_stream(job.options.seed)
    for code, n_new, bases in _choose_bases(job, matrices, recipe):
        job.check_class(code, recipe.n_partners, "k-neighbors")
        rows = job.survey.rows_of(code)
        parents = Parents(code, matrices[code], rows, bases.partner_rows, bases.places)
        yield parents, recipe.draw(stream, bases.drawn_from, n_new)


def _segments_of_recipe(job, recipe):
    """Plan an over-sampler that has a recipe."""
    check_classes(job, recipe)
    job.find_scale()
    matrices = job.collect([code for code, _ in job.to_make])
    return [*originals_of(job), *(Synthetic(job, *made) for made in follow(job, matrices, recipe))]


def smote_segments(job):
    """Plan SMOTE, which reads only the rows of the classes to over-sample again."""
    return _segments_of_recipe(job, SMOTERecipe(job.options.k_neighbors))


def borderline_smote_segments(job):
    """Plan Borderline-SMOTE 1, which searches all rows for neighbors of the over-sampled rows."""
    options = job.options
    return _segments_of_recipe(job, BorderlineSMOTERecipe(options.k_neighbors, options.m_neighbors))


def borderline_2_segments(job):
    """Plan Borderline-SMOTE 2, whose partners may be of any class.

    One more pass reads the features of all rows that may be parents.
    """
    options, seed = job.options, job.options.seed
    recipe = BorderlineSMOTERecipe(options.k_neighbors, options.m_neighbors, "all")
    check_classes(job, recipe)
    job.find_scale()
    chosen = list(_choose_bases(job, job.collect([code for code, _ in job.to_make]), recipe))
    of_bases = [job.survey.rows_of(code)[bases.places] for code, _, bases in chosen]
    partners = [bases.partner_rows.ravel() for _, _, bases in chosen]
    rows = np.unique(np.concatenate([np.empty(0, np.int64), *of_bases, *partners]))
    X, segments = job.collect_rows(rows), originals_of(job)
    for (code, n_new, bases), base_rows in zip(chosen, of_bases, strict=True):
        partner_places = np.searchsorted(rows, bases.partner_rows)
        parents = Parents(code, X, rows, partner_places, np.searchsorted(rows, base_rows))
        are_others = job.survey.codes[bases.partner_rows] != code
        draws = recipe.draw(recipe.open_stream(seed), bases.drawn_from, n_new)
        segments.append(Synthetic(job, parents, DrawnShrunk(seed, draws, are_others)))
    return segments


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

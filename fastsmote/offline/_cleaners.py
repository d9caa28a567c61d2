"""Plan the output of samplers that remove rows by the classes of their neighbors."""

import numpy as np

from fastsmote._recipes.cleaning import (
    EditedNearestNeighboursRecipe,
    NeighbourhoodCleaningRecipe,
    classes_to_clean,
)
from fastsmote._recipes.smote import SMOTERecipe
from fastsmote._rules.tomek import find_links
from fastsmote.offline._buckets import Sample, fill_buckets, find_neighbors, opened_buckets
from fastsmote.offline._over_samplers import check_classes, follow
from fastsmote.offline._segments import Originals, Synthetic
from fastsmote.offline._survey import largest_class, smallest_class
from fastsmote.offline._table import Table


def _find_ends(job, matrices, made):
    """Whether each row of the table is an end of a Tomek link; also return the table."""
    table, largest = Table(job, made), largest_class(job.survey)
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
    check_classes(job, recipe)
    job.find_scale()
    matrices = job.collect(sorted({*_small_classes(job), *(code for code, _ in job.to_make)}))
    made = list(follow(job, matrices, recipe))
    table, is_end = _find_ends(job, matrices, made)
    n_rows = len(job.survey.codes)
    segments = [] if job.options.only_synthetic else [Originals(job, ~is_end[:n_rows])]
    for (parents, draws), start in table.new():
        is_kept = ~is_end[start : start + draws.n_new]
        segments.append(Synthetic(job, parents, draws, is_kept=is_kept))
    return segments


def _find_removed(job, table, recipe, sample):
    """Whether each row of the table is removed, given the cleaning recipe.

    The recipes of editing remove a row if the lists of any bucket do. So what is removed is
    marked bucket by bucket, and no list is kept.
    """
    codes, n_rows = table.classes, len(table.classes)
    table.add_new_to(sample)
    cuts, is_removed = sample.find_cuts(job.searched), np.zeros(n_rows, bool)

    def is_judged(rows):
        return np.isin(codes[rows], recipe.judged)

    row_bytes = job.searched_row_bytes
    with opened_buckets(job.folder, cuts, n_rows, row_bytes) as buckets:
        fill_buckets(buckets, table.stream("buckets"))
        job.progress.start("neighbors", n_rows)
        has_missing = job.columns.has_missing
        found = find_neighbors(buckets, is_judged, recipe.n_judged, has_missing, job.progress)
        for rows, neighbor_rows in found:
            is_removed[recipe.removed(recipe.judge(rows, neighbor_rows, codes), codes)] = True
    return is_removed


def _edit(job, recipe):
    """Return a mask of the original rows that a recipe keeps."""
    job.check_rows(job.options.n_neighbors, "n-neighbors")
    job.find_scale()
    sample = Sample(len(job.survey.codes), job.query_rows)
    job.collect([], sample)
    return ~_find_removed(job, Table(job, []), recipe, sample)


def enn_segments(job):
    """Plan edited nearest neighbors: the rows that are left, class by class."""
    options, targeted = job.options, tuple(code for code, _ in job.asked)
    recipe = EditedNearestNeighboursRecipe(options.n_neighbors, targeted, options.kind_sel)
    is_kept = _edit(job, recipe)
    return [Originals(job, is_kept, code) for code in range(len(job.survey.labels))]


def ncr_segments(job):
    """Plan the neighborhood cleaning rule: the rows that are left, in their order."""
    options, sizes = job.options, job.survey.counts.tolist()
    minority, targeted = smallest_class(job.survey), tuple(code for code, _ in job.asked)
    cleaned = classes_to_clean(sizes, targeted, minority, options.threshold_cleaning)
    recipe = NeighbourhoodCleaningRecipe(options.n_neighbors, targeted, minority, cleaned)
    return [Originals(job, _edit(job, recipe))]


def smote_enn_segments(job):
    """Plan SMOTE, followed by edited nearest neighbors of all classes: class by class."""
    options, codes = job.options, range(len(job.survey.labels))
    recipe = SMOTERecipe(options.k_neighbors)
    check_classes(job, recipe)
    n_rows = len(job.survey.codes)
    n_all = n_rows + sum(n_new for _, n_new in job.to_make)
    job.check_rows(options.n_neighbors, "n-neighbors", n_all)
    job.find_scale()
    sample = Sample(n_all, job.query_rows)
    made = list(follow(job, job.collect([code for code, _ in job.to_make], sample), recipe))
    editing = EditedNearestNeighboursRecipe(options.n_neighbors, tuple(codes), options.kind_sel)
    table, segments = Table(job, made), []
    is_kept = ~_find_removed(job, table, editing, sample)
    new = {parents.code: (parents, draws, start) for (parents, draws), start in table.new()}
    for code in codes:
        if not options.only_synthetic:
            segments.append(Originals(job, is_kept[:n_rows], code))
        if code in new:
            parents, draws, start = new[code]
            of_class = is_kept[start : start + draws.n_new]
            segments.append(Synthetic(job, parents, draws, is_kept=of_class))
    return segments

"""What each sampler makes of a job: the stretches of rows that the output is made of."""

import numpy as np
import pyarrow as pa
from sklearn.utils import check_random_state

from fastsmote._plan import (
    DrawnGivenCounts,
    DrawnPairs,
    DrawnRepeats,
    draw_kept,
)
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._neighbors import RunningNearest, nearest_within
from fastsmote.offline._segments import Gathered, Originals, Parents, Repeated, Synthetic
from fastsmote.over_sampling import ADASYN, BorderlineSMOTE


def originals_of(job):
    """The input's rows, unless only new ones are wanted."""
    return [] if job.options.only_synthetic else [Originals(job)]


def plan_smote(job):
    """SMOTE: each class to over-sample needs its own rows only."""
    k, codes = job.options.k_neighbors, [code for code, _ in job.to_make]
    for code in codes:
        job.check_class(code, k, "k-neighbors")
    job.find_scale()
    matrices, segments = job.collect(codes), originals_of(job)
    for code, n_new in job.to_make:
        X = matrices[code]
        nearest = nearest_within(job.searched(X), k)
        parents = Parents(code, X, job.survey.rows_of(code), nearest.neighbors)
        draws = DrawnPairs(job.options.seed, len(X), k, n_new)
        segments.append(Synthetic(job, parents, draws))
    return segments


class _Judged:
    """The rows of one class, their nearest among themselves and among all rows."""

    def __init__(self, job, code, X, n_judging):
        self.code, self.X, self.rows = code, X, job.survey.rows_of(code)
        searched = job.searched(X)
        self.own = nearest_within(searched, n_judging)
        self._all = RunningNearest(searched, n_judging)
        # A class may have fewer rows than judge: places stay empty.
        is_found = np.isfinite(self.own.sq_distances)
        own_rows = self.rows[np.where(is_found, self.own.neighbors, 0)]
        self._all.give(self.own.sq_distances, np.where(is_found, own_rows, self._all.rows))

    def see(self, rows, codes, X):
        """Let a block of rows of all classes go by."""
        is_other = codes != self.code
        self._all.see(X[is_other], rows[is_other])

    def is_other_class(self, survey):
        """For each of the nearest rows whether it is of another class."""
        return survey.codes[self._all.rows] != self.code


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
    for code, _ in job.to_make:
        job.check_class(code, k, "k-neighbors")
    job.find_scale()
    segments, sampler = originals_of(job), BorderlineSMOTE(m_neighbors=m)
    for judged, (code, n_new) in zip(_judge(job, max(k, m)), job.to_make, strict=True):
        is_other = judged.is_other_class(job.survey)[:, :m]
        danger = np.flatnonzero(sampler._in_danger(is_other))
        if len(danger) == 0:
            continue
        partners = judged.own.neighbors[danger, :k]
        parents = Parents(code, judged.X, judged.rows, partners, danger)
        draws = DrawnPairs(job.options.seed, len(danger), k, n_new)
        segments.append(Synthetic(job, parents, draws))
    return segments


def plan_adasyn(job):
    """ADASYN: more new rows where more neighbors are of another class."""
    k = job.options.k_neighbors
    for code, _ in job.to_make:
        job.check_class(code, k, "k-neighbors")
    job.find_scale()
    random_state = check_random_state(job.options.seed)
    segments, sampler = originals_of(job), ADASYN(n_neighbors=k)
    for judged, (code, n_new) in zip(_judge(job, k), job.to_make, strict=True):
        try:
            counts = sampler._counts(judged.is_other_class(job.survey), n_new)
        except (RuntimeError, ValueError) as error:
            raise OfflineError(
                f"{job.source.paths[0]}, column {job.columns.target}: class {job.label(code)}: "
                f"{error}"
            ) from error
        parents = Parents(code, judged.X, judged.rows, judged.own.neighbors)
        draws = DrawnGivenCounts(random_state, k, counts)
        segments.append(Synthetic(job, parents, draws))
    return segments


def _rows_of_classes(job, codes):
    """All columns of the rows of some classes, as one table a class."""
    names, parts = job.columns.schema.names, {code: [] for code in codes}
    job.progress.start("minority", len(job.survey.codes))
    for batch in job.source.batches(names, job.batch_rows):
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
            rows = rows[draw_kept(random_state, len(rows), n_kept[code])]
        kept.append(rows)
    return [Gathered(job, np.concatenate(kept))]


PLANS = {
    "smote": plan_smote,
    "borderline-smote": plan_borderline_smote,
    "adasyn": plan_adasyn,
    "random-over": plan_random_over,
    "random-under": plan_random_under,
}

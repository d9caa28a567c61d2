"""The table that a cleaner sees: the original rows and the new rows of an over-sampler."""

import numpy as np

from fastsmote._search.streaming import Block
from fastsmote._synthesis.draws import Pairs


class Table:
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

    def new(self):
        """Return the ((parents, draws), number of the first row) of each class with new rows."""
        return list(zip(self.made, self.starts, strict=False))

    def stream(self, task, without=None):
        """Yield blocks of features and row numbers, of all rows or without those of one class."""
        for rows, codes, X in self._job.stream(task):
            if without is not None:
                is_other = codes != without
                rows, X = rows[is_other], X[is_other]
            yield X, rows
        n_rows = self._job.batch_rows
        for (parents, draws), start in self.new():
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
        for (parents, draws), start in self.new():
            for places, pairs in draws.of_bases(self._places_in_order(parents.X), n_rows):
                yield self._job.searched(self._job.make(parents, pairs)[0]), start + places

    def _places_in_order(self, X):
        X, has_missing = self._job.searched(X), self._job.columns.has_missing
        return Block(X, np.arange(len(X)), has_missing=has_missing).places_in_order()

    def add_new_to(self, sample):
        """Add the new rows that are in a sample to it."""
        n_rows = self._job.batch_rows
        for (parents, draws), start in self.new():
            for first in range(0, draws.n_new, n_rows):
                stop = min(draws.n_new, first + n_rows)
                rows = np.arange(start + first, start + stop)
                is_chosen = sample.are_chosen(rows)
                pairs = Pairs(*(column[is_chosen] for column in draws.take(first, stop)))
                sample.add(self._job.make(parents, pairs)[0], rows[is_chosen])

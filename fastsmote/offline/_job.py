"""The state that the steps of one run share."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from fastsmote._kernels.layout import ValueRules
from fastsmote.offline._batches import Source
from fastsmote.offline._columns import Columns
from fastsmote.offline._csv import NULLS
from fastsmote.offline._csv_writer import spelled
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._interrupt import Interruptible
from fastsmote.offline._matrix import read_matrix
from fastsmote.offline._options import Options
from fastsmote.offline._scale import Scale, find_scale
from fastsmote.offline._survey import Collector, Survey
from fastsmote.offline._values import INFER, rules_of


@dataclass
class Job:
    """One run: its input, its parameters and the classes that the first pass found."""

    source: Source
    written: Source  # the same rows as they are written: as text from CSV to CSV
    columns: Columns
    options: Options
    survey: Survey
    asked: list  # of (code, number of rows to make or to keep)
    batch_rows: int
    query_rows: int  # queries at a time or rows of a bucket, for samplers that can search in parts
    progress: Interruptible
    folder: Path  # for temporary files
    scale: Scale | None = None
    rules: ValueRules | None = None  # of the values of new rows, known once rows are collected
    _spellings: dict = field(default_factory=dict)  # text of labels and columns in the input

    @property
    def to_make(self):
        """The (code, number of rows) of each class that gets new rows."""
        return [(code, n_rows) for code, n_rows in self.asked if n_rows > 0]

    def label(self, code):
        """Return the label of a class for a message."""
        return repr(self.survey.labels.tolist()[code])

    def value_of(self, code):
        """Return the target value of new rows of a class: that of the first row of the class."""
        if not self._is_text(self.columns.target):
            label = self.survey.labels[code]
            return getattr(label, "item", lambda: label)()
        if code not in self._spellings:
            row = int(np.argmax(self.survey.codes == code))
            batch = next(self.written.batches([self.columns.target], self.batch_rows, row))
            self._spellings[code] = batch.table.column(0)[0].as_py()
        return self._spellings[code]

    def as_written(self, name, column):
        """Convert new values of a column to its type in the output."""
        if not self._is_text(name):
            return column
        if name not in self._spellings:
            self._spellings[name] = self._first_value(name)
        return spelled(column, self._spellings[name])

    def _first_value(self, name):
        """Return the first value of a text column that is not missing; all may be."""
        for batch in self.written.batches([name], self.batch_rows):
            found = [text for text in batch.table.column(0).to_pylist() if text not in NULLS]
            if found:
                return found[0]
        return ""

    def _is_text(self, name):
        """Return whether a parsed column is text in the output."""
        return self.written.schema.field(name).type != self.columns.schema.field(name).type

    def find_scale(self):
        """Find the scale of the features if they are to be standardized."""
        if self.options.scale == "standard":
            self.progress.start("scale", len(self.survey.codes))
            self.scale = find_scale(self.source, self.columns, self.batch_rows, self.progress)

    def searched(self, X):
        """Return features as the search uses them, standardized if that was requested."""
        return X if self.scale is None else self.scale.apply(X)

    @property
    def searched_row_bytes(self):
        """The bytes of the features of a row as the search uses them."""
        is_float32 = self.scale is None and self.columns.dtype == np.float32
        return len(self.columns.features) * (4 if is_float32 else 8)

    def collect(self, codes, sample=None):
        """Read the features of all rows of some classes; find rules and whether values are missing.

        Rows that a `Sample` chooses are added to it.

        Returns
        -------
        matrices : dict of {code: ndarray of shape (n_rows of the class, n_features)}

        Raises
        ------
        OfflineError
            At the first value that cannot be used, in a row of any class. The samplers in memory
            refuse it too, and nothing has been written yet.
        """
        self.progress.start("minority" if codes else "check", len(self.survey.codes))
        collector = Collector(
            self.columns, self.survey, codes, self.options.values == INFER, sample
        )
        for batch in self.source.batches(self.columns.features, self.batch_rows):
            collector.see(batch)
            self.progress.advance(len(batch))
        matrices, ranges, has_missing = collector.finish()
        self.columns = self.columns._replace(has_missing=has_missing)
        self.rules = rules_of(self.options.values, self.columns, ranges)
        return matrices

    def collect_rows(self, rows):
        """Read the features of some rows, given by their numbers, ascending.

        Returns
        -------
        X : ndarray of shape (len(rows), n_features)
        """
        self.progress.start("parents", len(self.survey.codes))
        X, n_found = np.empty((len(rows), len(self.columns.features)), self.columns.read_dtype), 0
        for batch in self.source.batches(self.columns.features, self.batch_rows):
            stop = int(np.searchsorted(rows, batch.first_row + len(batch)))
            offsets = rows[n_found:stop] - batch.first_row
            X[n_found:stop] = read_matrix(batch, self.columns, offsets)
            n_found = stop
            self.progress.advance(len(batch))
        return X

    def make(self, parents, pairs):
        """Make new rows; return them and their provenance in places of the class."""
        return parents.make(pairs, self.rules, self.columns.has_missing)

    def stream(self, task):
        """Yield all rows, batch by batch: (row numbers, codes, features to search)."""
        self.progress.start(task, len(self.survey.codes))
        for batch in self.source.batches(self.columns.features, self.batch_rows):
            rows = np.arange(batch.first_row, batch.first_row + len(batch))
            codes = self.survey.codes[rows[0] : rows[-1] + 1]
            yield rows, codes, self.searched(read_matrix(batch, self.columns))
            self.progress.advance(len(batch))

    def check_rows(self, n_neighbors, option, n_rows=None):
        """Raise if the table, of n_rows rows, has too few for each to have so many others."""
        n_rows = len(self.survey.codes) if n_rows is None else n_rows
        if n_rows <= n_neighbors:
            raise OfflineError(
                f"{self.source.paths[0]}: has {n_rows} rows, but --{option} {n_neighbors} needs "
                f"{n_neighbors + 1} or more."
            )

    def check_class(self, code, n_neighbors, option, of_class=True):
        """Raise if a class has too few rows for ``n_neighbors`` of a row.

        ``of_class`` says whether the row is in the class; then it is not its own neighbor.
        """
        n_rows, n_needed = int(self.survey.counts[code]), n_neighbors + of_class
        if n_rows < n_needed:
            raise OfflineError(
                f"{self.source.paths[0]}, column {self.columns.target}: class {self.label(code)} "
                f"has {n_rows} rows, --{option} {n_neighbors} needs {n_needed} or more."
            )

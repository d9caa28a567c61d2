"""Read the categorical columns for SMOTE-NC: all categories, and rows encoded by them."""

import numpy as np
import pyarrow as pa
import pyarrow.types as arrow_types

from fastsmote._rules import votes
from fastsmote.offline._columns import encoded, reject_null
from fastsmote.offline._errors import OfflineError


class _Column:
    """The categories of one column, numbered in order of appearance until all are known."""

    def __init__(self, name):
        self.name, self.code_of = name, {}

    def encode(self, batch, is_text):
        """Encode a batch with codes in order of appearance."""
        what = "A category must be known: fill it or name the column in --exclude."
        reject_null(batch, self.name, what, is_text)
        dictionary, indices = encoded(batch, self.name)
        values = dictionary.to_pylist()
        is_met = np.zeros(len(values), bool)  # a dictionary may contain unused values
        is_met[indices] = True
        for value in (value for value, met in zip(values, is_met, strict=True) if met):
            self.code_of.setdefault(value, len(self.code_of))
        codes = np.array([self.code_of.get(value, -1) for value in values], np.int64)
        return codes[indices]

    def finish(self):
        """Return the sorted categories, and the place of each code among them."""
        values = sorted(self.code_of)
        places = np.empty(len(values), np.int64)
        places[[self.code_of[value] for value in values]] = np.arange(len(values))
        return values, places


class Categories:
    """The categories of a table, and the encoded rows of some classes.

    Attributes
    ----------
    sizes : list of int
        The number of categories of each column in all rows.
    codes : dict of {class: ndarray of shape (n_class_rows, n_columns), int64}
    """

    def __init__(self, fields, values, codes):
        self._fields, self._values, self.codes = fields, values, codes
        self.sizes = [len(of_column) for of_column in values]

    def columns_of(self, codes):
        """Return a function ``columns(start, stop)`` that decodes a range of encoded rows."""

        def columns(start, stop):
            return {
                field.name: _column(field, self._values[j], codes[start:stop, j])
                for j, field in enumerate(self._fields)
            }

        return columns


def _column(field, values, codes):
    type_ = field.type.value_type if arrow_types.is_dictionary(field.type) else field.type
    column = pa.array(values, type_).take(pa.array(codes))
    if arrow_types.is_dictionary(field.type):
        column = column.dictionary_encode().cast(field.type)
    return column


def collect_categories(job, codes):
    """Read the categorical columns in all rows."""
    names, survey = job.columns.categorical, job.survey
    columns = [_Column(name) for name in names]
    batches = {code: [] for code in codes}
    job.progress.start("categories", len(survey.codes))
    for batch in job.source.batches(names, job.batch_rows):
        encoded = np.column_stack([column.encode(batch, job.source.is_text) for column in columns])
        of_batch = survey.codes[batch.first_row : batch.first_row + len(batch)]
        for code in codes:
            batches[code].append(encoded[of_batch == code])
        job.progress.advance(len(batch))
    finished = [column.finish() for column in columns]
    in_order = {}
    for code in codes:
        encoded = np.concatenate(batches[code])
        ordered = [places[encoded[:, j]] for j, (_, places) in enumerate(finished)]
        in_order[code] = np.column_stack(ordered)
    fields = [job.columns.schema.field(name) for name in names]
    return Categories(fields, [values for values, _ in finished], in_order)


def checked_weight(job, code, X):
    """Return the one-hot value of a category: the median deviation of the numbers over sqrt(2).

    Raises
    ------
    OfflineError
        If the numbers hardly vary, because imbalanced-learn then counts the votes differently.
        If they vary too much, because then the rows have no distances.
    """
    median = votes.median_deviation(X)
    weight = votes.category_weight(median, X.dtype)
    if votes.hardly_varies(median, weight):
        raise OfflineError(
            f"--sampler: smotenc cannot stream numbers that hardly vary. The median "
            f"deviation in class {job.label(code)} is {median:.3g}. Use "
            f"fastsmote.over_sampling.SMOTENC on a table in memory."
        )
    if not np.isfinite(weight):
        raise OfflineError(
            f"--sampler: smotenc needs standard deviations that {X.dtype} holds, and those of "
            f"class {job.label(code)} overflow. Divide the numbers by a constant."
        )
    return float(weight)

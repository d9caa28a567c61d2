"""Read a whole table into memory: numbers as a matrix, categories, labels and groups."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as arrow_types

from fastsmote.offline._columns import (
    as_floats,
    choose_columns,
    encoded,
    is_number,
    reject_identifiers,
    reject_null,
)
from fastsmote.offline._csv_writer import is_text
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._matrix import FINITE, as_numpy, reject_rounded
from fastsmote.offline._progress import Progress
from fastsmote.offline._sources import open_source, with_wider_types
from fastsmote.offline._survey import survey_target

BATCH_ROWS = 2**16


class WholeTable(NamedTuple):
    """A table in memory."""

    target: str
    labels: np.ndarray  # (n_classes,) sorted
    counts: np.ndarray  # (n_classes,)
    y: np.ndarray  # (n_rows,) labels
    features: list  # names of the features, in the order of the file
    excluded: list  # names of the columns that are neither features, target nor groups
    numbers: np.ndarray  # (n_rows, n_numbers) float64, NaN where a value is missing
    categories: dict  # name -> pyarrow.ChunkedArray of dictionaries
    others: dict  # name -> pyarrow type of the features that are neither
    n_missing: dict  # name -> number of missing values, for every feature
    groups: np.ndarray | None  # (n_rows,) number of the group of each row

    @property
    def number_names(self):
        """The names of the columns of `numbers`."""
        return [n for n in self.features if n not in self.categories and n not in self.others]

    def frame(self):
        """Return numbers and categories as a pyarrow Table, in the order of the file."""
        place_of = {name: j for j, name in enumerate(self.number_names)}
        names = [name for name in self.features if name not in self.others]
        columns = [
            self.categories[name]
            if name in self.categories
            else pa.array(np.ascontiguousarray(self.numbers[:, place_of[name]]))
            for name in names
        ]
        return pa.table(columns, names)


def read_whole(src, target, options, groups=None):
    """Read a table that fits into memory.

    Parameters
    ----------
    src : path or URI
        As of `resample`.
    target : str
        The target column; for .npy the file of the target.
    options : Options
        Its features, exclude, categorical, delimiter, no_header and encoding are used.
    groups : str, default=None
        The column of the groups, which is not a feature.

    Returns
    -------
    WholeTable

    Raises
    ------
    OfflineError
        As `resample`, but values of features may be missing, and features need not be numbers.
        If a feature has no value at all.
    """
    return with_wider_types(src, lambda types: _read(src, target, options, groups, types))


def _read(src, target, options, groups, types):
    source, target = open_source(src, target, options, types)
    columns = choose_columns(source, target, options)
    if groups is not None:
        _check_groups(source, columns, groups)
    if source.is_text:
        source = source.as_text(columns.categorical)
    features = [
        name
        for name in source.schema.names
        if name in {*columns.features, *columns.categorical} and name != groups
    ]
    if not features:
        raise OfflineError(f"{source.paths[0]}: no column is left as a feature; there must be one.")
    kinds = {name: _kind(source.schema.field(name).type) for name in features}
    kinds |= {name: "category" for name in columns.categorical if name != groups}
    numbers = [name for name in features if kinds[name] == "number"]
    if numbers and not options.features and source.has_names:
        reject_identifiers(source, columns._replace(features=numbers))
    survey = survey_target(source, target, BATCH_ROWS, Progress())
    matrix, categories, n_missing = _read_features(source, kinds, len(survey.codes))
    for name, n in n_missing.items():
        if n == len(survey.codes):
            raise OfflineError(
                f"{source.paths[0]}, column {name}: has no value. Name it in --exclude."
            )
    others = {n: source.schema.field(n).type for n in features if kinds[n] == "other"}
    used = {*features, target, groups}
    return WholeTable(
        target,
        survey.labels,
        survey.counts,
        survey.labels[survey.codes],
        features,
        [name for name in source.schema.names if name not in used],
        matrix,
        categories,
        others,
        n_missing,
        None if groups is None else _read_groups(source, groups),
    )


def _check_groups(source, columns, groups):
    if groups not in source.schema.names:
        raise OfflineError(
            f"--groups: there is no column {groups!r}. The columns are "
            f"{', '.join(source.schema.names)}."
        )
    if groups == columns.target:
        raise OfflineError(f"--groups: {groups!r} is the target.")


def _kind(type_):
    if is_number(type_):
        return "number"
    is_category = is_text(type_) or arrow_types.is_dictionary(type_)
    # A column of a CSV file without any value has the type null. It is rejected later.
    return "category" if is_category or arrow_types.is_null(type_) else "other"


def _read_features(source, kinds, n_rows):
    """Read all features in one pass.

    Returns
    -------
    matrix : ndarray of shape (n_rows, n_numbers), float64
    categories : dict of str to pyarrow.ChunkedArray
    n_missing : dict of str to int
    """
    numbers = [name for name, kind in kinds.items() if kind == "number"]
    matrix = np.empty((n_rows, len(numbers)))
    chunks = {name: [] for name, kind in kinds.items() if kind == "category"}
    n_missing = dict.fromkeys(kinds, 0)
    for batch in source.batches(list(kinds), BATCH_ROWS):
        rows = slice(batch.first_row, batch.first_row + len(batch))
        for j, name in enumerate(numbers):
            values = _values(batch, name)
            matrix[rows, j] = values
            n_missing[name] += int(np.isnan(values).sum())
        for name, of_column in chunks.items():
            of_column.append(_categories(batch, name, source.is_text))
            n_missing[name] += of_column[-1].null_count
        for name, kind in kinds.items():
            if kind == "other":
                n_missing[name] += batch.table.column(name).null_count
    categories = {
        name: pa.chunked_array(of_column).unify_dictionaries() for name, of_column in chunks.items()
    }
    return matrix, categories, n_missing


def _values(batch, name):
    """Return a column of numbers as float64, with NaN for missing values."""
    values, is_null = as_numpy(as_floats(batch.table.column(name)))
    reject_rounded(batch, name, values, np.dtype(np.float64))
    values = np.asarray(values, np.float64)
    if is_null is not None:
        values = np.where(is_null, np.nan, values)
    if np.isinf(values).any():
        offset = int(np.argmax(np.isinf(values)))
        raise OfflineError(
            f"{batch.place.row_at(offset)}, column {name}: {values[offset]}. {FINITE}"
        )
    return values


def _categories(batch, name, is_csv):
    """Return a column as a dictionary of text; in CSV, an empty string is missing."""
    column = batch.table.column(name)
    if arrow_types.is_dictionary(column.type):
        column = column.dictionary_decode()
    column = column.cast(pa.string())
    if is_csv:
        column = pc.if_else(pc.equal(column, ""), None, column)
    return column.dictionary_encode()


def _read_groups(source, name):
    """Return the number of the group of each row."""
    code_of, parts = {}, []
    for batch in source.batches([name], BATCH_ROWS):
        reject_null(batch, name, "Every row must belong to a group.", source.is_text)
        dictionary, indices = encoded(batch, name)
        codes = [code_of.setdefault(value, len(code_of)) for value in dictionary.to_pylist()]
        parts.append(np.array(codes, np.int64)[indices])
    return np.concatenate(parts)

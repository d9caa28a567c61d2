"""Which columns are features, and their values as a matrix."""

import fnmatch
import re
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

from fastsmote.offline._csv import AS_BOOLEANS
from fastsmote.offline._errors import OfflineError

INDEX_COLUMN = re.compile(r"__index_level_\d+__")  # pandas writes its index there
COUNTED_ROWS = 2**17  # in which the values of an integer column are counted
FEWEST_ROWS = 100  # of which that says something
SHARE_OF_AN_IDENTIFIER = 0.95
LOOKED_AT_ROWS = 2**14  # at a time, for a value that is no number
EXACT_FLOAT = 2**53
FINITE = (
    "Features must be finite numbers: fill the value, drop the row or name the column in --exclude."
)


class Columns(NamedTuple):
    """The roles of a table's columns."""

    schema: pa.Schema  # of the input
    target: str
    features: list  # names of the numbers that distances are made of
    categorical: list  # names of the features that are categories
    dtype: np.dtype  # of the matrix of features
    forced: np.dtype | None  # what features are written as, None: as they are in the input

    @property
    def others(self):
        """Columns that pass through."""
        roles = {self.target, *self.features, *self.categorical}
        return [name for name in self.schema.names if name not in roles]

    def output_schema(self, schema):
        """The schema of the output: the input's, its features of the dtype asked for.

        Parameters
        ----------
        schema : pyarrow.Schema
            Of the original rows as they are written, which may be text.
        """
        fields = []
        for field in schema:
            if field.name in self.features and self.forced is not None:
                field = field.with_type(pa.from_numpy_dtype(self.forced))
            fields.append(field.with_nullable(True) if field.name in self.others else field)
        return pa.schema(fields, schema.metadata)


def is_number(type_):
    """Whether a column of this Arrow type can be a feature."""
    is_float = kinds.is_floating(type_) or kinds.is_decimal(type_)
    return kinds.is_integer(type_) or is_float or kinds.is_boolean(type_)


def numpy_dtype(type_):
    """What a feature of this Arrow type is computed in."""
    return np.dtype(np.float64 if kinds.is_decimal(type_) else type_.to_pandas_dtype())


def _named_by(names, schema, option):
    """The columns of some names, each of which may be a pattern such as ``*_id``."""
    chosen = []
    for name in names:
        found = [name] if name in schema.names else fnmatch.filter(schema.names, name)
        if not found:
            what = "that matches" if any(c in name for c in "*?[") else ""
            raise OfflineError(
                f"{option}: there is no column {what + ' ' if what else ''}{name!r}. There are "
                f"{', '.join(schema.names)}."
            )
        chosen += [column for column in found if column not in chosen]
    return chosen


def choose_columns(source, target, options):
    """The roles of a source's columns, by name.

    Raises
    ------
    OfflineError
        For a name that is not in the input, in two roles, or of a feature that is neither
        a number nor categorical.
    """
    schema, where = source.schema, source.paths[0]
    if target not in schema.names:
        raise OfflineError(
            f"{where}, column {target}: the target is missing. There are {', '.join(schema.names)}."
        )
    if len(set(schema.names)) < len(schema.names):
        twice = next(name for name in schema.names if schema.names.count(name) > 1)
        raise OfflineError(f"{where}, column {twice}: is there more than once.")
    given = {"features": options.features, "exclude": options.exclude}
    given["categorical"] = options.categorical
    roles = {}
    for option, names in given.items():
        roles[option] = _named_by(names, schema, f"--{option}")
        if target in names:
            raise OfflineError(f"--{option}: {target!r} is the target.")
        roles[option] = [name for name in roles[option] if name != target]  # of a pattern
    if options.features and options.exclude:
        raise OfflineError("--features and --exclude: give one of them, they say the same.")
    features = roles["features"] or [
        name
        for name in schema.names
        if name != target and name not in roles["exclude"] and not INDEX_COLUMN.fullmatch(name)
    ]
    features = [name for name in features if name not in roles["categorical"]]
    forced = None if options.dtype == "file" else np.dtype(options.dtype)
    if options.takes_any_columns and forced is not None:
        features = [name for name in features if is_number(schema.field(name).type)]
    columns = Columns(schema, target, features, roles["categorical"], np.dtype("f8"), forced)
    return columns if options.takes_any_columns else _with_numbers(source, columns, options)


def _first_text(source, name):
    """The place and value of a column that no number is written in, or else its first."""
    first = None
    for batch in source.batches([name], LOOKED_AT_ROWS):
        values = batch.table.column(0).to_pylist()
        first = first or (batch.place, values[0])
        for offset, value in enumerate(values):
            if value in AS_BOOLEANS:
                continue
            try:
                float(value)
            except (TypeError, ValueError):
                return batch.place.row_at(offset), value
    if first is None:
        raise OfflineError(f"{source.paths[0]}: is empty, it must have rows.")
    return first


def _reject_identifiers(source, columns):
    """Raise for integer features that nobody named and that nearly every row has another of."""
    names = [n for n in columns.features if kinds.is_integer(columns.schema.field(n).type)]
    parts, n_rows = [], 0
    for batch in source.batches(names, COUNTED_ROWS) if names else []:
        parts.append(batch.table.slice(0, COUNTED_ROWS - n_rows))
        n_rows += len(parts[-1])
        if n_rows == COUNTED_ROWS:
            break
    if n_rows < FEWEST_ROWS:
        return
    found, table = [], pa.Table.from_batches(parts)
    for name in names:
        n_values = pc.count_distinct(table.column(name)).as_py()
        if n_values >= SHARE_OF_AN_IDENTIFIER * n_rows:
            found.append((name, n_values))
    if not found:
        return
    name, n_values = found[0]
    others = ", ".join(other for other, _ in found[1:])
    raise OfflineError(
        f"{source.paths[0]}, column {name}: has {n_values:,} different integers in the "
        f"first {n_rows:,} rows, as an identifier has{others and f'; so have {others}'}. Name "
        f"{'them' if others else 'it'} in --exclude, or name the features in --features."
    )


def _reject_others(source, columns):
    """Raise for features that are not numbers; the first is shown with its value."""
    types = {name: columns.schema.field(name).type for name in columns.features}
    wrong = [name for name, type_ in types.items() if not is_number(type_)]
    if not wrong:
        return
    place, value = _first_text(source, wrong[0])
    others = ", ".join(f"{name} ({types[name]})" for name in wrong[1:])
    raise OfflineError(
        f"{place}, column {wrong[0]}: {value!r} of type {types[wrong[0]]}"
        f"{others and f'; columns that are not numbers either: {others}'}. A feature must be a "
        f"number: name {'these columns' if others else 'the column'} in --exclude "
        f"({','.join(wrong)}), or in --categorical, for smotenc."
    )


def _with_numbers(source, columns, options):
    """The columns, if their features are numbers, and the dtype of their matrix."""
    _reject_others(source, columns)
    if not columns.features:
        raise OfflineError(f"{source.paths[0]}: no column is left as a feature.")
    if not options.features and source.has_names:
        _reject_identifiers(source, columns)
    if columns.categorical and options.sampler != "smotenc":
        raise OfflineError(
            f"--categorical: {options.sampler} takes numbers only, smotenc takes categories. "
            f"Got {', '.join(columns.categorical)}."
        )
    if columns.forced is not None:
        return columns._replace(dtype=columns.forced)
    types = [numpy_dtype(columns.schema.field(name).type) for name in columns.features]
    dtype = np.result_type(*types)  # as a dataframe's columns are brought together
    if dtype.kind == "b":
        dtype = np.dtype("f8")
    return columns._replace(dtype=np.promote_types(dtype, "f4") if dtype == "f2" else dtype)


def reject_null(batch, name, what):
    """Raise an error that names the first null of a column, if there is one.

    ``what`` ends the line: what the column must hold, and what to do.
    """
    column = batch.table.column(name)
    if column.null_count:
        offset = int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
        raise OfflineError(f"{batch.place.row_at(offset)}, column {name}: null. {what}")


def encoded(batch, name):
    """A column without nulls as its dictionary and each row's place in that, an ndarray."""
    column = batch.table.column(name)
    if not isinstance(column, pa.DictionaryArray):
        column = column.dictionary_encode()
    return column.dictionary, column.indices.to_numpy(zero_copy_only=False)


def finite_values(batch, name):
    """A feature of a batch as an ndarray; an error at the first value that is not finite."""
    reject_null(batch, name, FINITE)
    column = batch.table.column(name)
    if kinds.is_decimal(column.type):
        column = column.cast(pa.float64())
    values = column.to_numpy(zero_copy_only=False)
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        offset = int(np.argmin(np.isfinite(values)))
        place = batch.place.row_at(offset)
        raise OfflineError(f"{place}, column {name}: {values[offset]}. {FINITE}")
    return values


def _reject_rounded(batch, name, values, dtype):
    """Raise for the first value that the matrix cannot hold: a long integer, a huge float."""
    if dtype == np.float32 and values.dtype == np.float64:
        is_huge = np.abs(values) > np.finfo(np.float32).max
        if is_huge.any():
            offset = int(np.argmax(is_huge))
            raise OfflineError(
                f"{batch.place.row_at(offset)}, column {name}: {values[offset]} is beyond the "
                "largest float32. Pass --dtype float64, or name the column in --exclude."
            )
    if values.dtype.kind not in "iu" or values.dtype.itemsize < 8 or dtype.kind != "f":
        return
    is_long = (values > EXACT_FLOAT) | (values < -EXACT_FLOAT)
    if is_long.any():
        offset = int(np.argmax(is_long))
        raise OfflineError(
            f"{batch.place.row_at(offset)}, column {name}: {values[offset]} is beyond 2^53, up to "
            f"which {dtype} holds every integer. Name the column in --exclude: it then passes "
            "through unchanged."
        )


def check_finite(batch, columns):
    """Raise an error that names the first value of a feature that cannot be computed with."""
    for name in columns.features:
        _reject_rounded(batch, name, finite_values(batch, name), columns.dtype)


def read_matrix(batch, columns, offsets=slice(None)):
    """The features of some rows of a batch, all of whose rows have to be finite.

    Returns
    -------
    matrix : C-contiguous ndarray of shape (n_rows, n_features), the columns' dtype
    """
    n_rows = len(np.arange(len(batch))[offsets])
    matrix = np.empty((n_rows, len(columns.features)), columns.dtype)
    for j, name in enumerate(columns.features):
        values = finite_values(batch, name)
        _reject_rounded(batch, name, values, columns.dtype)
        matrix[:, j] = values[offsets]
    return matrix

"""Choose the columns that are features."""

import fnmatch
import json
import re
from numbers import Number
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as arrow_types

from fastsmote._rules.identifiers import COUNTED_ROWS, looks_like_identifier
from fastsmote.offline._csv import AS_BOOLEANS, NULLS, number_type
from fastsmote.offline._errors import OfflineError

INDEX_COLUMN = re.compile(r"__index_level_\d+__")  # pandas stores its index in such columns
SCANNED_ROWS = 2**14  # at a time, to find a value that is not a number
BOOLEAN_WORDS = AS_BOOLEANS - {"0", "1"}


def index_names(schema):
    """Return the columns that hold the index of a pandas dataframe."""
    try:
        names = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))["index_columns"]
    except (ValueError, KeyError, TypeError):
        names = []
    names = [name for name in names if isinstance(name, str)]
    return {*names, *filter(INDEX_COLUMN.fullmatch, schema.names)}


class Columns(NamedTuple):
    """The roles of a table's columns."""

    schema: pa.Schema  # of the input
    target: str
    features: list  # names of the numeric features
    categorical: list  # names of the categorical features
    dtype: np.dtype  # of the matrix of the numeric features
    forced: np.dtype | None  # dtype to write features in; None keeps the types of the input
    has_missing: bool = False  # whether numeric features may have missing values

    @property
    def others(self):
        """The names of the columns that pass through."""
        roles = {self.target, *self.features, *self.categorical}
        return [name for name in self.schema.names if name not in roles]

    @property
    def read_dtype(self):
        """The dtype to read the matrix in: one with NaN if values may be missing."""
        return np.dtype("f8") if self.has_missing and self.dtype.kind != "f" else self.dtype

    @property
    def nullable(self):
        """The names of the columns that may be null in new rows."""
        return self.others + (self.features if self.has_missing else [])

    @property
    def rewritten(self):
        """The names of the numeric features that are written in the requested dtype."""
        if self.forced is None:
            return []
        return [name for name in self.features if is_number(self.schema.field(name).type)]

    def output_schema(self, schema):
        """Return the schema of the output: the input's, with features in the requested dtype.

        Parameters
        ----------
        schema : pyarrow.Schema
            The schema of the original rows in the output, where columns may be text.
        """
        fields, rewritten, nullable = [], self.rewritten, self.nullable
        for field in schema:
            if field.name in rewritten:
                field = field.with_type(pa.from_numpy_dtype(self.forced))
            fields.append(field.with_nullable(True) if field.name in nullable else field)
        return pa.schema(fields, schema.metadata)


def is_number(type_):
    """Return whether a column of this Arrow type can be a numeric feature."""
    is_float = arrow_types.is_floating(type_) or arrow_types.is_decimal(type_)
    return arrow_types.is_integer(type_) or is_float or arrow_types.is_boolean(type_)


def numpy_dtype(type_):
    """Return the NumPy dtype that represents values of this Arrow type."""
    return np.dtype(np.float64 if arrow_types.is_decimal(type_) else type_.to_pandas_dtype())


def as_floats(column):
    """Convert decimals to the nearest float64; return columns of other types unchanged."""
    if not arrow_types.is_decimal(column.type):
        return column
    # Not cast directly: Arrow divides by a power of ten that may be rounded. Text is exact.
    return column.cast(pa.string()).cast(pa.float64())


def _shown(names):
    """List names for a message; quote empty names and names with surrounding spaces."""
    return ", ".join(name if name == name.strip() != "" else repr(name) for name in names)


def _matching(name, names):
    """Return the column of this name, or the columns that match it as a shell pattern."""
    if name in names:
        return [name]
    return fnmatch.filter(names, name) or [n for n in names if n.strip() == name.strip() != ""]


def _named_by(names, schema, option):
    """Return the columns that names or shell patterns select."""
    chosen = []
    for name in names:
        found = _matching(name, schema.names)
        if not found and name == "":  # an empty list, or a comma at its end
            continue
        if not found:
            what = "that matches " if any(c in name for c in "*?[") else ""
            raise OfflineError(
                f"{option}: there is no column {what}{name!r}. The columns are "
                f"{_shown(schema.names)}."
            )
        chosen += [column for column in found if column not in chosen]
    return chosen


def choose_columns(source, target, options):
    """Assign a role to each column of a source.

    Raises
    ------
    OfflineError
        If a name is not in the input or is given two roles, or if a feature is neither
        numeric nor categorical.
    """
    schema, where = source.schema, source.paths[0]
    if target not in schema.names:
        raise OfflineError(
            f"{where}: there is no target column {target!r}. The columns are "
            f"{_shown(schema.names)}."
        )
    type_ = schema.field(target).type
    if arrow_types.is_nested(type_):
        raise OfflineError(f"{where}, column {target}: is {type_}; the target must hold classes.")
    if len(set(schema.names)) < len(schema.names):
        twice = next(name for name in schema.names if schema.names.count(name) > 1)
        raise OfflineError(f"{where}, column {twice}: more than one column has this name.")
    given = {"features": options.features, "exclude": options.exclude}
    given["categorical"] = options.categorical
    roles = {}
    for option, names in given.items():
        roles[option] = _named_by(names, schema, f"--{option}")
        if target in names:
            raise OfflineError(f"--{option}: {target!r} is the target.")
        roles[option] = [name for name in roles[option] if name != target]  # patterns match it
    if options.features and options.exclude:
        raise OfflineError("--features and --exclude: give only one of them.")
    features = roles["features"] or [
        name
        for name in schema.names
        if name != target and name not in roles["exclude"] and name not in index_names(schema)
    ]
    features = [name for name in features if name not in roles["categorical"]]
    forced = None if options.dtype == "file" else np.dtype(options.dtype)
    is_partial = options.missing == "partial"
    roles = features, roles["categorical"]
    columns = Columns(schema, target, *roles, np.dtype("f8"), forced, is_partial)
    return columns if options.takes_any_columns else _with_numbers(source, columns, options)


def is_written_number(value):
    """Return whether a value is null, a number, or text that is read as a number."""
    if isinstance(value, str):
        return value in NULLS or number_type(value) is not None
    return value is None or isinstance(value, Number)


def _first_text(source, name):
    """Return place and value of the first entry of a column that is not a number.

    If every entry could be read as a number, return the first one. Missing values are passed over.
    """
    first, are_booleans = None, None
    for batch in source.batches([name], SCANNED_ROWS):
        values = batch.table.column(0).to_pylist()
        first = first or (batch.place, values[0])
        for offset, value in enumerate(values):
            if value is None or value in NULLS:
                continue
            if are_booleans is None:
                are_booleans = value in BOOLEAN_WORDS
            is_same = value in AS_BOOLEANS if are_booleans else is_written_number(value)
            if not is_same:
                return batch.place.row_at(offset), value
    if first is None:
        raise OfflineError(f"{source.paths[0]}: has no rows. It must have at least one.")
    return first


def reject_identifiers(source, columns):
    """Raise for integer features that look like identifiers, unless the user has named them."""
    types = {name: columns.schema.field(name).type for name in columns.features}
    names = [name for name, type_ in types.items() if is_number(type_)]
    parts, n_rows = [], 0
    for batch in source.batches(names, COUNTED_ROWS) if names else []:
        parts.append(batch.table.slice(0, COUNTED_ROWS - n_rows))
        n_rows += len(parts[-1])
        if n_rows == COUNTED_ROWS:
            break
    if not parts:
        return
    found, table = [], pa.Table.from_batches(parts)
    for name in names:
        if not _is_whole(table.column(name)):
            continue
        n_values = pc.count_distinct(table.column(name)).as_py()
        if looks_like_identifier(n_values, n_rows):
            found.append((name, n_values))
    if not found:
        return
    name, n_values = found[0]
    others = ", ".join(other for other, _ in found[1:])
    raise OfflineError(
        f"{source.paths[0]}, column {name}: has {n_values:,} different integers in the first "
        f"{n_rows:,} rows, like an identifier{others and f'; so do {others}'}. Name "
        f"{'them' if others else 'it'} in --exclude, or name the features in --features."
    )


def _is_whole(column):
    """Return whether all values of a numeric column are whole numbers; False for booleans."""
    if arrow_types.is_integer(column.type):
        return True
    if arrow_types.is_boolean(column.type):
        return False
    if arrow_types.is_decimal(column.type):
        return column.type.scale <= 0
    column = column.cast(pa.float64())
    is_whole = pc.and_(pc.is_finite(column), pc.equal(column, pc.floor(column)))
    return bool(pc.all(is_whole).as_py())


def _reject_others(source, columns):
    """Raise for features that are not numeric, with a value of the first of them."""
    types = {name: columns.schema.field(name).type for name in columns.features}
    wrong = [name for name, type_ in types.items() if not is_number(type_)]
    if not wrong:
        return
    place, value = _first_text(source, wrong[0])
    others = ", ".join(f"{name} ({types[name]})" for name in wrong[1:])
    raise OfflineError(
        f"{place}, column {wrong[0]}: {value!r} of type {types[wrong[0]]}"
        f"{others and f'; other columns that are not numbers: {others}'}. A feature must be a "
        f"number: name {'these columns' if others else 'the column'} in --exclude "
        f"({','.join(wrong)}), or in --categorical with --sampler smotenc."
    )


def _with_numbers(source, columns, options):
    """Check that the features are numeric, and set the dtype of their matrix."""
    _reject_others(source, columns)
    if not columns.features:
        raise OfflineError(f"{source.paths[0]}: no column is left as a feature; there must be one.")
    if not options.features and source.has_names:
        reject_identifiers(source, columns)
    if columns.categorical and options.sampler != "smotenc":
        raise OfflineError(
            f"--categorical: {options.sampler} takes numbers only. Use --sampler smotenc. "
            f"Got {', '.join(columns.categorical)}."
        )
    if columns.forced is not None:
        return columns._replace(dtype=columns.forced)
    types = [numpy_dtype(columns.schema.field(name).type) for name in columns.features]
    dtype = np.result_type(*types)  # as pandas finds the common dtype of columns
    if dtype.kind == "b":
        dtype = np.dtype("f8")
    return columns._replace(dtype=np.promote_types(dtype, "f4") if dtype == "f2" else dtype)


def reject_null(batch, name, what, is_text=False):
    """Raise an error at the first null of a column, if there is one.

    ``what`` ends the message: what the column must hold, and what to do. If ``is_text``, as
    in CSV, an empty string is null.
    """
    column = batch.table.column(name)
    if is_text and arrow_types.is_string(column.type):
        column = pc.if_else(pc.equal(column, ""), None, column)
    if column.null_count:
        offset = int(np.argmax(column.is_null().to_numpy(zero_copy_only=False)))
        raise OfflineError(f"{batch.place.row_at(offset)}, column {name}: null. {what}")


def encoded(batch, name):
    """Return the dictionary of a column without nulls, and each row's index in it (ndarray)."""
    column = batch.table.column(name)
    if not isinstance(column, pa.DictionaryArray):
        column = column.dictionary_encode()
    return column.dictionary, column.indices.to_numpy(zero_copy_only=False)

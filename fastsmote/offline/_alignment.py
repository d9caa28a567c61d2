"""One schema for several files: columns in any order, types that hold the values of all."""

import numpy as np
import pyarrow as pa
import pyarrow.types as arrow_types

from fastsmote.offline._errors import OfflineError


def aligned(file, schema, first_file, first_schema, are_guessed=False):
    """The schema of several files: that of the first, with types that hold any file's values.

    Parameters
    ----------
    file, first_file : File
    schema, first_schema : pyarrow.Schema
        Of one more file, and of those before it.
    are_guessed : bool
        Whether the types are those of the first rows of CSV files. Columns that are
        numbers in one file and text in another are text then.

    Raises
    ------
    OfflineError
        For a column that is missing, more, or of a type whose values would change.
    """
    fields = []
    for field in first_schema:
        if field.name not in schema.names:
            raise OfflineError(
                f"{file}, column {field.name}: is missing, {first_file} has it as {field.type}."
            )
        other = schema.field(field.name)
        wider = _wider(field.type, other.type)
        if wider is None and are_guessed:
            wider = pa.string()
        if wider is None:
            raise OfflineError(
                f"{file}, column {field.name}: is {_kind(other)}, {first_file} has it as "
                f"{_kind(field)}."
            )
        nullable = field.nullable or other.nullable
        fields.append(field.with_type(wider).with_nullable(nullable))
    extra = [name for name in schema.names if name not in first_schema.names]
    if extra:
        field = schema.field(extra[0])
        raise OfflineError(
            f"{file}, column {field.name}: is {field.type}, {first_file} has no such column."
        )
    return pa.schema(fields, first_schema.metadata)


def _kind(field):
    return f"{field.type}" if field.nullable else f"{field.type} not null"


def _wider(one, other):
    """The type that holds the values of both, or None.

    Where one is float64 and the other is an integer of 64 bits, values are checked as they
    are read.
    """
    if arrow_types.is_null(one) or arrow_types.is_null(other):
        return other if arrow_types.is_null(one) else one
    if arrow_types.is_dictionary(one) and arrow_types.is_dictionary(other):
        values = _wider(one.value_type, other.value_type)
        # Each file may have other values: together they may be more than 127.
        return values and pa.dictionary(pa.int32(), values, one.ordered and other.ordered)
    if arrow_types.is_dictionary(one) or arrow_types.is_dictionary(other):
        return _wider(*(getattr(type_, "value_type", type_) for type_ in (one, other)))
    if one == other:
        return one
    if arrow_types.is_integer(one) and arrow_types.is_integer(other):
        dtype = np.result_type(one.to_pandas_dtype(), other.to_pandas_dtype())
        return pa.from_numpy_dtype(dtype) if dtype.kind in "iu" else None
    if arrow_types.is_floating(one) and arrow_types.is_floating(other):
        return max(one, other, key=lambda type_: type_.bit_width)
    numbers = {one, other}
    if pa.float64() in numbers and any(arrow_types.is_integer(type_) for type_ in numbers):
        return pa.float64()
    if all(arrow_types.is_string(type_) or arrow_types.is_large_string(type_) for type_ in numbers):
        return pa.large_string()
    if all(arrow_types.is_binary(type_) or arrow_types.is_large_binary(type_) for type_ in numbers):
        return pa.large_binary()
    return None

"""One schema for several files: columns in any order, types that hold every file's values."""

import numpy as np
import pyarrow as pa
import pyarrow.types as arrow_types

from fastsmote.offline._errors import OfflineError


def aligned(file, schema, first_file, first_schema, are_guessed=False):
    """Return the first file's schema with its types widened to hold the values of another file.

    Parameters
    ----------
    file, first_file : File
    schema, first_schema : pyarrow.Schema
        The schema of `file`, and the common schema of the files before it.
    are_guessed : bool
        Whether the types were inferred from the first rows of CSV files. If so, a column
        of numbers in one file and text in another becomes text.

    Raises
    ------
    OfflineError
        If a file lacks a column or has an extra one, or if no common type holds the values
        of a column unchanged.
    """
    fields = []
    for field in first_schema:
        if field.name not in schema.names:
            raise OfflineError(
                f"{file}, column {field.name}: is missing; {first_file} has it as {field.type}."
            )
        other = schema.field(field.name)
        wider = _wider(field.type, other.type)
        if wider is None and are_guessed:
            wider = pa.string()
        if wider is None:
            raise OfflineError(
                f"{file}, column {field.name}: is {_described(other)}; {first_file} has it as "
                f"{_described(field)}."
            )
        nullable = field.nullable or other.nullable
        fields.append(field.with_type(wider).with_nullable(nullable))
    extra = [name for name in schema.names if name not in first_schema.names]
    if extra:
        field = schema.field(extra[0])
        raise OfflineError(
            f"{file}, column {field.name}: is {field.type}; {first_file} has no such column."
        )
    return pa.schema(fields, first_schema.metadata)


def _described(field):
    return f"{field.type}" if field.nullable else f"{field.type} not null"


def _wider(one, other):
    """Return the type that holds the values of both types, or None.

    float64 holds only some 64-bit integers: their values are checked when they are read.
    """
    if arrow_types.is_null(one) or arrow_types.is_null(other):
        return other if arrow_types.is_null(one) else one
    if arrow_types.is_dictionary(one) and arrow_types.is_dictionary(other):
        values = _wider(one.value_type, other.value_type)
        # Files may have different categories: together they may exceed the 127 of int8.
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

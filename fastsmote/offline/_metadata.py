"""File metadata: how pandas reads the columns, and entries of other libraries."""

import json

import pyarrow as pa
import pyarrow.types as arrow_types

PANDAS = b"pandas"


def described(schema, with_nulls):
    """Return a schema whose metadata tells pandas how to read the columns.

    Without this metadata pandas reads an integer column with nulls as float64, which changes
    long identifiers. A `RangeIndex` is dropped because its length would be wrong. Other
    metadata, such as GeoParquet's, are kept.

    Parameters
    ----------
    schema : pyarrow.Schema
        A schema with the metadata of the input.
    with_nulls : list of str
        The columns that are null in new rows.
    """
    metadata = dict(schema.metadata or {})
    nullable = {
        name: _nullable_dtype(schema.field(name).type)
        for name in with_nulls
        if _nullable_dtype(schema.field(name).type)
    }
    if PANDAS not in metadata and not nullable:
        return schema
    try:
        of_pandas = json.loads(metadata.get(PANDAS, b"{}"))
        columns = of_pandas.setdefault("columns", [])
    except (ValueError, AttributeError):
        return schema  # not written by pandas
    of_pandas["index_columns"] = [
        name for name in of_pandas.get("index_columns", []) if isinstance(name, str)
    ]
    of_pandas.setdefault("column_indexes", [])
    of_pandas.setdefault("creator", {"library": "pyarrow", "version": pa.__version__})
    of_pandas.setdefault("pandas_version", None)
    known = {entry.get("field_name", entry.get("name")): entry for entry in columns}
    for name, dtype in nullable.items():
        if name not in known:
            known[name] = {"name": name, "field_name": name, "metadata": None}
            known[name]["pandas_type"] = dtype.lower().replace("boolean", "bool")
            columns.append(known[name])
        known[name]["numpy_type"] = dtype
    metadata[PANDAS] = json.dumps(of_pandas).encode()
    return schema.with_metadata(metadata)


def _nullable_dtype(type_):
    """Return pandas' nullable dtype for integers or booleans; None for other types."""
    if arrow_types.is_boolean(type_):
        return "boolean"
    if arrow_types.is_integer(type_):
        prefix = "Int" if arrow_types.is_signed_integer(type_) else "UInt"
        return f"{prefix}{type_.bit_width}"
    return None

"""Write tables as CSV, and decide which Arrow types CSV can hold."""

import csv
import io

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.types as arrow_types


def is_bytes(type_):
    """Return whether a column of this Arrow type holds bytes, which may not be text."""
    type_ = type_.value_type if arrow_types.is_dictionary(type_) else type_
    is_wide = arrow_types.is_large_binary(type_) or arrow_types.is_fixed_size_binary(type_)
    return is_wide or arrow_types.is_binary(type_)


def can_be_text(type_):
    """Return whether values of an Arrow type have a text form; bytes, lists and structs do not."""
    type_ = type_.value_type if arrow_types.is_dictionary(type_) else type_
    if is_bytes(type_):
        return False
    try:
        pc.cast(pa.nulls(1, type_), pa.string())
    except pa.ArrowException:
        return False
    return True


class CsvWriter:
    """Write tables as CSV; quote text only where CSV requires it.

    Text that was read from a CSV file is written unchanged.
    """

    def __init__(self, sink, schema, dialect):
        self._structural = f'[{_in_class(dialect.delimiter)}"\r\n]'  # must be quoted
        if dialect.has_header:
            header = io.StringIO()
            csv.writer(header, delimiter=dialect.delimiter, lineterminator="\n").writerow(
                schema.names
            )
            sink.write(header.getvalue().encode())
        self._plain, self._quoting = (
            pa.csv.CSVWriter(
                sink,
                schema,
                write_options=pa.csv.WriteOptions(
                    include_header=False, quoting_style=style, delimiter=dialect.delimiter
                ),
            )
            for style in ("none", "needed")
        )
        # An empty line is not a row: an empty string in a single column must be quoted.
        self._keeps_empty = dialect.has_nulls or len(schema) == 1

    def write_table(self, table):
        """Write the rows of a table."""
        is_quoted = any(self._has_structure(column) for column in table.columns)
        if self._keeps_empty and (is_quoted or any(map(_has_empty_text, table.columns))):
            self._quoting.write_table(table)
        elif is_quoted:
            self._quoting.write_table(_without_empty_text(table))
        else:
            self._plain.write_table(table)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._plain.close()
        self._quoting.close()

    def _has_structure(self, column):
        """Return whether a value of a column must be quoted."""
        if arrow_types.is_dictionary(column.type):
            column = column.unify_dictionaries()
            column = column.chunk(0).dictionary if column.num_chunks else column.cast(pa.string())
        if not is_text(column.type):
            return False
        return bool(pc.any(pc.match_substring_regex(column, self._structural)).as_py())


def _in_class(character):
    """Escape a character for a character class of a regular expression."""
    return character if character.isalnum() or character.isspace() else f"\\{character}"


def is_text(type_):
    """Return whether a column of this Arrow type holds text."""
    return arrow_types.is_string(type_) or arrow_types.is_large_string(type_)


def _has_empty_text(column):
    if arrow_types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return is_text(column.type) and bool(pc.any(pc.equal(column, "")).as_py())


def _without_empty_text(table):
    """Replace empty strings by null, so that they are written without quotes."""
    for j, column in enumerate(table.columns):
        if is_text(column.type):
            is_empty = pc.equal(column, "")
            column = pc.if_else(is_empty, pa.scalar(None, column.type), column)
            table = table.set_column(j, table.schema.field(j), column)
    return table


def spelled(column, example):
    """Convert new values of a column to text.

    Parameters
    ----------
    column : pyarrow.Array
    example : str
        A value of the column as text in the input; its case sets the case of booleans.
    """
    text = column.cast(pa.string())
    if arrow_types.is_boolean(column.type) and example[:1].isupper():
        text = pc.utf8_upper(text) if example.isupper() else pc.utf8_capitalize(text)
    return text

"""CSV files: only what is computed with is parsed, every other column is text."""

import codecs
import csv
import io

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.types as kinds

from fastsmote.offline._batches import READ_ERRORS, UNREADABLE, Source, numbered
from fastsmote.offline._errors import OfflineError, Place, named

BLOCK_BYTES = 2**23
STRUCTURAL = '[,"\r\n]'  # what a value must be quoted for


class CsvSource(Source):
    """A CSV file with a header; the types are those of its first 8 MiB."""

    def __init__(self, path, encoding="utf8"):
        super().__init__([path])
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            raise OfflineError(
                f"--encoding: must be an encoding that Python knows, such as utf8 or latin-1. Got "
                f"{encoding!r}."
            ) from error
        self._encoding = encoding
        with named(path, UNREADABLE, READ_ERRORS), self._open() as reader:
            self.schema = reader.schema
        if any(kinds.is_binary(field.type) for field in self.schema):
            raise OfflineError(self._first_wrong(self.schema.names) or f"{path}: is no text.")

    def keep_text(self, names):
        """From here on give some columns as the text that stands in the file.

        Returns
        -------
        schema : pyarrow.Schema
            With these columns as text.
        """
        fields = [
            field.with_type(pa.string()) if field.name in names else field for field in self.schema
        ]
        self.schema = pa.schema(fields)
        return self.schema

    def _open(self, **convert):
        return pa.csv.open_csv(
            self.paths[0],
            read_options=pa.csv.ReadOptions(block_size=BLOCK_BYTES, encoding=self._encoding),
            convert_options=pa.csv.ConvertOptions(**convert),
        )

    def _batches(self, columns, batch_rows, start):
        place = Place(str(self.paths[0]), "", 0)
        try:
            with self._open(include_columns=columns, column_types=self.schema) as reader:
                yield from numbered(iter(reader), 0, place)
        except (OfflineError, *READ_ERRORS) as error:
            where = self._first_wrong(columns)
            if where is None:
                raise
            raise OfflineError(where) from error

    def _first_wrong(self, columns):
        """One line on the first value that cannot be read as its column's type, or None."""
        path = self.paths[0]
        is_utf8 = codecs.lookup(self._encoding).name == "utf-8"
        # Read byte by byte where the bytes may be wrong.
        with open(path, encoding="latin-1" if is_utf8 else self._encoding, newline="") as file:
            rows = csv.reader(file)
            names = next(rows, [])
            wanted = [(j, name) for j, name in enumerate(names) if name in columns]
            for row, values in enumerate(rows):
                for j, name in wanted:
                    value = values[j] if j < len(values) else ""
                    problem = _problem(value, self.schema.field(name).type, is_utf8)
                    if problem:
                        return f"{Place(str(path), '', row)}, column {name}: {problem}"
        return None


def _problem(value, type_, is_utf8):
    """What is wrong with a value for its column's type; the value's bytes are latin-1 if utf8."""
    if is_utf8:
        try:
            value = value.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            return f"the byte 0x{byte:02x} is not UTF-8. Pass --encoding, such as latin-1."
    if kinds.is_integer(type_) or kinds.is_floating(type_):
        try:
            (int if kinds.is_integer(type_) else float)(value or 0)
        except ValueError:
            return f"{value!r} of type string, the rows above hold {type_}. It must be a number."
    return None


class CsvWriter:
    """Writes tables as CSV; text is quoted only where it has to be.

    Text that was read from a CSV file stands in the output as it stood there.
    """

    def __init__(self, sink, schema):
        header = io.StringIO()
        csv.writer(header, lineterminator="\n").writerow(schema.names)
        sink.write(header.getvalue().encode())
        self._plain, self._quoting = (
            pa.csv.CSVWriter(
                sink,
                schema,
                write_options=pa.csv.WriteOptions(include_header=False, quoting_style=style),
            )
            for style in ("none", "needed")
        )

    def write_table(self, table):
        """Write the rows of a table."""
        if any(_has_structure(column) for column in table.columns):
            self._quoting.write_table(_without_empty_text(table))
        else:
            self._plain.write_table(table)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._plain.close()
        self._quoting.close()


def _is_text(type_):
    return kinds.is_string(type_) or kinds.is_large_string(type_)


def _has_structure(column):
    """Whether a value of a column has to be quoted."""
    if kinds.is_dictionary(column.type):
        column = column.unify_dictionaries()
        column = column.chunk(0).dictionary if column.num_chunks else column.cast(pa.string())
    if not _is_text(column.type):
        return False
    return bool(pc.any(pc.match_substring_regex(column, STRUCTURAL)).as_py())


def _without_empty_text(table):
    """Empty text as null, which is written as nothing and not as two quotes."""
    for j, column in enumerate(table.columns):
        if _is_text(column.type):
            is_empty = pc.equal(column, "")
            column = pc.if_else(is_empty, pa.scalar(None, column.type), column)
            table = table.set_column(j, table.schema.field(j), column)
    return table

"""CSV files: only what is computed with is parsed, every other column is text."""

import codecs
import csv
import io
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.types as kinds

from fastsmote.offline._batches import READ_ERRORS, UNREADABLE, numbered
from fastsmote.offline._errors import OfflineError, Place, named

BLOCK_BYTES = 2**23
EXACT_FLOAT = 2.0**53  # integers beyond it may not be float64 numbers
TAB_SUFFIX = ".tsv"
NULLS = frozenset(pa.csv.ConvertOptions().null_values)
_DEFAULTS = pa.csv.ConvertOptions()
AS_BOOLEANS = frozenset([*_DEFAULTS.true_values, *_DEFAULTS.false_values])


class Dialect(NamedTuple):
    """How a table is written as CSV."""

    delimiter: str
    has_header: bool = True
    encoding: str = "utf8"

    def named(self, n_columns):
        """The names of columns without a header: x0, x1, ..."""
        return [f"x{j}" for j in range(n_columns)]


def dialect_of(file, options):
    """The dialect of a file, by its ending and the options of the run."""
    delimiter = options.delimiter
    if delimiter is None:
        delimiter = "\t" if file.suffix == TAB_SUFFIX else ","
    return Dialect(delimiter, not options.no_header, options.encoding)


class _CountedQuotes(io.RawIOBase):
    """A stream that counts the quotes that are read of it."""

    def __init__(self, stream):
        self._stream, self.n_quotes = stream, 0

    def readable(self):
        return True

    def read(self, n_bytes=-1):
        data = self._stream.read(n_bytes)
        self.n_quotes += data.count(b'"')
        return data


class CsvReader:
    """A CSV file; the types are those of its first 8 MiB."""

    codec = n_rows = None

    def __init__(self, file, dialect):
        self.file, self._dialect, self._are_whole = file, dialect, set()
        self._is_read = False  # to the end
        with named(file, UNREADABLE, READ_ERRORS), file.stream() as stream:
            self._check_has_bytes(stream)
        with named(file, UNREADABLE, READ_ERRORS), file.stream() as stream:
            self.schema = self._open(stream).schema
        if any(kinds.is_binary(field.type) for field in self.schema):
            raise OfflineError(self._first_wrong(self.schema) or f"{file}: is no text.")

    def _check_has_bytes(self, stream):
        if not stream.read(1):
            raise OfflineError(f"{self.file}: {UNREADABLE}: it has no bytes")

    def _open(self, stream, **convert):
        dialect = self._dialect
        return pa.csv.open_csv(
            stream,
            read_options=pa.csv.ReadOptions(
                block_size=BLOCK_BYTES,
                encoding=dialect.encoding,
                column_names=None if dialect.has_header else self._names(),
            ),
            parse_options=pa.csv.ParseOptions(delimiter=dialect.delimiter, newlines_in_values=True),
            convert_options=pa.csv.ConvertOptions(**convert),
        )

    def _names(self):
        with self.file.text(self._encoding_to_scan()) as text:
            n_columns = len(next(csv.reader(text, delimiter=self._dialect.delimiter), []))
        return self._dialect.named(n_columns)

    def _encoding_to_scan(self):
        """The encoding for Python: each byte of UTF-8 apart, as it may be wrong."""
        is_utf8 = codecs.lookup(self._dialect.encoding).name == "utf-8"
        return "latin-1" if is_utf8 else self._dialect.encoding

    def batches(self, fields, batch_rows, start):
        """The rows from the beginning on; batches are numbered within the file.

        Parameters
        ----------
        fields : pyarrow.Schema
            Of the columns to read, with the types to parse them as.
        """
        place = Place(str(self.file), "", 0)
        try:
            with named(self.file, UNREADABLE, READ_ERRORS):
                stream = self.file.stream()
            with stream:
                counted = stream if self._is_read else _CountedQuotes(stream)
                with named(self.file, UNREADABLE, READ_ERRORS):
                    read = self._open(counted, include_columns=fields.names, column_types=fields)
                for batch in numbered(iter(read), 0, place):
                    self._check_are_whole(batch.table)
                    yield batch
            if not self._is_read and counted.n_quotes % 2:
                self._check_ends_outside_quotes()
            self._is_read = True
        except (OfflineError, *READ_ERRORS) as error:
            where = self._first_wrong(fields)
            if where is None:
                raise
            raise OfflineError(where) from error

    def _check_are_whole(self, table):
        """Raise for an integer so long that its column was parsed as floats, and rounded."""
        for field, column in zip(table.schema, table.columns, strict=True):
            if not kinds.is_float64(field.type) or field.name in self._are_whole:
                continue
            if len(column) and pc.any(pc.greater(pc.abs(column), EXACT_FLOAT)).as_py():
                self._are_whole.add(field.name)  # the whole column is looked at once
                where = self._first_wrong(pa.schema([field]), _rounded)
                if where:
                    raise OfflineError(where)

    def _check_ends_outside_quotes(self):
        """Raise if the last value has no closing quote, which Arrow takes for a whole one."""
        row = -self._dialect.has_header
        try:
            with self.file.text(self._encoding_to_scan()) as text:
                for _ in csv.reader(text, delimiter=self._dialect.delimiter, strict=True):
                    row += 1
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise OfflineError(
                    f"{Place(str(self.file), '', row)}: the last value has no closing quote. The "
                    "file is cut off."
                ) from error

    def _first_wrong(self, fields, problem=None):
        """One line on the first value that cannot be read as its column's type, or None."""
        encoding = self._encoding_to_scan()
        is_utf8 = encoding != self._dialect.encoding
        problem = problem or _problem
        try:
            with self.file.text(encoding) as text:
                rows = csv.reader(text, delimiter=self._dialect.delimiter)
                has_header = self._dialect.has_header
                names = _header(next(rows, [])) if has_header else self.schema.names
                wanted = [(j, name) for j, name in enumerate(names) if name in fields.names]
                filled = (values for values in rows if values)  # Arrow skips empty lines
                for row, values in enumerate(filled):
                    for j, name in wanted:
                        value = values[j] if j < len(values) else ""
                        found = problem(value, fields.field(name).type, is_utf8)
                        if found:
                            return f"{Place(str(self.file), '', row)}, column {name}: {found}"
        except (csv.Error, UnicodeError, *READ_ERRORS):
            return None  # Arrow has said what is wrong
        return None


def _header(names):
    """Names as UTF-8, of a header that was read byte by byte."""
    try:
        return [name.encode("latin-1").decode("utf-8-sig") for name in names]
    except UnicodeError:
        return names


def _problem(value, type_, is_utf8):
    """What is wrong with a value for its column's type; the value's bytes are latin-1 if utf8."""
    if is_utf8:
        try:
            value = value.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            return f"the byte 0x{byte:02x} is not UTF-8. Pass --encoding, such as latin-1."
    if kinds.is_boolean(type_) and value not in (*AS_BOOLEANS, *NULLS):
        return f"{value!r} of type string, the rows above hold {type_}. It must be true or false."
    if kinds.is_integer(type_) or kinds.is_floating(type_):
        try:
            (int if kinds.is_integer(type_) else float)(value or 0)
        except ValueError:
            if value in NULLS:
                return None
            return f"{value!r} of type string, the rows above hold {type_}. It must be a number."
    return None


def _rounded(value, type_, is_utf8):
    """What is wrong with an integer that no float64 holds."""
    digits = value.strip().lstrip("+-")
    if digits.isdecimal() and int(float(digits)) != int(digits):
        return (
            f"{value} is an integer that float64 does not hold. Name the column in --exclude: it "
            "then passes through as text."
        )
    return None


def check_can_be_csv(where, schema):
    """Raise for a column that CSV cannot hold: bytes, lists and records, as a kind."""
    for field in schema:
        type_ = field.type.value_type if kinds.is_dictionary(field.type) else field.type
        is_bytes = kinds.is_binary(type_) or kinds.is_large_binary(type_)
        is_bytes = is_bytes or kinds.is_fixed_size_binary(type_)
        try:
            pc.cast(pa.nulls(1, type_), pa.string())
            is_known = True
        except pa.ArrowException:
            is_known = False
        if is_bytes or not is_known:
            raise OfflineError(
                f"{where}, column {field.name}: {field.type} cannot be written to CSV. Write a "
                "folder or a file .parquet or .arrow."
            )


class CsvWriter:
    """Writes tables as CSV; text is quoted only where it has to be.

    Text that was read from a CSV file stands in the output as it stood there.
    """

    def __init__(self, sink, schema, dialect):
        self._structural = f'[{_in_class(dialect.delimiter)}"\r\n]'  # what has to be quoted
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
        self._is_alone = len(schema) == 1

    def write_table(self, table):
        """Write the rows of a table."""
        # A line of nothing is no row: the only column's empty text is quoted.
        if self._is_alone or any(self._has_structure(column) for column in table.columns):
            self._quoting.write_table(table if self._is_alone else _without_empty_text(table))
        else:
            self._plain.write_table(table)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self._plain.close()
        self._quoting.close()

    def _has_structure(self, column):
        """Whether a value of a column has to be quoted."""
        if kinds.is_dictionary(column.type):
            column = column.unify_dictionaries()
            column = column.chunk(0).dictionary if column.num_chunks else column.cast(pa.string())
        if not is_text(column.type):
            return False
        return bool(pc.any(pc.match_substring_regex(column, self._structural)).as_py())


def _in_class(character):
    """A character as it is written within the brackets of a regular expression."""
    return character if character.isalnum() or character.isspace() else f"\\{character}"


def is_text(type_):
    """Whether a column of this Arrow type holds text."""
    return kinds.is_string(type_) or kinds.is_large_string(type_)


def _without_empty_text(table):
    """Empty text as null, which is written as nothing and not as two quotes."""
    for j, column in enumerate(table.columns):
        if is_text(column.type):
            is_empty = pc.equal(column, "")
            column = pc.if_else(is_empty, pa.scalar(None, column.type), column)
            table = table.set_column(j, table.schema.field(j), column)
    return table


def spelled(column, example):
    """New values of a column as text.

    Parameters
    ----------
    column : pyarrow.Array
    example : str
        A value of the column as it stands in the input: how booleans are spelled there.
    """
    text = column.cast(pa.string())
    if kinds.is_boolean(column.type) and example[:1].isupper():
        text = pc.utf8_upper(text) if example.isupper() else pc.utf8_capitalize(text)
    return text

"""Read CSV files: columns that a sampler computes with are parsed, all others stay text."""

import codecs
import csv
import io
import re
from itertools import chain
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.types as arrow_types

from fastsmote.offline._batches import READ_ERRORS, UNREADABLE, numbered
from fastsmote.offline._csv_writer import is_text
from fastsmote.offline._errors import OfflineError, Place, named

BLOCK_BYTES = 2**23
EXACT_FLOAT = 2**53  # float64 holds every integer up to here
TAB_SUFFIX = ".tsv"
INTEGER = re.compile(r"[+-]?[0-9]+", re.ASCII)
FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?|[+-]?(nan|inf|infinity)", re.I)
MAGICS = {
    b"\x1f\x8b": "is compressed with gzip. Its name must end in .csv.gz.",
    b"\x28\xb5\x2f\xfd": "is compressed with zstd. Its name must end in .csv.zst.",
    b"PK\x03\x04": "is a zip file. Unpack it first.",
}
BYTE_ORDER_MARK = codecs.BOM_UTF8.decode("latin-1")  # UTF-8 is scanned byte by byte
NULLS = frozenset(pa.csv.ConvertOptions().null_values)
_DEFAULTS = pa.csv.ConvertOptions()
AS_BOOLEANS = frozenset([*_DEFAULTS.true_values, *_DEFAULTS.false_values])


class Dialect(NamedTuple):
    """The format of a CSV file."""

    delimiter: str
    has_header: bool = True
    encoding: str = "utf8"
    has_nulls: bool = False  # whether null text must differ from an empty string

    def named(self, n_columns):
        """Return names for columns without a header: x0, x1, ..."""
        return [f"x{j}" for j in range(n_columns)]


def dialect_of(file, options):
    """Return the dialect of a file from its ending and the options of the run."""
    delimiter = options.delimiter
    if delimiter is None:
        delimiter = "\t" if file.suffix == TAB_SUFFIX else ","
    return Dialect(delimiter, not options.no_header, options.encoding)


class _CountedQuotes(io.RawIOBase):
    """A stream that counts the quotes in the bytes read from it."""

    def __init__(self, stream):
        self._stream, self.n_quotes = stream, 0

    def readable(self):
        return True

    def read(self, n_bytes=-1):
        data = self._stream.read(n_bytes)
        self.n_quotes += data.count(b'"')
        return data


class WiderType(Exception):
    """A value of a CSV file does not fit the type inferred for its column."""

    def __init__(self, column, type_):
        self.column, self.type = column, type_


class CsvReader:
    """A CSV file; types that are not given are inferred from its first 8 MiB.

    A later value may not fit the inferred type. Then `WiderType` is raised, and the caller
    opens the file again with the type that it names.
    """

    codec = n_rows = None

    def __init__(self, file, dialect, types):
        self.file, self._dialect, self._are_whole = file, dialect, set()
        self._is_read = False  # whether it has been read to the end
        with named(file, UNREADABLE, READ_ERRORS), file.stream() as stream:
            self._check_start(stream)
        try:
            with named(file, UNREADABLE, READ_ERRORS), file.stream() as stream:
                self.schema = self._open(stream).schema
                _ = self.schema.names  # Arrow decodes the names only now
        except OfflineError as error:
            where = self._first_wrong(None)
            if where is None:
                raise
            raise OfflineError(where) from error
        if any(arrow_types.is_binary(field.type) for field in self.schema):
            raise OfflineError(self._first_wrong(self.schema) or f"{file}: is not text.")
        fields = [field.with_type(types.get(field.name, field.type)) for field in self.schema]
        self.schema = pa.schema(fields)

    def _check_start(self, stream):
        start = stream.read(4)
        if not start:
            raise OfflineError(f"{self.file}: {UNREADABLE}: it is empty")
        for magic, what in MAGICS.items():
            if start.startswith(magic):
                raise OfflineError(f"{self.file}: {what}")
        is_utf16 = start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        if is_utf16 and "16" not in self._dialect.encoding:
            raise OfflineError(f"{self.file}: starts like UTF-16. Pass --encoding utf-16.")

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
            n_columns = len(next(self._rows(text), []))
        return self._dialect.named(n_columns)

    def _rows(self, text, strict=False):
        """Return an iterator over the rows, without the byte order mark before the first."""
        first = next(text, "").removeprefix(BYTE_ORDER_MARK)
        return csv.reader(chain([first], text), delimiter=self._dialect.delimiter, strict=strict)

    def _encoding_to_scan(self):
        """Return the encoding to scan with: latin-1 for UTF-8, so that invalid bytes survive."""
        is_utf8 = codecs.lookup(self._dialect.encoding).name == "utf-8"
        return "latin-1" if is_utf8 else self._dialect.encoding

    def batches(self, fields, batch_rows, start):
        """Yield all rows from the first on; row numbers count within the file.

        Parameters
        ----------
        fields : pyarrow.Schema
            The columns to read, and the types to parse them as.
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
        """Raise if a column was parsed as floats and an integer in it was rounded."""
        for field, column in zip(table.schema, table.columns, strict=True):
            if not arrow_types.is_float64(field.type) or field.name in self._are_whole:
                continue
            if len(column) and pc.any(pc.greater(pc.abs(column), float(EXACT_FLOAT))).as_py():
                self._are_whole.add(field.name)  # scan the whole column only once
                where = self._first_wrong(pa.schema([field]), _rounded)
                if where:
                    raise OfflineError(where)

    def _check_ends_outside_quotes(self):
        """Raise if the last value has no closing quote, which Arrow accepts."""
        row = -self._dialect.has_header
        try:
            with self.file.text(self._encoding_to_scan()) as text:
                for _ in self._rows(text, strict=True):
                    row += 1
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                raise OfflineError(
                    f"{Place(str(self.file), '', row)}: the last value has no closing quote. The "
                    "file is cut off."
                ) from error

    def _first_wrong(self, fields, problem=None):
        """Describe the first value that cannot be read as its column's type; None if all can.

        If ``fields`` is None, every value is read as text.
        """
        encoding = self._encoding_to_scan()
        is_utf8 = encoding != self._dialect.encoding
        problem = problem or _problem
        try:
            with self.file.text(encoding, errors="surrogateescape") as text:
                rows = self._rows(text)
                names = next(rows, []) if self._dialect.has_header else self._names()
                names = _header(names) if is_utf8 else names
                if fields is None:
                    fields = pa.schema([(name, pa.string()) for name in names])
                wanted = [(j, name) for j, name in enumerate(names) if name in fields.names]
                filled = (values for values in rows if values)  # Arrow skips empty lines
                for row, values in enumerate(filled):
                    place = Place(str(self.file), "", row)
                    if len(values) != len(names):
                        return f"{place}: has {len(values)} values; the header has {len(names)}."
                    for j, name in wanted:
                        found = problem(values[j], fields.field(name).type, is_utf8)
                        if isinstance(found, pa.DataType):
                            raise WiderType(name, found)
                        if found:
                            return f"{place}, column {name}: {found}"
        except OfflineError as error:
            return f"{self.file}, {error}"
        except (csv.Error, UnicodeError, *READ_ERRORS):
            return None  # Arrow's error describes the problem
        return None


def _header(names):
    """Decode the names of a header that was read byte by byte as UTF-8."""
    try:
        return [name.encode("latin-1").decode("utf-8") for name in names]
    except UnicodeDecodeError as error:
        raise OfflineError(f"header: {_not_utf8(error)}") from error


def _problem(value, type_, is_utf8):
    """Describe what is wrong with a value, or return the type that its column needs, or None.

    If ``is_utf8``, the value was decoded as latin-1. Otherwise bytes that are invalid in the
    encoding appear as surrogates.
    """
    if is_utf8:
        try:
            value = value.encode("latin-1").decode("utf-8")
        except UnicodeDecodeError as error:
            return _not_utf8(error)
    wrong = re.search("[\ud800-\udfff]", value)
    if wrong:
        return f"the byte 0x{ord(wrong[0]) - 0xDC00:02x} is not valid in --encoding. Pass another."
    if (
        value in NULLS
        or is_text(type_)
        or arrow_types.is_temporal(type_)
        or arrow_types.is_binary(type_)
    ):
        return None
    if arrow_types.is_boolean(type_):
        return None if value in AS_BOOLEANS else pa.string()
    number = number_type(value)
    if number is None:
        return pa.string()
    is_wide = arrow_types.is_floating(type_) or (
        arrow_types.is_integer(type_) and arrow_types.is_integer(number)
    )
    return None if is_wide else number


def _not_utf8(error):
    byte = error.object[error.start]
    return f"the byte 0x{byte:02x} is not UTF-8. Pass --encoding, such as latin-1."


def number_type(value):
    """Return the type that Arrow infers for a number in text; None if the text is not one."""
    value = value.strip()
    if INTEGER.fullmatch(value):
        return pa.int64() if abs(int(value)) < 2**63 else pa.float64()
    return pa.float64() if FLOAT.fullmatch(value) else None


def _rounded(value, type_, is_utf8):
    """Describe an integer that float64 would round; None for other values."""
    digits = value.strip().lstrip("+-")
    if digits.isdecimal() and (len(digits) > 300 or int(float(digits)) != int(digits)):
        return (
            f"{value} is an integer that float64 does not hold. Name the column in --exclude to "
            "pass it through as text."
        )
    return None

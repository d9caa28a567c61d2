"""CSV files of the differential test: how values are spelled, files written and read."""

import csv
import io
import re
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
from hypothesis import strategies as st

NULLS = ("", "nan", "NA", "null")
INTEGER = re.compile(r"-?\d+")
SUFFIXES = (".csv", ".tsv")


def is_csv(name):
    """Whether a file's name is that of a CSV file, which may be compressed."""
    return any(ending in SUFFIXES for ending in re.findall(r"\.[a-z]+", str(name)))


def draw_csv(draw):
    """How CSV files are written. The command gets the last three as options."""
    encoding = draw(st.sampled_from(["utf8"] * 4 + ["latin-1"]))
    return {
        "style": draw(st.sampled_from(["canonical", *STYLES])),
        "quotes_all": draw(st.sampled_from([False] * 5 + [True])),
        "newline": draw(st.sampled_from(["\n", "\n", "\r\n"])),
        "ends": draw(st.sampled_from([True, True, False])),  # its last line with a newline
        "has_bom": encoding == "utf8" and draw(st.sampled_from([False] * 7 + [True])),
        "delimiter": draw(st.sampled_from([None] * 4 + [";", "\t"])),
        "no_header": draw(st.sampled_from([False] * 4 + [True])),
        "encoding": encoding,
    }


def is_plain(how):
    """Whether lines are written as the command writes them."""
    return how["newline"] == "\n" and how["ends"] and how["encoding"] == "utf8"


def delimiter_of(name, how):
    """What separates the values of a file."""
    return how["delimiter"] or ("\t" if ".tsv" in str(name) else ",")


# Values as text


def _varied(value, row):
    """One of the ways to write a value."""
    if isinstance(value, bool):
        return [str(value), str(value).upper(), str(value).lower()][row % 3]
    if isinstance(value, int):
        return [f"{value}", f"{value:04d}", "-0" if value == 0 else f"{value}"][row % 3]
    text = repr(value)
    if not np.isfinite(value):
        return text
    longer = text + "0" if "." in text and "e" not in text else text
    return [text, longer, f"{value:+}", f"{value:.17E}"][row % 4]


def _upper_if_boolean(value, row):
    return str(value).upper() if isinstance(value, bool) else _canonical(value, row)


def _canonical(value, row):
    return pa.scalar(value).cast(pa.string()).as_py()


STYLES = {  # of numbers and booleans: (value, its row) -> text
    "canonical": _canonical,  # as Arrow writes it
    "repr": lambda value, row: repr(value),
    "exponents": lambda v, row: f"{v:.3e}" if isinstance(v, float) else _canonical(v, row),
    "upper": _upper_if_boolean,
    "varied": _varied,
}


def as_text(column: Any, style):
    """The values of an Arrow array as they stand in a CSV file."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.string())
    values, spell = column.to_pylist(), STYLES[style]
    if pa.types.is_string(column.type):
        return ["" if value is None else value for value in values]
    return ["" if value is None else spell(value, row) for row, value in enumerate(values)]


# Files


def write_csv(path, columns, how, is_cut):
    """Write columns of text, {name: texts}; the end is missing if ``is_cut``."""
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if how["quotes_all"] else csv.QUOTE_MINIMAL
    delimiter, newline = delimiter_of(path.name, how), how["newline"]
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    if is_cut and not how["quotes_all"]:
        rows[-1].pop()
    writer.writerows(rows if how["no_header"] else [list(columns), *rows])
    text = text.getvalue() if how["ends"] else text.getvalue().removesuffix(newline)
    if is_cut and how["quotes_all"]:
        text = text.removesuffix(newline).removesuffix('"')
    compression = {".gz": "gzip", ".zst": "zstd"}.get(path.suffix)
    with pa.output_stream(str(path), compression=compression) as stream:
        stream.write(text.encode("utf-8-sig" if how["has_bom"] else how["encoding"]))


def text_of(path, encoding):
    """All text of a file that may be compressed."""
    with pa.input_stream(str(path), compression="detect") as stream:
        return stream.read().decode(encoding, "surrogateescape")


def read_csv(text, delimiter, names=None):
    """{name: the text of its values}; names if there is no header."""
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if names is None:
        names, *rows = rows
    assert all(len(row) == len(names) for row in rows)
    return {name: [row[j] for row in rows] for j, name in enumerate(names)}


def read_by_arrow(path, how, names, types=None):
    """The table that Arrow takes a file for."""
    with pa.input_stream(str(path), compression="detect") as stream:
        return pa.csv.read_csv(
            stream,
            read_options=pa.csv.ReadOptions(
                encoding=how["encoding"], column_names=names if how["no_header"] else None
            ),
            parse_options=pa.csv.ParseOptions(
                delimiter=delimiter_of(path.name, how), newlines_in_values=True
            ),
            convert_options=pa.csv.ConvertOptions(column_types=types),
        )


# Values from text


def inferred(texts):
    """The values of a column that is parsed, as integers, booleans or floats if all of it is."""
    known = [text for text in texts if text not in NULLS]
    if not known:
        return pa.nulls(len(texts))
    if all(text.lower() in ("true", "false") for text in known):
        kind, type_ = (lambda text: text.lower() == "true"), pa.bool_()
    elif all(INTEGER.fullmatch(text) for text in known):
        kind, type_ = int, pa.int64()
    elif all(_is_float(text) for text in known):
        kind, type_ = float, pa.float64()
    else:
        return pa.array(texts, pa.string())
    return pa.array([None if text in NULLS else kind(text) for text in texts], type_)


def _is_float(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def are_rounded(texts):
    """Whether a column that is parsed as float64 holds an integer that float64 does not."""
    digits = [text.strip().lstrip("+-") for text in texts]
    return any(text.isdecimal() and int(float(text)) != int(text) for text in digits)


def spelled(value, texts):
    """A new value of a column of a CSV file: a boolean as the first row spells its own."""
    if not isinstance(value, (bool, np.bool_)):
        return value
    first = texts[0]
    if first.isupper():
        return str(value).upper()
    return str(value) if first[:1].isupper() else str(value).lower()

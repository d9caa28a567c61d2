"""Why `fastsmote resample` has to refuse a case, as patterns of its line of error."""

import re
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from helpers.offline.csv import are_rounded, is_csv
from helpers.offline.faults import VALUE_FAULTS
from helpers.offline.files import data_files
from helpers.offline.options import DRAW_ROWS, FLAG, OVER
from helpers.offline.roles import is_number, roles, wider

WRONG_TEXT = {"nan": "nan", "inf": "inf", "text": "'many'", "target fraction": "0.5"}
OF_SAMPLER = "/in|--[a-z]+"  # what an error of the sampler in memory becomes names either
EXACT = 2**53


class Refused(NamedTuple):
    """The line of error says one of these."""

    patterns: list


def _escaped(*texts):
    return ".*".join(re.escape(str(text)) for text in texts)


def _any_file(case, src):
    return "(" + "|".join(re.escape(str(path)) for path in data_files(case, src)) + ")"


# Before a row is read


def before_reading(case, src):
    """Why the files cannot be read, or do not go together."""
    yield from _of_types(case, src)
    yield from _of_empty_files(case, src)
    kind = case.fault.kind if case.fault is not None else None
    if kind in ("truncated", "missing column"):
        yield of_fault(case, src)


def _of_types(case, src):
    if case.format == "csv":
        return
    for name, _, values in case.physical:
        if wider([file.types.get(name, values.type) for file in case.files]) is None:
            yield rf"{_any_file(case, src)}, column {re.escape(name)}: is "


def _of_empty_files(case, src):
    """A CSV file needs a line, and one of a header needs its end."""
    for file in case.files if case.format == "csv" else ():
        if file.n_rows == 0 and (case.csv["no_header"] or not case.csv["ends"]):
            yield _escaped(src.joinpath(*file.path), "cannot be read")


def of_fault(case, src, given=None):
    """What the error on a fault says."""
    fault = case.fault
    if fault.kind in VALUE_FAULTS:
        value = WRONG_TEXT.get(fault.kind, "null")
        value = "null" if case.format == "csv" and value == "nan" else value
        return _escaped(f"{given.place_of(fault.row)}, column {fault.column}: {value}")
    path = src.joinpath(*case.files[fault.file].path) if case.is_folder else src
    is_numbered = case.format == "csv" and case.csv["no_header"]
    column = r"x\d+" if is_numbered else re.escape(fault.column)
    return {
        "missing column": rf"{_any_file(case, src)}, column {column}: ",
        "truncated": _escaped(path)
        + ".*(cannot be read|cut off|is missing|has no such column|the header has)",
        "unknown exclude": _escaped("--exclude: there is no column 'unknown'."),
        "unknown features": _escaped("--features: there is no column 'unknown'."),
        "unknown target": _any_file(case, src) + "|unknown",
    }[fault.kind]


# Before a row is written


def after_reading(case, given, src, dst):
    """Why the table cannot be worked with, whatever the sampler is."""
    yield from _of_destination(case, given, dst)
    yield from _of_rounded_text(case, given)
    yield from _of_long_integers(case, given)
    if case.options["missing"] == "partial":
        yield from _of_empty_rows(case, given)
    if case.options["check"]:
        yield from _of_check(case, given, src)


def _of_destination(case, given, dst):
    """Why a table of these columns cannot be written."""
    features, _ = roles(case, given.table)
    for field in given.table.schema:
        is_nested, is_binary = pa.types.is_nested(field.type), pa.types.is_binary(field.type)
        if is_csv(dst.name) and (is_nested or is_binary):
            yield _escaped(f"{dst}, column {field.name}: ", "cannot be written to CSV")
        if dst.suffix == ".npy" and field.name not in (*features, case.target):
            yield _escaped(f"{dst}, column {field.name}: is not a feature")
        elif dst.suffix == ".npy" and field.name in features and not is_number(field.type):
            # The indices of a dictionary may be wider in several files.
            yield _escaped(f"{dst}, column {field.name}: ", "cannot be written")
        if field.name in case.options.get("partition_by", ()) and (is_nested or is_binary):
            yield _escaped(f"--partition-by: column {field.name} is ", "cannot name folders")
    if dst.suffix == ".npy" and case.options["provenance"]:
        name = "fastsmote_base_row" if case.sampler in OVER else "fastsmote_row"
        yield _escaped(f"{dst}, column {name}: is not a feature")
    if dst.suffix == ".npy" and case.options["flag"]:
        yield _escaped(f"{dst}, column {FLAG}: is not a feature")


def _of_rounded_text(case, given):
    """Long integers of CSV files that would be parsed as floats."""
    features, _ = roles(case, given.table)
    is_parsed = case.sampler not in DRAW_ROWS or not is_csv(case.dst) or case.options["check"]
    for name in features if case.format == "csv" else ():
        type_ = given.table.schema.field(name).type
        if name not in given.texts or not pa.types.is_float64(type_):
            continue
        if (is_parsed or case.options["dtype"] != "file") and are_rounded(given.texts[name]):
            yield _escaped(f", column {name}: ", "is an integer that float64 does not hold")


def _of_long_integers(case, given):
    """Integers that the matrix of all features does not hold."""
    if case.sampler in DRAW_ROWS:
        return
    types = {name: given.table.schema.field(name).type for name in roles(case, given.table)[0]}
    dtypes = [np.float64 if pa.types.is_decimal(t) else t.to_pandas_dtype() for t in types.values()]
    is_partial = case.options["missing"] == "partial"  # in a matrix of floats
    if not is_partial and case.options["dtype"] == "file" and np.result_type(*dtypes).kind in "iu":
        return
    for name, type_ in types.items():
        if pa.types.is_integer(type_):
            values = given.table.column(name).drop_null().to_pylist()
            if any(abs(value) > EXACT for value in values):
                yield _escaped(f", column {name}: ", "beyond 2^53")


def _of_empty_rows(case, given):
    """Rows without any value of a feature."""
    features, _ = roles(case, given.table)
    columns = [given.table.column(name).to_pylist() for name in features]
    rows = zip(*columns, strict=True) if case.sampler != "smotenc" else ()
    if any(all(value is None or value != value for value in row) for row in rows):
        yield "features are missing"


def _of_check(case, given, src):
    """The counts of --check."""
    features, _ = roles(case, given.table)
    counted = []
    for name in [*features, *case.of_role("category"), case.target]:
        column = given.table.column(name)
        counts = {"null": column.null_count}
        if pa.types.is_floating(column.type):
            values = np.array(column.drop_null().to_pylist(), np.float64)
            counts["NaN"] = int(np.isnan(values).sum())
            counts["infinite"] = int(np.isinf(values).sum())
        if case.options["missing"] == "partial" and name in features:
            counts = {"infinite": counts.get("infinite", 0)}
        if any(counts.values()):
            of_column = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
            counted.append(f"{name}: {of_column}")
    if counted:
        first = data_files(case, src)[0]
        rows = f"{first}: some of {len(given.table)} rows have missing or infinite values. "
        yield _escaped(f"{rows}{'; '.join(counted)}. ")


# Of the rows to be written


def of_rows(case, taken, expected, dst):
    """Why rows that a sampler has made cannot be written; ``taken`` are those of the input."""
    if expected.n_rows == 0:
        yield _escaped(f"{dst}: there are no rows to write.")
    features = [name for name in taken.column_names if name in roles(case, taken)[0]]
    for name in features if case.options["dtype"] == "float32" else ():
        column = taken.column(name)
        if pa.types.is_floating(column.type):
            values = np.array(column.drop_null().to_pylist(), np.float64)
            if (np.abs(values[np.isfinite(values)]) > np.finfo(np.float32).max).any():
                yield _escaped(f"--dtype: column {name} has values beyond the largest float")
    types = [expected.types[name] for name in features]
    is_float = any(pa.types.is_floating(t) or pa.types.is_decimal(t) for t in types)
    has_null = any(value is None for name in features for value in expected.columns[name])
    if dst.suffix == ".npy" and has_null and not is_float:
        yield _escaped(f"{dst.name}, column ", ": null cannot be written")

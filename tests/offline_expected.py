"""What `fastsmote resample` has to do with a case: the table that it writes, or why it refuses."""

import re
import warnings
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from offline_faults import VALUE_FAULTS
from offline_files import HIVE_NULL, read_input
from offline_tables import DRAW_ROWS

from fastsmote.combine import SMOTETomek
from fastsmote.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE, RandomOverSampler
from fastsmote.under_sampling import RandomUnderSampler, TomekLinks

WRONG_TEXT = {"nan": "nan", "inf": "inf", "text": "'many'", "target fraction": "0.5"}
OF_SAMPLER = "|--[a-z]+"  # what an error of the sampler in memory becomes names an option
PROVENANCE = ["fastsmote_base_row", "fastsmote_neighbor_row", "fastsmote_gap"]


class Refused(NamedTuple):
    """The line of error says one of these."""

    patterns: list


class Made(NamedTuple):
    """What the in-memory sampler gives."""

    kept: Any  # numbers of the input's rows that the output begins with
    repeated: Any  # numbers of rows that come once more, after them; None: new rows come
    columns: dict  # {name: values} of the new rows
    provenance: Any


def roles(case, given):
    """Names of the features in their order, and of the columns that pass through."""
    names = given.table.column_names
    features = case.options.get("features")
    if features is None:
        features = [name for name in names if name in case.of_role("feature")]
    taken = {*features, *case.of_role("category"), case.target}
    if case.sampler in DRAW_ROWS:  # of which every column is a feature unless it is excluded
        excluded = case.options.get("exclude", [])
        features = [name for name in names if name not in excluded and name != case.target]
        return features, list(excluded)
    return features, [name for name in names if name not in taken]


# The in-memory sampler


def _sampler(case):
    options, seed = case.options, {"random_state": case.options["seed"]}
    strategy = {"sampling_strategy": options["strategy"]}
    k, m = options["k_neighbors"], options["m_neighbors"]
    smote = SMOTE(**strategy, **seed, k_neighbors=k)
    return {
        "smote": smote,
        "borderline-smote": BorderlineSMOTE(**strategy, **seed, k_neighbors=k, m_neighbors=m),
        "adasyn": ADASYN(**strategy, **seed, n_neighbors=k),
        "smotenc": SMOTENC(case.of_role("category"), **strategy, **seed, k_neighbors=k),
        "random-over": RandomOverSampler(**strategy, **seed),
        "random-under": RandomUnderSampler(**strategy, **seed),
        "tomek-links": TomekLinks(**strategy),
        "smote-tomek": SMOTETomek(**strategy, **seed, smote=smote),
    }[case.sampler]


def _filled(column):
    """A column with its wrong value filled."""
    values = pd.to_numeric(pd.Series(column.to_pylist(), dtype=object), errors="coerce")
    dtype = np.float64 if pa.types.is_string(column.type) else column.type.to_pandas_dtype()
    return np.nan_to_num(values.to_numpy(np.float64), posinf=0.0).astype(dtype)


def _frame(case, given, features):
    """Features and categories as a dataframe, its wrong values filled."""
    columns = {}
    for name in features:
        values = given.table.column(name).to_numpy()
        if case.fault is not None and name == case.fault.column:
            values = _filled(given.table.column(name))
        columns[name] = values
    frame = pd.DataFrame(columns)
    if case.options["dtype"] != "file":
        frame = frame.astype(case.options["dtype"])
    for name in case.of_role("category"):
        values = given.table.column(name).to_pylist()
        frame[name] = pd.Series(values, dtype=object if isinstance(values[0], str) else None)
    return frame


def _labels(given, target):
    labels = given.table.column(target).to_pylist()
    return np.array(labels, object if isinstance(labels[0], str) else None)


def sampled(case, given):
    """What the sampler in memory makes of the table; its error if it raises."""
    y, n_rows, sampler = _labels(given, case.target), len(given.table), _sampler(case)
    features, _ = roles(case, given)
    is_drawing = case.sampler in DRAW_ROWS
    X = np.arange(n_rows).reshape(-1, 1) if is_drawing else _frame(case, given, features)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            X_resampled, y_resampled = sampler.fit_resample(X, y)
        except (ValueError, RuntimeError) as error:
            return error
    if is_drawing or case.sampler == "tomek-links":
        rows = sampler.sample_indices_
        n_kept = n_rows if case.sampler == "random-over" else len(rows)
        return Made(rows[:n_kept], rows[n_kept:], {}, None)
    kept = np.arange(n_rows)
    if case.sampler == "smote-tomek":
        kept = sampler.tomek_.sample_indices_
        kept = kept[kept < n_rows]
    new = {name: X_resampled[name].to_numpy()[len(kept) :] for name in X_resampled}
    new[case.target] = y_resampled[len(kept) :]
    return Made(kept, None, new, getattr(sampler, "provenance_", None))


# The output


def is_number(type_):
    """Whether --dtype is of columns of a type."""
    return pa.types.is_integer(type_) or pa.types.is_floating(type_) or pa.types.is_boolean(type_)


def _new_rows(schema, made):
    n_new, arrays = len(made.columns["y"]), []
    for field in schema:
        values = made.columns.get(field.name)
        if values is None:
            arrays.append(pa.nulls(n_new, field.type))
        else:
            arrays.append(pa.array(values.tolist(), field.type))
    return pa.table(arrays, schema=schema)


def _with_provenance(table, provenance):
    columns = (provenance.base_rows, provenance.neighbor_rows, provenance.gaps)
    for name, values in zip(PROVENANCE, columns, strict=True):
        nulls = [None] * (len(table) - len(values))
        type_ = pa.float64() if name == "fastsmote_gap" else pa.int64()
        table = table.append_column(name, pa.array([*nulls, *values.tolist()], type_))
    return table


def _written(case, given, made):
    """The table that the command has to write."""
    table, dtype = given.table.unify_dictionaries(), case.options["dtype"]
    if dtype != "file":
        for name in roles(case, given)[0]:
            place, type_ = table.column_names.index(name), pa.type_for_alias(dtype)
            if is_number(table.schema.field(name).type):
                table = table.set_column(place, name, table.column(name).cast(type_, safe=False))
    parts = [] if case.options["only_synthetic"] else [table.take(made.kept)]
    if made.repeated is not None:
        return pa.concat_tables([*parts, table.take(made.repeated)])
    table = pa.concat_tables([*parts, _new_rows(table.schema, made)])
    has_provenance = case.options["provenance"] and made.provenance is not None
    return _with_provenance(table, made.provenance) if has_provenance else table


# Refusals


def _escaped(*texts):
    return ".*".join(re.escape(str(text)) for text in texts)


def _any_file(case, src):
    paths = [src.joinpath(*file.path) for file in case.files] if src.is_dir() else [src]
    return "(" + "|".join(re.escape(str(path)) for path in paths) + ")"


def _of_fault(case, src, given=None):
    """What the error on a fault says."""
    fault = case.fault
    if fault.kind in VALUE_FAULTS:
        value = WRONG_TEXT.get(fault.kind, "null")
        value = "null" if case.source == "csv" and value == "nan" else value
        return _escaped(f"{given.place_of(fault.row)}, column {fault.column}: {value}")
    path = src.joinpath(*case.files[fault.file].path) if src.is_dir() else src
    return {
        "missing column": rf"{_any_file(case, src)}, column {re.escape(fault.column)}: ",
        "truncated": _escaped(path) + ".*cannot be read",
        "unknown exclude": _escaped("--exclude: there is no column 'unknown'."),
        "unknown features": _escaped("--features: there is no column 'unknown'."),
        "unknown target": _any_file(case, src) + "|unknown",
    }[fault.kind]


def _of_folders(case, src):
    """Why the names of folders say nothing of their rows' values."""
    for number, name in enumerate(column.name for column in case.columns if column.values is None):
        parts = {file.path[number] for file in case.files}
        if parts == {f"{name}={HIVE_NULL}"}:
            # BUG 6: of a partition column that is always null the error says "is it whole?".
            yield _escaped(src, f"'{name}'")


def _has_null(table, features):
    """Whether a feature holds a null that a matrix of all of them cannot."""
    columns = [table.column(name) for name in features]
    is_float = any(pa.types.is_floating(column.type) for column in columns)
    return not is_float and any(column.null_count for column in columns)


def _of_destination(case, given, dst):
    """Why a table of these columns cannot be written."""
    features, _ = roles(case, given)
    for field in given.table.schema:
        if dst.suffix == ".csv" and pa.types.is_nested(field.type):
            yield _escaped(f"{dst}, column {field.name}: ")
        if dst.suffix == ".npy" and field.name not in (*features, case.target):
            yield _escaped(f"{dst}, column {field.name}: is no feature")
        elif dst.suffix == ".npy" and field.name in features and not is_number(field.type):
            yield _escaped(f"{dst}, column {field.name}: {field.type} cannot be written")
    if dst.suffix == ".npy" and case.options["provenance"]:
        yield _escaped(f"{dst}, column fastsmote_base_row: is no feature")


def _of_types(case, src):
    """Why the files of a folder do not go together."""
    for name, _, values in case.columns:
        types = {file.types.get(name, getattr(values, "type", None)) for file in case.files}
        if pa.uint64() in types and any(pa.types.is_signed_integer(type_) for type_ in types):
            yield rf"{_any_file(case, src)}, column {re.escape(name)}: is u?int"


def expectation(case, src, dst):
    """The input as it was read by other means, and the table to be written or `Refused`."""
    kind = case.fault.kind if case.fault is not None else None
    patterns = [*_of_types(case, src), *_of_folders(case, src)]
    if kind in ("truncated", "missing column"):
        patterns.append(_of_fault(case, src))
    if patterns:
        return None, Refused(patterns)
    given = read_input(case, src)
    patterns = list(_of_destination(case, given, dst))
    is_drawn_as_it_is = kind in ("null", "nan", "inf", "text") and case.sampler in DRAW_ROWS
    if kind is not None and not is_drawn_as_it_is:
        patterns.append(_of_fault(case, src, given))
    if kind in ("target null", "target fraction"):
        return given, Refused(patterns)
    made = sampled(case, given)
    if isinstance(made, Exception):
        return given, Refused([*patterns, _escaped(src) + OF_SAMPLER])
    if patterns:
        return given, Refused(patterns)
    table = _written(case, given, made)
    if len(table) == 0:
        return given, Refused([_escaped(f"{dst}: there are no rows to write.")])
    if dst.suffix == ".npy" and _has_null(table, roles(case, given)[0]):
        return given, Refused([_escaped(f"{dst.name}, column ", ": null cannot be written")])
    return given, table

"""Known bugs of `fastsmote resample`, each with the cases that would meet it.

Remove an entry when its bug is mended: the differential test then draws those cases again. Bugs 6
and 9 are in offline_expected.py and offline_files.py, where an error or a fault is spelled out.
"""

import pyarrow as pa
from offline_expected import OF_SAMPLER, Refused, is_number
from offline_tables import DRAW_ROWS


def known_bug(case, expected):
    """The number of a bug that is known and that the case would meet, or None."""
    types = {column.name: getattr(column.values, "type", pa.string()) for column in case.columns}
    features, dtype = case.options.get("features"), case.options["dtype"]
    excluded = case.options.get("exclude", [])
    if case.dst == "out.csv" and case.source != "csv":
        # BUG 1: bytes that are not UTF-8 in a CSV output end in a traceback of ArrowInvalid.
        if any(pa.types.is_binary(type_) for type_ in types.values()):
            return 1
        # BUG 2: so do columns of lists and records.
        if any(pa.types.is_nested(type_) for type_ in types.values()):
            return 2
    if case.sampler in DRAW_ROWS and case.source == "csv" and case.dst != "out.csv" and excluded:
        # BUG 10: columns of a CSV file that --exclude names are parsed, 00012 becomes 12.
        return 10
    if case.sampler in DRAW_ROWS and dtype != "file":
        # BUG 3: --dtype is applied to columns that hold no numbers: text ends in a traceback,
        # dates and timestamps come out as numbers.
        others = [name for name in case.of_role("other") if name not in excluded]
        if case.source == "csv" or any(not is_number(types[name]) for name in others):
            return 3
        # BUG 11: a number beyond float32 comes out as inf, with a RuntimeWarning of NumPy.
        if dtype == "float32" and any(pa.types.is_floating(types[name]) for name in others):
            return 11
        # BUG 8: a null of a number comes out as NaN.
        if any(column.values is not None and column.values.null_count for column in case.columns):
            return 8
    is_an_error = isinstance(expected, Refused) and OF_SAMPLER in expected.patterns[-1]
    if case.sampler == "borderline-smote" and not is_an_error:
        # BUG 4: a class of too few rows is refused though none of its rows is in danger.
        labels = next(column.values for column in case.columns if column.role == "target")
        labels = labels if isinstance(labels, list) else labels.to_pylist()
        if min(map(labels.count, set(labels))) <= case.options["k_neighbors"]:
            return 4
    if case.fault is not None and case.fault.kind == "text":
        # BUG 5: among true and false the error names the first row, and not that of the text.
        texts = next(column.values for column in case.columns if column.name == case.fault.column)
        if {"true", "false"} & set(texts):
            return 5
    if case.dst == "out.npy" and features is not None:
        # BUG 7: columns of a .npy output stand in the order of --features.
        names = [column.name for column in case.columns if column.name in features]
        if names != list(features):
            return 7
    return None

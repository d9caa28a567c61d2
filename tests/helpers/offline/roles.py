"""The roles that columns have in a case, and their types in several files."""

import numpy as np
import pyarrow as pa

from helpers.offline.options import DRAW_ROWS


def is_number(type_):
    """Whether a column of a type can be a feature, and --dtype is of it."""
    is_float = pa.types.is_floating(type_) or pa.types.is_decimal(type_)
    return pa.types.is_integer(type_) or is_float or pa.types.is_boolean(type_)


def roles(case, table):
    """Names of the features in their order, and of the columns that pass through."""
    names = table.column_names
    features = case.options.get("features")
    if features is None:
        features = [name for name in names if name in case.of_role("feature")]
    taken = {*features, *case.of_role("category"), case.target}
    if case.sampler in DRAW_ROWS:  # of which every column is a feature unless it is excluded
        excluded = case.options.get("exclude", [])
        features = [name for name in names if name not in excluded and name != case.target]
        return features, list(excluded)
    return features, [name for name in names if name not in taken]


def wider(types, are_guessed=False):
    """The type of a column of several files; None if there is none."""
    found, *others = types
    for other in others:
        found = _wider(found, other) or (pa.string() if are_guessed else None)
        if found is None:
            return None
    return found


def _wider(one, other):
    is_float, is_integer = pa.types.is_floating, pa.types.is_integer
    if one == other or pa.types.is_null(other):
        return one
    if pa.types.is_null(one):
        return other
    if is_integer(one) and is_integer(other):
        dtype = np.result_type(one.to_pandas_dtype(), other.to_pandas_dtype())
        return pa.from_numpy_dtype(dtype) if dtype.kind != "f" else None
    if is_float(one) and is_float(other):
        return max(one, other, key=lambda type_: type_.bit_width)
    numbers = {one, other}
    return pa.float64() if pa.float64() in numbers and any(map(is_integer, numbers)) else None

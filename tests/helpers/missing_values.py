"""Dataframes with missing values, of pandas, polars and pyarrow."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa

from helpers.tables import make_numbers

# A column of three rows, the second of which is missing. The dtype is that of each library.
NUMBERS = {
    "Int64": [1, None, -3],
    "Int8": [1, None, -3],
    "UInt32": [1, None, 3],
    "UInt64": [1, None, 3],
    "Float32": [1.5, None, -3.25],
    "Float64": [1.5, None, -3.25],
    "boolean": [True, None, False],
}
ARROW = {"Int64": "int64", "Int8": "int8", "UInt32": "uint32", "UInt64": "uint64"}
ARROW |= {"Float32": "float32", "Float64": "float64", "boolean": "bool"}
POLARS = {name: getattr(pl, name.capitalize().replace("Uint", "UInt")) for name in NUMBERS}
LIBRARIES = ["pandas", "pandas on pyarrow", "polars", "pyarrow"]


def make_column(library, dtype, values=None):
    """A frame of one column "a"."""
    values = NUMBERS[dtype] if values is None else values
    arrow = pa.array(values, pa.type_for_alias(ARROW[dtype]))
    if library == "polars":
        return pl.DataFrame({"a": pl.Series(values, dtype=POLARS[dtype])})
    if library == "pyarrow":
        return pa.table({"a": arrow})
    if library == "pandas on pyarrow":
        return pd.DataFrame({"a": pd.Series(pd.arrays.ArrowExtensionArray(arrow))})
    return pd.DataFrame({"a": pd.Series(values, dtype=dtype)})


COLUMNS = {"a": "Float64", "b": "Float32", "c": "Int64", "d": "UInt32", "e": "boolean"}


def make_gaps(library, share=0.15):
    """A frame with a share of missing values in columns of five dtypes, and classes."""
    numbers, y = make_numbers()
    is_missing = np.random.default_rng(0).uniform(size=numbers.shape) < share
    is_missing[:, 0] &= ~is_missing[:, 1]  # so that no row is without values
    numbers["d"], numbers["e"] = numbers["d"].abs(), numbers["e"] > 0
    made = {}
    for j, (name, dtype) in enumerate(COLUMNS.items()):
        pairs = zip(numbers[name].tolist(), is_missing[:, j], strict=True)
        values = [None if is_null else value for value, is_null in pairs]
        made[name] = make_column(library, dtype, values)["a"]
    kinds = {"polars": pl.DataFrame, "pyarrow": pa.table}
    return kinds.get(library, pd.DataFrame)(made), y

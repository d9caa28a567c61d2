"""Files that the tables of the differential test are cut into.

A new format of the input is an entry in `INPUTS`, and in WRITERS and READERS of
offline_files.py; a new format of the output one in `OUTPUTS`.
"""

from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

from helpers.offline.columns import INTEGER_TYPES, Column

INPUTS = {  # format: the endings of its files
    "parquet": [".parquet", ".parquet", ".pq"],
    "csv": [".csv", ".csv", ".csv.gz", ".csv.zst", ".tsv"],
    "arrow": [".arrow", ".feather", ".arrows", ".arrows.gz"],
    "npy": [".npy"],
}
SOURCES = ["parquet folder"] * 3 + ["parquet", "csv", "csv", "csv folder", "csv folder"]
SOURCES = [*SOURCES, "arrow", "arrow", "arrow folder", "npy"]
OUTPUTS = ["out"] * 4 + ["out.parquet", "out.csv", "out.csv", "out.arrow", "out.npy"]
OUTPUTS = [*OUTPUTS, "out.csv.gz", "out.csv.zst", "out.tsv", "out.arrows", "out.arrows.gz"]

FOLDERS = [(), (), ("2024",), ("2024", "05"), ("b",), ("b.parquet.d",)]
HIVE_VALUES = {
    "year": ["2023", "2024", "2025", "5"],
    "region": ["north", "s w", "\xfc", "1", "__HIVE_DEFAULT_PARTITION__"],
}
# Hidden files hold what a reader could not take for data of the table.
HIDDEN = ["_SUCCESS", "_x.parquet", ".y.parquet", "_tmp/a.parquet", ".z/a.parquet", "notes.txt"]


class File(NamedTuple):
    """One file of a folder, and what is particular to it."""

    path: tuple  # parts of its path in the folder
    n_rows: int
    group_rows: int  # of a row group
    order: list  # the places of its columns
    types: dict  # {name: the type that a column has here}
    is_stream: bool  # of Arrow

    @property
    def name(self):
        """The last part of its path."""
        return self.path[-1]

    def without_type_of(self, name):
        """The file with the column's own type."""
        return self._replace(types={key: self.types[key] for key in self.types if key != name})


def _draw_paths(draw, endings, keys):
    paths = set()
    for number in range(draw(st.integers(1, 5))):
        folder = draw(st.sampled_from(FOLDERS)) if not keys else ()
        hive = tuple(f"{key}={quote(draw(st.sampled_from(values)))}" for key, values in keys)
        paths.add((*folder, *hive, f"{'ca0b2'[number]}{draw(st.sampled_from(endings))}"))
    return sorted(paths)


def draw_files(draw, source, columns, keys, has_names, may_round):
    """How the rows are cut into files; hive folders where there are keys.

    ``has_names`` is False for CSV files without a header, ``may_round`` True where all rows of
    a feature are read, so that an integer that floats do not hold is found.
    """
    format_, _, is_folder = source.partition(" ")
    endings, n_rows = INPUTS[format_], len(columns[0].values)
    paths = [(f"in{draw(st.sampled_from(endings))}",)]
    if is_folder:
        paths = _draw_paths(draw, endings, keys)
    cuts = sorted(draw(st.integers(0, n_rows)) for _ in range(len(paths) - 1))
    sizes = np.diff([0, *cuts, n_rows]).tolist()
    is_aligned = not is_folder or draw(st.booleans())
    files, start = [], 0
    for path, size in zip(paths, sizes, strict=True):
        order, types = list(range(len(columns))), {}
        if not is_aligned:
            order = draw(st.permutations(order)) if has_names else order
            part = [c._replace(values=c.values.slice(start, size)) for c in columns]
            types = _draw_types(draw, part, may_round) if format_ != "csv" else {}
        group_rows = draw(st.sampled_from([n_rows + 1, 1, 2, 5, 7, 20]))
        is_stream = ".arrows" in path[-1] or (format_ == "arrow" and draw(st.booleans()))
        files.append(File(path, size, group_rows, order, types, is_stream))
        start += size
    return files


def _draw_types(draw, columns, may_round):
    """Other types for some of the columns of a file, if they hold the values there."""
    types = {}
    for name, role, values in columns:
        if draw(st.booleans()):
            continue
        others = _other_types(values, role == "feature" and may_round)
        if role == "other":
            others.append(pa.null())  # whatever stands there
        others = [type_ for type_ in others if draw(st.booleans())]
        if others:
            types[name] = draw(st.sampled_from(others))
    return types


def _other_types(values, may_round):
    """The types of numbers that hold all values of an array."""
    type_, known = values.type, values.drop_null().to_pylist()
    if pa.types.is_floating(type_) and type_ != pa.float16():
        others = [pa.float32(), pa.float64()]
        if all(v == v and abs(v) < 100 and float(v).is_integer() for v in known):
            others += [pa.int8(), pa.int64()]
        return others if type_ == pa.float64() else others[:2]
    if not pa.types.is_integer(type_):
        return []
    others = []
    for other in INTEGER_TYPES:
        info = np.iinfo(other.to_pandas_dtype())
        if all(info.min <= value <= info.max for value in known):
            others.append(other)
    largest = max(map(abs, known), default=0)
    if may_round and largest <= 2**53:
        others += [pa.float64()] * 3
    return others + ([pa.float32()] if may_round and largest <= 2**24 else [])


def draw_keys(draw):
    """The columns that the names of folders hold, and their values."""
    kinds = draw(st.sampled_from([[], [], [], ["year"], ["region"], ["year", "region"]]))
    keys = [(name, HIVE_VALUES[name]) for name in kinds]
    roles = {"year": draw(st.sampled_from(["other", "feature"])), "region": "other"}
    return keys, [Column(name, roles[name], None) for name in kinds]

"""Tables, layouts and arguments for the differential test of `fastsmote resample`.

Hypothesis draws the structure of a case. The values come from a generator whose seed it draws.
A new input format is an entry in `INPUTS`, a new option one in `_draw_options`, and a new fault
one in `FAULTS` of offline_faults.py.
"""

from typing import NamedTuple
from urllib.parse import quote

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st
from offline_columns import (
    ALIKE,
    FEATURE_TYPES,
    INTEGER_TYPES,
    STRUCTURED,
    TEXTS,
    Column,
    draw_categories,
    draw_feature,
    draw_other,
    draw_target,
    some_of,
)
from offline_faults import Fault, draw_fault, spoiled

OVER = ("smote", "borderline-smote", "adasyn", "smotenc", "random-over", "smote-tomek")
MAKE_ROWS = ("smote", "borderline-smote", "adasyn", "smotenc")
DRAW_ROWS = ("random-over", "random-under")  # whole rows, whatever the columns hold
SAMPLERS = [*OVER, "smote", "random-under", "tomek-links"]

# Hook: folders of CSV and of Arrow files, compressed CSV and Arrow streams are further entries
# here and in WRITERS and READERS of offline_files.py.
INPUTS = ["parquet", "parquet folder", "parquet folder", "parquet folder", "csv", "csv", "arrow"]
INPUTS = [*INPUTS, "npy"]
OUTPUTS = ["out", "out", "out.parquet", "out.csv", "out.arrow", "out.npy"]


class File(NamedTuple):
    """One file of a folder, and what is particular to it."""

    path: tuple  # parts of its path in the folder
    n_rows: int
    group_rows: int  # of a row group
    order: list  # the places of its columns
    types: dict  # {name: the type that an integer column has here}


class Case(NamedTuple):
    """One call of the command."""

    columns: list
    source: str  # of INPUTS
    files: list  # of File: one, unless the source is a folder
    hidden: list  # names of files in the folder that are no part of the table
    dst: str  # of OUTPUTS
    sampler: str
    options: dict  # of the in-memory sampler, and of the command under the same names
    csv: dict  # how a CSV file is written
    fault: Fault | None

    def of_role(self, *roles):
        """The names of the columns of some roles."""
        return [column.name for column in self.columns if column.role in roles]

    @property
    def target(self):
        """The target's name."""
        return self.of_role("target")[0]

    def __repr__(self):
        lines = [f"{name}={value!r}" for name, value in self._asdict().items()]
        return "Case(\n  " + ",\n  ".join(lines).replace(", other", ",\n    other") + ")"


# Tables

NAMES = ["a", "b", "x", "x.y", "two words", "caf\xe9", "n", "A", "0", "z-1", "q", "long_name"]


def _draw_codes(draw, rng):
    """The class of every row; the first one mostly is the largest."""
    n_classes = draw(st.sampled_from([2, 2, 2, 3]))
    small = st.sampled_from([6, 7, 8, 9, 10, 12, 15, 20, 4, 2, 1])
    sizes = [draw(st.integers(10, 40)), *(draw(small) for _ in range(n_classes - 1))]
    codes = np.repeat(np.arange(n_classes), sizes)
    rng.shuffle(codes)
    return codes


def _draw_columns(draw, rng, source, sampler):
    """The columns in any order."""
    codes = _draw_codes(draw, rng)
    n_features, n_others = draw(st.sampled_from([1, 2, 2, 3, 3, 4])), 0
    types, roles = FEATURE_TYPES, ["feature"] * n_features
    if source == "csv":
        types = ["double", "double", "int64", "bool"]
    if source == "npy":
        types = [draw(st.sampled_from(FEATURE_TYPES))]
        n_others = draw(st.sampled_from([0, 0, 0, 1]))
    else:
        n_others = draw(st.sampled_from([0, 1, 1, 2, 3]))
        roles += ["category"] * (draw(st.integers(1, 2)) if sampler == "smotenc" else 0)
    roles += ["other"] * n_others
    names = ["x" + str(j) for j in range(len(roles))]
    if source != "npy":
        names = draw(st.permutations(NAMES))
    columns = [Column("y", "target", draw_target(draw, codes))]
    for name, role in zip(names, roles, strict=False):
        if role == "feature" or source == "npy":
            values = draw_feature(draw, rng, codes, pa.type_for_alias(draw(st.sampled_from(types))))
        elif role == "category":
            values = draw_categories(draw, rng, codes)
        elif source == "csv":
            pool = draw(st.sampled_from([TEXTS, STRUCTURED, *ALIKE]))
            values = pa.array(some_of(pool)(rng, len(codes)), pa.string())
        else:
            values = draw_other(draw, rng, len(codes))
        columns.append(Column(name, role, values))
    return columns if source == "npy" else draw(st.permutations(columns))


CSV_TEXT = {  # of the numbers in a CSV file; canonical as Arrow writes it
    "canonical": lambda value: pa.scalar(value).cast(pa.string()).as_py(),
    "repr": repr,
    "exponents": "{:.3e}".format,
}


def _as_text(column, style):
    """A column of a CSV file as the text of its values."""
    style = style if pa.types.is_floating(column.values.type) else "canonical"
    texts = ["" if v is None else CSV_TEXT[style](v) for v in column.values.to_pylist()]
    if style == "canonical":  # without a point -0 is an integer
        texts = ["0" if text == "-0" else text for text in texts]
    return column._replace(values=texts)


def _draw_csv(draw):
    # Hook: delimiters, files without a header and other encodings are further entries.
    return {
        "style": draw(st.sampled_from(["canonical", *CSV_TEXT])),
        "quotes_all": draw(st.sampled_from([False] * 5 + [True])),
        "newline": draw(st.sampled_from(["\n", "\n", "\r\n"])),
        "ends": draw(st.sampled_from([True, True, False])),  # its last line with a newline
        "has_bom": draw(st.sampled_from([False] * 7 + [True])),
    }


# Files

FOLDERS = [(), (), ("2024",), ("2024", "05"), ("b",), ("b.parquet.d",)]
HIVE_VALUES = {
    "year": ["2023", "2024", "2025", "05"],
    "region": ["north", "s w", "\xfc", "1", "__HIVE_DEFAULT_PARTITION__"],
}
# Hidden files hold what a reader could not take for data of the table.
HIDDEN = ["_SUCCESS", "_x.parquet", ".y.parquet", "_tmp/a.parquet", ".z/a.parquet", "notes.txt"]


def _draw_files(draw, source, columns, keys):
    """How the rows are cut into files; hive folders where there are keys."""
    n_rows = len(columns[0].values)
    group_rows = st.sampled_from([n_rows + 1, 1, 2, 5, 7, 20])
    if source != "parquet folder":
        return [File((f"in.{source}",), n_rows, draw(group_rows), list(range(len(columns))), {})]
    paths = set()
    for number in range(draw(st.integers(1, 5))):
        folder = draw(st.sampled_from(FOLDERS)) if not keys else ()
        hive = tuple(f"{key}={quote(draw(st.sampled_from(values)))}" for key, values in keys)
        ending = draw(st.sampled_from([".parquet", ".parquet", ".pq"]))
        paths.add((*folder, *hive, f"{'ca0b2'[number]}{ending}"))
    cuts = sorted(draw(st.integers(0, n_rows)) for _ in range(len(paths) - 1))
    sizes = np.diff([0, *cuts, n_rows]).tolist()
    is_aligned = draw(st.booleans())
    files = []
    for path, size in zip(sorted(paths), sizes, strict=True):
        order, types = list(range(len(columns))), {}
        if not is_aligned:
            order, types = draw(st.permutations(order)), _draw_types(draw, columns)
        files.append(File(path, size, draw(group_rows), order, types))
    return files


def _draw_types(draw, columns):
    """Another type for some of the integer columns, if it holds their values."""
    types = {}
    for name, _, values in columns:
        if pa.types.is_integer(values.type) and draw(st.booleans()):
            type_ = draw(st.sampled_from(INTEGER_TYPES))
            info = np.iinfo(type_.to_pandas_dtype())
            if all(v is None or info.min <= v <= info.max for v in values.to_pylist()):
                types[name] = type_
    return types


def _draw_keys(draw, sampler):
    """The columns that the names of folders hold, and their values."""
    kinds = draw(st.sampled_from([[], [], [], ["year"], ["region"], ["year", "region"]]))
    keys = [(name, HIVE_VALUES[name]) for name in kinds]
    roles = {"year": draw(st.sampled_from(["other", "feature"])), "region": "other"}
    return keys, [Column(name, roles[name], None) for name in kinds]


# Arguments

STRATEGIES = {
    "over": ["auto", "auto", "auto", "minority", "not majority", "all", 0.9, 1.0, "counts"],
    "under": ["auto", "auto", "majority", "not minority", "all", 0.9, 1.0, "counts"],
    "clean": ["auto", "auto", "all", "majority", "not minority", "labels", 0.5],
}


def _draw_strategy(draw, sampler, labels):
    kind = "over" if sampler in OVER else "clean" if sampler == "tomek-links" else "under"
    strategy = draw(st.sampled_from(STRATEGIES[kind]))
    classes, counts = np.unique(labels, return_counts=True)
    if strategy == "labels":
        return [label for label in classes.tolist() if draw(st.booleans())]
    if strategy == "counts":
        more = st.sampled_from([0, 1, 5, 40] if kind == "over" else [0, -1, -2])
        wanted = zip(classes.tolist(), counts.tolist(), strict=True)
        return {label: max(0, count + draw(more)) for label, count in wanted if draw(st.booleans())}
    return strategy


def _draw_options(draw, columns, source, sampler):
    """What the command is called with; the in-memory sampler takes the same."""
    features = [column.name for column in columns if column.role == "feature"]
    others = [column.name for column in columns if column.role == "other"]
    ways = ["exclude"] * 3 + ["features"] * 2 + (["neither"] * 3 if not others else [])
    ways = ["neither", "exclude"] if sampler in DRAW_ROWS else ways
    way = draw(st.sampled_from(ways))
    target = next(column for column in columns if column.role == "target")
    labels = target.values.to_pylist()
    options = {
        "strategy": _draw_strategy(draw, sampler, labels),
        "k_neighbors": draw(st.integers(1, 5)),
        "m_neighbors": draw(st.integers(1, 10)),
        "seed": draw(st.sampled_from([0, 1, 2**32 - 1])),
        "dtype": draw(st.sampled_from(["file"] * 4 + ["float64", "float32"])),
        "batch_rows": draw(st.sampled_from([1, 3, 7, 16, None, 1000])),
        "part_rows": draw(st.sampled_from([None, None, 1000, 30, 11])),
        "threads": draw(st.sampled_from([None, 1, 2])),
        "only_synthetic": sampler in OVER and draw(st.sampled_from([False] * 4 + [True])),
        "provenance": sampler in MAKE_ROWS and draw(st.sampled_from([False] * 3 + [True])),
        # Hook: --shuffle, --flag and --partition-by are further entries.
    }
    if way == "features":
        options["features"] = draw(st.permutations(features))
    elif way == "exclude" and others:
        options["exclude"] = draw(st.permutations(others))
    categories = [column.name for column in columns if column.role == "category"]
    if sampler == "smotenc":
        options["categorical"] = categories
    return options


# Cases


@st.composite
def cases(draw):
    """Calls of the command."""
    source = draw(st.sampled_from(INPUTS))
    rng = np.random.RandomState(draw(st.integers(0, 2**32 - 1)))
    sampler = draw(st.sampled_from([s for s in SAMPLERS if (s, source) != ("smotenc", "npy")]))
    columns = _draw_columns(draw, rng, source, sampler)
    keys, of_keys = _draw_keys(draw, sampler) if source == "parquet folder" else ([], [])
    files = _draw_files(draw, source, columns, keys)
    columns = [*columns, *of_keys]
    options = _draw_options(draw, columns, source, sampler)
    fault = draw_fault(draw, columns, files, source)
    columns = [spoiled(column, fault) for column in columns]
    csv = _draw_csv(draw)
    if source == "csv":
        columns = [_as_text(column, csv["style"]) for column in columns]
        if fault is not None and fault.kind == "text":
            next(c for c in columns if c.name == fault.column).values[fault.row] = "many"
    hidden = [name for name in HIDDEN if draw(st.booleans())] if source == "parquet folder" else []
    dst = draw(st.sampled_from(OUTPUTS))
    return Case(columns, source, files, hidden, dst, sampler, options, csv, fault)

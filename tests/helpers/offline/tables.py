"""Cases of the differential test of `fastsmote resample`: tables, and how it is called.

Hypothesis draws the structure of a case. The values come from a generator whose seed it draws.
A new format is an entry in offline_layout.py, a new option one in offline_options.py, a new
column one in offline_columns.py, and a new fault one in offline_faults.py.
"""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from helpers.offline.columns import (
    ARROW_TYPES,
    FEATURE_TYPES,
    Column,
    draw_categories,
    draw_feature,
    draw_other,
    draw_target,
    draw_text,
    with_missing,
)
from helpers.offline.csv import draw_csv
from helpers.offline.faults import Fault, draw_fault, spoiled
from helpers.offline.layout import HIDDEN, OUTPUTS, SOURCES, draw_files, draw_keys
from helpers.offline.options import DRAW_ROWS, SAMPLERS, draw_options, draw_patterns


class Case(NamedTuple):
    """One call of the command."""

    columns: list
    source: str  # of SOURCES
    files: list  # of File: one, unless the source is a folder
    hidden: list  # names of files in the folder that are no part of the table
    dst: str  # of OUTPUTS
    sampler: str
    options: dict  # of the in-memory sampler, and of the command under the same names
    patterns: dict  # {a name in options: what the command is given for it}
    has_aliases: bool  # options are given under imbalanced-learn's names
    csv: dict  # how a CSV file is written
    fault: Fault | None

    @property
    def format(self):
        """The format of the input."""
        return self.source.partition(" ")[0]

    @property
    def is_folder(self):
        """Whether the input is a folder."""
        return self.source.endswith("folder")

    def of_role(self, *roles):
        """The names of the columns of some roles."""
        return [column.name for column in self.columns if column.role in roles]

    @property
    def target(self):
        """The target's name."""
        return self.of_role("target")[0]

    @property
    def physical(self):
        """The columns that files hold."""
        return [column for column in self.columns if column.values is not None]

    def __repr__(self):
        lines = [f"{name}={value!r}" for name, value in self._asdict().items()]
        return "Case(\n  " + ",\n  ".join(lines).replace(", other", ",\n    other") + ")"


NAMES = ["a", "b", "x", "x.y", "two words", "caf\xe9", "n", "A", "0", "z-1", "q", "long_name"]
CSV_TYPES = ["double", "double", "int64", "bool"]


def _draw_codes(draw, rng):
    """The class of every row; the first one mostly is the largest."""
    n_classes = draw(st.sampled_from([2, 2, 2, 3]))
    small = st.sampled_from([6, 7, 8, 9, 10, 12, 15, 20, 4, 2, 1])
    sizes = [draw(st.integers(10, 40)), *(draw(small) for _ in range(n_classes - 1))]
    codes = np.repeat(np.arange(n_classes), sizes)
    rng.shuffle(codes)
    return codes


def _draw_roles(draw, format_, sampler):
    n_features, n_others = draw(st.sampled_from([1, 2, 2, 3, 3, 4])), 0
    roles = ["feature"] * n_features
    if format_ == "npy":
        return roles + ["other"] * draw(st.sampled_from([0, 0, 0, 1]))
    n_others = draw(st.sampled_from([0, 1, 1, 2, 3]))
    roles += ["category"] * (draw(st.integers(1, 2)) if sampler == "smotenc" else 0)
    return roles + ["other"] * n_others


def _draw_columns(draw, rng, source, sampler, csv):
    """The columns in any order."""
    codes, format_ = _draw_codes(draw, rng), source.partition(" ")[0]
    types = {"csv": CSV_TYPES, "npy": [draw(st.sampled_from(FEATURE_TYPES))]}
    types = types.get(format_, ARROW_TYPES)
    # Of a column that is parsed as floats: rows that random-under leaves out may not be read.
    may_be_long = (sampler, source) != ("random-under", "csv folder")
    roles = _draw_roles(draw, format_, sampler)
    names = ["x" + str(j) for j in range(len(roles))]
    names = names if format_ == "npy" else draw(st.permutations(NAMES))
    columns = [Column("y", "target", draw_target(draw, codes))]
    for name, role in zip(names, roles, strict=False):
        if role == "feature" or format_ == "npy":
            values = draw_feature(draw, rng, codes, draw(st.sampled_from(types)))
        elif role == "category":
            values = draw_categories(draw, rng, codes)
        elif format_ == "csv":
            values = draw_text(draw, rng, len(codes), may_be_long, csv["encoding"])
        else:
            values = draw_other(draw, rng, len(codes))
        columns.append(Column(name, role, values))
    if format_ == "npy":
        return columns
    columns = draw(st.permutations(columns))
    if format_ == "csv" and csv["no_header"]:
        columns = [column._replace(name=f"x{j}") for j, column in enumerate(columns)]
    return columns


@st.composite
def cases(draw):
    """Calls of the command."""
    source = draw(st.sampled_from(SOURCES))
    rng = np.random.RandomState(draw(st.integers(0, 2**32 - 1)))
    sampler = draw(st.sampled_from([s for s in SAMPLERS if (s, source) != ("smotenc", "npy")]))
    csv = draw_csv(draw)
    columns = _draw_columns(draw, rng, source, sampler, csv)
    is_folder, is_drawing = source.endswith("folder"), sampler in DRAW_ROWS
    keys, of_keys = draw_keys(draw) if is_folder else ([], [])
    has_names = source != "csv folder" or not csv["no_header"]
    files = draw_files(draw, source, columns, keys, has_names, not is_drawing)
    columns = [*columns, *of_keys]
    dst = draw(st.sampled_from(OUTPUTS))
    options = draw_options(draw, columns, sampler, dst)
    patterns = draw_patterns(draw, [column.name for column in columns], options)
    fault = draw_fault(draw, columns, files, source.partition(" ")[0])
    is_partial = options["missing"] == "partial"
    if is_partial:
        columns = [with_missing(draw, rng, column, source, files) for column in columns]
    columns = [spoiled(column, fault) for column in columns]
    if fault is not None and fault.row >= 0:  # which integers do not hold
        files = [file.without_type_of(fault.column) for file in files]
    if is_partial and fault is not None and fault.kind in ("null", "nan"):
        fault = None  # a missing value
    hidden = [name for name in HIDDEN if draw(st.booleans())] if is_folder else []
    has_aliases = draw(st.booleans())
    return Case(
        columns, source, files, hidden, dst, sampler, options, patterns, has_aliases, csv, fault
    )

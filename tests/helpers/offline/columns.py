"""Columns of the tables of offline_tables.py: features, targets, and what passes through.

A new kind of column that passes through is an entry in `OTHER_VALUES`.
"""

import datetime
import decimal
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st


class Column(NamedTuple):
    """One column of the input."""

    name: str
    role: str  # feature, category, target or other
    values: Any  # pyarrow.Array; None: the folders' names hold them

    def __repr__(self):
        values = None if self.values is None else self.values.to_pylist()
        return f"{self.role} {self.name!r} {getattr(self.values, 'type', '')} {values}"


# Features: (rng, codes of the classes, type) -> values

FLOATS = {
    "normal": lambda rng, codes: rng.randn(len(codes)) + codes,
    "few values": lambda rng, codes: rng.randint(0, 4, len(codes)) / 2.0,
    "constant": lambda rng, codes: np.full(len(codes), 7.25),
    "large": lambda rng, codes: rng.randn(len(codes)) * 1e9 + 1.7e9,
    "tiny": lambda rng, codes: rng.randn(len(codes)) * 1e-30,
    "whole": lambda rng, codes: np.round(rng.randn(len(codes)) * 10.0),
}
INTEGERS = {
    "few values": lambda rng, codes, low, high: rng.randint(0, 5, len(codes)),
    "small": lambda rng, codes, low, high: rng.randint(0, 100, len(codes)) + codes,
    "constant": lambda rng, codes, low, high: np.full(len(codes), 7),
    "any": lambda rng, codes, low, high: rng.randint(low, high, len(codes), np.array(low).dtype),
}
FEATURE_TYPES = (
    ["double"] * 8 + ["float"] * 4 + ["bool", "int8", "int16", "int32", "int64", "int64"]
)
FEATURE_TYPES += ["uint8", "uint16", "uint32", "uint64"]
ARROW_TYPES = [*FEATURE_TYPES, "halffloat", "halffloat", "decimal", "decimal"]
HALF_FLOATS = ["normal", "few values", "constant", "whole"]  # that float16 holds
DECIMALS = [pa.decimal128(8, 2), pa.decimal128(20, 6), pa.decimal128(6, 0)]


def draw_feature(draw, rng, codes, alias):
    if alias == "decimal":
        type_, values = draw(st.sampled_from(DECIMALS)), rng.randn(len(codes)) * 10 + codes
        return pa.array([decimal.Decimal(f"{v:.{type_.scale}f}") for v in values], type_)
    type_ = pa.type_for_alias(alias)
    if type_ == pa.bool_():
        return pa.array(rng.uniform(size=len(codes)) < 0.3 + 0.2 * codes)
    if type_ == pa.float16():
        values = FLOATS[draw(st.sampled_from(HALF_FLOATS))](rng, codes)
        return pa.array(values.astype(np.float16))
    if pa.types.is_floating(type_):
        values = FLOATS[draw(st.sampled_from(list(FLOATS)))](rng, codes)
        return pa.array(values.astype(type_.to_pandas_dtype()))
    info = np.iinfo(type_.to_pandas_dtype())
    low, high = np.array([info.min, info.max], info.dtype)
    kind = draw(st.sampled_from(["small", "small", *INTEGERS]))
    return pa.array(INTEGERS[kind](rng, codes, low, high).astype(info.dtype))


def with_missing(draw, rng, column, source, files):
    """The column without some of its values, if it is a feature that can lack them."""
    if column.values is None:
        return column
    is_float = pa.types.is_floating(column.values.type)
    if column.role != "feature" or (source == "npy" and not is_float):
        return column
    share, values = draw(st.sampled_from([0.0, 0.1, 0.5])), column.values.to_pylist()
    may_be_nan = is_float and not any(column.name in file.types for file in files)
    hole = float("nan") if may_be_nan and (source == "npy" or draw(st.booleans())) else None
    is_missing = rng.uniform(size=len(values)) < share
    is_missing[0] = False  # a column of CSV files needs a value to have a type
    values = [hole if lacks else value for value, lacks in zip(values, is_missing, strict=True)]
    return column._replace(values=pa.array(values, column.values.type))


# Columns that pass through: (rng, n_rows) -> list of values

TEXTS = ["00012", "1e5", "NA", "true", " padded ", "", "caf\xe9", "\u65e5\u672c", "None", "x" * 50]
STRUCTURED = ["a,b", 'say "no"', "two\nlines", "", "plain", '"', "a\r\nb", "'", "tab\there"]
ALIKE = [  # text that readers of CSV files take for something else, where a column holds no other
    ["00012", "12", "007", "99999999999999999999"],
    ["1e5", "1.50", "10", ""],
    ["true", "False", "1"],
    ["NA", "", "null"],
    ["2024-01-01", "2024-02-29", ""],
]
NOON = datetime.datetime(2024, 2, 29, 12)


def some_of(values):
    return lambda rng, n: [values[i] for i in rng.randint(len(values), size=n)]


def _times(rng, n):
    return [NOON + datetime.timedelta(microseconds=int(t)) for t in rng.randint(2**40, size=n)]


OTHER_VALUES = {  # name: (type, values)
    "text": (pa.string(), some_of(TEXTS)),
    "structured text": (pa.string(), some_of(STRUCTURED)),
    "large text": (pa.large_string(), some_of(TEXTS)),
    "dictionary": (pa.dictionary(pa.int32(), pa.string()), some_of(TEXTS)),
    "dictionary of int8": (pa.dictionary(pa.int8(), pa.string()), some_of(TEXTS[:3])),
    "identifier": (pa.int64(), lambda rng, n: (2**62 + rng.permutation(n)).tolist()),
    "unsigned": (pa.uint64(), lambda rng, n: [2**64 - 1 - int(i) for i in rng.permutation(n)]),
    "small integer": (pa.int16(), lambda rng, n: rng.randint(-99, 99, n).tolist()),
    "flag": (pa.bool_(), some_of([True, False])),
    "float": (pa.float64(), some_of([0.1, -0.0, float("nan"), float("inf"), 1e300, 5e-324])),
    "time": (pa.timestamp("us"), _times),
    "time of a zone": (pa.timestamp("ms", "Europe/Berlin"), _times),
    "time in nanoseconds": (pa.timestamp("ns"), _times),
    "date": (pa.date32(), lambda rng, n: [time.date() for time in _times(rng, n)]),
    "decimal": (pa.decimal128(24, 4), some_of([decimal.Decimal("12345678901234567890.1250"),
                                            decimal.Decimal("-0.0001")])),
    "bytes": (pa.binary(), some_of([b"", b"\x00\xff", b"abc"])),
    "list": (pa.list_(pa.int64()), some_of([[], [1, 2], [None, 3]])),
    "record": (pa.struct([("x", pa.int8()), ("z", pa.string())]), some_of([{"x": 1, "z": "a"}])),
    "nothing": (pa.null(), lambda rng, n: [None] * n),
}  # fmt: skip


def draw_other(draw, rng, n_rows):
    type_, values = OTHER_VALUES[draw(st.sampled_from(list(OTHER_VALUES)))]
    values = values(rng, n_rows)
    share = draw(st.sampled_from([0.0, 0.0, 0.3]))
    values = [None if rng.uniform() < share else value for value in values]
    return pa.array(values, type_)


def draw_text(draw, rng, n_rows, may_be_long, encoding):
    """A column of text, as the columns of CSV files are that pass through."""
    pool = draw(st.sampled_from([TEXTS, STRUCTURED, *ALIKE]))
    pool = [text for text in pool if may_be_long or len(text) < 20 or not text.isdecimal()]
    pool = [text.encode(encoding, "replace").decode(encoding) for text in pool]
    return pa.array(some_of(pool)(rng, n_rows), pa.string())


# Targets: labels by class

LABELS = {
    "counted": [0, 1, 2],
    "negative": [-1, 7, 100],
    "boolean": [False, True],
    "text": ["no", "yes", "it depends"],
    "odd text": ["NA", "a,b", "\xfc"],
    "floats": [0.0, 1.0, -2.0],
}
SIGNED_TYPES = [pa.int8(), pa.int16(), pa.int32(), pa.int64()]
INTEGER_TYPES = [*SIGNED_TYPES, pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]
TEXT_TYPES = [pa.string(), pa.string(), pa.dictionary(pa.int32(), pa.string())]


def draw_target(draw, codes):
    kinds = [kind for kind, labels in LABELS.items() if len(labels) > max(codes)]
    kind = draw(st.sampled_from(kinds))
    labels = [LABELS[kind][code] for code in codes]
    types = {
        "counted": INTEGER_TYPES,
        "negative": SIGNED_TYPES,
        "boolean": [pa.bool_()],
        "floats": [pa.float64(), pa.float32()],
    }
    return pa.array(labels, draw(st.sampled_from(types.get(kind, TEXT_TYPES))))


def draw_categories(draw, rng, codes):
    kinds = {
        "text": lambda v: ["abc"[i] for i in v],
        "integers": lambda v: v.tolist(),
        "flags": lambda v: (v > 0).tolist(),
    }
    values = kinds[draw(st.sampled_from(list(kinds)))](rng.randint(0, 3, len(codes)))
    is_text = isinstance(values[0], str)
    return pa.array(values, draw(st.sampled_from(TEXT_TYPES)) if is_text else None)

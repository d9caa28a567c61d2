"""What may be wrong with the input of `fastsmote resample`."""

from typing import NamedTuple

import pyarrow as pa
from hypothesis import strategies as st


class Fault(NamedTuple):
    """What is wrong with the input."""

    kind: str
    column: str = ""
    row: int = -1  # in the whole table
    file: int = -1


VALUE_FAULTS = ["null", "nan", "inf", "text", "target null", "target fraction"]
FAULTS = ["truncated", "missing column", "unknown exclude", "unknown features", "unknown target"]


def _wrong_values(column, source):
    """The wrong values that a column can hold in a format."""
    type_ = column.values.type
    is_float, is_number = pa.types.is_floating(type_), pa.types.is_integer(type_)
    if column.role == "target":
        if source != "npy" and (source != "csv" or is_float or is_number):
            yield Fault("target null", column.name)
        if is_float:
            yield Fault("target fraction", column.name)
    if column.role == "feature":
        kinds = ["null"] if source != "npy" else []
        kinds += ["nan", "inf"] if is_float else []
        kinds += ["text"] if source == "csv" else []
        yield from (Fault(kind, column.name) for kind in kinds)


def draw_fault(draw, columns, files, source):
    if draw(st.sampled_from([True, True, False])):
        return None
    physical = [column for column in columns if column.values is not None]
    values = [fault for column in physical for fault in _wrong_values(column, source)]
    if values and draw(st.sampled_from([True, True, False])):
        row = draw(st.integers(0, len(physical[0].values) - 1))
        return draw(st.sampled_from(values))._replace(row=row)
    file = draw(st.sampled_from([i for i, file in enumerate(files) if file.n_rows]))
    kind = draw(st.sampled_from([kind for kind in FAULTS if kind != "missing column"]))
    if len(files) > 1 and draw(st.booleans()):
        column = draw(st.sampled_from(physical)).name
        return Fault("missing column", column, file=file)
    return Fault(kind, file=file)


def spoiled(column, fault):
    """The column with the wrong value in it."""
    if fault is None or fault.row < 0 or column.name != fault.column:
        return column
    values = column.values.to_pylist()
    wrong = {"nan": float("nan"), "inf": float("inf"), "target fraction": 0.5}
    values[fault.row] = wrong.get(fault.kind)
    return column._replace(values=pa.array(values, column.values.type))

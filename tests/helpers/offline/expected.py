"""What `fastsmote resample` has to do with a case: the table that it writes, or why it refuses."""

import decimal
import warnings
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.utils import shuffle

from fastsmote.combine import SMOTEENN, SMOTETomek
from fastsmote.over_sampling import ADASYN, SMOTE, SMOTENC, BorderlineSMOTE, RandomOverSampler
from fastsmote.under_sampling import (
    EditedNearestNeighbours,
    NearMiss,
    NeighbourhoodCleaningRule,
    RandomUnderSampler,
    TomekLinks,
)
from helpers.offline.csv import is_csv, spelled
from helpers.offline.files import read_input
from helpers.offline.options import CLEANED, DRAW_ROWS, FLAG, OVER
from helpers.offline.refusals import (
    OF_SAMPLER,
    Refused,
    after_reading,
    before_reading,
    of_fault,
    of_rows,
)
from helpers.offline.roles import is_number, roles

ROW = "fastsmote_row"
PROVENANCE = {"fastsmote_base_row": pa.int64(), "fastsmote_neighbor_row": pa.int64()}
PROVENANCE["fastsmote_gap"] = pa.float64()
SHRINK = "fastsmote_shrink"


class Made(NamedTuple):
    """What the in-memory sampler gives."""

    kept: Any  # numbers of the input's rows that the output begins with
    repeated: Any  # numbers of rows that come once more, after them; None: new rows come
    columns: dict  # {name: values} of the new rows
    provenance: Any
    order: Any = None  # of the kept and the new rows in the output; None: as they are

    @property
    def n_new(self):
        """How many rows are new."""
        return len(next(iter(self.columns.values()))) if self.repeated is None else 0

    def rows(self, only_synthetic):
        """Numbers of the input's rows that are written, and how many of them are not added."""
        kept = np.array([] if only_synthetic else self.kept, int)
        repeated = np.array([] if self.repeated is None else self.repeated, int)
        return np.concatenate([kept, repeated]), len(kept)


class Expected(NamedTuple):
    """The table to be written."""

    types: dict  # {name: type}; of text that was read from CSV the type of new values
    columns: dict  # {name: list of values}

    @property
    def n_rows(self):
        """How many rows it has."""
        return len(next(iter(self.columns.values())))

    def taken(self, rows):
        """The table's rows of some numbers."""
        columns = {name: [values[i] for i in rows] for name, values in self.columns.items()}
        return self._replace(columns=columns)


# The in-memory sampler


def _sampler(case):
    options, seed = case.options, {"random_state": case.options["seed"]}
    strategy = {"sampling_strategy": options["strategy"]}
    k, m = options["k_neighbors"], options["m_neighbors"]
    missing = {"missing": options["missing"]}
    makes = {**strategy, **seed, **missing, "values": options["values"]}
    smote, n = SMOTE(**makes, k_neighbors=k), options.get("n_neighbors") or 3
    editing = {"n_neighbors": n, "kind_sel": options.get("kind_sel") or "all", **missing}
    enn = EditedNearestNeighbours(sampling_strategy="all", **editing)
    borderline = {**makes, "k_neighbors": k, "m_neighbors": m}
    threshold = {"threshold_cleaning": options.get("threshold_cleaning") or 0.5}
    return {
        "smote": smote,
        "borderline-smote": BorderlineSMOTE(**borderline),
        "borderline-2": BorderlineSMOTE(**borderline, kind="borderline-2"),
        "adasyn": ADASYN(**makes, n_neighbors=k),
        "smotenc": SMOTENC(case.of_role("category"), **makes, k_neighbors=k),
        "random-over": RandomOverSampler(**strategy, **seed),
        "random-under": RandomUnderSampler(**strategy, **seed),
        "tomek-links": TomekLinks(**strategy, **missing),
        "smote-tomek": SMOTETomek(**strategy, **seed, smote=smote, **missing),
        "enn": EditedNearestNeighbours(**strategy, **editing),
        "smote-enn": SMOTEENN(**strategy, **seed, smote=smote, enn=enn, **missing),
        "ncr": NeighbourhoodCleaningRule(**strategy, n_neighbors=n, **threshold),
        "nearmiss-1": NearMiss(**strategy, n_neighbors=n),
    }[case.sampler]


def _as_floats(column):
    """Decimals as floats, each the nearest; other columns as they are."""
    if not pa.types.is_decimal(column.type):
        return column
    return pa.array([None if v is None else float(v) for v in column.to_pylist()], pa.float64())


def _numbers(column, is_filled):
    """A feature as an ndarray, its wrong value filled."""
    column = _as_floats(column)
    if not is_filled:
        return column.to_numpy()
    values = pd.to_numeric(pd.Series(column.to_pylist(), dtype=object), errors="coerce")
    dtype = np.float64 if pa.types.is_string(column.type) else column.type.to_pandas_dtype()
    return np.nan_to_num(values.to_numpy(np.float64), posinf=0.0).astype(dtype)


def _lacks_values(column):
    return column.null_count > 0 or any(value != value for value in column.to_pylist())


def _with_holes(given, features, filled):
    """Features as a dataframe of one dtype of floats: that of the columns' types, or float64."""
    columns, dtypes = {}, []
    for name in features:
        column = _as_floats(given.table.column(name))
        if name == filled:
            columns[name] = _numbers(column, True)
        else:
            columns[name] = [np.nan if value is None else value for value in column.to_pylist()]
        is_text = pa.types.is_string(column.type)
        dtypes.append(np.float64 if is_text else column.type.to_pandas_dtype())
    dtype = np.result_type(*dtypes)
    return pd.DataFrame(columns, dtype=dtype if dtype.kind == "f" else np.float64)


def _frame(case, given, features):
    """Features and categories as a dataframe, its wrong values filled."""
    filled = case.fault.column if case.fault is not None else None
    arrays = [_as_floats(given.table.column(name)) for name in features]
    if case.options["missing"] == "partial" and any(_lacks_values(array) for array in arrays):
        frame = _with_holes(given, features, filled)
    else:
        frame = pd.DataFrame(
            {name: _numbers(given.table.column(name), name == filled) for name in features}
        )
    if case.options["dtype"] != "file":
        frame = frame.astype(case.options["dtype"])
    elif np.result_type(*frame.dtypes) == np.float16:
        frame = frame.astype(np.float32)
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
    is_drawing = case.sampler in DRAW_ROWS
    X = np.arange(n_rows).reshape(-1, 1)
    X = X if is_drawing else _frame(case, given, roles(case, given.table)[0])
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            X_resampled, y_resampled = sampler.fit_resample(X, y)
        except (ValueError, RuntimeError) as error:
            return error
    provenance = getattr(sampler, "provenance_", None)
    if is_drawing or case.sampler not in OVER:
        rows = sampler.sample_indices_
        n_kept = n_rows if case.sampler == "random-over" else len(rows)
        return Made(rows[:n_kept], rows[n_kept:], {}, provenance)
    kept = sampler.sample_indices_ if case.sampler in CLEANED else np.arange(n_rows)
    is_new = sampler.is_synthetic_
    new = {name: X_resampled[name].to_numpy()[is_new] for name in X_resampled}
    new[case.target] = y_resampled[is_new]
    order = np.empty(len(is_new), int)
    order[~is_new], order[is_new] = np.arange(len(kept)), np.arange(len(kept), len(is_new))
    return Made(kept, None, new, provenance, order)


# The output


def _in_type(values, type_):
    """New values of a column of a type, decimals rounded to their digits, and None for NaN."""
    is_missing = values.dtype.kind == "f" and np.isnan(values)
    if np.any(is_missing):
        found = iter(_in_type(values[~is_missing], type_))
        return [None if lacks else next(found) for lacks in is_missing]
    if pa.types.is_decimal(type_):
        unit = decimal.Decimal(1).scaleb(-type_.scale)
        return [decimal.Decimal(value).quantize(unit) + 0 for value in values.tolist()]  # no -0
    if is_number(type_):  # of float16 computed in float32
        return values.astype(type_.to_pandas_dtype()).tolist()
    return pa.array(values.tolist(), type_).to_pylist()


def _new_values(case, given, made, name, type_):
    """The values of a column in the new rows, text where CSV becomes CSV."""
    if name not in made.columns:
        return [None] * made.n_new
    values = _in_type(made.columns[name], type_)
    if given.texts is None or not is_csv(case.dst):
        return values
    texts = given.texts[name] if name in given.texts else given.table.column(name).to_pylist()
    if name != case.target:
        there = [text for text in texts if text != ""]
        return [None if value is None else spelled(value, there) for value in values]
    labels = given.table.column(name).to_pylist()
    return [texts[labels.index(value)] for value in values]


def _forced(case, given, features):
    """{name: type} of the columns that --dtype changes."""
    dtype, schema = case.options["dtype"], given.table.schema
    names = [name for name in features if is_number(schema.field(name).type)]
    return {} if dtype == "file" else dict.fromkeys(names, pa.type_for_alias(dtype))


def _written(case, given, made):
    """The table that the command has to write, in the order of the input."""
    types, columns = {}, {}
    forced = _forced(case, given, roles(case, given.table)[0])
    rows, n_kept = made.rows(case.options["only_synthetic"])
    for name in given.table.column_names:
        column = given.table.column(name)
        types[name] = forced.get(name, column.type)
        if name in forced:
            column = _as_floats(column).cast(forced[name], safe=False)
        elif is_csv(case.dst) and name in (given.texts or {}):
            column = pa.array(given.texts[name], pa.string())
        columns[name] = column.take(rows).to_pylist()
        columns[name] += _new_values(case, given, made, name, types[name])
    n_added = len(columns[case.target]) - n_kept
    if case.options["flag"]:
        types[FLAG], columns[FLAG] = pa.bool_(), [False] * n_kept + [True] * n_added
    if case.options["provenance"] and case.sampler not in OVER:
        types[ROW], columns[ROW] = pa.int64(), rows.tolist()
    elif case.options["provenance"] and made.provenance is not None:
        of = made.provenance  # None for smotenc if the numbers hardly vary, which cannot stream
        types |= PROVENANCE
        for name, values in zip(PROVENANCE, (of.base_rows, of.neighbor_rows, of.gaps), strict=True):
            columns[name] = [None] * n_kept + values.tolist()
        if case.sampler == "borderline-2":  # without new rows, there are no shrinks in memory
            shrinks = [] if of.shrinks is None else of.shrinks.tolist()
            types[SHRINK], columns[SHRINK] = pa.float64(), [None] * n_kept + shrinks
    written = Expected(types, columns)
    is_as_it_is = made.order is None or case.options["only_synthetic"]
    return written if is_as_it_is else written.taken(made.order)


def expectation(case, src, dst):
    """The input as it was read by other means, and the table to be written or `Refused`."""
    kind = case.fault.kind if case.fault is not None else None
    patterns = list(before_reading(case, src))
    if patterns:
        return None, Refused(patterns)
    try:
        given = read_input(case, src)
    except pa.ArrowInvalid:  # of a cast
        return None, Refused(["does not fit the other files"])
    patterns = list(after_reading(case, given, src, dst))
    is_drawn_as_it_is = kind in ("null", "nan", "inf", "text") and case.sampler in DRAW_ROWS
    if kind is not None and not is_drawn_as_it_is:
        patterns.append(of_fault(case, src, given))
    if kind in ("target null", "target fraction"):
        return given, Refused(patterns)
    made = sampled(case, given)
    if isinstance(made, Exception):
        return given, Refused([*patterns, OF_SAMPLER])
    if patterns:
        return given, Refused(patterns)
    expected = _written(case, given, made)
    rows, _ = made.rows(case.options["only_synthetic"])
    patterns = list(of_rows(case, given.table.take(rows), expected, dst))
    if patterns:
        return given, Refused(patterns)
    if case.options["shuffle"]:
        order = shuffle(np.arange(expected.n_rows), random_state=case.options["seed"])
        expected = expected.taken(order)
    return given, expected

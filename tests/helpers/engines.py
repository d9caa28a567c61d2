"""Cluster engines that may not be installed, and what their samplers are compared with."""

import importlib
import os
from decimal import Decimal
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from fastsmote import combine, over_sampling, under_sampling
from helpers.real_tables import DATA, load_table


def import_engine(package, extra):
    """Import the package of an engine; skip the tests of the module if it is not installed.

    With FASTSMOTE_REQUIRE_ENGINES=1 a missing package is a failure.
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError:
        message = f'{package} is not installed: python -m pip install ".[{extra}]"'
        if os.environ.get("FASTSMOTE_REQUIRE_ENGINES"):
            pytest.fail(message)
        pytest.skip(message, allow_module_level=True)


SAMPLERS = {
    "SMOTE": {"random_state": 0},
    "BorderlineSMOTE": {"random_state": 0},
    "ADASYN": {"random_state": 0},
    "TomekLinks": {},
    "RandomUnderSampler": {"random_state": 0},
    "RandomOverSampler": {"random_state": 0},
    "EditedNearestNeighbours": {},
    "NeighbourhoodCleaningRule": {},
    "NearMiss": {},
    "SMOTEENN": {"random_state": 0},
    "SMOTETomek": {"random_state": 0},
}

IN_EVERY_COUNT = ("BorderlineSMOTE", "SMOTEENN")  # a search in partitions, and one in buckets


def engine_case(name, n_partitions, *more, is_usual=True):
    """A sampler and a number of partitions, marked `nightly` unless it is one of the usual cases.

    The plans of all samplers are tested with every number of partitions in `tests/cluster`. The
    usual cases show that an engine runs them.
    """
    is_usual = is_usual and (n_partitions == 3 or name in IN_EVERY_COUNT)
    return pytest.param(*more, n_partitions, name, marks=() if is_usual else pytest.mark.nightly)


def engine_example(name):
    """A public name whose example is run, marked `nightly` unless it is of `SMOTE`."""
    is_usual = name.rpartition(".")[2] == "SMOTE"
    return pytest.param(name, marks=() if is_usual else pytest.mark.nightly)


def sampler_in_memory(name, **parameters):
    """The sampler of a name for tables in memory."""
    homes = (combine, over_sampling, under_sampling)
    (class_,) = {getattr(home, name) for home in homes if name in home.__all__}
    return class_(**{**SAMPLERS[name], **parameters})


def make_payments_table(n_rows=2_000):
    """Features that are numbers, a target of three classes, and columns of many other types."""
    rng = np.random.RandomState(0)
    kind = np.minimum(rng.geometric(0.75, n_rows) - 1, 2)
    times = (1_700_000_000_000_000 + 10**9 * np.arange(n_rows)).astype("datetime64[us]")
    columns = {
        "card_id": pa.array(rng.randint(2**62, 2**63 - 1, size=n_rows)),
        "amount": pa.array(rng.randn(n_rows) + kind),
        "price": pa.array([Decimal(i) / 100 for i in range(n_rows)], pa.decimal128(12, 2)),
        "hour": pa.array((rng.randn(n_rows) - kind).astype(np.float32)),
        "kind": pa.array(np.array(["common", "odd", "rare"])[kind]),
        "time": pa.array(times, pa.timestamp("us", "UTC")),
        "items": pa.array(rng.randint(9, size=n_rows).astype(np.int32)),
        "shop": pa.array(rng.choice(["a", "b"], n_rows)).dictionary_encode(),
        "is_new": pa.array(rng.uniform(size=n_rows) < 0.5),
        "note": pa.array([None if i % 3 else f"note {i}" for i in range(n_rows)]),
    }
    return pa.table(columns)


PAYMENT_FEATURES = ["amount", "hour", "items"]


def assert_is_resampled(name, table, out, **parameters):
    """An Arrow table has the rows of a sampler in memory, in order, and passes columns through."""
    frame = table.to_pandas()
    X, y = sampler_in_memory(name, **parameters).fit_resample(
        frame[PAYMENT_FEATURES], frame["kind"]
    )
    got = out.select(PAYMENT_FEATURES).to_pandas()
    pd.testing.assert_frame_equal(got, X.reset_index(drop=True), check_exact=True)
    assert out["kind"].to_pylist() == y.tolist()
    assert out.schema.remove_metadata() == table.schema
    # Rows of the table are whole, and new rows have null in other columns.
    row_of = {card_id: row for row, card_id in enumerate(table["card_id"].to_pylist())}
    rows = [row_of.get(card_id) for card_id in out["card_id"].to_pylist()]
    is_new = pa.array([row is None for row in rows])
    kept, new = out.filter(pc.invert(is_new)), out.filter(is_new)
    assert kept.equals(table.take(pa.array([row for row in rows if row is not None])))
    others = [column for column in table.schema.names if column not in (*PAYMENT_FEATURES, "kind")]
    assert [new[column].null_count for column in others] == [len(new)] * len(others)


# Real tables

REAL_TABLES = ["shuttle", "campaign"]
needs_real_tables = pytest.mark.skipif(not DATA, reason="FASTSMOTE_DATA is not set")


@lru_cache(maxsize=1)
def real_rows(name, sampler):
    """A real table as an Arrow table with a row number, and the rows of a sampler in memory."""
    X, y = load_table(name, scale=True)
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(X.shape[1])])
    table = pa.Table.from_pandas(frame.assign(y=y, row=np.arange(len(y))), preserve_index=False)
    return table, sampler_in_memory(sampler).fit_resample(X, y)


def assert_is_real_table_resampled(name, sampler, out):
    """An Arrow table, in order, has the rows of a sampler in memory."""
    X, y = real_rows(name, sampler)[1]
    got = np.column_stack([out[f"x{j}"].to_numpy() for j in range(X.shape[1])])
    np.testing.assert_array_equal(got, X)
    np.testing.assert_array_equal(out["y"].to_numpy(), y)

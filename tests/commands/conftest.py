"""A small table of payments in files, and the command that reads it."""

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from threadpoolctl import threadpool_limits

from fastsmote._commands import main as cli

N_ROWS = 240


@pytest.fixture(autouse=True)
def one_thread():
    """Small fits are slow on the threads of many tests at a time."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def payments():
    """Three numbers, an identifier, text, a group and times; a fifth of the rows is fraud."""
    rng = np.random.default_rng(0)
    is_fraud = (np.arange(N_ROWS) % 5 == 0).astype(int)
    return pa.table(
        {
            "id": np.arange(N_ROWS),
            "amount": rng.lognormal(3 + is_fraud),
            "hour": rng.normal(14 + 2 * is_fraud, 4) % 24,
            "age": rng.gamma(2, 300, N_ROWS).astype(np.float32),
            "country": np.where(rng.random(N_ROWS) < 0.3 + 0.4 * is_fraud, "[b]DE", "FR"),
            "customer": rng.integers(0, 60, N_ROWS),
            "time": pa.array(np.arange(N_ROWS) * 10**6, pa.timestamp("us")),
            "fraud": is_fraud,
        }
    )


@pytest.fixture
def save(tmp_path):
    """``save(table, name)`` writes a file and returns its path as text."""

    def write(table, name="payments.parquet"):
        path = str(tmp_path / name)
        (pyarrow.csv.write_csv if name.endswith(".csv") else pq.write_table)(table, path)
        return path

    return write


@pytest.fixture
def command(capsys):
    """``command(*arguments)`` runs a command and gives status, output and error output."""

    def run(*arguments):
        status = cli.main([*map(str, arguments)])
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def failed(command):
    """``failed(*arguments)`` is the one line of a command that ends with status 1."""

    def run(*arguments):
        status, out, error = command(*arguments)
        assert (status, out) == (1, "")
        *_, line = error.splitlines()  # after the line that says what was read
        assert "Traceback" not in error
        return line

    return run

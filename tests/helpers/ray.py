"""Ray on this machine, and Ray Datasets of tables."""

import os
import sys
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest

from helpers.engines import import_engine

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
# Only a program on the user's terminal has use for these.
os.environ["RAY_DATA_DISABLE_PROGRESS_BARS"] = "1"
ray = import_engine("ray", "ray")
import_engine("ray.data", "ray")

MARKS = [
    pytest.mark.processes,
    # Ray warns of its own settings.
    pytest.mark.filterwarnings(r"ignore::DeprecationWarning:ray\."),
    pytest.mark.filterwarnings(r"ignore::FutureWarning:ray\."),
]


@contextmanager
def running_ray(n_workers, object_store_memory=100 * 2**20):
    """Ray with a number of worker processes, and with a small object store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # workers import the tests' modules
        ray.init(
            address="local",
            num_cpus=n_workers,
            include_dashboard=False,
            object_store_memory=object_store_memory,
            log_to_driver=False,
            logging_level="ERROR",
        )
        try:
            yield
        finally:
            ray.shutdown()


def as_dataset(table, lengths):
    """An Arrow table as a Dataset of blocks of these lengths."""
    ends = np.cumsum([0, *lengths]).tolist()
    return ray.data.from_arrow([table.slice(start, stop - start) for start, stop in pairwise(ends)])


def rows_of(dataset):
    """The rows of a Dataset as an Arrow table."""
    return pa.concat_tables(ray.get(dataset.to_arrow_refs()))

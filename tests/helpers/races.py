"""A race without its races: what stands for the processes that run the samplers."""

import numpy as np

from benchmarks.inputs.catalog import OURS, STOCK
from benchmarks.race import cells, digests


class OfGivenSpeed:
    """Stands for a cell's process, each run of which takes as long as the library needs."""

    order = None  # who was asked what, if somebody wants to know

    def __init__(self, cell, limit):
        self.cell, self.is_alive = cell, True
        hashes = np.arange(20, dtype=np.uint64)
        shape = (int(cell.table.split(":")[0].split("-")[1]), 2)
        self.result = cells.Result(shape=shape, hashes=hashes, digest=digests.digest(hashes))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.is_alive = False

    def prepare(self):
        if self.order is not None:
            self.order.append("warm")

    def run(self):
        if self.order is not None:
            self.order.append(self.cell.library)
        self.result.seconds.append({STOCK: 6, OURS: 1}[self.cell.library])

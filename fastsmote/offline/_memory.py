"""How much memory a run needs, before it starts."""

from typing import NamedTuple

import pyarrow as pa

from fastsmote._search.mixed import CHUNK_PAIRS
from fastsmote._threads import get_n_threads
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._options import size
from fastsmote.offline._parts import group_rows, part_rows, row_bytes

# Python with NumPy, scikit-learn, imbalanced-learn, Arrow and the compiled kernels loaded: what
# they allocate, and pages of their files. Of these the system has as many in memory as suits
# it, 110 to 250 MiB for the same libraries, and takes them back where memory is short.
LIBRARIES_BYTES, LIBRARY_PAGES_BYTES = 190 * 2**20, 140 * 2**20
MIMALLOC_BYTES = 100 * 2**20  # that this allocator of Arrow's does not give back
MOST_BATCH_ROWS, LEAST_BATCH_ROWS = 2**17, 2**12
READ_COPIES = 3  # of a batch: what Arrow read, what is made of it, what it goes into
SEARCH_BYTES = 24  # a value: the searched copy, its tree, coordinates while that is built
LIST_BYTES = 64  # a neighbor: two lists, and what is found in a block
WRITE_COPIES = 4  # of a row group: its pieces, the whole, its encoded pages, what is not reused
COLUMN_BYTES = 2**20  # of a column that is read: pages, packed and unpacked
PLACE_BYTES = 8  # of a row's place in the output
PAIR_BYTES = 100  # of two rows that share a category
VOTE_BYTES = 8  # a candidate: its place in the shuffle, and the shuffle's in its own


class _Step(NamedTuple):
    """What is held at one time of the run, when other steps hold nothing."""

    what: str
    n_bytes: float
    batch_row: float = 0.0  # bytes a row of a batch
    query_row: float = 0.0  # bytes a row that asks for neighbors

    def total(self, batch_rows, query_rows):
        return self.n_bytes + batch_rows * self.batch_row + query_rows * self.query_row


class Memory:
    """What a run holds at its peak.

    Parameters
    ----------
    max_bytes : int
        The limit.
    schema : pyarrow.Schema
        Of the output.
    """

    def __init__(self, max_bytes, schema):
        self._max_bytes, self._held, self._steps = max_bytes, [], []
        self.hold("Python and its libraries", LIBRARIES_BYTES + LIBRARY_PAGES_BYTES)
        self.hold(f"pages of {len(schema)} columns", COLUMN_BYTES * len(schema))
        if pa.default_memory_pool().backend_name == "mimalloc":
            self.hold("Arrow's mimalloc", MIMALLOC_BYTES)
        group_bytes = WRITE_COPIES * group_rows(schema) * row_bytes(schema)
        self.step("a row group to write", group_bytes, READ_COPIES * row_bytes(schema))

    def hold(self, what, n_bytes):
        """Add something that is held to the end."""
        self._held.append((what, int(n_bytes)))

    def step(self, what, n_bytes, batch_row=0.0, query_row=0.0):
        """Add something that is held at one time, in bytes, and bytes for each row."""
        self._steps.append(_Step(what, n_bytes, batch_row, query_row))

    def total(self, batch_rows, query_rows):
        """The estimate for so many rows at a time."""
        held = sum(n_bytes for _, n_bytes in self._held)
        return int(held + max(step.total(batch_rows, query_rows) for step in self._steps))

    def choose(self, batch_rows=None):
        """Rows to read, no more than are asked for, and rows to ask for neighbors, at a time.

        Raises
        ------
        OfflineError
            If the limit is below the least that is needed, with what takes most of it.
        """
        least = min(LEAST_BATCH_ROWS, batch_rows or LEAST_BATCH_ROWS)
        if self.total(least, LEAST_BATCH_ROWS) > self._max_bytes:
            raise OfflineError(self._too_little(least))
        most = batch_rows or MOST_BATCH_ROWS
        asks = any(step.query_row for step in self._steps)
        # Rows that ask get most of the room: fewer of them are more passes over the table.
        room = self._max_bytes - self.total(least, LEAST_BATCH_ROWS)
        limit = self._max_bytes - (room * 3 // 4 if asks else 0)
        while most > least and self.total(most, LEAST_BATCH_ROWS) > limit:
            most = max(least, most // 2)
        left = self._max_bytes - self.total(most, 0)
        query_row = max(step.query_row for step in self._steps)
        return most, int(max(LEAST_BATCH_ROWS, left / query_row if asks else 0))

    def _too_little(self, batch_rows):
        step = max(self._steps, key=lambda step: step.total(batch_rows, LEAST_BATCH_ROWS))
        n_bytes = step.total(0, LEAST_BATCH_ROWS)
        parts = [*self._held, (step.what, n_bytes), ("a batch", batch_rows * step.batch_row)]
        parts = sorted((part for part in parts if part[1]), key=lambda part: -part[1])
        least = self.total(batch_rows, LEAST_BATCH_ROWS)
        return (
            f"--max-memory: at least {size(least + 2**20)} are needed, {size(self._max_bytes)} "
            f"are allowed: {', '.join(f'{what} {size(n_bytes)}' for what, n_bytes in parts)}."
        )


def estimate(columns, schema, survey, asked, options):
    """What a run has to hold: the minority, and what its sampler keeps of all rows."""
    memory = Memory(options.max_memory, schema)
    memory.hold("the class of every row", survey.codes.nbytes)
    n_of_part = options.part_rows or part_rows(schema)
    if options.shuffle:
        n_most = len(survey.codes) + sum(max(0, n_rows) for _, n_rows in asked)
        memory.step("the places of all rows", 2 * PLACE_BYTES * n_most)
    if options.shuffle or options.partition_by:
        memory.step("the rows of a part", READ_COPIES * n_of_part * row_bytes(schema))
    if options.sampler == "random-under":
        n_kept = int(survey.counts.sum() - sum(survey.counts[c] - n for c, n in asked))
        memory.hold("the row numbers to draw from", 24 * len(survey.codes))
        memory.hold("the rows of a part", 3 * min(n_kept, n_of_part) * row_bytes(schema))
        return memory
    to_make = [(code, n_rows) for code, n_rows in asked if n_rows > 0]
    n_minority = int(sum(survey.counts[code] for code, _ in to_make))
    n_new = sum(n_rows for _, n_rows in to_make)
    if options.sampler == "random-over":
        memory.hold(f"{n_minority:,} minority rows", n_minority * 2 * row_bytes(schema))
        return memory
    n_features, itemsize = len(columns.features), columns.dtype.itemsize
    searching, query_row = n_features * (2 * itemsize + SEARCH_BYTES), 0
    if options.sampler in ("tomek-links", "smote-tomek"):
        n_new = n_new if options.sampler == "smote-tomek" else 0
        n_minority = int(survey.counts.sum() - survey.counts.max())
        memory.hold("which rows stay", 2 * len(survey.codes) + 10 * n_new)
        # Their features and those of what they find, twice where it is kept, and their tree.
        query_row = n_features * (4 * itemsize + 8) + 3 * LIST_BYTES
    memory.step("rows that ask for neighbors", 0, searching, query_row)
    if options.sampler == "smotenc":
        _hold_categories(memory, len(columns.categorical), n_new, options.k_neighbors)
    n_lists = max(options.k_neighbors, options.m_neighbors) * LIST_BYTES
    per_row = n_features * (itemsize + SEARCH_BYTES) + n_lists
    memory.hold(f"{n_minority:,} minority rows", n_minority * per_row)
    return memory


def _hold_categories(memory, n_columns, n_new, n_voters):
    """Categories of new rows, in 2 bytes or 4, and what decides them, column by column."""
    memory.hold(f"the categories of {n_new:,} new rows", n_new * 4 * n_columns)
    # Every neighbor may bring a candidate; all of a column's are shuffled together.
    memory.step("the votes on them", n_new * (20 + VOTE_BYTES * n_voters))
    # Not a step of its own: what small arrays took is not given back before the votes.
    memory.hold("rows that share a category", get_n_threads() * CHUNK_PAIRS * PAIR_BYTES)

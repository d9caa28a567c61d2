"""Estimate how much memory a run needs before it starts."""

import math
from typing import NamedTuple

import pyarrow as pa

from fastsmote._search.mixed import CHUNK_PAIRS
from fastsmote._threads import get_n_threads
from fastsmote.offline._buckets import UNEQUAL
from fastsmote.offline._errors import OfflineError
from fastsmote.offline._options import size
from fastsmote.offline._parts import group_rows, part_rows, row_bytes

# Python with NumPy, scikit-learn, imbalanced-learn, Arrow and the compiled kernels loaded: what
# they allocate, and the pages of their files. The system keeps 110 to 250 MiB of these pages in
# memory for the same libraries, and drops them when memory is short.
LIBRARIES_BYTES, LIBRARY_PAGES_BYTES = 190 * 2**20, 140 * 2**20
MIMALLOC_BYTES = 100 * 2**20  # that this allocator of Arrow does not return to the system
MOST_BATCH_ROWS, LEAST_BATCH_ROWS = 2**17, 2**12
READ_COPIES = 3  # of a batch: as Arrow read it, converted, and in its destination
SEARCH_BYTES = 24  # per value: the searched copy, its tree, coordinates while it is built
LIST_BYTES = 64  # per neighbor: two neighbor lists, and the result of a block
WRITE_COPIES = 4  # of a row group: its blocks, the joined table, encoded pages, unused memory
COLUMN_BYTES = 2**20  # per column that is read: pages, compressed and decompressed
PLACE_BYTES = 8  # per row: its place in the output
PAIR_BYTES = 100  # per pair of rows that share a category
SUM_BYTES = 16  # per row: the sum of its distances, and its number
FLOAT_BYTES = 8  # of a value as it is searched
PARENT_BYTES = 32  # per row that may be a parent: its number, twice while numbers are sorted
MOST_BUCKETS = 1_000  # more are so small that the search compares nearly every pair of them
VOTE_BYTES = 8  # per candidate: its place in the shuffle, and the inverse


class _Step(NamedTuple):
    """Memory of one step of the run, which is freed before the next step."""

    what: str
    n_bytes: float
    batch_row: float = 0.0  # bytes per row of a batch
    query_row: float = 0.0  # bytes per query row

    def total(self, batch_rows, query_rows):
        return self.n_bytes + batch_rows * self.batch_row + query_rows * self.query_row


class Memory:
    """The estimated peak memory of a run.

    Parameters
    ----------
    max_bytes : int
        The memory limit.
    schema : pyarrow.Schema
        The schema of the output.
    """

    def __init__(self, max_bytes, schema):
        self._max_bytes, self._held, self._steps = max_bytes, [], []
        self._least_queries = LEAST_BATCH_ROWS
        self.hold("Python and its libraries", LIBRARIES_BYTES + LIBRARY_PAGES_BYTES)
        self.hold(f"pages of {len(schema)} columns", COLUMN_BYTES * len(schema))
        if pa.default_memory_pool().backend_name == "mimalloc":
            self.hold("Arrow's mimalloc", MIMALLOC_BYTES)
        group_bytes = WRITE_COPIES * group_rows(schema) * row_bytes(schema)
        self.step("a row group to write", group_bytes, READ_COPIES * row_bytes(schema))

    def hold(self, what, n_bytes):
        """Add memory that is held until the run ends."""
        self._held.append((what, int(n_bytes)))

    def step(self, what, n_bytes, batch_row=0.0, query_row=0.0):
        """Add memory that one step holds: a fixed amount, and amounts per row."""
        self._steps.append(_Step(what, n_bytes, batch_row, query_row))

    def need_queries(self, n_rows):
        """Let `choose` return no fewer queries than these."""
        self._least_queries = max(self._least_queries, n_rows)

    def total(self, batch_rows, query_rows):
        """Return the estimate for these numbers of rows at a time."""
        held = sum(n_bytes for _, n_bytes in self._held)
        return int(held + max(step.total(batch_rows, query_rows) for step in self._steps))

    def choose(self, batch_rows=None):
        """Return how many rows to read, and how many queries to search, at a time.

        Raises
        ------
        OfflineError
            If the limit is below the smallest estimate; the message lists what needs memory.
        """
        least = min(LEAST_BATCH_ROWS, batch_rows or LEAST_BATCH_ROWS)
        if self.total(least, self._least_queries) > self._max_bytes:
            raise OfflineError(self._too_little(least))
        most = batch_rows or MOST_BATCH_ROWS
        has_queries = any(step.query_row for step in self._steps)
        # Queries get most of the memory: fewer at a time mean more passes over the table.
        room = self._max_bytes - self.total(least, self._least_queries)
        limit = self._max_bytes - (room * 3 // 4 if has_queries else 0)
        while most > least and self.total(most, self._least_queries) > limit:
            most = max(least, most // 2)
        left = self._max_bytes - self.total(most, 0)
        query_row = max(step.query_row for step in self._steps)
        return most, int(max(self._least_queries, left / query_row if has_queries else 0))

    def _too_little(self, batch_rows):
        step = max(self._steps, key=lambda step: step.total(batch_rows, self._least_queries))
        n_bytes = step.total(0, self._least_queries)
        items = [*self._held, (step.what, n_bytes), ("a batch", batch_rows * step.batch_row)]
        items = sorted((item for item in items if item[1]), key=lambda item: -item[1])
        least = self.total(batch_rows, self._least_queries)
        return (
            f"--max-memory: the run needs at least {math.ceil(least / 2**20)} MiB. Got "
            f"{size(self._max_bytes)}. Estimate: "
            f"{', '.join(f'{what} {size(n_bytes)}' for what, n_bytes in items)}."
        )


def estimate(columns, schema, survey, asked, options):
    """Estimate the memory of a run: the minority, and what the sampler keeps for all rows."""
    memory = Memory(options.max_memory, schema)
    memory.hold("the class of every row", survey.codes.nbytes)
    n_of_part = options.part_rows or part_rows(schema)
    if options.shuffle:
        n_most = len(survey.codes) + sum(max(0, n_rows) for _, n_rows in asked)
        memory.step("the places of all rows", 2 * PLACE_BYTES * n_most)
    if options.shuffle or options.partition_by:
        memory.step("the rows of a part", READ_COPIES * n_of_part * row_bytes(schema))
    if options.sampling_type == "under-sampling":
        n_kept = sum(n_rows for _, n_rows in asked)
        n_others = int(survey.counts.sum() - sum(survey.counts[code] for code, _ in asked))
        _hold_chosen(memory, columns, survey, n_kept, options)
        n_gathered = n_kept + (n_others if options.sampler == "random-under" else 0)
        memory.hold("the rows of a part", 3 * min(n_gathered, n_of_part) * row_bytes(schema))
        return memory
    n_new = n_minority = 0
    if options.adds_rows:
        to_make = [(code, n_rows) for code, n_rows in asked if n_rows > 0]
        n_minority = int(sum(survey.counts[code] for code, _ in to_make))
        n_new = sum(n_rows for _, n_rows in to_make)
    if options.sampler == "random-over":
        memory.hold(f"{n_minority:,} minority rows", n_minority * 2 * row_bytes(schema))
        return memory
    if options.sampler in ("tomek-links", "smote-tomek"):
        n_minority = int(survey.counts.sum() - survey.counts.max())
    _hold_search(memory, columns, survey, n_minority, n_new, options)
    n_lists = max(options.k_neighbors, options.m_neighbors) * LIST_BYTES
    per_row = len(columns.features) * (columns.read_dtype.itemsize + SEARCH_BYTES) + n_lists
    memory.hold(f"{n_minority:,} minority rows", n_minority * per_row)
    return memory


def _hold_chosen(memory, columns, survey, n_kept, options):
    """Add what an under-sampler needs to choose rows."""
    if options.sampler == "random-under":
        memory.hold("the row numbers to draw from", 24 * len(survey.codes))
        return
    n_minority, n_features = int(survey.counts.min()), len(columns.features)
    itemsize, n_lists = columns.read_dtype.itemsize, options.n_neighbors * LIST_BYTES
    per_row = n_features * (itemsize + SEARCH_BYTES)
    memory.hold(f"{n_minority:,} minority rows", n_minority * per_row)
    memory.hold("the sums of the rows kept", 3 * SUM_BYTES * n_kept)
    # The rows of a batch, their features as they are searched, and the order of the search.
    memory.step("the neighbor search", 0, 2 * per_row + n_lists)


def _hold_search(memory, columns, survey, n_minority, n_new, options):
    """Add what a sampler that searches neighbors holds for all rows, a batch and the queries."""
    n_rows, n_features = len(survey.codes), len(columns.features)
    itemsize, query_row = columns.read_dtype.itemsize, 0
    if options.sampler in ("tomek-links", "smote-tomek"):
        n_made = n_new if options.sampler == "smote-tomek" else 0
        memory.hold("which rows are kept", 2 * n_rows + 10 * n_made)
        # Features of queries and of found rows, twice if they are kept, and the tree.
        query_row = n_features * (4 * itemsize + 8) + 3 * LIST_BYTES
    elif options.n_neighbors is not None:
        memory.hold("which rows are kept", 3 * n_rows + 12 * n_new)
        # Features of a bucket, the lists, and another bucket with its tree.
        query_row = n_features * (3 * FLOAT_BYTES + SEARCH_BYTES)
        query_row += options.n_neighbors * LIST_BYTES
        memory.need_queries(math.ceil(UNEQUAL * (n_rows + n_new) / MOST_BUCKETS))
    elif options.sampler == "smotenc":
        _hold_categories(memory, len(columns.categorical), n_new, options.k_neighbors)
    elif options.sampler == "borderline-2":
        n_parents = min(n_rows, n_minority * (1 + options.k_neighbors))
        what = f"the features of up to {n_parents:,} parents"
        memory.hold(what, n_parents * (n_features * itemsize + PARENT_BYTES))
    batch_row = n_features * (2 * itemsize + SEARCH_BYTES)
    memory.step("the neighbor search", 0, batch_row, query_row)


def _hold_categories(memory, n_columns, n_new, n_voters):
    """Add the categories of new rows, at 2 or 4 bytes, and the votes that choose them."""
    memory.hold(f"the categories of {n_new:,} new rows", n_new * 4 * n_columns)
    # Every neighbor may add a candidate; all candidates of a column are shuffled together.
    memory.step("the votes on categories", n_new * (20 + VOTE_BYTES * n_voters))
    # Not a separate step: memory of small arrays is not returned before the votes.
    memory.hold("rows that share a category", get_n_threads() * CHUNK_PAIRS * PAIR_BYTES)

"""How much memory a run needs, before it starts."""

from fastsmote.offline._errors import OfflineError
from fastsmote.offline._parts import group_rows, part_rows, row_bytes

# Python with NumPy, scikit-learn, imbalanced-learn, Arrow and the compiled kernels loaded.
LIBRARIES_BYTES = 350 * 2**20
MOST_BATCH_ROWS, LEAST_BATCH_ROWS = 2**17, 2**12
READ_COPIES = 3  # of a batch: what Arrow read, what is made of it, what it goes into
SEARCH_BYTES = 24  # a value: the searched copy, its tree, coordinates while that is built
LIST_BYTES = 64  # a neighbor: two lists, and what is found in a block
WRITE_COPIES = 4  # of a row group: its pieces, the whole, its encoded pages, what is not reused
COLUMN_BYTES = 2**21  # of a column that is read: pages of a MiB, packed and unpacked


def size(n_bytes):
    """Bytes for a reader: 512 MiB, 1.5 GiB."""
    for unit, name in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
        if n_bytes >= unit:
            value = n_bytes / unit
            return f"{value:.0f} {name}" if value >= 10 else f"{value:.1f} {name}"
    return f"{n_bytes:.0f} B"


class Memory:
    """What a run holds at its peak.

    Parameters
    ----------
    max_bytes : int
        The limit.
    schema : pyarrow.Schema
        Of the output.
    n_searched : int
        Features that are searched as they stream by.
    """

    def __init__(self, max_bytes, schema, n_searched=0):
        self._max_bytes, self._query_bytes = max_bytes, 0
        self._batch_bytes = READ_COPIES * row_bytes(schema) + SEARCH_BYTES * n_searched
        self._writing = int(WRITE_COPIES * group_rows(schema) * row_bytes(schema))
        self._held = [
            ("Python and its libraries", LIBRARIES_BYTES),
            (f"pages of {len(schema)} columns", COLUMN_BYTES * len(schema)),
        ]

    def hold(self, what, n_bytes):
        """Add something that is held to the end."""
        self._held.append((what, int(n_bytes)))

    def ask(self, n_features, itemsize):
        """Add rows that ask for neighbors, as many at a time as fit."""
        self._query_bytes = n_features * (3 * itemsize + 2 * SEARCH_BYTES) + 4 * LIST_BYTES

    def _step(self, query_rows):
        """What the larger step holds: asking for neighbors comes before writing."""
        return max(self._writing, query_rows * self._query_bytes)

    def choose(self, batch_rows=None):
        """Rows to read, and rows to ask for neighbors, at a time.

        Raises
        ------
        OfflineError
            If the limit is below the least that is needed, with what takes most of it.
        """
        held = sum(n_bytes for _, n_bytes in self._held)
        least_batch = LEAST_BATCH_ROWS * self._batch_bytes
        least = held + self._step(LEAST_BATCH_ROWS) + least_batch
        if least > self._max_bytes:
            parts = [*self._held, ("a row group to write", self._step(LEAST_BATCH_ROWS))]
            listed = sorted([*parts, ("a batch", least_batch)], key=lambda part: -part[1])
            raise OfflineError(
                f"--max-memory: at least {size(least + 2**20)} are needed, {size(self._max_bytes)} "
                f"are allowed: {', '.join(f'{what} {size(n_bytes)}' for what, n_bytes in listed)}."
            )
        room = self._max_bytes - held
        if batch_rows is None:
            for_batch = room - max(self._writing, room // 2 if self._query_bytes else 0)
            fitting = max(LEAST_BATCH_ROWS, int(for_batch / self._batch_bytes))
            batch_rows = min(MOST_BATCH_ROWS, 2 ** (fitting.bit_length() - 1))
        left = room - batch_rows * self._batch_bytes
        return batch_rows, int(max(LEAST_BATCH_ROWS, left / max(1, self._query_bytes)))

    def total(self, batch_rows, query_rows):
        """The estimate for so many rows at a time."""
        held = sum(n_bytes for _, n_bytes in self._held)
        return int(held + batch_rows * self._batch_bytes + self._step(query_rows))


def estimate(columns, schema, survey, asked, options):
    """What a run has to hold: the minority, and what its sampler keeps of all rows."""
    is_random = options.takes_any_columns
    memory = Memory(options.max_memory, schema, 0 if is_random else len(columns.features))
    memory.hold("the class of every row", survey.codes.nbytes)
    if options.sampler == "random-under":
        n_kept = int(survey.counts.sum() - sum(survey.counts[c] - n for c, n in asked))
        memory.hold("the row numbers to draw from", 24 * len(survey.codes))
        memory.hold("the rows of a part", 3 * min(n_kept, part_rows(schema)) * row_bytes(schema))
        return memory
    to_make = [(code, n_rows) for code, n_rows in asked if n_rows > 0]
    n_minority = int(sum(survey.counts[code] for code, _ in to_make))
    n_new = sum(n_rows for _, n_rows in to_make)
    if options.sampler == "random-over":
        memory.hold(f"{n_minority:,} minority rows", n_minority * 2 * row_bytes(schema))
        return memory
    n_features, itemsize = len(columns.features), columns.dtype.itemsize
    if options.sampler in ("tomek-links", "smote-tomek"):
        n_new = n_new if options.sampler == "smote-tomek" else 0
        n_minority = int(survey.counts.sum() - survey.counts.max())
        memory.hold("which rows stay", 2 * len(survey.codes) + 10 * n_new)
        memory.ask(n_features, itemsize)
    if options.sampler == "smotenc":
        # As many candidates as neighbors, shuffled over all new rows at once.
        per_row = 8 * len(columns.categorical) + 32 * (1 + options.k_neighbors)
        memory.hold(f"the votes on {n_new:,} new rows", n_new * per_row)
    n_lists = max(options.k_neighbors, options.m_neighbors) * LIST_BYTES
    per_row = n_features * (itemsize + SEARCH_BYTES) + n_lists
    memory.hold(f"{n_minority:,} minority rows", n_minority * per_row)
    return memory

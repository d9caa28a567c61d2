"""How much memory a run needs, before it starts."""

from fastsmote.offline._errors import OfflineError
from fastsmote.offline._parts import group_rows, part_rows, row_bytes

# Python with NumPy, scikit-learn, imbalanced-learn, Arrow and the compiled kernels loaded.
LIBRARIES_BYTES = 300 * 2**20
MOST_BATCH_ROWS, LEAST_BATCH_ROWS = 2**17, 2**12
READ_COPIES = 3  # of a batch: what Arrow read, what is made of it, what it goes into
SEARCH_BYTES = 24  # a value: the searched copy, its tree, coordinates while that is built
LIST_BYTES = 64  # a neighbor: two lists, and what is found in a block
WRITE_COPIES = 3  # of a row group: its pieces, the whole, its encoded pages


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
        self._parts = [("Python and its libraries", LIBRARIES_BYTES)]
        writing = WRITE_COPIES * group_rows(schema) * row_bytes(schema)
        self._parts.append(("a row group of the output", int(writing)))

    def hold(self, what, n_bytes):
        """Add something that is held to the end."""
        self._parts.append((what, int(n_bytes)))

    def ask(self, n_features, itemsize):
        """Add rows that ask for neighbors, as many at a time as fit."""
        self._query_bytes = n_features * (3 * itemsize + SEARCH_BYTES) + 2 * LIST_BYTES

    def _fixed(self):
        return sum(n_bytes for _, n_bytes in self._parts)

    def choose(self, batch_rows=None):
        """Rows to read, and rows to ask for neighbors, at a time.

        Raises
        ------
        OfflineError
            If the limit is below the least that is needed, with what takes most of it.
        """
        per_row = self._batch_bytes + self._query_bytes
        least = self._fixed() + LEAST_BATCH_ROWS * per_row
        if least > self._max_bytes:
            listed = sorted(self._parts, key=lambda part: -part[1])
            why = ", ".join(f"{what} {size(n_bytes)}" for what, n_bytes in listed)
            raise OfflineError(
                f"--max-memory: at least {size(least + 2**20)} are needed, {size(self._max_bytes)} "
                f"are allowed: {why}, a batch {size(LEAST_BATCH_ROWS * per_row)}."
            )
        room = (self._max_bytes - self._fixed()) / per_row
        batch_rows = batch_rows or int(min(MOST_BATCH_ROWS, 2 ** (int(room).bit_length() - 1)))
        left = self._max_bytes - self._fixed() - batch_rows * self._batch_bytes
        return batch_rows, int(max(LEAST_BATCH_ROWS, left / max(1, self._query_bytes)))

    def total(self, batch_rows):
        """The estimate for batches of so many rows, not counting rows that ask in turns."""
        return int(self._fixed() + batch_rows * self._batch_bytes)


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
        memory.hold("votes", n_new * (8 * len(columns.categorical) + 64))
    n_lists = max(options.k_neighbors, options.m_neighbors) * LIST_BYTES
    per_row = n_features * (itemsize + SEARCH_BYTES) + n_lists
    memory.hold(f"{n_minority:,} minority rows", n_minority * per_row)
    return memory

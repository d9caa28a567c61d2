"""How much memory a run needs, before it starts."""

from fastsmote.offline._errors import OfflineError
from fastsmote.offline._parts import group_rows, row_bytes

# Python with NumPy, scikit-learn, imbalanced-learn, Arrow and the compiled kernels loaded.
LIBRARIES_BYTES = 300 * 2**20
MOST_BATCH_ROWS, LEAST_BATCH_ROWS = 2**17, 2**12
READ_COPIES = 3  # of a batch: what Arrow read, what is made of it, what it goes into
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
    """

    def __init__(self, max_bytes, schema):
        self._max_bytes, self._row_bytes = max_bytes, row_bytes(schema)
        self._parts = [("Python and its libraries", LIBRARIES_BYTES)]
        writing = WRITE_COPIES * group_rows(schema) * self._row_bytes
        self._parts.append(("a row group of the output", int(writing)))

    def hold(self, what, n_bytes):
        """Add something that is held to the end."""
        self._parts.append((what, int(n_bytes)))

    def _fixed(self):
        return sum(n_bytes for _, n_bytes in self._parts)

    def batch_rows(self, given=None):
        """Rows to read at a time.

        Raises
        ------
        OfflineError
            If the limit is below the least that is needed, with what takes most of it.
        """
        per_row = READ_COPIES * self._row_bytes
        least = self._fixed() + LEAST_BATCH_ROWS * per_row
        if least > self._max_bytes:
            listed = sorted(self._parts, key=lambda part: -part[1])
            why = ", ".join(f"{what} {size(n_bytes)}" for what, n_bytes in listed)
            raise OfflineError(
                f"--max-memory: at least {size(least + 2**20)} are needed, {size(self._max_bytes)} "
                f"are allowed: {why}, a batch {size(LEAST_BATCH_ROWS * per_row)}."
            )
        room = int((self._max_bytes - self._fixed()) / per_row)
        return given or min(MOST_BATCH_ROWS, 2 ** (room.bit_length() - 1))

    def total(self, batch_rows):
        """The estimate for batches of so many rows."""
        return int(self._fixed() + batch_rows * READ_COPIES * self._row_bytes)

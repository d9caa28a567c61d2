"""Errors of a run: one line with the place, the value found and what would be right."""

from contextlib import contextmanager
from typing import NamedTuple


class OfflineError(ValueError):
    """A file, column or parameter cannot be used; the message is one line.

    Examples
    --------
    >>> from fastsmote.offline import OfflineError, resample
    >>> try:
    ...     resample("payments.parquet", "balanced/", target="fraud")
    ... except OfflineError as error:
    ...     print(error)
    payments.parquet: there is no such file or folder.
    """


class Interrupted(KeyboardInterrupt):
    """A run was interrupted; the message says what is kept and how to resume."""


class Place(NamedTuple):
    """The place of a row in the input."""

    file: str
    group: str  # "row group 3" or "record batch 3"; empty if the format has neither
    row: int  # row number within the group, or else within the file

    def row_at(self, offset):
        """Return the place of the row that is ``offset`` rows after this one."""
        return self._replace(row=self.row + offset)

    def __str__(self):
        return ", ".join(filter(None, [self.file, self.group, f"row {self.row}"]))


def first_line(error):
    """Return the first line of the message of another library's error."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


@contextmanager
def named(where, problem, exceptions):
    """Turn exceptions of given types into an `OfflineError` that names the place."""
    try:
        yield
    except OfflineError:
        raise
    except exceptions as error:
        raise OfflineError(f"{where}: {problem}: {first_line(error)}") from error

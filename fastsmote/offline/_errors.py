"""What a run is refused for: one line that says where, what was found and what would be right."""

from contextlib import contextmanager
from typing import NamedTuple


class OfflineError(ValueError):
    """A file, a column or a parameter that cannot be worked with, in one line."""


class Interrupted(KeyboardInterrupt):
    """An interrupt of a run, in one line what it has left and how to go on."""


class Place(NamedTuple):
    """Where a row stands in the input."""

    file: str
    group: str  # "row group 3", "record batch 3"; empty where a file has no such parts
    row: int  # in the group, or in the file

    def row_at(self, offset):
        """The place of a row that stands so many rows below this one."""
        return self._replace(row=self.row + offset)

    def __str__(self):
        return ", ".join(filter(None, [self.file, self.group, f"row {self.row}"]))


def first_line(error):
    """What an error of another library says, without its later lines."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__


@contextmanager
def named(where, problem, kinds):
    """Turn errors of some kinds into an `OfflineError` that says where."""
    try:
        yield
    except OfflineError:
        raise
    except kinds as error:
        raise OfflineError(f"{where}: {problem}: {first_line(error)}") from error

"""The error for samplers that an engine's room does not have."""

import sys

from fastsmote import combine, over_sampling, under_sampling


def absent(name, room, present, tables, in_memory):
    """Return the error for a name that a room does not have, for its ``__getattr__``.

    Parameters
    ----------
    name : str
    room : str
        The name of the package, such as "fastsmote.spark".
    present : list of str
        The names of the samplers that the room has.
    tables : str
        What they resample, such as "Spark DataFrames".
    in_memory : str
        What to pass to a sampler in memory, such as "df.toPandas()".

    Returns
    -------
    ImportError or AttributeError
        An ImportError for ``from room import name``: Python would replace the text of an
        AttributeError there. No exception class can inherit from both.
    """
    homes = [m for m in (over_sampling, under_sampling, combine) if name in m.__all__]
    if not homes:
        return AttributeError(f"module {room!r} has no attribute {name!r}")
    text = (
        f"{name} has no version for {tables}. The samplers are {', '.join(sorted(present))}. If "
        f"the table fits into memory, use {homes[0].__name__}.{name} and pass {in_memory}."
    )
    return (ImportError if _is_imported() else AttributeError)(text)


def _is_imported():
    """Return whether an import statement looks up the name, which it does with `hasattr`."""
    frame = sys._getframe(3)  # the caller of `__getattr__`, which calls `absent`
    return frame.f_globals.get("__name__") == "importlib._bootstrap"

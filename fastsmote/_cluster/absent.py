"""The error for samplers that a room does not have."""

import sys

from fastsmote import combine, over_sampling, under_sampling


def absent(name, room, present, kind, data):
    """Return the error for a name that a room does not have.

    Parameters
    ----------
    name : str
    room : str
        The name of the package, such as "fastsmote.ray".
    present : list of str
        The names of the samplers that the room has.
    kind : str
        What the room resamples, such as "Ray Datasets".
    data : str
        What to pass to the class in memory.

    Returns
    -------
    ImportError or AttributeError
        An ImportError for ``from fastsmote.ray import name``: Python would replace
        the text of an AttributeError there. No exception class can inherit from both.
    """
    homes = [m for m in (over_sampling, under_sampling, combine) if name in m.__all__]
    if not homes:
        return AttributeError(f"module {room!r} has no attribute {name!r}")
    text = (
        f"{name} has no version for {kind}. The samplers are "
        f"{', '.join(sorted(present))}. If the table fits into memory, use "
        f"{homes[0].__name__}.{name} and pass {data}."
    )
    return (ImportError if _is_imported() else AttributeError)(text)


def _is_imported():
    """Return whether an import statement looks up the name, which it does with `hasattr`."""
    frame = sys._getframe(3)  # the caller of `__getattr__`, which calls `absent`
    return frame.f_globals.get("__name__") == "importlib._bootstrap"

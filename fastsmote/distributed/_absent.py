"""What is said of samplers that have no version for dask collections."""

import sys

from fastsmote import combine, over_sampling, under_sampling


def absent(name, present):
    """The error for a name that the package does not have.

    Parameters
    ----------
    name : str
    present : list of str
        The names of the samplers that it has.

    Returns
    -------
    ImportError or AttributeError
        An ImportError for ``from fastsmote.distributed import name``, for which Python makes
        a text of its own out of an AttributeError; no exception can be both.
    """
    homes = [m for m in (over_sampling, under_sampling, combine) if name in m.__all__]
    if not homes:
        return AttributeError(f"module 'fastsmote.distributed' has no attribute {name!r}")
    text = (
        f"{name} has no version for dask collections. There are {', '.join(sorted(present))}. For "
        f"a table that fits into memory use {homes[0].__name__}.{name} and pass X.compute() and "
        f"y.compute()."
    )
    return (ImportError if _is_imported() else AttributeError)(text)


def _is_imported():
    """Whether the name is sought by an import statement, whose code asks by `hasattr` first."""
    frame = sys._getframe(3)  # of who asks `__getattr__`, which asks `absent`
    return frame.f_globals.get("__name__") == "importlib._bootstrap"

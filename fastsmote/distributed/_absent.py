"""The error for samplers that have no version for dask collections."""

import sys

from fastsmote import combine, over_sampling, under_sampling


def absent(name, present):
    """Return the error for a name that the package does not have.

    Parameters
    ----------
    name : str
    present : list of str
        The names of the samplers that the package has.

    Returns
    -------
    ImportError or AttributeError
        An ImportError for ``from fastsmote.distributed import name``: Python would replace
        the text of an AttributeError there. No exception class can inherit from both.
    """
    homes = [m for m in (over_sampling, under_sampling, combine) if name in m.__all__]
    if not homes:
        return AttributeError(f"module 'fastsmote.distributed' has no attribute {name!r}")
    text = (
        f"{name} has no version for dask collections. The samplers are "
        f"{', '.join(sorted(present))}. If the table fits into memory, use "
        f"{homes[0].__name__}.{name} and pass X.compute() and y.compute()."
    )
    return (ImportError if _is_imported() else AttributeError)(text)


def _is_imported():
    """Return whether an import statement looks up the name, which it does with `hasattr`."""
    frame = sys._getframe(3)  # the caller of `__getattr__`, which calls `absent`
    return frame.f_globals.get("__name__") == "importlib._bootstrap"

"""Import the libraries of the extra `compare`, which a plain installation lacks."""

from importlib import import_module


def import_extra(module, user):
    """Import a module of the extra.

    Parameters
    ----------
    module : {"pandas", "matplotlib.pyplot"}
    user : str
        What needs it, for the error.

    Raises
    ------
    ImportError
        If the library is not installed; names the extra.
    """
    try:
        return import_module(module)
    except ImportError as error:
        library = module.partition(".")[0]
        raise ImportError(
            f"{user} requires {library}. Install it with: pip install 'fastsmote[compare]'"
        ) from error

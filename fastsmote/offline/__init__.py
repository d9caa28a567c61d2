"""Tables in files that are larger than memory: resample them into files.

`resample` needs the extra `offline`; `iter_synthetic` needs nothing beyond fastsmote.
"""

from fastsmote.offline._errors import OfflineError
from fastsmote.offline._iterate import iter_synthetic

__all__ = ["OfflineError", "iter_synthetic", "resample"]


def __getattr__(name):
    if name != "resample":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from fastsmote.offline._run import resample
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":
            raise
        raise ModuleNotFoundError(
            'pyarrow is not installed. Install the extra "offline": '
            'python -m pip install "fastsmote[offline]"',
            name="pyarrow",
        ) from error
    return resample

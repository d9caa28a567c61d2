"""Resample tables in files, which may be larger than memory, into files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastsmote.offline._errors import OfflineError
from fastsmote.offline._iterate import iter_synthetic

__all__ = ["OfflineError", "iter_synthetic", "resample"]


if TYPE_CHECKING:
    from fastsmote.offline._resample import resample
else:

    def __getattr__(name):
        # Import pyarrow only when it is needed: `iter_synthetic` works without it.
        if name != "resample":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from fastsmote.offline._resample import resample

        return resample


def __dir__() -> list[str]:
    return __all__

"""Log once, on the logger `fastsmote`, which samplers ran compiled and which did not."""

import logging
import sys
from functools import wraps

logger = logging.getLogger("fastsmote")
_told = set()


class _OnStderr(logging.StreamHandler):
    """Shows a record on stderr, unless another handler shows it on the console."""

    def emit(self, record):
        if not any(_shows(handler, record) for handler in _others(self)):
            super().emit(record)


def _others(handler):
    """The other handlers that receive records of `fastsmote`."""
    source = logger
    while source is not None:
        yield from (other for other in source.handlers if other is not handler)
        source = source.parent if source.propagate else None


def _shows(handler, record):
    """Whether a handler writes a record to the console."""
    consoles = (sys.stderr, sys.stdout, sys.__stderr__, sys.__stdout__)
    stream = getattr(handler, "stream", None)
    is_console = stream is not None and any(stream is console for console in consoles)
    is_rich = hasattr(handler, "console")  # rich's handler
    return (is_console or is_rich) and record.levelno >= handler.level


def show_on_stderr():
    """Show records of INFO and above on stderr. Changes only the logger `fastsmote`."""
    if any(isinstance(handler, _OnStderr) for handler in logger.handlers):
        return
    handler = _OnStderr()
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


def tell(sampler, what):
    """Log a line about a sampler's class at INFO, once per process."""
    line = f"{type(sampler).__name__} {what}"
    # A disabled line does not count as logged: logging may be set up after a first call.
    if line not in _told and logger.isEnabledFor(logging.INFO):
        _told.add(line)
        logger.info("%s", line)


def tell_fallback(sampler, reason):
    """Log that a call was not compiled, once for each class and reason."""
    sampler._fell_back = True
    tell(sampler, f"ran imbalanced-learn's own code: {reason}")


def tells_how_it_ran(fit_resample):
    """Decorator: log how a call ran (`_ran`), once per class, unless it fell back."""

    @wraps(fit_resample)
    def told(self, X, y, **params):
        vars(self).pop("_fell_back", None)  # left by a call that raised
        resampled = fit_resample(self, X, y, **params)
        # Removed, because it would be pickled.
        if not vars(self).pop("_fell_back", False):
            tell(self, f"ran {self._ran}")
        return resampled

    return told

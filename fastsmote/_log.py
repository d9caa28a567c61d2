"""What ran compiled and what did not, said once on the logger `fastsmote`."""

import logging
from functools import wraps

logger = logging.getLogger("fastsmote")
_told = set()


def show_on_stderr():
    """Show what is said; of the loggers only `fastsmote` is changed."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(name)s: %(message)s"))
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)


def tell(sampler, what):
    """Say something of a sampler's class, once, at INFO."""
    line = f"{type(sampler).__name__} {what}"
    # What nobody hears is not said: logging may be set up after a first call.
    if line not in _told and logger.isEnabledFor(logging.INFO):
        _told.add(line)
        logger.info("%s", line)


def tells_how_it_ran(fit_resample):
    """Decorator: says once a class, in the words of `_ran`, that a call did not fall back."""

    @wraps(fit_resample)
    def told(self, X, y, **params):
        vars(self).pop("_fell_back", None)  # of a call that raised
        resampled = fit_resample(self, X, y, **params)
        # Not kept: it would be pickled.
        if not vars(self).pop("_fell_back", False):
            tell(self, f"ran {self._ran}")
        return resampled

    return told

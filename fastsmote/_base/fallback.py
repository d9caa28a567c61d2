"""Run compiled code if it can serve a call, and imbalanced-learn's own code otherwise."""

from numbers import Integral

import numpy as np
from scipy import sparse

from fastsmote._base.log import tell_fallback
from fastsmote._search.lists import SEARCHED_DTYPES, search_array


class NotCompiled(Exception):
    """Raised by `_fit_resample_compiled` if only imbalanced-learn's code can serve the call.

    The message is the reason, as the log states it.
    """


class FallsBack:
    """Mixin: `_fit_resample` runs compiled code, or imbalanced-learn's code and logs why.

    A sampler declares what it accepts by `_takes_sparse` and `_neighbors_parameters`, and
    implements the steps of its paper in `_fit_resample_compiled`.
    """

    _takes_sparse = False
    _takes_any_order = False  # whether compiled code is as fast for an F-ordered X

    def _fit_resample(self, X, y, **params):
        hook = self._overridden_hook()
        reason = self._reason_not_compiled(X) if hook is None else f"{hook} is overridden"
        if reason is None:
            try:
                return self._fit_resample_compiled(self._in_order(X), y, **params)
            except NotCompiled as error:
                reason = str(error)
        if self._has_missing:
            raise ValueError(
                "X has missing values, which only compiled code can use. It cannot run here: "
                f"{reason}."
            )
        tell_fallback(self, reason)
        self._why_no_provenance = f"imbalanced-learn's own code ran, because {reason}"
        return self._fit_resample_stock(X, y)

    def _in_order(self, X):
        """Return X in C order if it is an array of floats: one copy serves all steps.

        Integers are copied by the search, which converts them too.
        """
        if self._takes_any_order or type(X) is not np.ndarray or X.flags.c_contiguous:
            return X
        return search_array(X) if X.dtype in SEARCHED_DTYPES else X

    def _fit_resample_stock(self, X, y):
        """Run imbalanced-learn's own code."""
        return super()._fit_resample(X, y)

    def _reason_not_compiled(self, X):
        """Return why imbalanced-learn's own code must run, or None."""
        if sparse.issparse(X) and not self._takes_sparse:
            return "X is sparse"
        if not sparse.issparse(X) and not isinstance(X, np.ndarray):
            return f"X is a {type(X).__name__}"
        if X.dtype not in (np.float32, np.float64) and X.dtype.kind not in "iub":
            return f"X has dtype {X.dtype}"
        return self._foreign_neighbors()

    def _foreign_neighbors(self):
        """Return a reason if a neighbors object of another library is given, or None."""
        for name in self._neighbors_parameters:
            if not isinstance(getattr(self, name), Integral):
                return f"a neighbors object is given: {type(getattr(self, name)).__name__}"
        return None

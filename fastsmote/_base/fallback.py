"""Whether compiled code can serve a call, and imbalanced-learn's own code if not."""

from numbers import Integral

import numpy as np
from scipy import sparse

from fastsmote._base.log import tell_fallback


class FallsBack:
    """Mixin: `_fit_resample` runs compiled code, or imbalanced-learn's and logs why.

    A sampler states what it takes by `_takes_sparse` and `_neighbors_parameters`, and writes its
    paper's steps in `_fit_resample_compiled`.
    """

    _takes_sparse = False

    def _fit_resample(self, X, y, **params):
        hook = self._overridden_hook()
        reason = self._reason_not_compiled(X) if hook is None else f"{hook} is overridden"
        if reason is None:
            return self._fit_resample_compiled(X, y, **params)
        tell_fallback(self, reason)
        return self._fit_resample_stock(X, y)

    def _fit_resample_stock(self, X, y):
        """imbalanced-learn's own code."""
        return super()._fit_resample(X, y)

    def _reason_not_compiled(self, X):
        """Why imbalanced-learn's own code has to run, or None."""
        if sparse.issparse(X) and not self._takes_sparse:
            return "X is sparse"
        if not sparse.issparse(X) and not isinstance(X, np.ndarray):
            return f"X is a {type(X).__name__}"
        if X.dtype not in (np.float32, np.float64) and X.dtype.kind not in "iub":
            return f"X has dtype {X.dtype}"
        return self._foreign_neighbors()

    def _foreign_neighbors(self):
        """Why imbalanced-learn has to search: a neighbors object that is not ours; or None."""
        for name in self._neighbors_parameters:
            if not isinstance(getattr(self, name), Integral):
                return f"a neighbors object is given: {type(getattr(self, name)).__name__}"
        return None

"""The parameters that imbalanced-learn's samplers do not have, and what they accept.

Rules of the parameter `values` may name columns of a dataframe, but samplers work on matrices. So
a call keeps the names and dtypes of the columns as they were passed.
"""

from __future__ import annotations

from collections.abc import Mapping

from sklearn.utils._param_validation import StrOptions

from fastsmote._rules.observed import resolve_values
from fastsmote._rules.values import Columns
from fastsmote._types import Missing, Values

TAKES_MISSING = {"missing": [StrOptions({"error", "partial"})]}
TAKES_VALUES = {"values": [None, StrOptions({"infer"}), Mapping]}


class HasOptions:
    """Mixin: the defaults of the options, for samplers that do not have them as parameters."""

    missing: Missing = "error"
    values: Values = None
    _has_missing = False  # whether the X of the call under way has missing values
    _columns = None  # those of X, during a call with rules

    def _has_rules(self):
        """Whether the call needs the columns of X for rules."""
        return self.values is not None

    def _rules_for(self, X, numeric=None):
        """Resolve `values` for a matrix of X, as `resolve_values` does."""
        if self.values is None:
            return None
        columns = self._columns or Columns(None, [X.dtype] * X.shape[1])
        return resolve_values(self.values, X, columns, numeric)

"""The parameters that imbalanced-learn's samplers do not have, and what they accept."""

from collections.abc import Mapping
from typing import ClassVar

from sklearn.utils._param_validation import StrOptions

TAKES_MISSING = {"missing": [StrOptions({"error", "partial"})]}
TAKES_VALUES = {"values": [None, StrOptions({"infer"}), Mapping]}


class HasOptions:
    """Mixin: the defaults of the options, for samplers that do not have them as parameters."""

    missing: ClassVar[str] = "error"
    values: ClassVar[None] = None
    _has_missing = False  # whether the X of the call under way has missing values

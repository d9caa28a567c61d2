"""Boxes that contain every row that may be near to some rows."""

from typing import NamedTuple

import numpy as np

ROUNDOFF = 1e-6  # generous relative bound for a sum of squares and its square root


class Box(NamedTuple):
    """The values between two ends in each feature.

    A distance is not less than the difference in any feature that both rows have. A box has no
    ends (NaN) in a feature that a row lacks, and contains rows that lack features.
    """

    low: np.ndarray  # (n_features,), float64
    high: np.ndarray  # (n_features,), float64

    @classmethod
    def bounding(cls, X):
        """Return the smallest box of some rows; that of no rows meets no box."""
        if len(X) == 0:
            return cls(np.full(X.shape[1], np.inf), np.full(X.shape[1], -np.inf))
        return cls(X.min(axis=0).astype(np.float64), X.max(axis=0).astype(np.float64))

    @classmethod
    def around(cls, X, sq_distances):
        """Return the bounding box of some rows, enlarged by the largest of the distances.

        It contains every row within one of these distances of one of the rows.
        """
        low, high = cls.bounding(X)
        reach = np.sqrt(sq_distances.max(initial=0.0))
        with np.errstate(over="ignore"):
            margin = reach + ROUNDOFF * (reach + np.maximum(np.abs(low), np.abs(high)))
            return cls(low - margin, high + margin) if len(X) else cls(low, high)

    def places_in(self, X):
        """Return the places of the rows that are in the box."""
        places = np.arange(len(X))
        for column, low, high in zip(X.T, self.low, self.high, strict=True):
            values = column[places]  # of the remaining rows
            places = places[~((values < low) | (values > high))]  # NaN is not outside
        return places

    def meets(self, other):
        """Whether a row may be in both boxes."""
        return not ((self.high < other.low) | (self.low > other.high)).any()

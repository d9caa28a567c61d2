"""What one sampler gives beside what another does."""

import numpy as np
import pandas as pd


def assert_same_output(got, expected):
    """Both outputs of two calls are of the same kinds and dtypes and hold the same."""
    for one, other in zip(got, expected, strict=True):
        assert type(one) is type(other)
        if isinstance(one, pd.DataFrame):
            pd.testing.assert_frame_equal(one, other)
        elif isinstance(one, pd.Series):
            pd.testing.assert_series_equal(one, other)
        else:
            assert one.dtype == other.dtype
            np.testing.assert_array_equal(one, other)

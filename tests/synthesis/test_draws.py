"""Draws that are drawn again, some at a time."""

import numpy as np
import pytest

from fastsmote._synthesis.draws import DrawnPairs


@pytest.mark.parametrize("n_bases", [1, 7, 3_000])
@pytest.mark.parametrize("n_rows", [1_000, 150_000, 10**6])
def test_new_rows_come_base_by_base(n_rows, n_bases):
    draws = DrawnPairs(0, n_bases, 5, 200_000)
    expected = draws.take(0, 200_000)
    order = np.random.RandomState(1).permutation(n_bases)
    ranks, seen, last = np.argsort(order)[expected.bases], [], -1
    for places, pairs in draws.of_bases(order, n_rows):
        assert 0 < len(places) <= n_rows
        assert (np.diff(places) > 0).all()
        for got, column in zip(pairs, expected, strict=True):
            np.testing.assert_array_equal(got, column[places])
        assert ranks[places].min() >= last  # bases of later times are later in the order
        last = ranks[places].max()
        seen.append(places)
    np.testing.assert_array_equal(np.sort(np.concatenate(seen)), np.arange(200_000))
    # Each time there is room for whole bases: none is left for a time of its own.
    sizes = np.bincount(expected.bases, minlength=n_bases)
    assert len(seen) <= np.ceil(sizes / n_rows).sum() + 200_000 // max(1, n_rows - sizes.max()) + 1


def test_no_new_rows_come_at_no_time():
    assert list(DrawnPairs(0, 7, 5, 0).of_bases(np.arange(7), 10)) == []

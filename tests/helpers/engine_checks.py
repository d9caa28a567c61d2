"""Checks of what the protocol `Engine` promises, for any engine.

Each check takes an engine and a function that returns the value of a `One` or the list of the
values of a `Many`. `CHECKS` has them all.
"""

from functools import partial

import numpy as np

CHECKS = []


def _check(function):
    CHECKS.append(function)
    return function


# Toy functions. A value is an array, or a list of numbers.


def _sum(*values, scale=1):
    return scale * sum(values)


def _place(number, *ones, offset=0):
    return number + offset + sum(ones)


def _total(lists):
    return sum(map(sum, lists))


def _join_sums(sums):
    return sum(sums)


def _join_sorted(arrays):
    return np.sort(np.concatenate(arrays))


def _product(left, right):
    return np.sort(np.outer(left, right), axis=None)


def _differences(left, right):
    return np.sort(np.subtract.outer(left, right), axis=None)


def _distance_at_most(left, right, most):
    return abs(left - right) <= most


def _split_by_remainder(values, n):
    return [values[values % n == number] for number in range(n)]


def _split_at(values, bounds):
    places = np.searchsorted(bounds, values, side="right")
    return [values[places == number] for number in range(len(bounds) + 1)]


def _doubled(values):
    return 2 * values


def _numbers(number, size):
    return np.arange(number * size, (number + 1) * size)


def _range(number, sizes):
    stops = np.cumsum(sizes)
    return np.arange(stops[number] - sizes[number], stops[number])


def _add(values, offset):
    return values + offset


def _nothing():
    return None


# Checks


@_check
def check_one_gets_values_lists_and_literals(engine, get):
    numbers = engine.given([1, 2, 3])
    two = engine.one(_sum, scale=2)
    assert get(two) == 0
    both = engine.one(_total, engine.given([[1, 2], [3]]))
    assert get(both) == 6
    assert get(engine.one(_sum, both, both, scale=10)) == 120
    assert get(engine.one(_join_sums, numbers)) == 6
    assert get(engine.one(_nothing)) is None


@_check
def check_one_gets_an_empty_sequence(engine, get):
    assert get(engine.one(_join_sums, engine.given([]))) == 0


@_check
def check_values_of_one_keep_the_order_of_their_numbers(engine, get):
    many = engine.numbered(20, _numbers, size=3)
    np.testing.assert_array_equal(get(engine.one(np.concatenate, many)), np.arange(60))


@_check
def check_each_keeps_the_order_of_the_numbers(engine, get):
    many = engine.numbered(9, _place, engine.one(_sum, scale=3), offset=5)
    assert many.n == 9
    assert get(many) == list(range(5, 14))
    ten = engine.one(_place, engine.one(_sum), offset=10)
    pairs = engine.each(_sum, (many, engine.given(list(range(9)))), ten, ten, scale=2)
    assert pairs.n == 9
    assert get(pairs) == [2 * (2 * i + 25) for i in range(9)]


@_check
def check_one_number_and_no_number(engine, get):
    assert get(engine.numbered(1, _place, offset=4)) == [4]
    nothing = engine.numbered(0, _place)
    assert nothing.n == 0
    assert get(nothing) == []
    assert get(engine.each(_sum, nothing)) == []


@_check
def check_together_continues_the_numbers(engine, get):
    many = engine.together(engine.given([3, 1]), engine.numbered(2, _place), engine.given([]))
    assert many.n == 4
    assert get(many) == [3, 1, 0, 1]
    assert get(engine.each(_sum, many, scale=2)) == [6, 2, 0, 2]


@_check
def check_reduce_joins_any_number_of_values(engine, get):
    for n in (1, 2, 9, 40):
        many = engine.numbered(n, _numbers, size=2)
        np.testing.assert_array_equal(get(engine.reduce(_join_sorted, many)), np.arange(2 * n))


@_check
def check_two_tasks_read_the_same_values(engine, get):
    many = engine.numbered(3, _numbers, size=2)
    first, second = engine.each(_doubled, many), engine.each(_doubled, many)
    for a, b, c in zip(get(first), get(second), get(many), strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(a, 2 * c)


@_check
def check_cross_joins_all_pairs_of_a_left_value(engine, get):
    for n_left, n_right in ((1, 1), (1, 20), (4, 3), (20, 1)):
        left = engine.given([np.array([i + 1, 10 * (i + 1)]) for i in range(n_left)])
        right = engine.numbered(n_right, _numbers, size=2)
        joined = engine.cross(_product, left, right, _join_sorted)
        assert joined.n == n_left
        for i, got in enumerate(get(joined)):
            expected = np.outer([i + 1, 10 * (i + 1)], np.arange(2 * n_right)).ravel()
            np.testing.assert_array_equal(got, np.sort(expected))


@_check
def check_cross_of_no_left_value(engine, get):
    joined = engine.cross(_product, engine.given([]), engine.given([np.arange(2)]), _join_sorted)
    assert joined.n == 0
    assert get(joined) == []


@_check
def check_cross_leaves_out_pairs_that_do_not_meet(engine, get):
    left = engine.numbered(6, _numbers, size=1)
    right = engine.numbered(8, _numbers, size=1)
    boxes = engine.numbered(6, _place), engine.numbered(8, _place)
    near = partial(_distance_at_most, most=1)
    joined = engine.cross(_product, left, right, _join_sorted, (*boxes, near))
    for i, got in enumerate(get(joined)):
        np.testing.assert_array_equal(got, i * np.arange(max(0, i - 1), i + 2))


@_check
def check_cross_takes_boxes_that_are_results(engine, get):
    left = engine.numbered(5, _numbers, size=2)
    boxes = engine.each(np.min, left)
    same = partial(_distance_at_most, most=0)
    joined = engine.cross(_product, left, left, _join_sorted, (boxes, boxes, same))
    for number, got in enumerate(get(joined)):
        own = np.arange(2 * number, 2 * number + 2)
        np.testing.assert_array_equal(got, np.sort(np.outer(own, own).ravel()))


@_check
def check_exchange_distributes_all_values_anew(engine, get):
    many = engine.numbered(7, _numbers, size=10)
    for n in (1, 3, 12):
        new = engine.exchange(partial(_split_by_remainder, n=n), many, n, _join_sorted)
        assert new.n == n
        for number, got in enumerate(get(new)):
            np.testing.assert_array_equal(got, np.arange(number, 70, n))


@_check
def check_exchange_gives_ones_to_split(engine, get):
    many = engine.numbered(4, _numbers, size=5)
    bounds = engine.one(np.asarray, engine.given([3, 3, 17]))
    new = engine.exchange(_split_at, many, 4, _join_sorted, bounds)
    expected = [np.arange(3), np.arange(0), np.arange(3, 17), np.arange(17, 20)]
    for got, values in zip(get(new), expected, strict=True):
        np.testing.assert_array_equal(got, values)


@_check
def check_exchange_of_values_without_rows(engine, get):
    sizes = [0, 3, 0, 0, 2, 0]
    many = engine.numbered(6, _range, sizes=sizes)
    new = engine.exchange(partial(_split_by_remainder, n=8), many, 8, _join_sorted)
    got = get(new)
    assert [len(values) for values in got] == [1, 1, 1, 1, 1, 0, 0, 0]
    assert all(values.dtype == np.arange(1).dtype for values in got)
    np.testing.assert_array_equal(np.concatenate(got), np.arange(5))


@_check
def check_results_are_input_of_all_operations(engine, get):
    many = engine.numbered(5, _numbers, size=4)
    new = engine.exchange(partial(_split_by_remainder, n=3), many, 3, _join_sorted)
    total = engine.reduce(_join_sums, engine.each(np.sum, new))
    shifted = engine.each(_add, new, total)
    joined = engine.cross(_differences, shifted, many, _join_sorted)
    assert [int(values.sum()) for values in get(joined)] == [
        int((20 * values).sum() - 190 * len(values)) for values in get(shifted)
    ]

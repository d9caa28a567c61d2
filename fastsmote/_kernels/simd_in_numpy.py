"""The intrinsics of vectors and tiles as NumPy functions, for NUMBA_DISABLE_JIT=1.

With this setting kernels run as plain Python, so a debugger can step through them and
coverage can trace them. These functions are slow. An index outside an array raises
IndexError, where machine code would silently read or write.
"""

import numpy as np

from fastsmote._kernels.layout import ROUGH_QUERIES, SCAN_QUERIES, SCAN_ROWS
from fastsmote._kernels.tile_shape import LANES, MEASURED, QUERIES, TILE_ROWS


def _part(array, index, n):
    """The n values of an array that start at index."""
    if index < 0 or index + n > len(array):
        raise IndexError(f"{n} values at index {index} exceed an array of length {len(array)}")
    return array[index : index + n]


def load(array, index):
    return _part(array, index, LANES).copy()


def load64(array, index):
    return _part(array, index, 64).copy()


def load16(array, index):
    return _part(array, index, 16).copy()


def load_splat16(array, index):
    return splat16(_part(array, index, 1)[0])


def splat16(value):
    return np.full(16, value, np.float32)


def load_offsets8(table, index, origin, at):
    return (_part(table.ravel(), index, 8) - _part(origin, at, 8)).astype(np.float32)


def load_panel(array, index, stride):
    parts = range(64 // LANES)
    return np.concatenate([_part(array, index + i * stride, LANES) for i in parts])


def load_splat64(array, index):
    return splat64(_part(array, index, 1)[0])


def splat(value):
    return np.full(LANES, value, np.float32)


def splat64(value):
    return np.full(64, value, np.float32)


def splat_queries(value):
    return np.full(QUERIES, value, np.float32)


def tile_of(values):
    return (values,) * TILE_ROWS


def add_products(tile, coefs, index, x):
    row_coefs = _part(coefs, index, TILE_ROWS)
    return tuple(fma(coef, x, sums) for coef, sums in zip(row_coefs, tile, strict=True))


def mark_not_above(tile, limits, slot, lanes, part):
    row_limits = _part(limits, slot, TILE_ROWS)
    for i, (values, limit) in enumerate(zip(tile, row_limits, strict=True)):
        bits = not_above(values, limit)
        _part(lanes, slot + i, 1)[:] |= bits << np.uint64(part)


def mark_either(tile, limits, shifts, of_rows, slot, lanes, part):
    hits = 0
    pairs = zip(_part(limits, slot, TILE_ROWS), _part(shifts, slot, TILE_ROWS), strict=True)
    for i, (values, (limit, shift)) in enumerate(zip(tile, pairs, strict=True)):
        bits = not_above(values, larger(limit, of_rows + shift))
        _part(lanes, slot + i, 1)[:] |= bits << np.uint64(part)
        hits |= int(bits != 0) << int(slot + i)
    return np.uint64(hits & 2**64 - 1)


def zero_sums():
    return (np.zeros(SCAN_QUERIES),) * SCAN_ROWS


def add_squares(sums, X, row, last_row, feature, panel, at):
    if not 0 <= row <= last_row < len(X) or not 0 <= feature < X.shape[1]:
        raise IndexError(f"rows {row} to {last_row}, feature {feature} of an array {X.shape}")
    values = X[np.minimum(np.arange(row, row + SCAN_ROWS), last_row), feature, None]
    gaps = _part(panel, at, SCAN_QUERIES) - values.astype(np.float64)
    return tuple(sums + gaps * gaps)


def sums_below(sums, limits, at):
    is_set = np.zeros(64, bool)
    is_set[: SCAN_ROWS * SCAN_QUERIES] = (sums < _part(limits, at, SCAN_QUERIES)).ravel()
    return np.packbits(is_set, bitorder="little").view(np.uint64)[0]


def store_sums(sums, values):
    _part(values, 0, SCAN_ROWS * SCAN_QUERIES)[:] = np.concatenate(sums)


def rough_zeros():
    return (np.zeros(ROUGH_QUERIES, np.float32),) * SCAN_ROWS


def add_rough_squares(sums, values, place, stride, panel, at):
    of_queries = _part(panel, at, ROUGH_QUERIES)
    gaps = [of_queries - _part(values, place + i * stride, 1) for i in range(SCAN_ROWS)]
    return tuple(fma(gap, gap, total) for gap, total in zip(gaps, sums, strict=True))


def rough_not_above(sums, limits, at):
    bits = [not_above(values, _part(limits, at, ROUGH_QUERIES)) for values in sums]
    return np.uint64(sum(int(of_row) << i * ROUGH_QUERIES for i, of_row in enumerate(bits)))


def load_scaled(array, index, scale, shift):
    return (scale * _part(array, index, QUERIES) + shift).astype(np.float32)


def store(array, index, vector):
    _part(array, index, len(vector))[:] = vector


def store_tiles(array, index, stride, vector):
    n = TILE_ROWS
    for i in range(MEASURED // n):
        _part(array, index + i * stride, n)[:] = vector[i * n : (i + 1) * n]


def fma(a, b, c):
    return (np.float64(a) * b + c).astype(np.float32)


def sqrt(a):
    return np.sqrt(a)


def larger(a, b):
    return np.where(a > b, a, b)


def smaller(a, b):
    return np.where(a < b, a, b)


def add(a, b):
    return a + b


def sub(a, b):
    return a - b


def mul(a, b):
    return a * b


def not_above(a, limit):
    is_set = np.zeros(64, bool)
    is_set[: len(a)] = ~(a > limit)
    return np.packbits(is_set, bitorder="little").view(np.uint64)[0]


def nonzero64(words):
    return np.packbits(_part(words, 0, 64) != 0, bitorder="little").view(np.uint64)[0]


def bit(place):
    return np.uint64(1 << int(place))


def first_bits(n):
    return np.uint64(2 ** int(n) - 1)


def query_bits(place):
    return np.uint64((2**MEASURED - 1 << int(place)) & 2**64 - 1)


def place_of_least(a, bits):
    places = np.flatnonzero([int(bits) >> place & 1 for place in range(64)])
    return int(places[a[places].argmin()])


def count_bits(bits):
    return int(bits).bit_count()


def lowest_bit(bits):
    return (int(bits) & -int(bits)).bit_length() - 1


def prefetch_at(array, index):
    pass


def prefetch(array, row):
    if not 0 <= row < len(array):
        raise IndexError(f"row {row} is out of bounds for an array of {len(array)} rows")

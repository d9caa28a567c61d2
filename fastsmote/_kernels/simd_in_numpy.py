"""What simd.py's vectors are without a compiler: NumPy arrays, for NUMBA_DISABLE_JIT=1.

The kernels run as plain Python then, line by line, so that a debugger can step through
them and coverage can see them. Nothing here is fast. A place outside an array, which
machine code would read or write in silence, is an IndexError.
"""

import numpy as np


def _part(array, index, n):
    """The n values of an array from index on."""
    if index < 0 or index + n > len(array):
        raise IndexError(f"{n} values from {index} on are not all in an array of {len(array)}")
    return array[index : index + n]


def load(array, index):
    return _part(array, index, 64).copy()


def load_splat(array, index):
    return splat64(_part(array, index, 1)[0])


def splat(value):
    return np.full(16, value, np.float32)


def splat64(value):
    return np.full(64, value, np.float32)


def load_offsets(array, index, center, scale):
    return ((_part(array, index, 16) - center) * scale).astype(np.float32)


def store(array, index, vector):
    _part(array, index, len(vector))[:] = vector


def store_fours(array, index, stride, vector):
    for i in range(0, 16, 4):
        _part(array, index + i * stride, 4)[:] = vector[i : i + 4]


def fma(a, b, c):
    return (a.astype(np.float64) * b + c).astype(np.float32)


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


def bit(place):
    return np.uint64(1 << int(place))


def bit_if(bits, place):
    return bit(place) if bits else np.uint64(0)


def first_bits(n):
    return np.uint64(2 ** int(n) - 1)


def sixteen_bits(place):
    return np.uint64(0xFFFF << int(place))


def place_of_least(a, bits):
    places = np.flatnonzero([int(bits) >> place & 1 for place in range(64)])
    return int(places[a[places].argmin()])


def lowest_bit(bits):
    return (int(bits) & -int(bits)).bit_length() - 1


def prefetch(array, row):
    if not 0 <= row < len(array):
        raise IndexError(f"row {row} is not in an array of {len(array)}")

"""NumPy's shuffle of rows, from random words of NumPy's generator."""

import numpy as np

from fastsmote._kernels.jit import kernel


@kernel
def shuffle(
    order,  # IN/OUT int32 (n,)
    words,  # IN  uint32 (n_words,) the next words of the generator
    progress,  # IN/OUT (2,) next place to swap, initially n - 1; OUT number of words used
):  # fmt: skip
    """Swap places, from the last one down, with places drawn by `words`, until they run out.

    A word is masked to the bits of the place and rejected if it is larger than the place.
    """
    one = np.uint64(1)  # unsigned places, because Numba tests signed ones for negative values
    place, mask, n_used = np.uint64(progress[0]), one, 0
    while mask < place:
        mask = (mask << one) | one
    while place > 0 and n_used < len(words):
        drawn = np.uint64(words[n_used]) & mask
        n_used += 1
        # No branch: a CPU could not predict which words are rejected.
        is_drawn = drawn <= place
        other = drawn if is_drawn else place
        order[place], order[other] = order[other], order[place]
        place -= np.uint64(is_drawn)
        if place <= mask >> one:
            mask >>= one
    progress[0], progress[1] = place, n_used

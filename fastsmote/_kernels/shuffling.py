"""NumPy's shuffle of rows, fed with the words of its generator."""

import numpy as np

from fastsmote._kernels.jit import kernel


@kernel
def shuffle(
    order,  # IN/OUT int32 (n,)
    words,  # IN  uint32 (n_words,) what the generator gives next
    progress,  # IN/OUT (2,) the place to be drawn for, n - 1 at first; OUT words used
):  # fmt: skip
    """Swap places from the last down, each with one drawn by `words`, until they run out.

    A word is cut down to the bits that the place has; above the place it is thrown away.
    """
    one = np.uint64(1)  # places are unsigned: Numba looks for negative ones elsewhere
    place, mask, n_used = np.uint64(progress[0]), one, 0
    while mask < place:
        mask = (mask << one) | one
    while place > 0 and n_used < len(words):
        drawn = np.uint64(words[n_used]) & mask
        n_used += 1
        # No branch: which word is thrown away no CPU can guess.
        is_drawn = drawn <= place
        other = drawn if is_drawn else place
        order[place], order[other] = order[other], order[place]
        place -= np.uint64(is_drawn)
        if place <= mask >> one:
            mask >>= one
    progress[0], progress[1] = place, n_used

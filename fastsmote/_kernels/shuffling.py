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
    place, mask, n_used = progress[0], 1, 0
    while mask < place:
        mask = 2 * mask + 1
    while place > 0 and n_used < len(words):
        drawn = np.int64(words[n_used]) & mask
        n_used += 1
        if drawn <= place:
            order[place], order[drawn] = order[drawn], order[place]
            place -= 1
            if place <= mask // 2:
                mask //= 2
    progress[0], progress[1] = place, n_used

"""Every random draw, in imbalanced-learn's order and from NumPy's own generator.

The draws are cheap beside the search, and strictly sequential: drawn here and handed
to the kernels as arrays, they cannot depend on threads.
"""

from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from fastsmote import _kernels as kernels

MANY_ROWS = 2**17  # below it NumPy shuffles them in two milliseconds
N_WORDS = 2**15  # of 32 bits, drawn at a time
VOTED_ROWS = 2**16  # new rows whose category is looked up at a time


class Pairs(NamedTuple):
    """Which base row goes towards which of its neighbors, and how far."""

    bases: np.ndarray  # (n_new,) place of the base in the list of bases
    ranks: np.ndarray  # (n_new,) place of the neighbor in the base's list
    gaps: np.ndarray  # (n_new,) in [0, 1)


def draw_pairs(random_state, n_bases, n_neighbors, n_new):
    """SMOTE: a uniformly drawn (base, neighbor) pair and gap for each new row.

    An integer seed starts the same stream for every class; an instance continues.
    """
    random_state = check_random_state(random_state)
    pairs = random_state.randint(low=0, high=n_bases * n_neighbors, size=n_new)
    gaps = random_state.uniform(size=n_new)
    bases = np.floor_divide(pairs, n_neighbors)
    pairs -= bases * n_neighbors  # the remainders, which NumPy takes longer to divide for
    return Pairs(bases, pairs, gaps)


def draw_shrinks(random_state, is_other_class):
    """Borderline-2: half the way at most towards a neighbor of another class."""
    random_state = check_random_state(random_state)
    shrinks = np.ones(len(is_other_class))
    shrinks[is_other_class] = random_state.uniform(low=0.0, high=0.5, size=is_other_class.sum())
    return shrinks


def draw_given_counts(random_state, n_neighbors, counts):
    """ADASYN: as many new rows of each base as counted, with a drawn neighbor and gap.

    ``random_state`` is the one RandomState of the whole call.
    """
    bases = np.repeat(np.arange(len(counts)), counts)
    ranks = random_state.choice(n_neighbors, size=len(bases))
    return Pairs(bases, ranks, random_state.uniform(size=len(bases)))


class _Stretch:
    """Consecutive draws of a random stream, any of which can be drawn again.

    Only the stream's state at every 2^17-th draw is kept, 2.5 KB each: the draws of a table
    larger than memory would themselves be.
    """

    STEP = 2**17

    def __init__(self, random_state, draw, size):
        self._draw, self._size, self._states = draw, size, []
        for start in range(0, size, self.STEP):
            self._states.append(random_state.get_state())
            draw(random_state, min(self.STEP, size - start))

    def take(self, start, stop):
        """The draws from one place to another."""
        random_state, parts = np.random.RandomState(), []
        for step in range(start // self.STEP, -(-stop // self.STEP)):
            random_state.set_state(self._states[step])
            first = step * self.STEP
            drawn = self._draw(random_state, min(self.STEP, self._size - first))
            parts.append(drawn[max(0, start - first) : stop - first])
        return np.concatenate(parts) if len(parts) > 1 else parts[0]


class DrawnPairs:
    """What `draw_pairs` draws, a range of it at a time, in constant memory."""

    def __init__(self, random_state, n_bases, n_neighbors, n_new):
        random_state = check_random_state(random_state)
        self.n_new, self.n_bases, self.n_neighbors = n_new, n_bases, n_neighbors
        n_pairs = n_bases * n_neighbors
        self._pairs = _Stretch(random_state, lambda r, n: r.randint(0, n_pairs, size=n), n_new)
        self._gaps = _Stretch(random_state, lambda r, n: r.uniform(size=n), n_new)

    def take(self, start, stop):
        """The pairs of some new rows."""
        pairs = self._pairs.take(start, stop)
        bases, ranks = np.divmod(pairs, self.n_neighbors)
        return Pairs(bases, ranks, self._gaps.take(start, stop))

    def every_base(self):
        """The bases of all new rows, in 4 bytes each where that is enough."""
        bases = np.empty(self.n_new, np.int32 if self.n_bases < 2**31 else np.int64)
        for start in range(0, self.n_new, _Stretch.STEP):
            stop = min(self.n_new, start + _Stretch.STEP)
            bases[start:stop] = self._pairs.take(start, stop) // self.n_neighbors
        return bases

    def of_bases(self, order, n_rows):
        """The new rows of all bases, those of some bases after those of others.

        Parameters
        ----------
        order : ndarray of shape (n_bases,), int64
            The bases, those that come together next to each other.
        n_rows : int >= 1

        Yields
        ------
        places : ndarray, int64, ascending
            Which of the new rows, no more than ``n_rows``: as many bases as there is room
            for the rows of. Each time all draws are drawn again, which takes no memory.
        pairs : Pairs
            What is drawn for them.
        """
        steps = [
            (start, min(self.n_new, start + _Stretch.STEP))
            for start in range(0, self.n_new, _Stretch.STEP)
        ]
        counts = np.zeros(len(order), np.int64)
        for step in steps:
            counts += np.bincount(self.take(*step).bases, minlength=len(order))
        stops, first = np.cumsum(counts[order]), 0
        while first < len(order):
            before = stops[first - 1] if first else 0
            last = max(first + 1, int(np.searchsorted(stops, before + n_rows, side="right")))
            is_chosen = np.zeros(len(order), bool)
            is_chosen[order[first:last]] = True
            yield from _cut(self._chosen(is_chosen, steps), n_rows)
            first = last

    def _chosen(self, is_chosen, steps):
        """Of each step the rows whose base is chosen."""
        for start, stop in steps:
            pairs = self.take(start, stop)
            places = np.flatnonzero(is_chosen[pairs.bases])
            yield start + places, Pairs(*(column[places] for column in pairs))


def _cut(drawn, n_rows):
    """(places, pairs) joined, no more than n_rows at a time; nothing of no rows."""
    held, n_held = [], 0
    for places, pairs in drawn:
        columns = (places, *pairs)
        while n_held + len(columns[0]) >= n_rows:
            held.append([column[: n_rows - n_held] for column in columns])
            columns = [column[n_rows - n_held :] for column in columns]
            yield _joined(held)
            held, n_held = [], 0
        held.append(columns)
        n_held += len(columns[0])
    if n_held:
        yield _joined(held)


def _joined(held):
    places, *pairs = (np.concatenate(column) for column in zip(*held, strict=True))
    return places, Pairs(*pairs)


class DrawnGivenCounts:
    """What `draw_given_counts` draws, a range of it at a time, in constant memory."""

    def __init__(self, random_state, n_neighbors, counts):
        self._stops = np.cumsum(counts)
        self.n_new = int(self._stops[-1])
        self._ranks = _Stretch(random_state, lambda r, n: r.choice(n_neighbors, n), self.n_new)
        self._gaps = _Stretch(random_state, lambda r, n: r.uniform(size=n), self.n_new)

    def take(self, start, stop):
        """The pairs of some new rows."""
        bases = np.searchsorted(self._stops, np.arange(start, stop), side="right")
        return Pairs(bases, self._ranks.take(start, stop), self._gaps.take(start, stop))


class DrawnRepeats:
    """Random over-sampling of one class: which of its rows each new row repeats."""

    def __init__(self, random_state, n_rows, n_new):
        self.n_new = n_new
        self._rows = _Stretch(random_state, lambda r, n: r.choice(n_rows, n), n_new)

    def take(self, start, stop):
        """The places, in the class, of what some new rows repeat."""
        return self._rows.take(start, stop)


def _tied_categories(codes):
    """Of each row of votes, the categories with most of them.

    Returns
    -------
    tied : ndarray, int64
        The categories, ascending for each row, row after row.
    n_tied : ndarray of shape (n_rows,), int64
    """
    codes = np.sort(codes, axis=1)
    counts = np.zeros(codes.shape, np.int64)
    for vote in codes.T:
        counts += codes == vote[:, None]
    is_tied = counts == counts.max(axis=1, keepdims=True)
    is_tied[:, 1:] &= codes[:, 1:] != codes[:, :-1]
    return codes[is_tied], is_tied.sum(axis=1)


def most_voted(codes):
    """Of each row of votes the category with most of them, of several the lowest.

    Nothing is drawn: SMOTEN's ties, unlike SMOTE-NC's, are not.
    """
    tied, n_tied = _tied_categories(codes)
    return tied[np.cumsum(n_tied) - n_tied]


def draw_categories(random_state, codes, neighbors, bases):
    """SMOTE-NC: the category that most neighbors of a new row's base have.

    All that have as many are shuffled, over all new rows together, and the first wins.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        An integer seed starts the same stream again.
    codes : ndarray of shape (n_rows, n_columns), int
    neighbors : ndarray of shape (n_rows, k), int
    bases : ndarray of shape (n_new,), int

    Returns
    -------
    new_codes : ndarray of shape (n_new, n_columns), of codes' dtype
    """
    random_state = check_random_state(random_state)
    new_codes = np.empty((len(bases), codes.shape[1]), codes.dtype)
    for j, column in enumerate(codes.T):
        tied, n_tied = _tied_categories(column[neighbors])
        firsts = np.cumsum(n_tied) - n_tied
        stops = np.cumsum(n_tied[bases])  # each new row has its base's candidates
        order, places = _shuffled(random_state, stops[-1] if len(bases) else 0)
        for start in range(0, len(bases), VOTED_ROWS):
            some = slice(start, start + VOTED_ROWS)
            starts = stops[some] - n_tied[bases[some]]
            of_some = places[starts[0] : stops[some][-1]]
            winners = order[np.minimum.reduceat(of_some, starts - starts[0])]
            new_codes[some, j] = tied[firsts[bases[some]] + winners - starts]
        del order, places  # before the next column's
    return new_codes


def _shuffled(random_state, n):
    """A permutation of n numbers as drawn, and the place of each number in it."""
    order = _permutation(random_state, n)
    places = np.empty_like(order)
    for start in range(0, n, VOTED_ROWS):
        stop = min(n, start + VOTED_ROWS)
        places[order[start:stop]] = np.arange(start, stop, dtype=order.dtype)
    return order, places


def draw_rows(random_state, n_rows, n_drawn):
    """Random under-sampling: different rows of a class, as `RandomState.choice` draws them."""
    return _permutation(random_state, n_rows)[:n_drawn]


def _permutation(random_state, n):
    """What `RandomState.permutation` draws.

    It asks the generator word by word, which takes two thirds of the time. Here it is asked
    for many at once, and set back behind the last one used; and numbers take 4 bytes.
    """
    if not MANY_ROWS <= n < 2**31:
        return random_state.permutation(n)
    order, progress = np.arange(n, dtype=np.int32), np.array([n - 1, 0], np.int64)
    while progress[0] > 0:
        if progress[0] <= N_WORDS:  # this may be the last time
            state = random_state.get_state(legacy=False)
        words = random_state.randint(0, 2**32, size=N_WORDS, dtype=np.uint32)
        kernels.shuffling.shuffle(order, words, progress)
    random_state.set_state(state)
    random_state.randint(0, 2**32, size=progress[1], dtype=np.uint32)
    return order

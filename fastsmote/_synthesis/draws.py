"""All random draws, in imbalanced-learn's order and with NumPy's own generator.

The draws are sequential, and fast compared with the search. The kernels get them as arrays, so
they cannot depend on the number of threads.
"""

from functools import partial
from typing import NamedTuple

import numpy as np
from sklearn.utils import check_random_state

from fastsmote import _kernels as kernels
from fastsmote._rules.votes import tied_categories

MANY_ROWS = 2**17  # NumPy shuffles fewer rows in two milliseconds
N_WORDS = 2**15  # 32-bit words drawn at a time
VOTED_ROWS = 2**16  # new rows that get their category at a time


class Pairs(NamedTuple):
    """The base row, the neighbor and the gap of each new row."""

    bases: np.ndarray  # (n_new,) place of the base in the list of bases
    ranks: np.ndarray  # (n_new,) place of the neighbor in the base's list
    gaps: np.ndarray  # (n_new,) in [0, 1)


class ShrunkPairs(NamedTuple):
    """`Pairs` with the factor that first multiplies each difference."""

    bases: np.ndarray
    ranks: np.ndarray
    gaps: np.ndarray
    shrinks: np.ndarray  # (n_new,) 1, or in [0, 0.5)


class _Held:
    """Consecutive draws of a random stream, all held in memory."""

    def __init__(self, random_state, draw, size):
        self._drawn = draw(random_state, size)

    def take(self, start, stop):
        """Return a range of the draws."""
        return self._drawn[start:stop]


class _Replayed:
    """Consecutive draws of a random stream; any range can be drawn again.

    Only the state of the stream before every 2^17-th draw is kept, in 2.5 KB each, because the
    draws for a table larger than memory may be larger than memory themselves.
    """

    STRIDE = 2**17

    def __init__(self, random_state, draw, size):
        self._draw, self._size, self._states = draw, size, []
        for start in range(0, size, self.STRIDE):
            self._states.append(random_state.get_state())
            draw(random_state, min(self.STRIDE, size - start))

    def take(self, start, stop):
        """Return a range of the draws."""
        random_state, parts = np.random.RandomState(), []
        for i in range(start // self.STRIDE, -(-stop // self.STRIDE)):
            random_state.set_state(self._states[i])
            first = i * self.STRIDE
            drawn = self._draw(random_state, min(self.STRIDE, self._size - first))
            parts.append(drawn[max(0, start - first) : stop - first])
        return np.concatenate(parts) if len(parts) > 1 else parts[0]


def _stream(random_state, draw, size, is_held):
    return (_Held if is_held else _Replayed)(random_state, draw, size)


# Functions of the module, and not lambdas, so that draws can be pickled.


def _draw_below(random_state, n, high):
    return random_state.randint(low=0, high=high, size=n)


def _draw_choices(random_state, n, n_rows):
    return random_state.choice(n_rows, size=n)


def _draw_gaps(random_state, n):
    return random_state.random_sample(n)  # the numbers of `uniform` in four fifths of its time


class DrawnPairs:
    """SMOTE's draws: a uniform (base, neighbor) pair and a gap for each new row of a class.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        An integer seed starts the same stream for every class. An instance continues.
    n_bases, n_neighbors, n_new : int
    is_held : bool, default=False
        Whether the draws are held in memory. If False, each range is drawn again when it is
        needed, in constant memory.
    """

    def __init__(self, random_state, n_bases, n_neighbors, n_new, is_held=False):
        random_state = check_random_state(random_state)
        self.n_new, self.n_bases, self.n_neighbors = n_new, n_bases, n_neighbors
        n_pairs = n_bases * n_neighbors
        draw = partial(_draw_below, high=n_pairs)
        self._pairs = _stream(random_state, draw, n_new, is_held)
        self._gaps = _stream(random_state, _draw_gaps, n_new, is_held)

    def take(self, start, stop):
        """Return the pairs of a range of new rows."""
        pairs = self._pairs.take(start, stop)
        bases = np.floor_divide(pairs, self.n_neighbors)
        ranks = bases * self.n_neighbors
        np.subtract(pairs, ranks, out=ranks)  # NumPy's remainder would divide again
        return Pairs(bases, ranks, self._gaps.take(start, stop))

    def take_all(self):
        """Return the pairs of all new rows."""
        return self.take(0, self.n_new)

    def take_places(self, start, stop):
        """Return the place of each pair among the pairs (base, neighbor), base by base."""
        return self._pairs.take(start, stop)

    def take_gaps(self, start, stop):
        """Return the gaps of a range of new rows."""
        return self._gaps.take(start, stop)

    def every_base(self):
        """Return the bases of all new rows, as int32 if that is large enough."""
        bases = np.empty(self.n_new, np.int32 if self.n_bases < 2**31 else np.int64)
        for start in range(0, self.n_new, _Replayed.STRIDE):
            stop = min(self.n_new, start + _Replayed.STRIDE)
            bases[start:stop] = self._pairs.take(start, stop) // self.n_neighbors
        return bases

    def of_bases(self, order, n_rows):
        """Yield all new rows, grouped by their bases in the given order.

        A group holds at most ``n_rows`` new rows; a base with more new rows is split. All draws
        are drawn again for each group, so memory does not grow with the number of new rows.

        Parameters
        ----------
        order : ndarray of shape (n_bases,), int64
            The order of the bases.
        n_rows : int >= 1

        Yields
        ------
        places : ndarray, int64, ascending
            The places of at most ``n_rows`` new rows among all new rows.
        pairs : Pairs
            Their draws.
        """
        ranges = [
            (start, min(self.n_new, start + _Replayed.STRIDE))
            for start in range(0, self.n_new, _Replayed.STRIDE)
        ]
        counts = np.zeros(len(order), np.int64)
        for some in ranges:
            counts += np.bincount(self.take(*some).bases, minlength=len(order))
        stops, first = np.cumsum(counts[order]), 0
        while first < len(order):
            before = stops[first - 1] if first else 0
            last = max(first + 1, int(np.searchsorted(stops, before + n_rows, side="right")))
            is_chosen = np.zeros(len(order), bool)
            is_chosen[order[first:last]] = True
            yield from _cut(self._chosen(is_chosen, ranges), n_rows)
            first = last

    def _chosen(self, is_chosen, ranges):
        """Yield the new rows of each range whose base is chosen."""
        for start, stop in ranges:
            pairs = self.take(start, stop)
            places = np.flatnonzero(is_chosen[pairs.bases])
            yield start + places, Pairs(*(column[places] for column in pairs))


class DrawnGivenCounts:
    """ADASYN's draws: a neighbor and a gap for each new row; bases have given numbers of rows.

    Parameters
    ----------
    random_state : RandomState instance
        The random state of the whole call.
    n_neighbors : int
    counts : ndarray of shape (n_bases,), int
        The number of new rows of each base.
    is_held : bool, default=False
        As in `DrawnPairs`.
    """

    def __init__(self, random_state, n_neighbors, counts, is_held=False):
        self._counts, self._stops = counts, np.cumsum(counts)
        self.n_new = int(self._stops[-1])
        draw = partial(_draw_choices, n_rows=n_neighbors)
        self._ranks = _stream(random_state, draw, self.n_new, is_held)
        self._gaps = _stream(random_state, _draw_gaps, self.n_new, is_held)

    def take(self, start, stop):
        """Return the pairs of a range of new rows."""
        bases = np.searchsorted(self._stops, np.arange(start, stop), side="right")
        return Pairs(bases, self._ranks.take(start, stop), self._gaps.take(start, stop))

    def take_all(self):
        """Return the pairs of all new rows."""
        bases = np.repeat(np.arange(len(self._counts)), self._counts)
        return Pairs(bases, self._ranks.take(0, self.n_new), self._gaps.take(0, self.n_new))


def draw_pairs(random_state, n_bases, n_neighbors, n_new):
    """Draw the pairs of all new rows as `DrawnPairs` does."""
    return DrawnPairs(random_state, n_bases, n_neighbors, n_new, is_held=True).take_all()


def draw_shrinks(random_state, is_other_class):
    """Draw Borderline-2's factors: below 0.5 for neighbors of another class, 1 for others."""
    random_state = check_random_state(random_state)
    shrinks = np.ones(len(is_other_class))
    shrinks[is_other_class] = _draw_factors(random_state, is_other_class.sum())
    return shrinks


class DrawnShrunk:
    """The draws of a class for Borderline-2, with the factors of `draw_shrinks`.

    Any range is drawn again when it is needed, as in `DrawnPairs`.

    Parameters
    ----------
    random_state : int or RandomState instance
        With an int, the stream of the factors starts anew. An instance continues.
    draws : DrawnPairs
    are_others : ndarray of shape (n_bases, n_neighbors), bool
        Whether each neighbor belongs to another class.
    """

    def __init__(self, random_state, draws, are_others):
        self.n_new, self._draws, self._are_others = draws.n_new, draws, are_others
        starts = range(0, draws.n_new, _Replayed.STRIDE)
        counts = [self._drawn(start, start + _Replayed.STRIDE)[1].sum() for start in starts]
        self._n_before = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
        n_shrunk = int(self._n_before[-1])
        self._shrinks = _stream(
            check_random_state(random_state), _draw_factors, n_shrunk, is_held=False
        )

    def _drawn(self, start, stop):
        """Return the pairs of a range, and whether the neighbor of each is of another class."""
        pairs = self._draws.take(start, min(stop, self.n_new))
        return pairs, self._are_others[pairs.bases, pairs.ranks]

    def take(self, start, stop):
        """Return the `ShrunkPairs` of a range of new rows."""
        pairs, are_others = self._drawn(start, stop)
        chunk = start // _Replayed.STRIDE
        n_before = int(self._n_before[chunk])
        if start % _Replayed.STRIDE:
            n_before += int(self._drawn(chunk * _Replayed.STRIDE, start)[1].sum())
        shrinks, n_shrunk = np.ones(len(are_others)), int(are_others.sum())
        if n_shrunk:
            shrinks[are_others] = self._shrinks.take(n_before, n_before + n_shrunk)
        return ShrunkPairs(*pairs, shrinks)


def _draw_factors(random_state, n):
    return random_state.uniform(low=0.0, high=0.5, size=n)


def _cut(drawn, n_rows):
    """Regroup (places, pairs) into groups of n_rows; the last group may be smaller, not empty."""
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


class DrawnRepeats:
    """Random over-sampling's draws for one class: the row that each new row repeats."""

    def __init__(self, random_state, n_rows, n_new):
        self.n_new = n_new
        self._rows = _Replayed(random_state, partial(_draw_choices, n_rows=n_rows), n_new)

    def take(self, start, stop):
        """Return the places in the class of the rows that a range of new rows repeats."""
        return self._rows.take(start, stop)


def draw_categories(random_state, codes, neighbors, bases):
    """Draw SMOTE-NC's categories: the most frequent one among the neighbors of the base.

    If several categories of a new row are equally frequent, one is drawn: the tied categories
    of all new rows are shuffled together, and the first of each new row wins.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        An integer seed starts the same stream at each call.
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
        tied, n_tied = tied_categories(column[neighbors])
        firsts = np.cumsum(n_tied) - n_tied
        stops = np.cumsum(n_tied[bases])  # a new row has the tied categories of its base
        order, places = _shuffled(random_state, stops[-1] if len(bases) else 0)
        for start in range(0, len(bases), VOTED_ROWS):
            some = slice(start, start + VOTED_ROWS)
            starts = stops[some] - n_tied[bases[some]]
            of_some = places[starts[0] : stops[some][-1]]
            winners = order[np.minimum.reduceat(of_some, starts - starts[0])]
            new_codes[some, j] = tied[firsts[bases[some]] + winners - starts]
        del order, places  # free memory before the next column
    return new_codes


def _shuffled(random_state, n):
    """Draw a permutation of n numbers; also return the place of each number in it."""
    order = _permutation(random_state, n)
    places = np.empty_like(order)
    for start in range(0, n, VOTED_ROWS):
        stop = min(n, start + VOTED_ROWS)
        places[order[start:stop]] = np.arange(start, stop, dtype=order.dtype)
    return order, places


def draw_rows(random_state, n_rows, n_drawn):
    """Draw rows of a class without replacement, as `RandomState.choice` does."""
    return _permutation(random_state, n_rows)[:n_drawn]


def _permutation(random_state, n):
    """Draw a permutation as `RandomState.permutation` does, in less time.

    NumPy takes one word at a time from the generator, which is two thirds of its time. Here many
    words are drawn at once, and the generator is then reset to the state after the last word
    used. The permutation is int32, which takes half the memory.
    """
    if not MANY_ROWS <= n < 2**31:
        return random_state.permutation(n)
    order, progress = np.arange(n, dtype=np.int32), np.array([n - 1, 0], np.int64)
    while progress[0] > 0:
        if progress[0] <= N_WORDS:  # these words may be the last ones
            state = random_state.get_state(legacy=False)
        words = random_state.randint(0, 2**32, size=N_WORDS, dtype=np.uint32)
        kernels.shuffling.shuffle(order, words, progress)
    random_state.set_state(state)
    random_state.randint(0, 2**32, size=progress[1], dtype=np.uint32)
    return order

"""Bound the distances from rows of a tree to their k nearest rows, by the rows of their blocks.

The kernel reads only the packed blocks. Its distances are those of float32 coordinates plus
their error bound, so the rows that it finds are near, and need not be the nearest of the block.

The error bound: let x and y be rows of a block with center c, scale s and radius R. Let u and v
be s (x - c) and s (y - c), rounded to float32, as packed. As in `screening`, let eps = 2^-24 and
b = |u| + R. The kernel computes A ~ |v|^2 - 2 u.v in float32. The errors of A and of the packed
|u|^2 sum to at most E = (n_features + 16) eps b^2, and |u - v| differs from s |x - y| by at most
eps b. So s |x - y| is at most sqrt(A + |u|^2 + E) + eps b.
"""

import math

import numpy as np

from fastsmote._kernels.jit import inlined, kernel, outlined
from fastsmote._kernels.layout import BLOCK_ROWS, PANEL_ROWS
from fastsmote._kernels.screening import EPS32, NONE, TINY32, has_rows
from fastsmote._kernels.simd import (
    bit,
    fma,
    load64,
    load_splat64,
    place_of_least,
    smaller,
    splat64,
    store,
)
from fastsmote._kernels.tile import load_panel
from fastsmote._kernels.tile_shape import LANES


@inlined
def _values(blocks, place, query_place, n_features):
    """Return the value A of each row of a panel for one row of the same block."""
    panels, stride = blocks.panels, LANES * n_features
    lane = query_place % LANES
    at, panel = (query_place - lane) * n_features + lane, place * n_features
    products = splat64(np.float32(0.0))
    for _ in range(n_features):
        products = fma(load_splat64(panels, at), load_panel(panels, panel, stride), products)
        panel += LANES
        at += LANES
    return fma(products, splat64(np.float32(-2.0)), load64(blocks.norms, place))


@outlined
def _bound(blocks, query_place, n_features, values, near_rows):
    """Find some near rows of a row's block; return the place of the last one, or -1.

    Of the rows at the same place of each panel of the block, only the nearest can be found.
    """
    rows, first = blocks.rows, query_place - query_place % BLOCK_ROWS
    infinite = splat64(np.float32(np.inf))
    least = infinite
    for place in range(0, BLOCK_ROWS, PANEL_ROWS):
        of_panel = infinite
        if has_rows(blocks, (first + place) // PANEL_ROWS):
            of_panel = _values(blocks, first + place, query_place, n_features)
            of_panel = smaller(of_panel, infinite)  # in place of NaN
        store(values, place, of_panel)
        least = smaller(of_panel, least)
    rest, n_found, last = ~NONE, 0, -1
    while rest != NONE and n_found < len(near_rows):
        lane = place_of_least(least, rest)
        rest &= ~bit(lane)
        nearest = lane
        for place in range(lane + PANEL_ROWS, BLOCK_ROWS, PANEL_ROWS):
            if values[place] < values[nearest]:
                nearest = place
        if rows[first + nearest] < 0:
            return -1
        if first + nearest != query_place:
            near_rows[n_found] = rows[first + nearest]
            n_found, last = n_found + 1, nearest
    return last if n_found == len(near_rows) else -1


@kernel
def bound_by_blocks(
    blocks,  # IN
    n_features,
    places,  # IN  (n,) place of each query in the blocks
    start, stop,  # IN  which queries
    scale,  # IN  factor from X to coordinates
    slack,  # IN  error bound of any distance in coordinates
    values,  # OUT (BLOCK_ROWS,) scratch
    near_rows,  # OUT (n, k) rows of the query's block; undefined if the bound is inf
    sq_bounds,  # OUT (n,) none of them is farther than this; inf if fewer than k were found
):  # fmt: skip
    """Bound the squared distance of some rows of a tree to their k nearest other rows."""
    roundoff = 1.0 + (2 * n_features + 24) * 2.0**-52
    for i in range(start, stop):
        query_place = places[i]
        last = _bound(blocks, query_place, n_features, values, near_rows[i])
        if last < 0:
            sq_bounds[i] = np.inf
            continue
        block = query_place // BLOCK_ROWS
        sq_norm = np.float64(blocks.norms[query_place])
        both = math.sqrt(sq_norm) + blocks.radii[block]
        error = (n_features + 16) * EPS32 * both * both + TINY32
        sq_apart = np.float64(values[last]) + sq_norm + error
        if not sq_apart < np.inf:  # the block is wider than float32 can represent
            sq_bounds[i] = np.inf
            continue
        apart = math.sqrt(max(0.0, sq_apart)) + EPS32 * both
        distance = (apart / blocks.scales[block] + slack) / scale
        bound = distance * distance * roundoff + n_features * 1e-323
        sq_bounds[i] = bound if bound < np.inf else np.inf  # the slack may be NaN

"""Find missing values, and pack rows in which values are missing into blocks."""

import math

import numpy as np

from fastsmote._kernels.jit import kernel
from fastsmote._kernels.layout import BLOCK_PANELS, BLOCK_ROWS, PANEL_ROWS
from fastsmote._kernels.tile_shape import LANES

WORD = 64


@kernel
def find_missing(
    X,  # IN  (n_rows, n_features) floats
    rows,  # IN  (n,) rows of X
    start, stop,  # IN  which of them
    patterns,  # OUT (n, n_words) uint64, the features that a row lacks, one bit each
    n_lacking,  # OUT (n,) number of these features
):  # fmt: skip
    """Find the features that each row lacks."""
    n_features = X.shape[1]
    for i in range(start, stop):
        row, n = rows[i], 0
        for w in range(patterns.shape[1]):
            word, first = np.uint64(0), w * WORD
            for j in range(first, min(first + WORD, n_features)):
                value = X[row, j]
                is_missing = value != value
                word |= np.uint64(is_missing) << np.uint64(j - first)
                n += is_missing
            patterns[i, w] = word
        n_lacking[i] = n


@kernel
def describe(
    X,  # IN  (n_rows, n_features)
    scale,  # IN  factor from X to coordinates
    start, stop,  # IN  which blocks
    blocks,  # IN  rows; OUT boxes, centers, scales and the features that rows lack
):  # fmt: skip
    """Compute the boxes of blocks and panels, and the features that their rows lack.

    The box of a feature that a row lacks is infinite. The box of a panel without rows has its low
    corner above the high one.
    """
    rows, partial, centers, n_features = blocks.rows, blocks.partial, blocks.centers, X.shape[1]
    low, high = blocks.low, blocks.high
    for block in range(start, stop):
        below, above = blocks.block_low[block], blocks.block_high[block]
        n_lacking, n_rows, n_most = partial[block], 0, 0
        for j in range(n_features):
            below[j], above[j], n_lacking[j] = np.inf, -np.inf, 0
        for panel in range(block * BLOCK_PANELS, (block + 1) * BLOCK_PANELS):
            for j in range(n_features):
                low[panel, j], high[panel, j] = np.inf, -np.inf
            for place in range(panel * PANEL_ROWS, (panel + 1) * PANEL_ROWS):
                row, n = rows[place], 0
                if row < 0:
                    continue
                n_rows += 1
                for j in range(n_features):
                    value = np.float64(X[row, j]) * scale
                    if value == value:
                        below[j], above[j] = min(below[j], value), max(above[j], value)
                        low[panel, j] = min(low[panel, j], value)
                        high[panel, j] = max(high[panel, j], value)
                    else:
                        n_lacking[j] += 1
                        n += 1
                n_most = max(n_most, n)
        width, n_partial = 0.0, 0
        for j in range(n_features):
            has_any = below[j] <= above[j]
            centers[block, j] = 0.5 * below[j] + 0.5 * above[j] if has_any else 0.0
            width = max(width, above[j] - below[j]) if has_any else width
            if n_lacking[j] > 0:
                below[j], above[j] = -np.inf, np.inf
                for panel in range(block * BLOCK_PANELS, (block + 1) * BLOCK_PANELS):
                    if rows[panel * PANEL_ROWS] >= 0:
                        low[panel, j], high[panel, j] = -np.inf, np.inf
            blocks.is_lacked[block, j] = n_lacking[j] == n_rows
            if 0 < n_lacking[j] < n_rows:
                partial[block, n_partial] = j
                n_partial += 1
        exponent = 0
        if 1e-290 < width < 1e290:
            exponent = 1 - math.frexp(width)[1]
        blocks.scales[block] = math.ldexp(1.0, exponent)
        blocks.n_partial[block], blocks.n_most[block] = n_partial, n_most


@kernel
def pack(
    X,  # IN  (n_rows, n_features)
    unit,  # IN  factor from X to coordinates
    start, stop,  # IN  which blocks
    blocks,  # IN  described; OUT panels (zeros before), norms (inf before), radii, spreads
):  # fmt: skip
    """Write the panels of some blocks."""
    panels, norms, n_features = blocks.panels, blocks.norms, X.shape[1]
    for block in range(start, stop):
        center, scale, n_partial = (
            blocks.centers[block],
            blocks.scales[block],
            blocks.n_partial[block],
        )
        partial, n_columns, farthest = blocks.partial[block], n_features + n_partial, 0.0
        n_rows, total = 0, 0.0
        for r in range(BLOCK_ROWS):
            row = blocks.rows[block * BLOCK_ROWS + r]
            if row < 0:
                continue
            at, sq_norm = blocks.starts[block] + r // LANES * LANES * n_columns + r % LANES, 0.0
            for j in range(n_features):
                value = np.float64(X[row, j])
                if value == value:
                    offset = np.float32((value * unit - center[j]) * scale)
                    panels[at + j * LANES] = offset
                    sq_norm += np.float64(offset) * np.float64(offset)
            for i in range(n_partial):
                value = X[row, partial[i]]
                if value != value:
                    panels[at + (n_features + i) * LANES] = np.float32(1.0)
            norms[block * BLOCK_ROWS + r] = sq_norm
            total += sq_norm
            n_rows += 1
            # If it is NaN, the screening of the block excludes nothing.
            farthest = max(farthest, sq_norm) if sq_norm >= 0.0 else np.inf
        blocks.radii[block] = math.sqrt(farthest)
        blocks.spreads[block] = total / n_rows / (scale * scale)

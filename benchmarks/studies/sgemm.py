"""The speed of the search as a share of sgemm's, for `studies.neighbors` and asv."""

import time

import numpy as np
from threadpoolctl import threadpool_limits

from fastsmote import threads
from fastsmote._kernels.jit import kernel
from fastsmote._kernels.layout import GROUP_PLACES, GROUP_ROWS, PANEL_ROWS
from fastsmote._kernels.screening import screen
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import NeighborLists

K = 5
EVERY = ~np.uint64(0)  # query of a group


def timed(function, *args):
    """The seconds of a call, and its result."""
    start = time.perf_counter()
    result = function(*args)
    return time.perf_counter() - start, result


@kernel
def _screen_all(panels, norms, n_panels, coefs, limits, n_features, lanes):
    """Compare a group of queries with every panel. No row passes the limits."""
    hits = np.uint64(0)
    for panel in range(n_panels):
        place = panel * PANEL_ROWS
        hits |= screen(panels, norms, place, coefs, limits, GROUP_ROWS, n_features, EVERY, lanes)
    return hits


def tile_products(n_features, n_panels=400, repeats=4):
    """Coordinate products per second of the tile alone, on one thread."""
    rng = np.random.RandomState(0)
    args = (
        rng.randn(n_panels * PANEL_ROWS * n_features).astype(np.float32),
        rng.randn(n_panels * PANEL_ROWS).astype(np.float32),
        n_panels,
        rng.randn(GROUP_PLACES * n_features).astype(np.float32),
        np.full(GROUP_PLACES, -np.inf, np.float32),
        n_features,
        np.empty(GROUP_PLACES, np.uint64),
    )
    _screen_all(*args)
    seconds = timed(lambda: [_screen_all(*args) for _ in range(repeats)])[0]
    return repeats * n_panels * PANEL_ROWS * GROUP_ROWS * n_features / seconds


def search_products(n_features, n_rows=60_000, n_queries=8192):
    """A function that gives the coordinate products per second of a search without pruning."""
    X = np.random.RandomState(0).randn(n_rows, n_features)
    index = ClassIndex(X, [np.arange(n_queries), np.arange(n_queries, n_rows)])
    index.tree(1)
    rows = index.rows_in_order(0)

    def run():
        seconds = timed(index.among_others, 0, NeighborLists(rows, K))[0]
        return n_queries * (n_rows - n_queries) * n_features / seconds

    run()
    return run


def sgemm_products(size=2048):
    """Multiply-adds per second of OpenBLAS sgemm."""
    a = np.random.RandomState(0).randn(size, size).astype(np.float32)
    speed = size**3 / min(timed(np.matmul, a, a)[0] for _ in range(3))
    time.sleep(0.1)  # its threads spin for a while on the cores of the next measurement
    return speed


def share_of_sgemm(n_features, n_threads, rounds):
    """The speed of the tile on one thread and of the search, as shares of sgemm's speed.

    sgemm runs on as many threads as what it is compared with. The result also has the speed
    of sgemm on one thread.
    """
    with threads(n_threads), threadpool_limits(n_threads):
        search = search_products(n_features)
        tile_shares, search_shares, speeds = [], [], []
        for _ in range(rounds):
            before = sgemm_products()
            searched = search()
            after = sgemm_products()
            search_shares.append(searched / (0.5 * before + 0.5 * after))
            with threadpool_limits(1):
                before = sgemm_products()
                tiled = tile_products(n_features)
                after = sgemm_products()
            tile_shares.append(tiled / (0.5 * before + 0.5 * after))
            speeds.append(before)
    return {
        "features": n_features,
        "threads": n_threads,
        "tile": float(np.median(tile_shares)),
        "search": float(np.median(search_shares)),
        "sgemm": float(np.median(speeds)),
    }


def line_of(share):
    """A line of text about the result of `share_of_sgemm`."""
    return (
        f"{share['features']:4d} features: tile, 1 thread {share['tile']:.2f} of sgemm "
        f"({share['sgemm'] / 1e9:.0f} G/s); search, {share['threads']} threads "
        f"{share['search']:.2f}"
    )

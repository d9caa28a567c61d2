"""The search engine beside scikit-learn, scikit-learn-intelex and FAISS, and beside sgemm.

    FASTSMOTE_DATA=... python -m benchmarks.neighbors --tables fraud_handbook campaign
    python -m benchmarks.neighbors --sgemm

Nearest 5 of each minority row among all rows, index build included, self included, as
imbalanced-learn asks for it. A peer that is not installed is reported missing.
"""

import argparse
import time

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.tables import REAL, load
from fastsmote import get_n_threads, threads
from fastsmote._forest import ClassForest, Neighbors
from fastsmote._kernels.jit import kernel
from fastsmote._kernels.layout import GROUP_ROWS, PANEL_ROWS
from fastsmote._kernels.search import _screen

K = 5


def here(X, rows, others):
    """What a sampler does: a tree for each class, the own one first."""
    forest = ClassForest(X, [rows, others], len(rows))
    found = forest.among_all(0, Neighbors(forest.rows_in_order(0), K)).finish().sort_by_row()
    return np.sqrt(found.sq_distances)


def scikit_learn(X, rows, others):
    from sklearn.neighbors import NearestNeighbors

    neighbors = NearestNeighbors(n_neighbors=K + 1, n_jobs=-1).fit(X)
    return neighbors.kneighbors(X[rows])[0][:, 1:]


def intelex(X, rows, others):
    from sklearnex.neighbors import NearestNeighbors

    neighbors = NearestNeighbors(n_neighbors=K + 1, n_jobs=-1).fit(X)
    return neighbors.kneighbors(X[rows])[0][:, 1:]


def faiss_flat(X, rows, others):
    import faiss

    index = faiss.IndexFlatL2(X.shape[1])
    index.add(X.astype(np.float32))
    sq_distances, _ = index.search(X[rows].astype(np.float32), K + 1)
    return np.sqrt(np.maximum(sq_distances[:, 1:], 0))


PEERS = {"scikit-learn": scikit_learn, "intelex": intelex, "FAISS flat": faiss_flat}


def timed(function, *args):
    start = time.perf_counter()
    result = function(*args)
    return time.perf_counter() - start, result


def race(table, rounds, peers):
    """One line a table: seconds of each, the ratio to the fastest peer, largest deviation."""
    X, y = load(table)
    minority = np.argmin(np.bincount(y))
    rows, others = np.flatnonzero(y == minority), np.flatnonzero(y != minority)
    seconds = {name: [] for name in ("here", *peers)}
    for i in range(rounds + 1):  # the first round warms up and is not counted
        for name in seconds:
            time.sleep(0.25)  # the last one's threads spin for up to 0.2 s
            try:
                t, distances = timed(here if name == "here" else PEERS[name], X, rows, others)
            except ImportError:
                t, distances = np.inf, None
            if i > 0 or rounds == 0:
                seconds[name].append(t)
            if name == "here":
                ours = distances
            elif name == "scikit-learn":
                deviation = np.abs(distances - ours).max()
    medians = {name: np.median(s) for name, s in seconds.items()}
    fastest = np.min([seconds[name] for name in peers], axis=0)
    ratio = np.median(fastest / np.array(seconds["here"]))
    cells = " ".join(
        f"{name} {'missing' if np.isinf(s) else f'{s:.4f}'}" for name, s in medians.items()
    )
    return f"{table:20s} {X.shape} x {len(rows)}: {cells}  ratio {ratio:.2f}  off {deviation:.1e}"


@kernel
def _screen_all(panels, norms, n_panels, coefs, limits, n_features, lanes):
    """A group against every panel; nothing passes."""
    hits = np.uint64(0)
    for panel in range(n_panels):
        hits |= _screen(
            panels, norms, panel * PANEL_ROWS, coefs, limits, GROUP_ROWS, n_features, lanes
        )
    return hits


def tile_products(n_features, n_panels=400, repeats=4):
    """Coordinate products a second of the tile alone, one thread."""
    rng = np.random.RandomState(0)
    args = (
        rng.randn(n_panels * PANEL_ROWS * n_features).astype(np.float32),
        rng.randn(n_panels * PANEL_ROWS).astype(np.float32),
        n_panels,
        rng.randn(GROUP_ROWS * n_features).astype(np.float32),
        np.full(GROUP_ROWS, -np.inf, np.float32),
        n_features,
        np.empty(GROUP_ROWS, np.uint64),
    )
    _screen_all(*args)
    seconds = timed(lambda: [_screen_all(*args) for _ in range(repeats)])[0]
    return repeats * n_panels * PANEL_ROWS * GROUP_ROWS * n_features / seconds


def search_products(n_features, n_rows=60_000, n_queries=8192):
    """Coordinate products a second of a whole search that prunes nothing."""
    X = np.random.RandomState(0).randn(n_rows, n_features)
    forest = ClassForest(X, [np.arange(n_queries), np.arange(n_queries, n_rows)])
    forest.tree(1)
    rows = forest.rows_in_order(0)

    def run():
        seconds = timed(forest.among_others, 0, Neighbors(rows, K))[0]
        return n_queries * (n_rows - n_queries) * n_features / seconds

    run()
    return run


def sgemm_products(size=2048):
    """Multiply-adds a second of OpenBLAS sgemm."""
    a = np.random.RandomState(0).randn(size, size).astype(np.float32)
    speed = size**3 / min(timed(np.matmul, a, a)[0] for _ in range(3))
    time.sleep(0.1)  # its threads spin for a while, on the cores that are timed next
    return speed


def share_of_sgemm(n_features, n_threads, rounds):
    """One line: the tile's and the search's share of sgemm on as many threads."""
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
    return (
        f"{n_features:4d} features: tile, 1 thread {np.median(tile_shares):.2f} of sgemm "
        f"({np.median(speeds) / 1e9:.0f} G/s); search, {n_threads} threads "
        f"{np.median(search_shares):.2f}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", nargs="*", default=[])
    parser.add_argument("--real", action="store_true", help="every table of FASTSMOTE_DATA")
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sgemm", action="store_true")
    args = parser.parse_args()
    for table in [*args.tables, *(REAL if args.real else ())]:
        print(race(table, args.rounds, args.peers), flush=True)
    if args.sgemm:
        for n_features in (30, 62, 128):
            for n_threads in (1, get_n_threads()):
                print(share_of_sgemm(n_features, n_threads, 11), flush=True)


if __name__ == "__main__":
    main()

"""Compare `NearestNeighbors` with its peers for few and many queries, index included.

    python -m benchmarks.studies.few_queries
    python -m benchmarks.studies.few_queries --rows 5803 --features 36 --queries 71

Each call fits a new estimator to rows and finds the 5 nearest rows of some queries. Rows and
queries are normal, so the search can skip nothing. The libraries take turns, and the times are
medians. The ratio is that of the fastest peer's time to fastsmote's. The last lines list the
cells in which fastsmote is slower. FAISS rounds to float32 and does not check its input.
"""

import sys
import time

import numpy as np

from benchmarks.measuring.machine import describe
from benchmarks.measuring.programs import command_of, make_parser, whole, write_json
from fastsmote.neighbors import NearestNeighbors

K = 5
OURS = "here"
MOST_VALUES, MOST_PRODUCTS = 10**7, 2 * 10**10  # larger cells take long and are left out
PAUSE = 0.02  # seconds after a call of a library whose threads spin


def here(X, queries):
    return NearestNeighbors(n_neighbors=K).fit(X).kneighbors(queries)


def scikit_learn(X, queries):
    from sklearn.neighbors import NearestNeighbors

    return NearestNeighbors(n_neighbors=K, n_jobs=-1).fit(X).kneighbors(queries)


def intelex(X, queries):
    from sklearnex.neighbors import NearestNeighbors

    return NearestNeighbors(n_neighbors=K, n_jobs=-1).fit(X).kneighbors(queries)


def faiss_flat(X, queries):
    import faiss

    index = faiss.IndexFlatL2(X.shape[1])
    index.add(X.astype(np.float32))
    return index.search(queries.astype(np.float32), K)


LIBRARIES = {OURS: here, "scikit-learn": scikit_learn, "intelex": intelex, "FAISS": faiss_flat}


def installed():
    """The names of the libraries that can be imported."""
    X, names = np.zeros((K, 1)), []
    for name, search in LIBRARIES.items():
        try:
            search(X, X)
        except ImportError:
            continue
        names.append(name)
    return names


def measure(n_rows, n_features, n_queries, rounds, names):
    """The median seconds of each library, as a dict."""
    rng = np.random.RandomState(0)
    X, queries = rng.randn(n_rows, n_features), rng.randn(n_queries, n_features)
    seconds = {name: [] for name in names}
    for _ in range(rounds + 1):
        for name in names:
            start = time.perf_counter()
            LIBRARIES[name](X, queries)
            seconds[name].append(time.perf_counter() - start)
            time.sleep(PAUSE)
    return {name: float(np.median(s[1:])) for name, s in seconds.items()}  # the first warms up


def cells(args):
    """The numbers of rows, features and queries to measure."""
    for n_rows in args.rows:
        for n_features in args.features:
            for n_queries in args.queries:
                n_values = n_rows * n_features
                if n_values <= MOST_VALUES and n_values * n_queries <= MOST_PRODUCTS:
                    yield n_rows, n_features, n_queries


def line_of(cell, seconds):
    """A line of text about a cell, and the ratio."""
    peers = [s for name, s in seconds.items() if name != OURS]
    ratio = min(peers) / seconds[OURS] if peers else np.nan
    shown = "  ".join(f"{name} {1e3 * s:8.2f}" for name, s in seconds.items())
    return "{:7d} x {:3d}, {:5d} queries, ms: ".format(*cell) + f"{shown}  ratio {ratio:.2f}", ratio


def main():
    parser = make_parser("benchmarks.studies.few_queries", __doc__)
    parser.add_argument("--rows", nargs="*", type=whole, default=[1000, 6000, 30_000, 200_000])
    parser.add_argument("--features", nargs="*", type=whole, default=[2, 10, 36, 100])
    parser.add_argument("--queries", nargs="*", type=whole, default=[10, 71, 1000, 10_000])
    parser.add_argument("--rounds", type=whole, default=5)
    parser.add_argument("--json", help="file to write the results to")
    args = parser.parse_args()
    document = {"command": command_of("benchmarks.studies.few_queries", sys.argv[1:])}
    document |= {**describe(), "cells": []}
    slower, names = [], installed()
    for cell in cells(args):
        seconds = measure(*cell, args.rounds, names)
        line, ratio = line_of(cell, seconds)
        print(line, flush=True)
        document["cells"].append({"cell": cell, "median_s": seconds, "ratio": ratio})
        if ratio < 1.0:
            slower.append(line)
    print(f"fastsmote is slower in {len(slower)} of {len(document['cells'])} cells")
    print("\n".join(slower))
    if args.json:
        write_json(args.json, document)


if __name__ == "__main__":
    main()

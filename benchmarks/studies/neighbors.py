"""Compare the neighbor search with scikit-learn, intelex, FAISS, pynndescent and sgemm.

    FASTSMOTE_DATA=folder python -m benchmarks.studies.neighbors --tables fraud_handbook campaign
    python -m benchmarks.studies.neighbors --sgemm

Each library finds the 5 nearest neighbors of each minority row among all rows, and the row
itself, as imbalanced-learn does. The time includes building the index. The recall is the share
of found neighbors that are not farther than the true fifth neighbor: pynndescent is
approximate, and FAISS rounds to float32. The ratio is that of the fastest exact peer's time to
fastsmote's. "Pruned" is the share of distances that the search did not compute. Its bounds
come from the time and from the boxes of the tree.
"""

import sys
import time

import numpy as np

from benchmarks.inputs.tables import REAL, load
from benchmarks.measuring.machine import describe
from benchmarks.measuring.programs import command_of, make_parser, write_json
from benchmarks.studies import sgemm
from benchmarks.studies.pruning import share_of_far_boxes, share_of_saved_time
from benchmarks.studies.sgemm import K, timed
from fastsmote import get_n_threads
from fastsmote._search.class_index import ClassIndex
from fastsmote._search.lists import NeighborLists

OURS, APPROXIMATE = "here", "pynndescent"
SAME = 1 + 1e-9  # allows for sums of squares in another order


def search(X, rows, others):
    """Search as a sampler does: in a tree for each class, first in that of the minority."""
    index = ClassIndex(X, [rows, others], len(rows))
    found = index.among_all(0, NeighborLists(index.rows_in_order(0), K)).finish().sort_by_row()
    return index, found


def here(X, rows, others):
    return search(X, rows, others)[1].neighbor_rows


def scikit_learn(X, rows, others):
    from sklearn.neighbors import NearestNeighbors

    neighbors = NearestNeighbors(n_neighbors=K + 1, n_jobs=-1).fit(X)
    return neighbors.kneighbors(X[rows])[1]


def intelex(X, rows, others):
    from sklearnex.neighbors import NearestNeighbors

    neighbors = NearestNeighbors(n_neighbors=K + 1, n_jobs=-1).fit(X)
    return neighbors.kneighbors(X[rows])[1]


def faiss_flat(X, rows, others):
    import faiss

    index = faiss.IndexFlatL2(X.shape[1])
    index.add(X.astype(np.float32))
    return index.search(X[rows].astype(np.float32), K + 1)[1]


def pynndescent(X, rows, others):
    from pynndescent import NNDescent

    index = NNDescent(X, random_state=0, n_jobs=-1)
    return index.query(X[rows], k=K + 1)[0]


PEERS = {
    "scikit-learn": scikit_learn,
    "intelex": intelex,
    "FAISS flat": faiss_flat,
    APPROXIMATE: pynndescent,
}


def true_distances(X, rows, neighbors):
    """The float64 distances from each row to its neighbors, ascending, without the row itself.

    A library may return a copy of the row in place of the row.
    """
    n_others = min(K, neighbors.shape[1])
    distances = np.empty((len(rows), n_others))
    for i, row in enumerate(rows):
        found = np.linalg.norm(X[neighbors[i]] - X[row], axis=1)
        distances[i] = np.sort(found)[-n_others:]
    return distances


def recall_of(distances, expected):
    """The share of neighbors that are not farther than the true last neighbor."""
    return float((distances <= expected[:, -1:] * SAME).mean())


def _seconds_and_neighbors(name, arguments):
    """The seconds and the result of one call; (None, None) if the peer is missing."""
    try:
        return timed(here if name == OURS else PEERS[name], *arguments)
    except ImportError:
        return None, None


def race(table, rounds, peers):
    """The seconds and recall of each library, the ratio and the pruned share, as a dict."""
    X, y = load(table)
    minority = np.argmin(np.bincount(y))
    arguments = X, np.flatnonzero(y == minority), np.flatnonzero(y != minority)
    names = (OURS, *peers)
    seconds, recalls, expected = {name: [] for name in names}, {}, None
    for i in range(rounds + 1):
        for name in names:
            time.sleep(0.25)  # the threads of the previous library spin for up to 0.2 s
            elapsed, found = _seconds_and_neighbors(name, arguments)
            if found is None:
                seconds.pop(name)
                continue
            seconds[name].append(elapsed)
            if i == 0:
                distances = true_distances(X, arguments[1], found)
                expected = distances if name == OURS else expected
                recalls[name] = recall_of(distances, expected)
        names = tuple(seconds)
    # The first round warms up.
    seconds = {name: s[1:] or s for name, s in seconds.items()}
    exact = [s for name, s in seconds.items() if name not in (OURS, APPROXIMATE)]
    ratio = np.median(np.min(exact, axis=0) / np.array(seconds[OURS])) if exact else np.nan
    medians = {name: float(np.median(s)) for name, s in seconds.items()}
    return {
        "table": table,
        "shape": X.shape,
        "n_queries": len(arguments[1]),
        "median_s": medians,
        "recall": recalls,
        "missing": [name for name in peers if name not in seconds],
        "ratio": float(ratio),
        "pruned": pruned_share(arguments, medians[OURS]),
    }


def pruned_share(arguments, seconds):
    """A lower and an upper bound of the share of distances that the search skipped."""
    X, rows, _ = arguments
    index, found = search(*arguments)
    return share_of_saved_time(len(rows), X, seconds), share_of_far_boxes(index, found)


def line_of(record):
    """A line of text about a record."""
    cells = []
    for name, s in record["median_s"].items():
        recall = record["recall"][name]
        is_exact = name == OURS or recall == 1.0
        cells.append(f"{name} {s:.4f}" + ("" if is_exact else f" (recall {recall:.4f})"))
    cells += [f"{name} missing" for name in record["missing"]]
    low, high = record["pruned"]
    return (
        f"{record['table']:20s} {tuple(record['shape'])} x {record['n_queries']}: "
        f"{'  '.join(cells)}  ratio {record['ratio']:.2f}  "
        f"pruned {100 * low:.0f} to {100 * high:.0f} %"
    )


def main():
    parser = make_parser("benchmarks.studies.neighbors", __doc__)
    parser.add_argument("--tables", nargs="*", metavar="TABLE", default=[])
    parser.add_argument(
        "--real", action="store_true", help="also the Parquet files of FASTSMOTE_DATA"
    )
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--sgemm", action="store_true", help="also compare the search with a matrix product"
    )
    parser.add_argument("--json", help="file to write the results to")
    args = parser.parse_args()
    document = {"command": command_of("benchmarks.studies.neighbors", sys.argv[1:]), **describe()}
    document |= {"tables": [], "sgemm": []}
    for table in [*args.tables, *(REAL if args.real else ())]:
        document["tables"].append(race(table, args.rounds, args.peers))
        print(line_of(document["tables"][-1]), flush=True)
    if args.sgemm:
        for n_features in (30, 62, 128):
            for n_threads in (1, get_n_threads()):
                document["sgemm"].append(sgemm.share_of_sgemm(n_features, n_threads, 11))
                print(sgemm.line_of(document["sgemm"][-1]), flush=True)
    if args.json:
        write_json(args.json, document)


if __name__ == "__main__":
    main()

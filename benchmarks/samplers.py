"""Each sampler beside imbalanced-learn's in one process: same rows first, then the ratio.

FASTSMOTE_DATA=... python -m benchmarks.samplers --tables fraud_handbook http small-200
"""

import argparse
import time
from multiprocessing import get_context

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np
from scipy import sparse

import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling
from benchmarks.tables import load

SAMPLERS = {
    "SMOTE": ("over_sampling", "SMOTE", {"random_state": 0}),
    "BorderlineSMOTE": ("over_sampling", "BorderlineSMOTE", {"random_state": 0}),
    "Borderline2": (
        "over_sampling",
        "BorderlineSMOTE",
        {"random_state": 0, "kind": "borderline-2"},
    ),
    "ADASYN": ("over_sampling", "ADASYN", {"random_state": 0}),
    "SMOTENC": (
        "over_sampling",
        "SMOTENC",
        {"random_state": 0, "categorical_features": "auto"},
    ),
    "SMOTEN": ("over_sampling", "SMOTEN", {"random_state": 0}),
    "SVMSMOTE": ("over_sampling", "SVMSMOTE", {"random_state": 0}),
    "KMeansSMOTE": (
        "over_sampling",
        "KMeansSMOTE",
        {"random_state": 0, "cluster_balance_threshold": 0.05},
    ),
    "TomekLinks": ("under_sampling", "TomekLinks", {}),
    "SMOTETomek": ("combine", "SMOTETomek", {"random_state": 0}),
    "ENN": ("under_sampling", "EditedNearestNeighbours", {}),
    "ENN-mode": ("under_sampling", "EditedNearestNeighbours", {"kind_sel": "mode"}),
    "RENN": ("under_sampling", "RepeatedEditedNearestNeighbours", {}),
    "AllKNN": ("under_sampling", "AllKNN", {}),
    "NCR": ("under_sampling", "NeighbourhoodCleaningRule", {}),
    "NearMiss1": ("under_sampling", "NearMiss", {}),
    "NearMiss2": ("under_sampling", "NearMiss", {"version": 2}),
    "NearMiss3": ("under_sampling", "NearMiss", {"version": 3}),
    "CNN": ("under_sampling", "CondensedNearestNeighbour", {"random_state": 0}),
    "OSS": ("under_sampling", "OneSidedSelection", {"random_state": 0}),
    "SMOTEENN": ("combine", "SMOTEENN", {"random_state": 0}),
    "RandomUnderSampler": ("under_sampling", "RandomUnderSampler", {"random_state": 0}),
    "RandomOverSampler": ("over_sampling", "RandomOverSampler", {"random_state": 0}),
}


def make(library, name):
    """A sampler of imblearn or fastsmote."""
    module, cls, kwargs = SAMPLERS[name]
    return getattr(getattr(library, module), cls)(**kwargs)


def timed(library, name, X, y, repeats):
    """Mean seconds of a call, and the last result."""
    start = time.perf_counter()
    for _ in range(repeats):
        result = make(library, name).fit_resample(X, y)
    return (time.perf_counter() - start) / repeats, result


def share_equal(got, expected):
    """The share of rows that are equal in place; 0 if the shapes differ."""
    if got[0].shape != expected[0].shape:
        return 0.0
    is_equal = np.asarray(got[1]) == np.asarray(expected[1])
    if sparse.issparse(got[0]):
        return (is_equal & (np.diff((got[0] != expected[0]).tocsr().indptr) == 0)).mean()
    for j in range(got[0].shape[1]):
        is_equal &= _column(got[0], j) == _column(expected[0], j)
    return is_equal.mean()


def _column(X, j):
    return X.iloc[:, j].to_numpy() if hasattr(X, "iloc") else X[:, j]


def _run_stock(table, name, sender):
    X, y = load(table)
    sender.send("starts")
    try:
        sender.send(timed(imblearn, name, X, y, 1))
    except MemoryError:
        sender.send((np.inf, None))


def stock_within(table, name, limit):
    """imbalanced-learn in a process of its own: its seconds and result, or the limit and None.

    Infinite seconds mean that the machine's memory did not do.
    """
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run_stock, args=(table, name, sender))
    process.start()
    sender.close()
    try:
        receiver.recv()  # Python has started and the table is loaded
        return receiver.recv() if receiver.poll(limit) else (limit, None)
    except EOFError:
        return np.inf, None
    finally:
        process.kill()
        process.join()


def race_within(table, name, rounds, limit):
    """One line: imbalanced-learn once in a process of its own, which is ended at the limit."""
    X, y = load(table)
    stock, expected = stock_within(table, name, limit)
    got = timed(fastsmote, name, X, y, 1)[1]
    is_over = expected is None
    equal = "unknown" if is_over else f"{100 * share_equal(got, expected):.2f}"
    del got, expected
    here = np.median([timed(fastsmote, name, X, y, 1)[0] for _ in range(rounds)])
    theirs = "out of memory" if np.isinf(stock) else f"{'over ' if is_over else ''}{stock:.4f}"
    line = f"{table:24s} {name:18s} {theirs:>15s} {here:10.4f} {stock / here:8.1f} {equal:>8s}"
    return line, stock / here


def race(table, name, rounds, stock_once):
    """One line: medians, the median of the pairwise ratios, the share of equal rows; the ratio."""
    X, y = load(table)
    warm, _ = timed(fastsmote, name, X, y, 1)
    repeats = max(1, min(50, int(0.02 / max(warm, 1e-9))))
    ours, theirs, ratios, equal = [], [], [], float("nan")
    for i in range(rounds):
        mine, got = timed(fastsmote, name, X, y, repeats)
        ours.append(mine)
        if i == 0 or not stock_once:
            stock, expected = timed(imblearn, name, X, y, repeats)
            equal = share_equal(got, expected)
            del expected
        theirs.append(stock)
        ratios.append(stock / mine)
        del got
    line = (
        f"{table:24s} {name:18s} {np.median(theirs):10.4f} {np.median(ours):10.4f} "
        f"{np.median(ratios):8.1f} {100 * equal:8.2f}"
    )
    return line, np.median(ratios)


def alone(table, name, rounds):
    """One line for what would take imbalanced-learn too long."""
    X, y = load(table)
    ours = [timed(fastsmote, name, X, y, 1)[0] for _ in range(rounds + 1)][1:]
    n_kept = len(make(fastsmote, name).fit_resample(X, y)[1])
    return f"{table:24s} {name:18s} {'not run':>10s} {np.median(ours):10.4f}   rows {n_kept}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", nargs="+", default=["small-200", "small-1000", "small-10000"])
    parser.add_argument("--samplers", nargs="+", default=list(SAMPLERS), choices=list(SAMPLERS))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--stock-once", action="store_true", help="time imbalanced-learn once")
    parser.add_argument("--limit", type=float, help="seconds after which to end imbalanced-learn")
    parser.add_argument("--without-stock", action="store_true", help="do not run it at all")
    args = parser.parse_args()
    print(
        f"{'table':24s} {'sampler':18s} {'imblearn s':>10s} {'here s':>10s} {'ratio':>8s} equal %"
    )
    for name in args.samplers:
        all_ratios = []
        for table in args.tables:
            if args.without_stock:
                print(alone(table, name, args.rounds), flush=True)
                continue
            if args.limit:
                line, ratio = race_within(table, name, args.rounds, args.limit)
            else:
                line, ratio = race(table, name, args.rounds, args.stock_once)
            all_ratios += [ratio] if np.isfinite(ratio) else []
            print(line, flush=True)
        if len(all_ratios) > 1:
            print(f"{'geometric mean':24s} {name:18s} {np.exp(np.log(all_ratios).mean()):30.1f}")


if __name__ == "__main__":
    main()

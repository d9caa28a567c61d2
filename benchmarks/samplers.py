"""Each sampler beside imbalanced-learn's in one process: same rows first, then the ratio.

FASTSMOTE_DATA=... python -m benchmarks.samplers --tables fraud_handbook http small-200
"""

import argparse
import time

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np

import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling
from benchmarks import process_memory
from benchmarks.catalog import SAMPLERS, STOCK, make
from benchmarks.cells import COPIES_OF_X, LEAST_SECONDS, OVER, Cell, CellProcess, bytes_of
from benchmarks.digests import row_hashes, share_equal, share_identical
from benchmarks.tables import load


def timed(library, name, X, y, repeats):
    """Mean seconds of a call, and the last result."""
    process_memory.claim(COPIES_OF_X * bytes_of(X))
    start = time.perf_counter()
    for _ in range(repeats):
        result = make(library, name).fit_resample(X, y)
    return (time.perf_counter() - start) / repeats, result


def race_within(table, name, rounds, limit):
    """One line: imbalanced-learn once in a process of its own, which is ended at the limit."""
    X, y = load(table)
    with CellProcess(Cell(table, name, STOCK), limit) as stock:
        stock.prepare()
        stock.run()
    theirs, expected = stock.result.seconds, stock.result.hashes
    got = timed(fastsmote, name, X, y, 1)[1]
    equal = "unknown"
    if expected is not None:
        equal = f"{100 * share_identical(row_hashes(*got), expected):.2f}"
    del got
    here = np.median([timed(fastsmote, name, X, y, 1)[0] for _ in range(rounds)])
    is_over = stock.result.outcome == OVER
    ratio = (theirs[0] if theirs else limit if is_over else np.nan) / here
    told = f"{theirs[0]:.4f}" if theirs else f"over {limit:g}" if is_over else stock.result.outcome
    return f"{table:24s} {name:18s} {told:>15s} {here:10.4f} {ratio:8.1f} {equal:>8s}", ratio


def race(table, name, rounds, stock_once):
    """One line: medians, the median of the pairwise ratios, the share of equal rows; the ratio."""
    X, y = load(table)
    warm, _ = timed(fastsmote, name, X, y, 1)
    repeats = max(1, min(50, int(LEAST_SECONDS / max(warm, 1e-9))))
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

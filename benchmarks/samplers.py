"""Compare the time and the rows of each sampler with imbalanced-learn's, in one process.

    FASTSMOTE_DATA=folder python -m benchmarks.samplers --tables fraud_handbook http small-200

The two libraries take turns. The times are medians, the ratio is the median of the ratios of
each round, and "equal %" is the share of equal rows.
"""

import time

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np

import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling
from benchmarks.inputs.catalog import STOCK, make
from benchmarks.inputs.tables import load
from benchmarks.measuring.calls import LEAST_SECONDS, claim_memory_for
from benchmarks.measuring.programs import add_samplers, make_parser
from benchmarks.race.cells import OVER, Cell, CellProcess
from benchmarks.race.digests import row_hashes, share_equal, share_identical


def timed(library, name, X, y, repeats):
    """The mean seconds of a call, and the last result."""
    claim_memory_for(X)
    start = time.perf_counter()
    for _ in range(repeats):
        result = make(library, name).fit_resample(X, y)
    return (time.perf_counter() - start) / repeats, result


def race_within(table, name, rounds, limit):
    """A line and its ratio. imbalanced-learn runs once, in a process that ends at the limit."""
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
    stock_text = (
        f"{theirs[0]:.4f}" if theirs else f"over {limit:g}" if is_over else stock.result.outcome
    )
    return f"{table:24s} {name:18s} {stock_text:>15s} {here:10.4f} {ratio:8.1f} {equal:>8s}", ratio


def race(table, name, rounds, stock_once):
    """A line and its ratio. Both libraries take turns in this process."""
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
    """A line for fastsmote without imbalanced-learn."""
    X, y = load(table)
    ours = [timed(fastsmote, name, X, y, 1)[0] for _ in range(rounds + 1)][1:]
    n_kept = len(make(fastsmote, name).fit_resample(X, y)[1])
    return f"{table:24s} {name:18s} {'not run':>10s} {np.median(ours):10.4f}   rows {n_kept}"


def main():
    parser = make_parser("benchmarks.samplers", __doc__)
    parser.add_argument(
        "--tables", nargs="+", metavar="TABLE", default=["small-200", "small-1000", "small-10000"]
    )
    add_samplers(parser)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--stock-once", action="store_true", help="run imbalanced-learn in the first round only"
    )
    parser.add_argument(
        "--limit", type=float, help="seconds until the program ends imbalanced-learn"
    )
    parser.add_argument("--without-stock", action="store_true", help="do not run imbalanced-learn")
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

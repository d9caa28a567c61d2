"""Compare the time of a dataframe of several dtypes with that of an ndarray.

python -m benchmarks.studies.frames --rows 1000000 --samplers SMOTE TomekLinks
"""

import time

import numpy as np

import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling
from benchmarks.inputs.catalog import SAMPLERS, make
from benchmarks.inputs.tables import load
from benchmarks.measuring.programs import make_parser


def kinds_of(n_rows):
    """A table of float64, float32 and int64 columns as each kind of input."""
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    (X, y), (array, _) = load(f"numbers-{n_rows}"), load(f"array-{n_rows}")
    return {
        "ndarray": (array, y),
        "pandas": (X, pd.Series(y)),
        "polars": (pl.from_pandas(X), pl.Series(y)),
        "pyarrow": (pa.Table.from_pandas(X), pa.chunked_array([pa.array(y)])),
    }


def seconds_of(name, X, y):
    start = time.perf_counter()
    make(fastsmote, name).fit_resample(X, y)
    return time.perf_counter() - start


def main():
    parser = make_parser("benchmarks.studies.frames", __doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    default = ["SMOTE", "RandomOverSampler", "TomekLinks"]
    parser.add_argument(
        "--samplers",
        nargs="+",
        default=default,
        choices=list(SAMPLERS),
        metavar="NAME",
        help="names in inputs/catalog.py",
    )
    parser.add_argument("--rounds", type=int, default=5)
    args = parser.parse_args()
    kinds = kinds_of(args.rows)
    for name in args.samplers:
        rounds = [
            [seconds_of(name, X, y) for X, y in kinds.values()] for _ in range(args.rounds + 1)
        ]
        seconds = np.array(rounds[1:])
        ratios = np.median(seconds / seconds[:, :1], axis=0)
        cells = zip(kinds, np.median(seconds, axis=0), ratios, strict=True)
        print(name, *(f"{kind} {s:.3f} s {ratio:.2f}x" for kind, s, ratio in cells), sep="  ")


if __name__ == "__main__":
    main()

"""The share of rows that equal imbalanced-learn's, by table and sampler; and why others differ.

    FASTSMOTE_DATA=... python -m benchmarks.identity

Three seeds, float64 and float32, standardised and raw. Where a row differs, a tie of
distances must be behind it; tests/test_real_data.py shows that it is.
"""

import argparse

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np

import fastsmote
from benchmarks.catalog import SAMPLERS, make
from benchmarks.digests import share_equal
from benchmarks.tables import REAL, load

OVER_SAMPLERS = ("SMOTE", "BorderlineSMOTE", "Borderline2", "ADASYN")


def report(table, dtype, seeds, samplers):
    X, y = load(table)
    X = X.astype(dtype)
    for name in samplers:
        shares = []
        for seed in seeds if name in OVER_SAMPLERS else seeds[:1]:
            ours, theirs = make(fastsmote, name), make(imblearn, name)
            if name in OVER_SAMPLERS:
                ours.set_params(random_state=seed)
                theirs.set_params(random_state=seed)
            shares.append(share_equal(ours.fit_resample(X, y), theirs.fit_resample(X, y)))
        percent = " ".join(f"{100 * share:7.2f}" for share in shares)
        print(f"{table:24s} {np.dtype(dtype).name:8s} {name:16s} {percent}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tables", nargs="+", default=[n for n in REAL if n != "fraud_handbook"])
    parser.add_argument("--samplers", nargs="+", default=[*OVER_SAMPLERS, "TomekLinks"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    args = parser.parse_args()
    assert set(args.samplers) <= set(SAMPLERS)
    for table in args.tables:
        for name in (table, f"{table}:raw"):
            for dtype in (np.float64, np.float32):
                report(name, dtype, args.seeds, args.samplers)


if __name__ == "__main__":
    main()

"""Print the share of rows that equal imbalanced-learn's, by table and sampler.

    FASTSMOTE_DATA=folder python -m benchmarks.identity

Each table is standardized and raw, float64 and float32. A line has the percentage for each
seed. Rows may differ only where distances are equal; tests/stock/test_real_data.py checks this.
"""

import imblearn.combine
import imblearn.over_sampling
import imblearn.under_sampling
import numpy as np

import fastsmote
from benchmarks.inputs.catalog import SAMPLERS, make
from benchmarks.inputs.tables import REAL, load
from benchmarks.measuring.programs import make_parser
from benchmarks.race.digests import share_equal

OVER_SAMPLERS = ("SMOTE", "BorderlineSMOTE", "Borderline2", "ADASYN")


def report(table, dtype, seeds, samplers):
    """Print a line for each sampler with the share of equal rows for each seed."""
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
    parser = make_parser("benchmarks.identity", __doc__)
    parser.add_argument(
        "--tables", nargs="+", metavar="TABLE", default=[n for n in REAL if n != "fraud_handbook"]
    )
    parser.add_argument(
        "--samplers",
        nargs="+",
        default=[*OVER_SAMPLERS, "TomekLinks"],
        choices=list(SAMPLERS),
        metavar="NAME",
        help="names in inputs/catalog.py",
    )
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    args = parser.parse_args()
    for table in args.tables:
        for name in (table, f"{table}:raw"):
            for dtype in (np.float64, np.float32):
                report(name, dtype, args.seeds, args.samplers)


if __name__ == "__main__":
    main()

"""Compare the time of each sampler with that of another checkout.

    python -m benchmarks.versions ../before --tables small-200 small-1000

Each checkout runs in its own process, and the two processes take turns. Both use the tables
and the samplers' parameters of this checkout. A line has the median seconds of both, the ratio
of the other checkout's time to this one's, and whether the rows are equal. If the ratio is
above 1, this checkout is faster.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parents[1]
LEAST_SECONDS = 0.05  # of a timed batch of calls; short calls are repeated


class Worker:
    """A process with the fastsmote of one checkout. It times a sampler on request."""

    def __init__(self, checkout):
        environment = {**os.environ, "PYTHONPATH": str(checkout)}
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--worker"],
            cwd=checkout,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **question):
        """Send a question and return the answer."""
        print(json.dumps(question), file=self._process.stdin, flush=True)
        return json.loads(self._process.stdout.readline())

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def serve():
    """Answer questions about the fastsmote that comes first on PYTHONPATH.

    The other checkout has benchmarks too, maybe of another layout. This process imports
    fastsmote from the checkout and then the benchmarks from this file's.
    """
    import fastsmote  # noqa: F401

    sys.path.insert(0, str(HERE))
    from benchmarks.inputs.catalog import OURS, import_library, make
    from benchmarks.inputs.tables import load
    from benchmarks.race.digests import row_hashes

    library, tables = import_library(OURS), {}
    for line in sys.stdin:
        question = json.loads(line)
        if question["table"] not in tables:
            tables = {question["table"]: load(question["table"])}
        X, y = tables[question["table"]]
        sampler = make(library, question["sampler"])
        start = time.perf_counter()
        for _ in range(question["repeats"]):
            result = sampler.fit_resample(X, y)
        seconds = (time.perf_counter() - start) / question["repeats"]
        answer = {"seconds": seconds, "digest": None}
        if question["wants_digest"]:
            hashes = np.ascontiguousarray(row_hashes(*result))
            answer["digest"] = hash(hashes.tobytes()) if hashes.size else 0
        print(json.dumps(answer), flush=True)


def compare(here, there, table, sampler, rounds):
    """The median seconds here and there, the median ratio, and whether the rows are equal."""
    question = {"table": table, "sampler": sampler}
    first = [worker.ask(**question, repeats=1, wants_digest=True) for worker in (here, there)]
    warm = here.ask(**question, repeats=1, wants_digest=False)["seconds"]
    repeats = max(1, min(200, int(LEAST_SECONDS / max(warm, 1e-9))))
    seconds = []
    for i in range(rounds):
        order = (here, there) if i % 2 == 0 else (there, here)
        pair = [worker.ask(**question, repeats=repeats, wants_digest=False) for worker in order]
        pair = pair if i % 2 == 0 else pair[::-1]
        seconds.append([answer["seconds"] for answer in pair])
    seconds = np.array(seconds)
    is_equal = first[0]["digest"] == first[1]["digest"]
    return *np.median(seconds, axis=0), np.median(seconds[:, 1] / seconds[:, 0]), is_equal


def main():
    from benchmarks.measuring.programs import add_samplers, make_parser

    parser = make_parser("benchmarks.versions", __doc__)
    parser.add_argument("other", type=Path, help="folder of the other checkout")
    parser.add_argument("--tables", nargs="+", metavar="TABLE", default=["small-200", "small-1000"])
    add_samplers(parser)
    parser.add_argument("--rounds", type=int, default=11)
    args = parser.parse_args()
    os.environ["PYTHONHASHSEED"] = "0"  # both processes must give the same digests
    here, there = Worker(HERE), Worker(args.other.resolve())
    ratios = []
    print(f"{'table':24s} {'sampler':18s} {'here s':>10s} {'there s':>10s} {'ratio':>7s} equal")
    for plain in args.tables:
        for sampler in args.samplers:
            table = f"{plain}:mixed" if sampler in ("SMOTENC", "SMOTEN") else plain
            mine, other, ratio, is_equal = compare(here, there, table, sampler, args.rounds)
            ratios.append(ratio)
            print(
                f"{table:24s} {sampler:18s} {mine:10.5f} {other:10.5f} {ratio:7.3f} "
                f"{'yes' if is_equal else 'NO'}",
                flush=True,
            )
    print(f"{'geometric mean':43s} {np.exp(np.log(ratios).mean()):29.3f}")
    here.close()
    there.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["--worker"]:
        sys.path = [path for path in sys.path if Path(path or ".").resolve() != HERE / "benchmarks"]
        serve()
    else:
        main()

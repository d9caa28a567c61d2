"""`fastsmote demo`: five samplers of imbalanced-learn and of fastsmote on one fraud table.

imbalanced-learn cannot be interrupted within a process. So each of its calls runs in a child
process, which is killed after its share of the demo's minute.
"""

import hashlib
import math
import os
import signal
import sys
import time
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context, parent_process
from threading import Thread
from typing import NamedTuple

import numpy as np

DEMO_SAMPLERS = {  # name: module, parameters
    "SMOTE": ("over_sampling", {"random_state": 0}),
    "BorderlineSMOTE": ("over_sampling", {"random_state": 0}),
    "ADASYN": ("over_sampling", {"random_state": 0}),
    "TomekLinks": ("under_sampling", {}),
    "SMOTETomek": ("combine", {"random_state": 0}),
}
FRAUD_SHARE = 0.015
WARM_ROWS = 20_000  # for fastsmote: 2,000 rows would not run the kernels for large tables
RIVAL_WARM_ROWS = 2_000  # for imbalanced-learn, which needs only its imports
TOTAL_SECONDS = 48.0  # on a busy machine the first import takes the rest of the minute
SEED = 20_020_601

HEADER = ("sampler", "rows before", "rows after")
HEADER += ("imbalanced-learn", "fastsmote", "ratio", "identical rows")
GREEN, RED, PLAIN = "\033[32m", "\033[31m", "\033[0m"


class Cell(NamedTuple):
    """The time and the result of one call of a sampler."""

    seconds: float  # until the call returned or was killed; nan if it failed
    n_rows: int = 0
    digest: str = ""  # of X and y; empty if the call was killed or failed

    @property
    def is_ended(self):
        """Whether the call was killed before it returned."""
        return not self.digest and not math.isnan(self.seconds)


class Line(NamedTuple):
    """One line of the demo's table."""

    sampler: str
    n_before: int
    ours: Cell
    rival: Cell


def make_table(n_rows):
    """Make a table of card payments, 1.5 % of them fraud.

    Parameters
    ----------
    n_rows : int >= 1
        The number of rows. The same number gives the same rows at every call.

    Returns
    -------
    X : ndarray of shape (n_rows, 12), float64
        Standardized features, all continuous so that distances do not tie.
    y : ndarray of shape (n_rows,), int64
        1 for fraud, in random rows.
    """
    rng = np.random.default_rng(SEED)
    y = np.zeros(n_rows, np.int64)
    y[rng.permutation(n_rows)[: round(FRAUD_SHARE * n_rows)]] = 1
    # A third of the fraud looks like ordinary payments, so that the classes overlap.
    is_odd = y * (rng.random(n_rows) < 2 / 3)

    wealth = rng.normal(size=n_rows)
    activity = rng.normal(size=n_rows)
    log_amount = wealth + rng.normal(0.0, 0.8, n_rows) + 1.2 * is_odd
    is_night = rng.random(n_rows) < 0.15 + 0.5 * is_odd
    hour = np.where(is_night, rng.normal(27.0, 2.0, n_rows), rng.normal(15.0, 3.5, n_rows)) % 24
    features = [log_amount, hour]
    for noise in (0.6, 0.4, 0.2):  # a day, a week, a month: each smoother than the last
        features.append(wealth + noise * (rng.normal(size=n_rows) + is_odd))
        features.append(activity + noise * (rng.normal(size=n_rows) + 1.5 * is_odd))
    is_far = rng.random(n_rows) < 0.1 + 0.4 * is_odd
    features.append(rng.normal(np.where(is_far, 5.0, 1.0), 1.0))  # log of the distance from home
    features.append(np.log(rng.exponential(1.0, n_rows)) - 0.8 * is_odd)  # since the last payment
    features.append(rng.beta(1.5 + 2.0 * is_odd, 8.0))  # the terminal's share of fraud so far
    features.append(rng.gamma(2.0 + is_odd, 1.0))  # the device's score

    X = np.stack(features, axis=1)
    X -= X.mean(axis=0)
    X /= X.std(axis=0)
    return X, y


def run_cell(package, name, X, y):
    """Resample once with the named sampler of the package "fastsmote" or "imblearn"."""
    module, parameters = DEMO_SAMPLERS[name]
    sampler = getattr(import_module(f"{package}.{module}"), name)(**parameters)
    start = time.perf_counter()
    X_after, y_after = sampler.fit_resample(X, y)
    seconds = time.perf_counter() - start
    digest = hashlib.blake2b(digest_size=16)
    for array in (X_after, y_after):
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array))
    return Cell(seconds, len(y_after), digest.hexdigest())


def warm_up():
    """Call each sampler of fastsmote once, so that measured calls do not compile or load."""
    table = make_table(WARM_ROWS)
    for name in DEMO_SAMPLERS:
        run_cell("fastsmote", name, *table)


def run_rival(name, n_rows, seconds):
    """Call imbalanced-learn's sampler on the same table, in a child process.

    Parameters
    ----------
    name : str
        A key of ``DEMO_SAMPLERS``.
    n_rows : int
        The number of rows of the table.
    seconds : float
        The time after which the child process is killed, including its start-up.

    Returns
    -------
    cell : Cell
    """
    deadline = time.perf_counter() + seconds
    context = get_context("spawn")  # a fork would copy the locks of other threads
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(sender, name, n_rows), daemon=True)
    child.start()
    sender.close()  # so that receiving raises EOFError if the child dies
    try:
        return _answer(receiver, deadline)
    except EOFError:  # e.g. out of memory; the child wrote its traceback, if any, to stderr
        return Cell(math.nan)
    finally:
        child.kill()
        child.join()
        receiver.close()


def _answer(receiver, deadline):
    """The child's cell; at the deadline, a cell with the time that the call itself had."""
    start = deadline
    while receiver.poll(max(0.0, deadline - time.perf_counter())):
        message = receiver.recv()
        if message is not None:
            return message
        start = time.perf_counter()  # the child is ready and starts the call
    return Cell(max(0.0, deadline - start))


def _child(sender, name, n_rows):
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent handles Ctrl-C
    Thread(target=_end_with_parent, daemon=True).start()
    run_cell("imblearn", name, *make_table(RIVAL_WARM_ROWS))
    table = make_table(n_rows)
    sender.send(None)
    sender.send(run_cell("imblearn", name, *table))


def _end_with_parent():
    parent_process().join()
    os._exit(1)


def _seconds(value):
    digits = 3 if value < 1 else 2 if value < 10 else 1
    return f"{value:.{digits}f} s"


def _ratio(value):
    # Round down, so that the printed ratio was reached.
    return f"{math.floor(value * 10) / 10:.1f}x" if value < 10 else f"{math.floor(value):,}x"


def _texts(line):
    ours, rival = line.ours, line.rival
    texts = (line.sampler, f"{line.n_before:,}", f"{ours.n_rows:,}")
    ratio = rival.seconds / ours.seconds
    if rival.digest:
        verdict = "yes" if rival.digest == ours.digest else "no"
        return (*texts, _seconds(rival.seconds), _seconds(ours.seconds), _ratio(ratio), verdict)
    if math.isnan(rival.seconds):
        return (*texts, "failed", _seconds(ours.seconds), "-", "-")
    limit = math.floor(rival.seconds * 10) / 10
    if limit == 0:
        return (*texts, "not run", _seconds(ours.seconds), "-", "-")
    return (*texts, f"over {limit:.1f} s", _seconds(ours.seconds), f">{_ratio(ratio)}", "-")


def format_table(lines, is_colored=False):
    """Format the demo's table: a header and one line for each sampler.

    Parameters
    ----------
    lines : list of Line
    is_colored : bool
        Whether to print "yes" in green and "no" in red.

    Returns
    -------
    text : str
    """
    rows = [HEADER, *map(_texts, lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    colors = {"yes": GREEN, "no": RED} if is_colored else {}
    text = []
    for first, *numbers, verdict in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(numbers, widths[1:-1], strict=True)]
        color = colors.get(verdict)
        cells.append(f"{color}{verdict}{PLAIN}" if color else verdict)
        text.append("  ".join(cells))
    return "\n".join(text)


@contextmanager
def _progress():
    """Context manager: a function that shows the current step, on a terminal only."""
    is_shown = sys.stderr.isatty()

    def show(text):
        if is_shown:
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        show("")


def _compare(n_rows, seconds, show):
    deadline = time.perf_counter() + seconds
    show(f"making {n_rows:,} rows; compiling on the first run")
    warm_up()
    table = make_table(n_rows)
    ours = {}
    for name in DEMO_SAMPLERS:
        show(f"fastsmote: {name}")
        ours[name] = run_cell("fastsmote", name, *table)
    del table  # the children make their own

    lines = []
    for i, name in enumerate(DEMO_SAMPLERS):
        # Later samplers share the time that earlier ones did not use.
        share = (deadline - time.perf_counter()) / (len(DEMO_SAMPLERS) - i)
        place = f"{i + 1} of {len(DEMO_SAMPLERS)}"
        show(f"imbalanced-learn: {name}, {place}, at most {max(share, 0):.0f} s")
        lines.append(Line(name, n_rows, ours[name], run_rival(name, n_rows, share)))
    return lines


def run(n_rows, seconds=TOTAL_SECONDS):
    """Compare the samplers on ``n_rows`` rows and print the table.

    Parameters
    ----------
    n_rows : int >= 1000
    seconds : float
        The total time. imbalanced-learn's calls share the part that fastsmote does not use.

    Returns
    -------
    status : int
        0 on success; 1 if any rows differ or a call of imbalanced-learn failed.
    """
    from fastsmote._threads import get_n_threads

    with _progress() as show:
        lines = _compare(n_rows, seconds, show)
    print(
        f"{n_rows:,} payments, {FRAUD_SHARE:.1%} fraud, 12 features, float64; "
        f"default parameters, random_state=0; fastsmote on {get_n_threads()} threads.\n"
    )
    print(format_table(lines, sys.stdout.isatty() and not os.environ.get("NO_COLOR")))
    print(
        "\nEach sampler was called once on a small table before it was timed, "
        "so the times do not include imports and compilation."
    )
    if any(line.rival.is_ended for line in lines):
        print("over: stopped; not run: not started; both to keep the demo within a minute.")
    is_good = [line.rival.is_ended or line.rival.digest == line.ours.digest for line in lines]
    return 0 if all(is_good) else 1

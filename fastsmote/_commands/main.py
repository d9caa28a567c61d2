"""The `fastsmote` command: parse and check the arguments, then make one call.

Each command imports the heavy modules that it needs, so `--version` and errors are instant.
`resample`, `compare` and `report` parse their own arguments.
"""

import argparse
import os
import sys
import time

from fastsmote._notice import compiling, is_terminal

MIN_DEMO_ROWS = 1_000  # with 15 rows of fraud, enough for the samplers' neighbors


def _rows(text):
    try:
        n_rows = int(text)
    except ValueError:
        n_rows = 0
    if n_rows < MIN_DEMO_ROWS:
        raise argparse.ArgumentTypeError(
            f"must be an integer of {MIN_DEMO_ROWS} or more. Got {text!r} instead."
        )
    return n_rows


def _demo(args):
    from fastsmote._commands.demo import run

    with compiling.silenced():  # the demo shows its own progress
        return run(args.rows)


def _warmup(args):
    if is_terminal(sys.stderr):
        print("compiling all kernels, usually 15 to 60 s", file=sys.stderr, flush=True)
    from fastsmote._commands.warmup import warmup

    start = time.perf_counter()
    with compiling.silenced():
        n_kernels = len(warmup())
    print(f"{n_kernels} kernels ready in {time.perf_counter() - start:.1f} s")
    return 0


def _versions(args):
    from fastsmote._versions import show_versions

    show_versions()
    return 0


def _resample(arguments):
    # Arrow reads this variable at import. The system's allocator returns freed memory: with a
    # limit of 512 MiB, Arrow's own mimalloc was measured to keep 100 MiB more.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    from fastsmote.offline._command import run

    return run(arguments)


def _compare(arguments):
    from fastsmote._commands.compare import run

    return run(arguments)


def _report(arguments):
    from fastsmote._commands.report import run

    return run(arguments)


# The commands that parse their own arguments.
PARSING = {"resample": _resample, "compare": _compare, "report": _report}


def _version():
    from fastsmote import __version__

    return f"fastsmote {__version__}"


def _parser():
    parser = argparse.ArgumentParser(
        prog="fastsmote", description="imbalanced-learn's resamplers, compiled."
    )
    parser.add_argument("--version", action="version", version=_version())
    commands = parser.add_subparsers(required=True, metavar="command")

    demo = commands.add_parser(
        "demo",
        help="compare five samplers with imbalanced-learn's, in less than a minute",
        description="Resample a synthetic table of card payments with five samplers of "
        "imbalanced-learn and of fastsmote. Print the number of rows, the times, and whether "
        "the rows are identical. The exit status is 1 if any rows differ.",
    )
    demo.add_argument(
        "--rows",
        type=_rows,
        default=100_000,
        metavar="N",
        help="number of rows of the table (default: %(default)s)",
    )
    demo.set_defaults(command=_demo)

    warmup = commands.add_parser(
        "warmup",
        help="compile all kernels into the cache",
        description="Compile all kernels into the cache, so that no later call has to compile. "
        "Use it to build container images and in continuous integration.",
    )
    warmup.set_defaults(command=_warmup)

    versions = commands.add_parser(
        "versions",
        help="print versions and settings, for a report of a fault",
        description="Print the versions of Python, fastsmote and the packages that it uses, the "
        "number of threads, the CPU and the folder of the kernel cache. "
        "fastsmote.show_versions() prints the same.",
    )
    versions.set_defaults(command=_versions)

    for name, text in {
        "resample": "resample files that may be larger than memory into new files",
        "report": "report class counts, missing values and neighborhoods of a table",
        "compare": "compare samplers, class weights, thresholds and calibration on a table",
    }.items():
        commands.add_parser(name, add_help=False, help=text)
    return parser


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, optional
        The arguments. None means ``sys.argv[1:]``.

    Returns
    -------
    status : int
        0 on success; 1 if the demo finds rows that differ or the command fails; 2 if the
        arguments of a command of `PARSING` are invalid; 130 if interrupted.

    Raises
    ------
    SystemExit
        With status 2 if the arguments are invalid, 0 after ``--help`` or ``--version``.
    """
    argv = sys.argv[1:] if argv is None else argv
    try:
        if argv and argv[0] in PARSING:
            return PARSING[argv[0]](argv[1:])
        args = _parser().parse_args(argv)
        return args.command(args)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130

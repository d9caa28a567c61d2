"""The `fastsmote` command: parse, check, one call.

Everything heavy is imported by the command that needs it, so `--version` and errors are
instant. `resample` reads its own arguments.
"""

import argparse
import os
import sys
import time

from fastsmote._notice import compiling, is_terminal

MIN_DEMO_ROWS = 1_000  # 15 of fraud: enough for the neighbors that the samplers ask for


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

    with compiling.silenced():  # it shows on one line what it does
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


def _resample(arguments):
    # Arrow reads it as it is imported. The system's allocator gives memory back: under a
    # limit of 512 MiB mimalloc, Arrow's own, was measured to keep 100 MiB more.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    from fastsmote.offline._command import run

    return run(arguments)


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
        help="compare five samplers with imbalanced-learn's, within a minute",
        description="Resample a fraud-like table with five samplers of imbalanced-learn and of "
        "fastsmote, and print rows, times and whether the rows are the same. "
        "Exit status 1 if any are not.",
    )
    demo.add_argument(
        "--rows",
        type=_rows,
        default=100_000,
        metavar="N",
        help="rows of the table, %(default)s unless given",
    )
    demo.set_defaults(command=_demo)

    warmup = commands.add_parser(
        "warmup",
        help="compile all kernels into the cache",
        description="Compile all kernels into the cache, so that no first call has to: for "
        "images and continuous integration.",
    )
    warmup.set_defaults(command=_warmup)

    commands.add_parser(
        "resample",
        add_help=False,
        help="resample a table in files, larger than memory, into files",
    )
    return parser


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, optional
        The arguments, ``sys.argv[1:]`` unless given.

    Returns
    -------
    status : int
        0, 1 if the demo found rows that differ, or what was asked for failed, 2 if the
        arguments of `resample` are wrong, 130 if interrupted.

    Raises
    ------
    SystemExit
        With status 2 if the arguments are wrong, 0 after ``--help`` or ``--version``.
    """
    argv = sys.argv[1:] if argv is None else argv
    try:
        if argv[:1] == ["resample"]:
            return _resample(argv[1:])
        args = _parser().parse_args(argv)
        return args.command(args)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130

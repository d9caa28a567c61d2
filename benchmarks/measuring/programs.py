"""What the programs share: the parser, the types of options, the JSON and the signals."""

import argparse
import json
import os
import shlex
import signal
import sys
from pathlib import Path

from benchmarks.inputs.catalog import SAMPLERS


def make_parser(name, docstring):
    """A parser of the options of ``python -m NAME``.

    Parameters
    ----------
    name : str
        The name of the module, as in ``benchmarks.race``.
    docstring : str
        The module's docstring. ``--help`` shows its first line.
    """
    return argparse.ArgumentParser(
        prog=f"python -m {name}", description=docstring.partition("\n")[0]
    )


def add_samplers(parser):
    """Add the option --samplers, by default all samplers of ``inputs.catalog``."""
    parser.add_argument(
        "--samplers",
        nargs="+",
        default=list(SAMPLERS),
        choices=list(SAMPLERS),
        metavar="NAME",
        help="names in inputs/catalog.py",
    )


def positive(text):
    """A number above 0, for argparse."""
    value = float(text)
    if not value > 0:
        raise argparse.ArgumentTypeError(f"must be a number above 0. Got {text!r} instead.")
    return value


def whole(text):
    """An integer of 1 or more, for argparse."""
    if not (text.isdigit() and int(text) >= 1):
        raise argparse.ArgumentTypeError(f"must be an integer of 1 or more. Got {text!r} instead.")
    return int(text)


def command_of(module, arguments):
    """The command line for the record, with FOLDER in place of the user's folder of tables."""
    words = list(arguments)
    for i, word in enumerate(words):
        if word == "--data":
            words[i + 1] = "FOLDER"
        elif word.startswith("--data="):
            words[i] = "--data=FOLDER"
    return f"python -m {module} {shlex.join(words)}".strip()


def write_json(path, document):
    """Write a document to a file atomically, so that an interrupted run keeps its results."""
    path = Path(path)
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(json.dumps(document, indent=1) + "\n")
    os.replace(partial, path)


def end_by_signal():
    """Make SIGTERM raise SystemExit, so that the program ends its child processes."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))

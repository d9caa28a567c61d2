"""`python -m fastsmote script.py`: run a program with imbalanced-learn patched."""

from __future__ import annotations

import os
import runpy
import sys

USAGE = """\
usage: python -m fastsmote script.py [argument ...]
       python -m fastsmote -m module [argument ...]

Run a program as python would, with the compiled samplers instead of imbalanced-learn's.
For the commands compare, demo, report, resample and warmup see: fastsmote --help
"""
COMMANDS = ("compare", "demo", "report", "resample", "warmup")


def _run_module(arguments):
    sys.argv = arguments  # runpy replaces arguments[0] with the module's file
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def _run_script(arguments):
    sys.argv = arguments
    # With -P or PYTHONSAFEPATH, python does not add the script's folder to sys.path.
    if not getattr(sys.flags, "safe_path", False):
        sys.path[0] = os.path.dirname(os.path.realpath(arguments[0]))
    runpy.run_path(arguments[0], run_name="__main__")


def main(arguments: list[str]) -> int:
    """Run a program under `fastsmote.patch_imblearn`.

    Parameters
    ----------
    arguments : list of str
        The script, or "-m" and the module, followed by its arguments.

    Returns
    -------
    status : int
        0 on success; 2 if the script does not exist or the arguments are invalid.
        Exceptions of the program, including `SystemExit`, are not caught.
    """
    if arguments[:1] in (["-h"], ["--help"]):
        print(USAGE, end="")
        return 0
    is_module = arguments[:1] == ["-m"]
    program = arguments[1:] if is_module else arguments
    if not program or program[0].startswith("-"):
        print(USAGE, end="", file=sys.stderr)
        return 2
    if not is_module and not os.path.exists(program[0]):
        hint = "; for its commands, leave out python -m" if program[0] in COMMANDS else ""
        print(f"python -m fastsmote: no such file: {program[0]!r}{hint}", file=sys.stderr)
        return 2
    from fastsmote import patch_imblearn

    patch_imblearn()
    (_run_module if is_module else _run_script)(program)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

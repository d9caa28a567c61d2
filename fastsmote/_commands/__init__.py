"""The command line: `main` parses, `demo` and `warmup` run.

`fastsmote resample` is in `fastsmote.offline`.
"""

"""The command line: `main` parses the arguments; `demo` and `warmup` are the commands.

`fastsmote resample` is in `fastsmote.offline`.
"""

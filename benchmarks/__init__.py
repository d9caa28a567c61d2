"""Benchmarks of fastsmote.

Run one of the programs in this folder::

    python -m benchmarks.samplers      # time and rows, compared with imbalanced-learn
    python -m benchmarks.identity      # the share of rows that equal imbalanced-learn's
    python -m benchmarks.cold          # import time and the first call
    python -m benchmarks.race          # the libraries in turn, each in its own process
    python -m benchmarks.offline       # resampling of files, compared with a plain copy
    python -m benchmarks.distributed   # dask, compared with the same rows in memory
    python -m benchmarks.versions      # this checkout, compared with another one

``studies`` holds programs that each answer a single question, and ``asv_suite`` holds the
benchmarks that asv runs over the history. ``inputs`` and ``measuring`` are what the programs
share. ``results`` holds the recorded output of the published race.
"""

"""The number of rows and queries whose products fit in the CPU's registers."""

from llvmlite import binding
from numba.core import config


def cpu_features():
    """The CPU features for which Numba compiles, set by the user or detected."""
    if config.CPU_FEATURES is not None:
        return {name[1:] for name in config.CPU_FEATURES.split(",") if name.startswith("+")}
    return {name for name, has_it in binding.get_host_cpu_features().items() if has_it}


# The numbers of rows (lanes) and of queries in a tile. Their sums fill 16 of the 32 registers
# of AVX-512, 12 of the 16 of AVX2, or 24 of the 32 of NEON; coordinates need some of the others.
# Measured with AVX2, in 10^9 multiply-adds per second: OpenBLAS sgemm 37, 4 x 64 (too large for
# the registers) 7.5, 4 x 16 26, 6 x 16 31.
LANES, TILE_ROWS = (64, 4) if "avx512f" in cpu_features() else (16, 6)
# The number of queries whose coefficients are computed in one vector, and how many of them are
# in whole tiles and kept. Vectors of 24 queries, all kept, were four times slower with AVX2: LLVM
# takes vectors apart whose length is not a power of two.
QUERIES = 16 if LANES == 64 else 8
MEASURED = QUERIES // TILE_ROWS * TILE_ROWS

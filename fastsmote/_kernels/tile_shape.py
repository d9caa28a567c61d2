"""How many queries and rows are measured against each other in the CPU's registers."""

from llvmlite import binding
from numba.core import config


def _cpu_features():
    """What the machine code may use, as Numba is told or sees it."""
    if config.CPU_FEATURES is not None:
        return {name[1:] for name in config.CPU_FEATURES.split(",") if name.startswith("+")}
    return {name for name, has_it in binding.get_host_cpu_features().items() if has_it}


# Rows along the lanes, and queries. Their sums fill 16 of the 32 registers of AVX-512, 12 of
# AVX2's 16, 24 of NEON's 32; the row's coordinates and one query's need some of the rest.
# Measured on a CPU of AVX2, beside 37 G multiply-adds a second of OpenBLAS sgemm: 7.5 with
# 4 x 64, which do not fit, 26 with 4 x 16, 31 with 6 x 16.
LANES, TILE_ROWS = (64, 4) if "avx512f" in _cpu_features() else (16, 6)

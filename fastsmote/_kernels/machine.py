"""What the kernels are compiled for on this machine, and where they are kept."""

from llvmlite import binding
from numba.core import config

from fastsmote._kernels import cache, interpolation, tile_shape

# The instruction sets that decide the width of a register, the widest first, in bits.
REGISTERS = {"avx512f": 512, "avx2": 256, "avx": 256, "neon": 128, "sse2": 128}


def cpu_name():
    """LLVM's name of the CPU for which Numba compiles, set by the user or detected."""
    return config.CPU_NAME or binding.get_host_cpu_name()


def simd_shape():
    """The widest vector instructions, and the shape of the tiles of the search."""
    tiles = f"tiles of {tile_shape.LANES} rows x {tile_shape.TILE_ROWS} queries"
    if config.DISABLE_JIT:
        return f"{tiles}, in NumPy: NUMBA_DISABLE_JIT is set"
    features = tile_shape.cpu_features()
    name = next((name for name in REGISTERS if name in features), None)
    return f"{name}, {REGISTERS[name]} bits; {tiles}" if name else f"instructions unknown; {tiles}"


def cache_folder():
    """The folder of the kernel cache, and why kernels are not kept: one of them is None."""
    if config.DISABLE_JIT:
        return None, "NUMBA_DISABLE_JIT is set"
    folder = interpolation.interpolate.stats.cache_path
    if folder is None:
        return None, cache.reasons[0]
    return folder, None

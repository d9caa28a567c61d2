"""The kernels as plain Python reach nearly every line; checked, no index is out of range."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import njit

from fastsmote._kernels import simd, simd_in_numpy

FOLDER = Path(__file__).parents[1]
LEAST_PERCENT = 95.0
# What takes seconds without a compiler, and what starts processes of its own.
SMALL_TESTS = ["test_fuzzing.py", "test_frames.py"]


def run_python(*args, **environment):
    return subprocess.run(
        [sys.executable, *map(str, args)],
        cwd=FOLDER,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def names_of_intrinsics():
    made_here = [name for name, value in vars(simd_in_numpy).items() if callable(value)]
    return sorted(name for name in made_here if not name.startswith("_"))


def test_every_intrinsic_stands_in_numpy_too():
    compiled = {name for name, value in vars(simd).items() if type(value).__name__ == "_Intrinsic"}
    assert compiled == set(names_of_intrinsics())


def all_vectors(a, b, doubles, place, out, bits):
    """Every intrinsic once; out holds the vectors, bits the rest."""
    x, y = simd.load(a, place), simd.load(b, 0)
    z = simd.load_splat(b, place)
    simd.store(out, 0, simd.fma(x, y, z))
    simd.store(out, 64, simd.larger(simd.add(x, y), simd.sub(x, y)))
    simd.store(out, 128, simd.smaller(simd.mul(x, y), simd.splat64(np.float32(0.25))))
    offsets = simd.load_offsets(doubles, place, 0.5, 2.0)
    simd.store(out, 192, simd.sqrt(simd.mul(offsets, offsets)))
    simd.store(out, 208, simd.splat(np.float32(3.0)))
    simd.store_fours(out, 224, 5, offsets)
    bits[0] = passed = simd.not_above(x, z)
    bits[1] = simd.not_above(offsets, simd.splat(np.float32(0.0)))
    bits[2] = simd.lowest_bit(passed)
    bits[3] = simd.place_of_least(x, passed)
    bits[4], bits[5] = simd.bit(place), simd.bit_if(passed, place)
    bits[6], bits[7] = simd.first_bits(place), simd.sixteen_bits(place)
    bits[8] = simd.bit_if(bits[0] & ~bits[0], place)


@pytest.mark.parametrize("place", [3, 40])
def test_vectors_in_numpy_are_those_in_registers(place, monkeypatch):
    rng = np.random.RandomState(place)
    a, b = rng.randn(2, 128).astype(np.float32)
    a[place + 7] = np.nan
    results = []
    compiled = njit(all_vectors)
    for function in (compiled, all_vectors):
        out, bits = np.zeros(320, np.float32), np.zeros(9, np.uint64)
        function(a, b, rng.__class__(0).randn(128), place, out, bits)
        results.append((out, bits))
        for name in names_of_intrinsics():
            monkeypatch.setattr(simd, name, getattr(simd_in_numpy, name))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-6)
    np.testing.assert_array_equal(results[0][1], results[1][1])


OUTSIDE = """
import numpy as np
from fastsmote._kernels.jit import kernel
from fastsmote._kernels.simd import load, load_offsets, load_splat, prefetch, store, store_fours
from fastsmote._kernels.simd import splat

@kernel
def use(which, index, single, double, table):
    if which == 0:
        store(single, 0, load(single, index))
    elif which == 1:
        store(single, index, load_splat(single, 0))
    elif which == 2:
        store(single, 0, load_splat(single, index))
    elif which == 3:
        store(single, 0, load_offsets(double, index, 0.0, 1.0))
    elif which == 4:
        store_fours(single, index, 5, splat(np.float32(0.0)))
    else:
        prefetch(table, index)

arrays = np.zeros(64, np.float32), np.zeros(16), np.zeros((3, 5))
inside = [0, 0, 63, 0, 0, 2]
for which, last in enumerate(inside):
    use(which, last, *arrays)
    for index in (last + 1, -1):
        try:
            use(which, index, *arrays)
        except IndexError:
            continue
        raise SystemExit(f"{which}: {index} is outside and was not found")
"""


@pytest.mark.parametrize("option", ["NUMBA_BOUNDSCHECK", "NUMBA_DISABLE_JIT"])
def test_a_vector_outside_its_array_is_an_index_error(option, tmp_path):
    done = run_python("-c", OUTSIDE, **{option: "1", "NUMBA_CACHE_DIR": str(tmp_path)})
    assert done.returncode == 0, done.stdout + done.stderr


def test_small_tables_reach_nearly_every_line(tmp_path):
    data = tmp_path / "coverage"
    tests = [FOLDER / "tests" / name for name in SMALL_TESTS]
    ran = run_python(
        "-m", "coverage", "run", "--source=fastsmote", f"--data-file={data}",
        "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not large", *tests,
        NUMBA_DISABLE_JIT="1",
        FASTSMOTE_FUZZ_EXAMPLES="25",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-3000:]
    report = tmp_path / "coverage.json"
    run_python("-m", "coverage", "json", f"--data-file={data}", "-o", report)
    covered = json.loads(report.read_text())
    by_file = {
        name: round(file["summary"]["percent_covered"])
        for name, file in covered["files"].items()
        if file["summary"]["percent_covered"] < LEAST_PERCENT
    }
    assert covered["totals"]["percent_covered"] >= LEAST_PERCENT, by_file

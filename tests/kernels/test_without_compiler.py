"""The kernels as plain Python give what the compiled ones do; no index is out of range."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.exact_imblearn import fit_resample_exactly
from helpers.reference import edited, k_nearest
from numba import config, njit
from scipy import sparse

from fastsmote import combine, over_sampling, regenerate, threads, under_sampling
from fastsmote._kernels import scan_tile, simd, simd_in_numpy, tile
from fastsmote._kernels.layout import SCAN_QUERIES, SCAN_ROWS
from fastsmote._kernels.tile_shape import LANES, TILE_ROWS
from fastsmote._search import class_index, kd_tree, mixed, projection, scan, self_join
from fastsmote._synthesis import draws
from fastsmote.neighbors import NearestNeighbors

FOLDER = Path(__file__).parents[2]


needs_compiler = pytest.mark.skipif(bool(config.DISABLE_JIT), reason="NUMBA_DISABLE_JIT is set")


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


@needs_compiler
def test_every_intrinsic_stands_in_numpy_too():
    made = {**vars(simd), **vars(tile), **vars(scan_tile)}.items()
    compiled = {name for name, value in made if type(value).__name__ == "_Intrinsic"}
    assert compiled == set(names_of_intrinsics())


def all_vectors(a, b, doubles, place, out, bits, sums_of_squares):
    """Every intrinsic once; out holds the vectors, bits the rest."""
    x, y = simd.load64(a, place), simd.load64(b, 0)
    z = simd.load_splat64(b, place)
    simd.store(out, 0, simd.fma(x, y, z))
    simd.store(out, 64, simd.larger(simd.add(x, y), simd.sub(x, y)))
    simd.store(out, 128, simd.smaller(simd.mul(x, y), simd.splat64(np.float32(0.25))))
    simd.store(out, 192, tile.load_panel(a, 1, LANES + 3))
    offsets = tile.load_scaled(doubles, place, 2.0, -0.5)
    simd.store(out, 256, simd.sqrt(simd.mul(offsets, offsets)))
    simd.store(out, 280, tile.splat_queries(np.float32(3.0)))
    tile.store_tiles(out, 320, 2 * TILE_ROWS, offsets)
    sums = tile.tile_of(tile.splat(np.float32(0.5)))
    sums = tile.add_products(sums, b, place, tile.load(a, place))
    tile.mark_not_above(sums, b, 60, bits[16:], 64 - LANES)
    tile.mark_not_above(sums, b, 3, bits[16:], 0)
    simd.prefetch_at(a, len(a))
    bits[0], bits[1] = simd.nonzero64(bits[20:]), simd.nonzero64(bits[22:])
    bits[2] = passed = simd.not_above(x, z)
    bits[3] = simd.not_above(offsets, tile.splat_queries(np.float32(0.0)))
    bits[4] = simd.lowest_bit(passed)
    bits[5] = simd.place_of_least(x, passed)
    bits[6] = simd.bit(place)
    bits[7], bits[8] = simd.first_bits(place), tile.query_bits(place)
    of_rows = tile.load(a, place + 9)
    bits[9] = tile.mark_either(sums, b, b[7:], of_rows, 60, bits[16:], 64 - LANES)
    bits[10] = tile.mark_either(sums, b, b[7:], of_rows, 3, bits[16:], 0)
    squares = scan_tile.add_squares(
        scan_tile.zero_sums(), doubles.reshape(32, 4), 3, 31, 1, doubles, place
    )
    squares = scan_tile.add_squares(squares, a.reshape(80, 4), 30, 31, 3, doubles, 0)
    bits[11] = scan_tile.sums_below(squares, doubles, place)
    scan_tile.store_sums(squares, sums_of_squares)
    rough = scan_tile.add_rough_squares(scan_tile.rough_zeros(), a, place, 5, b, place)
    rough = scan_tile.add_rough_squares(rough, a, 0, 1, b, 9)
    bits[12] = scan_tile.rough_not_above(rough, b, 20)


@needs_compiler
@pytest.mark.parametrize("place", [3, 40])
def test_vectors_in_numpy_are_those_in_registers(place, monkeypatch):
    rng = np.random.RandomState(place)
    a, b = rng.randn(2, 320).astype(np.float32)
    a[place + 7] = np.nan
    results = []
    compiled = njit(all_vectors)
    for function in (compiled, all_vectors):
        out, bits = np.zeros(400, np.float32), np.zeros(90, np.uint64)
        sums_of_squares = np.zeros(SCAN_ROWS * SCAN_QUERIES)
        function(a, b, rng.__class__(0).randn(128), place, out, bits, sums_of_squares)
        results.append((out, bits, sums_of_squares))
        for name in names_of_intrinsics():
            module = next(module for module in (simd, tile, scan_tile) if hasattr(module, name))
            monkeypatch.setattr(module, name, getattr(simd_in_numpy, name))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-6)
    np.testing.assert_array_equal(results[0][1], results[1][1])
    np.testing.assert_array_equal(results[0][2], results[1][2])


OUTSIDE = """
import numpy as np
from fastsmote._kernels.jit import kernel
from fastsmote._kernels.scan_tile import (
    add_rough_squares, add_squares, rough_not_above, rough_zeros, store_sums, sums_below, zero_sums,
)
from fastsmote._kernels.simd import load_splat64, nonzero64, prefetch, splat64, store
from fastsmote._kernels.tile import (
    add_products, load, load_panel, load_scaled, mark_either, mark_not_above, splat,
    splat_queries, store_tiles, tile_of,
)
from fastsmote._kernels.tile_shape import LANES, MEASURED, QUERIES, TILE_ROWS

@kernel
def use(which, index, single, double, bits, words, doubles, table):
    zero = np.float32(0.0)
    if which == 0:
        store(single, 0, load(single, index))
    elif which == 1:
        store(single, index, splat64(zero))
    elif which == 2:
        store(single, 0, load_splat64(single, index))
    elif which == 3:
        store(single, 0, load_scaled(double, index, 1.0, 0.0))
    elif which == 4:
        store_tiles(single, index, 9, splat_queries(zero))
    elif which == 5:
        store(single, 0, load_panel(single, index, LANES))
    elif which == 6:
        mark_not_above(add_products(tile_of(splat(zero)), single, index, splat(zero)),
                       single, 0, bits, 0)
    elif which == 7:
        mark_not_above(tile_of(splat(zero)), single, index, bits, 0)
    elif which == 8:
        nonzero64(words[index:])
    elif which == 9:
        bits[0] = mark_either(tile_of(splat(zero)), single, single, splat(zero), index, bits, 0)
    elif which == 10:
        store_sums(add_squares(zero_sums(), table, 0, 2, 0, doubles, index), doubles)
    elif which == 11:
        store_sums(add_squares(zero_sums(), table, 0, index, 0, doubles, 0), doubles)
    elif which == 12:
        store_sums(add_squares(zero_sums(), table, 0, 2, index, doubles, 0), doubles)
    elif which == 13:
        bits[0] = sums_below(zero_sums(), doubles, index)
    elif which == 14:
        store_sums(zero_sums(), doubles[index:])
    elif which == 15:
        bits[0] = rough_not_above(
            add_rough_squares(rough_zeros(), single, index, 9, single, 0), single, 0)
    elif which == 16:
        bits[0] = rough_not_above(
            add_rough_squares(rough_zeros(), single, 0, 1, single, index), single, 0)
    elif which == 17:
        bits[0] = rough_not_above(rough_zeros(), single, index)
    else:
        prefetch(table, index)

arrays = (np.zeros(64, np.float32), np.zeros(QUERIES), np.zeros(20, np.uint64),
          np.zeros(66, np.uint64), np.zeros(40), np.zeros((3, 5)))
last_tile = 64 - 9 * (MEASURED // TILE_ROWS - 1) - TILE_ROWS
inside = [64 - LANES, 0, 63, 0, last_tile, 0, 64 - TILE_ROWS, 20 - TILE_ROWS, 2, 20 - TILE_ROWS,
          32, 2, 4, 32, 8, 64 - 28, 48, 48, 2]
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


OF_A_SHAPE = """
import sys
import numpy as np
from fastsmote._kernels import tile_shape

names = "LANES", "TILE_ROWS", "QUERIES", "MEASURED"
vars(tile_shape).update(zip(names, map(int, sys.argv[1:])))

from fastsmote.neighbors import NearestNeighbors
from fastsmote.under_sampling import EditedNearestNeighbours
from fastsmote._search import self_join
self_join.CELL_BLOCKS, self_join.pays_off = 1, lambda *args: True
sys.path.insert(0, "tests")
from helpers.reference import k_nearest

rng = np.random.RandomState(0)
for n_rows, n_features in ((64, 3), (700, 2), (300, 17)):
    X = np.concatenate([rng.randn(n_rows, n_features), rng.randint(0, 2, (70, n_features))])
    search = NearestNeighbors(n_neighbors=3).fit(X)
    for queries in (np.arange(len(X)), np.arange(65)):
        expected = k_nearest(X, queries, 3, exclude_self=False)[1]
        found = search.kneighbors(X[queries], return_distance=False)
        np.testing.assert_array_equal(found, expected)
    expected = k_nearest(X, np.arange(len(X)), 3, exclude_self=True)[1]
    np.testing.assert_array_equal(search.kneighbors(return_distance=False), expected)
    y = (rng.uniform(size=len(X)) < 0.3).astype(int)
    sampler = EditedNearestNeighbours()
    sampler.fit_resample(X, y)
    print(sampler.sample_indices_.tolist())
"""


@pytest.mark.slow
@pytest.mark.parametrize("option", ["NUMBA_BOUNDSCHECK", "NUMBA_DISABLE_JIT"])
def test_neighbors_do_not_depend_on_the_shape_of_a_tile(option, tmp_path):
    printed = set()
    for shape in ((64, 4, 16, 16), (16, 6, 8, 6)):
        cache = {"NUMBA_CACHE_DIR": str(tmp_path / f"{shape}"), option: "1"}
        done = run_python("-c", OF_A_SHAPE, *shape, **cache)
        assert done.returncode == 0, done.stderr
        printed.add(done.stdout)
    assert len(printed) == 1


# Small tables on the ways of large ones: as quick without a compiler as with one


@pytest.fixture
def small_is_large(monkeypatch):
    """Take the ways of large tables: several parts a tree, rows in order, no copies twice."""
    monkeypatch.setattr(projection, "LEAST_PRODUCTS_TO_ROTATE", 0)
    monkeypatch.setattr(projection, "LEAST_ROWS_TO_ORDER", 0)
    monkeypatch.setattr(projection, "LEAST_QUERIES", 0)
    monkeypatch.setattr(class_index, "MANY_QUERIES", 0)
    monkeypatch.setattr(kd_tree, "SUBTREE_BLOCKS", 2)


SPARSE_SAMPLERS = [
    over_sampling.SMOTE(random_state=0),
    over_sampling.BorderlineSMOTE(random_state=0),
    over_sampling.BorderlineSMOTE(random_state=0, kind="borderline-2"),
    over_sampling.ADASYN(random_state=0),
    under_sampling.TomekLinks(),
    under_sampling.EditedNearestNeighbours(),
    under_sampling.EditedNearestNeighbours(kind_sel="mode"),
    combine.SMOTETomek(random_state=0),
    combine.SMOTEENN(random_state=0),
]


@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csc_matrix])
@pytest.mark.parametrize("sampler", SPARSE_SAMPLERS, ids=repr)
def test_small_sparse_tables_give_the_rows_of_dense_ones(sampler, make):
    X = sparse.random(60, 90, 0.05, "csr", random_state=np.random.RandomState(0)).toarray()
    y = np.random.RandomState(0).permutation(np.repeat([0, 1, 2], [35, 15, 10]))
    got, got_y = sampler.fit_resample(make(X), y)
    expected, expected_y = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(got.toarray(), expected)
    np.testing.assert_array_equal(got_y, expected_y)


def test_small_trees_of_several_parts_find_what_the_definition_says(small_is_large):
    X = np.random.RandomState(0).randn(700, 2)
    search = NearestNeighbors(n_neighbors=3).fit(X)
    expected = k_nearest(X, np.arange(700), 3, exclude_self=True)[1]
    np.testing.assert_array_equal(search.kneighbors(return_distance=False), expected)
    assert search.kneighbors_graph(X[:5]).shape == (5, 700)
    with threads(2):
        found = search.kneighbors(X[:200], 1, return_distance=False)
    np.testing.assert_array_equal(found.ravel(), np.arange(200))


def test_small_trees_are_joined_with_themselves(monkeypatch):
    monkeypatch.setattr(self_join, "pays_off", lambda *args: True)
    monkeypatch.setattr(self_join, "CELL_BLOCKS", 1)
    X = np.random.RandomState(0).randn(600, 7)
    expected = k_nearest(X, np.arange(600), 3, exclude_self=True)[1]
    found = NearestNeighbors(n_neighbors=3).fit(X).kneighbors(return_distance=False)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("is_screened", [False, True])
def test_small_tables_are_scanned_in_tasks(is_screened, monkeypatch):
    monkeypatch.setattr(scan, "LEAST_SCANNED", 1)
    monkeypatch.setattr(scan, "MOST_SCANNED", 1600)
    monkeypatch.setattr(scan, "LEAST_SCREENED_ROWS", 0 if is_screened else 10**9)
    X = np.random.RandomState(0).randn(70, 3)
    expected = k_nearest(X, np.arange(9), 4)[1]
    np.testing.assert_array_equal(scan.scan(X, X[:9], 4).neighbor_rows, expected)


def test_small_tables_of_copies_are_edited_as_the_definition_says(small_is_large):
    rng = np.random.RandomState(0)
    X, y = rng.randint(0, 3, (300, 2)).astype(float), (rng.uniform(size=300) < 0.3).astype(int)
    sampler = under_sampling.EditedNearestNeighbours(sampling_strategy="all")
    sampler.fit_resample(X, y)
    kept = np.concatenate([edited(X, y, label, 3, "all") for label in (0, 1)])
    np.testing.assert_array_equal(sampler.sample_indices_, kept)


def test_small_shuffles_draw_as_numpy_does(monkeypatch):
    monkeypatch.setattr(draws, "MANY_ROWS", 2)
    for n_rows in (2, 3, 100):
        ours, numpys = np.random.RandomState(n_rows), np.random.RandomState(n_rows)
        got = draws.draw_rows(ours, n_rows, n_rows // 2)
        np.testing.assert_array_equal(got, numpys.choice(n_rows, n_rows // 2, replace=False))
        assert ours.randint(2**31) == numpys.randint(2**31)


def test_small_tables_of_many_categories_and_classes(monkeypatch):
    monkeypatch.setattr(mixed, "FEW_CATEGORIES", 2)
    monkeypatch.setattr(mixed, "MANY_PAIRS", 10**9)
    rng = np.random.RandomState(0)
    X = np.column_stack([rng.randn(60), rng.randint(0, 12, (60, 2))])
    y = np.repeat(np.arange(10), [12, 6, 6, 6, 5, 5, 5, 5, 5, 5])
    for name, params in (
        ("SMOTENC", {"categorical_features": [1, 2], "k_neighbors": 2, "random_state": 0}),
        ("SMOTEN", {"k_neighbors": 2, "random_state": 0}),
    ):
        got = getattr(over_sampling, name)(**params).fit_resample(X, y)
        expected = fit_resample_exactly(name, params, X, y)
        np.testing.assert_array_equal(got[0], expected[0])


def test_small_provenance_makes_the_rows_again():
    X, y = np.random.RandomState(0).randn(40, 3), np.repeat([0, 1], [28, 12])
    sampler = over_sampling.SMOTE(random_state=0)
    resampled, _ = sampler.fit_resample(X, y)
    np.testing.assert_array_equal(regenerate(X, sampler.provenance_), resampled[40:])

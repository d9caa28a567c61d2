"""Every class of the asv suite runs, at its smallest size."""

import importlib
import inspect
import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from benchmarks.inputs.catalog import INTELEX, OURS, STOCK

ROOT = Path(__file__).resolve().parents[2]

pytest.importorskip("pandas")
pytest.importorskip("polars")
pytest.importorskip("pyarrow")

SUITE = ROOT / "benchmarks" / "asv_suite"
# It must not be imported here: the other libraries refuse to run beside it.
needs_intelex = pytest.mark.skipif(find_spec("sklearnex") is None, reason="no sklearnex")
KINDS = ("time_", "timeraw_", "track_", "peakmem_")


def load_suite():
    """{name: class} of every class that asv would run."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FASTSMOTE_ASV_PROFILE", "quick")
        for path in sorted(SUITE.glob("[a-z]*.py")):
            module = importlib.import_module(f"benchmarks.asv_suite.{path.stem}")
            for name, cls in inspect.getmembers(module, inspect.isclass):
                if cls.__module__ == module.__name__ and methods_of(cls):
                    found[f"{path.stem}.{name}"] = cls
    return found


def methods_of(cls):
    return [name for name in dir(cls) if name.startswith(KINDS)]


CLASSES = load_suite()


def smallest(cls, library):
    """The first value of each parameter, but the library that is asked for."""
    names, params = getattr(cls, "param_names", []), getattr(cls, "params", [])
    return [
        library if name == "library" else values[0]
        for name, values in zip(names, params, strict=True)
    ]


def run_smallest(cls, library):
    """What asv does with a class; {method: result}."""
    cell = smallest(cls, library)
    benchmark = type(cls.__name__, (cls,), {"params": [[value] for value in cell]})()
    if hasattr(benchmark, "setup_cache"):
        benchmark.setup_cache()
    results = {}
    for name in methods_of(cls):
        if hasattr(benchmark, "setup"):
            benchmark.setup(*cell)
        try:
            results[name] = getattr(benchmark, name)(*cell)
            if name.startswith("timeraw_"):
                statement, setup = results[name]
                code = f"{setup}\n{statement}"
                subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
        finally:
            if hasattr(benchmark, "teardown"):
                benchmark.teardown(*cell)
    return results


RUNS = [
    (name, library)
    for name, cls in CLASSES.items()
    for library in ((STOCK, OURS) if "library" in getattr(cls, "param_names", []) else (OURS,))
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "library"), RUNS)
def test_a_class_runs_at_its_smallest_size(name, library, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for method, result in run_smallest(CLASSES[name], library).items():
        if method.startswith("track_"):
            assert 0 < result <= 2


@needs_intelex
def test_intelex_runs_in_a_process_of_its_own(tmp_path):
    code = (
        f"import sys; sys.path[:] = {[str(Path(__file__).parent), *sys.path]!r}\n"
        "from test_asv_suite import CLASSES, run_smallest\n"
        f"run_smallest(CLASSES['samplers.SmoteByRows'], {INTELEX!r})\n"
        "import sklearn.neighbors; print(sklearn.neighbors.NearestNeighbors.__module__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.stdout.startswith("sklearnex."), done.stderr


def test_each_class_has_a_cache_of_its_own():
    """asv knows a cache by its line: one that is inherited would serve another grid."""
    shared = [
        name
        for name, cls in CLASSES.items()
        if hasattr(cls, "setup_cache") and "setup_cache" not in vars(cls)
    ]
    assert shared == []


def found_by(name, library):
    """What a class's run returns at its smallest size."""
    cls = CLASSES[name]
    cell = smallest(cls, library)
    benchmark = type(cls.__name__, (cls,), {"params": [[value] for value in cell]})()
    benchmark.setup_cache()
    benchmark.setup(*cell)
    try:
        return benchmark.run(), benchmark.y
    finally:
        benchmark.teardown(*cell)


def test_both_libraries_are_asked_for_the_same_rows_in_danger(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (stock, _), (ours, _) = (found_by("danger.DangerByRows", name) for name in (STOCK, OURS))
    assert stock.tolist() == ours.tolist()


def test_both_libraries_are_asked_for_the_same_links(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (is_removed, _), (links, y) = (found_by("tomek.LinksByRows", name) for name in (STOCK, OURS))
    majority_ends = links[y[links] == 0]
    assert sorted(majority_ends) == is_removed.nonzero()[0].tolist()


def test_what_a_peer_could_not_do_is_skipped_and_ours_never():
    from benchmarks.asv_suite.base import skip_if_too_slow

    skip_if_too_slow(OURS, 10**7, 10**7, 20)
    skip_if_too_slow(STOCK, 100, 1000, 20)
    with pytest.raises(NotImplementedError, match=r"would compute 2e\+15 products"):
        skip_if_too_slow(STOCK, 10**7, 10**7, 20)


def test_a_profile_of_another_name_is_refused(monkeypatch):
    from benchmarks.asv_suite.base import profile

    monkeypatch.setenv("FASTSMOTE_ASV_PROFILE", "huge")
    with pytest.raises(ValueError, match="Got 'huge'"):
        profile()


def test_profiles_grow_from_a_thousand_to_ten_million_rows():
    from benchmarks.asv_suite.base import PROFILES

    rows = [PROFILES[name]["rows"] for name in ("quick", "regular", "large")]
    assert all(sizes[0] == 1_000 for sizes in rows)
    assert [sizes[-1] for sizes in rows] == [10_000, 100_000, 10_000_000]


def test_the_configuration_names_folders_that_are_there():
    text = (ROOT / "benchmarks" / "asv.conf.json").read_text()
    configuration = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    assert (ROOT / "benchmarks" / configuration["benchmark_dir"]) == SUITE
    assert (ROOT / "benchmarks" / configuration["repo"]).resolve() == ROOT


def test_every_file_of_the_suite_is_in_the_readme():
    text = (ROOT / "benchmarks" / "README.md").read_text()
    files = {name.partition(".")[0] for name in CLASSES}
    assert {name for name in files if f"`{name}.py`" not in text} == set()


def test_files_are_resampled_into_balanced_ones(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cls = CLASSES["offline.ResampleFiles"]
    benchmark = type(cls.__name__, (cls,), {"params": [["smote"], [1_000]]})()
    benchmark.setup_cache()
    benchmark.setup("smote", 1_000)
    summary = benchmark.run()
    (n_majority, n_minority) = summary["classes"].values()
    assert summary["rows_read"] == n_majority + n_minority == 1_000
    assert summary["rows_written"] == 2 * n_majority

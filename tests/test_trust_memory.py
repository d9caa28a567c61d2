"""Memory: no growth, a peak within the formula of PROMISES.md, an error where there is none."""

import json
import re
import sys
from pathlib import Path

import pytest
from programs import PREAMBLE, SMALL_TASKS, THREE_THREADS, run_program

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="memory is measured on Linux"
)

GROWTH = """
import gc, json

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

X, y = make_table(120)
grown = {}
for sampler in make_samplers():
    name = type(sampler).__name__
    if name not in sys.argv[1:]:
        continue
    for _ in range(100):
        sampler.fit_resample(X, y)
    for _ in range(3):  # a leak goes on; memory that the allocator takes once does not
        gc.collect()
        before, n_objects = resident(), len(gc.get_objects())
        for _ in range(1000):
            sampler.fit_resample(X, y)
        gc.collect()
        grown[name] = resident() - before, len(gc.get_objects()) - n_objects
        if grown[name][0] <= 800_000 and grown[name][1] <= 100:
            break
print(json.dumps(grown))
"""


def test_a_thousand_calls_leave_nothing_behind():
    names = ["SMOTE", "SMOTENC", "SMOTEN", "RandomOverSampler", "TomekLinks"]
    names += ["EditedNearestNeighbours", "CondensedNearestNeighbour", "NearMiss", "SMOTETomek"]
    grown = json.loads(run_program(PREAMBLE + GROWTH, *names, timeout=300)[-1])
    assert set(grown) == set(names)
    # A leak of the smallest array, of 120 rows, would be 960,000 bytes and 1,000 objects.
    assert {name: growth for name, growth in grown.items() if growth[0] > 800_000} == {}
    assert {name: growth for name, growth in grown.items() if growth[1] > 100} == {}


PEAKS = """
import json
from fastsmote import threads

def status(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))

def make_large(n_rows, n_features=10):
    random_state = np.random.RandomState(0)
    y = (random_state.uniform(size=n_rows) < 0.02).astype(int)
    X = np.empty((n_rows, n_features))
    for start in range(0, n_rows, 10_000):  # no temporary as large as X
        part = X[start : start + 10_000]
        part[:] = random_state.randn(*part.shape) + 2.0 * y[start : start + 10_000, None]
    X[:, -1] = np.arange(n_rows) % 5
    return X, y

def peak(sampler, X, y):
    # Bytes above input and output, and the facts that the formula takes.
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = status("VmRSS")
    X_new, y_new = sampler.fit_resample(X, y)
    q = max(0, sum(getattr(sampler, "smote_", sampler).sampling_strategy_.values()))
    q = q if hasattr(sampler, "provenance_") or hasattr(sampler, "smote_") else len(y_new) - len(y)
    return status("VmHWM") - before - X_new.nbytes - y_new.nbytes, len(y), int(y.sum()), int(q)

SAMPLERS = {
    "SMOTE": SMOTE(random_state=0), "BorderlineSMOTE": BorderlineSMOTE(random_state=0),
    "ADASYN": ADASYN(random_state=0), "SMOTENC": SMOTENC([9], random_state=0),
    "RandomOverSampler": RandomOverSampler(random_state=0),
    "RandomUnderSampler": RandomUnderSampler(random_state=0), "TomekLinks": TomekLinks(),
    "EditedNearestNeighbours": EditedNearestNeighbours(), "NearMiss": NearMiss(),
    "SMOTETomek": SMOTETomek(random_state=0),
}
peaks = []
with threads(2):
    for n_rows in (3_000, 10_000, 100_000, 1_000_000):
        X, y = make_large(n_rows)
        for name, sampler in SAMPLERS.items():
            if n_rows == 1_000_000 and name not in sys.argv[1:]:
                continue
            facts = peak(sampler, X, y)
            if n_rows > 3_000:  # which compiled
                peaks.append([name, *facts])
print(json.dumps(peaks))
"""

# Of each sampler: which rows are searched, k, and how many copies of the output there are.
FAMILIES = {
    "SMOTE": ("minority", 5, 0),
    "BorderlineSMOTE": ("all", 10, 0),
    "ADASYN": ("all", 5, 0),
    "SMOTENC": ("minority", 5, 2),
    "RandomOverSampler": ("none", 0, 1),
    "RandomUnderSampler": ("none", 0, 0),
    "TomekLinks": ("all", 1, 0),
    "EditedNearestNeighbours": ("all", 3, 0),
    "NearMiss": ("all", 3, 0),
    "SMOTETomek": ("new", 5, 1),
}

LARGE = ["SMOTE", "RandomOverSampler", "RandomUnderSampler", "TomekLinks", "SMOTETomek"]


def most_bytes(name, n, m, q, d=10, itemsize=8, n_threads=2):
    """The formula of PROMISES.md, for n rows, m of them of the minority, and q new ones."""
    searched, k, n_copies = FAMILIES[name]
    n_searched = {"minority": m, "all": n, "new": n + q, "none": 0}[searched]
    search = n_searched * (d * (itemsize + 5) + 48 * k + 100)
    copies = n_copies * (n + q) * (d * itemsize + 24)
    return 24 * 2**20 * n_threads + 40 * (n + q) + search + copies


@pytest.fixture(scope="module")
def peaks():
    told = json.loads(run_program(PREAMBLE + PEAKS, *LARGE, timeout=300)[-1])
    return {(name, n): (peak, m, q) for name, peak, n, m, q in told}


@pytest.mark.parametrize(
    ("name", "n"),
    [(name, n) for name in FAMILIES for n in (10_000, 100_000)]
    + [(name, 1_000_000) for name in LARGE],
)
def test_the_peak_is_within_the_formula(name, n, peaks):
    peak, m, q = peaks[name, n]
    assert peak <= most_bytes(name, n, m, q)


def test_the_formula_is_that_of_the_promises():
    text = (Path(__file__).parents[1] / "PROMISES.md").read_text()
    formula = "24 MiB x threads + 40 (n + q) + s (d (b + 5) + 48 k + 100) + c (n + q) (d b + 24)"
    assert formula in text


REFUSED = """
import resource

def limited(n_bytes, function):
    # What a function raises that may map only so many bytes more, or None.
    with open("/proc/self/statm") as file:
        mapped = int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (mapped + n_bytes, resource.RLIM_INFINITY))
    try:
        function()
    except Exception as error:
        return error.with_traceback(None)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
    return None
"""


def test_an_output_that_cannot_be_allocated_is_an_error_that_names_its_size():
    out = run_program(
        PREAMBLE
        + REFUSED
        + """
X, y = make_table()
expected = call_all()
asked = {0: 500, 1: 400_000_000}
for sampler in make_samplers():
    if sampler._sampling_type in ("under-sampling", "clean-sampling"):
        continue
    sampler.set_params(sampling_strategy=asked)
    print(repr(limited(2**28, lambda: sampler.fit_resample(X, y))))
beyond = SMOTE(sampling_strategy={1: 2**61})
print(repr(limited(2**28, lambda: beyond.fit_resample(X, y))))
print(call_all() == expected)
""",
        **THREE_THREADS,
    )
    told = "MemoryError('The output of 400,000,500 rows x 5 features of float64, 14.9 GiB, cannot"
    assert len(out) == 12
    assert all(line.startswith(told) for line in out[:10]), out
    assert out[10].startswith("MemoryError('The output of 2,305,843,009,213,694,452 rows x 5")
    assert out[11] == "True"


def test_a_sparse_output_or_a_frame_that_cannot_be_allocated_is_an_error_that_names_a_size():
    pytest.importorskip("pandas")
    out = run_program(
        PREAMBLE
        + REFUSED
        + """
import pandas as pd
from scipy import sparse
X, y = make_table()
samplers = SMOTE, RandomOverSampler
expected = [digest(sampler(random_state=0), X, y) for sampler in samplers]
for convert in (sparse.csr_matrix, pd.DataFrame):
    for sampler in samplers:
        sampler = sampler(sampling_strategy={0: 500, 1: 400_000_000})
        error = limited(2**28, lambda: sampler.fit_resample(convert(X), y))
        assert isinstance(error, MemoryError), error
        print(str(error))
print([digest(sampler(random_state=0), X, y) for sampler in samplers] == expected)
""",
        **THREE_THREADS,
    )
    assert len(out) == 5
    assert all(re.search(r"\d GiB", line) for line in out[:4]), out
    assert out[4] == "True"


def test_wherever_memory_ends_there_is_an_error_or_the_right_rows():
    out = run_program(
        PREAMBLE
        + SMALL_TASKS
        + REFUSED
        + """
X, y = make_table(20_000, 20)
samplers = [SMOTE(random_state=0), TomekLinks(), EditedNearestNeighbours(),
            RandomOverSampler(random_state=0), SMOTENC([19], random_state=0)]
expected = [digest(sampler, X, y) for sampler in samplers]
n_right = n_refused = 0
for sampler, rows in zip(samplers, expected):
    for kibibytes in (16, 64, 256, 1024, 2500, 5000, 9000, 15_000, 40_000, 100_000):
        got = []
        error = limited(kibibytes * 1024, lambda: got.append(digest(sampler, X, y)))
        if error is None:
            assert got == [rows], (sampler, kibibytes)
            n_right += 1
        else:
            assert isinstance(error, MemoryError), (sampler, kibibytes, error)
            n_refused += 1
    assert digest(sampler, X, y) == rows
print(n_right > 4, n_refused > 4)
""",
        # Python's Thread.start waits for ever for a thread that finds no memory to begin with.
        FASTSMOTE_NUM_THREADS="1",
    )
    assert out == ["True True"]

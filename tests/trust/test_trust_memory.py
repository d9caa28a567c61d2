"""Memory: no growth, a peak within the formula of PROMISES.md, an error where there is none."""

import json
import re
import sys
from pathlib import Path

import pytest
from helpers.programs import PREAMBLE, SMALL_TASKS, THREE_THREADS, run_program

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory is measured on Linux"),
]

GROWTH = """
import gc, json
from fastsmote._kernels import interpolation

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

class RaisesInAThread(SMOTE):
    # Whose new rows a thread fails to make that is not the calling one, which waits for it.
    n_raised = 0

    def fit_resample(self, X, y):
        has_failed, interpolate = threading.Event(), interpolation.interpolate
        def fail(*arguments):
            if threading.current_thread() is threading.main_thread():
                has_failed.wait(10)
                return
            has_failed.set()
            raise MemoryError("of a thread")
        interpolation.interpolate = fail
        try:
            super().fit_resample(X, y)
        except MemoryError as error:
            RaisesInAThread.n_raised += str(error) == "of a thread"
        finally:
            interpolation.interpolate = interpolate

n_rows, n_calls, names = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
X, y = make_clouds(n_rows)
grown = {}
for sampler in [*make_samplers(), RaisesInAThread(random_state=0)]:
    name = type(sampler).__name__
    if name not in names:
        continue
    for _ in range(100):
        sampler.fit_resample(X, y)
    for _ in range(3):  # a leak goes on; memory that the allocator takes once does not
        gc.collect()
        before, n_objects = resident(), len(gc.get_objects())
        for _ in range(n_calls):
            sampler.fit_resample(X, y)
        gc.collect()
        grown[name] = resident() - before, len(gc.get_objects()) - n_objects
        if grown[name][0] <= 800 * n_calls and grown[name][1] <= n_calls / 10:
            break
print(json.dumps([grown, RaisesInAThread.n_raised]))
"""

ON_ONE_THREAD = ["SMOTE", "SMOTENC", "SMOTEN", "RandomOverSampler", "TomekLinks"]
ON_ONE_THREAD += ["EditedNearestNeighbours", "CondensedNearestNeighbour", "NearMiss", "SMOTETomek"]
OTHERS = ["BorderlineSMOTE", "ADASYN", "SVMSMOTE", "KMeansSMOTE", "RandomUnderSampler"]
OTHERS += ["RepeatedEditedNearestNeighbours", "AllKNN", "NeighbourhoodCleaningRule"]
OTHERS += ["OneSidedSelection", "SMOTEENN"]
ON_THREE_THREADS = ["SMOTE", "TomekLinks", "SMOTETomek", "RaisesInAThread"]


@pytest.mark.parametrize(
    ("names", "n_rows", "n_calls", "preamble"),
    [
        (ON_ONE_THREAD, 120, 1000, PREAMBLE),
        pytest.param(OTHERS, 120, 300, PREAMBLE, marks=pytest.mark.nightly),
        (ON_THREE_THREADS, 600, 400, PREAMBLE + SMALL_TASKS),
    ],
    ids=["one thread", "other samplers", "three threads"],
)
def test_a_thousand_calls_leave_nothing_behind(names, n_rows, n_calls, preamble):
    told = run_program(preamble + GROWTH, n_rows, n_calls, *names, timeout=300, **THREE_THREADS)
    grown, n_raised = json.loads(told[-1])
    assert set(grown) == set(names)
    assert (n_raised >= 100 + n_calls) == ("RaisesInAThread" in names)
    # A leak of the smallest array, of 120 rows, would be 960 bytes and an object a call.
    assert {name: growth for name, growth in grown.items() if growth[0] > 800 * n_calls} == {}
    assert {name: growth for name, growth in grown.items() if growth[1] > n_calls / 10} == {}


PEAKS = """
import ctypes, gc, json
from fastsmote import threads

def status(name):
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(name))

def make_large(n_rows, n_features, share, kind):
    random_state, shift = np.random.RandomState(0), 4 / n_features**0.5
    y = (random_state.uniform(size=n_rows) < share).astype(int)
    X = np.empty((n_rows, n_features))
    for start in range(0, n_rows, 10_000):  # no temporary as large as X
        part = X[start : start + 10_000]
        part[:] = random_state.randn(*part.shape) + shift * y[start : start + 10_000, None]
    X[:, -1] = np.arange(n_rows) % 5
    if kind == "integers":
        return (1000 * X).astype(int), y
    return np.asfortranarray(X) if kind == "Fortran" else X, y

def give_back():
    # What samplers before have left to the allocator would hide as much of a peak.
    gc.collect()
    if hasattr(ctypes.CDLL(None), "malloc_trim"):
        ctypes.CDLL(None).malloc_trim(0)

def peak(sampler, X, y):
    # Bytes above input and output, and the facts that the formula takes.
    give_back()
    with open("/proc/self/clear_refs", "w") as file:
        file.write("5")
    before = status("VmRSS")
    X_new, y_new = sampler.fit_resample(X, y)
    q = max(0, sum(getattr(sampler, "smote_", sampler).sampling_strategy_.values()))
    q = q if hasattr(sampler, "provenance_") or hasattr(sampler, "smote_") else len(y_new) - len(y)
    return status("VmHWM") - before - X_new.nbytes - y_new.nbytes, int(y.sum()), int(q)

def make_sampler(name, n_features):
    if name == "SMOTENC":
        return SMOTENC([n_features - 1], random_state=0)
    sampler = globals()[name]()
    return sampler.set_params(random_state=0) if hasattr(sampler, "random_state") else sampler

peaks = []
with threads(2):
    for table, (shape, names) in json.loads(sys.argv[1]).items():
        X, y = make_large(*shape)
        for name in names:
            sampler = make_sampler(name, X.shape[1])
            sampler.fit_resample(X[:10_000], y[:10_000])  # compiled
            peaks.append([name, table, *peak(sampler, X, y)])
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
    "SMOTEENN": ("new", 5, 1),
}

# These copy floats that are not in C order to the output, or copy the rows they search only.
IN_ANY_ORDER = {"SMOTE", "RandomOverSampler", "RandomUnderSampler"}

# Rows, features, the share of the minority, the kind of X; and the samplers.
TABLES = {
    "10,000": ((10_000, 10, 0.02, "floats"), list(FAMILIES)),
    "100,000": ((100_000, 10, 0.02, "floats"), list(FAMILIES)),
    "wide": ((100_000, 60, 0.02, "floats"), list(FAMILIES)),
    "Fortran": (
        (100_000, 200, 0.02, "Fortran"),
        [
            "SMOTE",
            "BorderlineSMOTE",
            "SMOTENC",
            "RandomOverSampler",
            "RandomUnderSampler",
            "NearMiss",
        ],
    ),
    "Fortran, few features": (
        (100_000, 10, 0.02, "Fortran"),
        ["ADASYN", "TomekLinks", "EditedNearestNeighbours", "SMOTETomek", "SMOTEENN"],
    ),
    "integers": ((100_000, 60, 0.02, "integers"), list(FAMILIES)),
    "1,000,000": (
        (1_000_000, 10, 0.02, "floats"),
        ["SMOTE", "RandomOverSampler", "RandomUnderSampler", "TomekLinks", "SMOTETomek"],
    ),
    "1,000,000, few features": (
        (1_000_000, 4, 0.01, "floats"),
        [
            "BorderlineSMOTE",
            "ADASYN",
            "SMOTENC",
            "EditedNearestNeighbours",
            "NearMiss",
            "SMOTEENN",
        ],
    ),
}


def most_bytes(name, table, m, q, itemsize=8, n_threads=2):
    """The formula of PROMISES.md, for m rows of the minority and q new ones."""
    (n, d, _, kind), (searched, k, n_copies) = TABLES[table][0], FAMILIES[name]
    n_searched = {"minority": m, "all": n, "new": n + q, "none": 0}[searched]
    search = n_searched * (d * (itemsize + 5) + 48 * k + 100)
    copies = n_copies * (n + q) * (d * itemsize + 24)
    is_copied = kind == "integers" or (kind == "Fortran" and name not in IN_ANY_ORDER)
    other = 8 * n * d if is_copied else 0
    return 24 * 2**20 * n_threads + 40 * (n + q) + search + copies + other


@pytest.fixture(scope="module")
def peaks():
    told = json.loads(run_program(PREAMBLE + PEAKS, json.dumps(TABLES), timeout=300)[-1])
    return {(name, table): facts for name, table, *facts in told}


@pytest.mark.parametrize(
    ("name", "table"), [(name, table) for table, (_, names) in TABLES.items() for name in names]
)
def test_the_peak_is_within_the_formula(name, table, peaks):
    peak, m, q = peaks[name, table]
    assert peak <= most_bytes(name, table, m, q)


def test_the_formula_is_that_of_the_promises():
    text = (Path(__file__).parents[2] / "PROMISES.md").read_text()
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
X, y = make_clouds()
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
X, y = make_clouds()
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


# Of several threads the stacks and arenas may leave room for all of it. With less than 64 KiB
# NumPy's functions fail in them with "error return without exception set"; before NumPy 2.3
# they do so wherever there is no memory for the iterator that broadcasts and indexes.
@pytest.mark.parametrize(("n_threads", "n_rows", "least"), [(1, 20_000, 16), (3, 60_000, 256)])
def test_wherever_memory_ends_there_is_an_error_or_the_right_rows(n_threads, n_rows, least):
    out = run_program(
        PREAMBLE
        + SMALL_TASKS
        + REFUSED
        + """
from numpy.lib import NumpyVersion
several = os.environ["FASTSMOTE_NUM_THREADS"] != "1"
says_nothing = several and NumpyVersion(np.__version__) < "2.3.0"
refusals = (MemoryError, SystemError) if says_nothing else MemoryError
X, y = make_clouds(int(sys.argv[1]), 20)
samplers = [SMOTE(random_state=0), TomekLinks(), EditedNearestNeighbours(),
            RandomOverSampler(random_state=0), SMOTENC([19], random_state=0)]
expected = [digest(sampler, X, y) for sampler in samplers]
n_right = n_refused = 0
for sampler, rows in zip(samplers, expected):
    for kibibytes in (16, 64, 256, 1024, 2500, 5000, 9000, 15_000, 40_000, 100_000):
        if kibibytes < int(sys.argv[2]):
            continue
        got = []
        error = limited(kibibytes * 1024, lambda: got.append(digest(sampler, X, y)))
        if error is None:
            assert got == [rows], (sampler, kibibytes)
            n_right += 1
        else:
            assert isinstance(error, refusals), (sampler, kibibytes, error)
            n_refused += 1
    assert digest(sampler, X, y) == rows
print(n_right > 4, n_refused > 4 or several)
""",
        n_rows,
        least,
        FASTSMOTE_NUM_THREADS=str(n_threads),
    )
    assert out == ["True True"]

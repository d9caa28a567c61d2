"""Forks, spawned children, daemon threads, interrupts: no hang, no crash, the same rows."""

import json
import multiprocessing

import pytest
from helpers.programs import PREAMBLE, SMALL_TASKS, THREE_THREADS, run_program

pytestmark = pytest.mark.processes

# Each fact is printed as soon as it is known: the last line before a hang is what hung.
FORKS = """
import multiprocessing, traceback, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads: it is meant

def in_fork(function):
    # What a child made by os.fork gives, on the way out that nothing is cleaned up on.
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(write, repr(function()).encode())
        except BaseException:
            traceback.print_exc()
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        told = pipe.read()
    assert os.waitpid(pid, 0)[1] == 0
    return told

def small():
    X, y = make_clouds()
    return [digest(sampler, X, y) for sampler in (
        SMOTE(random_state=0), SMOTENC([4], random_state=0), TomekLinks(),
        EditedNearestNeighbours(), CondensedNearestNeighbour(random_state=0))]

def tell(fact, is_true):
    print(fact, bool(is_true), flush=True)

child_first = in_fork(small)  # of a parent that has not called anything yet
expected = small()
tell("before", child_first == repr(expected))
tell("child", in_fork(small) == repr(expected))
tell("grandchild", in_fork(lambda: in_fork(small)) == repr(repr(expected)))
tell("parent", small() == expected)

is_over = threading.Event()
def work():
    while not is_over.is_set():
        small()
workers = [threading.Thread(target=work) for _ in range(3)]
for worker in workers:
    worker.start()
beside = [in_fork(small) for _ in range(10)]
is_over.set()
for worker in workers:
    worker.join()
tell("beside", beside == [repr(expected)] * 10)

with multiprocessing.get_context("fork").Pool(2) as pool:
    tell("pool", pool.starmap(small, [()] * 4) == [expected] * 4)
tell("parent", small() == expected)
"""


@pytest.fixture(scope="module")
def forked():
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("there is no fork here")
    lines = run_program(PREAMBLE + SMALL_TASKS + FORKS, **THREE_THREADS)
    return [line.split() for line in lines]


@pytest.mark.parametrize("fact", ["before", "child", "grandchild", "parent", "beside", "pool"])
def test_forks_get_the_rows_of_their_parent(fact, forked):
    told = [is_true for name, is_true in forked if name == fact]
    assert told == ["True"] * (2 if fact == "parent" else 1)


def test_a_child_forked_while_another_thread_compiles_does_not_wait_for_ever():
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("there is no fork here")
    out = run_program(
        PREAMBLE
        + """
from numba.core.compiler_lock import global_compiler_lock
X, y = make_clouds()
SMOTE(random_state=0).fit_resample(X, y)
is_compiling = threading.Event()
def compile_something():
    with global_compiler_lock:  # what Numba holds as long as it compiles
        is_compiling.set()
        time.sleep(1.0)  # the fork waits for the lock, so that nothing tells when it has begun
compiler = threading.Thread(target=compile_something)
compiler.start()
is_compiling.wait()
pid = os.fork()
if pid == 0:
    signal.alarm(100)
    SMOTE(random_state=0).fit_resample(X.astype(np.float32), y)  # of a dtype not yet compiled
    os._exit(0)
print(os.waitpid(pid, 0)[1])
compiler.join()
RandomOverSampler(random_state=0).fit_resample(X.astype(np.float32), y)  # and in the parent
"""
    )
    assert out == ["0"]


SPAWNED = """
import multiprocessing, sys
from pathlib import Path

Path("spawned.py").write_text(sys.argv[2])
sys.path.insert(0, "")
import spawned
call = (spawned.SMOTETomek(random_state=0), *spawned.make_clouds())
expected = spawned.digest(*call)
with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
    print(pool.starmap(spawned.digest, [call] * 4) == [expected] * 4)
"""


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_children_that_start_anew_get_the_rows_of_their_parent(method):
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"there is no {method} here")
    assert run_program(SPAWNED, method, PREAMBLE, timeout=240) == ["True"]


def test_a_process_ends_while_daemon_threads_are_in_calls():
    out = run_program(
        PREAMBLE
        + SMALL_TASKS
        + """
X, y = make_clouds(20_000)
TomekLinks().fit_resample(X, y)
calls = threading.Semaphore(0)
def work():
    while True:
        SMOTETomek(random_state=0).fit_resample(X, y)
        calls.release()
for _ in range(4):
    threading.Thread(target=work, daemon=True).start()
for _ in range(4):
    calls.acquire()  # others are under way
print("ends")
""",
        **THREE_THREADS,
    )
    assert out == ["ends"]


def test_a_call_at_the_exit_of_the_interpreter_works():
    out = run_program(
        PREAMBLE
        + SMALL_TASKS
        + """
import atexit
X, y = make_clouds()
expected = digest(SMOTE(random_state=0), X, y)
atexit.register(lambda: print(digest(SMOTE(random_state=0), X, y) == expected, flush=True))
""",
        **THREE_THREADS,
    )
    assert out == ["True"]


def test_a_call_goes_on_alone_where_no_thread_can_be_started():
    out = run_program(
        PREAMBLE
        + SMALL_TASKS
        + """
X, y = make_clouds()
expected = digest(SMOTETomek(random_state=0), X, y)
import fastsmote._threads
n_left = n_refused = 0
start_new_thread = fastsmote._threads.start_new_thread
def start_or_refuse(*args):
    global n_left, n_refused
    if n_left == 0:
        n_refused += 1
        raise RuntimeError("can't start new thread")
    n_left -= 1
    return start_new_thread(*args)
fastsmote._threads.start_new_thread = start_or_refuse
for n_left in (0, 1, 5):
    print(digest(SMOTETomek(random_state=0), X, y) == expected, n_refused > 0)
""",
        **THREE_THREADS,
    )
    assert out == ["True True"] * 3


INTERRUPTS = """
import json
from scipy import sparse
from fastsmote.neighbors import NearestNeighbors

# Without structure a search has to look at most rows: each of these takes many seconds.
signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background ignores it
random_state = np.random.RandomState(0)
X = random_state.randn(200_000, 40).astype(np.float32)
y = (random_state.uniform(size=len(X)) < 0.4).astype(int)
categories = np.floor(4 * X[:60_000, :20])
mixed = np.column_stack([X[:, :39], np.arange(len(X)) % 40])
N_SPARSE, N_VALUES = 120_000, 40  # values a row, of 4,000 columns
columns = (np.arange(N_VALUES) * 100 + random_state.randint(100, size=(N_SPARSE, N_VALUES))).ravel()
row_starts = np.arange(0, N_SPARSE * N_VALUES + 1, N_VALUES)
X_sparse = sparse.csr_matrix(
    (random_state.randn(len(columns)), columns, row_starts), (N_SPARSE, 100 * N_VALUES)
)
class NeighborLists(NearestNeighbors):
    def fit_resample(self, X, y):
        return self.fit(X).kneighbors()
SLOW = {
    "SMOTE": (SMOTE(random_state=0), X),
    "SMOTE, sparse": (SMOTE(random_state=0), X_sparse),
    "BorderlineSMOTE": (BorderlineSMOTE(random_state=0), X),
    "TomekLinks": (TomekLinks(), X),
    "EditedNearestNeighbours": (EditedNearestNeighbours(), X),
    "CondensedNearestNeighbour": (CondensedNearestNeighbour(random_state=0), X),
    "NearMiss": (NearMiss(), X),
    "NearMiss 2": (NearMiss(version=2), X[:60_000]),
    "SMOTEN": (SMOTEN(random_state=0), categories),
    "SMOTENC": (SMOTENC([39], random_state=0), mixed),
    "NearestNeighbors": (NeighborLists(), X),
}
small_X, small_y = make_clouds()
expected = call_all()

def interrupted(sampler, X, y, seconds):
    # How long a call went on after Ctrl-C.
    sent = []
    def send():
        sent.append(time.monotonic())
        os.kill(os.getpid(), signal.SIGINT)
    timer = threading.Timer(seconds, send)
    timer.start()
    try:
        sampler.fit_resample(X, y)
    except KeyboardInterrupt:
        return time.monotonic() - sent[0]
    finally:
        timer.cancel()
        timer.join()
    return None

delays, n_threads = {}, threading.active_count()
for name, (sampler, X_slow) in SLOW.items():
    sampler.fit_resample(X_slow[:400], y[:400])  # compiled
    if (delay := interrupted(sampler, X_slow, y[: X_slow.shape[0]], 0.7)) is None:
        continue
    delays[name] = delay
    assert threading.active_count() == n_threads, name
assert call_all() == expected
print(json.dumps(delays))
"""


@pytest.fixture(scope="module")
def delays():
    return json.loads(run_program(PREAMBLE + INTERRUPTS, timeout=240)[-1])


@pytest.mark.parametrize(
    "name",
    [
        "SMOTE",
        "SMOTE, sparse",
        "BorderlineSMOTE",
        "TomekLinks",
        "EditedNearestNeighbours",
        "CondensedNearestNeighbour",
        "NearMiss",
        "NearMiss 2",
        "SMOTEN",
        "SMOTENC",
        "NearestNeighbors",
    ],
)
def test_ctrl_c_ends_a_long_search_within_a_second(name, delays):
    assert delays[name] < 1.0

"""A call leaves the process as it was: settings, streams of random numbers, threads, files."""

import json

import pytest
from helpers.programs import PREAMBLE, run_program

STATE = """
import decimal, gc, json, locale, logging, random, warnings
import sklearn, threadpoolctl
from fastsmote import _threads, threads

def state():
    # What a call might leave changed, by name.
    found = {
        "NumPy's error state": repr((np.geterr(), np.geterrcall())),
        "NumPy's global stream": repr(np.random.get_state()),
        "NumPy's print options": repr(np.get_printoptions()),
        "Python's stream": repr(random.getstate()),
        "warnings": repr((warnings.filters, warnings.showwarning)),
        "environment": repr(sorted(os.environ.items())),
        "signal handlers": repr([signal.getsignal(each) for each in signal.valid_signals()]),
        "garbage collector": repr((gc.isenabled(), gc.get_threshold(), gc.get_debug())),
        "interpreter": repr((
            sys.getrecursionlimit(), sys.getswitchinterval(), sys.excepthook, sys.displayhook,
            sys.path, sys.argv, sys.gettrace(), sys.getprofile(), threading.excepthook)),
        "scikit-learn": repr(sklearn.get_config()),
        "threads": repr((threading.enumerate(), _threads._chosen.get())),
        "files": repr(sorted(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0),
        "folder and mask": repr((os.getcwd(), os.umask(os.umask(0o022)))),
        "locale and decimal": repr((locale.setlocale(locale.LC_ALL), decimal.getcontext().prec)),
        "logging": repr((
            logging.root.level, logging.root.handlers, logging.getLogger("fastsmote").handlers,
            logging.getLogger("numba").level, logging.root.manager.disable)),
        "denormals": repr(np.float64(5e-324) * 1.0 == 5e-324),
    }
    for pool in threadpoolctl.threadpool_info():
        # NumPy's BLAS and SciPy's are two, of one name.
        found[f"threads of {pool['user_api']} in {pool['filepath']}"] = pool["num_threads"]
    if "numba" in sys.modules:
        import numba
        found["Numba's settings"] = repr(sorted(
            (name, repr(value)) for name, value in vars(numba.config).items() if name.isupper()))
        parallel = sys.modules.get("numba.np.ufunc.parallel")
        found["Numba's threads"] = repr(getattr(parallel, "_is_initialized", False))
    return found

def changed_by(function):
    before = state()
    function()
    after = state()
    return sorted(name for name in before if before[name] != after[name])

class Broken(np.random.RandomState):
    # Raises when a call, half way, draws from it.
    def _break(self, *args, **kwargs):
        raise self.error
    randint = choice = uniform = beta = permutation = _break

def expect(error, sampler, X, y):
    try:
        sampler.fit_resample(X, y)
    except type(error):
        return
    raise AssertionError(f"{sampler} did not raise {error!r}")

def break_all(error):
    random_state = Broken()
    random_state.error = error
    X, y = make_clouds()
    for sampler in make_samplers():
        if "random_state" in sampler.get_params() and not hasattr(sampler, "kmeans_estimator"):
            sampler.set_params(random_state=random_state)
            if hasattr(sampler, "n_seeds_S") or hasattr(sampler, "svm_estimator"):
                continue  # draw through imbalanced-learn's and scikit-learn's helpers
            expect(error, sampler, X, y)

def refuse_all():
    X, y = make_clouds()
    X[3, 1] = np.nan
    for sampler in make_samplers():
        if not isinstance(sampler, (RandomOverSampler, RandomUnderSampler, SMOTEN)):
            expect(ValueError(), sampler, X, y)
        expect(ValueError(), sampler, X, y[:-1])
        expect(ValueError(), sampler, X, np.zeros(len(y), int))

def fail_in_a_thread(error):
    from fastsmote._search import class_index
    least, walk = class_index.LEAST_PRODUCTS, class_index.new_walk
    def raising(coords, slack):
        raise error
    class_index.LEAST_PRODUCTS, class_index.new_walk = 1, raising
    try:
        with threads(3):
            for sampler in (SMOTE(), TomekLinks(), EditedNearestNeighbours()):
                expect(error, sampler, *make_clouds())
    finally:
        class_index.LEAST_PRODUCTS, class_index.new_walk = least, walk

changes = {
    "the first call": changed_by(lambda: SMOTE(random_state=0).fit_resample(*make_clouds())),
    "all samplers": changed_by(call_all),
    "all samplers again": changed_by(call_all),
    "calls that are refused": changed_by(refuse_all),
    "calls that raise half way": changed_by(lambda: break_all(ValueError("half way"))),
    "calls that are interrupted": changed_by(lambda: break_all(KeyboardInterrupt())),
    "a thread that raises": changed_by(lambda: fail_in_a_thread(MemoryError("in a thread"))),
}
with np.errstate(all="raise"), warnings.catch_warnings():
    warnings.simplefilter("error")
    changes["calls where all warnings are errors"] = changed_by(call_all)
print(json.dumps(changes))
"""
CALLS = [
    "the first call",
    "all samplers",
    "all samplers again",
    "calls that are refused",
    "calls that raise half way",
    "calls that are interrupted",
    "a thread that raises",
    "calls where all warnings are errors",
]


@pytest.fixture(scope="module")
def changes():
    return json.loads(run_program(PREAMBLE + STATE)[-1])


@pytest.mark.processes
@pytest.mark.parametrize("calls", CALLS)
def test_nothing_global_is_changed_by(calls, changes):
    assert changes[calls] == []

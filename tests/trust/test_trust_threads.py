"""Calls side by side, in threads and in worker processes, give what one alone gives."""

import json

import pytest
from helpers.programs import PREAMBLE, SMALL_TASKS, THREE_THREADS, run_program

pytestmark = pytest.mark.processes

THREADS = """
import json
from concurrent.futures import ThreadPoolExecutor
from sklearn.base import clone
from fastsmote.neighbors import NearestNeighbors

def in_threads(function, n_threads=8):
    # What as many calls give, all of them begun at the same time.
    start = threading.Barrier(n_threads, timeout=60)
    def wait_and_call(i):
        start.wait()
        return function(i)
    with ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(wait_and_call, range(n_threads)))

sys.setswitchinterval(1e-5)  # meet in as many places as there are
tables = [make_clouds(seed=i % 2) for i in range(8)]
facts = {"first": len(set(in_threads(lambda i: digest(SMOTETomek(random_state=0), *tables[0]))))}
facts["own"], facts["shared"], facts["n"] = [], [], 0
for sampler in make_samplers():
    name, facts["n"] = type(sampler).__name__, facts["n"] + 1
    expected = [digest(clone(sampler), *table) for table in tables[:2]] * 4
    own = [clone(sampler) for _ in tables]
    if in_threads(lambda i: digest(own[i], *tables[i])) != expected:
        facts["own"].append(name)
    for _ in range(3):
        try:
            are_same = in_threads(lambda i: digest(sampler, *tables[i])) == expected
        except Exception as error:
            name, are_same = f"{name}: {error!r}", False
        if not are_same:
            facts["shared"].append(name)

X, _ = make_clouds(20_000)
expected = NearestNeighbors().fit(X).kneighbors(X[:100])[1].tolist()
shared = NearestNeighbors().fit(X)  # the tree is built by whoever asks first
found = in_threads(lambda i: shared.kneighbors(X[:100])[1].tolist())
facts["neighbors"] = all(each == expected for each in found)
try:
    import dask
except ImportError:
    facts["dask"] = None
else:
    expected = call_all()
    tasks = [dask.delayed(digest)(sampler, *make_clouds()) for sampler in make_samplers()]
    facts["dask"] = list(dask.compute(*tasks, scheduler="threads", num_workers=8)) == expected
print(json.dumps(facts))
"""


@pytest.fixture(scope="module")
def in_threads():
    """What a program saw whose calls are made by eight threads at once, three threads each."""
    return json.loads(run_program(PREAMBLE + SMALL_TASKS + THREADS, **THREE_THREADS)[-1])


def test_eight_threads_with_a_sampler_each_get_the_rows_of_one_thread(in_threads):
    assert in_threads["own"] == []
    assert in_threads["n"] == 19


def test_eight_threads_that_share_a_sampler_get_the_rows_of_one_thread(in_threads):
    assert in_threads["shared"] == []


def test_the_first_calls_of_a_process_may_be_eight_at_once(in_threads):
    assert in_threads["first"] == 1


def test_eight_threads_that_share_fitted_neighbors_find_the_same(in_threads):
    assert in_threads["neighbors"]


def test_tasks_of_dask_on_threads_give_the_rows_of_one_thread(in_threads):
    pytest.importorskip("dask")
    assert in_threads["dask"]


JOBS = """
import json, joblib
from imblearn.ensemble import BalancedBaggingClassifier
from imblearn.pipeline import make_pipeline
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV

def most_threads():
    # That work on one run; one of the run before may be about to end.
    import fastsmote._search.class_index
    from fastsmote._threads import _Helpers
    fastsmote._search.class_index.LEAST_PRODUCTS = 1
    start, counts = _Helpers.start, [1]

    def start_and_count(self, n):
        start(self, n)
        counts.append(1 + self.n_started)

    _Helpers.start = start_and_count
    TomekLinks().fit_resample(*make_clouds(3000))
    return max(counts)

X, y = make_clouds()
expected = digest(SMOTETomek(random_state=0), X, y)
facts = {}
for backend in ("threading", "multiprocessing", "loky"):
    calls = [delayed(digest)(SMOTETomek(random_state=0), X, y) for _ in range(4)]
    facts[backend] = set(Parallel(2, backend=backend)(calls)) == {expected}

facts["bagging"] = []
for sampler in (SMOTE(random_state=0), RandomUnderSampler()):
    ensembles = [
        BalancedBaggingClassifier(
            LogisticRegression(), n_estimators=4, sampler=sampler, random_state=0, n_jobs=n_jobs
        ).fit(X, y)
        for n_jobs in (1, 2)
    ]
    fits = [[pipeline[-1].coef_ for pipeline in each.estimators_] for each in ensembles]
    facts["bagging"].append(np.array_equal(*fits))
pipeline = make_pipeline(SMOTE(random_state=0), EditedNearestNeighbours(), LogisticRegression())
grid = {"smote__k_neighbors": [3, 5], "editednearestneighbours__kind_sel": ["all", "mode"]}
searches = [
    GridSearchCV(pipeline, grid, scoring="neg_log_loss", cv=3, n_jobs=n_jobs).fit(X, y)
    for n_jobs in (1, 2)
]
facts["search"] = np.array_equal(*[each.cv_results_["mean_test_score"] for each in searches])

facts["n_cpus"] = joblib.cpu_count()
facts["in_workers"] = Parallel(2)(delayed(most_threads)() for _ in range(2))
facts["alone"] = most_threads()
print(json.dumps(facts))
"""


@pytest.fixture(scope="module")
def in_jobs():
    """What a program saw that works through joblib, two jobs at a time."""
    unset = {"FASTSMOTE_NUM_THREADS": None, "OMP_NUM_THREADS": None}
    return json.loads(run_program(PREAMBLE + JOBS, timeout=240, **unset)[-1])


@pytest.mark.parametrize("backend", ["threading", "multiprocessing", "loky"])
def test_every_backend_of_joblib_gives_the_rows_of_one_process(backend, in_jobs):
    assert in_jobs[backend]


def test_a_bagging_classifier_of_two_jobs_is_that_of_one(in_jobs):
    assert in_jobs["bagging"] == [True, True]


def test_a_grid_search_of_two_jobs_scores_as_that_of_one(in_jobs):
    assert in_jobs["search"]


def test_two_workers_of_loky_use_their_share_of_the_cpus(in_jobs):
    assert in_jobs["alone"] == in_jobs["n_cpus"]
    assert max(in_jobs["in_workers"]) == max(1, in_jobs["n_cpus"] // 2)

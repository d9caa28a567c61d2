"""The cache of compiled kernels: shared, full, broken, read-only, of another version."""

import ctypes
import json
import os
import shutil
from pathlib import Path

import pytest
from helpers.programs import run_program

import fastsmote
from fastsmote._kernels import cache

PACKAGE = Path(fastsmote.__file__).parent
N_ROUNDS = int(os.environ.get("FASTSMOTE_RACE_ROUNDS", "10"))
pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the children of these programs are forks"),
]

# The parent has imported everything but fastsmote, which each child does anew.
CHILDREN = """
import json, os, sys, sysconfig, tempfile, time
from pathlib import Path
import joblib, llvmlite.binding, numba, numpy as np, scipy.sparse, sklearn.utils
import numba.core.caching, numba.extending, numba.core.compiler

X = np.arange(40).reshape(20, 2) ** 2 % 101
BASES, NEIGHBORS, GAPS = np.array([1, 5, 9]), np.array([2, 7, 0]), np.array([0.5, 0.25, 0.75])
DTYPES = ["float64", "float32", "int64", "int32"]

def expected(dtype):
    Y = X.astype(dtype)
    return (Y[BASES] + GAPS[:, None] * (Y[NEIGHBORS] - Y[BASES])).astype(dtype).tolist()

def call(dtype):
    # The rows of a call, and how many kernels it found in the cache.
    from fastsmote import _kernels, regenerate
    from fastsmote._synthesis.provenance import Provenance
    rows = regenerate(X.astype(dtype), Provenance(BASES, NEIGHBORS, GAPS)).tolist()
    return rows, sum(_kernels.interpolation.interpolate.stats.cache_hits.values())

def fork(function, *arguments, cache=None, package=sys.argv[1], **environment):
    # A child; `result(child)` gives what its function does.
    read, write = os.pipe()
    pid = os.fork()
    if pid:
        os.close(write)
        return pid, read
    try:
        sys.path.insert(0, str(package))
        os.environ.update(environment)
        os.environ.pop("NUMBA_CACHE_DIR", None)
        if cache is not None:
            os.environ["NUMBA_CACHE_DIR"] = str(cache)
        numba.config.reload_config()
        with os.fdopen(write, "w") as pipe:
            json.dump(function(*arguments), pipe)
    except BaseException:
        import traceback
        traceback.print_exc()
        os._exit(1)
    os._exit(0)

def result(child):
    with os.fdopen(child[1]) as pipe:
        text = pipe.read()
    assert os.waitpid(child[0], 0)[1] == 0
    return json.loads(text)

def in_child(*arguments, **keywords):
    return result(fork(*arguments, **keywords))
"""


def run_children(code, *arguments, **options):
    lines = run_program(CHILDREN + code, PACKAGE.parent, *arguments, **options)
    return json.loads(lines[-1])


def copy_package(folder, edit=None):
    """A copy of the package; `edit` is (file, old, new), and leaves the file's stamp."""
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(PACKAGE, folder / "fastsmote", ignore=ignored)
    if edit is not None:
        path, old, new = folder / "fastsmote" / edit[0], *edit[1:]
        stamp, text = path.stat(), path.read_text()
        assert text.count(old) == 1
        assert len(old) == len(new)
        path.write_text(text.replace(old, new))
        os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    return folder


SMALL_KERNEL = """
from fastsmote._kernels.jit import kernel

@kernel
def add(X, Y):
    total = X[0, 0]
    for i in range(len(X)):
        total += X[i, 0] * Y[i, 0]
    return total
"""


def test_eight_processes_that_race_on_an_empty_cache_all_get_their_rows(tmp_path):
    """Two rounds with the kernel that makes rows, the others with one that compiles sooner."""
    (tmp_path / "small_kernel.py").write_text(SMALL_KERNEL)
    told = run_children(
        """
def call_small(dtype):
    import small_kernel
    Y = X.astype(dtype)
    return float(small_kernel.add(Y, Y)), sum(small_kernel.add.stats.cache_hits.values())

def kernel_of(call):
    if call is call_small:
        import small_kernel
        return small_kernel.add
    from fastsmote import _kernels
    return _kernels.interpolation.interpolate

def call_with_all(call, dtype, ready, start, step):
    # A call that waits for all racers before it compiles, or before it saves what it compiled.
    cache = kernel_of(call)._cache
    save = cache.save_overload
    def wait():
        os.write(ready, b".")
        os.read(start, 1)
    def wait_and_save(*arguments):
        wait()
        save(*arguments)
    if step == "compile":
        wait()
    else:
        cache.save_overload = wait_and_save
    return call(dtype)

def race(call, cache, step):
    ready, start = os.pipe(), os.pipe()
    racers = [
        fork(call_with_all, call, DTYPES[j % 4], ready[1], start[0], step, cache=cache)
        for j in range(8)
    ]
    for _ in racers:
        os.read(ready[0], 1)
    os.write(start[1], b"." * len(racers))
    rows = [result(racer)[0] for racer in racers]
    for end in (*ready, *start):
        os.close(end)
    return rows

def call_each(call):
    return [call(dtype) for dtype in DTYPES]

sys.path.append(sys.argv[2])
sums = [float(X[0, 0] + (X[:, 0] ** 2).sum())] * 4
n_hits = []
for i in range(int(sys.argv[3])):
    cache = Path(sys.argv[2]) / str(i)
    racing, known = (call, [*map(expected, DTYPES)]) if i < 2 else (call_small, sums)
    assert race(racing, cache, ("compile", "save")[i % 2]) == known * 2, i
    rows, n = zip(*in_child(call_each, racing, cache=cache))  # and what they left behind is sound
    assert list(rows) == known, i
    n_hits.append(n[-1])
    assert not list(cache.rglob("*.tmp.*"))
print(json.dumps(n_hits))
""",
        tmp_path,
        N_ROUNDS,
        timeout=120 + 10 * N_ROUNDS,
    )
    assert len(told) == N_ROUNDS
    assert sum(told) >= N_ROUNDS  # there is a cache


def test_entries_of_two_signatures_made_at_once_are_not_mixed_up(tmp_path):
    first, second, reader = (
        cache._FileOfEachSignature(str(tmp_path), "kernel", "stamp") for _ in range(3)
    )
    save_data, second._load_index = first._save_data, dict  # read before there was any

    def save_both(name, data):
        second.save("float32", "machine code for float32")
        save_data(name, data)

    first._save_data = save_both
    first.save("float64", "machine code for float64")
    found = {dtype: reader.load(dtype) for dtype in ("float32", "float64")}
    assert found == {"float32": "machine code for float32", "float64": None}


def test_an_index_keeps_all_signatures_and_is_made_anew_if_it_is_broken(tmp_path):
    file = cache._FileOfEachSignature(str(tmp_path), "kernel", "stamp")
    for dtype in ("float32", "float64", "float32"):
        file.save(dtype, f"code for {dtype}")
    assert file.load("float32") == "code for float32"
    assert file.load("float64") == "code for float64"
    assert len(list(tmp_path.iterdir())) == 3
    index = tmp_path / "kernel.nbi"
    index.write_bytes(index.read_bytes()[:-9])
    assert file.load("float64") is None
    file.save("float64", "code for float64")
    assert file.load("float64") == "code for float64"


def test_a_broken_cache_is_compiled_anew_and_repaired(tmp_path):
    told = run_children(
        """
cache, n_hits = Path(sys.argv[2]), []
for pattern, keep in (("none", 0), ("*.nbi", 0), ("*.nbi", 30), ("*.nbc", 0), ("*.nbc", 999)):
    for path in cache.rglob(pattern):
        path.write_bytes(path.read_bytes()[:keep])
    for _ in range(2):
        rows, n = in_child(call, "float64", cache=cache)
        assert rows == expected("float64")
        n_hits.append(n)
print(json.dumps(n_hits))
""",
        tmp_path,
    )
    assert told == [0, 1] * 5


def test_a_full_disk_is_said_once_and_the_rows_are_right(tmp_path):
    told = run_children(
        """
import logging, resource

def call_on_a_full_disk():
    said = []
    logger = logging.getLogger("fastsmote")
    logger.setLevel(logging.INFO)
    logger.addHandler(type("Keep", (logging.Handler,), {
        "emit": lambda self, record: said.append(record.getMessage())})())
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # EFBIG in place of ENOSPC
    for dtype in DTYPES:
        assert call(dtype)[0] == expected(dtype)
    return [line for line in said if "compiled anew" in line]

print(json.dumps(in_child(call_on_a_full_disk, cache=sys.argv[2])))
""",
        tmp_path,
    )
    (line,) = told
    assert line.startswith("kernels are compiled anew in each process: [Errno 27]")
    assert not list(tmp_path.rglob("*.tmp.*"))


def test_an_edited_helper_is_seen_though_the_file_keeps_its_size_and_time(tmp_path):
    as_is = copy_package(tmp_path / "as_is")
    # In a function that the kernel calls: Numba notices by itself if the kernel's own code differs.
    line = "difference = np.float64(dtype({}))\n    elif"
    edit = (line.format(of) for of in ("neighbor - base", "base - neighbor"))
    edited = copy_package(tmp_path / "edited", ("_kernels/interpolation.py", *edit))
    for folder in (as_is, edited):  # the same place, as an upgrade has it
        folder.rename(tmp_path / f"{folder.name}.away")
    told = run_children(
        """
folder, cache = Path(sys.argv[2]), Path(sys.argv[2]) / "cache"
rows = []
for version in ("as_is", "as_is", "edited", "edited", "as_is"):
    (folder / f"{version}.away").rename(folder / "site")
    rows.append(in_child(call, "float64", cache=cache, package=folder / "site"))
    (folder / "site").rename(folder / f"{version}.away")
    time.sleep(0.01)
Y = X.astype("float64")
mirrored = (Y[BASES] - GAPS[:, None] * (Y[NEIGHBORS] - Y[BASES])).tolist()
print(json.dumps([[each == expected("float64"), each == mirrored, n] for each, n in rows]))
""",
        tmp_path,
    )
    now, then = [True, False], [False, True]
    assert told == [[*now, 0], [*now, 1], [*then, 0], [*then, 1], [*now, 1]]


WRITTEN = """
def call_and_watch():
    # Every path that was opened to be written, made or renamed by a first call.
    written = []
    def watch(event, args):
        if event == "open" and isinstance(args[0], (str, bytes)):
            if args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
                written.append(os.fsdecode(args[0]))
        elif event in ("os.mkdir", "os.rename", "os.link", "os.symlink"):
            written.extend(os.fsdecode(path) for path in args[:2] if isinstance(path, (str, bytes)))
    sys.dont_write_bytecode = True
    sys.addaudithook(watch)
    import fastsmote.over_sampling
    fastsmote.over_sampling.SMOTE  # what a user imports
    assert call("float64")[0] == expected("float64")
    return written

cache = sys.argv[3] or None
os.environ["TMPDIR"] = sys.argv[4]
tempfile.tempdir = None
is_writable = os.access(Path(sys.argv[2]) / "fastsmote" / "_kernels", os.W_OK)
print(json.dumps([is_writable, in_child(call_and_watch, cache=cache, package=sys.argv[2])]))
"""


def give_up_writing_as_root():
    """In a child: root, too, may not write where the permissions say so."""
    drop_from_bounding_set, dac_override = 24, 1
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(drop_from_bounding_set, dac_override, 0, 0, 0):
        os._exit(77)


@pytest.mark.parametrize("place", ["NUMBA_CACHE_DIR", "in the package", "in the home"])
def test_nothing_is_written_but_in_the_cache(place, tmp_path):
    package, cache, temporary = copy_package(tmp_path / "site"), tmp_path / "cache", tmp_path / "t"
    temporary.mkdir()
    folder = {
        "NUMBA_CACHE_DIR": cache,
        "in the package": package / "fastsmote" / "_kernels" / "__pycache__",
        "in the home": tmp_path / "home" / ".cache",
    }[place]
    (tmp_path / "home").mkdir()
    kept = [path for path in (package, *package.rglob("*")) if path.is_dir()]
    is_kept = place == "in the home"
    for path in kept if is_kept else []:
        path.chmod(0o555)
    try:
        is_writable, written = run_children(
            WRITTEN,
            package,
            cache if place == "NUMBA_CACHE_DIR" else "",
            temporary,
            preexec_fn=give_up_writing_as_root if is_kept else None,
            HOME=tmp_path / "home",
            XDG_CACHE_HOME=None,
        )
    finally:
        for path in kept:
            path.chmod(0o755)
    if is_kept and is_writable:
        pytest.skip("nothing keeps this process from writing")
    if is_kept:  # Numba has tried
        written = [path for path in written if not Path(path).is_relative_to(package)]
    assert [path for path in written if not Path(path).is_relative_to(folder)] == []
    assert any(path.endswith(".nbc") for path in map(str, folder.rglob("*")))
    machine_code = [path for path in tmp_path.rglob("*.nb?") if not path.is_relative_to(folder)]
    assert machine_code == []
    assert list(temporary.iterdir()) == []


def test_a_read_only_installation_without_a_home_works_and_says_so_once(tmp_path):
    package, home = copy_package(tmp_path / "site"), tmp_path / "home"
    home.mkdir()
    folders = [home, package, *(path for path in package.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        lines = run_program(
            CHILDREN
            + """
sys.path.insert(0, sys.argv[1])
import fastsmote.over_sampling
from fastsmote.over_sampling import SMOTE
assert fastsmote.__file__.startswith(sys.argv[1])
try:
    open(os.path.join(os.path.dirname(fastsmote.__file__), "written"), "w")
except PermissionError:
    pass
else:
    print("is root without a limit")
    sys.exit()
import fastsmote._base.log
for dtype in DTYPES[:2]:
    assert call(dtype) == (expected(dtype), 0)
print("right")
""",
            package,
            preexec_fn=give_up_writing_as_root,
            with_stderr=True,
            HOME=str(home),
            XDG_CACHE_HOME=None,
            NUMBA_CACHE_DIR=None,
            PYTHONPATH=str(package),
            FASTSMOTE_VERBOSE="1",
        )
    finally:
        for folder in folders:
            folder.chmod(0o755)
    if "is root without a limit" in lines:
        pytest.skip("nothing keeps this process from writing")
    said = [line for line in lines if line.startswith("fastsmote: ")]
    assert len(said) == 1
    assert said[0].startswith("fastsmote: kernels are compiled anew in each process: cannot cache")
    assert "right" in lines
    assert not list(package.rglob("*.nb?"))

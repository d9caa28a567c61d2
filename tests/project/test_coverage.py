"""Small tests reach nearly every line of the package, kernels included.

They run in two processes, and in those that they start: one without a compiler, where the
kernels are plain Python whose lines can be seen; one with it, for what has no loops of its
own and for what only a compiler runs. Only the rooms of Spark and Ray are left out: `.ci/run`
installs these engines later, and their own tests reach the lines.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2]
LEAST_PERCENT, LEAST_PERCENT_OF_A_ROOM = 95.0, 90.0
WITHOUT_COMPILER = [
    "tests/fuzzing/test_fuzzing.py",
    "tests/fuzzing/test_fuzzing_under_sampling.py",
    "tests/base/test_frames.py",
    "tests/kernels/test_without_compiler.py",
    "tests/losses/test_losses.py",
    "tests/search/test_partial_index.py",
    "tests/synthesis/test_value_rules.py",
]
# Other files take long and reach no lines, or few, that these do not.
WITH_COMPILER = [
    "tests/cluster/test_over_sampling_plans.py",
    "tests/cluster/test_smotenc_plan.py",
    "tests/cluster/test_combine_plans.py",
    "tests/cluster/test_near_miss_plan.py",
    "tests/cluster/test_repeats_plan.py",
    "tests/cluster/test_buckets.py",
    "tests/cluster/test_columns.py",
    "tests/cluster/test_engine_checks.py",
    "tests/offline/test_offline_buckets.py",
    "tests/offline/test_offline_command.py",
    "tests/offline/test_offline_csv.py",
    "tests/offline/test_offline_disks.py",
    "tests/offline/test_offline_errors.py",
    "tests/offline/test_offline_folders.py",
    "tests/offline/test_offline_formats.py",
    "tests/offline/test_offline_hard_tables.py",
    "tests/offline/test_offline_large_batches.py",
    "tests/offline/test_offline_npy.py",
    "tests/offline/test_offline_output.py",
    "tests/offline/test_offline_provenance.py",
    "tests/offline/test_offline_refusals.py",
    "tests/offline/test_offline_remote.py",
    "tests/offline/test_offline_types.py",
    "tests/offline/test_offline_values.py",
    "tests/distributed/test_distributed_cluster.py",
    "tests/distributed/test_distributed_engine.py",
    "tests/distributed/test_distributed_errors.py",
    "tests/distributed/test_distributed_laziness.py",
    "tests/distributed/test_distributed_mixed.py",
    "tests/distributed/test_distributed_names.py",
    "tests/distributed/test_distributed_tables.py",
    "tests/commands/test_cli.py",
    "tests/commands/test_command_errors.py",
    "tests/commands/test_compare_command.py",
    "tests/commands/test_report_command.py",
    "tests/decision/test_compare_errors.py",
    "tests/decision/test_prior_correction.py",
    "tests/decision/test_prior_correction_in_use.py",
    "tests/over_sampling/test_values.py",
    "tests/over_sampling/test_values_page.py",
    "tests/plotting/test_plotted_tables.py",
    "tests/plotting/test_plotting.py",
    "tests/project/test_versions.py",
    "tests/patch/test_patch.py",
    "tests/patch/test_patch_pickles.py",
    "tests/patch/test_patch_programs.py",
    "tests/base/test_drop_in_schemas.py",
    "tests/base/test_drop_in_subclasses.py",
    "tests/base/test_drop_in_tables.py",
    "tests/base/test_drop_in_values.py",
    "tests/base/test_log.py",
    "tests/base/test_missing_values_refused.py",
    "tests/progress/test_notice.py",
    "tests/progress/test_progress.py",
    "tests/progress/test_progress_of_programs.py",
    "tests/synthesis/test_parameter_values.py",
    "tests/synthesis/test_provenance.py",
    "tests/synthesis/test_resample_like.py",
    "tests/synthesis/test_resample_like_kinds.py",
    "tests/threads/test_threads.py",
    "tests/threads/test_ranges.py",
    "tests/decision/test_neighborhood.py",
    "tests/kernels/test_without_compiler.py",
    "tests/losses/test_focal_loss_classifier.py",
]
# Left to the suite itself: what takes long, ends by the clock, or kills processes.
LEFT_OUT = [
    "memory_stays_under_the_limit",
    "real_table",
    "demo_gives_identical_rows",
    "worker",
    "default_client",
    "killed",
    "ctrl_c",
    "sigterm",
    "signal_of_an_interrupt",
    "interrupt_at_any_time",  # which may leave coverage's own lock taken
    "small_",  # of the other process
]
# Without a compiler it takes a seventh of its run, and reaches no line that others do not.
REACHES_NO_MORE = "tests/fuzzing/test_fuzzing.py::test_squares_too_large_for_float64_are_ties"
OMITTED = ("ray/*", "spark/*", "_cluster/docstrings.py")  # the last is of the others' classes
OPTIONS = """
[run]
source = {}
omit = {}
parallel = true
data_file = {}
disable_warnings = no-data-collected, module-not-imported, module-not-measured
"""


def start_tests(tests, folder, **environment):
    """Start pytest in a process that, with all that it starts, notes the lines it reaches.

    A folder on the path of them all holds a `sitecustomize.py` that begins to. The package
    is the one that stands beside the tests, whether another is installed or not.
    """
    paths = [str(folder), str(FOLDER), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "COVERAGE_PROCESS_START": str(folder / "options"),
        "PYTEST_ADDOPTS": "",  # the workers of this run are not those of that one
        **environment,
    }
    for name in ("FASTSMOTE_DATA", "FASTSMOTE_FUZZ_EXAMPLES"):
        environment.pop(name, None)
    return subprocess.Popen(
        [
            *[sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist"],
            *tests,
        ],
        cwd=FOLDER,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def failed_tests(output):
    """The tests that pytest's summary names. Its end may hold less: an error may be long."""
    lines = (line for line in output.splitlines() if line.startswith(("FAILED ", "ERROR ")))
    return [line.partition(" - ")[0] for line in lines]


def read_coverage(folder):
    """What all processes reached, as `coverage json` says it."""
    options = f"--rcfile={folder / 'options'}"
    for command in (["combine", "-q"], ["json", "-q", "-o", folder / "report.json"]):
        subprocess.run(
            [sys.executable, "-m", "coverage", *command, options], cwd=FOLDER, check=True
        )
    return json.loads((folder / "report.json").read_text())


@pytest.mark.coverage
@pytest.mark.nightly
def test_small_tests_reach_nearly_every_line_of_the_package(tmp_path):
    omitted = ", ".join(f"*/fastsmote/{path}" for path in OMITTED)
    options = OPTIONS.format(FOLDER / "fastsmote", omitted, tmp_path / "data")
    (tmp_path / "options").write_text(options)
    (tmp_path / "sitecustomize.py").write_text("import coverage\ncoverage.process_startup()\n")
    small = ["-m", "not (slow or processes)", "-k", f"not ({' or '.join(LEFT_OUT)})"]
    runs = [
        start_tests(
            ["-m", "", "--deselect", REACHES_NO_MORE, *WITHOUT_COMPILER],
            tmp_path,
            NUMBA_DISABLE_JIT="1",
        ),
        start_tests([*small, *WITH_COMPILER], tmp_path, NUMBA_DISABLE_JIT="0"),
    ]
    outputs = [run.communicate()[0] for run in runs]
    for run, output in zip(runs, outputs, strict=True):
        assert run.returncode == 0, f"{failed_tests(output)}\n{output[-5000:]}"
    covered = read_coverage(tmp_path)
    files = {Path(name).as_posix(): file for name, file in covered["files"].items()}
    paths = [path.relative_to(FOLDER / "fastsmote") for path in FOLDER.glob("fastsmote/**/*.py")]
    assert files.keys() == {
        f"fastsmote/{path.as_posix()}"
        for path in paths
        if not any(path.match(pattern) for pattern in OMITTED)
    }
    lines, reached = Counter(), Counter()
    for name, file in files.items():
        lines[str(Path(name).parent)] += file["summary"]["num_statements"]
        reached[str(Path(name).parent)] += file["summary"]["covered_lines"]
    percent = {room: round(100 * reached[room] / lines[room], 1) for room in lines}
    print(percent, covered["totals"]["percent_covered"])
    missing = {name: file["missing_lines"] for name, file in files.items()}
    assert covered["totals"]["percent_covered"] >= LEAST_PERCENT, missing
    assert min(percent.values()) >= LEAST_PERCENT_OF_A_ROOM, percent

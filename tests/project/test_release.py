"""The files of a release agree: versions, Pythons, bounds, forms, workflows."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import fastsmote

ROOT = Path(__file__).parents[2]
PROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
SITE = "https://github.com/fastsmote/fastsmote"
GITHUB, CONDA = ROOT / ".github", ROOT / "conda"
pytestmark = pytest.mark.skipif(not GITHUB.exists(), reason="a source distribution has no .github")
WORKFLOWS = sorted(GITHUB.glob("workflows/*.yml"))
FORMS = sorted(path for path in GITHUB.glob("ISSUE_TEMPLATE/*.yml") if path.stem != "config")


def read_yaml(path):
    """The values of a file. YAML takes the key `on` of a workflow for True."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def read_recipe():
    return read_yaml(CONDA / "recipe" / "recipe.yaml")


def jobs_of(path):
    """{name: job} of a workflow."""
    return read_yaml(path)["jobs"]


def actions_of(path):
    """Every action that a workflow uses."""
    steps = [step for job in jobs_of(path).values() for step in job["steps"]]
    return [step["uses"] for step in steps if "uses" in step]


def list_in_project(name, text=PROJECT):
    """The strings of a list in pyproject.toml that stands on several lines."""
    return re.findall(r'"([^"]+)"', text.partition(f"\n{name} = [")[2].partition("\n]")[0])


# Versions


def test_every_file_names_the_version():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = {
        "pyproject.toml": re.search(r'^version = "(.+)"$', PROJECT, re.MULTILINE)[1],
        "CHANGELOG.md": re.search(r"^## \[(.+?)\] - ", changes, re.MULTILINE)[1],
        "CITATION.cff": str(read_yaml(ROOT / "CITATION.cff")["version"]),
        "recipe.yaml": read_recipe()["context"]["version"],
    }
    assert versions == dict.fromkeys(versions, fastsmote.__version__)


def test_the_citation_is_dated_as_the_changelog():
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    date = re.search(r"^## \[.+?\] - (\S+)$", changes, re.MULTILINE)[1]
    assert str(read_yaml(ROOT / "CITATION.cff").get("date-released", "unreleased")) == date


# Pythons


def test_classifiers_are_the_pythons_that_are_tested():
    classifiers = list_in_project("classifiers")
    pythons = [name.rpartition(" ")[2] for name in classifiers if re.search(r":: 3\.\d+$", name)]
    matrix = jobs_of(GITHUB / "workflows" / "tests.yml")["test"]["strategy"]["matrix"]
    assert pythons == matrix["python"]
    assert f'requires-python = ">={pythons[0]}"' in PROJECT
    assert {name.partition("-")[0] for name in matrix["system"]} == {"ubuntu", "macos", "windows"}


def test_the_oldest_python_gets_the_lower_bounds():
    oldest = re.search(r'requires-python = ">=(.+)"', PROJECT)[1]
    steps = jobs_of(GITHUB / "workflows" / "tests.yml")["lower-bounds"]["steps"]
    assert oldest in [step["with"].get("python-version") for step in steps if "with" in step]
    assert any("-c .ci/lower-bounds.txt" in step.get("run", "") for step in steps)


# conda


def test_bounds_of_the_recipe_are_those_of_the_project():
    required = {re.sub(r"(>=)", r" \1", name) for name in list_in_project("dependencies")}
    assert len(required) == 11
    of_recipe = set(read_recipe()["requirements"]["run"])
    assert of_recipe == {"python >=${{ python_min }}", *required}


def test_the_recipe_builds_with_what_the_project_builds_with():
    (builder,) = re.findall(r'^requires = \["(.+)"\]$', PROJECT, re.MULTILINE)
    assert builder.replace(">=", " >=") in read_recipe()["requirements"]["host"]


def test_the_recipe_names_the_command_and_license_of_the_project():
    (command,) = re.findall(r'\[project.scripts\]\nfastsmote = "(.+)"', PROJECT)
    recipe = read_recipe()
    assert recipe["build"]["python"]["entry_points"] == [f"fastsmote = {command}"]
    assert f'license = "{recipe["about"]["license"]}"' in PROJECT
    assert f'description = "{recipe["about"]["summary"]}"' in PROJECT
    assert (ROOT / recipe["about"]["license_file"]).exists()


def fill_recipe(sdist):
    """The finished process of the script that fills in the hash of a sdist."""
    return subprocess.run(
        [sys.executable, ROOT / ".ci" / "recipe", sdist],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_hash_of_the_sdist_is_filled_in(tmp_path):
    sdist = tmp_path / f"fastsmote-{fastsmote.__version__}.tar.gz"
    sdist.write_bytes(b"an archive")
    done = fill_recipe(sdist)
    assert done.returncode == 0, done.stderr
    filled = yaml.safe_load(done.stdout)
    assert filled["source"]["sha256"] == hashlib.sha256(b"an archive").hexdigest()
    filled["source"]["sha256"] = read_recipe()["source"]["sha256"]
    assert filled == read_recipe()


def test_a_sdist_of_another_version_is_refused(tmp_path):
    sdist = tmp_path / "fastsmote-99.0.tar.gz"
    sdist.touch()
    done = fill_recipe(sdist)
    assert done.returncode == 1
    assert "Got fastsmote-99.0.tar.gz instead" in done.stderr


# Forms


def test_there_is_a_form_for_each_kind_of_issue():
    assert [path.stem for path in FORMS] == ["bug", "feature", "slow-call", "wrong-rows"]


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_form_asks_for_show_versions(path):
    fields = {field["id"]: field for field in read_yaml(path)["body"] if "id" in field}
    assert "fastsmote.show_versions()" in fields["versions"]["attributes"]["description"]
    is_required = fields["versions"].get("validations", {}).get("required", False)
    assert is_required == (path.stem != "feature")


def test_the_form_for_rows_asks_for_the_table_and_both_outputs():
    fields = read_yaml(GITHUB / "ISSUE_TEMPLATE" / "wrong-rows.yml")["body"]
    required = {field["id"] for field in fields if field.get("validations", {}).get("required")}
    assert required == {"table", "theirs", "ours", "versions"}


def test_the_program_of_the_form_for_rows_runs(capsys):
    fields = read_yaml(GITHUB / "ISSUE_TEMPLATE" / "wrong-rows.yml")["body"]
    (program,) = (
        field["attributes"]["placeholder"] for field in fields if field.get("id") == "table"
    )
    exec(compile(program, "wrong-rows.yml", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6
    assert lines[:3] == lines[3:]


# Workflows


def test_there_is_a_workflow_for_each_task():
    assert [path.stem for path in WORKFLOWS] == ["docs", "nightly", "release", "tests"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_actions_are_pinned_by_full_versions(path):
    assert actions_of(path)
    for action in actions_of(path):
        assert re.fullmatch(r"[\w/-]+@(v\d+\.\d+\.\d+|[0-9a-f]{40})", action), action


def test_an_action_has_one_version():
    versions = {}
    for action in sorted({action for path in WORKFLOWS for action in actions_of(path)}):
        versions.setdefault(action.partition("@")[0], []).append(action)
    assert [used for used in versions.values() if len(used) > 1] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_job_has_a_time_limit_and_its_own_permissions(path):
    workflow = read_yaml(path)
    assert workflow["permissions"] == {}
    assert "concurrency" in workflow
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 180, name
        assert job["permissions"], name


def test_only_deployment_and_release_may_write():
    may_write = {
        (path.stem, name): sorted(
            scope for scope, right in job["permissions"].items() if right == "write"
        )
        for path in WORKFLOWS
        for name, job in jobs_of(path).items()
        if "write" in job["permissions"].values()
    }
    assert may_write == {
        ("docs", "deploy"): ["id-token", "pages"],
        ("release", "attach"): ["contents"],
        ("release", "publish"): ["id-token"],
    }


def test_only_a_tag_that_was_checked_is_published_and_without_a_token():
    jobs = jobs_of(GITHUB / "workflows" / "release.yml")
    assert jobs["publish"]["needs"] == "build"
    assert jobs["publish"]["environment"] == "release"
    for name in ("publish", "attach"):
        assert jobs[name]["if"] == "startsWith(github.ref, 'refs/tags/')"
    build = [step.get("run", "") for step in jobs["build"]["steps"]]
    assert ".ci/package dist" in build
    assert any("GITHUB_REF_NAME#v" in line for line in build)
    assert "secrets." not in (GITHUB / "workflows" / "release.yml").read_text(encoding="utf-8")


def test_the_checks_on_a_change_lint_and_package():
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert {".ci/lint", ".ci/package"} <= set(lines)
    linters = {line.partition(" ")[0] for line in (ROOT / ".ci" / "lint").read_text().splitlines()}
    hooks = read_yaml(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    of_hooks = {hook["entry"].partition(" ")[0] for hook in hooks}
    assert of_hooks == {"ruff", "codespell", "actionlint", "zizmor", "repo-review"}
    assert of_hooks <= linters


# Addresses


def test_addresses_are_those_of_the_project():
    urls = dict(re.findall(r'^(\w+) = "(https://[^"]+)"$', PROJECT, re.MULTILINE))
    assert urls.keys() == {"Homepage", "Documentation", "Source", "Issues", "Changelog"}
    assert urls["Homepage"] == urls["Source"] == SITE
    about, citation = read_recipe()["about"], read_yaml(ROOT / "CITATION.cff")
    assert about["homepage"] == about["repository"] == citation["repository-code"] == SITE
    assert about["documentation"] == citation["url"] == urls["Documentation"]


def test_pages_that_the_forms_link_exist():
    text = "".join(path.read_text(encoding="utf-8") for path in FORMS)
    linked = re.findall(rf"{SITE}/blob/main/([\w./-]+)", text)
    assert len(linked) == 2
    assert [name for name in linked if not (ROOT / name).exists()] == []
    assert "\n## When it will not help\n" in (ROOT / "README.md").read_text(encoding="utf-8")

"""Programs run by `python -m fastsmote`."""

import pytest
from helpers.programs import run_python

import fastsmote
import fastsmote.combine
import fastsmote.over_sampling
import fastsmote.under_sampling

SHOW = """
import sys
from imblearn.over_sampling import SMOTE
from imblearn.ensemble import _bagging

class Local:
    pass

import pickle
pickle.loads(pickle.dumps(Local()))
print(sys.argv[1:], __name__, SMOTE.__module__, _bagging.RandomUnderSampler.__module__)
print(__file__ == sys.argv[0], sys.path[0])
"""
SHOWN = (
    "['--depth', '3', '-h'] __main__ "
    "fastsmote.over_sampling._smote fastsmote.under_sampling._random_under_sampler"
)


def test_a_script_runs_as_under_python(tmp_path):
    (tmp_path / "show.py").write_text(SHOW)
    printed = run_python("-m", "fastsmote", tmp_path / "show.py", "--depth", "3", "-h")
    assert printed.splitlines() == [SHOWN, f"True {tmp_path}"]


@pytest.mark.slow
def test_a_module_runs_as_under_python(tmp_path):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "show.py").write_text(SHOW)
    arguments = ["-m", "fastsmote", "-m", "package.show", "--depth", "3", "-h"]
    printed = run_python(*arguments, folder=tmp_path)
    assert printed.splitlines() == [SHOWN, f"True {tmp_path}"]


@pytest.mark.slow
@pytest.mark.parametrize(("body", "status"), [("import sys; sys.exit(5)", 5), ("1 / 0", 1)])
def test_a_script_ends_with_its_own_status(body, status, tmp_path):
    (tmp_path / "script.py").write_text(body)
    run_python("-m", "fastsmote", tmp_path / "script.py", code=status)


@pytest.mark.parametrize("arguments", [[], ["-m"], ["--demo"], ["no_such_file.py"]])
def test_wrong_arguments_give_status_2(arguments, capsys, tmp_path, monkeypatch):
    from fastsmote import __main__

    monkeypatch.chdir(tmp_path)
    assert __main__.main(arguments) == 2
    expected = "no such file: 'no_such_file.py'" if arguments == ["no_such_file.py"] else "usage: "
    assert expected in capsys.readouterr().err
    assert not fastsmote.is_patched()


def test_help_is_printed(capsys):
    from fastsmote import __main__

    assert __main__.main(["--help"]) == 0
    assert "usage: python -m fastsmote script.py" in capsys.readouterr().out

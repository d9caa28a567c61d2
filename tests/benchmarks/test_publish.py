"""What is published of a race: its document, the figures, the places in the readmes."""

import json
from pathlib import Path

import pytest
from helpers.races import OfGivenSpeed

from benchmarks.inputs.catalog import INTELEX, OURS, STOCK
from benchmarks.race import contests, figures, publish, summary
from benchmarks.race.cells import MISSING, OVER

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 60


@pytest.fixture(scope="module")
def document():
    """A whole published run, in processes that only say so."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("FASTSMOTE_DATA", raising=False)
        patch.setattr(publish, "LIBRARIES", (STOCK, OURS))
        patch.setattr(contests, "CellProcess", OfGivenSpeed)
        patch.setattr(contests, "PAUSE_SECONDS", 0)
        document = {
            "command": "python -m benchmarks.race.publish",
            **publish.describe(),
            "cells": [],
        }
        contests.run_races(publish.plan(rounds=1, limit=LIMIT), document)
    return document


def test_a_published_run_covers_what_it_has_to(document):
    from benchmarks.race.records import by_contest

    tables = {}
    for sampler, table, _ in by_contest(document, "tables"):
        tables.setdefault(sampler, set()).add(table)
    assert set(tables) == set(contests.CHOSEN)
    assert min(map(len, tables.values())) >= 6
    assert {sampler for sampler, _, _ in by_contest(document, "scaling")} == set(publish.SCALED)
    large = by_contest(document, "large")
    assert {sampler for sampler, _, _ in large} == {"SMOTE", "BorderlineSMOTE", "TomekLinks"}
    assert {table for _, table, _ in large} == {"blobs-10000000-20-0.5:float32"}


def test_the_figures_are_the_same_bytes_each_time(document, tmp_path):
    pytest.importorskip("matplotlib")
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        paths = figures.draw_all(document, folder)
        assert [path.name for path in paths] == ["scaling.svg", "ratios.svg", "threads.svg"]
    for path in paths:
        text = path.read_text()
        assert text == (tmp_path / "a" / path.name).read_text()
        assert len(text) < 100_000
        assert "SMOTE" in text


def test_an_ended_peer_is_drawn_at_the_limit(document, tmp_path):
    pytest.importorskip("matplotlib")
    ended = json.loads(json.dumps(document))
    for record in ended["cells"]:
        if record["library"] == STOCK and record["table"] != "blobs-1000000":
            record |= {"outcome": OVER, "median_s": None, "message": "over 60 s"}
    figures.draw_all(ended, tmp_path)
    assert ">over<" in (tmp_path / "scaling.svg").read_text()
    assert "over 60 s" in summary.every_contest(ended, "tables")


def test_a_time_without_a_comparison_gives_no_ratio(document):
    from benchmarks.race.records import by_contest, ratio_to

    contest = by_contest(document, "tables")["ENN", "integers-20000", None]
    assert ratio_to(contest) == 6
    contest[OURS] = {**contest[OURS], "is_identical": None}
    assert ratio_to(contest) is None


def test_a_line_says_how_to_run_it_again(document):
    renamed = json.loads(json.dumps(document).replace('"small-1000"', '"pendigits"'))
    for record in renamed["cells"]:
        if record["table"] == "pendigits" and record["library"] == STOCK:
            record["median_s"] = 9.0
    lines = summary.ten_lines(renamed).splitlines()
    assert "--data FOLDER --samplers SMOTE --tables blobs-20000 pendigits`" in lines[2]
    assert "| 6.0x (blobs-20000) | 6.0x | 9.0x (pendigits) | 6 of 6 |" in lines[2]
    assert "--data" not in summary.ten_lines(document)


def test_a_slower_contest_is_told(document):
    slower = json.loads(json.dumps(document))
    for record in slower["cells"]:
        record["median_s"] = 2.0 if record["library"] == OURS else 1.0
    assert "| SMOTE | integers-20000 | imbalanced-learn | 2 s | 1 s | 0.5x |" in summary.no_better(
        slower
    )


def test_a_peer_that_is_missing_is_told_once():
    record = {"library": INTELEX, "table": "http", "message": "no sklearnex\nat all"}
    record |= {"outcome": MISSING, "group": "tables"}
    cells = [{**record, "sampler": name} for name in contests.CHOSEN]
    expected = f"| {INTELEX} | missing | no sklearnex | {len(cells)} | SMOTE on http, "
    assert expected in summary.missing({"cells": cells})
    assert summary.missing({"cells": [{**cells[0], "outcome": OVER}]}) == "Nothing.\n"


def test_every_place_of_the_readme_is_filled(document):
    text = (ROOT / "benchmarks" / "README.md").read_text()
    filled = summary.fill(text, document)
    places = {match[2] for match in summary.PLACE.finditer(text)}
    assert places == set(summary.SECTIONS) - {"first_figure"}
    assert "Not run yet." not in filled
    assert summary.PLACE.sub("", filled) == summary.PLACE.sub("", text)
    assert summary.fill(filled, document) == filled


def test_an_unknown_place_is_refused(document):
    with pytest.raises(ValueError, match="Got 'nowhere' instead"):
        summary.fill("<!-- begin nowhere -->\n<!-- end nowhere -->", document)


def test_one_command_writes_the_json_the_figures_and_the_readmes(monkeypatch, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "benchmarks").mkdir()
    for name in ("README.md", "benchmarks/README.md"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    monkeypatch.delenv("FASTSMOTE_DATA", raising=False)
    monkeypatch.setattr(publish, "ROOT", tmp_path)
    monkeypatch.setattr(publish, "RESULTS", tmp_path / "benchmarks" / "results")
    monkeypatch.setattr(publish, "LIBRARIES", (STOCK, OURS))
    monkeypatch.setattr(contests, "CellProcess", OfGivenSpeed)
    monkeypatch.setattr(contests, "PAUSE_SECONDS", 0)
    publish.main(["--rounds", "2"])
    written = (tmp_path / "benchmarks" / "results" / "race.json").read_text()
    text = (tmp_path / "README.md").read_text()
    assert "](benchmarks/results/scaling.svg)" in text
    table = (tmp_path / "benchmarks" / "README.md").read_text()
    assert "python -m benchmarks.race --samplers SMOTE --tables" in table
    assert "10,000,000" in (tmp_path / "benchmarks" / "README.md").read_text()
    publish.main(["--resume"])
    assert (tmp_path / "benchmarks" / "results" / "race.json").read_text() == written


def test_a_run_of_other_code_is_not_resumed(document, tmp_path):
    path = tmp_path / "race.json"
    path.write_text(json.dumps(document))
    assert publish.document_to_resume(path) == document
    path.write_text(json.dumps({**document, "commit": "0" * 40}))
    with pytest.raises(SystemExit, match="was measured with commit 0000"):
        publish.document_to_resume(path)

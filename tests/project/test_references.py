"""docs/references.bib has every paper that a docstring cites, with the same facts."""

import ast
import re

import pytest
from helpers.pages import DOCS, text_of

import fastsmote

PACKAGE = DOCS.parent / "fastsmote"
BIB = text_of("references.bib")
pytestmark = pytest.mark.skipif(not BIB, reason="an installed package has no docs")


def plain(text):
    """Letters and digits of a text, in lower case."""
    return re.sub(r"[^a-z0-9]", "", text.lower())


def entries():
    """The fields of each entry, by its key."""
    found = {}
    for key, body in re.findall(r"^@\w+\{(\w+),\n(.*?)^\}", BIB, re.DOTALL | re.MULTILINE):
        fields = dict(re.findall(r"(\w+) = \{((?:[^{}]|\{[^{}]*\})*)\}", body))
        found[key] = fields
    return found


def cited():
    """(file, text) of each reference of a docstring: authors, quoted title, venue, pages, year."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                continue
            section = re.search(
                r"^ *References\n *-+\n(.*?)(?=^ *\w+\n *-{3,}|\Z)",
                ast.get_docstring(node) or "",
                re.DOTALL | re.MULTILINE,
            )
            text = " ".join(section[1].split()) if section else ""
            quoted = [match.start() for match in re.finditer(r'"[^"]+"', text)]
            for place, start in enumerate(quoted):
                yield path.name, text[start : [*quoted, None][place + 1]]


def entry_of(text):
    """The entry whose title is that of a reference, or begins with it."""
    title = plain(re.match(r'"([^"]+)"', text)[1])
    fitting = [f for f in entries().values() if plain(f["title"]).startswith(title)]
    years = re.findall(r"\b(?:19|20)\d\d\b(?!-)", text.partition('", ')[2])
    return next((f for f in fitting if not years or f["year"] in years), None)


def test_every_paper_of_a_docstring_is_in_the_bibliography_with_its_year_and_pages():
    references = list(cited())
    assert len(references) > 40
    for name, text in references:
        entry = entry_of(text)
        assert entry is not None, (name, text)
        pages = re.search(r"\b(\d+)-(\d+)\b", text.partition('", ')[2])
        if pages and "pages" in entry:
            assert entry["pages"] == f"{pages[1]}--{pages[2]}", (name, text)


def test_entries_are_whole_and_their_dois_differ():
    assert len(entries()) == BIB.count("\n@") + 1
    for key, fields in entries().items():
        assert {"author", "title", "year"} <= fields.keys(), key
        assert {"journal", "booktitle", "eprint"} & fields.keys(), key
        assert fields["year"] in key, key
        assert re.match(r"10\.\d{4,}/\S+$", fields.get("doi", "10.1000/1")), key
    dois = [fields["doi"] for fields in entries().values() if "doi" in fields]
    assert len(dois) == len(set(dois)) > 20


def test_papers_that_a_page_cites_are_in_the_bibliography():
    keys = set(entries())
    pages = {path.name: path.read_text(encoding="utf-8") for path in DOCS.glob("*.md")}
    cited_keys = {
        key for text in pages.values() for key in re.findall(r"\{cite:[pt]\}`(\w+)`", text)
    }
    assert len(cited_keys) > 15
    assert cited_keys <= keys


def test_the_version_to_cite_is_that_of_the_package():
    assert f"version = {{{fastsmote.__version__}}}" in text_of("citing.md")

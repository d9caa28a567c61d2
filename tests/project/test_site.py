"""The documentation site: it builds without a warning, and no link in it is dead."""

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from helpers.html import read_html

import fastsmote
from fastsmote._commands.main import main
from fastsmote.offline._options import SAME_ROWS_AS, SAMPLERS

ROOT = Path(__file__).parents[2]
PACKAGE = Path(fastsmote.__file__).parent
SECONDS = 900
NEEDED = ("benchmarks", "docs")  # folders that the site is made from
WRITTEN = ("_build", "auto_examples", "generated", "__pycache__", "sg_execution_times.rst")
pytestmark = pytest.mark.skipif(
    not (ROOT / "docs").exists(), reason="an installed package has no docs"
)


def names_of(path):
    """The `__all__` of a module, read from its source: an engine may not be installed."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "__all__":
            return ast.literal_eval(node.value)
    return None


def public_names():
    """Every public name of the package, with its module."""
    names = {f"fastsmote.{name}" for name in fastsmote.__all__} | {"fastsmote"}
    for path in PACKAGE.iterdir():
        home = path / "__init__.py" if path.is_dir() else path
        if home.exists() and not path.name.startswith("_") and home.suffix == ".py":
            module = f"fastsmote.{path.stem}"
            names |= {module, *(f"{module}.{name}" for name in names_of(home))}
    return names


def dead_links(folder, pages):
    """Links of pages to a file or an anchor that is not there."""
    dead = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
            if not target.is_file() or not target.is_relative_to(folder):
                dead.append((path.relative_to(folder).as_posix(), link))
            elif parts.fragment and target in pages:
                is_there = unquote(parts.fragment) in pages[target].anchors
                dead += [] if is_there else [(path.relative_to(folder).as_posix(), link)]
    return dead


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder of the site, built from a copy of its sources."""
    if importlib.util.find_spec("sphinx") is None:
        message = 'Sphinx is not installed: python -m pip install ".[docs]"'
        if os.environ.get("FASTSMOTE_REQUIRE_DOCS"):
            pytest.fail(message)
        pytest.skip(message)
    source = tmp_path_factory.mktemp("source")
    for name in NEEDED:
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns(*WRITTEN))
    for path in [ROOT / "pyproject.toml", ROOT / "LICENSE", *ROOT.glob("*.md")]:
        shutil.copy(path, source)
    folder = tmp_path_factory.mktemp("site").resolve()
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "docs", str(folder)],
        cwd=source,
        env={**os.environ, "PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stderr[-10_000:]
    return folder


@pytest.fixture(scope="module")
def pages(site):
    """{path: page} of the site, without the templates of the theme."""
    paths = [path for path in site.rglob("*.html") if "_static" not in path.parts]
    return {path: read_html(path.read_text(encoding="utf-8")) for path in paths}


@pytest.mark.docs
def test_no_link_inside_the_site_is_dead(site, pages):
    assert len(pages) > 100
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert dead_links(site, pages) == []


@pytest.mark.docs
def test_every_page_has_a_title_of_its_own(site, pages):
    titles = {}
    for path, page in pages.items():
        assert page.title.strip(), path
        assert page.heading.strip() or path.name in ("genindex.html", "search.html"), path
        titles.setdefault(page.title, []).append(path.relative_to(site).as_posix())
    assert {title: paths for title, paths in titles.items() if len(paths) > 1} == {}


@pytest.mark.docs
def test_every_public_name_is_in_the_inventory(site):
    inventory = (site / "objects.inv").read_bytes().split(b"\n", 4)[4]
    lines = zlib.decompress(inventory).decode().splitlines()
    documented = {line.split(" py:")[0] for line in lines if " py:" in line}
    assert len(public_names()) > 80
    assert public_names() - documented == set()


@pytest.mark.docs
def test_every_example_draws_pictures_that_are_not_empty(site):
    """The build runs each example, with warnings as errors."""
    from matplotlib.image import imread  # which only the extra "docs" installs

    for path in ROOT.glob("docs/gallery/plot_*.py"):
        page = (site / "auto_examples" / f"{path.stem}.html").read_text(encoding="utf-8")
        pictures = set(re.findall(rf"_images/(sphx_glr_{path.stem}_\d+\.png)", page))
        assert pictures, path.stem
        for name in pictures:
            colors = imread(site / "_images" / name)[..., :3]
            # Empty axes are black on white.
            assert np.mean(np.ptp(colors, axis=2) > 0.1) > 0.001, name


@pytest.mark.docs
def test_every_link_to_the_repository_leads_to_a_file(pages):
    addresses = {link for page in pages.values() for link in page.links if "/blob/main/" in link}
    paths = {re.sub("#.*", "", address.partition("/blob/main/")[2]) for address in addresses}
    assert paths
    assert [path for path in paths if not (ROOT / path).is_file()] == []


@pytest.mark.docs
def test_every_page_of_the_command_line_shows_its_options(site):
    text = (site / "api" / "generated" / "command-line.html").read_text(encoding="utf-8")
    for option in ("--sampling-strategy", "--part-rows", "--neighbors", "--rows"):
        assert option in text


# The checks themselves, and what the tables are made from


def test_dead_links_are_found(tmp_path):
    texts = {
        "a.html": '<title>A</title><h1 id="top">A</h1><a href="b.html#x">b</a><a href="#top">a</a>',
        "b.html": '<h1>B</h1><a href="c.html">c</a><img src="d.png"><a href="a.html#y">a</a>'
        '<a href="https://example.org/">e</a>',
    }
    pages = {tmp_path / name: read_html(text) for name, text in texts.items()}
    for path, text in zip(pages, texts.values(), strict=True):
        path.write_text(text)
    assert dead_links(tmp_path, pages) == [
        ("a.html", "b.html#x"),
        ("b.html", "c.html"),
        ("b.html", "d.png"),
        ("b.html", "a.html#y"),
    ]
    assert [(page.title, page.heading) for page in pages.values()] == [("A", "A"), ("", "B")]


def test_every_link_of_the_readme_leads_to_a_file():
    paths = re.findall(r"\]\((?!https?:)([^)#\s]+)", (ROOT / "README.md").read_text("utf-8"))
    assert len(paths) > 10
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_of_files_names_the_class_of_its_rows(name):
    module, _, class_ = SAME_ROWS_AS[name].partition("(")[0].partition(".")
    sampler = getattr(getattr(fastsmote, module), class_)
    assert sampler._sampling_type == SAMPLERS[name]


@pytest.mark.docs
def test_the_page_of_the_command_line_has_every_command(site, capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = re.findall(r"^    ([a-z]+) ", capsys.readouterr().out, re.MULTILINE)
    assert "resample" in commands
    page = (site / "api" / "generated" / "command-line.html").read_text(encoding="utf-8")
    assert [name for name in commands if f'id="fastsmote-{name}"' not in page] == []

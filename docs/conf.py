"""Configuration of Sphinx.

    python -m pip install ".[docs]" && sphinx-build -W docs docs/_build

Pages that the code can write are written to `docs/api/generated/` before Sphinx reads its
sources (`_ext/generated_pages.py`). Needs Python 3.11 or later.
"""

import importlib.util
import sys
from pathlib import Path

import tomllib

import fastsmote

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS / "_ext"))
sys.path.append(str(DOCS.parent))  # for `benchmarks`, behind an installed fastsmote
PROJECT = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = "fastsmote"
author = PROJECT["authors"][0]["name"]
copyright = f"2026, {author}"
version = release = fastsmote.__version__

repository_address = PROJECT["urls"]["Source"]

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
    "sphinx_design",
    "sphinx_gallery.gen_gallery",
    "sphinxcontrib.bibtex",
    "compiled_samplers",
    "generated_pages",
    "race_tables",
    "repository_links",
]
exclude_patterns = ["_build", "examples", "gallery", "**/sg_execution_times.rst"]
highlight_language = "none"  # of blocks without a language: commands, output, diagrams
default_role = "py:obj"  # what docstrings have in single backticks
autosummary_generate = False  # `generated_pages` writes the pages of the API
autodoc_mock_imports = [
    name for name in ("dask", "pyspark", "ray") if importlib.util.find_spec(name) is None
]
numpydoc_show_class_members = False

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4
bibtex_bibfiles = ["references.bib"]
copybutton_exclude = ".linenos, .gp, .go"

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "auto_examples",
    # The page of a public name shows the programs of the gallery that use the name.
    "backreferences_dir": "auto_examples/backreferences",
    "doc_module": ("fastsmote",),
    "filename_pattern": r"/plot_",
    "abort_on_example_error": True,
    "image_scrapers": ("matplotlib",),
    "reset_modules": ("matplotlib", "gallery_warnings.reset"),
    "reset_modules_order": "both",
    "download_all_examples": False,
    "show_signature": False,
    "remove_config_comments": True,
    "write_computation_times": False,
    "within_subsection_order": "FileNameSortKey",
}

html_theme = "pydata_sphinx_theme"
html_title = "fastsmote"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_sidebars = {"start": []}
html_context = {"default_mode": "auto"}
html_theme_options = {
    "github_url": repository_address,
    "header_links_before_dropdown": 7,
    "show_nav_level": 1,
    "navigation_with_keys": False,
    "secondary_sidebar_items": ["page-toc"],
}
html_show_sourcelink = False

"""Links of pages to files that lie elsewhere on the site, or only in the repository.

A page links to a file as on GitHub, by its path: `../PROMISES.md`, `examples/imbalance_ratio.py`,
`gallery/plot_provenance.py`. On the site, such a link leads to

- the page that includes the file, for a file such as PROMISES.md;
- the page of the gallery, for a program of `docs/gallery`;
- the file in the public repository, for any other file that is not a page.

The links of an included file are relative to its own folder, and are rewritten likewise. A
docstring names a page by its path, as ``docs/values.md``, which becomes a link too.
"""

import os
import re
from pathlib import Path

from sphinx.util import logging

DOCS = Path(__file__).parents[1]
ROOT = DOCS.parent
INCLUDE = re.compile(r"^```\{include\} (\.\./\S+)$", re.MULTILINE)
# Code is matched first, and stays as it is. A fence with a directive holds Markdown.
LINK = re.compile(
    r"^(?P<fence>```+)(?!\{).*?^(?P=fence)|(?P<ticks>`+)(?!`).+?(?P=ticks)(?!`)"
    r"|(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<path>(?![a-z]+:)[^)#\s]+)(?P<anchor>#[^)]*)?\)",
    re.MULTILINE | re.DOTALL,
)
PAGE_IN_DOCSTRING = re.compile(r"``docs/([\w-]+)\.md``")
WRITTEN_BY_SPHINX = ("api/generated/", "auto_examples/")
logger = logging.getLogger(__name__)


def pages_that_include():
    """Return {file of the repository: page of docs/ that includes it}."""
    pages = {}
    for page in sorted(DOCS.glob("*.md")):
        for path in INCLUDE.findall(page.read_text(encoding="utf-8")):
            pages[os.path.normpath(Path("docs", path))] = f"docs/{page.name}"
    return pages


def place_on_site(file, pages):
    """Return the source of the page that a file of the repository is on the site, or None."""
    name = file.as_posix()
    if name in pages:
        return pages[name]
    if name == "docs/gallery":
        return "docs/auto_examples/index.rst"
    if file.parent.as_posix() == "docs/gallery" and file.suffix == ".py":
        return f"docs/auto_examples/{file.stem}.rst"
    return name if name.startswith("docs/") and file.suffix == ".md" else None


class Links:
    """Rewrites the links of one Markdown source, which stands in a page of docs/."""

    def __init__(self, docname, source, repository):
        self.docname = docname
        self.source = source  # relative to the root of the repository
        self.repository = repository
        self.pages = pages_that_include()

    def rewritten(self, text):
        """Return the text with links that work on the site."""
        return LINK.sub(self._rewrite, text)

    def _rewrite(self, match):
        if match["path"] is None or match["path"].startswith(WRITTEN_BY_SPHINX):
            return match[0]
        file = Path(os.path.normpath(self.source.parent / match["path"]))
        if not (ROOT / file).exists():
            logger.warning(
                "%s links to %s, which is not in the repository",
                self.source,
                match["path"],
                location=self.docname,
            )
            return match[0]
        target = place_on_site(file, self.pages)
        if match["image"]:
            target = file
        if target is None:
            target = f"{self.repository}/blob/main/{file.as_posix()}"
        else:
            here = Path("docs", self.docname).parent
            target = Path(os.path.relpath(target, here)).as_posix()
        return f"{match['image']}[{match['text']}]({target}{match['anchor'] or ''})"


def _rewrite_page(app, docname, source):
    path = app.env.doc2path(docname)
    if path.suffix == ".md":
        links = Links(docname, Path("docs", f"{docname}.md"), app.config.repository_address)
        source[0] = links.rewritten(source[0])


def _rewrite_included(app, path, docname, source):
    file = Path(os.path.normpath(DOCS / path)).relative_to(ROOT)
    links = Links(docname, file, app.config.repository_address)
    source[0] = links.rewritten(source[0])


def _link_docstring(app, what, name, thing, options, lines):
    lines[:] = [PAGE_IN_DOCSTRING.sub(r":doc:`/\1`", line) for line in lines]


def setup(app):
    """Register the extension."""
    app.add_config_value("repository_address", None, "env", types=[str])
    app.connect("source-read", _rewrite_page)
    app.connect("include-read", _rewrite_included)
    app.connect("autodoc-process-docstring", _link_docstring)
    return {"parallel_read_safe": True}

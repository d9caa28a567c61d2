"""Links from pages to files of the repository that are not pages.

On GitHub, `../PROMISES.md` is a file beside `docs/`. On the site it is a page, if
`generated_pages` writes one of it, and an address in the public repository otherwise.
"""

import os
import re
from pathlib import Path

from generated_pages import COPIED

ROOT = Path(__file__).parents[2]
LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?P<path>(?!https?:)[^)#\s]+)(?P<anchor>#[^)]*)?\)"
)


def _target(path, docname, repository, is_image):
    """Return where a path of a link leads on the site, relative to the page."""
    page = COPIED.get(docname, f"docs/{docname}.md")
    file = Path(os.path.normpath(Path(page).parent / path))
    if not (ROOT / file).exists():
        raise FileNotFoundError(f"{page} links to {path}, which is not in the repository")
    here = Path("docs", docname).parent
    copies = {source: f"docs/{name}.md" for name, source in COPIED.items()}
    if str(file) in copies:
        return os.path.relpath(copies[str(file)], here)
    if is_image or (file.parts[0] == "docs" and file.suffix == ".md"):
        return os.path.relpath(file, here)
    return f"{repository}/blob/main/{file}"


def _rewrite(app, docname, source):
    if app.env.doc2path(docname).suffix != ".md":
        return
    repository = app.config.html_theme_options["github_url"]

    def link(match):
        target = _target(match["path"], docname, repository, bool(match["image"]))
        return f"{match['image']}[{match['text']}]({target}{match['anchor'] or ''})"

    source[0] = LINK.sub(link, source[0])


def setup(app):
    """Register the extension."""
    app.connect("source-read", _rewrite)
    return {"parallel_read_safe": True}

"""Examples of the pages in docs/."""

import re
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def text_of(name):
    """The text of a page; empty beside an installed package, which has no docs."""
    path = DOCS / name
    return path.read_text(encoding="utf-8") if path.exists() else ""


def examples_with(name, word):
    """The blocks of Python of a page, or of the README, that contain a word."""
    return [code for code, _ in examples_of(text_of(name)) if word in code]


def examples_of(text):
    """Pairs of a block of Python, and the block of its section that shows its output, or None."""
    found = []
    for section in re.split(r"^##+ ", text, flags=re.MULTILINE):
        of_section = []
        for language, block in re.findall(
            r"^```(\w*)\n(.*?)^```", section, re.DOTALL | re.MULTILINE
        ):
            if language == "python":
                of_section.append((block, None))
            elif not language and of_section:
                of_section[-1] = (of_section[-1][0], block)
        found += of_section
    return found

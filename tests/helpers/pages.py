"""The examples of pages of the documentation."""

import re


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

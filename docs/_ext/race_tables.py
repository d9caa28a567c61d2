"""The directive `race-table`: a table of the published race, made from its JSON.

    ```{race-table} ten_lines
    ```

The argument is a name of `SECTIONS` in `benchmarks/race/summary.py`.
"""

import json
from pathlib import Path

from markdown_nodes import parse_markdown
from sphinx.util.docutils import SphinxDirective

from benchmarks.race.summary import SECTIONS

RACE = Path(__file__).parents[2] / "benchmarks" / "results" / "race.json"


class RaceTable(SphinxDirective):
    """Write a section of the summary of the race."""

    required_arguments = 1

    def run(self):
        """Return the nodes of the section."""
        name = self.arguments[0]
        if name not in SECTIONS:
            raise self.error(f"race-table: must be one of {', '.join(SECTIONS)}. Got {name!r}.")
        self.env.note_dependency(str(RACE))
        document = json.loads(RACE.read_text(encoding="utf-8"))
        return parse_markdown(self, SECTIONS[name](document))


def setup(app):
    """Register the extension."""
    app.add_directive("race-table", RaceTable)
    return {"parallel_read_safe": True}

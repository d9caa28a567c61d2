"""Markdown that a directive writes into its page."""

from docutils import nodes
from docutils.statemachine import StringList


def parse_markdown(directive, text):
    """Return the nodes of a text, for a directive in a Markdown page."""
    container = nodes.Element()
    lines = StringList(text.splitlines(), source=directive.get_source_info()[0])
    directive.state.nested_parse(lines, directive.content_offset, container)
    return container.children

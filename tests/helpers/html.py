"""The links and anchors of pages of HTML."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Page:
    """What a page of HTML holds."""

    title: str = ""
    heading: str = ""
    anchors: set = field(default_factory=set)
    links: list = field(default_factory=list)  # of href and src


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.page = Page()
        self.open = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.page.anchors.update(
            attributes[name] for name in ("id", "name") if attributes.get(name) is not None
        )
        self.page.links += [attributes[name] for name in ("href", "src") if attributes.get(name)]
        if tag == "title" and not self.page.title:
            self.open = "title"
        elif tag == "h1" and not self.page.heading:
            self.open = "heading"

    def handle_endtag(self, tag):
        if tag in ("title", "h1"):
            self.open = None

    def handle_data(self, data):
        if self.open is not None:
            setattr(self.page, self.open, getattr(self.page, self.open) + data)


def read_html(text):
    """Return the `Page` of a text of HTML."""
    reader = _Reader()
    reader.feed(text)
    return reader.page

"""Self-contained HTML: escaped text, tables, and figures as embedded PNG images."""

import base64
import html
import io

STYLE = """
.fastsmote {font-family: system-ui, sans-serif; max-width: 72rem; line-height: 1.4}
.fastsmote table {border-collapse: collapse; font-variant-numeric: tabular-nums}
.fastsmote th, .fastsmote td {padding: 0.2rem 0.7rem; text-align: right}
.fastsmote th:first-child, .fastsmote td:first-child {text-align: left}
.fastsmote thead th {border-bottom: 1px solid #888}
.fastsmote tr.marked td {font-weight: bold}
.fastsmote img {max-width: 100%}
"""
DPI = 120


def paragraph(text):
    """A paragraph of plain text."""
    return f"<p>{html.escape(text)}</p>"


def heading(text):
    """A heading of plain text."""
    return f"<h2>{html.escape(text)}</h2>"


def table(headers, rows, marked=()):
    """A table of plain text. The rows whose numbers are in `marked` are bold."""
    head = "".join(f"<th>{html.escape(text)}</th>" for text in headers)
    lines = []
    for i, row in enumerate(rows):
        cells = "".join(f"<td>{html.escape(text)}</td>" for text in row)
        lines.append(f'<tr class="marked">{cells}</tr>' if i in marked else f"<tr>{cells}</tr>")
    body = "\n".join(lines)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"


def picture(figure, description):
    """A matplotlib figure as an image, and close it. The description is its alternative text."""
    from matplotlib import pyplot

    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DPI, bbox_inches="tight")
    pyplot.close(figure)
    data = base64.b64encode(file.getvalue()).decode("ascii")
    return f'<img alt="{html.escape(description)}" src="data:image/png;base64,{data}">'


def fragment(parts):
    """Parts as one element that brings its style along, for a notebook."""
    body = "\n".join(parts)
    return f'<div class="fastsmote">\n<style>{STYLE}</style>\n{body}\n</div>'


def page(title, parts):
    """A whole HTML document, which loads nothing from elsewhere."""
    name = html.escape(title)
    body = fragment([f"<h1>{name}</h1>", *parts])
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{name}</title>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )

"""What a notebook shows of a Report: the HTML report in a frame of its own, which neither sees nor styles the page."""

from __future__ import annotations

from html import escape

from linter.finding import Report
from linter.reporters import REPORTERS
from linter.reporters.html import MissingJinjaError

STYLE = "width: 100%; height: 40rem; border: 1px solid #8886; border-radius: 6px; background: Canvas"


def render(report: Report) -> str:
    """Return the report as a fragment that needs nothing else; as plain text where jinja2 is not installed."""
    try:
        document = REPORTERS["html"](report)
    except MissingJinjaError:
        return f"<pre>{escape(REPORTERS['text'](report))}</pre>"
    frame = f'<iframe title="keras-lint report" sandbox="allow-scripts" style="{STYLE}"'
    return f'{frame} srcdoc="{escape(document)}"></iframe>'

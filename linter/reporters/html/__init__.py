"""The HTML report: one file without network, for browser, printer and phone; the service shows the same templates.

The only importer of jinja2. Every value that a template prints passes `plain` and Jinja's escaping, and the document
forbids by its content policy whatever is not the one style sheet and the one script of this folder.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linter.finding import Finding, ModelReport, Report
from linter.reporters.catalogue import page
from linter.reporters.escape import NAME, clip, link, plain
from linter.reporters.html.charts import histograms, signal_chart, unit_maps
from linter.reporters.html.drawing import architecture
from linter.reporters.html.prose import blocks
from linter.reporters.tally import counts, described, facts, known, missed, not_run, plural, skipped, unfollowed

if TYPE_CHECKING:
    from jinja2 import Environment, Template

FOLDER = Path(__file__).parent


class MissingJinjaError(ValueError):
    """The format was asked for and what it needs is not installed."""


def render(report: Report, *, base: Template | None = None, **context: Any) -> str:
    """Return the report as a document; raises MissingJinjaError.

    base: a template with the blocks `title`, `head`, `content` and `script` in which the report is shown, instead of a
    document of its own. context: what that template wants; a `nonce` is set on our style sheet and script.
    """
    environment = _environment()
    document = environment.get_template("report.html")
    return document.render(report=report, base=base or environment.get_template("page.html"), **context) + "\n"


@cache
def _environment() -> Environment:
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise MissingJinjaError("the html format needs jinja2: pip install 'keras-act[html]'") from None
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_assets())
    environment.globals.update(
        architecture=architecture, blocks=blocks, counts=counts, described=described, facts=facts, histograms=histograms
    )
    environment.globals.update(known=known, missed=missed, not_run=not_run, page=page, plural=plural)
    environment.globals.update(ranked=_ranked, skipped=skipped)
    environment.globals.update(link=link, signal_chart=signal_chart, unfollowed=unfollowed, unit_maps=unit_maps)
    environment.filters.update(short=lambda text, limit=NAME: clip(plain(text), limit), number=_number)
    return environment


def _ranked(model: ModelReport) -> list[tuple[int, Finding]]:
    """Return the findings, worst first, each with its index in the report."""
    return sorted(enumerate(model.findings), key=lambda item: -item[1].severity.rank)


def _harmless(value: Any) -> Any:
    """Return what a template prints as one visible line; markup of the templates themselves stays."""
    return plain(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _assets() -> dict[str, Any]:
    from markupsafe import Markup

    style, script = ((FOLDER / name).read_text(encoding="utf-8") for name in ("style.css", "script.js"))
    return {
        "style": Markup(style),  # ours
        "script": Markup(script),
        "style_hash": _integrity(style),
        "script_hash": _integrity(script),
    }


def _integrity(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


def _number(value: float | None) -> str:
    """Return a number for people: whole numbers in groups of three, others with three significant digits."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else f"{value:.3g}"

"""A Report in a notebook: one frame that holds the whole HTML report and needs nothing; tried in Chromium."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

import linter
from linter.reporters import REPORTERS
from tests.linter.reporters.samples import ATTACKS, FULL, RNN

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def parts(text: str) -> list[tuple[str, dict[str, str | None]]]:
    """Return the tags of a fragment."""
    found: list[tuple[str, dict[str, str | None]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append((tag, dict(attrs)))  # type: ignore[method-assign]
    parser.feed(text)
    return found


def test_it_is_the_html_report_in_a_frame_of_its_own() -> None:
    ((tag, attributes),) = parts(FULL._repr_html_())
    assert tag == "iframe"
    assert attributes["srcdoc"] == REPORTERS["html"](FULL)
    assert attributes["sandbox"] == "allow-scripts"
    assert not {"src", "onload"} & set(attributes)


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_stays_in_the_frame(attack: str) -> None:
    report = replace(FULL, models=(replace(FULL.models[0], path=attack),))
    assert [tag for tag, _ in parts(report._repr_html_())] == ["iframe"]


def test_what_lint_returns_shows_itself() -> None:
    assert "&lt;memory&gt;" in unescape(linter.lint(b"not a model")._repr_html_())


def test_without_jinja_it_is_text() -> None:
    code = "import sys; sys.modules['jinja2'] = None\nimport linter\nprint(linter.Report()._repr_html_())\n"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.startswith("<pre>")
    assert "<iframe" not in result.stdout


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_links_inside_it_lead_to_their_places() -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="tried with Playwright")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda sent: asked.append(sent.url))
        page.set_content(f"<h1>notebook</h1>{FULL._repr_html_()}")
        frame = page.frame_locator("iframe")
        assert frame.get_by_text(RNN.message).first.is_visible()
        link = frame.locator('nav a[href="#m1"]')
        link.click()
        assert frame.locator("#m1").is_visible(), "the frame shows something else now"
        assert page.locator("h1").inner_text() == "notebook"
        assert [url for url in asked if not url.startswith("about:")] == []
        browser.close()

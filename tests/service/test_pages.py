"""The pages in a real browser: a model sent, its report read; by keyboard, on a phone, in the dark, without script."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.server import Server, model, running
from tests.service.wait import END_SECONDS

playwright = pytest.importorskip("playwright.sync_api", reason="pages are tried with Playwright")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="pages are tried in Chromium, which is not installed")
SHOTS = os.environ.get("KERAS_LINT_TEST_SHOTS")
"""A folder for screenshots, for people to look at."""
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=END_SECONDS * 1000)
        yield browser
        browser.close()


def opened(browser: playwright.Browser, server: Server, **given: Any) -> playwright.BrowserContext:
    """Return a window of its own, with patience for a busy machine."""
    context = browser.new_context(base_url=server.url, **given)
    context.set_default_timeout(END_SECONDS * 1000)
    return context


@pytest.fixture
def page(browser: playwright.Browser, server: Server) -> Iterator[playwright.Page]:
    """A page that fails the test for any error of script or policy."""
    wrong: list[str] = []
    expected = "status of 422"  # what a browser says of every answer that is an error
    context = opened(browser, server, color_scheme="light")
    page = context.new_page()
    page.on(
        "console",
        lambda line: (
            wrong.append(line.text) if line.type in ("error", "warning") and expected not in line.text else None
        ),
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda sent: wrong.append(sent.url) if not sent.url.startswith(server.url) else None)
    yield page
    context.close()
    assert wrong == []


def shot(page: playwright.Page, name: str) -> None:
    """Keep a screenshot, if they are wanted."""
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS, f"{name}.png")), full_page=True)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dropped <b>.keras"
    path.write_bytes(model(seed=21))
    return path


def test_a_model_is_sent_and_its_report_read(page: playwright.Page, file: Path) -> None:
    page.goto("/")
    shot(page, "index")
    page.locator("#model").set_input_files(file)
    page.get_by_role("button", name="Audit").click()
    page.wait_for_url(re.compile("/audits/"))
    page.get_by_text("OUT501").first.wait_for()
    assert page.get_by_role("heading", name="dropped <b>.keras").is_visible()
    assert page.get_by_role("heading", name="Architecture").is_visible()
    shot(page, "report")
    with page.expect_download() as started:
        page.get_by_role("link", name="sarif").click()
    assert "2.1.0" in Path(started.value.path()).read_text()
    page.get_by_role("button", name="Delete").click()
    page.wait_for_url(re.compile("/$"))
    assert page.get_by_text("dropped <b>").count() == 0


def test_what_cannot_be_done_is_told(page: playwright.Page, file: Path) -> None:
    page.goto("/")
    page.locator("#model").set_input_files(file)
    page.get_by_text("Options").click()
    page.locator("textarea").fill('{"colour": 1}')
    page.get_by_role("button", name="Audit").click()
    page.get_by_text("unknown key").wait_for()
    assert page.get_by_role("button", name="Audit").is_enabled()


def test_the_keyboard_is_enough(page: playwright.Page, file: Path) -> None:
    page.goto("/")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert reached[0] == "Skip to the content"
    assert "model" in reached
    assert "Audit" in reached
    page.locator("#model").set_input_files(file)
    page.get_by_role("button", name="Audit").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/audits/"))
    page.get_by_text("OUT501").first.wait_for()


@pytest.mark.parametrize("where", ["/", "/docs", "report"])
def test_a_phone_in_the_dark(browser: playwright.Browser, server: Server, where: str) -> None:
    if where == "report":
        where = server.post(model(seed=22), wait=60).json()["links"]["page"]
    context = opened(browser, server, viewport=PHONE, color_scheme="dark")
    page = context.new_page()
    page.goto(where)
    shot(page, f"phone-{where.split('/')[1][:6] or 'index'}")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 24, 27)"
    context.close()


def test_it_works_without_script(browser: playwright.Browser, server: Server, file: Path) -> None:
    context = opened(browser, server, java_script_enabled=False)
    page = context.new_page()
    page.goto("/")
    page.locator("#model").set_input_files(file)
    page.get_by_role("button", name="Audit").click()
    page.get_by_text("OUT501").first.wait_for()
    context.close()


def test_signing_in(browser: playwright.Browser, tmp_path: Path, file: Path) -> None:
    with running(tmp_path / "closed", auth="on") as server:
        token = server.command("tokens", "create", "me").stdout.strip()
        context = opened(browser, server)
        page = context.new_page()
        page.goto("/")
        assert page.url.endswith("/sign-in")
        page.get_by_label("Token").fill("kl_wrong")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("alert").wait_for()
        page.get_by_label("Token").fill(token)
        page.get_by_role("button", name="Sign in").click()
        page.locator("#model").set_input_files(file)
        page.get_by_role("button", name="Audit").click()
        page.get_by_text("OUT501").first.wait_for()
        (cookie,) = context.cookies()
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Strict"
        page.goto("/")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(re.compile("/sign-in"))
        context.close()


def test_pages_tell_errors_in_words(server: Server) -> None:
    answer = server.get("/audits/none", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "There is no such thing" in answer.text


def test_the_policy_admits_nothing_from_elsewhere(server: Server) -> None:
    policy = server.get("/").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert server.get("/").headers["Content-Security-Policy"] != policy  # a nonce of its own each time

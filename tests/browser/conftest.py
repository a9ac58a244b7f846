"""Fixtures of the browser tests: one Chromium, and pages that may not look outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.browser.chromium import find
from tests.browser.servers import served

RESULTS = Path(__file__).parents[2] / "test-results"
HERE = {"127.0.0.1", "localhost", "::1"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder as a browser test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@dataclass
class Watched:
    """A page, and what went on in it that nobody should have to look at."""

    page: Page
    asked_outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def guard(self, route: Route) -> None:
        """Let nothing through but this machine and what is inside the page."""
        address = urlsplit(route.request.url)
        if address.scheme in {"file", "data", "blob"} or address.hostname in HERE:
            route.continue_()
            return
        self.asked_outside.append(route.request.url)
        route.abort()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one Chromium; without one the tests fail, they are never skipped."""
    try:
        place = find()
    except SystemExit as error:
        pytest.fail(str(error))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=place)
        yield chromium
        chromium.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Return a function that runs an app until the test is over and gives its address.

    Name it before `page` in a test, so that the page is closed before the server.
    """
    with ExitStack() as running:
        yield lambda *args, **options: running.enter_context(served(*args, **options))


@pytest.fixture
def watched(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """Open a page on the office screen; afterwards no error and no outside request."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="zh-CN"
    )
    seen = Watched(context.new_page())
    context.route("**/*", seen.guard)
    seen.page.on("pageerror", lambda error: seen.errors.append(str(error)))
    seen.page.on(
        "console",
        lambda said: seen.errors.append(said.text) if said.type == "error" else None,
    )
    seen.page.on("dialog", lambda dialog: seen.errors.append(dialog.message))
    yield seen
    RESULTS.mkdir(exist_ok=True)
    seen.page.screenshot(path=RESULTS / f"{request.node.name}.png")
    context.close()
    assert seen.asked_outside == []
    assert seen.errors == []


@pytest.fixture
def page(watched: Watched) -> Page:
    """Return the watched page itself."""
    return watched.page

"""A real browser against the real pages, with a handler that plays a short script."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "connectors" / "web"))

from talking import FakeHandler, services

from bot.web.app import create_app
from bot.web.ports import Filters, Overview, Parts, QuoteView, Readiness, ThemeInsight, WebSettings

NO_BROWSER = "No Chromium found, so the pages were NOT tried in a browser. Run: apt-get install chromium"
START_SECONDS = 20.0
ACTION_MILLISECONDS = 10_000


class _Insights:
    async def overview(self, filters: Filters) -> Overview:
        feelings = {"positive": 6, "negative": None, "mixed": 0, "neutral": 0}
        themes = (
            ThemeInsight("punctuality_and_missed_visits", "Visits that come late or not at all", 23, 118, feelings),
            ThemeInsight("food_and_drink", "Food and drink", None, None, dict.fromkeys(feelings)),
        )
        return Overview(61, 61, themes, {"problem": 33, "need": None}, feelings, 6, sample=True)

    async def quotes(self, theme: str, filters: Filters) -> Sequence[QuoteView]:
        return [
            QuoteView("It goes in the bin.", ("problem",), "negative", "significance", "I'd eat it.", "own", "2026-11")
        ]


@dataclass
class Site:
    """A running application: where it is, and what its handler got."""

    url: str
    handler: FakeHandler


def _application(handler: FakeHandler) -> object:
    async def ready() -> Readiness:
        return Readiness(database=True)

    async def contributions(_conversation_id: str) -> list[dict[str, str]]:
        return []

    parts = Parts(
        handler=handler,
        services=services,
        transcript=handler.transcript,
        resume_code=handler.resume_code,
        contributions=contributions,
        insights=_Insights(),
        ready=ready,
        settings=WebSettings(demo=True, contact="Ring Anna on 01274 000000."),
    )
    return create_app(parts)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, FakeHandler]]:
    handler = FakeHandler()
    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(_application(handler), log_level="warning"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + START_SECONDS
    while not running.started and time.monotonic() < until:
        time.sleep(0.05)
    assert running.started, "The application did not start."
    yield f"http://127.0.0.1:{listening.getsockname()[1]}", handler
    running.should_exit = True
    thread.join(START_SECONDS)


@pytest.fixture
def site(server: tuple[str, FakeHandler]) -> Site:
    url, handler = server
    for kept in (handler.starts, handler.turns, handler.failures, handler.replies, handler.said, handler.handled):
        kept.clear()
    return Site(url, handler)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; ends with the module, so that its event loop is gone before other tests need one."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.skip(NO_BROWSER)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


class Windows:
    """Opens windows of a given size and kind, and collects what goes wrong in them."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: list[BrowserContext] = []
        self.faults: list[str] = []

    def open(self, width: int = 900, height: int = 900, **more: object) -> Page:
        context = self._browser.new_context(viewport={"width": width, "height": height}, locale="en-GB", **more)
        context.set_default_timeout(ACTION_MILLISECONDS)
        self._contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self.faults.append(message.text) if _is_fault(message.text) else None)
        return page

    def close(self) -> None:
        for context in self._contexts:
            context.close()


def _is_fault(text: str) -> bool:
    return "Content Security Policy" in text or "Uncaught" in text


@pytest.fixture
def windows(chromium: Browser) -> Iterator[Windows]:
    opened = Windows(chromium)
    yield opened
    opened.close()
    assert opened.faults == []

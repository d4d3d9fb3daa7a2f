"""The provider's pages in a real browser, over real insights and sample data: by keyboard alone, and under axe-core."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import axe
import pytest
import uvicorn
from conftest import START_SECONDS, Windows
from playwright.sync_api import Page, expect
from talking import FakeHandler

from bot.insights import Insights
from bot.pages import ProviderInsights, theme_name
from bot.records import Records
from bot.samples.sample_data import load_sample_data
from bot.storage import Database, Keys
from bot.storage.keys import new_key
from bot.web.app import create_app
from bot.web.ports import Flood, Parts, Readiness, WebSettings
from connectors.web import ServiceChoice
from nlu.analysis.frame import load_frame

pytestmark = pytest.mark.browser

HOME, ELM = "sample-home-support", "sample-elm-court"
PAGES = (
    "/provider",
    f"/provider?service={HOME}",
    "/provider/themes/choice_and_control",
    "/provider/quotes?theme=food_and_drink&mark=negative",
    "/provider/quotes?q=zzz",
    f"/provider/compare?service={HOME}&service={ELM}",
    "/provider/check",
)
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"


@dataclass
class Study:
    """A running application over sample data."""

    url: str
    file: str

    def checked(self) -> int:
        """How many quotes somebody has checked."""

        with closing(sqlite3.connect(self.file)) as connection:
            found = connection.execute("SELECT count(*) FROM contribution WHERE redaction_checked = 1").fetchone()
        return int(found[0])


async def _prepare(file: str) -> None:
    database = await Database.open(file)
    await load_sample_data(database)
    await database.close()


def _application(database: Database) -> object:
    handler = FakeHandler()
    frame = load_frame()
    insights = Insights(database, frame=tuple(frame.themes), questions={"age": ("under_75", "75_to_84")})
    records = Records(database, Keys([new_key()]), lambda text: text, lambda: datetime.now(UTC))

    async def ready() -> Readiness:
        return Readiness(database=True)

    async def contributions(_conversation_id: str) -> list[dict[str, str]]:
        return []

    async def services() -> list[ServiceChoice]:
        return [ServiceChoice(each.id, each.name) for each in await records.services_heard()]

    parts = Parts(
        handler=handler,
        services=services,
        transcript=handler.transcript,
        resume_code=handler.resume_code,
        contributions=contributions,
        insights=ProviderInsights(insights, frame),
        study=insights,
        theme_names={theme: theme_name(frame, theme) for theme in frame.themes},
        checks=records,
        ready=ready,
        settings=WebSettings(demo=True, page_flood=Flood(10_000, 10_000.0)),
    )
    return create_app(parts)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    folder: Path = tmp_path_factory.mktemp("study")
    file = f"sqlite:///{folder}/sayso.db"
    thread_of_preparing = threading.Thread(target=lambda: asyncio.run(_prepare(file)))
    thread_of_preparing.start()
    thread_of_preparing.join()
    opened: list[Database] = []
    opening = threading.Thread(target=lambda: opened.append(asyncio.run(Database.open(file, migrate=False))))
    opening.start()
    opening.join()
    listening = socket.create_server(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(_application(opened[0]), log_level="warning"))
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = time.monotonic() + START_SECONDS
    while not running.started and time.monotonic() < until:
        time.sleep(0.05)
    assert running.started, "The application did not start."
    yield Study(f"http://127.0.0.1:{listening.getsockname()[1]}", f"{folder}/sayso.db")
    running.should_exit = True
    thread.join(START_SECONDS)


def tab_to(page: Page, what: str, most: int = 250) -> None:
    """Presses Tab until something of that name has the focus; `what` may be the beginning of it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => { const e = document.activeElement; return (e.getAttribute('aria-label')"
            " || (e.labels && e.labels[0] || e).textContent).trim().replace(/\\s+/g, ' '); }"
        )
        if focused.startswith(what):
            return
    raise AssertionError(f"The keyboard never reached: {what}")


def test_from_what_matters_most_to_a_checked_quote_by_keyboard_alone(windows: Windows, study: Study) -> None:
    page = windows.open()
    page.goto(f"{study.url}/provider")
    most = page.locator("section[aria-labelledby=beans-title] tbody a").first.inner_text()
    tab_to(page, most)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=most)).to_be_visible()
    tab_to(page, page.locator("dl.figures a").first.get_attribute("aria-label") or "?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Quotes")).to_be_visible()
    assert page.locator("blockquote").count() > 0
    tab_to(page, "Compare")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Compare two views")).to_be_visible()
    tab_to(page, "From")
    page.keyboard.type("01012020")
    tab_to(page, "Compare")
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="All services, from January 2020")).to_be_visible()
    tab_to(page, "Check quotes")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Check quotes")).to_be_visible()
    before = study.checked()
    words = page.locator(".check blockquote").first.inner_text()
    tab_to(page, "Show it")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The quote can be shown now.")).to_be_visible()
    assert study.checked() == before + 1
    assert page.locator(".check blockquote").first.inner_text() != words
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Undo that"
    page.keyboard.press("Enter")
    expect(page.get_by_text("The quote waits here again.")).to_be_visible()
    assert study.checked() == before


def test_words_are_taken_out_without_scripts(windows: Windows, study: Study) -> None:
    page = windows.open(java_script_enabled=False)
    page.goto(f"{study.url}/provider/check")
    before = study.checked()
    page.get_by_text("Take words out of quote 1", exact=True).click()
    box = page.locator("#words-1")
    words = box.input_value()
    box.fill(f"{words} and more")
    page.locator(".check").first.get_by_role("button", name="Show it like this").click()
    expect(page.get_by_text("You can only take words out.")).to_be_visible()
    assert study.checked() == before
    page.get_by_text("Take words out of quote 1", exact=True).click()
    box.fill(words.rpartition(" ")[0] + " [...]")
    page.locator(".check").first.get_by_role("button", name="Show it like this").click()
    expect(page.get_by_text("The quote can be shown now.")).to_be_visible()
    assert study.checked() == before + 1
    page.get_by_role("button", name="Undo that").click()
    assert page.locator("#words-1").input_value() == words


def test_quotes_stand_in_their_sentence(windows: Windows, study: Study) -> None:
    page = windows.open()
    page.goto(f"{study.url}/provider/themes/choice_and_control")
    marked = page.locator("blockquote:has(mark)").first
    assert len(marked.inner_text()) > len(marked.locator("mark").inner_text()) + 2


@pytest.mark.parametrize(("width", "type_size"), [(320, ""), (640, "250%")])
def test_the_study_never_scrolls_sideways(windows: Windows, study: Study, width: int, type_size: str) -> None:
    page = windows.open(width=width)
    for path in PAGES:
        page.goto(study.url + path)
        page.evaluate("size => { document.documentElement.style.fontSize = size }", type_size)
        scrolled, shown = page.evaluate(WIDTHS)
        assert scrolled <= shown, path


def test_it_prints_without_forms(windows: Windows, study: Study) -> None:
    page = windows.open()
    page.emulate_media(media="print")
    for path in PAGES:
        page.goto(study.url + path)
        assert page.locator("form:visible, button:visible").count() == 0, path
    page.goto(f"{study.url}/provider")
    expect(page.locator("svg.chart").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "type_size"), [(1100, ""), (320, ""), (1100, "200%")])
def test_axe_finds_nothing(windows: Windows, study: Study, scheme: str, width: int, type_size: str) -> None:
    try:
        script = axe.install()
    except axe.AxeMissingError as error:
        pytest.skip(str(error))
    page = windows.open(width=width, color_scheme=scheme)
    found = {}
    for path in PAGES:
        page.goto(study.url + path)
        page.evaluate("size => { document.documentElement.style.fontSize = size }", type_size)
        for details in page.locator("details").all():
            details.evaluate("element => { element.open = true }")
        found[path] = axe.violations(page, script)
    assert {path: several for path, several in found.items() if several} == {}


def test_axe_itself_finds_what_is_wrong(windows: Windows, study: Study) -> None:
    try:
        script = axe.install()
    except axe.AxeMissingError as error:
        pytest.skip(str(error))
    page = windows.open()
    page.goto(f"{study.url}/provider")
    page.evaluate("() => { document.querySelector('#service').labels[0].remove() }")
    assert "select-name" in [rule for rule, _ in axe.violations(page, script)]

"""Accounts of staff in a real browser: by keyboard alone, small, enlarged, dark, without scripts."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from argon2 import PasswordHasher
from playwright.sync_api import Page, expect

sys.path.insert(0, str(Path(__file__).parents[1] / "connectors" / "web"))

from conftest import START_SECONDS, Windows
from talking import FakeHandler, services

from bot.records import Records
from bot.staff import Accounts, Passwords, Role
from bot.staff.totp import STEP_SECONDS, code_at
from bot.storage import Database, Keys
from bot.storage.keys import new_key
from bot.web.app import create_app
from bot.web.ports import Overview, Parts, Readiness, WebSettings

pytestmark = pytest.mark.browser

PASSWORD = "four calm herons nest"
SMALLEST_TARGET_PIXELS = 44
SMALLEST_TYPE_PIXELS = 18
TARGETS = """() => [...document.querySelectorAll('main button, main .button, main input, main summary, main a, nav a')]
  .filter(element => element.getClientRects().length && element.type !== 'hidden')
  .map(element => element.closest('label.pick') || element)
  .map(element => [element.outerHTML.slice(0, 90), element.getBoundingClientRect().height])"""
TYPE_SIZES = """() => [...document.querySelectorAll('body *')]
  .filter(element => element.getClientRects().length)
  .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
  .map(element => [element.outerHTML.slice(0, 90), parseFloat(getComputedStyle(element).fontSize)])"""
WIDTHS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
CONTRASTS = """() => {
  const light = colour => {
    const parts = colour.match(/[\\d.]+/g).slice(0, 3).map(Number).map(value => value / 255)
      .map(value => value <= .04045 ? value / 12.92 : ((value + .055) / 1.055) ** 2.4);
    return .2126 * parts[0] + .7152 * parts[1] + .0722 * parts[2];
  };
  const ground = element => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  return [...document.querySelectorAll('body *')]
    .filter(element => element.getClientRects().length)
    .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(element => {
      const pair = [light(getComputedStyle(element).color), light(ground(element))].sort((a, b) => b - a);
      return [element.outerHTML.slice(0, 90), (pair[0] + .05) / (pair[1] + .05)];
    });
}"""


class _NoInsights:
    async def overview(self, _filters: object) -> Overview:
        return Overview(people_heard=None)

    async def quotes(self, _theme: str, _filters: object) -> list[object]:
        return []


@dataclass
class Office:
    """A running application with accounts; `ask` runs a coroutine of theirs where the application runs."""

    url: str
    accounts: Accounts
    loop: asyncio.AbstractEventLoop
    count: int = 0

    def invite(self, *roles: Role) -> str:
        """The link for somebody new."""
        self.count += 1
        adding = self.accounts.invite(
            name="Ann", email=f"ann{self.count}@example.org", roles=roles, services=["home"], by="console"
        )
        code = asyncio.run_coroutine_threadsafe(adding, self.loop).result(START_SECONDS)
        return f"{self.url}/staff/invitation/{code}"

    @property
    def email(self) -> str:
        """Of whoever was invited last."""
        return f"ann{self.count}@example.org"


async def _serve(folder: Path, listening: socket.socket, started: list[object], until: asyncio.Event) -> None:
    clock, keys = (lambda: datetime.now(UTC)), Keys([new_key()])
    database = await Database.open(f"sqlite:///{folder}/sayso.db")
    await Records(database, keys, lambda text: text, clock).ensure_service("home", name="Home", kind="home_care")
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    accounts, handler = Accounts(database, keys, clock, passwords), FakeHandler()

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
        insights=_NoInsights(),  # type: ignore[arg-type]
        ready=ready,
        settings=WebSettings(),
        accounts=accounts,
    )
    running = uvicorn.Server(uvicorn.Config(create_app(parts), log_level="warning"))
    serving = asyncio.create_task(running.serve(sockets=[listening]))
    while not running.started:
        await asyncio.sleep(0.02)
    started.extend((accounts, asyncio.get_running_loop()))
    await until.wait()
    running.should_exit = True
    await serving
    await database.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    listening = socket.create_server(("127.0.0.1", 0))
    started: list[object] = []
    until = asyncio.Event()
    serving = _serve(tmp_path_factory.mktemp("office"), listening, started, until)
    thread = threading.Thread(target=asyncio.run, args=(serving,), daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while len(started) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(started) == 2, "The application did not start."
    accounts, loop = started
    yield Office(f"http://127.0.0.1:{listening.getsockname()[1]}", accounts, loop)  # type: ignore[arg-type]
    loop.call_soon_threadsafe(until.set)  # type: ignore[attr-defined]
    thread.join(START_SECONDS)


def tab_to(page: Page, what: str) -> None:
    """Presses Tab until something of that name has the focus, as a person without a mouse does."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "() => { const e = document.activeElement;"
            " return (e.labels?.[0] || e).textContent.trim().replace(/\\s+/g, ' '); }"
        )
        if focused == what:
            return
    raise AssertionError(f"The keyboard never reached: {what}")


def write(page: Page, label: str, words: str) -> None:
    tab_to(page, label)
    page.keyboard.type(words)


def press(page: Page, what: str) -> None:
    tab_to(page, what)
    page.keyboard.press("Enter")


def fresh_code(secret: str, after: str = "") -> str:
    """The code of now, once it differs from the one used last."""
    deadline = time.monotonic() + 3 * STEP_SECONDS
    while time.monotonic() < deadline:
        code = code_at(secret, int(time.time()) // STEP_SECONDS)
        if code != after:
            return code
        time.sleep(0.5)
    raise AssertionError("the code never changed")


def choose_password(page: Page, link: str) -> None:
    page.goto(link)
    write(page, "New password", PASSWORD)
    write(page, "The same again", PASSWORD)
    press(page, "Go on")


def test_from_the_invitation_to_signing_out_everywhere_by_keyboard(windows: Windows, office: Office) -> None:
    page = windows.open(java_script_enabled=False)
    choose_password(page, office.invite(Role.COORDINATOR))
    expect(page.get_by_role("heading", name="Add a second step")).to_be_visible()
    expect(page.get_by_role("img", name="Picture for the app")).to_be_visible()
    secret = page.locator("#key").inner_text().replace(" ", "")
    first = fresh_code(secret)
    write(page, "Code", first)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Keep these codes")).to_be_visible()
    recovery = page.locator(".codes li").all_inner_texts()
    assert len(recovery) == 10
    press(page, "I have kept them")
    expect(page.get_by_role("heading", name="Hello, Ann")).to_be_visible()
    press(page, "Sign out")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    write(page, "Your e-mail", office.email)
    write(page, "Your password", "four calm herons")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    press(page, "That e-mail and password do not match. Please try again.")
    expect(page.get_by_label("Your e-mail")).to_be_focused()
    expect(page.get_by_label("Your e-mail")).to_have_value(office.email)
    write(page, "Your password", PASSWORD)
    press(page, "Sign in")
    expect(page.get_by_role("heading", name="Now your code")).to_be_visible()
    write(page, "Code", fresh_code(secret, after=first))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Hello, Ann")).to_be_visible()

    other = windows.open(java_script_enabled=False)
    other.goto(f"{office.url}/staff")
    write(other, "Your e-mail", office.email)
    write(other, "Your password", PASSWORD)
    press(other, "Sign in")
    expect(other.get_by_role("heading", name="Now your code")).to_be_visible()
    write(other, "Code", recovery[0])
    press(other, "Go on")
    expect(other.get_by_text("You are signed in on 2 screens.")).to_be_visible()
    press(other, "Sign out everywhere")
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto(f"{office.url}/staff/members")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def pages_of(page: Page, office: Office) -> Iterator[str]:
    """Every page of staff, one after the other, in one window."""
    page.goto(f"{office.url}/staff/sign-in")
    yield "sign-in"
    page.goto(f"{office.url}/staff/invitation/made-up")
    yield "no invitation"
    page.goto(office.invite(Role.COORDINATOR))
    yield "invitation"
    page.get_by_label("New password").fill("short")
    page.get_by_label("The same again").fill("short")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    yield "invitation with a problem"
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_label("The same again").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Add a second step")).to_be_visible()
    yield "second step"
    secret = page.locator("#key").inner_text().replace(" ", "")
    page.get_by_label("Code").fill(fresh_code(secret))
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Keep these codes")).to_be_visible()
    yield "recovery codes"
    for path in ("/staff", "/staff/password", "/staff/second-step", "/staff/members"):
        page.goto(f"{office.url}{path}")
        yield path
    page.get_by_label("Name").fill("Pat")
    page.get_by_label("E-mail").fill(f"pat.{office.count}.of.a.rather.long.address@care.example.org")
    page.get_by_label("Adviser").check()
    page.get_by_role("button", name="Make a link for them").click()
    expect(page.get_by_role("heading", name="A link for Pat")).to_be_visible()
    yield "link"
    page.goto(f"{office.url}/staff/members")
    page.get_by_text("Change Pat").first.click()
    yield "members with more"


@pytest.mark.parametrize(("width", "type_size"), [(320, ""), (640, "250%")])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_large_and_clear_and_never_scrolls_sideways(
    windows: Windows, office: Office, width: int, type_size: str, scheme: str
) -> None:
    """At 320 pixels; and with type of twice the size (the pages' own is 125 %)."""
    page = windows.open(width=width, color_scheme=scheme)
    seen = []
    for name in pages_of(page, office):
        if type_size:
            page.evaluate("size => { document.documentElement.style.fontSize = size; }", type_size)
        needed, there = page.evaluate(WIDTHS)
        assert needed <= there, name
        assert [each for each in page.evaluate(TARGETS) if each[1] < SMALLEST_TARGET_PIXELS] == [], name
        assert [each for each in page.evaluate(TYPE_SIZES) if each[1] < SMALLEST_TYPE_PIXELS] == [], name
        assert [each for each in page.evaluate(CONTRASTS) if each[1] < 4.5] == [], name
        seen.append(name)
    assert len(seen) == 12

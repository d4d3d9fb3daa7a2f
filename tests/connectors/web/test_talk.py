"""The chat by plain forms: a post, a redirect, a page; no script anywhere."""

from __future__ import annotations

import re
import uuid

import httpx
import pytest
from fastapi import FastAPI
from talking import CODE, SCRIPT, SERVICES, FakeHandler

from connectors.web.forms import NOTHING_SAID, TOO_LONG
from connectors.web.routes import GONE, WENT_WRONG
from connectors.web.words import LONGEST_TEXT_CHARACTERS
from dialogues.errors import SaysoError
from dialogues.types import Expects, Option, Prompt, Purpose, Voice

PAGE = "/talk/conversation"
SCRIPT_HEADERS = {"accept": "application/json"}


async def open_talk(browser: httpx.AsyncClient, **fields: str) -> httpx.Response:
    return await browser.post("/talk/start", data={"service": "home", **fields}, follow_redirects=True)


async def say(browser: httpx.AsyncClient, text: str, **fields: str) -> httpx.Response:
    data = {"text": text, "message_id": str(uuid.uuid4()), **fields}
    return await browser.post("/talk/say", data=data, follow_redirects=True)


async def test_the_first_page_offers_every_service_and_a_code(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/talk")
    assert page.status_code == 200
    for service in SERVICES:
        assert service.name in page.text
    assert 'name="code"' in page.text
    assert "Ring Anna." in page.text


async def test_start_redirects_and_keeps_the_id_out_of_the_address(
    browser: httpx.AsyncClient, handler: FakeHandler
) -> None:
    started = await browser.post("/talk/start", data={"service": "home", "name": "  Winnie \n"})
    assert started.status_code == 303
    assert started.headers["location"] == f"{PAGE}#latest"
    assert handler.starts == [{"service": "home", "channel": "web", "preferred_name": "Winnie", "resume_code": ""}]


@pytest.mark.parametrize(("scheme", "secure"), [("http", False), ("https", True)])
async def test_cookies_are_closed_to_scripts_and_to_other_sites(app: FastAPI, scheme: str, secure: bool) -> None:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://sayso.test") as client:
        started = await client.post("/talk/start", data={"service": "home"})
    cookies = started.headers.get_list("set-cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} >= {"sayso_talk", "sayso_voice"}
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/talk" in cookie
        assert ("Secure" in cookie) is secure


async def test_a_whole_talk_without_scripts(browser: httpx.AsyncClient, handler: FakeHandler) -> None:
    page = await open_talk(browser)
    assert "Would you like to take part?" in page.text
    for answer in ("Yes", "Meals"):
        page = await browser.post("/talk/say", data={"choice": answer}, follow_redirects=True)
    page = await say(browser, "They come at four.")
    assert re.findall(r'name="choice" value="(\d+)"', page.text) == [str(n) for n in range(11)]
    page = await browser.post("/talk/say", data={"choice": "7"}, follow_redirects=True)
    assert "Take it out" in page.text
    page = await browser.post("/talk/say", data={"choice": "That is right"}, follow_redirects=True)
    assert "Thank you for your time" in page.text
    assert 'id="say"' not in page.text
    assert [turn.text for turn in handler.turns] == ["Yes", "Meals", "They come at four.", "7", "That is right"]
    assert {turn.channel for turn in handler.turns} == {"web"}


async def test_every_answer_is_a_redirect_then_a_page(browser: httpx.AsyncClient) -> None:
    await open_talk(browser)
    posted = await browser.post("/talk/say", data={"text": "Aye."})
    assert (posted.status_code, posted.headers["location"]) == (303, f"{PAGE}#latest")
    assert (await browser.get(PAGE)).headers["cache-control"] == "no-store"


async def test_the_code_is_shown_once_and_again_at_the_end(browser: httpx.AsyncClient) -> None:
    assert CODE in (await open_talk(browser)).text
    assert CODE not in (await browser.get(PAGE)).text
    assert CODE in (await say(browser, "Stop")).text


async def test_a_code_takes_the_talk_up_on_another_browser(app: FastAPI, browser: httpx.AsyncClient) -> None:
    await open_talk(browser)
    await say(browser, "Yes")
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sayso.test") as other:
        page = await other.post("/talk/start", data={"way": "code", "code": f" {CODE} "}, follow_redirects=True)
    assert "What would you like to talk about?" in page.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"way": "code", "code": ""}, "type your code"),
        ({"way": "code", "code": "   "}, "type your code"),
        ({"way": "code", "code": "NOPE-NOPE"}, "We do not know that code"),
        ({"service": ""}, "choose a service"),
        ({}, "choose a service"),
        ({"service": "'; DROP TABLE service; --"}, "choose a service"),
    ],
)
async def test_a_start_that_cannot_be_says_why(browser: httpx.AsyncClient, fields: dict[str, str], words: str) -> None:
    page = await browser.post("/talk/start", data=fields)
    assert page.status_code == 400
    assert words in page.text
    assert "sayso_talk" not in browser.cookies


async def test_the_same_form_twice_is_handled_once(browser: httpx.AsyncClient, handler: FakeHandler) -> None:
    await open_talk(browser)
    form_id = str(uuid.uuid4())
    await say(browser, "Yes", message_id=form_id)
    page = await say(browser, "Yes", message_id=form_id)
    assert len(handler.turns) == 1
    assert page.status_code == 200


async def test_each_form_carries_its_own_id(browser: httpx.AsyncClient) -> None:
    page = await open_talk(browser)
    ids = re.findall(r'name="message_id" value="([^"]+)"', page.text)
    assert len(ids) == len(set(ids)) == 2
    assert all(uuid.UUID(one) for one in ids)


@pytest.mark.parametrize("given", ["", "1", "../../etc", "x" * 500, "<b>"])
async def test_an_id_that_is_none_of_ours_is_replaced(
    browser: httpx.AsyncClient, handler: FakeHandler, given: str
) -> None:
    await open_talk(browser)
    await say(browser, "Yes", message_id=given)
    assert uuid.UUID(handler.turns[0].message_id)


@pytest.mark.parametrize(
    ("helper", "words"),
    [("again", "Say that again"), ("why", "Why do you ask?"), ("skip", "Skip"), ("stop", "Stop")],
)
async def test_helpers_say_plain_words(
    browser: httpx.AsyncClient, handler: FakeHandler, helper: str, words: str
) -> None:
    await open_talk(browser)
    await browser.post("/talk/say", data={"helper": helper, "text": ""})
    assert [turn.text for turn in handler.turns] == [words]


async def test_a_helper_keeps_the_half_written_answer(browser: httpx.AsyncClient, handler: FakeHandler) -> None:
    await open_talk(browser)
    page = await browser.post("/talk/say", data={"helper": "again", "text": "The tea call is <too> early"})
    assert page.status_code == 200
    assert "The tea call is &lt;too&gt; early</textarea>" in page.text
    assert [turn.text for turn in handler.turns] == ["Say that again"]


@pytest.mark.parametrize("voice", list(Voice))
async def test_the_voice_is_tagged_and_remembered(
    browser: httpx.AsyncClient, handler: FakeHandler, voice: Voice
) -> None:
    await open_talk(browser, voice=voice)
    await say(browser, "Yes")
    await say(browser, "Meals", voice="own")
    await say(browser, "Hot ones")
    assert [turn.voice for turn in handler.turns] == [voice, Voice.OWN, Voice.OWN]


async def test_an_unknown_voice_is_the_persons_own(browser: httpx.AsyncClient, handler: FakeHandler) -> None:
    await open_talk(browser, voice="robot")
    await say(browser, "Yes")
    assert handler.turns[0].voice is Voice.OWN


@pytest.mark.parametrize(
    ("sent", "handed_on"),
    [
        ("/start please", "/start please"),
        ("They never stop to talk", "They never stop to talk"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("Robert'); DROP TABLE turns;--", "Robert'); DROP TABLE turns;--"),
        ("{{ 7*7 }} {% raw %}", "{{ 7*7 }} {% raw %}"),
        ("מה שלומך \u202eabc", "מה שלומך \u202eabc"),
        ("I like it 👵🏽❤️", "I like it 👵🏽❤️"),
        ("bell\x07 null\x00 escape\x1b[31m", "bell null escape[31m"),
        ("one\r\ntwo", "one\ntwo"),
        ("a" * LONGEST_TEXT_CHARACTERS, "a" * LONGEST_TEXT_CHARACTERS),
    ],
)
async def test_words_reach_the_handler_as_they_are(
    browser: httpx.AsyncClient, handler: FakeHandler, sent: str, handed_on: str
) -> None:
    await open_talk(browser)
    page = await say(browser, sent)
    assert page.status_code == 200
    assert [turn.text for turn in handler.turns] == [handed_on]


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</textarea><b>"])
async def test_nothing_said_becomes_markup(browser: httpx.AsyncClient, handler: FakeHandler, evil: str) -> None:
    await open_talk(browser, name=evil)
    page = await say(browser, evil)
    scripted = await browser.post("/talk/say", data={"text": evil}, headers=SCRIPT_HEADERS)
    handler.failures.append(RuntimeError(evil))
    kept = await say(browser, evil)
    for shown in (page.text, scripted.json()["messages"], kept.text):
        assert evil not in shown
        assert evil.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;") in shown


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "\x00\x07"])
async def test_nothing_written_is_asked_for_kindly(browser: httpx.AsyncClient, handler: FakeHandler, text: str) -> None:
    await open_talk(browser)
    page = await say(browser, text)
    assert page.status_code == 400
    assert NOTHING_SAID in page.text
    assert handler.turns == []


async def test_a_very_long_answer_is_kept_in_the_box(browser: httpx.AsyncClient, handler: FakeHandler) -> None:
    await open_talk(browser)
    page = await say(browser, "a" * 100_000)
    assert page.status_code == 413
    assert TOO_LONG in page.text
    assert "a" * 100_000 in page.text
    assert handler.turns == []


@pytest.mark.parametrize(
    ("failure", "status", "words"),
    [
        (RuntimeError("Winnie said it"), 500, WENT_WRONG),
        (TimeoutError(), 500, WENT_WRONG),
        (SaysoError("database_busy", "Please try again.", permanent=False), 503, "Please try again."),
    ],
)
async def test_a_fault_of_ours_keeps_the_words_and_the_id(
    browser: httpx.AsyncClient, handler: FakeHandler, failure: BaseException, status: int, words: str
) -> None:
    await open_talk(browser)
    handler.failures.append(failure)
    form_id = str(uuid.uuid4())
    page = await say(browser, "They come at four", message_id=form_id)
    assert page.status_code == status
    assert words in page.text
    assert "They come at four</textarea>" in page.text
    assert f'name="message_id" value="{form_id}"' in page.text
    assert "Winnie said it" not in page.text


async def test_a_start_that_fails_says_so(browser: httpx.AsyncClient, handler: FakeHandler) -> None:
    handler.failures.append(RuntimeError("secret"))
    page = await open_talk(browser)
    assert page.status_code == 500
    assert "could not start" in page.text
    assert "secret" not in page.text


async def test_an_unknown_talk_leads_back_to_the_start(browser: httpx.AsyncClient) -> None:
    browser.cookies.set("sayso_talk", "no-such-talk")
    page = await browser.get(PAGE, follow_redirects=True)
    assert GONE in page.text
    browser.cookies.set("sayso_talk", "no-such-talk")
    posted = await browser.post("/talk/say", data={"text": "hello"}, headers=SCRIPT_HEADERS)
    assert posted.status_code == 404
    assert posted.json()["closed"] is True


@pytest.mark.parametrize("path", [PAGE, "/talk/say", "/talk/start"])
async def test_pages_without_a_talk_lead_to_the_start(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path)
    assert (page.status_code, page.headers["location"]) == (303, "/talk")


async def test_leaving_clears_the_screen_for_the_next_person(browser: httpx.AsyncClient) -> None:
    await open_talk(browser)
    await browser.post("/talk/leave")
    assert not [name for name in browser.cookies if name.startswith("sayso")]
    assert (await browser.get(PAGE)).headers["location"] == "/talk"


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"origin": "http://sayso.test"}, True),
        ({"referer": "http://sayso.test/talk"}, True),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
        ({"origin": "http://evil.test"}, False),
        ({"origin": "null"}, False),
        ({"origin": "http://[broken"}, False),
        ({"referer": "http://sayso.test.evil.test/"}, False),
    ],
)
async def test_forms_of_other_sites_are_refused(
    browser: httpx.AsyncClient, handler: FakeHandler, headers: dict[str, str], allowed: bool
) -> None:
    await open_talk(browser)
    posted = await browser.post("/talk/say", data={"text": "Yes"}, headers=headers)
    assert posted.status_code == (303 if allowed else 403)
    assert len(handler.turns) == (1 if allowed else 0)
    started = await browser.post("/talk/start", data={"service": "home"}, headers=headers)
    assert started.status_code == (303 if allowed else 403)


async def test_a_script_gets_only_what_is_new(browser: httpx.AsyncClient) -> None:
    await open_talk(browser)
    answer = (await browser.post("/talk/say", data={"choice": "Yes"}, headers=SCRIPT_HEADERS)).json()
    assert set(answer) == {"messages", "choices", "end", "message_id", "done"}
    assert "Would you like to take part?" not in answer["messages"]
    assert "What would you like to talk about?" in answer["messages"]
    assert answer["messages"].count('id="latest"') == 1
    assert "Meals" in answer["choices"]
    assert answer["done"] is False
    over = (await browser.post("/talk/say", data={"helper": "stop"}, headers=SCRIPT_HEADERS)).json()
    assert over["done"] is True
    assert "Thank you for your time" in over["end"]


@pytest.mark.parametrize(("body", "status"), [("text=", 400), ("text=" + "a" * 30_000, 413), ("%zz=%zz", 400)])
async def test_a_script_is_told_what_is_wrong(browser: httpx.AsyncClient, body: str, status: int) -> None:
    await open_talk(browser)
    headers = {**SCRIPT_HEADERS, "content-type": "application/x-www-form-urlencoded"}
    answer = await browser.post("/talk/say", content=body, headers=headers)
    assert answer.status_code == status
    assert set(answer.json()) == {"notice"}


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"--x\r\nbroken", b'{"text": "json"}', b"=" * 5_000])
async def test_broken_bodies_count_as_nothing_said(
    browser: httpx.AsyncClient, handler: FakeHandler, body: bytes
) -> None:
    await open_talk(browser)
    for kind in ("multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded"):
        answer = await browser.post("/talk/say", content=body, headers={"content-type": kind})
        assert answer.status_code == 400
    assert handler.turns == []


async def test_the_page_works_without_inline_scripts_or_styles(browser: httpx.AsyncClient) -> None:
    page = (await open_talk(browser)).text
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"\s(style|on\w+)=", page)
    assert "<style" not in page


async def test_the_page_has_its_landmarks_and_labels(browser: httpx.AsyncClient) -> None:
    page = (await open_talk(browser)).text
    for part in ('<html lang="en-GB">', 'class="skip" href="#main"', "<main", "<h1>", '<label for="text">'):
        assert part in page
    assert 'role="log" aria-live="polite"' in page
    assert page.count("<h1>") == 1


@pytest.mark.parametrize("label", ["your home care", "the times they come"])
async def test_a_choice_is_shown_with_a_capital_and_said_as_it_is(
    browser: httpx.AsyncClient, handler: FakeHandler, label: str
) -> None:
    options = (Option(label, "x", "1"),)
    handler.script = (Prompt("t", "What shall we talk about?", Expects.CHOICE, Purpose.TOPIC_CHOICE, options), *SCRIPT)
    page = await open_talk(browser)
    assert f'value="{label}">{label[0].upper()}{label[1:]}</button>' in page.text


async def test_erased_words_leave_no_empty_message(browser: httpx.AsyncClient, handler: FakeHandler) -> None:
    await open_talk(browser)
    (conversation_id,) = handler.said
    handler.said[conversation_id].append(("person", ""))
    assert (await browser.get(PAGE)).text.count("<li class=") == 1


async def test_safety_ends_without_cheer(browser: httpx.AsyncClient, handler: FakeHandler) -> None:
    danger = Prompt("safety.now", "Please ring 999 now.", Expects.NONE, Purpose.SAFETY, serious=True)
    handler.script = (SCRIPT[0], danger)
    await open_talk(browser)
    page = await say(browser, "I have fallen")
    assert "Your safety comes first" in page.text
    assert "Thank you for your time" not in page.text

"""Quotes behind figures, comparison and the queue, over real insights and sample data."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import select, update
from test_page_wording import HARDEST_GRADE, LONGEST_SENTENCE_WORDS, grade, sentences

from bot.insights import Insights
from bot.pages import ProviderInsights, theme_name
from bot.records import Records
from bot.samples.sample_data import load_sample_data
from bot.storage import Database, Keys
from bot.storage.keys import new_key
from bot.storage.models import AuditRow, ContributionRow
from bot.web.app import create_app
from bot.web.ports import Parts, WebSettings
from connectors.web import ServiceChoice
from nlu.analysis.frame import load_frame

HOME, ELM = "sample-home-support", "sample-elm-court"
PATHS = [
    "/provider",
    "/provider/themes/choice_and_control",
    "/provider/quotes?mark=negative",
    "/provider/quotes?q=zzz",
    f"/provider/compare?service={HOME}&service={ELM}",
    "/provider/check",
]
TODAY = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest_asyncio.fixture
async def filled(tmp_path: Path) -> AsyncIterator[Database]:
    database = await Database.open(f"sqlite:///{tmp_path}/sayso.db")
    await load_sample_data(database, now=TODAY)
    yield database
    await database.close()


def client_of(world: Any, database: Database, **headers: str) -> httpx.AsyncClient:
    frame = load_frame()
    insights = Insights(database, frame=tuple(frame.themes), questions={"age": ("under_75", "75_to_84")})
    records = Records(database, Keys([new_key()]), lambda text: text, lambda: TODAY)

    async def services() -> list[ServiceChoice]:
        return [ServiceChoice(each.id, each.name) for each in await records.services_heard()]

    parts = Parts(
        handler=world.handler,
        services=services,
        transcript=world.handler.transcript,
        resume_code=world.handler.resume_code,
        contributions=world.contributions,
        insights=ProviderInsights(insights, frame),
        study=insights,
        theme_names={theme: theme_name(frame, theme) for theme in frame.themes},
        checks=records,
        ready=world.ready,
        settings=WebSettings(provider_token="staff-token"),
    )
    transport = httpx.ASGITransport(app=create_app(parts), client=("192.0.2.7", 50_000))
    return httpx.AsyncClient(transport=transport, base_url="http://sayso.test", headers=headers)


@pytest_asyncio.fixture
async def staff(world: Any, filled: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(world, filled) as client:
        await client.post("/provider/sign-in", data={"token": "staff-token"})
        yield client


@pytest.mark.parametrize("path", PATHS)
async def test_strangers_see_none_of_it(world: Any, filled: Database, path: str) -> None:
    async with client_of(world, filled) as client:
        assert (await client.get(path)).status_code == 401
        assert (await client.post("/provider/check", data={"quote": "1", "do": "show"})).status_code == 401


@pytest.mark.parametrize("path", PATHS)
async def test_the_pages_are_easy_to_read(staff: httpx.AsyncClient, path: str) -> None:
    page = await staff.get(path)
    assert page.status_code == 200
    found = [
        sentence
        for sentence in sentences(
            re.sub(r"<(svg|mark|textarea)\b.*?</\1>|<p class=\"statement\".*?</p>", "", page.text, flags=re.S)
        )
        if "“" not in sentence
    ]
    assert [
        sentence for sentence in found if len(sentence.split()) > LONGEST_SENTENCE_WORDS and "(sample" not in sentence
    ] == []
    assert grade(found) <= HARDEST_GRADE


async def test_every_figure_of_a_theme_leads_to_its_quotes(staff: httpx.AsyncClient) -> None:
    page = (await staff.get("/provider/themes/choice_and_control")).text
    links = re.findall(r'href="(/provider/quotes\?[^"]+)" aria-label="(\d+)', page)
    assert len(links) > 5
    for link, least in links:
        quotes = await staff.get(link.replace("&amp;", "&"))
        assert re.search(rf"People: {least}( to \d+)?\.", quotes.text)
        assert "<blockquote" in quotes.text


async def test_a_hidden_figure_leads_nowhere(staff: httpx.AsyncClient) -> None:
    page = (await staff.get("/provider/quotes?theme=choice_and_control&mark=positive")).text
    assert "People: fewer than 5." in page
    assert "<blockquote" not in page


@pytest.mark.parametrize(
    "query", ["theme=nope", "mark=<script>", "page=x", "page=-1", "page=9999999999", "q=%00", "from=x"]
)
async def test_what_cannot_be_read_is_left_out(staff: httpx.AsyncClient, query: str) -> None:
    page = await staff.get(f"/provider/quotes?{query}")
    assert page.status_code == 200
    assert "<script" not in page.text


async def test_two_views_side_by_side(staff: httpx.AsyncClient) -> None:
    page = (await staff.get(f"/provider/compare?service={HOME}&service={ELM}")).text
    assert "Harbour Home Support (sample data), all time" in page
    assert "Elm Court (sample data), all time" in page
    assert "<strong>Yes</strong>" in page
    same = (await staff.get("/provider/compare")).text
    assert "Both views are the same now." in same


async def first_waiting(staff: httpx.AsyncClient) -> dict[str, str]:
    page = (await staff.get("/provider/check")).text
    form = page.partition('class="decide"')[2].partition("</form>")[0]
    return dict(re.findall(r'name="(quote|seen)" value="([^"]+)"', form))


async def test_one_press_shows_a_quote_and_one_takes_it_back(staff: httpx.AsyncClient, filled: Database) -> None:
    fields = await first_waiting(staff)
    done = await staff.post("/provider/check", data={**fields, "do": "show"})
    assert done.headers["location"] == f"/provider/check?done=show&quote={fields['quote']}#queue"
    assert "The quote can be shown now." in (await staff.get(done.headers["location"])).text
    assert (await first_waiting(staff))["quote"] != fields["quote"]
    again = await staff.post("/provider/check", data={**fields, "do": "hide"})
    assert "problem=quote_changed" in again.headers["location"]
    await staff.post("/provider/check", data={"quote": fields["quote"], "do": "undo"})
    assert await first_waiting(staff) == fields
    async with filled.read() as connection:
        noted = (await connection.execute(select(AuditRow.who, AuditRow.action, AuditRow.subject))).all()
    assert ("provider page", "check_quote", fields["quote"]) in noted
    assert ("provider page", "uncheck_quote", fields["quote"]) in noted


@pytest.mark.parametrize("data", [{}, {"quote": "x", "do": "show"}, {"quote": "1", "do": "burn"}, {"quote": "9" * 30}])
async def test_forms_that_make_no_sense_change_nothing(staff: httpx.AsyncClient, data: dict[str, str]) -> None:
    assert (await staff.post("/provider/check", data=data)).status_code == 404


async def test_a_decision_from_elsewhere_is_refused(staff: httpx.AsyncClient, filled: Database) -> None:
    fields = await first_waiting(staff)
    data = {**fields, "do": "show"}
    answer = await staff.post("/provider/check", data=data, headers={"origin": "http://evil.test"})
    assert answer.status_code == 403
    assert await first_waiting(staff) == fields


async def test_an_empty_queue_says_so(staff: httpx.AsyncClient, filled: Database) -> None:
    async with filled.write() as connection:
        await connection.execute(update(ContributionRow).values(redaction_checked=True))
    assert "No quote waits to be checked." in (await staff.get("/provider/check")).text

"""The provider page: who may see it, and what it shows."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import httpx
import pytest

from bot.insights import Cell
from bot.web import provider_views
from bot.web.access import SESSION_SECONDS, Access
from bot.web.ports import Filters, Overview, ThemeInsight, WebSettings

STAFF_TOKEN = "staff-token"


async def sign_in(client: httpx.AsyncClient, token: str = STAFF_TOKEN) -> httpx.Response:
    return await client.post("/provider/sign-in", data={"token": token})


@pytest.mark.parametrize("path", ["/provider", "/provider/themes/food_and_drink", "/provider/themes/nope"])
async def test_strangers_see_the_sign_in_only(client: httpx.AsyncClient, world: Any, path: str) -> None:
    page = await client.get(path)
    assert page.status_code == 401
    assert "Your staff token" in page.text
    assert world.insights.asked == []


async def test_staff_sign_in_and_out(client: httpx.AsyncClient) -> None:
    answer = await sign_in(client)
    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 303
    for flag in ("HttpOnly", "SameSite=strict", "Path=/provider", f"Max-Age={SESSION_SECONDS}"):
        assert flag in cookie
    assert "Secure" not in cookie
    assert STAFF_TOKEN not in cookie
    assert (await client.get("/provider")).status_code == 200
    await client.post("/provider/sign-out")
    assert (await client.get("/provider")).status_code == 401


async def test_the_cookie_is_secure_over_https(world: Any) -> None:
    async with world.client(base_url="https://sayso.test") as client:
        assert "Secure" in (await sign_in(client)).headers["set-cookie"]


@pytest.mark.parametrize("token", ["", " ", "wrong", "staff-token2", "<script>", "é", "x" * 10_000])
async def test_a_wrong_token_is_refused(client: httpx.AsyncClient, token: str) -> None:
    answer = await sign_in(client, token)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert (await client.get("/provider")).status_code == 401


async def test_a_sign_in_from_elsewhere_is_refused(client: httpx.AsyncClient) -> None:
    data = {"token": STAFF_TOKEN}
    answer = await client.post("/provider/sign-in", data=data, headers={"origin": "http://evil.test"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("value", ["", ".", "9999999999.", "9999999999.abc", "x.y", "99999999999999999.a", "١٢٣.a"])
async def test_a_made_up_cookie_opens_nothing(client: httpx.AsyncClient, value: str) -> None:
    answer = await client.get("/provider", headers=[(b"cookie", f"sayso_staff={value}".encode())])
    assert answer.status_code == 401


async def test_without_a_token_nobody_signs_in(world: Any) -> None:
    world.change(provider_token="")
    async with world.client() as client:
        assert "Sign-in is not set up yet" in (await client.get("/provider")).text
        assert (await sign_in(client, "")).status_code == 401


def test_a_sign_in_ends_after_a_working_day() -> None:
    from starlette.requests import Request
    from starlette.responses import Response

    now = 1_000_000.0
    access = Access(WebSettings(provider_token=STAFF_TOKEN), lambda: now)
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/provider", "query_string": b""}
    response = Response()
    assert access.sign_in(Request({**scope, "headers": []}), response, STAFF_TOKEN)
    cookie = response.headers["set-cookie"].partition(";")[0]
    request = Request({**scope, "headers": [(b"cookie", cookie.encode())]})
    assert access.is_signed_in(request)
    now += SESSION_SECONDS + 1
    assert not access.is_signed_in(request)


@pytest.mark.parametrize(
    ("demo", "address", "host", "headers", "status"),
    [
        (True, "127.0.0.1", "localhost", {}, 200),
        (True, "::1", "127.0.0.1:8000", {}, 200),
        (True, "192.0.2.7", "localhost", {}, 401),
        (True, "127.0.0.1", "evil.test", {}, 401),
        (True, "127.0.0.1", "localhost", {"x-forwarded-for": "192.0.2.7"}, 401),
        (False, "127.0.0.1", "localhost", {}, 401),
    ],
)
async def test_a_demo_is_open_to_its_own_machine(
    world: Any, demo: bool, address: str, host: str, headers: dict[str, str], status: int
) -> None:
    world.change(demo=demo)
    async with world.client(base_url=f"http://{host}", address=address) as client:
        page = await client.get("/provider", headers=headers)
    assert page.status_code == status
    assert ("This is a demo." in page.text) is (status == 200)


@pytest.fixture
async def staff(client: httpx.AsyncClient) -> httpx.AsyncClient:
    await sign_in(client)
    return client


async def test_counts_and_small_counts(staff: httpx.AsyncClient) -> None:
    page = (await staff.get("/provider")).text
    assert re.search(r"Food and drink</a></th>\s*<td[^>]*>14</td>", page)
    assert "<li>Dignity and privacy</li>" in page
    assert "/provider/themes/dignity_and_privacy" not in page
    assert "None" not in page
    assert page.count("<rect") == 1
    assert "Sample data" not in page


async def test_sample_data_says_so(staff: httpx.AsyncClient, world: Any) -> None:
    world.insights.shown = Overview(people_heard=None, sample=True, empty_reason="nobody_yet")
    page = (await staff.get("/provider")).text
    assert "Sample data: invented people." in page
    assert "Nobody has talked yet." in page


async def test_an_empty_page_leads_to_the_first_talk(staff: httpx.AsyncClient, world: Any) -> None:
    world.insights.shown = Overview(people_heard=None)
    page = (await staff.get("/provider")).text
    assert "Nothing to show yet" in page
    assert 'href="/talk"' in page
    assert "<table" not in page


async def test_filters_reach_the_insights_and_stay_in_the_links(staff: httpx.AsyncClient, world: Any) -> None:
    query = {"service": "home", "from": "2026-10-01", "to": "2026-10-31"}
    page = (await staff.get("/provider", params=query)).text
    assert world.insights.asked == [Filters("home", date(2026, 10, 1), date(2026, 10, 31))]
    assert '<option value="home" selected>' in page
    assert "/provider/themes/food_and_drink?service=home&amp;from=2026-10-01&amp;to=2026-10-31" in page


@pytest.mark.parametrize(
    ("values", "filters", "has_notice"),
    [
        ({}, Filters(), False),
        ({"service": "", "from": "", "to": " "}, Filters(), False),
        ({"from": "2026-10-01"}, Filters(None, date(2026, 10, 1)), False),
        ({"from": "01/10/2026"}, Filters(None, date(2026, 10, 1)), False),
        ({"from": "soon"}, Filters(), True),
        ({"to": "2026-02-30"}, Filters(), True),
        ({"from": "2026-10-02", "to": "2026-10-01"}, Filters(), True),
        ({"service": "x" * 500}, Filters("x" * 200), False),
    ],
)
def test_filters_are_read_with_care(values: dict[str, str], filters: Filters, has_notice: bool) -> None:
    query = provider_views.read_query(values)
    assert query.filters == filters
    assert bool(query.notice) is has_notice


@pytest.mark.parametrize(
    ("today", "three_months"), [(date(2026, 3, 15), "2026-01-01"), (date(2026, 2, 1), "2025-12-01")]
)
def test_presets_count_whole_months(today: date, three_months: str) -> None:
    links = {preset.name: preset.link for preset in provider_views.presets("home", lambda: today)}
    assert links["All time"] == "/provider?service=home"
    assert links["This month"] == f"/provider?service=home&from={today.replace(day=1)}&to={today}"
    assert links["Last 3 months"] == f"/provider?service=home&from={three_months}&to={today}"
    assert links["This year"] == f"/provider?service=home&from=2026-01-01&to={today}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "fewer than 5"),
        (0, "0"),
        (1_204, "1,204"),
        (Cell(), "fewer than 5"),
        (Cell(7), "7"),
        (Cell(20, rounded=True), "20 to 24"),
    ],
)
def test_counts_are_said_as_they_are(value: int | Cell | None, shown: str) -> None:
    assert provider_views.count(value) == shown


async def test_rounded_counts_are_shown_as_ranges(staff: httpx.AsyncClient, world: Any) -> None:
    food = ThemeInsight("food_and_drink", "Food and drink", Cell(20, rounded=True), 110, senses={"purpose": Cell(5)})
    world.insights.shown = Overview(
        Cell(40, rounded=True), themes=(food,), senses={"security": Cell(), "purpose": Cell(9)}
    )
    page = (await staff.get("/provider")).text
    assert "20 to 24" in page
    assert "40 to 44" in page
    assert "Having something to do" in page
    assert "Feeling safe" not in page


async def test_a_theme_shows_its_quotes_and_no_markup_of_theirs(staff: httpx.AsyncClient) -> None:
    page = (await staff.get("/provider/themes/food_and_drink")).text
    assert "It goes in the bin. &lt;script&gt;" in page
    assert "<script" not in page
    assert "I&#39;d eat it." in page
    assert "In their own words, November 2026." in page


async def test_a_small_theme_shows_no_quote(staff: httpx.AsyncClient) -> None:
    page = (await staff.get("/provider/themes/dignity_and_privacy")).text
    assert "There is no quote to show here yet." in page
    assert "<blockquote" not in page


async def test_an_unknown_theme_is_not_there(staff: httpx.AsyncClient) -> None:
    page = await staff.get("/provider/themes/<script>")
    assert page.status_code == 404
    assert "<script" not in page.text


@pytest.mark.parametrize(
    ("month", "name"), [("2026-11", "November 2026"), ("2026-13", "2026-13"), ("", ""), ("soon", "soon")]
)
def test_months_have_names(month: str, name: str) -> None:
    assert provider_views.month_name(month) == name

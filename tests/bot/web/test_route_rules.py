"""Who may do what: every route has a rule, and every role is tried on every page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from desk import Desk
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.app import open_app
from bot.pages import app_of
from bot.settings import load_settings
from bot.staff import Role
from bot.web.rules import OPEN_FOLDERS, RULES, Way, rule_of
from bot.web.session_cookie import COOKIE
from connectors.phone import chan_websocket
from connectors.phone.twilio.settings import TwilioSettings
from connectors.phone.twilio.webhooks import router as twilio_router
from connectors.telegram import webhook

PEOPLE = {
    "Ann": Role.COORDINATOR,
    "Pat": Role.PROVIDER,
    "Vera": Role.VOLUNTEER,
    "Sam": Role.SAFEGUARDING_LEAD,
    "Ida": Role.ADVISER,
}
EVERYBODY = frozenset(PEOPLE)
MAY = {
    "GET /staff": EVERYBODY,
    "GET /staff/password": EVERYBODY,
    "POST /staff/password": EVERYBODY,
    "GET /staff/second-step": EVERYBODY,
    "POST /staff/second-step": EVERYBODY,
    "POST /staff/sign-out": EVERYBODY,
    "POST /staff/sign-out-everywhere": EVERYBODY,
    "GET /provider": {"Ann", "Pat", "Ida"},
    "GET /provider/themes/{theme}": {"Ann", "Pat", "Ida"},
    "GET /provider/quotes": {"Ann", "Pat", "Ida"},
    "GET /provider/compare": {"Ann", "Pat", "Ida"},
    "GET /provider/check": {"Ann"},
    "POST /provider/check": {"Ann"},
    "GET /staff/members": {"Ann"},
    "POST /staff/members": {"Ann"},
    "POST /staff/members/{staff_id}/link": {"Ann"},
    "POST /staff/members/{staff_id}/lock": {"Ann"},
    "POST /staff/members/{staff_id}/leave": {"Ann"},
}
"""Who may open which page of staff, written out by hand."""

NOT_IN_MEMORY = {"GET /provider/quotes", "GET /provider/compare", "GET /provider/check", "POST /provider/check"}
"""Pages that the application of these tests has not, for want of a study; their rules are looked at."""

PAGES = [page for page in MAY if page not in NOT_IN_MEMORY]

VALUES = {"{theme}": "food_and_drink", "{staff_id}": "99", "{code}": "x"}


def names_of(app: FastAPI) -> Iterator[str]:
    for route in iter_route_contexts(app.routes):
        if isinstance(route.route, Mount):
            yield f"MOUNT {route.path}"
        elif route.methods:
            yield from (f"{method} {route.path}" for method in route.methods if method != "HEAD")
        else:
            assert isinstance(route.original_route, WebSocketRoute)
            yield f"WEBSOCKET {route.path}"


async def take(*_: Any, **__: Any) -> Any:
    raise AssertionError("nothing is taken here")


def connectors() -> list[APIRouter]:
    twilio = TwilioSettings("AC1", "token", "+441632960000", "https://sayso.test")
    return [
        webhook.router(take, "secret"),
        twilio_router(twilio, take, take),  # type: ignore[arg-type]
        chan_websocket.router(take, "secret"),
    ]


@pytest.fixture
async def real_app(tmp_path: Path) -> AsyncIterator[FastAPI]:
    """The application as it is served, with every connector that brings routes."""
    settings = load_settings(data_folder=tmp_path, database_url="", nlu=False)
    async with open_app(settings) as app:
        pages = app_of(app)
        for routes in connectors():
            pages.include_router(routes)
        yield pages


async def test_every_route_has_a_rule(real_app: FastAPI) -> None:
    names = set(names_of(real_app))
    mounts = {name.removeprefix("MOUNT ") for name in names if name.startswith("MOUNT ")}
    assert mounts == OPEN_FOLDERS
    assert names - {f"MOUNT {mount}" for mount in mounts} - set(RULES) == set()
    assert len(names) > 40


async def test_what_has_no_rule_is_refused(world: Any, real_app: FastAPI) -> None:
    late = APIRouter()

    async def open_door() -> dict[str, str]:
        raise AssertionError("this must not be reached")

    async def open_line(_socket: WebSocket) -> None:
        raise AssertionError("this must not be reached")

    late.add_api_route("/late", open_door, methods=["GET", "POST"])
    late.add_api_route("/provider/late", open_door, methods=["POST"])
    late.add_api_websocket_route("/late-line", open_line)
    real_app.include_router(late)
    transport = httpx.ASGITransport(app=real_app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sayso.test") as client:
        for method, path in (("GET", "/late"), ("POST", "/late"), ("POST", "/provider/late")):
            assert (await client.request(method, path)).status_code == 403
    with pytest.raises(WebSocketDisconnect) as caught, TestClient(real_app).websocket_connect("/late-line"):
        pass
    assert caught.value.code == 1008


@pytest.mark.parametrize("path", ["/provider/new", "/provider/brief.pdf"])
def test_new_pages_below_provider_show_results_by_default(path: str) -> None:
    rule = rule_of("GET", path)
    assert rule is not None
    assert rule.way is Way.RESULTS
    assert rule_of("POST", path) is None


def test_the_table_by_hand_names_every_page_of_staff() -> None:
    asked = {name for name, rule in RULES.items() if rule.way in {Way.STAFF, Way.RESULTS}}
    assert asked == set(MAY) | {"GET /staff/code", "POST /staff/code"}
    for place, names in MAY.items():
        assert {name for name, role in PEOPLE.items() if role in RULES[place].roles} == names


@pytest.mark.parametrize("name", list(PEOPLE))
@pytest.mark.parametrize("place", PAGES)
async def test_each_person_on_each_page(world: Any, desk: Desk, place: str, name: str) -> None:
    services = ["home"] if PEOPLE[name] is Role.PROVIDER else []
    token = await desk.join(name, PEOPLE[name], services=services)
    async with world.client() as client:
        client.cookies.set(COOKIE, token)
        answer = await client.request(*_request(place), params={"service": "home"})
    assert (answer.status_code != 403) is (name in MAY[place])
    assert answer.status_code in ({200, 303, 400, 404} if name in MAY[place] else {403})


@pytest.mark.parametrize("place", PAGES)
async def test_a_stranger_sees_the_sign_in_alone(world: Any, desk: Desk, place: str) -> None:
    async with world.client() as client:
        for cookie in ("", "made-up"):
            client.cookies.set(COOKIE, cookie)
            answer = await client.request(*_request(place))
            assert answer.status_code == 401
            assert "Your password" in answer.text
    assert world.insights.asked == []


@pytest.mark.parametrize("place", PAGES)
@pytest.mark.parametrize(("role", "stage_page"), [("before", "/staff/second-step"), ("after", "/staff/code")])
async def test_half_a_sign_in_opens_nothing(world: Any, desk: Desk, place: str, role: str, stage_page: str) -> None:
    """Ann with her password alone: before she set her second step up, and after."""
    if role == "before":
        opened = await desk.accounts.accept(await desk.invite("Ann", Role.COORDINATOR), "four calm herons nest")
        assert opened is not None
        token = opened.token
    else:
        await desk.join("Ann", Role.COORDINATOR)
        token = (await desk.opened("Ann")).token
    async with world.client() as client:
        client.cookies.set(COOKIE, token)
        answer = await client.request(*_request(place))
    own = {"before": {"GET /staff/second-step", "POST /staff/second-step"}, "after": set()}[role]
    if place not in own | {"POST /staff/sign-out"}:
        assert (answer.status_code, answer.headers["location"]) == (303, stage_page)
    assert world.insights.asked == []


@pytest.mark.parametrize("place", [name for name in RULES if name.startswith("POST /staff")])
@pytest.mark.parametrize("headers", [{"origin": "http://evil.test"}, {"sec-fetch-site": "cross-site"}])
async def test_a_form_from_elsewhere_is_refused(world: Any, desk: Desk, place: str, headers: dict[str, str]) -> None:
    token = await desk.join("Ann", Role.COORDINATOR)
    async with world.client() as client:
        client.cookies.set(COOKIE, token)
        assert (await client.request(*_request(place), headers=headers)).status_code == 403
    assert await desk.accounts.signed_in(token)


class TestOwnServices:
    async def test_pat_is_led_to_her_service(self, world: Any, desk: Desk) -> None:
        token = await desk.join("Pat", Role.PROVIDER, services=["home"])
        async with world.client() as client:
            client.cookies.set(COOKIE, token)
            led = await client.get("/provider", params={"from": "2026-10-01", "service": ""})
            assert (led.status_code, led.headers["location"]) == (303, "/provider?service=home&from=2026-10-01")
            assert world.insights.asked == []
            page = await client.get(led.headers["location"])
            both = await client.get("/provider/themes/nope?service=home&service=")
        assert page.status_code == 200
        assert (both.status_code, both.headers["location"]) == (303, "/provider/themes/nope?service=home&service=home")
        assert [filters.service for filters in world.insights.asked] == ["home"]
        assert 'value="home"' in page.text
        assert 'value="day"' not in page.text

    @pytest.mark.parametrize("query", ["service=day", "service=home&service=day", "service=day&service=home"])
    @pytest.mark.parametrize("path", ["/provider", "/provider/themes/food_and_drink", "/provider/compare"])
    async def test_pat_sees_no_other(self, world: Any, desk: Desk, path: str, query: str) -> None:
        token = await desk.join("Pat", Role.PROVIDER, services=["home"])
        async with world.client() as client:
            client.cookies.set(COOKIE, token)
            answer = await client.get(f"{path}?{query}")
        assert answer.status_code in {403, 404}
        assert world.insights.asked == []

    @pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADVISER])
    async def test_others_see_all(self, world: Any, desk: Desk, role: Role) -> None:
        token = await desk.join("Ida", role)
        async with world.client() as client:
            client.cookies.set(COOKIE, token)
            page = await client.get("/provider")
            assert (await client.get("/provider?service=day")).status_code == 200
        assert page.status_code == 200
        assert 'value="day"' in page.text

    async def test_one_persons_services_are_not_the_next_ones(self, world: Any, desk: Desk) -> None:
        pat, ida = await desk.join("Pat", Role.PROVIDER, services=["home"]), await desk.join("Ida", Role.ADVISER)
        async with world.client() as client:
            for token, sees_day in ((pat, False), (ida, True), (pat, False)):
                client.cookies.set(COOKIE, token)
                page = await client.get("/provider?service=home")
                assert ('value="day"' in page.text) is sees_day
            client.cookies.clear()
            await client.post("/provider/sign-in", data={"token": "staff-token"})
            assert 'value="day"' in (await client.get("/provider")).text


async def test_the_shared_token_still_opens_the_providers_page_alone(world: Any, desk: Desk) -> None:
    async with world.client() as client:
        assert "staff token" in (await client.get("/provider")).text
        await client.post("/provider/sign-in", data={"token": "staff-token"})
        assert (await client.get("/provider")).status_code == 200
        assert (await client.get("/staff")).status_code == 401


async def test_a_demo_opens_the_providers_page_alone(world: Any, desk: Desk) -> None:
    world.change(demo=True)
    async with world.client(base_url="http://localhost", address="127.0.0.1") as client:
        assert (await client.get("/provider")).status_code == 200
        assert (await client.get("/staff")).status_code == 401


async def test_an_account_opens_no_api(world: Any, desk: Desk) -> None:
    token = await desk.join("Ann", Role.COORDINATOR)
    async with world.client() as client:
        client.cookies.set(COOKIE, token)
        assert (await client.get("/api/v1/insights")).status_code == 401


def _request(place: str) -> tuple[str, str]:
    method, _, path = place.partition(" ")
    for name, value in VALUES.items():
        path = path.replace(name, value)
    return method, path

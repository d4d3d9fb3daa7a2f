"""The pages of staff: signing in, invitations, the second step, members; their words and their forms."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from desk import PASSWORD, Desk
from test_page_wording import HARDEST_GRADE, LONGEST_SENTENCE_WORDS, grade, sentences

from bot.staff import Role
from bot.web.session_cookie import COOKIE
from bot.web.staff_account import qr_picture
from bot.web.staff_views import onward

OTHER_PASSWORD = "seven quiet ponds freeze"


def enter(client: httpx.AsyncClient, token: str) -> None:
    client.cookies.clear()
    client.cookies.set(COOKIE, token)


async def sign_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    data = {"email": f"{name.lower()}@example.org", "password": password, **more}
    return await client.post("/staff/sign-in", data=data)


def problems_of(page: str) -> list[tuple[str, str]]:
    """The error summary: where each link leads, and its words."""
    summary = re.search(r'<section class="summary" role="alert".*?</section>', page, re.DOTALL)
    return re.findall(r'<a class="line" href="#(\w+)">(.*?)</a>', summary.group()) if summary else []


async def test_ann_comes_by_her_link(world: Any, desk: Desk) -> None:
    code = await desk.invite("Ann", Role.COORDINATOR)
    async with world.client() as client:
        page = await client.get(f"/staff/invitation/{code}")
        assert "Welcome, Ann" in page.text
        chosen = await client.post(f"/staff/invitation/{code}", data={"password": PASSWORD, "again": PASSWORD})
        assert (chosen.status_code, chosen.headers["location"]) == (303, "/staff/second-step")
        first_token = client.cookies[COOKIE]
        page = await client.get("/staff/second-step")
        secret = re.search(r'id="key">([A-Z2-7 ]+)<', page.text)
        assert secret is not None
        assert "<svg" in page.text
        desk.secrets["Ann"] = secret.group(1).replace(" ", "")
        wrong = await client.post("/staff/second-step", data={"code": "000000"})
        assert wrong.status_code == 400
        assert secret.group(1) in wrong.text
        kept = await client.post("/staff/second-step", data={"code": desk.code("Ann")})
        assert len(re.findall(r"<li>\w{4}-\w{4}</li>", kept.text)) == 10
        assert client.cookies[COOKIE] != first_token
        home = await client.get("/staff")
        assert "Hello, Ann" in home.text
        assert "/staff/members" in home.text
        assert (await client.get(f"/staff/invitation/{code}")).status_code == 404


async def test_the_cookie(world: Any, desk: Desk) -> None:
    await desk.join("Bob", Role.ADVISER)
    async with world.client() as client:
        cookie = (await sign_in(client, "Bob")).headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert len(cookie.split(";")[0]) > 40
    assert {part.strip() for part in cookie.split(";")[1:]} == {"HttpOnly", "Path=/", "SameSite=lax"}
    world.change(https=True)
    async with world.client() as client:
        assert "Secure" in (await sign_in(client, "Bob")).headers["set-cookie"]


async def test_signing_in_changes_the_token_and_ends_the_old_one(world: Any, desk: Desk) -> None:
    old = await desk.join("Bob", Role.ADVISER)
    async with world.client() as client:
        enter(client, old)
        answer = await sign_in(client, "Bob")
    assert answer.status_code == 303
    assert await desk.accounts.signed_in(old) is None
    async with world.client() as client:
        enter(client, "chosen-by-somebody-else")
        assert "chosen-by" not in (await sign_in(client, "Bob")).headers["set-cookie"]


async def test_wrong_and_unknown_look_the_same(world: Any, desk: Desk) -> None:
    await desk.join("Bob", Role.ADVISER)
    async with world.client() as client:
        wrong, unknown = await sign_in(client, "Bob", "wrong"), await sign_in(client, "Eve", "wrong")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.text.replace("bob@", "eve@") == unknown.text
    assert "set-cookie" not in wrong.headers
    assert problems_of(wrong.text) == [("email", "That e-mail and password do not match. Please try again.")]
    assert 'aria-invalid="true"' in wrong.text
    assert 'value="bob@example.org"' in wrong.text
    assert "wrong" not in wrong.text


async def test_too_many_tries_are_told_how_long_to_wait(world: Any, desk: Desk) -> None:
    await desk.join("Bob", Role.ADVISER)
    async with world.client() as client:
        for _ in range(5):
            await sign_in(client, "Bob", "wrong")
        locked = await sign_in(client, "Bob")
        assert locked.status_code == 429
        assert "Please wait 1 minute." in locked.text
        desk.clock.advance(minutes=1)
        assert (await sign_in(client, "Bob")).status_code == 303


async def test_ann_signs_in_with_a_code_and_goes_where_she_wanted(world: Any, desk: Desk) -> None:
    await desk.join("Ann", Role.COORDINATOR)
    desk.clock.advance(seconds=30)
    async with world.client() as client:
        asked = await client.get("/provider?service=home")
        assert asked.status_code == 401
        assert 'name="next" value="/provider?service=home"' in asked.text
        first = await sign_in(client, "Ann", next="/provider?service=home")
        assert first.headers["location"] == "/staff/code?next=%2Fprovider%3Fservice%3Dhome"
        page = await client.get(first.headers["location"])
        assert 'name="next" value="/provider?service=home"' in page.text
        wrong = await client.post("/staff/code", data={"code": "000000", "next": "/provider?service=home"})
        assert wrong.status_code == 401
        assert problems_of(wrong.text)[0][0] == "code"
        right = await client.post("/staff/code", data={"code": desk.code("Ann"), "next": "/provider?service=home"})
        assert right.headers["location"] == "/provider?service=home"
        assert (await client.get("/provider?service=home")).status_code == 200


@pytest.mark.parametrize(
    ("address", "goes_to"),
    [
        ("/provider?service=home", "/provider?service=home"),
        ("/staff/members", "/staff/members"),
        ("", "/staff"),
        ("/talk", "/staff"),
        ("/staff/sign-in", "/staff"),
        ("//evil.test/provider", "/staff"),
        ("/\\evil.test", "/staff"),
        ("https://evil.test/provider", "/staff"),
        ("javascript:alert(1)", "/staff"),
        ("/provider\r\nset-cookie: x=y", "/staff"),
        ("/provider?x=" + "y" * 600, "/staff"),
        ("http://[", "/staff"),
    ],
)
def test_signing_in_leads_to_pages_of_ours_only(address: str, goes_to: str) -> None:
    assert onward(address) == goes_to


async def test_signing_out(world: Any, desk: Desk) -> None:
    here, there = await desk.join("Bob", Role.ADVISER), (await desk.opened("Bob")).token
    async with world.client() as client:
        enter(client, here)
        gone = await client.post("/staff/sign-out")
        assert gone.headers["location"] == "/staff/sign-in"
        assert f'{COOKIE}=""' in gone.headers["set-cookie"]
        enter(client, here)
        assert (await client.get("/staff")).status_code == 401
        enter(client, there)
        assert "signed in on 1 screen." in (await client.get("/staff")).text
        await client.post("/staff/sign-out-everywhere")
        enter(client, there)
        assert (await client.get("/staff")).status_code == 401


async def test_a_new_password(world: Any, desk: Desk) -> None:
    old = await desk.join("Bob", Role.ADVISER)
    async with world.client() as client:
        enter(client, old)

        async def change(current: str, new: str, again: str) -> httpx.Response:
            return await client.post("/staff/password", data={"current": current, "password": new, "again": again})

        for answers, field in (
            (("wrong", OTHER_PASSWORD, OTHER_PASSWORD), "current"),
            ((PASSWORD, OTHER_PASSWORD, "other"), "again"),
            ((PASSWORD, "short", "short"), "password"),
        ):
            page = await change(*answers)
            assert page.status_code == 400
            assert [where for where, _ in problems_of(page.text)] == [field]
            assert f'id="{field}"' in page.text
            assert OTHER_PASSWORD not in page.text
        done = await change(PASSWORD, OTHER_PASSWORD, OTHER_PASSWORD)
        assert done.headers["location"] == "/staff"
        assert (await client.get("/staff")).status_code == 200
    assert await desk.accounts.signed_in(old) is None


@pytest.mark.parametrize(
    ("password", "again", "field"),
    [("short", "short", "password"), ("passwordpassword",) * 2 + ("password",), (PASSWORD, OTHER_PASSWORD, "again")],
)
async def test_a_password_that_is_not_taken(world: Any, desk: Desk, password: str, again: str, field: str) -> None:
    code = await desk.invite("Bob", Role.ADVISER)
    async with world.client() as client:
        page = await client.post(f"/staff/invitation/{code}", data={"password": password, "again": again})
    assert page.status_code == 400
    assert [where for where, _ in problems_of(page.text)] == [field]
    assert await desk.accounts.invited(code) is not None


class TestMembers:
    async def test_ann_adds_pat_and_gets_a_link(self, world: Any, desk: Desk) -> None:
        token = await desk.join("Ann", Role.COORDINATOR)
        data = {"name": "Pat <b>", "email": "pat@example.org", "role": ["provider", "adviser"], "service": ["home"]}
        async with world.client() as client:
            enter(client, token)
            page = await client.post("/staff/members", data=data)
            link = re.search(r'id="link">http://sayso\.test(/staff/invitation/[\w-]{43})<', page.text)
            assert link is not None
            listed = (await client.get("/staff/members")).text
            client.cookies.clear()
            assert (await client.get(link.group(1))).status_code == 200
        assert "Pat &lt;b&gt;" in listed
        assert "Provider, Adviser: Keighley Home Support" in listed
        assert "Has a link, and has not used it yet" in listed
        assert link.group(1) not in listed
        assert listed.count("has left") == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"name": ""}, "name"),
            ({"email": "pat"}, "email"),
            ({"email": "ann@example.org"}, "email"),
            ({"role": []}, "role"),
            ({"role": ["king"]}, "role"),
            ({"service": []}, "service"),
            ({"service": ["moon"]}, "service"),
        ],
    )
    async def test_what_is_missing_stands_at_its_field(
        self, world: Any, desk: Desk, changes: dict[str, object], field: str
    ) -> None:
        token = await desk.join("Ann", Role.COORDINATOR)
        data = {"name": "Pat", "email": "pat@example.org", "role": ["provider"], "service": ["home"]} | changes
        async with world.client() as client:
            enter(client, token)
            page = await client.post("/staff/members", data=data)
        assert page.status_code == 400
        assert [where for where, _ in problems_of(page.text)] == [field]
        assert f'id="{field}"' in page.text
        assert f'id="{field}-problem"' in page.text
        assert ('value="Pat"' in page.text) is (field != "name")
        assert len(await desk.accounts.members()) == 1

    async def test_ann_locks_bob_and_lets_him_in_again(self, world: Any, desk: Desk) -> None:
        ann, bob = await desk.join("Ann", Role.COORDINATOR), await desk.join("Bob", Role.ADVISER)
        async with world.client() as client:
            enter(client, ann)
            assert (await client.post("/staff/members/2/lock")).headers["location"] == "/staff/members"
            assert await desk.accounts.signed_in(bob) is None
            assert "Locked" in (await client.get("/staff/members")).text
            page = await client.post("/staff/members/2/link")
            assert "A link for Bob" in page.text
            assert (await client.post("/staff/members/2/leave")).status_code == 303
            assert "Bob" not in (await client.get("/staff/members")).text

    @pytest.mark.parametrize("what", ["link", "lock", "leave"])
    async def test_ann_cannot_shut_herself_out(self, world: Any, desk: Desk, what: str) -> None:
        token = await desk.join("Ann", Role.COORDINATOR)
        async with world.client() as client:
            enter(client, token)
            page = await client.post(f"/staff/members/1/{what}")
            assert page.status_code == 400
            assert problems_of(page.text)[0][0] == "list"
            assert (await client.post(f"/staff/members/99/{what}")).status_code == 404
            assert (await client.post(f"/staff/members/x/{what}")).status_code == 422
        assert await desk.accounts.signed_in(token)


ASKS = {
    "/staff/sign-in": None,
    "/staff/invitation/nope": None,
    "/staff": "Ann",
    "/staff/password": "Ann",
    "/staff/second-step": "Bob",
    "/staff/members": "Ann",
}


async def opened_page(world: Any, desk: Desk, path: str) -> httpx.Response:
    ann, bob = await desk.join("Ann", Role.COORDINATOR), await desk.join("Bob", Role.ADVISER)
    async with world.client() as client:
        name = ASKS[path]
        if name:
            enter(client, {"Ann": ann, "Bob": bob}[name])
        return await client.get(path)


@pytest.mark.parametrize("path", list(ASKS))
async def test_pages_are_easy_to_read_and_kept_by_no_cache(world: Any, desk: Desk, path: str) -> None:
    page = await opened_page(world, desk, path)
    found = [each for each in sentences(page.text) if "@" not in each and len(each.split()[0]) < 12]
    assert [each for each in found if len(each.split()) > LONGEST_SENTENCE_WORDS] == []
    assert grade(found) <= HARDEST_GRADE
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", list(ASKS))
async def test_every_field_has_a_label_and_nothing_is_inline(world: Any, desk: Desk, path: str) -> None:
    page = (await opened_page(world, desk, path)).text
    for field in re.findall(r"<input (?![^>]*type=\"(?:hidden|checkbox)\")[^>]*>", page):
        name = re.search(r'id="(\w+)"', field)
        assert name is not None
        assert f'<label for="{name.group(1)}">' in page
        described = re.search(r'aria-describedby="([^"]+)"', field)
        assert all(f'id="{each}"' in page for each in (described.group(1).split() if described else []))
    assert "<script" not in page
    assert " style=" not in page
    assert page.count("<h1") == 1


def test_the_picture_is_plain_svg() -> None:
    picture = qr_picture("otpauth://totp/Sayso:a@b.c?secret=ABC")
    assert picture.startswith("<svg ")
    assert "style" not in picture
    assert "class" not in picture
    assert 'fill="#fff"' in picture

"""Accounts: invitations, signing in, lock-out, sessions; with people who have names."""

from __future__ import annotations

import asyncio

import pytest
from desk import HOME_ADDRESS, PASSWORD, Desk
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from storing import contributes

from bot.records import Records
from bot.staff import Opened, Refused, Role, Stage, State, tries
from bot.storage import audit
from bot.storage.models import AuditRow, Base, StaffRow, StaffSessionRow
from dialogues.errors import SaysoError

OTHER_PASSWORD = "seven quiet ponds freeze"
WRONG = "seven quiet ponds thaw"


async def audited(desk: Desk) -> list[tuple[str, str, str]]:
    async with desk.database.read() as connection:
        rows = await connection.execute(select(AuditRow.who, AuditRow.action, AuditRow.subject).order_by(AuditRow.id))
        return [tuple(row) for row in rows]


async def test_ann_joins_enrols_signs_in_and_out(desk: Desk) -> None:
    token = await desk.join("Ann", Role.COORDINATOR)
    ann = (await desk.look(token)).member
    assert (ann.name, ann.email, ann.roles, ann.has_second_step) == (
        "Ann",
        "ann@example.org",
        (Role.COORDINATOR,),
        True,
    )
    await desk.accounts.sign_out(await desk.look(token))
    assert await desk.accounts.signed_in(token) is None
    desk.clock.advance(seconds=30)
    first = await desk.opened("Ann")
    assert first.stage is Stage.CODE
    second = await desk.accounts.confirm_code(await desk.look(first.token), desk.code("Ann"), address=HOME_ADDRESS)
    assert isinstance(second, Opened)
    assert second.stage is Stage.OPEN
    assert second.token != first.token
    assert await desk.accounts.signed_in(first.token) is None
    actions = [(by, action) for by, action, _ in await audited(desk)]
    assert actions == [
        ("console", "staff_invited"),
        ("staff:1", "staff_joined"),
        ("staff:1", "staff_second_step_on"),
        ("staff:1", "staff_signed_in"),
        ("staff:1", "staff_signed_out"),
        ("staff:1", "staff_signed_in"),
    ]


@pytest.mark.parametrize(
    ("role", "stage"),
    [
        (Role.COORDINATOR, Stage.ENROL),
        (Role.SAFEGUARDING_LEAD, Stage.ENROL),
        (Role.PROVIDER, Stage.OPEN),
        (Role.VOLUNTEER, Stage.OPEN),
        (Role.ADVISER, Stage.OPEN),
    ],
)
async def test_who_needs_a_second_step(desk: Desk, role: Role, stage: Stage) -> None:
    opened = await desk.accounts.accept(await desk.invite("Bob", role, services=["home"]), PASSWORD)
    assert opened is not None
    assert opened.stage is stage
    assert (await desk.opened("Bob")).stage is stage


async def test_nothing_that_names_or_opens_is_stored_in_the_clear(desk: Desk) -> None:
    token = await desk.join("Ann", Role.COORDINATOR)
    code = await desk.invite("Cyril", Role.ADVISER)
    await desk.sign_in("Nobody", WRONG)
    await desk.sign_in("Ann", WRONG)
    secrets = [token, code, PASSWORD, WRONG, desk.secrets["Ann"], HOME_ADDRESS, "Ann", "ann@", "Cyril", "nobody@"]
    secrets += [*desk.recovery, *(each.replace("-", "") for each in desk.recovery)]
    async with desk.database.read() as connection:
        stored = [str(row) for table in Base.metadata.sorted_tables for row in await connection.execute(select(table))]
        assert await audit.first_break(connection) is None
    assert len(stored) > 10
    assert [secret for secret in secrets if any(secret in row for row in stored)] == []


class TestInvitations:
    async def test_a_link_opens_once(self, desk: Desk) -> None:
        code = await desk.invite("Bob", Role.ADVISER)
        invited = await desk.accounts.invited(code)
        assert invited is not None
        assert invited.name == "Bob"
        assert await desk.accounts.accept(code, PASSWORD) is not None
        assert await desk.accounts.invited(code) is None
        assert await desk.accounts.accept(code, OTHER_PASSWORD) is None
        assert isinstance(await desk.sign_in("Bob", OTHER_PASSWORD), Refused)

    async def test_two_at_once_are_one(self, desk: Desk) -> None:
        code = await desk.invite("Bob", Role.ADVISER)
        both = await asyncio.gather(desk.accounts.accept(code, PASSWORD), desk.accounts.accept(code, OTHER_PASSWORD))
        assert [each is None for each in both].count(True) == 1

    async def test_a_link_holds_seven_days(self, desk: Desk) -> None:
        code = await desk.invite("Bob", Role.ADVISER)
        desk.clock.advance(days=7, seconds=-1)
        assert await desk.accounts.invited(code) is not None
        desk.clock.advance(seconds=1)
        assert await desk.accounts.invited(code) is None
        assert await desk.accounts.accept(code, PASSWORD) is None

    async def test_a_weak_password_does_not_use_it_up(self, desk: Desk) -> None:
        code = await desk.invite("Bob", Role.ADVISER)
        with pytest.raises(SaysoError, match="12 characters"):
            await desk.accounts.accept(code, "short")
        assert await desk.accounts.accept(code, PASSWORD) is not None

    async def test_before_it_is_used_nobody_signs_in(self, desk: Desk) -> None:
        await desk.invite("Bob", Role.ADVISER)
        assert isinstance(await desk.sign_in("Bob"), Refused)

    async def test_a_new_link_ends_what_was_before(self, desk: Desk) -> None:
        token = await desk.join("Ann", Role.COORDINATOR)
        first = await desk.accounts.invite_again(1, by="console")
        second = await desk.accounts.invite_again(1, by="console")
        assert await desk.accounts.signed_in(token) is None
        assert isinstance(await desk.sign_in("Ann"), Refused)
        assert await desk.accounts.accept(first, OTHER_PASSWORD) is None
        opened = await desk.accounts.accept(second, OTHER_PASSWORD)
        assert opened is not None
        assert opened.stage is Stage.ENROL
        assert not (await desk.look(opened.token)).member.has_second_step

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"name": " "}, "staff_name"),
            ({"name": "x" * 121}, "staff_name"),
            ({"email": "bob"}, "staff_email"),
            ({"email": "b b@example.org"}, "staff_email"),
            ({"email": "ANN@example.org "}, "staff_email_known"),
            ({"roles": ()}, "staff_roles"),
            ({"services": ()}, "staff_services"),
            ({"services": ("moon",)}, "staff_services"),
        ],
    )
    async def test_what_is_missing_is_told(self, desk: Desk, changes: dict[str, object], code: str) -> None:
        await desk.join("Ann", Role.ADVISER)
        given = {"name": "Bob", "email": "bob@example.org", "roles": (Role.PROVIDER,), "services": ("home",)}
        with pytest.raises(SaysoError) as caught:
            await desk.accounts.invite(**{**given, **changes}, by="console")  # type: ignore[arg-type]
        assert caught.value.code == code
        assert len(await desk.accounts.members()) == 1


class TestLockOut:
    @given(st.integers(0, 500))
    def test_it_backs_off_from_a_minute_to_an_hour(self, failures: int) -> None:
        seconds = tries.lock_seconds(failures)
        assert (seconds == 0) is (failures < 5)
        assert seconds <= 3600
        assert tries.lock_seconds(failures + 1) in {0, 60, 2 * seconds, 3600}

    def test_the_steps(self) -> None:
        assert [tries.lock_seconds(n) for n in range(4, 13)] == [0, 60, 120, 240, 480, 960, 1920, 3600, 3600]

    async def test_five_failures_lock_even_the_right_password(self, desk: Desk) -> None:
        await desk.join("Bob", Role.ADVISER)
        for _ in range(5):
            assert await desk.sign_in("Bob", WRONG) == Refused()
        assert await desk.sign_in("Bob") == Refused(60.0)
        desk.clock.advance(seconds=59)
        assert await desk.sign_in("Bob", address="198.51.100.1") == Refused(1.0)
        desk.clock.advance(seconds=1)
        assert await desk.sign_in("Bob", WRONG) == Refused()
        assert await desk.sign_in("Bob") == Refused(120.0)
        desk.clock.advance(seconds=120)
        assert isinstance(await desk.sign_in("Bob"), Opened)
        assert await desk.sign_in("Bob", WRONG) == Refused()
        assert isinstance(await desk.sign_in("Bob"), Opened)

    async def test_nobody_learns_who_has_an_account(self, desk: Desk) -> None:
        await desk.join("Bob", Role.ADVISER)
        answers = {
            name: [await desk.sign_in(name, WRONG, address) for _ in range(7)]
            for name, address in (("Bob", "192.0.2.1"), ("Nobody", "192.0.2.2"))
        }
        assert answers["Bob"] == answers["Nobody"] == [Refused()] * 5 + [Refused(60.0)] * 2

    async def test_an_address_locks_for_all_accounts(self, desk: Desk) -> None:
        await desk.join("Bob", Role.ADVISER)
        for n in range(5):
            await desk.sign_in(f"Guess{n}", WRONG, "2001:db8:1:2::1")
        assert await desk.sign_in("Bob", address="2001:db8:1:2:ffff::2") == Refused(60.0)
        assert isinstance(await desk.sign_in("Bob", address="2001:db8:1:3::1"), Opened)

    async def test_many_at_once_gain_nothing(self, desk: Desk) -> None:
        await desk.join("Bob", Role.ADVISER)
        guesses = [desk.sign_in("Bob", f"{WRONG} {n}") for n in range(20)]
        answers = await asyncio.gather(*guesses)
        assert answers.count(Refused()) == 5
        assert answers.count(Refused(60.0)) == 15

    async def test_a_right_password_does_not_forgive_wrong_codes(self, desk: Desk) -> None:
        await desk.join("Ann", Role.COORDINATOR)
        for _ in range(5):
            first = await desk.opened("Ann")
            assert await desk.accounts.confirm_code(await desk.look(first.token), "000000", address="192.0.2.1") == (
                Refused()
            )
        assert await desk.sign_in("Ann") == Refused(60.0)
        assert await desk.accounts.confirm_code(
            await desk.look(first.token), desk.code("Ann", 1), address="192.0.2.1"
        ) == Refused(60.0)

    async def test_failures_are_forgotten_after_a_day(self, desk: Desk) -> None:
        await desk.join("Bob", Role.ADVISER)
        for _ in range(4):
            await desk.sign_in("Bob", WRONG)
        desk.clock.advance(hours=24, seconds=1)
        assert await desk.sign_in("Bob", WRONG) == Refused()
        assert await desk.sign_in("Bob", WRONG) == Refused()

    async def test_failures_are_audited_without_names(self, desk: Desk) -> None:
        await desk.join("Bob", Role.ADVISER)
        await desk.sign_in("Bob", WRONG)
        await desk.sign_in("Nobody", WRONG)
        assert (await audited(desk))[-2:] == [
            ("staff:1", "staff_sign_in_failed", "staff:1"),
            ("unknown", "staff_sign_in_failed", "unknown"),
        ]


class TestSecondStep:
    async def test_a_code_works_once(self, desk: Desk) -> None:
        await desk.join("Ann", Role.COORDINATOR)
        first = await desk.opened("Ann")
        replayed = await desk.accounts.confirm_code(
            await desk.look(first.token), desk.code("Ann"), address=HOME_ADDRESS
        )
        assert replayed == Refused()
        desk.clock.advance(seconds=30)
        second = await desk.accounts.confirm_code(await desk.look(first.token), desk.code("Ann"), address=HOME_ADDRESS)
        assert isinstance(second, Opened)

    async def test_one_code_at_once_opens_one_session(self, desk: Desk) -> None:
        await desk.join("Ann", Role.COORDINATOR)
        desk.clock.advance(seconds=30)
        looks = [await desk.look((await desk.opened("Ann")).token) for _ in range(3)]
        answers = await asyncio.gather(
            *(desk.accounts.confirm_code(look, desk.code("Ann"), address=HOME_ADDRESS) for look in looks)
        )
        assert sum(isinstance(answer, Opened) for answer in answers) == 1

    async def test_each_recovery_code_works_once(self, desk: Desk) -> None:
        await desk.join("Ann", Role.COORDINATOR)
        codes = desk.recovery
        assert len(set(codes)) == 10
        for code in (codes[0].lower().replace("-", " "), codes[1]):
            look = await desk.look((await desk.opened("Ann")).token)
            assert isinstance(await desk.accounts.confirm_code(look, code, address=HOME_ADDRESS), Opened)
        look = await desk.look((await desk.opened("Ann")).token)
        assert await desk.accounts.confirm_code(look, codes[0], address=HOME_ADDRESS) == Refused()

    async def test_recovery_codes_are_ones_own(self, desk: Desk) -> None:
        await desk.join("Ann", Role.COORDINATOR)
        of_ann = desk.recovery
        await desk.join("Sam", Role.SAFEGUARDING_LEAD)
        look = await desk.look((await desk.opened("Sam")).token)
        assert await desk.accounts.confirm_code(look, of_ann[0], address=HOME_ADDRESS) == Refused()

    async def test_a_session_that_waits_for_a_code_is_short(self, desk: Desk) -> None:
        await desk.join("Ann", Role.COORDINATOR)
        first = await desk.opened("Ann")
        desk.clock.advance(minutes=15)
        assert await desk.accounts.signed_in(first.token) is None

    async def test_a_wrong_code_turns_nothing_on(self, desk: Desk) -> None:
        sign_in = await desk.look(await desk.join("Bob", Role.ADVISER))
        secret = await desk.accounts.offer_second_step(sign_in)
        assert await desk.accounts.offer_second_step(sign_in) == secret
        assert await desk.accounts.confirm_second_step(sign_in, "000000") is None
        assert (await desk.opened("Bob")).stage is Stage.OPEN

    async def test_bob_may_turn_it_on_and_an_open_session_cannot_change_it(self, desk: Desk) -> None:
        token = await desk.enrol("Bob", await desk.join("Bob", Role.ADVISER))
        assert (await desk.opened("Bob")).stage is Stage.CODE
        with pytest.raises(SaysoError, match="Ask a coordinator"):
            await desk.accounts.offer_second_step(await desk.look(token))


class TestSessions:
    async def test_an_idle_hour_ends_it(self, desk: Desk) -> None:
        token = await desk.join("Bob", Role.ADVISER)
        for _ in range(3):
            desk.clock.advance(minutes=59)
            assert await desk.accounts.signed_in(token)
        desk.clock.advance(minutes=60)
        assert await desk.accounts.signed_in(token) is None

    async def test_twelve_hours_end_it_however_busy(self, desk: Desk) -> None:
        token = await desk.join("Bob", Role.ADVISER)
        for _ in range(23):
            desk.clock.advance(minutes=30)
            assert await desk.accounts.signed_in(token)
        desk.clock.advance(minutes=30)
        assert await desk.accounts.signed_in(token) is None

    @pytest.mark.parametrize("token", ["", "x", "é", "' OR 1=1 --", "x" * 5000])
    async def test_a_made_up_token_opens_nothing(self, desk: Desk, token: str) -> None:
        await desk.join("Bob", Role.ADVISER)
        assert await desk.accounts.signed_in(token) is None

    async def test_signing_out_everywhere(self, desk: Desk) -> None:
        bobs = [await desk.join("Bob", Role.ADVISER), *[(await desk.opened("Bob")).token for _ in range(2)]]
        eve = await desk.join("Eve", Role.ADVISER)
        assert await desk.accounts.sessions_open(1) == 3
        await desk.accounts.sign_out_everywhere(await desk.look(bobs[1]))
        assert [await desk.accounts.signed_in(token) for token in bobs] == [None] * 3
        assert await desk.accounts.signed_in(eve)

    async def test_a_new_password_ends_other_sessions(self, desk: Desk) -> None:
        old = [await desk.join("Bob", Role.ADVISER), (await desk.opened("Bob")).token]
        changed = await desk.accounts.change_password(
            await desk.look(old[0]), PASSWORD, OTHER_PASSWORD, address=HOME_ADDRESS
        )
        assert isinstance(changed, Opened)
        assert [await desk.accounts.signed_in(token) for token in old] == [None, None]
        assert await desk.accounts.signed_in(changed.token)
        assert await desk.sign_in("Bob") == Refused()
        assert isinstance(await desk.sign_in("Bob", OTHER_PASSWORD), Opened)

    async def test_a_new_password_needs_the_old_one(self, desk: Desk) -> None:
        look = await desk.look(await desk.join("Bob", Role.ADVISER))
        for _ in range(5):
            answer = await desk.accounts.change_password(look, WRONG, OTHER_PASSWORD, address=HOME_ADDRESS)
            assert answer == Refused()
        answer = await desk.accounts.change_password(look, PASSWORD, OTHER_PASSWORD, address=HOME_ADDRESS)
        assert answer == Refused(60.0)

    async def test_old_sessions_are_removed(self, desk: Desk) -> None:
        await desk.join("Bob", Role.ADVISER)
        desk.clock.advance(days=31)
        await desk.sign_in("Bob")
        async with desk.database.read() as connection:
            assert len((await connection.execute(select(StaffSessionRow.id))).all()) == 1


class TestLeaving:
    async def test_a_locked_account_is_shut_at_once(self, desk: Desk) -> None:
        token = await desk.join("Bob", Role.ADVISER)
        await desk.accounts.lock(1, by="console")
        assert await desk.accounts.signed_in(token) is None
        assert await desk.sign_in("Bob") == Refused()
        assert [member.state for member in await desk.accounts.members()] == [State.LOCKED]

    async def test_who_left_is_forgotten_but_for_the_audit(self, desk: Desk) -> None:
        token = await desk.join("Ann", Role.COORDINATOR)
        await desk.accounts.remove(1, by="console")
        assert await desk.accounts.signed_in(token) is None
        assert await desk.accounts.members() == []
        assert not await desk.accounts.is_empty()
        async with desk.database.read() as connection:
            row = (await connection.execute(select(StaffRow.__table__))).one()
            assert {row.name, row.email, row.email_hash, row.password_hash, row.totp_secret} == {None}
        with pytest.raises(SaysoError, match="Nobody like that"):
            await desk.accounts.invite_again(1, by="console")
        assert await desk.invite("Ann", Role.ADVISER)

    @pytest.mark.parametrize("what", ["lock", "remove", "invite_again"])
    async def test_nobody_by_that_number(self, desk: Desk, what: str) -> None:
        with pytest.raises(SaysoError, match="Nobody like that"):
            await getattr(desk.accounts, what)(99, by="console")


class TestWhoSeesWhat:
    async def test_pat_sees_her_own_service_only(self, desk: Desk) -> None:
        pat = (await desk.look(await desk.join("Pat", Role.PROVIDER, services=["home"]))).member
        ann = (await desk.look(await desk.join("Ann", Role.COORDINATOR))).member
        assert (pat.may_see_service("home"), pat.may_see_service("meals")) == (True, False)
        assert (ann.may_see_service("home"), ann.may_see_service("meals")) == (True, True)
        assert pat.has(Role.PROVIDER, Role.ADVISER)
        assert not pat.has(Role.COORDINATOR)

    async def test_vera_has_the_people_she_was_given(self, desk: Desk, records: Records) -> None:
        await contributes(records, "They come at four")
        await desk.join("Vera", Role.VOLUNTEER)
        await desk.join("Bob", Role.ADVISER)
        await desk.accounts.assign(1, 1, by="staff:9")
        assert await desk.accounts.people_of(1) == {1}
        assert await desk.accounts.people_of(2) == frozenset()
        with pytest.raises(SaysoError):
            await desk.accounts.assign(2, 1, by="staff:9")

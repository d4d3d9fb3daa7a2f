"""What the shipped configuration lets in, what it keeps, and that it keeps nothing else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from real_asterisk import ARI_PASSWORD, PERSON_ADDRESS, PERSON_NUMBER, SHIPPED, STRANGER_ADDRESS, RealAsterisk
from real_phone import Phone
from sip_caller import Refused, SipCaller
from stand_ins import SaysoStandIn
from waiting import until

phone = pytest.mark.phone
MakePhone = Callable[..., Awaitable[Phone]]


@phone
async def test_ari_wants_its_password(asterisk: RealAsterisk) -> None:
    async with httpx.AsyncClient() as client:
        answers = [
            await client.get("http://127.0.0.1:8088/ari/asterisk/info", auth=auth)
            for auth in (None, ("sayso", "wrong"), ("sayso", ARI_PASSWORD))
        ]
    assert [answer.status_code for answer in answers] == [401, 401, 200]


@phone
async def test_strangers_are_refused(asterisk: RealAsterisk, sayso: SaysoStandIn) -> None:
    with pytest.raises(Refused, match="401"):
        await SipCaller("+441632960123", address=STRANGER_ADDRESS).dial()
    assert sayso.announced == []
    security = asterisk.run.log.with_name("security.log")
    await until(lambda: STRANGER_ADDRESS in security.read_text())  # what fail2ban looks for


@phone
async def test_a_call_that_is_not_encrypted_is_refused(sayso: SaysoStandIn, make_phone: MakePhone) -> None:
    telephone = await make_phone(number="+441632960123", encrypts=False)
    await telephone.dial()
    await telephone.ended()
    assert "488" in str(telephone.events[-1])
    assert sayso.announced == []


@phone
async def test_a_provider_with_a_certificate_of_its_own_making_is_not_called(
    asterisk: RealAsterisk, sayso: SaysoStandIn, make_phone: MakePhone
) -> None:
    impostor = await make_phone(address=PERSON_ADDRESS, number=PERSON_NUMBER, answers=True, trusted=False)
    sayso.after = lambda _: f"dial {PERSON_NUMBER}"
    caller = SipCaller("+441632960123")
    await caller.dial()
    await (await sayso.talk()).terminate()
    await caller.ended(60)
    await caller.hang_up()
    assert impostor.events == []
    assert "certificate" in asterisk.log()


@phone
@pytest.mark.parametrize("variant", ["by address", "registration behind a router"])
async def test_the_examples_load(variant: str, possible: None, tmp_path: Path) -> None:
    trunk = (SHIPPED / "sayso" / "trunk.conf.example").read_text(encoding="utf-8")
    if variant != "by address":
        trunk = re.sub(r"^;(?=\[|[a-z_]+ = )", "", trunk, flags=re.MULTILINE)
    asterisk = RealAsterisk(tmp_path, trunk=trunk)
    for name in ("globals", "ari"):
        shutil.copy(SHIPPED / "sayso" / f"{name}.conf.example", asterisk.run.configuration / "sayso" / f"{name}.conf")
    await asterisk.start()
    endpoint = await asterisk.cli("pjsip show endpoint trunk")
    registrations = await asterisk.cli("pjsip show registrations")
    dialplan = await asterisk.cli("dialplan show globals")
    await asterisk.stop()

    for wanted in (r"media_encryption +: sdes", r"context +: from-trunk", r"Match: 192\.0\.2\.11/32"):
        assert re.search(wanted, endpoint), wanted
    assert ("trunk-registration" in registrations) == (variant != "by address")
    assert "SAYSO_SECRET=CHANGE-ME" in dialplan
    assert "ERROR" not in re.sub(r".*(?:resolve|registration).*", "", asterisk.log())


@phone
async def test_what_listens_is_what_the_firewall_expects(asterisk: RealAsterisk) -> None:
    assert listening_tcp() == {"00000000:13C5", "0100007F:1F98"}, "5061 (TLS) for the world, 8088 (ARI) on loopback"


def listening_tcp() -> set[str]:
    """Addresses and ports, hexadecimal, as the kernel shows them; of this network namespace."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return {row[1] for row in rows if row[3] == "0A"}


@phone
async def test_nothing_that_records_or_lists_calls_is_loaded(asterisk: RealAsterisk) -> None:
    modules = await asterisk.cli("module show")
    assert "app_audiosocket.so" in modules
    for module in (
        "mixmonitor",
        "monitor",
        "app_record",
        "chanspy",
        "cdr_",
        "cel_",
        "voicemail",
        "registrar",
        "anonymous",
    ):
        assert module not in modules, module
    log = asterisk.log()
    assert "ERROR" not in log


def test_the_shipped_files_hold_no_secret() -> None:
    for file in SHIPPED.rglob("*"):
        if file.is_file():
            for line in file.read_text(encoding="utf-8").splitlines():
                if re.match(r"\s*;?\s*(password|SAYSO_SECRET)\s*=", line):
                    assert "CHANGE-ME" in line, f"{file.name}: {line}"

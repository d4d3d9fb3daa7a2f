"""Commands about staff: adding, listing, locking. The first person is added here, the others on the pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot.app import utc_now
from bot.records import Records
from bot.services import default_services
from bot.settings import Settings, load_settings
from bot.staff import Accounts, Role
from bot.staff.roles import NAMES
from bot.storage.database import Database
from bot.storage.keys import Keys
from dialogues.errors import SaysoError
from dialogues.script import default_script

T = TypeVar("T")

BY = "console"
"""Who, in the audit: whoever may run commands on this machine."""


def add(
    name: Annotated[str, typer.Option(help="What they are called.")],
    email: Annotated[str, typer.Option(help="What they will sign in with.")],
    role: Annotated[
        list[Role] | None, typer.Option(help="What they do; several times for several. The first person coordinates.")
    ] = None,
    service: Annotated[
        list[str] | None, typer.Option(help="A service they may see, e.g. home_care; for providers and volunteers.")
    ] = None,
    address: Annotated[str, typer.Option(help="Where people reach Sayso; empty: this machine.")] = "",
) -> None:
    """Add somebody, and make the link with which they choose a password. It works once, within seven days."""
    settings = load_settings()
    base = _base(settings, address)

    async def work(accounts: Accounts) -> tuple[str, bool]:
        is_first = await accounts.is_empty()
        roles = {*(role or []), *([Role.COORDINATOR] if is_first else [])}
        code = await accounts.invite(name=name, email=email, roles=roles, services=service or (), by=BY)
        return code, is_first and Role.COORDINATOR not in (role or [])

    code, is_made_coordinator = asyncio.run(_with_accounts(settings, work))
    if is_made_coordinator:
        Console(highlight=False).print("The first person is a coordinator: they can add the others.")
    _print_link(base, code)


def link(
    email: Annotated[str, typer.Option(help="Whose account.")],
    address: Annotated[str, typer.Option(help="Where people reach Sayso; empty: this machine.")] = "",
) -> None:
    """Make a new link, for a lost password or telephone, or to open a locked account. Old ones end."""
    settings = load_settings()
    base = _base(settings, address)

    async def work(accounts: Accounts) -> str:
        return await accounts.invite_again((await accounts.find(email)).staff_id, by=BY)

    _print_link(base, asyncio.run(_with_accounts(settings, work)))


def show() -> None:
    """List who works with Sayso."""
    members = asyncio.run(_with_accounts(load_settings(), lambda accounts: accounts.members()))
    table = Table("Name", "E-mail", "Roles", "Services", "State", "Second step")
    for each in members:
        roles = ", ".join(NAMES[role] for role in each.roles)
        second = "on" if each.has_second_step else ""
        table.add_row(each.name, each.email, roles, ", ".join(each.services), str(each.state), second)
    Console(highlight=False).print(table if members else "Nobody yet. Add the first one: sayso staff add")


def lock(
    email: Annotated[str, typer.Option(help="Whose account.")],
    left: Annotated[bool, typer.Option("--left", help="They have left: name and e-mail go for good.")] = False,
) -> None:
    """Shut an account at once; a new link opens it again."""

    async def work(accounts: Accounts) -> None:
        staff_id = (await accounts.find(email)).staff_id
        await (accounts.remove if left else accounts.lock)(staff_id, by=BY)

    asyncio.run(_with_accounts(load_settings(), work))
    Console(highlight=False).print("Gone." if left else "Locked. They are signed out everywhere.")


async def _with_accounts(settings: Settings, work: Callable[[Accounts], Awaitable[T]]) -> T:
    async with _accounts(settings) as accounts:
        return await work(accounts)


@asynccontextmanager
async def _accounts(settings: Settings) -> AsyncIterator[Accounts]:
    keys = Keys.load(
        settings.data_folder, value=settings.encryption_keys.get_secret_value(), file=settings.encryption_key_file
    )
    database = await Database.open(settings.database)
    try:
        records = Records(database, keys, lambda text: text, utc_now)
        for each in default_services(default_script(), settings.organisation):
            await records.ensure_service(each.id, name=each.name, kind=each.kind, organisation=each.organisation)
        yield Accounts(database, keys, utc_now)
    finally:
        await database.close()


def _base(settings: Settings, address: str) -> str:
    """Where the link leads; looked at before anything is stored."""
    base = address.rstrip("/") or f"http://{settings.host}:{settings.port}"
    if not base.startswith(("http://", "https://")):
        raise SaysoError("address_wrong", "Write the address with https:// in front.")
    return base


def _print_link(base: str, code: str) -> None:
    link = f"{base}/staff/invitation/{code}"
    Console(highlight=False, soft_wrap=True).print(f"Send this link to them, and to nobody else: {link}", markup=False)


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    staff = typer.Typer(no_args_is_help=True, help="Who works with Sayso: adding, listing, locking.")
    staff.command()(add)
    staff.command()(link)
    staff.command("list")(show)
    staff.command()(lock)
    app.add_typer(staff, name="staff")

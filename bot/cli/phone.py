"""Commands about the telephone: is it set up right, and calls that are agreed."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.console import Console

from bot.cli import phone_plan
from bot.phone.checking import check_phone
from bot.settings import load_settings


def check(
    ring: Annotated[bool, typer.Option("--calls", help="Also look at what calls to people need.")] = True,
) -> None:
    """Look whether the telephone is set up right, and say what to mend; ends with 1 where something is."""
    console, settings = Console(highlight=False), load_settings()
    findings = asyncio.run(check_phone(settings, calls=ring))
    for finding in findings:
        console.print(f"[green]right[/]  {finding.what}" if finding.ok else f"[red]wrong[/]  {finding.what}")
        if not finding.ok:
            console.print(f"       {finding.todo}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def add_to(app: typer.Typer) -> None:
    """Adds the commands."""
    phone = typer.Typer(no_args_is_help=True, help="The telephone: is it set up right, and calls that are agreed.")
    phone.command()(check)
    phone_plan.add_to(phone)
    app.add_typer(phone, name="phone")

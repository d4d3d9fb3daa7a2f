"""The commands, and what they share: settings, quiet logs, and errors in plain words."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import structlog
import typer
from rich.console import Console

from bot.cli import export, judge, models, phone, play, run, staff, telegram, themes, transcribe
from dialogues.errors import SaysoError

app = typer.Typer(
    name="sayso",
    help="Hears what older people say matters about their care, and carries the answers back.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
run.add_to(app)
play.add_to(app)
export.add_to(app)
judge.add_to(app)
themes.add_to(app)
models.add_to(app)
transcribe.add_to(app)
telegram.add_to(app)
phone.add_to(app)
staff.add_to(app)


@app.callback()
def shared(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show one line a turn (never words).")] = False,
) -> None:
    """Set-up for every command."""
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def main() -> None:
    """Runs a command; an expected fault is one plain line and exit code 1."""
    try:
        app(prog_name="sayso")
    except SaysoError as error:
        Console(stderr=True).print(f"[bold red]{error.message}[/]", highlight=False)
        raise SystemExit(1) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def run_async(work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Runs an asynchronous command."""
    return asyncio.run(work())

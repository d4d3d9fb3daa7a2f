"""`python -m bot` is the `sayso` command."""

from bot.cli import main

main()

"""The accounts of people who work with Sayso."""

from __future__ import annotations

from bot.staff.members import Members
from bot.staff.own_account import OwnAccount


class Accounts(Members, OwnAccount):
    """Invites, signs in and out, and says who may see what. Everything done is in the audit.

    Args:
        database: Where.
        keys: Encrypt names, e-mails and secrets; hash tokens and codes.
        clock: The time now, UTC and time zone aware.
        passwords: How passwords are kept; None takes argon2id at the library's cost.
    """

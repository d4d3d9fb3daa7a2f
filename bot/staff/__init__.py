"""Accounts of people who work with Sayso: roles, invitations, passwords, second step, sessions."""

from bot.staff.accounts import Accounts
from bot.staff.passwords import Passwords
from bot.staff.roles import Role
from bot.staff.views import Member, Opened, Refused, SignIn, Stage, State

__all__ = ["Accounts", "Member", "Opened", "Passwords", "Refused", "Role", "SignIn", "Stage", "State"]

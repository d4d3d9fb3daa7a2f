"""Storage: tables, keys, migrations and the audit chain. Only `bot.records`, `bot.insights` and `bot.outbox` use it."""

from bot.storage.database import Database
from bot.storage.keys import Keys

__all__ = ["Database", "Keys"]

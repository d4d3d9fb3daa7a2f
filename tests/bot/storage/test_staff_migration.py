"""The way to accounts of staff, from a database that has the first staff table in use, and back."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from sqlalchemy import Connection, create_engine, inspect, text

from bot.storage.migrate import configuration

BEFORE, ACCOUNTS = "0003", "0004"


def _fill(connection: Connection) -> None:
    for statement in (
        "INSERT INTO service VALUES ('home', 'Home', 'home_care', '', 0, '2026-01-01')",
        "INSERT INTO staff (id, name, role, service_id, created_at) "
        "VALUES (7, 'Ann', 'provider', 'home', '2026-01-01')",
        "INSERT INTO answer_to_people (service_id, theme, state, text, staff_id, created_at) "
        "VALUES ('home', 'food_and_drink', 'heard', 'We heard you.', 7, '2026-01-01')",
    ):
        connection.execute(text(statement))


def test_answers_stay_and_the_tables_come_and_go(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/old.db")
    with engine.begin() as connection:
        command.upgrade(configuration(connection), BEFORE)
        _fill(connection)
    with engine.begin() as connection:
        connection.execute(text("PRAGMA foreign_keys = ON"))
        command.upgrade(configuration(connection), ACCOUNTS)
        assert connection.scalar(text("SELECT text FROM answer_to_people WHERE staff_id IS NULL")) == "We heard you."
        assert connection.scalar(text("SELECT count(*) FROM staff")) == 0
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        assert "staff_session" in inspect(connection).get_table_names()
    with engine.begin() as connection:
        command.downgrade(configuration(connection), BEFORE)
        columns = {column["name"] for column in inspect(connection).get_columns("staff")}
        assert columns == {"id", "name", "role", "service_id", "password_hash", "created_at"}
        assert "staff_session" not in inspect(connection).get_table_names()
    engine.dispose()

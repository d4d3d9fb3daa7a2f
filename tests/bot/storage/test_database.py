"""The tables, their migrations, and what the database itself refuses."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.schema import CreateTable
from storing import NOW

from bot.storage import Database, audit
from bot.storage.migrate import configuration
from bot.storage.models import AuditRow, Base, ContactRow


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


async def test_models_are_what_the_migrations_make(database: Database) -> None:
    async with database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_second_start_finds_nothing_to_do(tmp_path: Path) -> None:
    for _ in range(2):
        database = await Database.open(f"sqlite:///{tmp_path}/new/folder/sayso.db")
        async with database.read() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
        await database.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
async def test_sqlite_is_set_for_safety(database: Database, pragma: str, value: object) -> None:
    async with database.read() as connection:
        assert await connection.scalar(text(f"PRAGMA {pragma}")) == value


async def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.write() as connection:
            await connection.execute(
                insert(ContactRow).values(participant_id=99, kind="phone", value="x", created_at=NOW)
            )


async def test_every_table_can_be_made_on_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in Base.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))


async def test_the_migrations_write_postgresql_too() -> None:
    config = configuration()
    config.set_main_option("dialect", "postgresql")
    config.output_buffer = io.StringIO()
    command.upgrade(config, "head", sql=True)
    script = config.output_buffer.getvalue()
    assert "TIMESTAMP WITH TIME ZONE" in script
    assert "BEFORE UPDATE OR DELETE OR TRUNCATE ON audit" in script


async def _two_audit_rows(database: Database) -> None:
    async with database.write() as connection:
        for subject in ("one", "two"):
            await audit.append(connection, who="Alice", action="read", subject=subject, at=NOW, detail={"n": 1})


@pytest.mark.parametrize("statement", [update(AuditRow).values(who="Bob"), delete(AuditRow)])
async def test_the_audit_refuses_changes(database: Database, statement: object) -> None:
    await _two_audit_rows(database)
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.write() as connection:
            await connection.execute(statement)  # type: ignore[call-overload]
    async with database.read() as connection:
        assert (await connection.scalars(select(AuditRow.who))).all() == ["Alice", "Alice"]


async def test_the_audit_chain_shows_tampering(database: Database) -> None:
    await _two_audit_rows(database)
    async with database.read() as connection:
        assert await audit.first_break(connection) is None
    async with database.write() as connection:  # somebody with the file in their hands
        await connection.execute(text("DROP TRIGGER audit_no_update"))
        await connection.execute(text("UPDATE audit SET who = 'Bob' WHERE id = 2"))
    async with database.read() as connection:
        assert await audit.first_break(connection) == 2


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    async def fails() -> None:
        async with database.write() as connection:
            await audit.append(connection, who="Alice", action="read", subject="one", at=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fails()
    async with database.read() as connection:
        assert (await connection.scalars(select(AuditRow.id))).all() == []

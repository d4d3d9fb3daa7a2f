"""SQLite with one thread hop a statement.

SQLAlchemy's adapter for aiosqlite crosses to the connection's thread four times a statement (cursor, execute, fetch,
close). Each crossing costs more than the statement itself, so here the four happen in one.
"""

from __future__ import annotations

import collections
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection, AsyncAdapt_aiosqlite_cursor
from sqlalchemy.util.concurrency import await_


class _Done(NamedTuple):
    """What is left of a cursor after its statement."""

    rows: Sequence[Any] = ()
    description: Any = None
    rowcount: int = -1
    lastrowid: int | None = None
    arraysize: int = 1

    def close(self) -> None:
        """The real cursor was closed in its thread."""


class OneHopCursor(AsyncAdapt_aiosqlite_cursor):
    """Executes, fetches and closes in one crossing."""

    __slots__ = ()
    _awaitable_cursor_close = False

    def __init__(self, adapt_connection: Any) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._cursor: Any = _Done()
        self._soft_closed_memoized: Any = {}
        self._rows = collections.deque()

    def execute(self, operation: Any, parameters: Any = None) -> Any:
        """Runs one statement."""
        return self._run(lambda connection: connection.execute(operation, parameters or ()))

    def executemany(self, operation: Any, seq_of_parameters: Any) -> Any:
        """Runs one statement for each set of parameters."""
        return self._run(lambda connection: connection.executemany(operation, seq_of_parameters))

    def _run(self, statement: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> None:
        connection: Any = self._connection
        try:
            self._cursor = await_(connection._execute(_finish, connection._conn, statement))
        except Exception as error:
            self._adapt_connection._handle_exception(error)
        self._rows = collections.deque(self._cursor.rows)


class OneHopConnection(AsyncAdapt_aiosqlite_connection):
    """A connection whose cursors are `OneHopCursor`s."""

    __slots__ = ()
    _cursor_cls = OneHopCursor


def connect(dialect: Any, _record: Any, arguments: Any, parameters: Any) -> Any:
    """Listener of SQLAlchemy's `do_connect`: the usual connection, with the quicker cursors."""
    connection = dialect.connect(*arguments, **parameters)
    connection.__class__ = OneHopConnection
    return connection


def _finish(connection: sqlite3.Connection, statement: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> _Done:
    cursor = statement(connection)
    rows = cursor.fetchall() if cursor.description else ()
    done = _Done(rows, cursor.description, cursor.rowcount, cursor.lastrowid)
    cursor.close()
    return done

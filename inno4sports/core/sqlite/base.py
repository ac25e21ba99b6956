"""SQLite with a queue for writers: they wait in the kernel for their turn instead of asking again and again (docs/adr/0003).

SQLite lets a busy writer try until its timeout; under many writers some never get through and are told "database is locked".
"""

import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.sqlite3 import base

WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


class Turn:
    """The right to write, of one connection at a time: a lock on a file beside the database, free when its holder dies."""

    def __init__(self, database: str) -> None:
        in_memory = database == ":memory:" or database.startswith("file:")
        self.file = None if in_memory else os.open(f"{database}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.held = False

    def take(self) -> None:
        if not self.held and self.file is not None:
            fcntl.flock(self.file, fcntl.LOCK_EX)
            self.held = True

    def give_back(self) -> None:
        if self.held and self.file is not None:
            self.held = False
            fcntl.flock(self.file, fcntl.LOCK_UN)

    @contextmanager
    def for_one(self, statement: str) -> Iterator[None]:
        """Take it for a writing statement outside of a transaction; inside, it is held already."""
        if self.held or not WRITES.match(statement):
            yield
            return
        self.take()
        try:
            yield
        finally:
            self.give_back()

    def close(self) -> None:
        self.give_back()
        if self.file is not None:
            os.close(self.file)
            self.file = None


class Cursor(base.SQLiteCursorWrapper):
    turn: Turn

    def execute(self, query: str, params: Any = None) -> Any:
        with self.turn.for_one(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        with self.turn.for_one(query):
            return super().executemany(query, param_list)


class DatabaseWrapper(base.DatabaseWrapper):
    """Every transaction is one of a writer (BEGIN IMMEDIATE), so each begins with its turn and gives it back at its end."""

    turn: Turn

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self.turn = Turn(str(conn_params["database"]))
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> Any:  # noqa: ARG002 -- Django's signature
        cursor = self.connection.cursor(factory=Cursor)
        cursor.turn = self.turn
        return cursor

    def _start_transaction_under_autocommit(self) -> None:
        self.turn.take()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs do not know it
        except BaseException:
            self.turn.give_back()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc]  # the stubs do not know it
        self._ended()

    def _rollback(self) -> None:
        super()._rollback()  # type: ignore[misc]  # the stubs do not know it
        self._ended()

    def _ended(self) -> None:
        if self.connection is None or not self.connection.in_transaction:
            self.turn.give_back()

    def _close(self) -> None:
        super()._close()  # type: ignore[misc]  # the stubs do not know it
        self.turn.close()

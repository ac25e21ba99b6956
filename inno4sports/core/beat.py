"""Beat as we run it: one at a time by a lease in the database, on a clock that nobody can set (docs/adr/0020)."""

import logging
import os
import socket
import time
import uuid
from typing import Any

from celery.beat import Scheduler
from django.db import DatabaseError, connection

from .slots import hold_beat, leave_beat

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
STANDBY = 3.0


class OneBeat(Scheduler):
    """Wakes each task of the timetable every so many seconds; a second beat stands by until the first is gone.

    It keeps nothing on the disk: what was done last is in the slots of the database.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"[-60:]
        self.due: dict[str, float] = {}
        self.held = False

    def tick(self, *_args: Any, **_kwargs: Any) -> float:
        """Wake what is due; answers after how many seconds to look again."""
        if not self._hold():
            return STANDBY
        for entry in self.schedule.values():
            if time.monotonic() >= self.due.get(entry.name, 0.0):
                self.apply_entry(entry, producer=self.producer)
                self.due[entry.name] = time.monotonic() + entry.schedule.run_every.total_seconds()
        return LOOK_EVERY

    def _hold(self) -> bool:
        try:
            held = hold_beat(self.owner)
        except DatabaseError:
            logger.warning("beat waits for the database")
            connection.close()
            return False
        if held != self.held:
            logger.warning("beat %s", "goes" if held else "stands by: another one goes")
            self.held = held
        return held

    def close(self) -> None:
        try:
            leave_beat(self.owner)
        except DatabaseError:  # the next beat waits until the lease has run out
            connection.close()
        super().close()

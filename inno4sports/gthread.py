"""gunicorn's worker with threads that, asked to end, drops nobody: `--worker-class=inno4sports.gthread.Worker`."""

import select
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker


class Worker(ThreadWorker):
    """Who is connected when SIGTERM comes, or the last request of this process, is answered; who comes later is refused and goes elsewhere.

    gunicorn 23 forgets connections that it has accepted and of which no request has arrived yet, and those that wait to be
    accepted: a proxy cannot send a form again that may have acted, so somebody would see an error at every restart.
    """

    FIRST_BYTE = 2.0  # seconds for a request to arrive from who is connected
    ended = ending = False

    @property
    def alive(self) -> bool:
        return not self.ended

    @alive.setter
    def alive(self, alive: bool) -> None:
        self.ending = not alive
        if self.ending:
            self.cfg.set("keepalive", 0)  # what is answered from now on is told not to come again by the same connection

    def notify(self) -> None:
        """gunicorn's loop says at each turn that it lives; the last turn is made here."""
        super().notify()
        if self.ending and not self.ended:
            self.take_the_rest()
            self.ended = True

    def take_the_rest(self) -> None:
        for listener in self.sockets:
            while select.select([listener], [], [], 0)[0]:
                self.accept(listener.getsockname(), listener)
            self.poller.unregister(listener)
            listener.close()
        until = time.monotonic() + self.FIRST_BYTE
        while self.silent() and time.monotonic() < until:
            for key, _events in self.poller.select(0.1):
                key.data(key.fileobj)

    def silent(self) -> list[Any]:
        """Connections of which nothing was read yet; one that is kept for another request has had its answer."""
        with self._lock:
            return [key for key in self.poller.get_map().values() if not key.data.args[0].initialized]

"""Mail servers on loopback that behave well, refuse, or hang: real SMTP for the outbox tests."""

import asyncio
import email
import socket
import threading

from aiosmtpd.controller import Controller


class Sink:
    """Keeps what it takes; `refuse` maps an address to an answer, `slow` seconds pass before the final yes, and mail to one of
    `tar` is never answered."""

    def __init__(self, refuse: dict[str, str] | None = None, slow: float = 0) -> None:
        self.refuse, self.slow = refuse or {}, slow
        self.tar: set[str] = set()
        self.mails: list = []
        self.lock = threading.Lock()

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 -- aiosmtpd's name
        while address in self.tar:
            await asyncio.sleep(0.2)
        if answer := self.refuse.get(address) or self.refuse.get("*"):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 -- aiosmtpd's name
        with self.lock:
            self.mails.append(email.message_from_bytes(envelope.content))
        if self.slow:
            await asyncio.sleep(self.slow)
        return "250 taken"


def serve(sink: Sink, port: int = 0) -> Controller:
    """Start `sink` on a port of loopback, a free one unless named; the caller stops it."""
    if not port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    return controller


def port_of(controller: Controller) -> int:
    return controller.port

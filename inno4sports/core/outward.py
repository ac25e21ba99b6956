"""The one way by which the portal calls an address that somebody gave it: never inwards, never on, never for long (docs/adr/0016)."""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from django.conf import settings

LONGEST = 10  # seconds, from the first byte of the call to the last of the answer
MOST_BYTES = 64 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class NotReached(Exception):
    """Nobody answered as a web server does; the words are for the log page."""


def is_outside(ip: str) -> bool:
    """Is it an address of the open internet? What hides another one inside is judged by that one."""
    address = ipaddress.ip_address(ip.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(address.packed[-4:])
        if inner is not None:
            return is_outside(str(inner))
    if address.is_loopback and settings.WEBHOOKS_TO_LOOPBACK:
        return True
    return address.is_global and not address.is_multicast and not address.is_reserved


def may_be_called(address: str) -> bool:
    """Has it the form of an address that we may call? Where its name leads is asked each time it is called."""
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname or "", parts.port
        host.encode("idna")
    except (ValueError, UnicodeError):
        return False
    if parts.username is not None or parts.fragment or not host or any(c.isspace() for c in address):
        return False
    if parts.scheme != "https" and (settings.PRODUCTION or parts.scheme != "http"):
        return False
    try:
        return is_outside(host)
    except ValueError:  # a name
        return host != "localhost" or settings.WEBHOOKS_TO_LOOPBACK


def post(address: str, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer; a redirect is an answer like any other. Raises NotReached."""
    if not may_be_called(address):
        raise NotReached("The address is not one that the portal calls.")
    parts = urlsplit(address)
    host = (parts.hostname or "").encode("idna").decode()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(host, port)  # names the host; the socket is ours
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.sock = _connected(host, port)
        with _ended_in_time(connection):
            if parts.scheme == "https":
                context = ssl.create_default_context()
                connection.sock = secure = context.wrap_socket(connection.sock, server_hostname=host, do_handshake_on_connect=False)
                secure.do_handshake()
            connection.request("POST", path, body, {**headers, "User-Agent": "Inno4Sports", "Connection": "close"})
            answer = connection.getresponse()
            answer.read(MOST_BYTES)
            return answer.status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotReached(f"{type(error).__name__}: {error}"[:200]) from error
    finally:
        connection.close()


def _connected(host: str, port: int) -> socket.socket:
    """A connection to one of the addresses of `host` that lie outside. The name is asked once, and what was judged is what is called."""
    found = {info[4]: info[0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    outside = [(family, place) for place, family in found.items() if is_outside(str(place[0]))]
    if not outside:
        raise NotReached("The name leads to an address inside a network, which the portal does not call.")
    error: OSError | None = None
    for family, place in outside[:2]:
        plain = socket.socket(family, socket.SOCK_STREAM)
        plain.settimeout(LONGEST / 2)
        try:
            plain.connect(place)
            return plain
        except OSError as failed:
            plain.close()
            error = failed
    raise error or OSError("no address")


@contextmanager
def _ended_in_time(connection: http.client.HTTPConnection) -> Iterator[None]:
    """Cut the connection when its time is over: a server that sends a byte now and then would hold us for ever."""

    over = threading.Event()

    def cut() -> None:
        over.set()
        with suppress(OSError):
            # Below TLS, which would wait for the other side.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)

    watch = threading.Timer(LONGEST, cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
    if over.is_set():  # half an answer may read like a whole one
        raise TimeoutError("it took too long")

"""The web server as production starts it, spoken to by sockets: what only shows outside of Django's own client."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time

import pytest

from tests.ops.portal import ROOT, environment, free_port
from tests.ops.shape import command_of

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Where an empty portal keeps its things."""
    folder = tmp_path_factory.mktemp("data")
    env = environment(folder, 8000)
    for command in (["migrate"], ["collectstatic", "--no-input"]):
        subprocess.run([sys.executable, "manage.py", *command, "--verbosity", "0"], cwd=ROOT, env=env, check=True)
    return folder


@pytest.fixture
def web(data):
    """Its process and port."""
    port = free_port()
    env = environment(data, port, SITE_URL="http://localhost")
    server = subprocess.Popen(command_of("web", bind=f"127.0.0.1:{port}"), cwd=ROOT, env=env, start_new_session=True)
    until = time.monotonic() + 120
    while True:
        with contextlib.suppress(OSError), connected(port) as line:
            line.sendall(request("GET", "/health/live", close=True))
            if b" 200 OK" in all_of(line):
                break
        assert server.poll() is None
        assert time.monotonic() < until
        time.sleep(0.1)
    yield server, port
    with contextlib.suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)
    server.wait()


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def request(method: str, path: str, *, close: bool = False) -> bytes:
    return f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{'Connection: close' if close else 'X-More: follows'}\r\n\r\n".encode()


def all_of(line: socket.socket) -> bytes:
    """What comes until the other end closes."""
    parts = []
    while part := line.recv(1 << 16):
        parts.append(part)
    return b"".join(parts)


def test_head_has_no_body_and_the_next_answer_on_its_connection_is_whole(web):
    _server, port = web
    for path in ("/api/v1/", "/api/v1/docs/", "/health/live"):
        with connected(port) as line:
            line.sendall(request("HEAD", path))
            head = line.recv(1 << 16)
            line.sendall(request("GET", "/health/live", close=True))
            rest = all_of(line)
        assert b" 200 OK" in head
        assert head.endswith(b"\r\n\r\n")
        length = dict(row.lower().split(b": ", 1) for row in head.split(b"\r\n")[1:-2])[b"content-length"]
        assert int(length) > 0, "it tells how long the body of a GET is"
        assert rest.startswith(b"HTTP/1.1 200 OK"), path


def test_keys_of_the_portal_as_an_issuer_are_there_from_the_first_request(web):
    _server, port = web
    with connected(port) as line:
        line.sendall(request("GET", "/.well-known/jwks.json", close=True))
        answer = all_of(line)
    assert b" 200 OK" in answer
    assert b'"kty"' in answer


def test_who_is_connected_when_the_server_is_told_to_end_is_answered(web):
    """A request that is late by a moment, and more of them than it has threads; who comes later is refused, and goes to another one."""
    server, port = web
    lines = [connected(port) for _line in range(12)]
    server.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    for line in lines:
        line.sendall(request("GET", "/health/live", close=True))
    for line in lines:
        with line:
            assert all_of(line).startswith(b"HTTP/1.1 200 OK")
    assert server.wait(20) == 0
    with pytest.raises(ConnectionRefusedError):
        connected(port)

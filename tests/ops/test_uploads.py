"""Cell 4: a browser goes away half way through an upload, and again and again; nothing of it stays."""

import socket

import pytest

from tests.ops.load import BusyDay, Person
from tests.ops.machine import HOST, until

pytestmark = [pytest.mark.processes, pytest.mark.servers]
LENGTH = 6 * 1024 * 1024  # more than stays in memory
EDGE = b"--edge\r\n"
FIELD = EDGE + b'Content-Disposition: form-data; name="title"\r\n\r\nHalf\r\n'
FILE = EDGE + b'Content-Disposition: form-data; name="upload"; filename="half.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\n'


def go_away_half_way(port, cookies):
    head = f"POST /ambitions/new/ HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\nOrigin: https://{HOST}\r\nReferer: https://{HOST}/\r\n"
    head += f"Cookie: {'; '.join(f'{k}={v}' for k, v in cookies.items())}\r\n"
    head += f"Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: {LENGTH}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(head.encode() + FIELD + FILE + b"x" * (LENGTH // 2))


def test_upload_that_breaks_off_leaves_no_file_and_no_row(machine, tmp_path):
    rest = tmp_path / "rest"
    rest.mkdir()
    machine.env["TMPDIR"] = str(rest)
    world = machine.world(1)
    machine.start("web-0")
    person = Person(BusyDay(machine, world))
    person.sign_in(world["managers"][0])
    media = machine.data / "media"

    def left():
        return [p for folder in (rest, media) if folder.exists() for p in folder.rglob("*") if p.is_file() and "wgunicorn" not in p.name]

    before = left()
    for _time in range(20):
        go_away_half_way(machine.web_ports["web-0"], person.cookies)
    until(lambda: left() == before, 30, "what was half there is gone")
    assert machine.rows("SELECT count(*) FROM actionplans_ambition") == [(0,)]
    person.ask("GET", "/dashboard/", expected=(200,))
    assert "Traceback" not in machine.log("web-0")

"""A small proxy as production has one: balances, goes to the next web process when one does not take the connection, and
tries a GET once more when the connection broke; a POST that broke is 502, for nobody knows whether it acted."""

import http.client
import itertools
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "content-length"}


class Proxy(ThreadingHTTPServer):
    """`ports` may change while it runs."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, host: str, ports: list[int]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.host, self.ports, self.turn = host, ports, itertools.count()
        self.broken: list[str] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def port(self) -> int:
        return self.server_address[1]

    def order(self) -> list[int]:
        first = next(self.turn) % len(self.ports)
        return self.ports[first:] + self.ports[:first]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def log_message(self, *_args: object) -> None:
        return

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        tries = 2 if self.command == "GET" else 1
        for port in self.server.order() * 2:
            web = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            try:
                web.connect()
            except OSError:
                continue  # nothing was sent, so another one may have it, whatever it is
            try:
                headers = {k: v for k, v in self.headers.items() if k.lower() not in HOP_BY_HOP}
                headers |= {"Host": self.server.host, "X-Forwarded-Proto": "https", "X-Forwarded-For": self.client_address[0], "Connection": "close"}
                web.request(self.command, self.path, body, headers)
                answer = web.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self.server.broken.append(f"{self.command} {self.path}: {error!r}")
                tries -= 1
                if tries:
                    continue
                break
            finally:
                web.close()
            self.answer(answer.status, [h for h in answer.getheaders() if h[0].lower() not in HOP_BY_HOP], content)
            return
        self.answer(502, [("X-Proxy", "broken")], b"")

    do_POST = do_GET  # noqa: N815 -- the library's name

    def answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

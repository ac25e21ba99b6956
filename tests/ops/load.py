"""A busy day by HTTP, through the proxy: people who read and people who act, and a ledger of what was acknowledged.

A person whose request broke (the proxy's 502, or no answer) sends the same form again, as a browser's reload does: with the same
one-time key. Any other answer than the expected one is a failure.
"""

import http.client
import re
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from collections.abc import Callable, Iterator

from tests.ops.machine import HOST, Machine

BROKEN = 502


class Person:
    """One browser: cookies, the form's token, and patience while a request breaks."""

    def __init__(self, day: "BusyDay") -> None:
        self.day, self.cookies = day, {}

    def once(self, method: str, path: str, form: dict[str, str] | None) -> tuple[int, str, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.day.machine.proxy.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), "Origin": f"https://{HOST}", "Referer": f"https://{HOST}/"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        try:
            connection.request(method, path, urllib.parse.urlencode(form) if form is not None else None, headers)
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException):
            return BROKEN, "", b""
        finally:
            connection.close()
        self.day.slowest = max(self.day.slowest, time.perf_counter() - began)
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _equal, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer.status, answer.getheader("Location") or "", body

    def ask(self, method: str, path: str, form: dict[str, str] | None = None, expected: tuple[int, ...] = (200, 302, 303)) -> bytes:
        """Ask until there is an answer; a status that the day does not excuse is noted as a failure."""
        until = time.monotonic() + self.day.patience
        while True:
            status, location, body = self.once(method, path, form)
            if status in expected and "/accounts/login/" not in location:
                return body
            if status == BROKEN or status in self.day.excused:
                self.day.broken[f"{status} {method}"] += 1
            else:
                self.day.failures.append(f"{method} {path}: {status} {location} {re.sub(rb'<[^>]+>', b' ', body)[:300]!r}")
                raise Failed
            if time.monotonic() > until:
                self.day.failures.append(f"{method} {path}: no answer for {self.day.patience} s")
                raise Failed
            time.sleep(0.1)

    def send(self, path: str, **fields: str) -> None:
        """Send a form with its one-time key until it is acknowledged by a redirect."""
        if "csrftoken" not in self.cookies:
            self.ask("GET", "/accounts/login/")
        form = {"csrfmiddlewaretoken": self.cookies["csrftoken"], "once": str(uuid.uuid4()), **fields}
        self.ask("POST", path, form, expected=(302, 303))

    def sign_in(self, email: str) -> None:
        self.send("/accounts/login/", login=email, password="a long pass phrase")
        self.ask("GET", "/dashboard/", expected=(200,))


class Failed(Exception):
    """Noted already; the person goes on with the next thing."""


class BusyDay:
    """Starts readers and actors; `stop()` ends them; `acknowledged` is the ledger: kind of act → what was acknowledged."""

    READ = ("/", "/clusters/", "/clusters/north/", "/findings/", "/learning/practices/", "/nl/", "/clusters/north/members/", "/search/?q=north")

    def __init__(
        self, machine: Machine, world: dict[str, list[str]], *, excused: tuple[int, ...] = (), patience: float = 60, pause: float = 0.05
    ) -> None:
        self.machine, self.world, self.excused, self.patience, self.pause = machine, world, excused, patience, pause
        self.failures: list[str] = []
        self.broken: Counter[str] = Counter()
        self.acknowledged: dict[str, list[str]] = {"feedback": [], "approve": [], "invite": [], "need": [], "sign in": []}
        self.reads, self.slowest, self.stopped = 0, 0.0, threading.Event()
        self.threads = [threading.Thread(target=self.during, args=(work,), daemon=True) for work in self.people()]

    def people(self) -> Iterator[Iterator[Callable[[], None]]]:
        managers = self.world["managers"]
        yield self.answering()
        yield self.approving(managers[0])
        yield self.inviting(managers[1])
        yield self.needing(managers[2])
        yield self.signing_in(managers[3])
        yield self.reading()
        yield self.reading(managers[3])

    def start(self) -> "BusyDay":
        for thread in self.threads:
            thread.start()
        return self

    def stop(self) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join(self.patience + 70)
            assert not thread.is_alive()

    def during(self, work: Iterator[Callable[[], None]]) -> None:
        for act in work:
            if self.stopped.is_set():
                return
            try:
                act()
            except Failed:
                continue
            self.stopped.wait(self.pause)

    @property
    def acts(self) -> int:
        return sum(map(len, self.acknowledged.values()))

    # What people do; each yields one thing after the other ----------------------------------------------------------------

    def answering(self) -> Iterator[Callable[[], None]]:
        for email, link, page in zip(self.world["guests"], self.world["invitations"], self.world["pages"], strict=True):

            def answer(email: str = email, link: str = link, page: str = page) -> None:
                guest = Person(self)
                guest.ask("GET", link, expected=(303,))
                guest.ask("GET", f"/feedback/on/{page}/", expected=(200,))
                guest.send(f"/feedback/on/{page}/", useful="4", recommend="9", next="try", home="Light the tracks", change="More of it")
                self.acknowledged["feedback"].append(email)

            yield answer

    def approving(self, email: str) -> Iterator[Callable[[], None]]:
        manager = self.signed_in(email)
        for slug in self.world["organisations"]:

            def approve(slug: str = slug) -> None:
                manager().send(f"/organisations/{slug}/steps/approve_organisation/")
                self.acknowledged["approve"].append(slug)

            yield approve

    def inviting(self, email: str) -> Iterator[Callable[[], None]]:
        manager, n = self.signed_in(email), 0
        while True:
            n += 1

            def invite(address: str = f"invited{n}@example.org") -> None:
                manager().ask("GET", "/clusters/north/members/invite/", expected=(200,))
                manager().send("/clusters/north/members/invite/", name="Somebody", email=address, role="partner", language="en")
                self.acknowledged["invite"].append(address)

            yield invite

    def needing(self, email: str) -> Iterator[Callable[[], None]]:
        manager, n = self.signed_in(email), 0
        while True:
            n += 1

            def need(text: str = f"need {n}") -> None:
                manager().send("/clusters/north/learning-needs/new/", topic="winter", text=text, language="en")
                self.acknowledged["need"].append(text)

            yield need

    def signing_in(self, email: str) -> Iterator[Callable[[], None]]:
        """At most one in six seconds: more is throttled, as it should be."""
        while True:

            def sign_in() -> None:
                Person(self).sign_in(email)
                self.acknowledged["sign in"].append(email)
                self.stopped.wait(6)

            yield sign_in

    def reading(self, email: str = "") -> Iterator[Callable[[], None]]:
        visitor = Person(self)
        reader = self.signed_in(email) if email else lambda: visitor
        while True:
            for path in self.READ:

                def read(path: str = path) -> None:
                    reader().ask("GET", path, expected=(200,))
                    self.reads += 1

                yield read

    def signed_in(self, email: str) -> Callable[[], Person]:
        """A person who is signed in when first asked for."""
        person = Person(self)

        def answer() -> Person:
            if "sessionid" not in person.cookies:
                person.sign_in(email)
            return person

        return answer

"""The rows about pages: each beside the bare list page, its cached form, or one read by key, in the same run."""

import json
import re
import statistics
import subprocess
import sys
from collections.abc import Callable

from bench.load import Target, ask, in_turn, p95, times
from bench.rows import Row
from bench.servers import ROOT, WORK, Server, environment, manage
from bench.weight import first_visit

CARD = """<article class="entry"><p class="entry__meta">{{ finding.published_on }}</p><h2 class="h-small"><a href="/findings/{{ finding.slug }}/">\
{{ finding.title }}</a></h2><p>{{ finding.summary }}</p></article>"""
LISTS = [
    "/findings/", "/learning/practices/", "/learning/sessions/", "/learning/lessons/", "/ambitions/", "/action-plans/", "/clusters/",
    "/clusters/bench-region-1/members/", "/findings/?cluster=bench-region-1",
]  # fmt: skip
DETAILS = [
    "/findings/bench-finding-7/", "/learning/lessons/bench-lesson-7/", "/learning/practices/bench-goodpractice-7/", "/learning/sessions/bench-session-7/",
    "/ambitions/bench-ambition-7/", "/action-plans/bench-actionplan-7/", "/results/bench-result-7/", "/clusters/bench-region-1/",
]  # fmt: skip
ROOF = ["/", "/evidence/"]
SEARCHES = ["/search/?q=light", "/search/?q=light&kind=lesson"]
OWN = ["/dashboard/", "/feedback-requests/"]  # what one is signed in for
SIGN_IN = """
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from clusters.models import User
user = User.objects.get(email="manager@bench.example")
store = SessionStore()
store.update({SESSION_KEY: str(user.pk), BACKEND_SESSION_KEY: "allauth.account.auth_backends.AuthenticationBackend", HASH_SESSION_KEY: user.get_session_auth_hash()})
store.create()
print(store.session_key)
"""


class Pages:
    """Our portal with whole pages kept, with parts of them kept, and with nothing; and the reference, over one database."""

    def __init__(self, rows: int, rounds: int, seconds: float) -> None:
        self.rows, self.rounds, self.seconds = rows, rounds, seconds
        self.anew = Server("inno4sports.wsgi", rows, PAGE_CACHE="parts", RATE_LIMITS="off")
        self.first = Server("inno4sports.wsgi", rows, PAGE_CACHE="off", RATE_LIMITS="off")
        self.kept = Server("inno4sports.wsgi", rows)
        write_template(body(Target(self.anew.port, LISTS[0])))
        self.bare = Server("bench.bare", rows)
        self.session = manage(rows, "shell", "--no-imports", "--command", SIGN_IN).strip()
        lengths = [len(body(Target(port, path))) for port, path in ((self.anew.port, LISTS[0]), (self.bare.port, "/list"))]
        print(f"bytes of the list page: ours {lengths[0]}, the reference {lengths[1]}")

    def stop(self) -> None:
        for server in (self.anew, self.first, self.kept, self.bare):
            server.stop()

    def beside(self, name: str, ours: Target, limit: str, wanted: float, **headers: str) -> Row:
        target = Target(self.bare.port, limit, headers, 304 if headers else 200)
        mine, theirs = in_turn(ours, target, rounds=self.rounds, seconds=self.seconds)
        return Row(name, mine, theirs, "a second", wanted)

    def list_pages(self) -> list[Row]:
        """Made of the cards that are there; and one as the first reader after an act gets it, of whom nothing is kept."""
        rows = [self.beside(f"list made anew {path}", Target(self.anew.port, path), "/list", 0.60) for path in LISTS]
        return [*rows, self.beside(f"the first list after an act {LISTS[0]}", Target(self.first.port, LISTS[0]), "/list", 0.60)]

    def kept_pages(self) -> list[Row]:
        tag = re.search(rb"\r\nETag: (.*?)\r\n", ask(Target(self.kept.port, LISTS[0])))
        known = re.search(rb"\r\nETag: (.*?)\r\n", ask(Target(self.bare.port, "/known")))
        assert tag is not None
        assert known is not None
        ours = Target(self.kept.port, LISTS[0], {"If-None-Match": tag[1].decode()}, 304)
        return [
            self.beside("the same page again", Target(self.kept.port, LISTS[0]), "/cached", 0.70),
            self.beside("304", ours, "/known", 0.70, **{"If-None-Match": known[1].decode()}),
        ]

    def details(self) -> list[Row]:
        return [self.beside(f"detail {path}", Target(self.anew.port, path), "/list", 0.40) for path in DETAILS]

    def tasks(self) -> list[Row]:
        """Gathered already; and as they are gathered after an act."""
        ours, first = (Target(server.port, "/dashboard/", {"Cookie": f"sessionid={self.session}"}) for server in (self.anew, self.first))
        return [
            self.beside("my tasks of a busy manager", ours, "/list", 0.25),
            self.beside("the same, the first time after an act", first, "/list", 0.25),
        ]

    def api(self) -> list[Row]:
        """Fifty lessons beside the same fields by DRF's own means."""
        ours, bare = "/api/v1/lessons/?limit=50", "/lessons?limit=50"
        mine, theirs = (len(body(Target(server.port, path))) for server, path in ((self.anew, ours), (self.bare, bare)))
        if abs(mine / theirs - 1) > 0.05:
            raise SystemExit(f"the lists of the API are not alike: {mine} and {theirs} bytes")
        return [self.beside("API list of 50 lessons", Target(self.anew.port, ours), bare, 0.80)]

    def weight(self) -> list[Row]:
        return first_visit(self.kept.port)

    def plans(self) -> list[Row]:
        """Every query of every list with each of its filters, of the API's and of some pages explained: which large table is read from end to end."""
        lists = [page for page in LISTS if "?" not in page]
        run = subprocess.run(
            [sys.executable, "-m", "bench.plans", "--lists", *lists, "/evidence/", "--pages", *DETAILS, "/", *SEARCHES, "--own", *OWN],
            cwd=ROOT, env=environment(self.rows, PAGE_CACHE="off", RATE_LIMITS="off"), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if run.returncode:
            raise SystemExit(run.stderr[-200:])
        found = json.loads(run.stdout.splitlines()[-1])
        whole = sorted(page for page, tables in found.items() if tables)
        name = "addresses that read no large table whole" + (f" (these do: {', '.join(whole)})" if whole else "")
        return [Row(name, len(found) - len(whole), len(found), "addresses", 1.0)]

    def search(self) -> list[Row]:
        """The slowest of the queries, as times: at most so many reads by key."""
        row = statistics.median(times(Target(self.bare.port, "/row"), self.seconds))
        found = []
        for words in ("row7", "light", "light track", "xqzzy", "winter coach region block3", "lihgt trak"):
            took = statistics.median(times(Target(self.anew.port, f"/search/?q={words.replace(' ', '+')}"), self.seconds))
            found.append(Row(f"search “{words}”", took * 1000, row * 1000, "ms", 20, at_least=False))
        return found

    def spread(self) -> dict[str, float]:
        """p95 of what must not grow."""
        paths = [*LISTS, *DETAILS, *ROOF, "/search/?q=light", "/search/?q=row7"]
        return {path: p95(times(Target(self.anew.port, path), self.seconds)) for path in paths}


def growth(small: int, large: int, rounds: int, seconds: float) -> list[Row]:
    """p95 over the large database beside that over the small one."""
    spreads = []
    for rows in (large, small):
        pages = Pages(rows, rounds, seconds)
        try:
            pages.spread()
            spreads.append([pages.spread() for _round in range(rounds)])
        finally:
            pages.stop()
    medians = [{path: statistics.median(spread[path] for spread in found) for path in found[0]} for found in spreads]
    return [Row(f"p95 {path}", medians[0][path] * 1000, medians[1][path] * 1000, "ms", 1.3, at_least=False) for path in medians[0]]


def body(target: Target) -> bytes:
    """The page itself, not compressed."""
    target.headers["Accept-Encoding"] = "identity"
    return ask(target).partition(b"\r\n\r\n")[2]


def write_template(page: bytes) -> None:
    """The template of the reference: our head and foot as they are, twenty cards, filled up to the same length."""
    text = page.decode()
    head, foot = text[: text.index("<article")], text[text.rindex("</article>") + len("</article>") :]
    cards = text[len(head) : len(text) - len(foot)]
    plain = re.sub(r"<span.*?</span>|<time.*?</time>", "", cards)
    fill = "<!--" + "fill " * ((len(cards.encode()) - len(plain.encode())) // 5 // 20) + "-->"
    template = head + "{% for finding in findings %}" + CARD + fill + "{% endfor %}" + foot
    (WORK / "list.html").write_text(template)


MEASURES: dict[str, Callable[[Pages], list[Row]]] = {
    "kept": Pages.kept_pages, "list": Pages.list_pages, "detail": Pages.details, "tasks": Pages.tasks, "search": Pages.search,
    "api": Pages.api, "plans": Pages.plans, "bytes": Pages.weight,
}  # fmt: skip

"""What each process keeps for as long as nothing changes: whole pages of visitors (docs/adr/0018), parts of all pages (docs/adr/0026)."""

import functools
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template import Engine
from django.utils.cache import patch_vary_headers

from . import clock
from .models import ContentVersion

Handler = Callable[[HttpRequest], HttpResponse]

# What programs ask for has versions of its own, and whether we are alive, and how well, is not asked of the database.
NOT_PAGES = ("/api/", "/health/", "/admin/", "/metrics")
MOST_BYTES = 32 * 1024 * 1024
LONGEST_PAGE = 512 * 1024
LONGEST_QUERY = 300
MOST_PARTS = 5000
# What visitors see depends on the day, nowhere on a nearer hour; somewhere a day begins at each quarter of an hour at most.
QUARTER = 15 * 60


@dataclass(frozen=True)
class Page:
    """An answer as it went out, and the tag under which it is good."""

    tag: str
    content: bytes
    headers: tuple[tuple[str, str], ...]

    def answer(self) -> HttpResponse:
        return HttpResponse(self.content, headers=dict(self.headers))


class Shelf:
    """Pages by key, at most so many bytes of them: the one that was asked for longest ago goes first."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._pages: OrderedDict[tuple[str, ...], Page] = OrderedDict()
        self._lock = threading.Lock()
        self.bytes, self.most_bytes = 0, most_bytes

    def get(self, key: tuple[str, ...], tag: str) -> Page | None:
        with self._lock:
            page = self._pages.get(key)
            if page is None or page.tag != tag:
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: tuple[str, ...], page: Page) -> None:
        with self._lock:
            self._drop(self._pages.pop(key, None))
            self._pages[key] = page
            self.bytes += len(page.content)
            while self.bytes > self.most_bytes:
                self._drop(self._pages.popitem(last=False)[1])

    def _drop(self, page: Page | None) -> None:
        self.bytes -= len(page.content) if page else 0


class Parts:
    """What was made of the content under one tag; under the next one it begins anew."""

    def __init__(self) -> None:
        self._now: tuple[str, dict[Any, Any]] = ("", {})

    def under(self, tag: str) -> dict[Any, Any]:
        now = self._now
        if now[0] != tag:
            now = self._now = (tag, {})  # at once: another thread never sees these parts under that tag
        return now[1]


def reader_of(request: HttpRequest) -> tuple[Any, ...]:
    """Who asks, with their rights as they stand: whoever lost one gets nothing that was kept while they had it."""
    user: Any = request.user
    if not user.is_authenticated:
        return ()
    return user.pk, user.is_staff, user.is_editor, user.is_coordinator, frozenset(user.cluster_ids), frozenset(user.managed_ids)


def part_of(request: HttpRequest, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
    """What `make` answers, kept until the next act. The key says all that it depends on beside the content: reader, language, address."""
    parts = getattr(request, "parts", {})
    if key in parts:
        return parts[key]
    made = make()
    if len(parts) < MOST_PARTS:
        parts[key] = made
    return made


def kept_pages(get_response: Handler) -> Handler:
    """Reads the content version before the content; while it stands, a visitor's GET is answered from the shelf or with 304."""
    if settings.PAGE_CACHE == "off":
        raise MiddlewareNotUsed
    shelf, parts, built = Shelf(), Parts(), release()

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or request.path.startswith(NOT_PAGES):
            return get_response(request)
        now = tag_of(built, ContentVersion.objects.current())
        request.parts = parts.under(now)  # type: ignore[attr-defined]  # for `part_of`
        if settings.PAGE_CACHE != "on" or not of_a_visitor(request):
            return get_response(request)
        key = (request.get_host(), request.get_full_path(), str("gzip" in request.headers.get("Accept-Encoding", "")))
        tag = tag_of(now, request.get_full_path())
        if tag in request.headers.get("If-None-Match", ""):
            return with_tag(HttpResponseNotModified(), tag)
        page = shelf.get(key, tag)
        if page is not None:
            return page.answer()
        response = get_response(request)
        if is_for_all(response):
            with_tag(response, tag)
            # With a cookie for forms a page may hold a token of this visitor.
            if not request.COOKIES and len(response.content) <= LONGEST_PAGE:
                shelf.put(key, Page(tag, response.content, tuple(response.items())))
        return response

    return middleware


def of_a_visitor(request: HttpRequest) -> bool:
    """A plain GET of a page by somebody whom no cookie or header tells apart from any other visitor."""
    return (
        request.method == "GET"
        and set(request.COOKIES) <= {settings.CSRF_COOKIE_NAME}
        and not request.headers.keys() & {"Authorization", "Hx-Request"}
        and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
    )


def is_for_all(response: HttpResponse) -> bool:
    """A whole page that sets no cookie and of which its view did not say that it be kept by nobody."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not response.has_header("Cache-Control")
        and response.headers.get("Content-Type", "").startswith("text/html")
    )


def tag_of(*words: str) -> str:
    """Of this code and content, or this address, and of this quarter of an hour. Weak: compressed or not."""
    quarter = int(clock.now().timestamp()) // QUARTER
    return f'W/"{hashlib.blake2s(f"{words} {quarter}".encode(), digest_size=12).hexdigest()}"'


def with_tag(response: HttpResponse, tag: str) -> HttpResponse:
    """Browsers and proxies may keep the page, and ask each time whether it is still good."""
    response["ETag"] = tag
    response["Cache-Control"] = "no-cache"
    patch_vary_headers(response, ["Cookie", "Accept-Encoding", "HX-Request"])
    return response


@functools.cache
def release() -> str:
    """A digest of code, templates, catalogs and of the settings that pages show: after an update no old page is good."""
    digest = hashlib.sha256(repr((settings.SITE_URL, settings.DEMO, settings.OPERATOR, str(settings.FUNDING))).encode())
    ours = ("inno4sports", "clusters", "learning", "actionplans", "dissemination")
    folders = [*map(Path, Engine.get_default().dirs), *(settings.BASE_DIR / name for name in ours)]
    for path in sorted(path for folder in folders for path in folder.rglob("*.*") if path.suffix in (".py", ".html", ".mo")):
        digest.update(path.read_bytes())
    names = Path(settings.STATIC_ROOT, "staticfiles.json")
    digest.update(names.read_bytes() if names.exists() else b"")
    return digest.hexdigest()

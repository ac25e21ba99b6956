"""Pages of visitors are kept by each process for as long as nothing changes, and known to a browser by their tag (docs/adr/0018)."""

import functools
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.template import Engine
from django.utils.cache import patch_vary_headers

from . import clock
from .models import ContentVersion

Handler = Callable[[HttpRequest], HttpResponse]

# What programs ask for has versions of its own, and whether we are alive is not asked of the database.
NOT_PAGES = ("/api/", "/health/", "/admin/")
MOST_BYTES = 32 * 1024 * 1024
LONGEST_PAGE = 512 * 1024
LONGEST_QUERY = 300
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


def visitor_pages(get_response: Handler) -> Handler:
    """Answers a visitor's GET from the shelf, or with 304, while the content version stands; it is read before the content."""
    if not settings.PAGE_CACHE:
        raise MiddlewareNotUsed
    shelf, built = Shelf(), release()

    def middleware(request: HttpRequest) -> HttpResponse:
        if not of_a_visitor(request):
            return get_response(request)
        key = (request.get_host(), request.get_full_path(), str("gzip" in request.headers.get("Accept-Encoding", "")))
        tag = tag_of(built, ContentVersion.objects.current(), request.get_full_path())
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
        and not request.path.startswith(NOT_PAGES)
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


def tag_of(built: str, version: str, address: str) -> str:
    """Of this code, this content, this quarter of an hour and this address, whose prefix is the language. Weak: compressed or not."""
    quarter = int(clock.now().timestamp()) // QUARTER
    return f'W/"{hashlib.blake2s(f"{built} {version} {quarter} {address}".encode(), digest_size=12).hexdigest()}"'


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

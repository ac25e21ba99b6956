"""How views answer: one render path for page and fragment, one-time forms, error pages, safe text and files."""

import datetime as dt
import functools
import re
import sys
import uuid
from array import array
from collections.abc import Callable, Collection, Sequence
from typing import Any
from urllib.parse import urlsplit

import nh3
from django import forms
from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.paginator import InvalidPage, Page, Paginator
from django.db import IntegrityError, InterfaceError, OperationalError, models, transaction
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.choices import flatten_choices
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from . import clock
from .files import FilesAway
from .models import Actor, OneTimeKey, StoredFile
from .pages import part_of, reader_of
from .tokens import BadLink, read_token

View = Callable[..., HttpResponse]


def actor_of(request: HttpRequest) -> Actor:
    """The actor that the signed-in person of this request acts as."""
    if not hasattr(request, "_actor"):
        request._actor = Actor.objects.of(request.user)  # type: ignore[attr-defined]  # kept for the request
    return request._actor  # type: ignore[attr-defined]


def page_context(request: HttpRequest) -> dict[str, Any]:
    """What every template may use; asks neither session nor messages, so that a visitor's page stays shareable."""
    htmx = getattr(request, "htmx", None)
    links = language_links(request.path)
    query = request.META.get("QUERY_STRING", "")
    return {
        "base_template": "fragment.html" if htmx and not htmx.boosted else "page.html",
        "me": request.user if hasattr(request, "user") else None,
        "site_url": settings.SITE_URL,
        "demo": settings.DEMO,
        "funding": settings.FUNDING,
        "operator": settings.OPERATOR,
        "language_links": links,
        "language_query": f"?{query}" if query and request.method == "GET" else "",
        "canonical_url": settings.SITE_URL + request.path,
        "section": section_of(request),
        # Reading them asks the session, so a visitor is told something only while signing in.
        "shows_messages": is_signing_in(request) or (hasattr(request, "user") and request.user.is_authenticated),
    }


def section_of(request: HttpRequest) -> str:
    """Which entry of the main menu this page stands under: the app, or the roof page's own name."""
    match = request.resolver_match
    return "" if match is None else match.app_name or match.url_name or ""


def is_signing_in(request: HttpRequest) -> bool:
    """Whether this is one of the pages of an account, as allauth names them."""
    return section_of(request).startswith("account_")


def language_links(path: str) -> list[dict[str, Any]]:
    """The same page in every language: the prefix of an address is its language, English has none."""
    if path.startswith(("/api/", "/unsubscribe/")):
        return []  # has no prefix: the header or the person decides its language
    codes = [code for code, _name in settings.LANGUAGES]
    first, _sep, rest = path.lstrip("/").partition("/")
    bare = f"/{rest}" if first in codes[1:] else path
    here = get_language() or "en"
    return [
        {"code": code, "name": name, "url": bare if code == "en" else f"/{code}{bare}", "current": code == here} for code, name in settings.LANGUAGES
    ]


def localised(path: str) -> str:
    """An address of ours in the reader's language, whatever prefix it was kept with; another site's address as it is."""
    if not path.startswith("/") or path.startswith("//"):
        return path
    return next((str(link["url"]) for link in language_links(path) if link["current"]), path)


class FirstPages(Paginator):
    """The first thousand of a list: nobody leafs further, and counting a million would take longer than all the rest."""

    LISTED = 1000

    def __init__(self, request: HttpRequest, rows: models.QuerySet | list[Any]) -> None:
        super().__init__(rows, settings.PAGE_SIZE)
        self.request = request

    @cached_property
    def keys(self) -> Sequence[int]:
        """Of all that is listed. Those of a queryset are kept: they depend on who asks, and for what."""
        rows: Any = self.object_list
        if isinstance(rows, list):
            return [row.pk for row in rows]
        asked = self.request.GET.copy()
        asked.pop("page", None)
        key = ("keys", reader_of(self.request), self.request.path, asked.urlencode())
        return part_of(self.request, key, lambda: array("q", rows.values_list("pk", flat=True)[: self.LISTED]))

    @cached_property
    def count(self) -> int:
        return len(self.object_list if isinstance(self.object_list, list) else self.keys)

    @property
    def is_cut(self) -> bool:
        """There may be more: the reader narrows the list to find it."""
        return self.count == self.LISTED

    def rows(self, keys: Collection[int]) -> dict[int, Any]:
        """Key -> row."""
        rows: Any = self.object_list
        return {row.pk: row for row in rows if row.pk in keys} if isinstance(rows, list) else rows.order_by().in_bulk(keys)

    def _get_page(self, *args: Any, **kwargs: Any) -> Page:
        return Leaf(*args, **kwargs)


class Leaf(Page):
    """One page of a list. Its rows are read when they are needed: `{% cards %}` reads those of which no card is kept."""

    paginator: FirstPages

    @property
    def keys(self) -> Sequence[int]:
        return self.paginator.keys[self.start_index() - 1 : self.end_index()] if len(self) else []

    def __len__(self) -> int:
        return self.end_index() - self.start_index() + 1 if self.paginator.count else 0


def paged(request: HttpRequest, rows: models.QuerySet | list[Any]) -> Page:
    """The page `?page=` of a list. A page out of range is 404, so that programs stop."""
    try:
        return FirstPages(request, rows).page(request.GET.get("page", 1))
    except InvalidPage as error:
        raise Http404 from error


# Sending a form twice acts once ---------------------------------------------------------------------------------------------


def one_time(view: View) -> View:
    """A POST whose form carries `once` acts once: the same key again gets the first answer's address.

    The whole POST is one transaction with the key, so key and act stand or fall together; a form that is shown again
    (no redirect) keeps its key free.
    """

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        try:
            key = uuid.UUID(request.POST.get("once", ""))
        except ValueError:
            with transaction.atomic():
                return _rolled_back_unless_redirect(view(request, *args, **kwargs))
        owner = str(request.user.pk or request.META.get("REMOTE_ADDR", ""))
        done = OneTimeKey.objects.filter(key=key, owner=owner, path=request.path[:300]).first()
        if done is None:
            try:
                with transaction.atomic():
                    row = OneTimeKey.objects.create(key=key, owner=owner, path=request.path[:300], created_at=clock.now())
                    response = view(request, *args, **kwargs)
                    if 300 <= response.status_code < 400:
                        OneTimeKey.objects.filter(pk=row.pk).update(location=response.get("Location", "")[:600])
                    return _rolled_back_unless_redirect(response)
            except IntegrityError:
                done = OneTimeKey.objects.filter(key=key, owner=owner, path=request.path[:300]).first()
                if done is None:
                    raise
        return HttpResponseRedirect(done.location or request.path)

    return wrapped


def _rolled_back_unless_redirect(response: HttpResponse) -> HttpResponse:
    if not 300 <= response.status_code < 400:
        transaction.set_rollback(True)
    return response


# Errors ---------------------------------------------------------------------------------------------------------------------


def error_page(request: HttpRequest, status: int, **context: Any) -> HttpResponse:
    """The page of an error, with what the reader typed, so that nothing is lost."""
    return render(request, f"{status}.html", {**context, "typed": typed_back(request), "status": status}, status=status)


# What no person writes: keys of choices, days and moments, figures, places of clocks, codes of countries.
_KEYS = re.compile(r"[a-z0-9_.:-]{1,80}|[\d\W]*|\d{4}-\d\d-\d\dT[\d:.]+|[A-Z][A-Za-z]+(/[A-Za-z_-]+)+|[A-Z]{2}")
_SECRET = re.compile(r"csrfmiddlewaretoken|next|login|code|.*password.*")


def typed_back(request: HttpRequest) -> list[str]:
    """The words that the reader had written, without secrets and without what the page itself sends.

    No form is known here, so what looks like a key is taken for one: a single word in small letters is the price.
    """
    texts = [text for name, values in sent(request).items() if not _SECRET.fullmatch(name) for text in values]
    return [text for text in texts if not _KEYS.fullmatch(text.strip())]


def sent(request: HttpRequest) -> dict[str, list[str]]:
    """What was posted; nothing when that cannot be read."""
    try:
        return dict(request.POST.lists()) if request.method == "POST" else {}
    except (BadRequest, SuspiciousOperation, MultiPartParserError):
        return {}


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is refused before any view is asked: a forged host, a path that no browser sends."""
    if request.path.startswith("/api/"):
        from .api.view import unreadable

        return unreadable(request, exception)
    return error_page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 -- Django names it
    return error_page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 -- Django names it
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Written so that it needs nothing that may be broken. A database or a store of files that is away is 503: it comes back, and so may you."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError | FilesAway)
    if request.path.startswith("/api/"):
        from .api.problems import broken

        return broken(away=away)
    context = {"base_template": "page.html", "typed": typed_back(request)}
    response = render(request, "500.html", context, status=503 if away else 500)
    if away:
        response["Retry-After"] = "10"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 -- Django's signature
    """The session ended while somebody typed: say so, show the text back, and lead to the form again."""
    return error_page(request, 403, session_expired=True, reason="", form_url=came_from(request))


def came_from(request: HttpRequest) -> str:
    """The page of ours on which the form stood; "" where the browser does not say."""
    given = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(given, {request.get_host()}):
        return ""
    page = urlsplit(given)
    if not page.netloc or page.path.startswith("//") or "/accounts/" in page.path:
        return ""
    return f"{page.path}?{page.query}" if page.query else page.path


# Personal links -------------------------------------------------------------------------------------------------------------


def keep_link(view: str, public_id: uuid.UUID, token: str) -> HttpResponse:
    """From the mail to an address without the token: it moves into one cookie a language, each for that page alone."""
    response = HttpResponseRedirect(reverse(view, args=[public_id]))
    response.status_code = 303
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            path = reverse(view, args=[public_id])
        response.set_cookie(f"link-{code}", token, path=path, max_age=90 * 24 * 3600, httponly=True, samesite="Lax", secure=settings.PRODUCTION)
    response["Referrer-Policy"] = "no-referrer"
    return response


def held_link(request: HttpRequest, purpose: str, public_id: uuid.UUID) -> int:
    """The generation of the link that this browser holds for the row; raises BadLink."""
    held, generation = read_token(purpose, request.COOKIES.get(f"link-{get_language()}", ""))
    if str(held) != str(public_id):
        raise BadLink
    return generation


def changed_fields(form: forms.BaseForm, thing: models.Model) -> list[tuple[str, str]]:
    """After a conflict: the fields where what stands now differs from what the reader typed."""
    found = []
    for bound in form:
        if hasattr(thing, bound.name):
            typed, stands = comparable(form.cleaned_data.get(bound.name)), comparable(getattr(thing, bound.name))
            if isinstance(typed, str | int | dt.date | set | models.Model | None) and (typed or "") != (stands or ""):
                found.append((str(bound.label), in_words(bound.field, stands)))
    return found


def comparable(value: Any) -> Any:
    """The value of a field; of a many-to-many, and of what was ticked, the set of things."""
    return set(value.all()) if hasattr(value, "all") else value


def in_words(field: forms.Field, value: Any) -> str:
    """A stored value as its form shows it."""
    if isinstance(value, dt.date):
        return clock.in_words(value)
    if isinstance(value, set):
        return "\n".join(sorted(map(str, value))) or _("none")
    choices: Any = flatten_choices(getattr(field, "choices", ()))
    return next((str(label) for key, label in choices if str(key) == str(value)), "" if value is None else str(value)) or _("none")


# Text and files ---------------------------------------------------------------------------------------------------------------

_markdown = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
_TAGS = {"p", "br", "h2", "h3", "h4", "ul", "ol", "li", "a", "strong", "em", "blockquote", "code", "pre", "hr"}
_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}


def render_markdown(text: str) -> SafeString:
    """Formatted text as safe HTML: markdown, then one allow-list; headings begin at level 2."""
    html = _markdown.render(text or "").replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    clean = nh3.clean(html, tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"https", "http", "mailto"}, link_rel="noopener nofollow")
    return mark_safe(clean)  # noqa: S308 -- nh3 has just cleaned it


def file_response(stored: StoredFile) -> FileResponse:
    """The file as an attachment that no browser runs; the caller has asked who may see its thing."""
    response = FileResponse(stored.content.open("rb"), as_attachment=True, filename=stored.name, content_type=stored.media_type)
    response.setdefault("Content-Length", str(stored.size))  # what arrives from a bucket cannot be measured
    response["Content-Security-Policy"] = "sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def safe_next(request: HttpRequest, fallback: str) -> str:
    """The address in `next` if it is one of ours, else `fallback`."""
    target = request.POST.get("next", "")
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return fallback
    try:
        resolve(target.partition("?")[0])
    except Resolver404:
        return fallback
    return target

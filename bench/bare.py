"""The reference: a bare Django app that answers with the bytes of our page. One query, one template, Django's ordinary means, no tricks."""

import os
from pathlib import Path

import django
import environ
from django.conf import settings

os.environ.setdefault("DATA_DIR", os.environ["BENCH_DIR"])
from inno4sports import settings as ours  # the same database settings, and the same middleware but for our own

APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages", "csp", "django_htmx"]
settings.configure(
    SECRET_KEY="bench " * 10,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="bench.bare",
    INSTALLED_APPS=APPS,
    MIDDLEWARE=[name for name in ours.MIDDLEWARE if not name.startswith(("inno4sports.", "allauth."))],
    DATABASES={"default": {**environ.Env().db("DATABASE_URL"), "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [os.environ["BENCH_DIR"]]}],
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    CONTENT_SECURITY_POLICY=ours.CONTENT_SECURITY_POLICY,
    STATIC_URL="/static/",
    STATIC_ROOT=str(Path(os.environ["BENCH_DIR"])),
    STORAGES=ours.STORAGES,
    LANGUAGES=ours.LANGUAGES,
    USE_TZ=True,
    SILENCED_SYSTEM_CHECKS=ours.SILENCED_SYSTEM_CHECKS,
)
django.setup()

from django.contrib.auth.decorators import login_not_required  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402
from django.views.decorators.cache import cache_page  # noqa: E402
from django.views.decorators.http import condition  # noqa: E402


class Finding(models.Model):  # noqa: DJ008 -- nothing shows it
    slug = models.CharField(max_length=90)
    title = models.CharField(max_length=200)
    summary = models.TextField()
    status = models.CharField(max_length=10)
    audience = models.CharField(max_length=8)
    published_on = models.DateField()
    published_at = models.DateTimeField()

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "dissemination_finding"


class Version(models.Model):  # noqa: DJ008 -- nothing shows it
    token = models.CharField(max_length=32)

    class Meta:
        app_label = "bench"
        managed = False
        db_table = "core_contentversion"


def version(*_args: object, **_kwargs: object) -> str:
    return Version.objects.get(pk=1).token


@login_not_required
def page(request: HttpRequest) -> HttpResponse:
    """Twenty cards."""
    findings = Finding.objects.filter(status="published", audience="public").order_by("-published_at", "-id")[:20]
    return render(request, "list.html", {"findings": findings})


@login_not_required
def cached(request: HttpRequest) -> HttpResponse:
    """The same page by Django's own cache, after one read by key."""
    version()
    return stored(request)


stored = cache_page(3600)(page)


@login_not_required
@condition(etag_func=lambda *request: f'"{version(*request)}"')
def known(request: HttpRequest) -> HttpResponse:
    """304 after one read by key."""
    return page(request)


@login_not_required
def row(_request: HttpRequest) -> HttpResponse:
    """One read by key."""
    return HttpResponse(version())


urlpatterns = [path("list", page), path("cached", cached), path("known", known), path("row", row)]
application = get_wsgi_application()

"""The reference: a bare Django app that answers with the bytes of our page and of our API's list. Django's and DRF's ordinary means, no tricks."""

import os
from pathlib import Path

import django
import environ
from django.conf import settings

os.environ.setdefault("DATA_DIR", os.environ["BENCH_DIR"])
from inno4sports import settings as ours  # the same database settings, and the same middleware but for our own

APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "csp",
    "django_htmx",
    "rest_framework",
    "bench",
]
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
    REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
    SILENCED_SYSTEM_CHECKS=ours.SILENCED_SYSTEM_CHECKS,
)
django.setup()

from django.contrib.auth.decorators import login_not_required  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path, reverse  # noqa: E402
from django.views.decorators.cache import cache_page  # noqa: E402
from django.views.decorators.http import condition  # noqa: E402
from rest_framework import generics, pagination, serializers  # noqa: E402


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


# The API's list of lessons: the fields that ours has, and the reads that they need --------------------------------------------


class Named(models.Model):
    slug = models.SlugField()

    class Meta:
        abstract = True
        app_label = "bench"
        managed = False


class Cluster(Named):  # noqa: DJ008 -- nothing shows it
    class Meta(Named.Meta):
        db_table = "clusters_cluster"


class Topic(Named):  # noqa: DJ008 -- nothing shows it
    class Meta(Named.Meta):
        db_table = "clusters_topic"


class Session(Named):  # noqa: DJ008 -- nothing shows it
    public_id = models.UUIDField()
    title = models.CharField(max_length=150)

    class Meta(Named.Meta):
        db_table = "learning_session"

    def get_absolute_url(self) -> str:
        return "http://localhost" + reverse("session", args=[self.slug])


class Lesson(Named):  # noqa: DJ008 -- nothing shows it
    public_id = models.UUIDField()
    version = models.PositiveIntegerField()
    language = models.CharField(max_length=8)
    title = models.CharField(max_length=150)
    text = models.TextField()
    change = models.TextField()
    level = models.CharField(max_length=14)
    audience = models.CharField(max_length=8)
    status = models.CharField(max_length=8, choices=[("draft", "draft"), ("shared", "shared")])
    cluster = models.ForeignKey(Cluster, models.DO_NOTHING, related_name="+")
    from_cluster = models.ForeignKey(Cluster, models.DO_NOTHING, related_name="+")
    topics = models.ManyToManyField(Topic, db_table="learning_lesson_topics", related_name="+")
    origin = models.CharField(max_length=8)
    sources = models.JSONField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    shared_at = models.DateTimeField()

    class Meta(Named.Meta):
        db_table = "learning_lesson"

    def get_absolute_url(self) -> str:
        return "http://localhost" + reverse("lesson", args=[self.slug])


class LessonCitation(models.Model):  # noqa: DJ008 -- nothing shows it
    lesson = models.ForeignKey(Lesson, models.DO_NOTHING, related_name="citations")
    session = models.ForeignKey(Session, models.DO_NOTHING, related_name="+")

    class Meta(Named.Meta):
        db_table = "learning_lessoncitation"


class CitationRow(serializers.ModelSerializer):
    kind = serializers.ReadOnlyField(default="learning.session")
    id = serializers.UUIDField(source="session.public_id")
    title = serializers.CharField(source="session.title")
    url = serializers.URLField(source="session.get_absolute_url")

    class Meta:
        model = LessonCitation
        fields = ["kind", "id", "title", "url"]


class LessonRow(serializers.ModelSerializer):
    id = serializers.UUIDField(source="public_id")
    url = serializers.URLField(source="get_absolute_url")
    status_label = serializers.CharField(source="get_status_display")
    cluster = serializers.SlugRelatedField("slug", read_only=True)
    from_cluster = serializers.SlugRelatedField("slug", read_only=True)
    topics = serializers.SlugRelatedField("slug", many=True, read_only=True)
    cites = CitationRow(many=True, source="citations")
    licence = serializers.ReadOnlyField(default="https://creativecommons.org/licenses/by/4.0/")

    class Meta:
        model = Lesson
        fields = [
            "id", "slug", "url", "version", "language", "title", "text", "change", "level", "audience", "status", "status_label",
            "cluster", "from_cluster", "topics", "cites", "origin", "sources", "created_at", "changed_at", "shared_at", "licence",
        ]  # fmt: skip


class ByCursor(pagination.CursorPagination):
    page_size_query_param = "limit"
    ordering = ("-created_at", "-id")


class Lessons(generics.ListAPIView):
    queryset = (
        Lesson.objects.filter(status="shared", audience="public")
        .select_related("cluster", "from_cluster")
        .prefetch_related("topics", models.Prefetch("citations", LessonCitation.objects.select_related("session")))
    )
    serializer_class = LessonRow
    pagination_class = ByCursor


urlpatterns = [
    path("list", page),
    path("cached", cached),
    path("known", known),
    path("row", row),
    path("lessons", Lessons.as_view()),
    path("learning/lessons/<slug:slug>/", page, name="lesson"),
    path("learning/sessions/<slug:slug>/", page, name="session"),
]
application = get_wsgi_application()

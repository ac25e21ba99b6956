"""Pages of lessons: list, one, writing, changing, sharing, deleting a draft."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusters.forms.filters import ListFilter
from clusters.models import name_of
from inno4sports.core.forms import PortalForm
from inno4sports.core.history import history_of
from inno4sports.core.http import actor_of, changed_fields, one_time, paged
from inno4sports.core.lifecycle import Conflict, OpenStep, steps_open_to
from inno4sports.core.models import Thing, number_of
from inno4sports.core.permissions import allowed, require
from inno4sports.core.search import visible_ids

from ..domain import lesson as acts
from ..forms.lesson import LessonForm, thing_to_cite
from ..models import Lesson, LessonCitation
from ..states import LessonStatus

# What a page tells of the sources.
SOURCES = LessonCitation.objects.select_related("session__cluster", "practice__cluster", "feedback_request__cluster").only(
    *name_of("session"), *name_of("practice", "outcome"), *name_of("feedback_request")
)
# What stands beside the thread has its word, what stands on it its sign (the tag `stage`).
STAGE_OF = {"learning.session": "session", "learning.goodpractice": "practice", "learning.feedbackrequest": "feedback"}


def visible_lesson(request: HttpRequest, slug: str) -> Lesson:
    """The lesson, or 404."""
    rows = Lesson.objects.visible_to(request.user).select_related("cluster", "from_cluster")
    return get_object_or_404(rows, slug=slug)


@login_not_required
@require_safe
def lesson_list(request: HttpRequest) -> HttpResponse:
    """Who learned what from whom; a region is looked for on both sides."""
    filters = ListFilter(request)
    rows = filters.narrowed(Lesson.objects.visible_to(request.user), clusters=("cluster", "from_cluster"))
    rows = (
        rows.select_related("cluster", "from_cluster")
        .annotate(cites=number_of(LessonCitation.objects.filter(lesson=OuterRef("pk"))))
        .defer("text", "change")
        .order_by("-created_at", "-id")
    )
    may_write = allowed(request.user, "learning.write_lesson")
    return render(request, "learning/lesson_list.html", {"page": paged(request, rows), "filters": filters, "may_write": may_write})


@login_not_required
@require_safe
def lesson_detail(request: HttpRequest, slug: str) -> HttpResponse:
    lesson, user = visible_lesson(request, slug), request.user
    in_network = user.is_authenticated and user.in_network
    cites = sources_shown([row.cited for row in SOURCES.filter(lesson=lesson)], user)
    context = {
        "lesson": lesson,
        "cites": cites,
        "topics": lesson.topics.all(),
        "steps": open_steps(lesson, user, bool(cites)),
        "may_edit": allowed(user, "learning.edit_lesson", lesson),
        "may_delete": lesson.status == LessonStatus.DRAFT and allowed(user, "learning.delete_lesson", lesson),
        "events": history_of(lesson) if in_network else [],
    }
    return render(request, "learning/lesson_detail.html", context)


def sources_shown(cited: list[Thing], user: Any) -> list[dict[str, Any]]:
    """What it rests on; of what the reader may not see the kind alone is told."""
    seen = visible_ids(((thing.kind, thing.public_id) for thing in cited), user)
    return [{"stage": STAGE_OF[thing.kind], "thing": thing if thing.public_id in seen else None, "url": address_of(thing)} for thing in cited]


def address_of(thing: Any) -> str:
    """Of feedback what was said is read, not the request."""
    return reverse("learning:summary_detail", args=[thing.slug]) if thing.kind == "learning.feedbackrequest" else thing.get_absolute_url()


def open_steps(lesson: Lesson, user: Any, cites: bool) -> list[OpenStep]:
    """Sharing is closed, with its reason, while the lesson rests on nothing."""
    if cites:
        return steps_open_to(lesson, user)
    reason = _("Cite at least one source first.")
    return [OpenStep(s.name, s.label, s.url, open=False, reason=reason) for s in steps_open_to(lesson, user)]


@require_http_methods(["GET", "POST"])
@one_time
def lesson_create(request: HttpRequest) -> HttpResponse:
    """`?cite=kind:id` begins with that source ticked and its region as giver."""
    require(request.user, "learning.write_lesson")
    user: Any = request.user
    source = thing_to_cite(user, request.GET.get("cite", ""))
    form = LessonForm(request.POST or None, user=user, clusters=user.managed_clusters, cited=[source] if source else [])
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        lesson = acts.write_lesson(cluster=form.chosen, cites=data["cites"], topics=data["topics"], by=actor_of(request), **form.facts)
        messages.success(request, _("Saved as a draft. Share it when it says what you mean."))
        return redirect(lesson)
    return render(request, "learning/lesson_create.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@one_time
def lesson_edit(request: HttpRequest, slug: str) -> HttpResponse:
    lesson = visible_lesson(request, slug)
    require(request.user, "learning.edit_lesson", lesson)
    form = LessonForm(request.POST or None, user=request.user, clusters=[lesson.cluster], cited=acts.cited_by(lesson), stored=lesson)
    context: dict[str, Any] = {"lesson": lesson, "form": form}
    if request.method == "POST" and form.is_valid():
        data, by = form.cleaned_data, actor_of(request)
        try:
            acts.edit_lesson(lesson, cites=data["cites"], topics=data["topics"], by=by, version=form.opened_version, **form.facts)
        except Conflict as conflict:
            context |= {"conflict": changed_fields(form, conflict.thing), "lesson": conflict.thing}
            return render(request, "learning/lesson_edit.html", context, status=409)
        messages.success(request, _("Lesson saved."))
        return redirect(lesson)
    return render(request, "learning/lesson_edit.html", context, status=422 if form.errors else 200)


@require_POST
@one_time
def lesson_step(request: HttpRequest, slug: str, step: str) -> HttpResponse:
    lesson = visible_lesson(request, slug)
    if step not in acts.LESSON_STEPS:
        raise Http404
    acts.LESSON_STEPS[step](lesson, by=actor_of(request), version=PortalForm(request.POST).opened_version)
    messages.success(request, _("Shared. Those whose work it cites are told."))
    return redirect(lesson)


@require_http_methods(["GET", "POST"])
@one_time
def lesson_delete(request: HttpRequest, slug: str) -> HttpResponse:
    """GET asks, POST deletes."""
    lesson = visible_lesson(request, slug)
    require(request.user, "learning.delete_lesson", lesson)
    if request.method == "POST":
        acts.delete_lesson(lesson, by=actor_of(request))
        messages.success(request, _("The draft is deleted."))
        return redirect("learning:lesson_list")
    return render(request, "learning/lesson_delete.html", {"lesson": lesson})

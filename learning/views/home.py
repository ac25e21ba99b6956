"""“Learn from each other”: what is next, and what was learned last."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inno4sports.core.permissions import allowed

from ..models import GoodPractice, Lesson, Session
from ..states import PracticeStatus

SHOWN = 5


@login_not_required
@require_safe
def learning_home(request: HttpRequest) -> HttpResponse:
    """A few of each; the lists show all."""
    told = GoodPractice.objects.visible_to(request.user).filter(status__in=[PracticeStatus.PUBLISHED, PracticeStatus.ADMITTED])
    context = {
        "sessions": Session.objects.visible_to(request.user).coming().select_related("cluster", "session_kind")[:SHOWN],
        "practices": told.select_related("cluster")[:SHOWN],
        "lessons": Lesson.objects.visible_to(request.user).shared().select_related("cluster", "from_cluster")[:SHOWN],
        "may_plan": allowed(request.user, "learning.create_session"),
        "may_write_practice": allowed(request.user, "learning.write_practice"),
        "may_write_lesson": allowed(request.user, "learning.write_lesson"),
    }
    return render(request, "learning/learning_home.html", context)

"""What upper apps add to a region's page: the roof knows everyone, a lower page only names the tag."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _

from actionplans.models import ActionPlan, Ambition
from dissemination.models import Finding
from learning.models import GoodPractice, Lesson, Session

register = template.Library()


@register.inclusion_tag("inno4sports/_region_sections.html", takes_context=True)
def region_sections(context: dict[str, Any], cluster: Any) -> dict[str, Any]:
    """Sessions, lessons given and taken, the plan with its actions, ambitions, practices: what this reader may see."""
    user = context["request"].user
    lessons = Lesson.objects.visible_to(user).shared().select_related("cluster", "from_cluster")
    return {
        "cluster": cluster,
        "sessions": Session.objects.visible_to(user).filter(cluster=cluster)[:4],
        "taken": lessons.filter(cluster=cluster)[:5],
        "given": lessons.filter(from_cluster=cluster)[:5],
        "plans": ActionPlan.objects.visible_to(user).filter(cluster=cluster).prefetch_related("actions")[:3],
        "ambitions": Ambition.objects.visible_to(user).filter(cluster=cluster)[:6],
        "practices": GoodPractice.objects.visible_to(user).filter(cluster=cluster)[:4],
    }


@register.inclusion_tag("inno4sports/_region_counts.html", takes_context=True)
def region_counts(context: dict[str, Any], cluster: Any, total: int) -> dict[str, Any]:
    """Counted facts; each opens its list. Nothing is shown as nought."""
    user = context["request"].user
    query = f"?cluster={cluster.slug}"
    lessons = Lesson.objects.visible_to(user).shared()
    facts = [
        (_("member organisations"), total, reverse("clusters:cluster_members", args=[cluster.slug])),
        (_("good practices"), GoodPractice.objects.visible_to(user).filter(cluster=cluster).count(), reverse("learning:practice_list") + query),
        (_("sessions hosted"), Session.objects.visible_to(user).filter(cluster=cluster).count(), reverse("learning:session_list") + query),
        (_("lessons taken from others"), lessons.filter(cluster=cluster).count(), reverse("learning:lesson_list") + query),
        (_("ambitions"), Ambition.objects.visible_to(user).filter(cluster=cluster).count(), reverse("actionplans:ambition_list") + query),
        (_("findings"), Finding.objects.visible_to(user).filter(cited_clusters=cluster).count(), reverse("dissemination:finding_list") + query),
    ]
    return {"facts": facts}

"""What upper apps add to a region's page: the roof knows everyone, a lower page only names the tag."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django import template
from django.db.models import CharField, Q, QuerySet, Value
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from actionplans.models import Action, ActionPlan, Ambition
from actionplans.states import AmbitionStatus
from clusters.models import Cluster, bib_of
from dissemination.models import Finding, FindingKind
from inno4sports.core.models import Thing, first_of
from inno4sports.counted import counted_facts
from learning.models import GoodPractice, Lesson, Session

register = template.Library()


@dataclass(frozen=True)
class Line:
    """A thing named in a section: its title, and a word on it."""

    url: str
    title: str
    language: str
    is_demo: bool
    word: str | Promise


# kind -> (address, words for what its column says)
LINES: dict[str, tuple[str, dict[str, str | Promise]]] = {
    "practice": ("learning:practice_detail", {GoodPractice.Outcome.DID_NOT_WORK.value: GoodPractice.Outcome.DID_NOT_WORK.label}),
    "ambition": ("actionplans:ambition_detail", dict(AmbitionStatus.choices)),
    "finding": ("dissemination:finding_detail", dict(FindingKind.choices)),
}


@register.inclusion_tag("inno4sports/_region_sections.html", takes_context=True)
def region_sections(context: dict[str, Any], cluster: Cluster) -> dict[str, Any]:
    """Sessions, lessons given and taken, plans, practices, ambitions, findings: what this reader may see, in four queries."""
    user = context["request"].user
    shared = Lesson.objects.visible_to(user).shared().select_related("cluster", "from_cluster")
    shared = shared.only("slug", "title", "language", "origin", "created_at", *bib_of("cluster"), *bib_of("from_cluster"))
    lessons = list(shared.filter(Q(cluster=cluster) | Q(from_cluster=cluster))[:40])
    lines = lines_of(
        practice=(GoodPractice.objects.visible_to(user).current().filter(cluster=cluster), "outcome", 4),
        ambition=(Ambition.objects.visible_to(user).filter(cluster=cluster), "status", 6),
        finding=(Finding.objects.visible_to(user).published().filter(cited_clusters=cluster), "finding_kind", 4),
    )
    return {
        "cluster": cluster,
        "sessions": Session.objects.visible_to(user).filter(cluster=cluster)[:4],
        "taken": [lesson for lesson in lessons if lesson.cluster_id == cluster.pk][:5],
        "given": [lesson for lesson in lessons if lesson.from_cluster_id == cluster.pk][:5],
        "plans": plans_with_actions(user, cluster),
        "practices": lines["practice"],
        "ambitions": lines["ambition"],
        "findings": lines["finding"],
    }


def lines_of(**parts: tuple[QuerySet, str, int]) -> dict[str, list[Line]]:
    """The first rows of each kind in one query: `kind=(rows, column of the word, how many)`."""
    queries = [
        first_of(rows, most).values_list(Value(kind, CharField()), "pk", "slug", "title", "language", "origin", word)
        for kind, (rows, word, most) in parts.items()
    ]
    found: dict[str, list[Line]] = {kind: [] for kind in parts}
    for kind, _pk, slug, title, language, origin, word in sorted(queries[0].union(*queries[1:], all=True), key=lambda row: -row[1]):
        view, words = LINES[kind]
        found[kind].append(Line(reverse(view, args=[slug]), title, language, origin == Thing.Origin.DEMO, words.get(word, "")))
    return found


def plans_with_actions(user: Any, cluster: Cluster) -> list[tuple[ActionPlan, list[Action]]]:
    """The plans in force, the newest first; read through their actions, of which a decided plan has at least one."""
    plans = ActionPlan.objects.visible_to(user).in_force().filter(cluster=cluster)
    # An inner limit, so that the newest plans are found by index and their actions by theirs.
    newest = plans.order_by("-created_at", "-id").values("pk")[:40]
    actions = Action.objects.filter(plan__in=newest).select_related("plan").order_by("-plan__created_at", "-plan_id", "number")
    actions = actions.only(
        "number", "title", "language", "plan__slug", "plan__title", "plan__language", "plan__origin", "plan__status", "plan__created_at"
    )
    return [(plan, list(rows)) for plan, rows in groupby(actions[:40], key=lambda action: action.plan)]


@register.inclusion_tag("inno4sports/_region_counts.html", takes_context=True)
def region_counts(context: dict[str, Any], cluster: Cluster, total: int | None = None) -> dict[str, Any]:
    """Counted facts in one query; each opens the list that was counted. `total` is the number of members, where it is known."""
    numbers = counted_facts(cluster, context["request"].user)
    lists = [
        (_("good practices"), "practices", "learning:practice_list"),
        (_("sessions hosted"), "sessions", "learning:session_list"),
        (_("lessons given and taken"), "lessons", "learning:lesson_list"),
        (_("ambitions"), "ambitions", "actionplans:ambition_list"),
        (_("action plans"), "plans", "actionplans:plan_list"),
        (_("findings"), "findings", "dissemination:finding_list"),
    ]
    facts = [] if total is None else [(_("member organisations"), total, reverse("clusters:cluster_members", args=[cluster.slug]))]
    facts += [(label, numbers[name], f"{reverse(view)}?cluster={cluster.slug}") for label, name, view in lists]
    return {"facts": facts}

"""The thread, read in both directions over all citations: where a thing came from and what it led to.

The one module that reads upwards. One recursive query walks the graph of citations, one asks `visible_to` for everything
found: a panel costs three queries whatever hangs on the trail.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, CharField, F, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionplans.models import Action, ActionCitation, ActionPlan, Ambition, AmbitionCitation, Result
from actionplans.states import PlanStatus
from clusters.models import Cluster
from dissemination.models import Finding, FindingCitation
from inno4sports.core.models import Thing
from inno4sports.core.permissions import allowed
from learning.models import FeedbackRequest, GoodPractice, Lesson, LessonCitation, Session

STAGES = ("feedback", "lesson", "ambition", "action", "result", "finding")
STAGE_OF: dict[str, str] = {
    "learning.feedbackrequest": "feedback",
    "learning.session": "session",
    "learning.goodpractice": "practice",
    "learning.lesson": "lesson",
    "actionplans.ambition": "ambition",
    "actionplans.action": "action",
    "actionplans.result": "result",
    "dissemination.finding": "finding",
}
# Sessions and practices stand where the thread begins.
RANK = {"feedback": 0, "session": 0, "practice": 0, "lesson": 1, "ambition": 2, "action": 3, "result": 4, "finding": 5}
ORDER = ("session", "practice", *STAGES)  # of a list, for all readers
Key = tuple[str, int]


@dataclass
class Node:
    """One stage of a trail: a thing that is shown, one that is closed to the reader, or none."""

    stage: str
    state: str = ""  # "" shown, "closed" seen by the network, "none" nothing recorded
    title: str = ""
    language: str = ""
    url: str = ""
    cluster: Cluster | None = None
    is_demo: bool = False
    way_out: str = ""
    way_out_label: str | Promise = ""
    kind: str = ""
    public_id: uuid.UUID | None = None


@dataclass
class Trail:
    """The two sides of the evidence panel."""

    came_from: list[Node] = field(default_factory=list)
    led_to: list[Node] = field(default_factory=list)


# The graph --------------------------------------------------------------------------------------------------------------

CITED = {
    "session": "learning.session",
    "practice": "learning.goodpractice",
    "feedback_request": "learning.feedbackrequest",
    "lesson": "learning.lesson",
    "ambition": "actionplans.ambition",
    "action": "actionplans.action",
    "result": "actionplans.result",
}
CITATIONS = (
    (LessonCitation, "learning.lesson"),
    (AmbitionCitation, "actionplans.ambition"),
    (ActionCitation, "actionplans.action"),
    (FindingCitation, "dissemination.finding"),
)


# (upper kind, its column, lower kind, its column, table): every way by which one thing rests on another.
EDGES = [(kind, f"{model.citing}_id", CITED[c], f"{c}_id", model._meta.db_table) for model, kind in CITATIONS for c in model.cites]
EDGES += [
    ("actionplans.ambition", "id", "learning.feedbackrequest", "feedback_request_id", Ambition._meta.db_table),
    ("learning.feedbackrequest", "feedback_request_id", "learning.session", "id", Session._meta.db_table),
    ("actionplans.result", "id", "actionplans.action", "action_id", Result._meta.db_table),
]


def _ways(kinds: set[str], *, down: bool) -> list[tuple[str, str, str, str, str]]:
    """The edges, as (from kind, its column, to kind, its column, table), that a walk from `kinds` can come upon."""
    ways = [edge if down else (*edge[2:4], *edge[0:2], edge[4]) for edge in EDGES]
    met = set(kinds)
    while more := {way[2] for way in ways if way[0] in met} - met:
        met |= more
    return [way for way in ways if way[0] in met]


def _next_to(side: str, kinds: set[str], *, down: bool) -> str:
    """What lies one edge below (or above) the rows of `side`: each is looked up by index, however large the tables.

    PostgreSQL is told so (LATERAL), else it reads all edges; SQLite does it by itself and knows no such word. Edges that no
    walk from `kinds` comes upon are left out: planning them would take longer than the walk.
    """
    lateral = connection.vendor == "postgresql"
    parts = []
    for here, at, there, to, table in _ways(kinds, down=down):
        found = f"SELECT '{here}' AS here, {at} AS at, '{there}' AS kind, {to} AS id FROM {table} WHERE {at} IS NOT NULL AND {to} IS NOT NULL"
        parts.append(f"{found} AND s.kind = '{here}' AND {at} = s.id" if lateral else found)
    if not parts:
        return ""
    every = " UNION ALL ".join(parts)
    if lateral:
        return f"UNION SELECT e.kind, e.id FROM {side} s CROSS JOIN LATERAL ({every}) e"
    return f"UNION SELECT e.kind, e.id FROM {side} s JOIN ({every}) e ON e.here = s.kind AND e.at = s.id"


def walk(start: Iterable[Key]) -> tuple[set[Key], set[Key]]:
    """Everything below and everything above `start`, in one query (a recursive one, on both databases)."""
    keys = list(start)
    if not keys:
        return set(), set()
    kinds = {kind for kind, _pk in keys}
    seeds = ", ".join(["(%s, CAST(%s AS bigint))"] * len(keys))  # PostgreSQL takes small numbers for 32 bits
    sql = f"""
        WITH RECURSIVE
        seeds(kind, id) AS (VALUES {seeds}),
        below(kind, id) AS (SELECT kind, id FROM seeds {_next_to("below", kinds, down=True)}),
        above(kind, id) AS (SELECT kind, id FROM seeds {_next_to("above", kinds, down=False)})
        SELECT 'below', kind, id FROM below UNION ALL SELECT 'above', kind, id FROM above
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [part for key in keys for part in key])
        rows = cursor.fetchall()
    sides: dict[str, set[Key]] = {"below": set(), "above": set()}
    for side, kind, pk in rows:
        sides[side].add((kind, pk))
    return sides["below"] - set(keys), sides["above"] - set(keys)


@dataclass(frozen=True)
class Shape:
    """Where a kind keeps what a trail shows of it."""

    model: Any  # a kind of Thing; its manager knows `visible_to`
    url: str
    slug: str = "slug"
    number: str = ""
    cluster: str = "cluster_id"


SHAPES = {
    "learning.session": Shape(Session, "learning:session_detail"),
    "learning.goodpractice": Shape(GoodPractice, "learning:practice_detail"),
    "learning.feedbackrequest": Shape(FeedbackRequest, "learning:request_detail"),
    "learning.lesson": Shape(Lesson, "learning:lesson_detail"),
    "actionplans.ambition": Shape(Ambition, "actionplans:ambition_detail"),
    "actionplans.action": Shape(Action, "actionplans:action_detail", "plan__slug", "number", "plan__cluster_id"),
    "actionplans.result": Shape(Result, "actionplans:result_detail", cluster="action__plan__cluster_id"),
    "dissemination.finding": Shape(Finding, "dissemination:finding_detail", cluster=""),
}


def regions_of(ids: Iterable[int | None], known: Iterable[Cluster] = ()) -> dict[int, Cluster]:
    """The regions by id; of those that the page has read already none is read again."""
    found = {region.pk: region for region in known}
    missing = {pk for pk in ids if pk} - set(found)
    return found | Cluster.objects.as_bibs().in_bulk(missing) if missing else found


def shown(keys: Iterable[Key], user: Any, known: Iterable[Cluster] = ()) -> dict[Key, Node]:
    """Those of `keys` that `user` may see, as nodes: one query over all kinds, one for the regions that are not `known`."""
    by_kind: dict[str, list[int]] = {}
    for kind, pk in keys:
        by_kind.setdefault(kind, []).append(pk)
    parts = []
    for kind, ids in sorted(by_kind.items()):
        shape = SHAPES[kind]
        number = Cast(shape.number, CharField()) if shape.number else Value("", CharField())
        cluster = F(shape.cluster) if shape.cluster else Value(None, BigIntegerField())
        rows = shape.model.objects.visible_to(user).filter(pk__in=ids).order_by()
        parts.append(rows.values_list(Value(kind, CharField()), "pk", "title", "language", F(shape.slug), number, cluster, "origin", "public_id"))
    if not parts:
        return {}
    found = list(parts[0].union(*parts[1:], all=True)) if len(parts) > 1 else list(parts[0])
    clusters = regions_of((row[6] for row in found), known)
    nodes: dict[Key, Node] = {}
    for kind, pk, title, language, slug, number, cluster_id, origin, public_id in found:
        url = reverse(SHAPES[kind].url, args=[slug, number] if number else [slug])
        is_demo = origin == Thing.Origin.DEMO
        nodes[kind, pk] = Node(STAGE_OF[kind], "", title, language, url, clusters.get(cluster_id), is_demo, kind=kind, public_id=public_id)
    return nodes


# The panel ----------------------------------------------------------------------------------------------------------------


def starts_of(thing: Thing) -> set[Key]:
    """Where the trail of a thing begins: a plan's trail is that of its actions."""
    if isinstance(thing, ActionPlan):
        return {("actionplans.action", action.pk) for action in thing.actions.all()}
    return {(thing.kind, thing.pk)}


def trail(thing: Thing, user: Any) -> Trail:
    """Both sides of the panel for this reader. Closed stages have no thing; gaps carry their way out for who can close them."""
    below, above = walk(starts_of(thing))
    nodes = shown(below | above, user)
    here = RANK[STAGE_OF.get(thing.kind, "action")]
    return Trail(
        _with_gaps(_side(below, nodes), range(here), thing, user),
        _with_gaps(_side(above, nodes), range(here + 1, len(STAGES)), thing, user),
    )


def _side(keys: set[Key], nodes: dict[Key, Node]) -> list[Node]:
    """The visible nodes, and one closed node for each stage of which something is closed: how many is not told."""
    closed = {STAGE_OF[kind] for kind, pk in keys if (kind, pk) not in nodes}
    return [nodes[key] for key in sorted(keys & set(nodes))] + [Node(stage, "closed") for stage in sorted(closed)]


def _with_gaps(nodes: list[Node], ranks: Iterable[int], thing: Thing, user: Any) -> list[Node]:
    present = {RANK[n.stage] for n in nodes}
    gaps = []
    for rank in ranks:
        if rank not in present:
            url, label = way_out(thing, STAGES[rank], user)
            gaps.append(Node(STAGES[rank], "none", way_out=url, way_out_label=label))
    return sorted([*nodes, *gaps], key=lambda n: (ORDER.index(n.stage), n.state))


def way_out(thing: Thing, stage: str, user: Any) -> tuple[str, str | Promise]:
    """The address and words by which this reader can fill the next stage after `thing`; empty for all others."""
    if not getattr(user, "is_authenticated", False):
        return "", ""
    cite = f"?cite={thing.kind}:{thing.public_id}"
    kind = thing.kind
    if not may_be_cited(thing):
        if stage == "lesson" and isinstance(thing, FeedbackRequest) and allowed(user, "learning.share_summary", thing):
            return reverse("learning:summary_detail", args=[thing.slug]), _("Share what was said; then a lesson can rest on it")
        return "", ""
    if stage == "lesson" and RANK.get(STAGE_OF.get(kind, ""), 9) == 0 and allowed(user, "learning.write_lesson"):
        return reverse("learning:lesson_create") + cite, _("Write a lesson from it")
    if stage == "ambition" and kind == "learning.lesson" and allowed(user, "actionplans.write_ambition"):
        return reverse("actionplans:ambition_create") + cite, _("Shape an ambition from it")
    if stage == "action" and isinstance(thing, Ambition) and allowed(user, "actionplans.write_plan", thing):
        return to_plan(thing, user)
    if stage == "finding" and kind in SHAPES and kind != "dissemination.finding" and allowed(user, "dissemination.propose_finding"):
        return to_tell(thing, user)
    return "", ""


def to_plan(ambition: Ambition, user: Any) -> tuple[str, str | Promise]:
    """How an action comes under an ambition: in the plan that is being written; where there are more, in one that the reader chooses."""
    drafts = ActionPlan.objects.visible_to(user).filter(cluster=ambition.cluster_id, status=PlanStatus.DRAFT)
    slugs = list(drafts.values_list("slug", flat=True)[:2])
    if not slugs:
        return reverse("actionplans:plan_create"), _("Write a plan for it")
    if len(slugs) > 1:
        return f"{reverse('actionplans:plan_list')}?cluster={ambition.cluster.slug}", _("Put an action under it in a plan")
    address = reverse("actionplans:action_create", args=slugs)
    return f"{address}?cite={ambition.kind}:{ambition.public_id}", _("Put an action under it in a plan")


# The states in which others may rest on a thing, as the forms offer it; a plan is not cited, its actions are.
CITABLE: dict[str, tuple[str, ...]] = {
    "learning.session": ("held", "closed"),
    "learning.goodpractice": ("published", "admitted"),
    "learning.lesson": ("shared",),
    "actionplans.ambition": ("adopted", "realised"),
    "actionplans.result": ("published",),
}


def may_be_cited(thing: Any) -> bool:
    if isinstance(thing, FeedbackRequest):
        return thing.shared_at is not None
    if isinstance(thing, Action):
        return thing.plan.is_in_force
    return thing.status in CITABLE.get(thing.kind, ())


def to_tell(thing: Thing, user: Any) -> tuple[str, str | Promise]:
    """How this reader makes a finding of `thing`: an editor writes it, others propose it."""
    cite = f"?cite={thing.kind}:{thing.public_id}"
    if allowed(user, "dissemination.write_finding"):
        return reverse("dissemination:finding_create") + cite, _("Write a finding about it")
    return reverse("dissemination:finding_propose") + cite, _("Propose a finding about it")


def course_of(thing: Thing, found: Trail) -> list[dict[str, str]]:
    """The full line of six stages: passed, here, seen by the network, none recorded."""
    states: dict[str, str] = {}
    for node in (*found.came_from, *found.led_to):
        stage = node.stage if node.stage in STAGES else "feedback"
        if states.get(stage) != "":  # one shown thing is enough to have passed the stage
            states[stage] = node.state
    states[STAGE_OF.get(thing.kind, "action")] = "here"
    return [{"stage": s, "state": states.get(s, "none")} for s in STAGES]


def clusters_on_trail(thing: Thing) -> set[int]:
    """The ids of all regions on the thing's trail, however far back, its own among them."""
    start = starts_of(thing)
    below, _above = walk(start)
    found: set[int] = set()
    for kind in {kind for kind, _pk in below | start}:
        shape = SHAPES.get(kind)
        columns = [shape.cluster] if shape and shape.cluster else []
        columns += ["from_cluster_id"] if kind == "learning.lesson" else []
        if shape is not None and columns:
            ids = [pk for k, pk in below | start if k == kind]
            found |= {pk for row in shape.model._base_manager.filter(pk__in=ids).values_list(*columns) for pk in row if pk}
    return found


# One thread --------------------------------------------------------------------------------------------------------------------


def longest_thread(user: Any, known: Iterable[Cluster] = ()) -> list[Node]:
    """One example of the thread: of the latest finding that rests on a result, else of the latest result or action."""
    findings = (
        Finding.objects.visible_to(user).published().filter(pk__in=FindingCitation.objects.exclude(result=None).order_by().values("finding_id"))
    )
    top: Thing | None = findings.order_by("-published_at", "-id").first()
    top = top or Result.objects.visible_to(user).order_by("-id").first() or Action.objects.visible_to(user).order_by("-id").first()
    if top is None:
        return []
    keys = walk({(top.kind, top.pk)})[0] | {(top.kind, top.pk)}
    return thread_of(without_later_feedback(keys), shown(keys, user, known))


def without_later_feedback(keys: set[Key]) -> set[Key]:
    """Without the feedback on an ambition, as long as something else stands at the beginning: the thread began before it."""
    ambitions = [pk for kind, pk in keys if kind == "actionplans.ambition"]
    asked = Ambition.objects.filter(pk__in=ambitions).exclude(feedback_request=None).order_by().values_list("feedback_request_id", flat=True)
    rest = keys - {("learning.feedbackrequest", pk) for pk in asked}
    return rest if any(RANK[STAGE_OF[kind]] == 0 for kind, _pk in rest) else keys


def thread_of(keys: set[Key], nodes: dict[Key, Node]) -> list[Node]:
    """Six stages, one thing for each: of what lies on one trail (`keys`), what is shown of it (`nodes`)."""
    ranked: dict[int, Node] = {}
    for key in sorted(keys):
        rank = RANK[STAGE_OF[key[0]]]
        if key in nodes and (rank not in ranked or nodes[key].stage in STAGES):
            ranked[rank] = nodes[key]
    closed = {RANK[STAGE_OF[kind]] for kind, pk in keys if (kind, pk) not in nodes}
    return [ranked.get(r) or Node(stage, "closed" if r in closed else "none") for r, stage in enumerate(STAGES)]


# Gaps -----------------------------------------------------------------------------------------------------------------------


@dataclass
class Gap:
    """A missing link, named to who can close it."""

    stage: str
    thing: Thing
    sentence: str | Promise
    url: str
    label: str | Promise


def gaps(user: Any, limit: int = 30) -> list[Gap]:
    """What is missing on the threads that `user` may mend: of the own regions; of all for the coordinator and editors."""
    everything = user.is_coordinator or user.is_editor
    own = {} if everything else {"cluster_id__in": user.cluster_ids}
    found: list[Gap] = []
    lessons = (
        Lesson.objects.visible_to(user)
        .shared()
        .filter(**own)
        .exclude(pk__in=AmbitionCitation.objects.order_by().values("lesson_id"))
        .exclude(pk__in=ActionCitation.objects.exclude(lesson=None).order_by().values("lesson_id"))
        .select_related("cluster")
    )
    for lesson in lessons[:limit]:
        found.append(Gap("ambition", lesson, _("This lesson is used by no ambition or action yet."), lesson.get_absolute_url(), _("Open the lesson")))
    of_plan = {} if everything else {"plan__cluster_id__in": user.cluster_ids}
    bare = (
        Action.objects.visible_to(user).filter(**of_plan).exclude(pk__in=ActionCitation.objects.values("action_id")).select_related("plan__cluster")
    )
    for action in bare[:limit]:
        found.append(Gap("lesson", action, _("No lesson explains this action."), action.get_absolute_url(), _("Open the action")))
    of_result = {} if everything else {"action__plan__cluster_id__in": user.cluster_ids}
    told = FindingCitation.objects.exclude(result=None).values("result_id")
    results = Result.objects.visible_to(user).filter(status="published", **of_result).exclude(pk__in=told).select_related("action__plan__cluster")
    for result in results[:limit]:
        found.append(Gap("finding", result, _("Nobody has told this result to other regions yet."), *to_tell(result, user)))
    return found

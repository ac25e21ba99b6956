"""Acts on plans and their actions: write, decide (number and freeze), record the endorsement, start, complete, withdraw."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import F, Max
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionplans.models import Action, ActionCitation, ActionPlan, Endorsement, Milestone, Revision
from clusters.models import Cluster, Membership, User
from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.citations import cite
from inno4sports.core.forms import store_file
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing, reindex, taking
from inno4sports.core.models import Actor, Thing, log_moved
from inno4sports.core.notify import notify
from inno4sports.core.permissions import allowed

Milestones = Sequence[tuple[str, dt.date]]  # title, due day

FROZEN = _("The text is decided and frozen. Take the plan back to draft to change it.")


@acting()
def write_plan(cluster: Cluster, *, by: Actor, **fields: Any) -> ActionPlan:
    if not allowed(by, "actionplans.write_plan", cluster):
        raise PermissionDenied("actionplans.write_plan")
    plan = ActionPlan.objects.create(cluster=cluster, created_by=by, changed_by=by, created_at=clock.now(), **fields)
    record(plan, "write_plan", by=by)
    reindex(plan)
    return plan


def edit_plan(plan: ActionPlan, *, by: Actor, version: int | None = None, **fields: Any) -> ActionPlan:
    """Parts I and II, while it is a draft (WrongState), on the version the reader saw (Conflict)."""
    with changing(plan, "actionplans.edit_plan", by=by, version=version) as locked:
        _must_be_draft(locked)
        for name, value in fields.items():
            setattr(locked, name, value)
        record(locked, "edit_plan", by=by)
        reindex(locked)
    return plan


def _must_be_draft(plan: ActionPlan) -> None:
    if not plan.is_draft:
        raise WrongState(FROZEN, plan)


# Actions --------------------------------------------------------------------------------------------------------------------


def write_action(plan: ActionPlan, *, by: Actor, cited: Iterable[Thing] = (), milestones: Milestones = (), **fields: Any) -> Action:
    """Add an action, numbered after the last; its owner is told."""
    with changing(plan, "actionplans.write_action", by=by) as locked:
        _must_be_draft(locked)
        number = (locked.actions.aggregate(last=Max("number"))["last"] or 0) + 1
        action = Action.objects.create(
            plan=locked, number=number, language=locked.language, created_by=by, changed_by=by, created_at=clock.now(), **fields
        )
        _set_parts(action, cited, milestones, by)
        event = record(action, "write_action", by=by)
        record(locked, "write_action", by=by, note=action.title)
        if action.owner_id:
            notify(event, [action.owner], "action_owned")
        reindex(locked)
    return action


def edit_action(action: Action, *, by: Actor, cited: Iterable[Thing], milestones: Milestones, version: int | None = None, **fields: Any) -> Action:
    """While the plan is a draft (WrongState), on the version the reader saw (Conflict); a new owner is told."""
    with acting():
        # The plan first, as every act on it does: two acts then queue and never wait for each other.
        plan = ActionPlan.objects.select_for_update(of=("self",)).get(pk=action.plan_id)
        with changing(action, "actionplans.edit_action", by=by, version=version) as locked:
            _must_be_draft(plan)
            before = locked.owner_id
            for name, value in fields.items():
                setattr(locked, name, value)
            _set_parts(locked, cited, milestones, by)
            event = record(locked, "edit_action", by=by)
            if locked.owner_id != before:
                log_moved(plan)  # a draft is seen by the owners of its actions
            if locked.owner_id and locked.owner_id != before:
                notify(event, [locked.owner], "action_owned")
            reindex(plan)
    return action


def _set_parts(action: Action, cited: Iterable[Thing], milestones: Milestones, by: Actor) -> None:
    cite(action, ActionCitation, cited, by=by)
    kept = {(m.title, m.due_on): m for m in action.milestones.all()}
    for pair, row in kept.items():
        if pair not in milestones:
            row.delete()
    Milestone.objects.bulk_create(Milestone(action=action, title=t, due_on=d) for t, d in milestones if (t, d) not in kept)


def remove_action(action: Action, *, by: Actor) -> None:
    """From a draft only (WrongState); the numbers of the others close up."""
    with changing(action.plan, "actionplans.remove_action", by=by) as plan:
        _must_be_draft(plan)
        record(plan, "remove_action", by=by, note=action.title)
        action.delete()
        for number, other in enumerate(plan.actions.order_by("number"), 1):
            Action.objects.filter(pk=other.pk).exclude(number=number).update(number=number, version=F("version") + 1)
        reindex(plan)


# Steps ----------------------------------------------------------------------------------------------------------------------


def decide_plan(plan: ActionPlan, *, by: Actor, version: int | None = None) -> ActionPlan:
    """Number and freeze the text. Needs an action, and for each a citation or a written reason (WrongState).

    Tells the managers of the regions whose lessons and practices are cited.
    """
    with taking(plan, "decide_plan", by=by, version=version) as (locked, event):
        if reason := not_decided_because(locked.actions.prefetch_related("citations")):
            raise WrongState(reason, locked)
        number = (locked.revisions.aggregate(last=Max("number"))["last"] or 0) + 1
        body = body_of(locked)
        Revision.objects.create(plan=locked, number=number, body=body, fingerprint=fingerprint_of(body), frozen_at=clock.now(), frozen_by=by)
        notify(event, Membership.objects.managers_of(*cited_cluster_ids(locked)), "plan_decided")
    return plan


def not_decided_because(actions: Iterable[Action]) -> str | Promise:
    """What the text still lacks, as a sentence; empty when it can be decided on. Reads each action's citations (prefetch)."""
    bare = next((a for a in actions if not a.citations.all() and not a.no_citation_reason.strip()), None)
    if bare is not None:
        return _("Action %(number)s has neither a citation nor a written reason. Add one of them.") % {"number": bare.number}
    return "" if actions else _("The plan has no action yet. Write one first.")


def not_completed_because(actions: Iterable[Action]) -> str | Promise:
    """Which action goes on, as a sentence; empty when the plan can be completed."""
    going = next((a for a in actions if a.state not in ("completed", "abandoned")), None)
    if going is None:
        return ""
    return _("Action %(number)s is neither completed nor abandoned. Report on it first.") % {"number": going.number}


def body_of(plan: ActionPlan) -> dict[str, Any]:
    """The text of the plan as data: what a revision freezes."""
    words = (
        "title",
        "english_summary",
        "partners",
        "policy_instrument",
        "policy_instrument_english",
        "policy_measure",
        "context",
        "challenges",
        "needs",
    )
    parts = {w: getattr(plan, w) for w in words} | {"starts_on": str(plan.starts_on or ""), "ends_on": str(plan.ends_on or "")}
    fields = (
        "number",
        "title",
        "background",
        "no_citation_reason",
        "description",
        "players",
        "timeframe",
        "costs_eur",
        "funding",
        "indicator",
        "indicator_target",
    )
    parts["actions"] = [
        {f: getattr(a, f) for f in fields}
        | {
            "starts_on": str(a.starts_on or ""),
            "ends_on": str(a.ends_on or ""),
            "cites": [{"kind": c.cited.kind, "id": str(c.cited.public_id), "title": str(c.cited)} for c in a.citations.all()],
            "milestones": [{"title": m.title, "due_on": str(m.due_on)} for m in a.milestones.all()],
        }
        for a in plan.actions.prefetch_related(
            "citations__lesson", "citations__practice", "citations__ambition", "citations__feedback_request", "milestones"
        )
    ]
    return parts


def fingerprint_of(body: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON of a revision (sorted keys, no spaces, UTF-8)."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def cited_cluster_ids(plan: ActionPlan) -> set[int]:
    """The other regions whose lessons, practices and feedback the plan's actions cite."""
    rows = ActionCitation.objects.filter(action__plan=plan).values_list(
        "lesson__from_cluster_id", "lesson__cluster_id", "practice__cluster_id", "feedback_request__cluster_id"
    )
    return {pk for row in rows for pk in row if pk} - {plan.cluster_id}


def reopen_plan(plan: ActionPlan, *, by: Actor, version: int | None = None) -> ActionPlan:
    """Back to draft; the decided revision stays in the list, the next decision has the next number."""
    with taking(plan, "reopen_plan", by=by, version=version) as (locked, _event):
        locked.decided_at = locked.decided_by = None
    return plan


def record_endorsement(plan: ActionPlan, *, by: Actor, upload: Any, version: int | None = None, **fields: Any) -> ActionPlan:
    """The body's agreement to the latest revision, recorded with its document; the plan is in force, who is cited is told."""
    with taking(plan, "record_endorsement", by=by, version=version) as (locked, event):
        revision = locked.revisions.first()
        if revision is None:
            raise WrongState(_("No text is decided yet."), locked)
        Endorsement.objects.create(revision=revision, recorded_at=clock.now(), recorded_by=by, **fields)
        store_file(upload, locked, by=by)
        owners = User.objects.filter(pk__in=locked.actions.exclude(owner=None).values("owner_id"))
        notify(event, Membership.objects.managers_of(*cited_cluster_ids(locked)), "plan_in_force")
        notify(event, owners, "plan_in_force")
    return plan


def start_plan(plan: ActionPlan, *, by: Actor, version: int | None = None) -> ActionPlan:
    """Implementing begins: the first report of every action that goes on is due in six months."""
    with taking(plan, "start_plan", by=by, version=version) as (locked, _event):
        waiting = locked.actions.filter(next_report_on=None).exclude(state__in=["completed", "abandoned"])
        waiting.update(next_report_on=clock.today() + dt.timedelta(days=183), version=F("version") + 1)
    return plan


def complete_plan(plan: ActionPlan, *, by: Actor, version: int | None = None) -> ActionPlan:
    """Every action must be completed or abandoned (WrongState)."""
    with taking(plan, "complete_plan", by=by, version=version) as (locked, _event):
        if reason := not_completed_because(locked.actions.all()):
            raise WrongState(reason, locked)
    return plan


def withdraw_plan(plan: ActionPlan, *, by: Actor, reason: str, version: int | None = None) -> ActionPlan:
    """Withdrawn with its reason; the owners of its actions are told."""
    with taking(plan, "withdraw_plan", by=by, version=version, note=reason) as (locked, event):
        locked.withdraw_reason = reason
        notify(event, User.objects.filter(pk__in=locked.actions.exclude(owner=None).values("owner_id")), "plan_withdrawn")
    return plan


PLAN_STEPS = {"decide_plan": decide_plan, "reopen_plan": reopen_plan, "start_plan": start_plan, "complete_plan": complete_plan}

"""Acts while a plan is carried out: reports, milestones, results; and the traffic light."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from actionplans.models import Action, Milestone, ProgressReport, Result
from clusters.models import Membership
from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.forms import store_file
from inno4sports.core.history import record
from inno4sports.core.lifecycle import WrongState, changing, reindex, taking
from inno4sports.core.models import Actor
from inno4sports.core.notify import notify
from inno4sports.core.permissions import allowed

from .plan import cited_cluster_ids

PERIOD = dt.timedelta(days=183)
REPORTABLE = ("endorsed", "implementing")
OVER = (Action.State.COMPLETED, Action.State.ABANDONED)
PUBLISHED = _("A published result is not edited any more.")
TO_COME = _("This day is still to come. A report tells what has happened.")
TOLD = _("There is a report up to today already. Report again only if something changed.")
REPORTED = _("There is a report on exactly these days already. Choose other days, or leave it at that one.")


def report_progress(
    action: Action, *, by: Actor, period_from: dt.date, period_to: dt.date, state: str, upload: Any = None, **fields: Any
) -> ProgressReport:
    """Write a report once, on a period that is over and not reported yet. Evidence is owed for completed and for any
    euro, a reason for abandoned (WrongState).

    The managers of the plan and the owner of the action are told; the next report is due half a year after the period.
    """
    with changing(action, "actionplans.report_progress", by=by) as locked:
        if locked.plan.status not in REPORTABLE:
            raise WrongState(_("Progress is reported while the plan is in force and not completed."), locked.plan)
        if period_to > clock.today(locked.plan.cluster.timezone):
            raise WrongState(TO_COME, locked)
        if locked.reports.filter(period_from=period_from, period_to=period_to).exists():
            raise WrongState(REPORTED, locked)
        euros = fields.get("eur_structural") or fields.get("eur_other")
        if (state == "completed" or euros) and not (upload or fields.get("evidence_url")):
            raise WrongState(_("Evidence is needed for a completed action and for any euro: a file or an address."), locked)
        if state == "abandoned" and not fields.get("reason", "").strip():
            raise WrongState(_("Say why the action is abandoned."), locked)
        report = ProgressReport.objects.create(
            action=locked, period_from=period_from, period_to=period_to, state=state, language=locked.language, created_by=by,
            changed_by=by, created_at=clock.now(), **fields,
        )  # fmt: skip
        if upload:
            store_file(upload, report, by=by)
        locked.state, locked.next_report_on = state, None if state in OVER else period_to + PERIOD
        event = record(locked, "report_progress", by=by)
        record(report, "report_progress", by=by)
        told = list(Membership.objects.managers_of(locked.plan.cluster_id))
        notify(event, [*told, *([locked.owner] if locked.owner_id else [])], "progress_reported")
    return report


def report_nothing(action: Action, *, by: Actor) -> ProgressReport:
    """“Nothing changed” in one click: the state stays, the period runs to today. WrongState when the action is over or today is told."""
    if reason := not_unchanged_because(action):
        raise WrongState(reason, action)
    first, last = next_period(action)
    return report_progress(action, by=by, period_from=first, period_to=last, state=action.state, nothing_changed=True)


def not_unchanged_because(action: Action) -> str | Promise:
    """Why “nothing changed” is not offered; empty when it is."""
    if action.state in OVER:
        return _("The action is over. Report again only if something changed.")
    latest = action.reports.first()
    return TOLD if latest and latest.period_to >= clock.today(action.plan.cluster.timezone) else ""


def next_period(action: Action) -> tuple[dt.date, dt.date]:
    """From the day after the last report (or the beginning of the plan) to today in the region."""
    latest = action.reports.first()
    today = clock.today(action.plan.cluster.timezone)
    started = action.plan.started_at or action.plan.endorsed_at or action.plan.created_at
    first = latest.period_to + dt.timedelta(days=1) if latest else action.starts_on or started.date()
    return min(first, today), today


def open_period(action: Action) -> tuple[dt.date, dt.date]:
    """The same for who has more to say about days that were reported already, as “nothing changed”: as many days as make it another report."""
    first, today = next_period(action)
    reported = set(action.reports.filter(period_to=today).values_list("period_from", flat=True))
    while first in reported:
        first -= dt.timedelta(days=1)
    return first, today


def reach_milestone(milestone: Milestone, *, by: Actor) -> Milestone:
    """Recorded as reached today; once (WrongState)."""
    with changing(milestone.action, "actionplans.reach_milestone", by=by) as action:
        locked = action.milestones.get(pk=milestone.pk)
        if locked.reached_on is not None or action.plan.status not in REPORTABLE:
            raise WrongState(_("This milestone cannot be recorded as reached now."), action)
        locked.reached_on = clock.today(action.plan.cluster.timezone)
        locked.save()
        record(action, "reach_milestone", by=by, note=locked.title)
    return locked


# Results --------------------------------------------------------------------------------------------------------------------


@acting()
def draft_result(action: Action, *, by: Actor, report: ProgressReport | None = None, **fields: Any) -> Result:
    """A draft, filled from a progress report by one click or from a form."""
    if not allowed(by, "actionplans.draft_result", action):
        raise PermissionDenied("actionplans.draft_result")
    if report is not None:
        text = report.text or action.description
        given = {"title": action.title, "text": text, "happened_on": report.period_to, "evidence_url": report.evidence_url}
        if report.indicator_value and action.indicator:
            given["figures"] = [{"label": action.indicator, "value": report.indicator_value, "unit": "", "source": report.evidence_url}]
        fields = given | fields
    result = Result.objects.create(
        action=action, report=report, language=action.language, created_by=by, changed_by=by, created_at=clock.now(), **fields
    )
    record(result, "draft_result", by=by)
    record(action, "draft_result", by=by)  # without its title: others read the action, and not the draft
    reindex(result)
    return result


def edit_result(result: Result, *, by: Actor, version: int | None = None, **fields: Any) -> Result:
    """While it is a draft (WrongState)."""
    with changing(result, "actionplans.edit_result", by=by, version=version) as locked:
        if locked.status != "draft":
            raise WrongState(PUBLISHED, locked)
        for name, value in fields.items():
            setattr(locked, name, value)
        record(locked, "edit_result", by=by)
        reindex(locked)
    return result


def publish_result(result: Result, *, by: Actor, version: int | None = None) -> Result:
    """Public once the plan is in force; the regions whose lessons and practices stand behind it are told."""
    with taking(result, "publish_result", by=by, version=version) as (locked, event):
        if not locked.action.plan.is_in_force:
            raise WrongState(_("Results are published once the plan is in force."), locked)
        notify(event, Membership.objects.managers_of(*cited_cluster_ids(locked.action.plan)), "result_published")
    return result


RESULT_STEPS = {"publish_result": publish_result}


# Traffic light --------------------------------------------------------------------------------------------------------------


def light_of(action: Action) -> str:
    """“red”: overdue milestone or abandoned; “amber”: report overdue or a milestone within 30 days; else “green”.

    As of today in the region. Reads `action.milestones.all()` (prefetch it) and the plan's state; "" while the plan is not in force.
    """
    if not action.plan.is_in_force:
        return ""
    today = clock.today(action.plan.cluster.timezone)
    open_days = [m.due_on for m in action.milestones.all() if m.reached_on is None]
    done = action.state == Action.State.COMPLETED
    if action.state == Action.State.ABANDONED or (not done and any(d < today for d in open_days)):
        return "red"
    overdue = action.next_report_on is not None and action.next_report_on < today
    soon = any(today <= d <= today + dt.timedelta(days=30) for d in open_days)
    return "amber" if not done and (overdue or soon) else "green"

"""The acts of `actionplans` for the sweep: how to come to each, and the act itself."""

import datetime as dt

from actionplans.domain import ambition as ambitions
from actionplans.domain import plan as plans
from actionplans.domain import progress
from actionplans.models import ActionCitation, AmbitionCitation, AmbitionPoint, Milestone, Revision
from inno4sports.core import clock
from learning.domain.request import close_request
from learning.models import Feedback
from tests import factories as make
from tests.actionplans.planning import letter
from tests.factories import things
from tests.learning import asking


def document():
    upload = letter()
    upload.media_type = "application/pdf"
    return upload


def ambition_citing(people, status="draft"):
    thing = things.ambition(people.north, status)
    AmbitionCitation.objects.create(ambition=thing, lesson=things.lesson(people.north, from_cluster=people.south))
    return thing


def opened(people):
    """An ambition that Carla's region was asked about, with one answer."""
    thing = ambition_citing(people)
    ambitions.open_ambition(
        thing, regions=[people.south], questionnaire=asking.questionnaire(), closes_at=clock.now() + dt.timedelta(days=14), by=people.ben_acts
    )
    asking.answer(thing.feedback_request, people.carla.email)
    return thing


def answered(people):
    thing = opened(people)
    given = Feedback.objects.get(request=thing.feedback_request)
    return thing, given, thing.feedback_request.questionnaire.questions.get(key="change")


def marked(people):
    thing, given, question = answered(people)
    return ambitions.mark_point(thing, feedback=given, question=question, quote="More time", by=people.ben_acts)


def to_adopt(people):
    point = marked(people)
    ambitions.answer_point(point, answer="accepted", reason="", by=people.ben_acts)
    close_request(point.ambition.feedback_request, by=people.ben_acts)
    return point.ambition


def plan(people, status="draft"):
    """A plan of two actions; Ana owns the first, which cites the south and has milestones."""
    thing = things.plan(people.north, status)
    first = things.action(thing, owner=people.ana)
    ActionCitation.objects.create(action=first, practice=things.practice(people.south))
    Milestone.objects.create(action=first, title="First light", due_on=make.day(200))
    things.action(thing, title="Light the rest")
    return thing


def decided(people):
    thing = plan(people, "decided")
    Revision.objects.create(plan=thing, number=1, body={}, fingerprint="0" * 64, frozen_by=people.ben_acts)
    return thing


def finished(people):
    thing = plan(people, "implementing")
    thing.actions.update(state="completed")
    return thing


def first_action(people, status="implementing"):
    return plan(people, status).actions.get(number=1)


def reported(people):
    action = first_action(people)
    report = progress.report_progress(
        action, by=people.ana_acts, period_from=make.day(), period_to=make.day(), state="in_progress", text="Lamps were bought."
    )
    return action, report


def draft_result(people):
    return things.result(people.north, "draft", action=first_action(people))


PERIOD = {"period_from": make.day(), "period_to": make.day()}

ACTS = {
    # ambition
    "write_ambition": (
        lambda p: things.lesson(p.north),
        lambda p, x: ambitions.write_ambition(p.north, lessons=[x], title="New", by=p.ben_acts),
    ),
    "edit_ambition": (
        lambda p: (ambition_citing(p), things.lesson(p.north)),
        lambda p, x: ambitions.edit_ambition(x[0], lessons=[x[1]], title="New", by=p.ben_acts),
    ),
    "open_ambition": (
        lambda p: (ambition_citing(p), asking.questionnaire()),
        lambda p, x: ambitions.open_ambition(
            x[0], regions=[p.south, p.east], questionnaire=x[1], closes_at=clock.now() + dt.timedelta(days=14), by=p.ben_acts
        ),
    ),
    "mark_point": (answered, lambda p, x: ambitions.mark_point(x[0], feedback=x[1], question=x[2], quote="More time", by=p.ben_acts)),
    "remove_point": (marked, lambda p, x: ambitions.remove_point(x, by=p.ben_acts)),
    "answer_point": (marked, lambda p, x: ambitions.answer_point(x, answer=AmbitionPoint.Answer.ACCEPTED, reason="", by=p.ben_acts)),
    "adopt_ambition": (to_adopt, lambda p, x: ambitions.adopt_ambition(x, by=p.ben_acts)),
    "realise_ambition": (lambda p: ambition_citing(p, "adopted"), lambda p, x: ambitions.realise_ambition(x, by=p.ben_acts)),
    "drop_ambition": (lambda p: ambition_citing(p, "adopted"), lambda p, x: ambitions.drop_ambition(x, reason="Too dear.", by=p.ben_acts)),
    # plan
    "write_plan": (lambda p: None, lambda p, _n: plans.write_plan(p.north, title="Plan", by=p.ben_acts)),
    "edit_plan": (plan, lambda p, x: plans.edit_plan(x, title="Plan", by=p.ben_acts)),
    "write_action": (
        lambda p: (plan(p), things.lesson(p.south)),
        lambda p, x: plans.write_action(x[0], cited=[x[1]], milestones=[("Second light", make.day(9))], title="More", owner=p.ana, by=p.ben_acts),
    ),
    "edit_action": (
        lambda p: (first_action(p, "draft"), things.lesson(p.south)),
        lambda p, x: plans.edit_action(x[0], cited=[x[1]], milestones=[("Second light", make.day(9))], owner=p.dora, by=p.ben_acts),
    ),
    "remove_action": (lambda p: first_action(p, "draft"), lambda p, x: plans.remove_action(x, by=p.ben_acts)),
    "decide_plan": (plan, lambda p, x: plans.decide_plan(x, by=p.ben_acts)),
    "reopen_plan": (decided, lambda p, x: plans.reopen_plan(x, by=p.ben_acts)),
    "record_endorsement": (
        decided,
        lambda p, x: plans.record_endorsement(x, upload=document(), body="Province", endorsed_on=make.day(), by=p.ben_acts),
    ),
    "start_plan": (lambda p: plan(p, "endorsed"), lambda p, x: plans.start_plan(x, by=p.ben_acts)),
    "complete_plan": (finished, lambda p, x: plans.complete_plan(x, by=p.ben_acts)),
    "withdraw_plan": (lambda p: plan(p, "implementing"), lambda p, x: plans.withdraw_plan(x, reason="No money.", by=p.ben_acts)),
    # progress
    "report_progress": (
        first_action,
        lambda p, a: progress.report_progress(a, state="completed", upload=document(), eur_other=5, by=p.ben_acts, **PERIOD),
    ),
    "report_nothing": (first_action, lambda p, a: progress.report_nothing(a, by=p.ana_acts)),
    "reach_milestone": (
        lambda p: first_action(p).milestones.get(),
        lambda p, m: progress.reach_milestone(m, by=p.ana_acts),
    ),
    "draft_result": (reported, lambda p, x: progress.draft_result(x[0], report=x[1], by=p.ana_acts)),
    "edit_result": (draft_result, lambda p, r: progress.edit_result(r, title="Twenty tracks are lit", by=p.ana_acts)),
    "publish_result": (draft_result, lambda p, r: progress.publish_result(r, by=p.ben_acts)),
}

"""Every act with its k-th SQL statement failing, for every k: afterwards the database is as before, nothing half written."""

import datetime as dt
import hashlib

import pytest
from django.apps import apps
from django.db import DatabaseError, connection

from actionplans.domain import ambition as ambitions
from actionplans.domain import plan as plans
from actionplans.domain import progress
from clusters.domain import cluster as regions
from clusters.domain import organisation as members
from dissemination.domain import digest as digests
from dissemination.domain import finding as findings
from inno4sports.core import clock
from inno4sports.core.history import record
from inno4sports.core.notify import notify
from learning.domain import lesson as lessons
from learning.domain import request as requests
from learning.domain import summary
from learning.models import LessonCitation
from tests import factories as make
from tests.factories import things

pytestmark = [pytest.mark.soak, pytest.mark.django_db(transaction=True)]
OURS = ("core", "clusters", "learning", "actionplans", "dissemination")


def fingerprint() -> dict[str, str]:
    """Every row of every table of ours, as a digest by table."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.app_label in OURS:
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}" ORDER BY 1')
                found[model._meta.db_table] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return found


class Failing:
    """Lets `k` statements through and fails the next one."""

    def __init__(self, k: int) -> None:
        self.left, self.failed = k, False

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            return execute(sql, params, many, context)
        if self.left == 0 and not self.failed:
            self.failed = True
            raise DatabaseError("the statement failed on purpose")
        self.left -= 1
        return execute(sql, params, many, context)


def lesson_that_cites(people):
    lesson = things.lesson(people.north, "draft", from_cluster=people.south)
    LessonCitation.objects.create(lesson=lesson, practice=things.practice(people.south))
    return lesson


def plan_with_action(people):
    plan = things.plan(people.north, "draft")
    things.action(plan)
    return plan


def told(people):
    event = record(things.finding(people.north), "publish_finding", by=people.emil_acts)
    notify(event, [people.ben, people.carla], "finding_published")


def asked(people, status):
    request = things.request(people.north, status)
    invitee = requests.Invitee("guest@example.org", "Guest", "es")
    requests.invite_to_answer(request, people=[invitee], by=people.ben_acts)
    return request


ACTS = {
    "activate_cluster": (lambda p: make.cluster(status="candidate"), lambda p, c: regions.activate_cluster(c, by=p.ari_acts)),
    "approve_organisation": (lambda p: make.organisation(p.north, status="pending"), lambda p, o: members.approve_organisation(o, by=p.ben_acts)),
    "share_lesson": (lesson_that_cites, lambda p, x: lessons.share_lesson(x, by=p.ben_acts)),
    "open_request": (lambda p: asked(p, "draft"), lambda p, r: requests.open_request(r, by=p.ben_acts)),
    "close_request": (lambda p: asked(p, "open"), lambda p, r: requests.close_request(r, by=p.ben_acts)),
    "write_ambition": (
        lambda p: things.lesson(p.north),
        lambda p, x: ambitions.write_ambition(p.north, by=p.ben_acts, lessons=[x], title="New"),
    ),
    "decide_plan": (plan_with_action, lambda p, x: plans.decide_plan(x, by=p.ben_acts)),
    "report_progress": (
        lambda p: things.action(p.north),
        lambda p, a: progress.report_progress(a, by=p.ben_acts, period_from=make.day(), period_to=make.day(), state="in_progress"),
    ),
    "publish_result": (lambda p: things.result(p.north, "draft"), lambda p, r: progress.publish_result(r, by=p.ben_acts)),
    "publish_finding": (lambda p: things.finding(p.north, "in_review"), lambda p, f: findings.publish_finding(f, by=p.emil_acts)),
    "compose_digests": (told, lambda p, _nothing: digests.compose_digests()),
}


@pytest.mark.parametrize("name", ACTS)
def test_act_with_any_statement_failing_writes_nothing(name, people):
    prepare, act = ACTS[name]
    with clock.at(dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)):
        subject = prepare(people)
        for k in range(200):
            before, failing = fingerprint(), Failing(k)
            try:
                with connection.execute_wrapper(failing):
                    act(people, subject)
            except DatabaseError:
                assert fingerprint() == before, f"statement {k} failed and something was written"
                if subject is not None:
                    subject = type(subject)._base_manager.get(pk=subject.pk)
                continue
            assert not failing.failed or fingerprint() != before
            break
        assert k > 3, "the act was really swept"
        assert fingerprint() != before, "and in the end it acted"


def test_summary_is_shared_whole_or_not_at_all(people):
    """Sharing asks for an answer first; without one nothing changes."""
    request = things.request(people.north, "closed")
    before = fingerprint()
    with pytest.raises(Exception, match="Nobody answered"):
        summary.share_summary(request, by=people.ben_acts)
    assert fingerprint() == before

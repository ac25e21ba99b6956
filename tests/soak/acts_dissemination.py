"""The acts of `dissemination` for the sweep: how to come to each, and the act itself."""

from dissemination.domain import digest as digests
from dissemination.domain import finding as findings
from dissemination.models import FindingCitation
from inno4sports.core.history import record
from inno4sports.core.notify import notify
from tests import factories as make
from tests.factories import things


def finding(people, status):
    """Edda's finding on a lesson of the south, with a topic that Ana follows."""
    thing = things.finding(people.south, status, created_by=people.edda_acts)
    FindingCitation.objects.create(finding=thing, lesson=things.lesson(people.south))
    topic = make.topic()
    thing.topics.add(topic)
    people.ana.topics.add(topic)
    return thing


def sources(people):
    return things.lesson(people.south), make.topic()


def told(people):
    """Two people are owed a digest; of what Carla was told she may see nothing any more."""
    seen, hidden = things.finding(people.north), things.finding(people.north, "draft")
    notify(record(seen, "publish_finding", by=people.emil_acts), [people.ben, people.carla], "finding_published")
    notify(record(hidden, "publish_finding", by=people.emil_acts), [people.carla], "finding_published")


ACTS = {
    # finding
    "propose_finding": (
        sources,
        lambda p, x: findings.propose_finding(cited=[x[0]], topics=[x[1]], title="Light", summary="Ten tracks.", by=p.ben_acts),
    ),
    "write_finding": (
        sources,
        lambda p, x: findings.write_finding(cited=[x[0]], topics=[x[1]], title="Light", summary="Ten tracks.", by=p.edda_acts),
    ),
    "edit_finding": (
        lambda p: (finding(p, "draft"), *sources(p)),
        lambda p, x: findings.edit_finding(x[0], cited=[x[1]], topics=[x[2]], title="Light", by=p.edda_acts),
    ),
    "take_up_finding": (lambda p: finding(p, "proposed"), lambda p, f: findings.take_up_finding(f, by=p.emil_acts)),
    "submit_finding": (lambda p: finding(p, "draft"), lambda p, f: findings.submit_finding(f, by=p.edda_acts)),
    "publish_finding": (lambda p: finding(p, "in_review"), lambda p, f: findings.publish_finding(f, by=p.emil_acts)),
    "return_finding": (lambda p: finding(p, "in_review"), lambda p, f: findings.return_finding(f, reason="Say more.", by=p.emil_acts)),
    "correct_finding": (
        lambda p: finding(p, "published"),
        lambda p, f: findings.correct_finding(f, text="Eleven tracks.", language="en", by=p.edda_acts),
    ),
    "archive_finding": (lambda p: finding(p, "published"), lambda p, f: findings.archive_finding(f, by=p.edda_acts)),
    "restore_finding": (lambda p: finding(p, "archived"), lambda p, f: findings.restore_finding(f, by=p.emil_acts)),
    # digest
    "compose_digests": (told, lambda p, _n: digests.compose_digests()),
    "change_preferences": (lambda p: p.ana, lambda p, u: digests.change_preferences(u, digest="daily", digest_hour=9)),
    "unsubscribe": (lambda p: p.ana, lambda p, u: digests.unsubscribe(u)),
}

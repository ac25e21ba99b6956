"""Every notification is told exactly once, or it says why not; whatever the order of events, beats, zones and clocks."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from clusters.models import User
from dissemination.domain import digest as acts
from dissemination.models import Digest
from inno4sports.core import clock, outbox
from inno4sports.core.history import record
from inno4sports.core.models import Actor, Notification, OutboxMail, Thing
from inno4sports.core.notify import notify
from inno4sports.core.tokens import make_token
from tests import factories as make
from tests.factories import things
from tests.journeys.test_screens import ship
from tests.learning import asking

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)


def happen(thing, users, at=NOON, cause="finding_published", verb="publish_finding"):
    with clock.at(at):
        event = record(thing, verb, by=Actor.objects.system())
        notify(event, users, cause)
    return event


def letter_of(ids):
    return outbox.MAILS["dissemination.digest"](ids)


def compose(at):
    with clock.at(at):
        return acts.compose_digests()


@pytest.mark.django_db
def test_digest_comes_at_the_hour_of_the_person(people):
    User.objects.filter(pk=people.ben.pk).update(timezone="Europe/Helsinki", digest_hour=7)
    happen(things.finding(people.north), [people.ben], at=NOON - dt.timedelta(days=1))
    assert compose(dt.datetime(2026, 6, 1, 3, 59, tzinfo=dt.UTC)) == 0, "6:59 in Helsinki"
    assert compose(dt.datetime(2026, 6, 1, 4, 0, tzinfo=dt.UTC)) == 1, "7:00 in Helsinki"
    assert Digest.objects.get().day == dt.date(2026, 6, 1)


@pytest.mark.django_db
def test_digest_of_the_same_day_is_composed_once_whoever_beats(people):
    finding = things.finding(people.north)
    happen(finding, [people.ben])
    assert compose(NOON) == 1
    happen(finding, [people.ben], cause="finding_corrected", verb="correct_finding")
    assert compose(NOON) == 0, "the second event waits for tomorrow"
    assert Notification.objects.open().count() == 1
    assert compose(NOON + dt.timedelta(days=1)) == 1
    assert Notification.objects.open().count() == 0


@pytest.mark.django_db
def test_digest_for_who_wants_none_settles_and_says_so(people):
    User.objects.filter(pk=people.ben.pk).update(digest="never")
    happen(things.finding(people.north), [people.ben])
    assert compose(NOON) == 0
    assert Notification.objects.get().settled_by_way == Notification.Way.NEVER
    assert not OutboxMail.objects.exists()


@pytest.mark.django_db
def test_digest_leaves_out_what_its_reader_may_no_longer_see(people):
    hidden, shown = things.finding(people.north, title="Hidden"), things.finding(people.north, title="Shown")
    happen(hidden, [people.ben])
    happen(shown, [people.ben])
    type(hidden).objects.filter(pk=hidden.pk).update(status="draft")
    assert compose(NOON) == 1
    ways = dict(Notification.objects.values_list("event__thing_id", "settled_by_way"))
    assert ways == {hidden.public_id: "hidden", shown.public_id: "digest"}


@pytest.mark.django_db
def test_digest_mail_asks_again_when_it_is_sent(people):
    finding = things.finding(people.north, title="Told")
    happen(finding, [people.ben])
    compose(NOON)
    ids = OutboxMail.objects.get().ids
    assert letter_of(ids).context["items"][0].thing == finding
    type(finding).objects.filter(pk=finding.pk).update(status="archived")
    assert letter_of(ids) is None


@pytest.fixture
def sent(settings, tmp_path):
    """Where mails are written to, one file each."""
    settings.EMAIL_URL, settings.MAIL_DIR = "", tmp_path
    return lambda: len(list(tmp_path.glob("*.eml")))


@pytest.mark.django_db
def test_digests_of_one_batch_are_read_together(people, sent, django_assert_max_num_queries):
    """Beside its own acknowledgement a mail more asks nothing more."""
    finding, lesson = things.finding(people.north), things.lesson(people.north, "draft")

    def queries(count, day):
        users = [make.member(people.north, make.user(timezone="UTC"), role="manager").user for _ in range(count)]
        at = NOON + dt.timedelta(days=day)
        happen(finding, users, at=at)
        happen(lesson, users, at=at, cause="lesson_shared", verb="share_lesson")
        assert compose(at) == count
        with django_assert_max_num_queries(100) as counted:
            assert outbox.deliver_some() == count
        return len(counted)

    few, many = queries(3, 0), queries(13, 5)
    assert sent() == 16
    assert many - few == 10


@pytest.mark.django_db
def test_digest_tells_nothing_that_its_reader_lost_sight_of_while_others_were_sent(people, sent, monkeypatch):
    hidden, shown = things.finding(people.north, title="Hidden"), things.finding(people.north, title="Shown")
    for thing in (hidden, shown):
        happen(thing, [people.ben, people.carla])
    compose(NOON)
    first, second = OutboxMail.objects.order_by("id")
    batch = outbox.Batch([first, second])
    assert len(batch.letter(first).context["items"]) == 2
    type(hidden).objects.filter(pk=hidden.pk).update(status="archived")
    monkeypatch.setattr(batch, "FRESH", 0.0)  # as if all this had taken longer
    (item,) = batch.letter(second).context["items"]
    assert item.thing == shown


@pytest.mark.django_db
def test_digest_that_cannot_be_read_does_not_stop_the_others(people, sent):
    happen(things.finding(people.north), [people.ben, people.carla])
    compose(NOON)
    poison = OutboxMail.objects.order_by("id")[0]
    poison.ids = {"digest": "no key"}
    poison.save()
    outbox.deliver_some()
    assert sent() == 1
    assert dict(OutboxMail.objects.values_list("pk", "status"))[poison.pk] == OutboxMail.Status.QUEUED


@pytest.mark.django_db
def test_digest_mail_holds_twelve_and_says_how_many_more(people):
    for n in range(21):
        happen(things.finding(people.north, title=f"Finding {n}"), [people.ben], at=NOON - dt.timedelta(minutes=30 - n))
    compose(NOON)
    letter = letter_of(OutboxMail.objects.get().ids)
    assert (len(letter.context["items"]), letter.context["more"]) == (12, 9)
    assert letter.context["items"][0].thing.title == "Finding 20", "newest first"


@pytest.mark.django_db
def test_digest_mail_tells_one_thing_once_with_its_newest_event(people):
    finding = things.finding(people.north)
    happen(finding, [people.ben], at=NOON - dt.timedelta(hours=2))
    happen(finding, [people.ben], at=NOON - dt.timedelta(hours=1), cause="finding_corrected", verb="correct_finding")
    compose(NOON)
    (item,) = letter_of(OutboxMail.objects.get().ids).context["items"]
    assert item.what == "Finding corrected"


@pytest.mark.django_db
def test_digest_mail_names_the_request_that_was_answered_once_and_nobody_who_answered(people, django_assert_max_num_queries):
    asked = asking.answered(people, "eva@south.example", "guest@example.org", "dora@south.example", close=False)
    other = asking.answered(people, "guest@example.org", title="Feedback on the seminar")
    compose(clock.now() + dt.timedelta(days=1))
    row = OutboxMail.objects.get(template="dissemination.digest", to=people.ben.email)
    with django_assert_max_num_queries(20) as counted:
        items = letter_of(row.ids).context["items"]
    assert sorted((item.thing.pk, item.what) for item in items) == [(asked.pk, "Feedback received"), (other.pk, "Feedback received")]
    assert sum("learning_feedbackrequest" in query["sql"] for query in counted) <= 3, "not one query an answer"
    text = outbox.rendered(row).get_body(("plain",)).get_content()
    assert f"/feedback-requests/{asked.slug}/" in text
    for secret in ("Eva", "Dora", "Guest", "guest@", "#answer-"):
        assert secret not in text


@pytest.mark.django_db
def test_digest_mail_is_in_the_language_of_its_reader_with_a_link_that_ends_it(people):
    happen(things.finding(people.south), [people.carla])
    compose(NOON)
    row = OutboxMail.objects.get()
    message = outbox.rendered(row)
    assert message["Content-Language"] == "es"
    assert "/es/findings/" in message.get_body(("plain",)).get_content()
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/unsubscribe/" in message["List-Unsubscribe"]
    assert "/es/unsubscribe/" not in message["List-Unsubscribe"]


@pytest.mark.django_db
@pytest.mark.parametrize("night", [dt.date(2026, 3, 29), dt.date(2026, 10, 25)], ids=["clocks go forward", "clocks go back"])
def test_digest_is_one_on_the_days_when_clocks_change(people, night):
    User.objects.filter(pk=people.ben.pk).update(timezone="Europe/Warsaw", digest_hour=2)
    happen(things.finding(people.north), [people.ben], at=NOON - dt.timedelta(days=300))
    start = dt.datetime.combine(night, dt.time(0), ZoneInfo("Europe/Warsaw")).astimezone(dt.UTC)
    assert sum(compose(start + dt.timedelta(minutes=20 * n)) for n in range(24 * 3)) == 1


@pytest.mark.django_db
def test_compose_asks_as_much_for_30_people_as_for_3(people, django_assert_max_num_queries):
    """Also where each of them is told of something that only the own cluster sees."""
    finding, lesson = things.finding(people.north), things.lesson(people.north, "draft")

    def queries(count, day):
        users = [make.user(timezone="UTC") for _ in range(count)]
        for user in users:
            make.member(people.north, user, role="manager")
        at = NOON + dt.timedelta(days=day)
        happen(finding, users, at=at, cause="finding_corrected", verb="correct_finding")
        happen(lesson, users, at=at, cause="lesson_shared", verb="share_lesson")
        with django_assert_max_num_queries(400) as counted:
            assert compose(at) == count
        return len(counted)

    assert queries(3, 0) == queries(30, 5)


@pytest.mark.django_db
def test_digest_hides_what_its_reader_would_not_see_if_asked_alone(tmp_path, settings):
    """Everything of the demo, told to everybody in it: asked once for all the answer is the same as asked one by one."""
    settings.MAIL_DIR = tmp_path
    ship()
    call_command("load_demo")
    kinds = [model for model in apps.get_models() if issubclass(model, Thing)]
    told = [thing for model in kinds for thing in model.objects.order_by("pk")[:25]]
    users = list(User.objects.all())
    User.objects.update(digest="daily", digest_hour=0, timezone="UTC")
    Notification.objects.all().delete()
    events = {thing.public_id: happen(thing, users) for thing in told}
    compose(NOON + dt.timedelta(days=1))
    counts = set()
    for user in users:
        seen = {key for model in kinds for key in model.objects.visible_to(user).filter(public_id__in=events).values_list("public_id", flat=True)}
        shown = set(Notification.objects.filter(user=user, settled_by_way="digest").values_list("event__thing_id", flat=True))
        assert shown == seen, user
        counts.add(len(shown))
    assert len(counts) > 5, "the people of the demo see different things"


class TestAnyOrder(TestCase):
    """A simulation: events and beats in any order, three people in three zones, one of whom wants none."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.sampled_from(["event", "beat", "two beats"]), st.integers(1, 1500)), max_size=25))
    def test_each_notification_is_told_once_or_says_why_not(self, steps):
        north = make.cluster()
        zones = ("Pacific/Honolulu", "Europe/Helsinki", "UTC")
        users = [make.user(timezone=zone, digest_hour=hour) for zone, hour in zip(zones, (23, 0, 7), strict=True)]
        users.append(make.user(digest="never"))
        for user in users:
            make.member(north, user)
        finding, now, told = things.finding(north), NOON, 0
        for what, minutes in steps:
            now += dt.timedelta(minutes=minutes)
            if what == "event":
                happen(finding, users, at=now)
                told += 1
            else:
                for _ in range(2 if what == "two beats" else 1):
                    compose(now)
        for hours in range(1, 50):
            compose(now + dt.timedelta(hours=hours))
        notes = list(Notification.objects.all())
        assert len(notes) == told * len(users)
        assert all(n.settled_at for n in notes), "none is lost"
        for user in users[:3]:
            mine = [n for n in notes if n.user_id == user.pk]
            assert all(n.settled_by_way == "digest" for n in mine)
            digests = {d.public_id: d for d in Digest.objects.filter(user=user)}
            assert {n.digest_id for n in mine} == set(digests), "each digest tells something, each telling has its digest"
            assert sum(d.items for d in digests.values()) == len(mine), "none is told twice"
        assert OutboxMail.objects.count() == Digest.objects.count()


# Ending it --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_unsubscribe_by_get_changes_nothing_as_scanners_open_links(people, client):
    token = make_token("preferences", people.ben.public_id, 1)
    assert client.get(f"/unsubscribe/{token}/").status_code == 200
    people.ben.refresh_from_db()
    assert people.ben.digest == "daily"


@pytest.mark.django_db
def test_unsubscribe_by_post_ends_the_digest_and_may_be_repeated(people, client):
    token = make_token("preferences", people.ben.public_id, 1)
    for _ in range(2):
        assert client.post(f"/unsubscribe/{token}/", {"List-Unsubscribe": "One-Click"}).status_code == 200
    people.ben.refresh_from_db()
    assert people.ben.digest == "never"


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["nonsense", "A" * 48])
def test_unsubscribe_with_a_forged_link_is_404(people, client, token):
    assert client.post(f"/unsubscribe/{token}/").status_code == 404
    people.ben.refresh_from_db()
    assert people.ben.digest == "daily"


@pytest.mark.django_db
def test_preferences_link_leaves_the_address_and_changes_the_hour(people, client):
    token = make_token("preferences", people.carla.public_id, 1)
    answer = client.get(f"/es/preferences/{token}/")
    assert answer.status_code == 303
    assert token not in answer["Location"]
    assert answer.cookies["link-es"]["httponly"]
    page = client.post(answer["Location"], {"digest": "daily", "digest_hour": "18"})
    assert page.status_code == 200
    people.carla.refresh_from_db()
    assert people.carla.digest_hour == 18


@pytest.mark.django_db
def test_preferences_without_the_link_is_404(people, client):
    assert client.get(f"/preferences/on/{people.carla.public_id}/").status_code == 404

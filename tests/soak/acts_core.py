"""What the floor writes of its own accord, for the sweep: how to come to each, and the act itself."""

import datetime as dt
import uuid

from django.core.mail import EmailMessage
from django.http import HttpResponseRedirect
from django.test import RequestFactory

from clusters.domain.cluster import add_need
from inno4sports.core import clock, holds, outbox, slots, tasks
from inno4sports.core.http import one_time
from inno4sports.core.models import OutboxMail
from tests import factories as make


def owed(people):
    """Two mails, both due."""
    for name in ("guest", "other"):
        OutboxMail.objects.create(template="ready_made", to=f"{name}@example.org", language="en", next_at=clock.now() - dt.timedelta(days=1))


def leased(people):
    owed(people)
    return outbox.lease("worker", 1)[0]


def held(people):
    owed(people)
    holds.hold_sending("restored")


def beating(people):
    slots.hold_beat("this one")


def posted(people, topic):
    @one_time
    def add(request):
        add_need(people.north, topic=topic, text="Beaches", language="en", by=people.ben_acts)
        return HttpResponseRedirect("/")

    request = RequestFactory().post("/", {"once": str(uuid.uuid4())})
    request.user = people.ben
    add(request)


ACTS = {
    "lease": (owed, lambda p, _n: outbox.lease("worker", 5)),
    "keep": (leased, lambda p, _row: outbox.keep("worker")),
    "settle": (leased, lambda p, row: outbox.settle(row, "worker", "sent")),
    "send_messages": (
        lambda p: None,
        lambda p, _n: outbox.OutboxBackend().send_messages([EmailMessage("Hello", "Text", None, ["a@example.org", "b@example.org"])]),
    ),
    "one_time": (lambda p: make.topic(), posted),
    "take_slot": (lambda p: None, lambda p, _n: slots.take_slot("core.tidy_core", 3600)),
    "hold_beat": (lambda p: None, lambda p, _n: slots.hold_beat("this one")),
    "leave_beat": (beating, lambda p, _n: slots.leave_beat("this one")),
    "hold_sending": (lambda p: None, lambda p, _n: holds.hold_sending("restored")),
    "release_sending": (held, lambda p, _n: holds.release_sending(forget_waiting=True)),
    "see": (lambda p: None, lambda p, _n: tasks.see("worker")),
}

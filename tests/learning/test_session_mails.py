"""Mails of a session, as they go out: in the recipient's language, with the hours where they are."""

import datetime as dt
from html import unescape

import pytest
from django.urls import reverse
from django.utils import translation

from clusters.models import User
from inno4sports.core import outbox
from inno4sports.core.models import OutboxMail
from learning.domain import registration as places
from learning.domain import session as acts
from tests import factories as make

from .meeting import announced, facts, on

pytestmark = pytest.mark.django_db
HOURS = {"starts_time": dt.time(10), "ends_time": dt.time(16), "link": "https://meet.example.org/lapland"}


def sent(template: str, to: str) -> dict[str, str]:
    row = OutboxMail.objects.get(template=f"learning.{template}", to=to)
    message = outbox.rendered(row)
    return {
        "subject": message["Subject"],
        **{p.get_content_type(): unescape(p.get_content()) for p in message.walk() if p.get_content_maintype() == "text"},
    }


def test_session_registered_says_when_and_where_in_the_readers_zone(people):
    User.objects.filter(pk=people.dora.pk).update(timezone="Europe/Madrid", language="en")
    session = announced(people, **HOURS)
    with on(1):
        places.register_for_session(session, by=make.actor(User.objects.get(pk=people.dora.pk)))
    mail = sent("session_registered", "dora@south.example")
    assert mail["subject"] == "Registered: Night tracks"
    for body in (mail["text/plain"], mail["text/html"]):
        assert "9:00–15:00 (10:00–16:00 in Rovaniemi)" in body
        assert "1\u00a0April\u00a02026 – 2\u00a0April\u00a02026" in body
        assert "https://meet.example.org/lapland" in body
        assert session.get_absolute_url() in body


def test_session_registered_links_to_the_page_in_the_recipients_language(people):
    session = announced(people)
    with on(1):
        places.register_person(session, cluster=people.south, name="Paco", email="paco@club.example", language="es", by=people.carla_acts)
    with translation.override("es"):
        address = reverse("learning:session_detail", args=[session.slug])
    assert address.startswith("/es/")
    assert f"http://testserver{address}" in sent("session_registered", "paco@club.example")["text/plain"]


def test_session_changed_says_what_stands_when_it_is_sent(people):
    session = announced(people)
    with on(1):
        places.register_person(session, cluster=people.south, name="Paco", email="paco@club.example", language="en", by=people.carla_acts)
        acts.edit_session(session, topics=[], by=people.ben_acts, **facts(place="Levi"))
    mail = sent("session_changed", "paco@club.example")
    assert "Levi" in mail["text/plain"]
    assert "Rovaniemi" not in mail["text/plain"]


def test_session_cancelled_says_so_without_the_link(people):
    session = announced(people, **HOURS)
    with on(1):
        places.register_for_session(session, by=people.dora_acts)
        acts.cancel_session(session, by=people.ben_acts)
    mail = sent("session_cancelled", "dora@south.example")
    assert "meet.example.org" not in mail["text/plain"]
    assert "meet.example.org" not in mail["text/html"]

"""docs/permissions.md, row by row: person × thing × state, as predicate, page, list and search."""

import pathlib
import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from clusters.models import User
from inno4sports.core.permissions import allowed
from inno4sports.core.search import INDEXED, found, reindex
from tests.factories import things

PAGE = (pathlib.Path(__file__).resolve().parents[2] / "docs" / "permissions.md").read_text()
PERSONS = {"V": None, "P": "ana", "P′": "dora", "M": "ben", "M′": "carla", "C": "lena", "E": "edda", "A": "ari"}


def table(title: str) -> list[dict[str, str]]:
    """The rows of the first table under a heading of docs/permissions.md."""
    lines = [ln for ln in PAGE.split(f"## {title}\n")[1].split("\n## ")[0].splitlines() if ln.startswith("|")]
    heads = [cell.strip() for cell in lines[0].strip("|").split("|")]
    return [dict(zip(heads, (cell.strip() for cell in ln.strip("|").split("|")), strict=True)) for ln in lines[2:]]


SEEING = table("Seeing")
DOING = table("Doing")


def person(people, key):
    name = PERSONS[key]
    return AnonymousUser() if name is None else User.objects.get(pk=getattr(people, name).pk)


@pytest.mark.django_db
@pytest.mark.parametrize("row", SEEING, ids=lambda r: f"{r['Thing']}-{r['State']}".replace(" ", "-"))
def test_seeing(row, people, client):
    thing = things.of_kind(row["Thing"], row["State"], people)
    if thing.kind in INDEXED:
        reindex(thing)
    wrong = []
    for key in PERSONS:
        who = person(people, key)
        wanted = row[key] == "+"
        if type(thing).objects.visible_to(who).filter(pk=thing.pk).exists() != wanted:
            wrong.append(f"{key}: visible_to")
        client.logout()
        if who.is_authenticated:
            client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")
        answer = client.get(thing.get_absolute_url())
        # A page that no visitor may use answers a stranger with the sign-in page.
        refused = answer.status_code == 404 or (key == "V" and answer.status_code == 302)
        if (answer.status_code == 200) != wanted or (not wanted and not refused):
            wrong.append(f"{key}: page {answer.status_code}")
        if not wanted and str(thing) in answer.content.decode():
            wrong.append(f"{key}: title on the refusing page")
        if thing.kind in INDEXED:
            codes = [m.cluster.code for m in who.own_memberships] if who.is_authenticated else []
            hits = {r.thing_id for r in found(str(thing), ["public", "network"], codes, who)}
            if thing.public_id in hits and not wanted:
                wrong.append(f"{key}: found by search")
        page = client.get(reverse("search"), {"q": str(thing)})
        if not wanted and thing.get_absolute_url() in page.content.decode():
            wrong.append(f"{key}: search page")
    assert wrong == []


MADE_OF = {
    "clusters.see_needs": lambda p: p.north,
    "clusters.add_organisation": lambda p: p.north,
    "clusters.invite_member": lambda p: p.north,
    "clusters.withdraw_invitation": lambda p: p.north,
    "clusters.remove_member": lambda p: p.north,
    "clusters.edit_settings": lambda p: None,
    "clusters.keep_tokens": lambda p: None,
    "clusters.keep_programs": lambda p: p.north,
    "clusters.keep_webhooks": lambda p: p.north,
    "clusters.keep_epsi_programs": lambda p: None,
    "clusters.create_cluster": lambda p: None,
    "clusters.appoint_manager": lambda p: p.north,
    "clusters.see_contacts": lambda p: p.club,
    "clusters.edit_organisation": lambda p: p.club,
    "learning.create_session": lambda p: things.session(p.north),
    "learning.register_for_session": lambda p: things.session(p.north),
    "learning.leave_session": lambda p: things.session(p.north),
    "learning.create_questionnaire": lambda p: things.questionnaire(p.north),
    "learning.edit_questionnaire": lambda p: things.questionnaire(p.north),
    "dissemination.propose_finding": lambda p: None,
    "learning.register_person": lambda p: things.session(p.north),
}
MADE_BY_WORD = {
    "cluster": lambda p: p.north,
    "organisation": lambda p: p.club,
    "session": lambda p: things.session(p.north),
    "attendance": lambda p: things.session(p.north),
    "practice": lambda p: things.practice(p.north, "submitted"),
    "request": lambda p: things.request(p.north),
    "summary": lambda p: things.request(p.north, "closed"),
    "text": lambda p: things.request(p.north),
    "answers": lambda p: things.request(p.north),
    "answer": lambda p: things.request(p.north),
    "link": lambda p: things.request(p.north),
    "to_feedback": lambda p: things.request(p.north, "closed"),
    "feedback": lambda p: None,
    "lesson": lambda p: things.lesson(p.north, "draft"),
    "ambition": lambda p: things.ambition(p.north, "draft"),
    "point": lambda p: things.ambition(p.north, "open_for_feedback"),
    "plan": lambda p: things.plan(p.north, "draft"),
    "endorsement": lambda p: things.plan(p.north, "decided"),
    "action": lambda p: things.action(p.north, "draft"),
    "progress": lambda p: things.action(p.north),
    "milestone": lambda p: things.action(p.north),
    "result": lambda p: things.result(p.north, "draft"),
    "finding": lambda p: things.finding(p.north, "in_review"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("row", DOING, ids=lambda r: r["Act"])
def test_doing(row, people):
    act = row["Act"]
    maker = MADE_OF.get(act) or next(m for word, m in MADE_BY_WORD.items() if act.endswith(word))
    thing = maker(people)
    wrong = [key for key in PERSONS if allowed(person(people, key), act, thing) != (row[key] == "+")]
    assert wrong == []


def test_every_permission_has_its_row():
    import rules.permissions

    ours = {name for name in rules.permissions.permissions if re.match(r"(clusters|learning|actionplans|dissemination)\.", name)}
    assert ours == {row["Act"] for row in DOING}


@pytest.mark.django_db
def test_every_state_has_its_row(people):
    from inno4sports.core.lifecycle import LIFECYCLES

    told = {(row["Thing"].split()[0], row["State"]) for row in SEEING}
    names = {"goodpractice": "practice", "feedbackrequest": "request", "actionplan": "plan"}
    for cycle in LIFECYCLES.values():
        if cycle.model != "feedback":
            name = names.get(cycle.model, cycle.model)
            for state in {cycle.initial} | {s.target for s in cycle.steps if s.target}:
                assert (name, state) in told


@pytest.mark.django_db
def test_removed_member_loses_access_at_once(people, client):
    from clusters.models import Membership
    from inno4sports.core import clock

    thing = things.practice(people.north, "published")
    client.force_login(people.ana, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(thing.get_absolute_url()).status_code == 200
    Membership.objects.filter(user=people.ana).update(removed_at=clock.now(), removed_by=people.ben_acts)
    assert client.get(thing.get_absolute_url()).status_code == 404

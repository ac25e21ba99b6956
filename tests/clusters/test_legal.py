"""What the law asks a portal to say; what is forgotten after its time."""

import datetime as dt
import subprocess
import sys

import pytest
from django.urls import reverse

from clusters.domain import member, organisation
from clusters.models import Invitation, Organisation
from clusters.tasks import tidy_clusters
from inno4sports.core import clock
from tests.ops.portal import ROOT, environment


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["privacy", "accessibility", "imprint", "contact"])
@pytest.mark.parametrize("prefix", ["", "/hu"])
def test_legal_page_is_open_and_sets_no_cookie(client, name, prefix):
    answer = client.get(f"{prefix}/{name}/")
    assert answer.status_code == 200
    assert answer.content.decode().count("<h1") == 1
    assert not answer.cookies


@pytest.mark.django_db
def test_imprint_names_the_operator_of_the_settings(client, settings):
    assert "names no operator" in client.get(reverse("imprint")).content.decode()
    settings.OPERATOR = {
        "name": "Sport Office",
        "address": "Main Street 1",
        "email": "office@example.org",
        "data_protection_email": "dpo@example.org",
    }
    for name, words in (
        ("imprint", "Main Street 1"),
        ("contact", "office@example.org"),
        ("privacy", "dpo@example.org"),
        ("accessibility", "office@example.org"),
    ):
        page = client.get(reverse(name)).content.decode()
        assert words in page, name
        assert "names no operator" not in page


READ_FUNDING = """
import django
django.setup()
from django.template.loader import render_to_string
from django.conf import settings
from django.utils import translation
for language in ("en", "nl"):
    with translation.override(language):
        print(render_to_string("mail/base.txt", {"funding": settings.FUNDING, "site_url": settings.SITE_URL}).strip().splitlines()[-1])
"""


def test_funding_line_names_the_fund_and_programme_of_the_environment(tmp_path):
    def line(**named):
        done = subprocess.run(
            [sys.executable, "-c", READ_FUNDING], cwd=ROOT, env=environment(tmp_path, 8000, **named), capture_output=True, text=True, check=True
        )
        return done.stdout.splitlines()

    english, dutch = line()
    assert english == "European Union | European Regional Development Fund, Interreg Europe"
    assert dutch == "Europese Unie | Europees Fonds voor Regionale Ontwikkeling, Interreg Europe"
    assert line(FUNDING_FUND="Erasmus+", FUNDING_PROGRAMME="Sport 2027")[1] == "Europese Unie | Erasmus+, Sport 2027"


def test_personal_data_is_forgotten_a_year_after_its_end(people):
    given = {"name": "Nina", "role": "partner", "language": "en"}
    with clock.at(clock.now() - dt.timedelta(days=400)):
        old = member.invite_member(people.north, email="old@north.example", by=people.ben_acts, **given)
        used = member.invite_member(people.north, email=people.dora.email, by=people.ben_acts, **given)
        member.accept_invitation(used, by=people.dora_acts)
        club = organisation.sign_up_organisation(
            people.north, name="Old Club", segment="company", city="", website="", summary="", contact_name="Hanna", contact_email="h@old.example",
            contact_language="en", by=None,
        )  # fmt: skip
        organisation.decline_organisation(club, by=people.ben_acts)
    fresh = member.invite_member(people.north, email="new@north.example", by=people.ben_acts, **given)
    tidy_clusters()
    assert set(Invitation.objects.all()) == {used, fresh}
    club = Organisation.objects.get(name="Old Club")
    assert (club.contact_name, club.contact_email, club.status) == ("", "", "declined")
    assert old.pk is not None

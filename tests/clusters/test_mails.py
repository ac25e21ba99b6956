"""Every mail of clusters as it goes out: both parts, in each language, without a title that breaks the header."""

import pytest
from django.conf import settings

from clusters.domain import member, organisation
from inno4sports.core.models import OutboxMail
from inno4sports.core.outbox import rendered


@pytest.fixture
def owed(people):
    """One mail of each kind; the organisation is decided only after the mails about its waiting were written."""
    member.invite_member(
        people.north, email="nina@north.example", name="Nina", role="manager", language="en", organisation=people.club, by=people.ben_acts
    )
    return organisation.sign_up_organisation(
        people.north, name="Club <b>&\nBcc: evil@example.org", segment="company", city="Town", website="", summary="", contact_name="Hanna",
        contact_email="hanna@club.example", contact_language="en", by=None,
    )  # fmt: skip


def parts(template, language):
    row = OutboxMail.objects.get(template=template)
    row.language = language
    message = rendered(row)
    html = message.get_body(("html",)).get_content()
    return message, message.get_body(("plain",)).get_content(), html


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES])
def test_invitation_mail(people, owed, language):
    message, text, html = parts("clusters.invited", language)
    prefix = "" if language == "en" else f"/{language}"
    for part in (text, html):
        assert f"http://testserver{prefix}/invitation/" in part
        assert people.north.name in part
        assert "Ski Club" in part
    assert message["To"] == "nina@north.example"
    assert message["Content-Language"] == language


@pytest.mark.parametrize("template", ["clusters.sign_up_received", "clusters.organisation_to_approve", "clusters.organisation_decided"])
def test_mail_about_an_organisation(people, owed, template):
    if template == "clusters.organisation_decided":
        organisation.approve_organisation(owed, by=people.ben_acts)
    message, text, html = parts(template, "en")
    assert message["Bcc"] is None
    assert "\n" not in message["Subject"]
    assert "Club <b>&" in text
    assert "Club &lt;b&gt;&amp;" in html
    assert people.north.name in text

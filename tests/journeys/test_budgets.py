"""The jobs of the portal and what they may cost: screens, fields that must be filled, words before the first act."""

import html
import re
import uuid

import pytest
from django.urls import reverse

from clusters.models import Cluster, Organisation
from dissemination.models import Finding
from learning.models import FeedbackRequest
from tests.factories import things
from tests.learning import asking
from tests.roof.pages import as_person

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "nl", "es", "hu", "fi", "pl"]


class Job:
    """One person doing one thing: counts each page they are shown, and what they have to fill in."""

    def __init__(self, client, who=None):
        self.client, self.screens, self.filled = client, 0, 0
        if who is not None:
            as_person(client, who)

    def see(self, address):
        self.screens += 1
        self.page = self.client.get(address, follow=True)
        assert self.page.status_code == 200, address
        return self.page

    def send(self, address, **typed):
        """Send the page's form as it stands, with what the person typed; the answer is the next screen."""
        form = self.page.context.get("form")
        given = {b.html_name: b.field.widget.format_value(b.value()) for b in form} if form is not None else {}
        given = {name: value for name, value in given.items() if value not in (None, "", [], [""])}
        self.filled += len(typed)
        self.screens += 1
        self.page = self.client.post(address, given | typed | {"once": str(uuid.uuid4())}, follow=True)
        assert self.page.status_code == 200, self.page.context["form"].errors
        return self.page


def words_before(text: str, mark: str) -> int:
    """Words that are shown between the page's main part and `mark`."""
    before = text.split("<main", 1)[1].split(">", 1)[1].split(mark, 1)[0]
    before = re.sub(r'<(script|template|span class="hidden").*?</(script|template|span)>', " ", before, flags=re.DOTALL)
    return len(html.unescape(re.sub(r"<[^>]+>", " ", before)).split())


@pytest.mark.parametrize("language", LANGUAGES)
def test_feedback_is_answered_without_account_and_at_once(language, people, client):
    """No sign-in, nothing that must be answered, at most 60 words before the first question: in every language."""
    asked = asking.opened(people, title="Feedback on: Questions and answers on exercise on prescription")
    prefix = "" if language == "en" else f"/{language}"
    job = Job(client)
    text = job.see(f"{prefix}/feedback/{asking.token(asking.invitation(asked))}/").content.decode()
    assert words_before(text, "<legend") <= 60
    assert not re.search(r"<(input|textarea|select)[^>]* required", text.split("<main", 1)[1])
    first = re.search(r'<input type="radio" name="(\w+)"', text).group(1)
    job.send(job.page.request["PATH_INFO"], **{first: "5"})
    assert job.page.request["PATH_INFO"].endswith("/receipt/")
    assert (job.screens, job.filled) == (2, 1), "one tick is an answer"


def test_feedback_is_asked_for_after_a_session_in_three_screens(people, client):
    """Everything is proposed: who asks changes nothing, names the people and sends."""
    session = things.session(people.north, "held")
    job = Job(client, people.ben)
    job.see(reverse("learning:request_create") + f"?session={session.public_id}")
    job.send(job.page.request["PATH_INFO"] + f"?session={session.public_id}")
    address = job.page.request["PATH_INFO"]
    assert address.endswith("/invite/"), "the defaults are right"
    assert job.filled == 0
    job.send(address, addresses="guest@example.org")
    assert job.screens <= 3
    job.send(address, addresses="guest@example.org", confirm="open")
    assert FeedbackRequest.objects.get().status == "open"


def test_member_is_added_in_two_screens(people, client):
    job = Job(client, people.ben)
    address = reverse("clusters:organisation_add", args=["north"])
    job.see(address)
    job.send(address, name="Tennis Club", segment="civil_society")
    assert (job.screens, job.filled) == (2, 2)
    assert Organisation.objects.filter(name="Tennis Club", status="approved").exists()


def test_forty_organisations_are_pasted_in_three_screens(people, client):
    lines = "\n".join(f"Club {n}; company; Town" for n in range(40))
    job = Job(client, people.ben)
    address = reverse("clusters:members_paste", args=["north"])
    job.see(address)
    job.send(address, text=lines)
    job.send(address, text=lines, confirm="1")
    assert job.screens == 3
    assert Organisation.objects.filter(name__startswith="Club ").count() == 40


def test_nothing_changed_is_one_click(people, client):
    action = things.action(people.north)
    job = Job(client, people.ben)
    address = reverse("actionplans:report_nothing", args=[action.plan.slug, action.number])
    assert f'action="{address}"' in job.see(action.get_absolute_url()).content.decode()
    job.client.post(address, {"once": str(uuid.uuid4())})
    assert action.reports.count() == 1


def test_region_is_opened_in_two_screens(people, client):
    job = Job(client, people.ari)
    address = reverse("clusters:cluster_create")
    job.see(address)
    required = {b.html_name for b in job.page.context["form"] if b.field.required and b.value() in (None, "", [])}
    typed = {"name": "West Cluster", "region_name": "West", "code": "WES", "country": "IE", "content_languages": "en"}
    typed |= {"manager_name": "Mary", "manager_email": "mary@west.example", "manager_language": "en"}
    assert required <= set(typed)
    job.send(address, **typed)
    assert job.screens == 2
    assert Cluster.objects.get(code="WES").status == "candidate"


def test_finding_comes_to_review_in_three_screens(people, client):
    result = things.result(people.north)
    job = Job(client, people.edda)
    address = reverse("dissemination:finding_create") + f"?cite={result.kind}:{result.public_id}"
    job.see(address)
    job.send(address, title="Light is the cheapest coach", summary="Ten tracks are lit.", text="Lamps.")
    step = job.page.request["PATH_INFO"] + "steps/submit_finding/"
    assert f'action="{step}"' in job.page.content.decode()
    job.client.post(step, {"once": str(uuid.uuid4())})
    assert job.screens + 1 <= 3
    assert Finding.objects.get().status == "in_review"

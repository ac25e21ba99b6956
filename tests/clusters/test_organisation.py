"""Member organisations: signing up, deciding, adding, pasting, the directory."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from clusters.domain import organisation as acts
from clusters.models import Organisation
from inno4sports.core.lifecycle import WrongState, reindex
from inno4sports.core.models import Notification, OutboxMail, SearchText
from inno4sports.core.outbox import MAILS
from tests import factories as make
from tests.clusters.pages import as_person, post, queries
from tests.clusters.test_cluster import verbs_of

SIGN_UP = {
    "name": "Hockey Club",
    "segment": "civil_society",
    "city": "Town",
    "summary": "Ice",
    "contact_name": "Hanna Hook",
    "contact_email": "Hanna@hockey.example",
    "contact_language": "fi",
}
JOIN = reverse("clusters:organisation_sign_up", args=["north"])
PASTE = reverse("clusters:members_paste", args=["north"])
MEMBERS = reverse("clusters:cluster_members", args=["north"])


def step(organisation, name):
    return reverse("clusters:organisation_step", args=[organisation.slug, name])


def letter(template, row=0):
    mail = OutboxMail.objects.filter(template=template).order_by("id")[row]
    return MAILS[template](mail.ids)


# A stranger signs an organisation up ----------------------------------------------------------------------------------------------


def test_organisation_sign_up_waits_tells_the_managers_and_sends_a_receipt(people, client):
    assert client.get(JOIN).status_code == 200
    answer = post(client, JOIN, SIGN_UP)
    assert answer.status_code == 302
    assert client.get(answer["Location"]).status_code == 200
    made = Organisation.objects.get(name="Hockey Club")
    assert made.status == "pending"
    assert made.contact_email == "hanna@hockey.example"
    assert verbs_of(made) == ["sign_up_organisation"]
    told = Notification.objects.get()
    assert (told.user, told.cause, told.settled_by_way) == (people.ben, "organisation_to_approve", "instant")
    mails = {m.template: (m.to, m.language) for m in OutboxMail.objects.all()}
    assert mails == {"clusters.organisation_to_approve": ("ben@north.example", "en"), "clusters.sign_up_received": ("hanna@hockey.example", "fi")}


def test_organisation_sign_up_keeps_the_person_out_of_the_history(people, client):
    post(client, JOIN, SIGN_UP)
    made = Organisation.objects.get(name="Hockey Club")
    acts.approve_organisation(made, by=people.ben_acts)
    as_person(client, people.dora)
    page = client.get(made.get_absolute_url()).content.decode()
    assert "signed the organisation up" in page
    assert "Hanna" not in page
    assert "hanna@" not in page


def test_organisation_sign_up_sent_twice_acts_once(people, client):
    data = SIGN_UP | {"once": "0d6f3f0a-8d7c-4c5e-9a51-0ad0f0c3f0ab"}
    client.post(JOIN, data)
    client.post(JOIN, data)
    assert Organisation.objects.filter(name="Hockey Club").count() == 1
    assert OutboxMail.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "ski club"),
        ("name", ""),
        ("segment", "army"),
        ("website", "javascript:alert(1)"),
        ("contact_email", "nobody"),
        ("summary", "x" * 1501),
    ],
)
def test_organisation_sign_up_shows_what_is_wrong_and_keeps_what_was_typed(people, client, field, value):
    answer = post(client, JOIN, SIGN_UP | {field: value})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "Hanna Hook" in answer.content.decode()
    assert Organisation.objects.count() == 2
    assert not OutboxMail.objects.exists()


def test_organisation_sign_up_takes_no_state_from_the_form(people, client):
    post(client, JOIN, SIGN_UP | {"status": "approved", "cluster": people.south.slug, "slug": "mine"})
    made = Organisation.objects.get(name="Hockey Club")
    assert (made.status, made.cluster, made.slug) == ("pending", people.north, "hockey-club")


def test_organisation_sign_up_is_limited_by_address(people, client):
    for n in range(5):
        assert post(client, JOIN, SIGN_UP | {"name": f"Club {n}"}).status_code == 302
    assert post(client, JOIN, SIGN_UP | {"name": "One too many"}).status_code == 429
    assert not Organisation.objects.filter(name="One too many").exists()
    assert post(client, JOIN, SIGN_UP | {"name": "Another"}, REMOTE_ADDR="192.0.2.9").status_code == 302


def test_organisation_sign_up_for_a_candidate_or_unknown_region_is_404(people, client):
    make.cluster("tyrol", status="candidate")
    assert client.get(reverse("clusters:organisation_sign_up", args=["tyrol"])).status_code == 404
    as_person(client, people.ari)
    assert client.get(reverse("clusters:organisation_sign_up", args=["tyrol"])).status_code == 404
    assert client.get(reverse("clusters:organisation_sign_up", args=["nowhere"])).status_code == 404


# Deciding ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(people):
    return acts.sign_up_organisation(people.north, website="", by=None, **SIGN_UP)


def test_waiting_organisation_is_seen_by_its_managers_only(people, client, waiting):
    for name, status in (("ben", 200), ("ana", 404), ("carla", 404), ("edda", 404), ("ari", 404)):
        as_person(client, getattr(people, name))
        assert client.get(waiting.get_absolute_url()).status_code == status, name
        assert ("Hockey Club" in client.get(MEMBERS).content.decode()) is (name == "ben"), name
    client.logout()
    assert "Hockey Club" not in client.get(MEMBERS).content.decode()
    assert client.get(waiting.get_absolute_url()).status_code == 404


def test_approving_brings_it_into_the_directory_and_writes_to_the_contact(people, client, waiting):
    as_person(client, people.ben)
    assert post(client, step(waiting, "approve_organisation"), {"version": waiting.version}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.status, waiting.decided_by) == ("approved", people.ben_acts)
    assert verbs_of(waiting) == ["sign_up_organisation", "approve_organisation"]
    mail = OutboxMail.objects.get(template="clusters.organisation_decided")
    assert (mail.to, mail.language) == ("hanna@hockey.example", "fi")
    assert "Hockey Club" in letter("clusters.organisation_decided").subject
    assert SearchText.objects.get(thing_id=waiting.public_id).reach == "public"
    client.logout()
    assert "Hockey Club" in client.get(MEMBERS).content.decode()


def test_declining_writes_to_the_contact_and_can_be_taken_back(people, waiting):
    acts.decline_organisation(waiting, by=people.ben_acts)
    assert letter("clusters.organisation_decided").context["approved"] is False
    assert not SearchText.objects.filter(thing_id=waiting.public_id).exists()
    acts.approve_organisation(waiting, by=people.ben_acts)
    assert letter("clusters.organisation_decided") is None, "the first decision does not stand any more"
    assert letter("clusters.organisation_decided", 1).context["approved"] is True


def test_mails_that_are_no_longer_due_are_not_written(people, waiting):
    assert letter("clusters.organisation_to_approve").context["url"] == "http://testserver" + MEMBERS
    assert letter("clusters.sign_up_received") is not None
    acts.approve_organisation(waiting, by=people.ben_acts)
    assert letter("clusters.organisation_to_approve") is None
    assert letter("clusters.sign_up_received") is None


@pytest.mark.parametrize("name", ["ana", "carla", "edda", "ari"])
def test_organisation_step_is_for_its_managers(people, client, name):
    as_person(client, getattr(people, name))
    assert post(client, step(people.club, "archive_organisation")).status_code == 403


def test_organisation_step_in_the_wrong_state_is_409_and_an_older_version_too(people, client, waiting):
    as_person(client, people.ben)
    assert post(client, step(waiting, "restore_organisation")).status_code == 409
    assert post(client, step(waiting, "approve_organisation"), {"version": 99}).status_code == 409
    assert post(client, step(waiting, "nothing")).status_code == 404
    assert client.get(step(waiting, "approve_organisation")).status_code == 405


def test_archived_organisation_leaves_the_directory_and_comes_back(people, client):
    as_person(client, people.ben)
    post(client, step(people.club, "archive_organisation"))
    page = client.get(MEMBERS)
    assert people.club not in page.context["page"].object_list
    assert [o.name for o in page.context["not_shown"]] == ["Ski Club"]
    post(client, step(people.club, "restore_organisation"))
    assert people.club in client.get(MEMBERS).context["page"].object_list
    assert verbs_of(people.club) == ["archive_organisation", "restore_organisation"]


# Editing and adding ---------------------------------------------------------------------------------------------------------------


def edited(organisation, **changed):
    return {"name": organisation.name, "segment": "company", "language": "en", "version": organisation.version} | changed


def test_organisation_edit_by_its_own_partner_and_by_its_manager(people, client):
    topic = make.topic("snow")
    url = reverse("clusters:organisation_edit", args=[people.club.slug])
    as_person(client, people.ana)
    assert post(client, url, edited(people.club, summary="We ski", topics=[topic.slug])).status_code == 302
    people.club.refresh_from_db()
    assert (people.club.summary, list(people.club.topics.all())) == ("We ski", [topic])
    as_person(client, people.ben)
    assert post(client, url, edited(people.club, summary="We ski a lot")).status_code == 302
    assert verbs_of(people.club) == ["edit_organisation", "edit_organisation"]


def test_organisation_edit_is_closed_to_others(people, client):
    url = reverse("clusters:organisation_edit", args=[people.club.slug])
    assert client.get(url).status_code == 302
    for name in ("dora", "carla", "edda", "ari"):
        as_person(client, getattr(people, name))
        assert post(client, url, edited(people.club)).status_code == 403, name


def test_organisation_edit_over_a_newer_version_shows_both(people, client):
    url = reverse("clusters:organisation_edit", args=[people.club.slug])
    as_person(client, people.ben)
    opened = edited(people.club)
    post(client, url, opened | {"summary": "First"})
    answer = post(client, url, opened | {"summary": "Second"})
    assert answer.status_code == 409
    assert "First" in answer.content.decode()
    assert "Second" in answer.content.decode()


def test_contact_is_shown_to_the_own_organisation_and_the_managers(people, client):
    people.club.contact_name, people.club.contact_email = "Hanna", "hanna@ski.example"
    people.club.save()
    for name, seen in (("ana", True), ("ben", True), ("dora", False), ("carla", False), ("edda", False), ("ari", False)):
        as_person(client, getattr(people, name))
        assert ("hanna@ski.example" in client.get(people.club.get_absolute_url()).content.decode()) is seen, name
    client.logout()
    assert "hanna@ski.example" not in client.get(people.club.get_absolute_url()).content.decode()


def test_organisation_add_is_approved_at_once_and_tells_nobody(people, client):
    as_person(client, people.ben)
    url = reverse("clusters:organisation_add", args=["north"])
    assert post(client, url, {"name": "Gym", "segment": "company", "language": "en"}).status_code == 302
    made = Organisation.objects.get(name="Gym")
    assert (made.status, made.decided_by, made.created_by) == ("approved", people.ben_acts, people.ben_acts)
    assert not OutboxMail.objects.exists()
    assert post(client, url, {"name": "gym", "segment": "company", "language": "en"}).status_code == 422
    as_person(client, people.ana)
    assert client.get(url).status_code == 403


def test_add_organisation_asks_who_may_and_refuses_a_second_name(people):
    with pytest.raises(PermissionDenied):
        acts.add_organisation(people.north, name="Gym", segment="company", by=people.carla_acts)
    with pytest.raises(WrongState):
        acts.add_organisation(people.north, name="SKI CLUB", segment="company", by=people.ben_acts)


# Pasting ----------------------------------------------------------------------------------------------------------------------

LIST = "Gym; company; Town; gym.example\nCity Hall; government\n"


def test_members_paste_shows_line_by_line_and_writes_nothing(people, client):
    as_person(client, people.ben)
    answer = post(client, PASTE, {"text": LIST})
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "2 organisations would be added" in page
    assert "https://gym.example" in page
    assert Organisation.objects.count() == 2


def test_members_paste_confirmed_adds_all(people, client):
    as_person(client, people.ben)
    answer = post(client, PASTE, {"text": LIST, "confirm": "yes"})
    assert answer["Location"] == MEMBERS
    made = Organisation.objects.filter(name__in=["Gym", "City Hall"])
    assert {(o.name, o.segment, o.city, o.website, o.status) for o in made} == {
        ("Gym", "company", "Town", "https://gym.example", "approved"), ("City Hall", "government", "", "", "approved")
    }  # fmt: skip
    assert all(verbs_of(o) == ["add_organisation"] for o in made)


def test_members_paste_names_what_is_wrong_and_what_was_meant(people, client):
    as_person(client, people.ben)
    text = "Gym; companny\n; company\nGym; company\nHall; zzzzzz\nPark; company; Town; not a site\nSki Clubb; company"
    answer = post(client, PASTE, {"text": text, "confirm": "yes"})
    assert answer.status_code == 422
    lines = answer.context["form"].lines
    assert "Did you mean “company”?" in lines[0].errors[0]
    assert "name is missing" in lines[1].errors[0]
    assert "line 1" in lines[2].errors[0]
    assert "Use one of" in lines[3].errors[0]
    assert "no address" in lines[4].errors[0]
    assert lines[5].errors == []
    assert "Ski Club" in lines[5].notes[0]
    assert Organisation.objects.count() == 2


def test_members_paste_leaves_out_who_is_there_already(people, client):
    as_person(client, people.ben)
    post(client, PASTE, {"text": "ski club; company\nGym; company", "confirm": "yes"})
    assert sorted(Organisation.objects.filter(cluster=people.north).values_list("name", flat=True)) == ["Gym", "Ski Club"]
    again = post(client, PASTE, {"text": "ski club; company\nGym; company", "confirm": "yes"})
    assert again.status_code == 200
    assert "All of them are in this cluster already" in again.content.decode()


def test_members_paste_understands_spreadsheet_cells_headings_and_words_of_any_language(people, client):
    as_person(client, people.ben)
    answer = post(client, PASTE, {"text": "Name\tKind\tPlace\nGym\tCOMPANY\tTown\nLab\tknowledge institute"})
    assert [(li.name, li.segment, li.errors) for li in answer.context["form"].lines] == [("Gym", "company", []), ("Lab", "knowledge_institute", [])]


def test_members_paste_takes_a_csv_file_and_shows_its_text_for_mending(people, client):
    as_person(client, people.ben)
    upload = SimpleUploadedFile("members.csv", '\ufeffname,kind\n"Gym, Town",company\n'.encode())
    answer = post(client, PASTE, {"upload": upload})
    assert answer.status_code == 200
    assert answer.context["form"].rows[0].name == "Gym, Town"
    assert "Gym, Town" in answer.context["again"].initial["text"]


def test_members_paste_refuses_nothing_and_a_picture(people, client):
    as_person(client, people.ben)
    assert post(client, PASTE, {"text": "  "}).status_code == 422
    picture = SimpleUploadedFile("members.csv", b"\x89PNG\r\n\x1a\n\xff\xfe")
    assert post(client, PASTE, {"upload": picture}).status_code == 422


def test_members_paste_is_for_managers_of_the_region(people, client):
    for name in ("ana", "carla", "ari"):
        as_person(client, getattr(people, name))
        assert client.get(PASTE).status_code == 403, name


def test_add_organisations_adds_all_or_none(people):
    rows = [acts.Row("Gym", "company"), acts.Row("Ski Club", "company")]
    with pytest.raises(WrongState):
        acts.add_organisations(people.north, rows=rows, by=people.ben_acts)
    assert not Organisation.objects.filter(name="Gym").exists()


# The directory --------------------------------------------------------------------------------------------------------------------


def test_cluster_members_filters_by_words_kind_and_topic(people, client):
    topic = make.topic("snow")
    tyo = make.organisation(people.north, name="Työpaja", segment="fieldlab", summary="Makers")
    tyo.topics.add(topic)
    for organisation in (tyo, people.club):
        reindex(organisation)
    for wanted in ({"q": "tyopaja"}, {"q": "makers snow"}, {"segment": "fieldlab"}, {"topic": "snow"}):
        assert list(client.get(MEMBERS, wanted).context["page"]) == [tyo], wanted
    assert "No member fits" in client.get(MEMBERS, {"q": "zzz"}).content.decode()
    assert list(client.get(MEMBERS, {"topic": "no-such-topic"}).context["page"]) == [people.club, tyo]


@pytest.mark.parametrize("name", ["ben", "ana", None])
def test_cluster_members_takes_as_many_queries_for_thirty_as_for_one(people, client, name):
    def fill(n):
        for _ in range(n):
            make.organisation(people.north).topics.add(make.topic())
            make.organisation(people.north, status="pending")
            make.member(people.north, make.user())

    if name:
        as_person(client, getattr(people, name))
    fill(1)
    few = queries(client, MEMBERS)
    fill(30)
    assert queries(client, MEMBERS) == few <= 12


def test_cluster_members_turns_pages(people, client):
    for _ in range(25):
        make.organisation(people.north)
    assert len(client.get(MEMBERS).context["page"].object_list) == 20
    assert len(client.get(MEMBERS, {"page": 2}).context["page"].object_list) == 6
    assert client.get(MEMBERS, {"page": 3}).status_code == 404


def test_members_paste_refuses_too_many_lines_and_cells_without_end(people, client):
    as_person(client, people.ben)
    answer = post(client, PASTE, {"text": "\n".join(f"Club {n}; company" for n in range(301))})
    assert answer.status_code == 422
    assert "301 lines" in answer.content.decode()
    assert post(client, PASTE, {"text": 'Gym; "' + "x" * 140_000}).status_code == 422

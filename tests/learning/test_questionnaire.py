"""Building questionnaires: what a question needs, when it is frozen, whose it is."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from inno4sports.core.lifecycle import Conflict, WrongState
from inno4sports.core.models import HistoryEvent
from learning.domain.questionnaire import QuestionDraft, create_questionnaire, edit_questionnaire
from learning.models import Questionnaire

from . import asking

pytestmark = pytest.mark.django_db


def drafts(text="How was it?"):
    return [
        QuestionDraft("rating", {"en": text, "es": "¿Qué tal?"}),
        QuestionDraft("choice", {"en": "Again?"}, required=True, choices=[{"en": "Yes"}, {"en": "No"}]),
    ]


def built(people, cluster=None, by=None):
    return create_questionnaire(cluster=cluster or people.north, title="Ours", language="en", questions=drafts(), by=by or people.ben_acts)


def rows(*questions, total=None, **fields):
    data = {"title": "Ours", "questions-TOTAL_FORMS": str(total or len(questions)), "questions-INITIAL_FORMS": "0"}
    for n, question in enumerate(questions):
        data |= {f"questions-{n}-{name}": value for name, value in question.items()}
    return data | fields


def sign_in(client, who):
    client.force_login(who, backend="allauth.account.auth_backends.AuthenticationBackend")


# Acts -----------------------------------------------------------------------------------------------------------------------


def test_create_questionnaire_gives_language_free_keys(people):
    questions = list(built(people).questions.all())
    assert [q.key for q in questions] == ["q1", "q2"]
    assert [c["key"] for c in questions[1].choices] == ["c1", "c2"]


def test_create_questionnaire_for_another_cluster_is_refused(people):
    for cluster, by in ((people.south, people.ben_acts), (people.north, people.ana_acts), (people.north, people.edda_acts)):
        with pytest.raises(PermissionDenied):
            built(people, cluster, by)


def test_edit_questionnaire_replaces_the_questions_and_records_it(people):
    sheet = built(people)
    edit_questionnaire(sheet, title="Better", questions=drafts("Was it any good?")[:1], by=people.ben_acts, version=sheet.version)
    assert [str(q) for q in sheet.questions.all()] == ["Was it any good?"]
    assert HistoryEvent.objects.filter(thing_id=sheet.public_id, verb="edit_questionnaire").exists()


def test_edit_questionnaire_is_frozen_once_answered(people):
    sheet = asking.questionnaire(people.north)
    asking.answered(people, questionnaire=sheet)
    with pytest.raises(WrongState):
        edit_questionnaire(sheet, title="Other", questions=drafts(), by=people.ben_acts)
    assert sheet.questions.count() == 5


def test_edit_questionnaire_that_is_shipped_is_refused_to_all(people):
    sheet = Questionnaire.objects.filter(shipped=True).first()
    with pytest.raises(WrongState):
        edit_questionnaire(sheet, title="Mine now", questions=drafts(), by=people.edda_acts)
    with pytest.raises(PermissionDenied):
        edit_questionnaire(sheet, title="Mine now", questions=drafts(), by=people.ben_acts)


def test_edit_questionnaire_on_an_older_version_is_a_conflict(people):
    sheet = built(people)
    opened = sheet.version
    edit_questionnaire(sheet, title="First", questions=drafts(), by=people.ben_acts, version=opened)
    with pytest.raises(Conflict):
        edit_questionnaire(sheet, title="Second", questions=drafts(), by=people.ben_acts, version=opened)


# Pages ----------------------------------------------------------------------------------------------------------------------


def test_questionnaire_list_is_for_who_may_ask(people, client):
    built(people)
    for who, status in (("ben", 200), ("edda", 200), ("ana", 403), ("ari", 403)):
        sign_in(client, getattr(people, who))
        assert client.get(reverse("learning:questionnaire_list")).status_code == status, who
    sign_in(client, people.carla)
    page = client.get(reverse("learning:questionnaire_list")).content.decode()
    assert "After a session" in page
    assert "Ours" not in page


def test_questionnaire_detail_of_another_cluster_is_not_found(people, client):
    sheet = built(people)
    for who, status in (("ben", 200), ("carla", 404), ("ana", 404), ("ari", 404)):
        sign_in(client, getattr(people, who))
        assert client.get(sheet.get_absolute_url()).status_code == status, who


def test_questionnaire_create_saves_rows_and_leaves_out_empty_ones(people, client):
    sign_in(client, people.ben)
    assert client.get(reverse("learning:questionnaire_create")).status_code == 200
    data = rows(
        {"question_kind": "choice", "text_en": "Again?", "choices_en": "Yes\r\nNo\r\n", "text_fi": "Uudestaan?", "choices_fi": "Kyllä\nEi"},
        {"question_kind": "rating", "text_en": ""},
        {"question_kind": "long_text", "text_en": "Why?"},
    )
    answer = client.post(reverse("learning:questionnaire_create"), data)
    sheet = Questionnaire.objects.get(shipped=False)
    assert answer["Location"] == sheet.get_absolute_url()
    first, second = sheet.questions.all()
    assert first.choices == [{"key": "c1", "labels": {"en": "Yes", "fi": "Kyllä"}}, {"key": "c2", "labels": {"en": "No", "fi": "Ei"}}]
    assert (second.key, second.texts) == ("q2", {"en": "Why?"})
    assert sheet.cluster == people.north


@pytest.mark.parametrize(("question", "field"), [
    ({"question_kind": "choice", "text_en": "Again?", "choices_en": "Only one"}, "choices_en"),
    ({"question_kind": "choice", "text_en": "A?", "choices_en": "1\n2", "text_fi": "B?", "choices_fi": "1"}, "choices_fi"),
    ({"question_kind": "rating", "text_fi": "Vain suomeksi"}, "text_en"),
    ({"question_kind": "long_text", "text_en": "Why?", "required": "on"}, "required"),
    ({"question_kind": "dance", "text_en": "Why?"}, "question_kind"),
])  # fmt: skip
def test_questionnaire_create_says_what_is_wrong_and_keeps_it(people, client, question, field):
    sign_in(client, people.ben)
    answer = client.post(reverse("learning:questionnaire_create"), rows(question))
    assert answer.status_code == 422
    assert field in answer.context["questions"][0].errors
    assert question.get("text_en", question.get("text_fi")) in answer.content.decode()
    assert not Questionnaire.objects.filter(shipped=False).exists()


def test_questionnaire_create_names_languages_in_the_readers_and_calls_no_needed_text_optional(people, client):
    people.north.content_languages = ["fi"]
    people.north.save()
    sign_in(client, people.ben)
    page = client.post(f"/hu{reverse('learning:questionnaire_create')}", rows({"question_kind": "rating", "text_en": "Why?"})).text
    assert "Finn" in page
    assert "Suomi" not in page.partition("<main")[2].partition("</main>")[0]
    label = re.search(r'<label for="id_questions-0-text_fi">(.*?)</label>', page, re.DOTALL).group(1)
    assert "nem kötelező" not in label, label


def test_questionnaire_create_opens_what_holds_words_or_an_error(people, client):
    sign_in(client, people.ben)
    address = reverse("learning:questionnaire_create")
    shown = client.post(address, rows({"question_kind": "choice", "text_en": "Again?", "text_pl": "Jeszcze?"})).text
    assert re.search(
        r'<details open><summary class="small">Choices, for one of several</summary>(?:(?!</details>).)*Write at least two', shown, re.DOTALL
    )
    assert "<details open><summary>Other languages" in shown
    assert "<details><summary>Other languages" in client.get(address).text


def test_questionnaire_create_needs_the_language_of_its_host(people, client):
    people.north.content_languages = ["fi", "en"]
    people.north.save()
    sign_in(client, people.ben)
    answer = client.post(reverse("learning:questionnaire_create"), rows({"question_kind": "rating", "text_en": "How?"}))
    assert "text_fi" in answer.context["questions"][0].errors


def test_questionnaire_create_adds_rows_without_saving(people, client):
    sign_in(client, people.ben)
    answer = client.post(reverse("learning:questionnaire_create"), rows({"question_kind": "rating", "text_en": "Kept?"}, more="1"))
    assert answer.status_code == 200
    assert len(answer.context["questions"].forms) == 4
    assert "Kept?" in answer.content.decode()
    assert not Questionnaire.objects.filter(shipped=False).exists()


def test_questionnaire_create_begins_from_another_one(people, client):
    sign_in(client, people.ben)
    shipped = Questionnaire.objects.get(title="After a session")
    page = client.get(reverse("learning:questionnaire_create"), {"from": shipped.public_id}).content.decode()
    assert "How useful was the session for you?" in page
    assert "Kokeilen sitä omalla alueellamme" in page


def test_questionnaire_edit_in_two_windows_shows_both(people, client):
    sheet = built(people)
    sign_in(client, people.ben)
    address = reverse("learning:questionnaire_edit", args=[sheet.public_id])
    assert client.get(address).status_code == 200
    mine = rows({"question_kind": "rating", "text_en": "Mine"}, version=str(sheet.version))
    edit_questionnaire(sheet, title="Theirs", questions=drafts("Their question"), by=people.ben_acts)
    answer = client.post(address, mine)
    assert answer.status_code == 409
    assert "Their question" in answer.content.decode()
    assert "Mine" in answer.content.decode()


def test_questionnaire_edit_of_an_answered_one_is_over(people, client):
    sheet = asking.questionnaire(people.north)
    asking.answered(people, questionnaire=sheet)
    sign_in(client, people.ben)
    assert client.get(reverse("learning:questionnaire_edit", args=[sheet.public_id])).status_code == 409


@pytest.mark.parametrize("count", [1, 30])
def test_questionnaire_pages_cost_at_most_twelve_queries(people, client, count, django_assert_max_num_queries):
    for _n in range(count):
        built(people)
    sign_in(client, people.ben)
    with django_assert_max_num_queries(12):
        client.get(reverse("learning:questionnaire_list"))

"""Pages of visitors: kept while nothing changes, never older than the last act, never one person's for another."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections, connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import reverse

from clusters.domain.cluster import edit_cluster
from clusters.models import Cluster
from dissemination.domain.finding import correct_finding
from inno4sports.core import clock
from inno4sports.core.acts import acting
from inno4sports.core.models import ContentVersion
from inno4sports.core.pages import LONGEST_QUERY, Page, Shelf, kept_pages, release
from tests import factories as make
from tests.factories import things


@pytest.fixture
def kept(settings):
    settings.PAGE_CACHE = "on"


@pytest.fixture
def counted(django_assert_num_queries):
    return django_assert_num_queries


def rename(cluster, name, by):
    cluster.refresh_from_db()
    given = {f: getattr(cluster, f) for f in ("own_name", "city", "nuts_code", "timezone", "content_languages", "website", "summary", "began")}
    names = {"en": name}
    return edit_cluster(cluster, name=name, region_names=names, language="en", latitude=None, longitude=None, by=by, **given)


def test_a_page_again_costs_one_read_by_key(kept, client, people, counted):
    first = client.get("/clusters/")
    with counted(1) as queries:
        second = client.get("/clusters/")
    assert second.content == first.content
    assert "FROM core_contentversion WHERE id = 1" in queries[0]["sql"]
    assert second["ETag"] == first["ETag"]
    assert second["Content-Security-Policy"] == first["Content-Security-Policy"]
    assert second["X-Request-ID"] != first["X-Request-ID"]


def test_known_page_is_answered_304_before_anything_is_computed(kept, client, people, counted):
    tag = client.get("/clusters/")["ETag"]
    with counted(1):
        answer = client.get("/clusters/", headers={"If-None-Match": f'"other", {tag}'})
    assert (answer.status_code, answer.content, answer["ETag"], answer["Cache-Control"]) == (304, b"", tag, "no-cache")
    assert {"Cookie", "Accept-Encoding", "HX-Request"} == set(answer["Vary"].split(", "))


def test_languages_queries_and_encodings_are_pages_of_their_own(kept, client, people):
    tags = {client.get(address)["ETag"] for address in ("/clusters/", "/nl/clusters/", "/clusters/?country=ES", "/clusters/?country=PL")}
    assert len(tags) == 4
    assert "De startlijst" in client.get("/nl/clusters/").text or 'lang="nl"' in client.get("/nl/clusters/").text
    packed = client.get("/", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/")
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain


def test_an_act_ends_pages_and_tags(kept, client, people):
    tag = client.get("/clusters/")["ETag"]
    rename(people.north, "Far North", people.ben_acts)
    answer = client.get("/clusters/", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "Far North" in answer.text


def test_an_act_that_was_taken_back_ends_nothing(kept, client, people):
    tag = client.get("/clusters/")["ETag"]
    with pytest.raises(PermissionDenied):
        rename(people.north, "Far North", people.carla_acts)
    with pytest.raises(RuntimeError), acting():
        raise RuntimeError
    assert client.get("/clusters/")["ETag"] == tag


def test_an_act_inside_an_act_renews_once_and_last(db, counted):
    with counted(6) as queries, acting():  # two savepoints begin and end, one word is written
        make.topic()
        with acting():
            pass
    written = [q["sql"] for q in queries if q["sql"].startswith("INSERT")]
    assert ["clusters_topic" in written[0], "core_contentversion" in written[1]] == [True, True]
    assert len(written) == 2


def test_a_page_is_good_until_a_day_begins_somewhere(kept, client, people):
    with clock.at(dt.datetime(2026, 6, 1, 21, 59, tzinfo=dt.UTC)):
        tag = client.get("/clusters/")["ETag"]
        assert client.get("/clusters/", headers={"If-None-Match": tag}).status_code == 304
    with clock.at(dt.datetime(2026, 6, 1, 22, 0, tzinfo=dt.UTC)):
        assert client.get("/clusters/", headers={"If-None-Match": tag}).status_code == 200


def test_signed_in_people_get_their_own_page(kept, client, people):
    tag = client.get("/clusters/")["ETag"]
    client.force_login(people.ben)
    answer = client.get("/clusters/", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "ETag" not in answer
    assert answer["Cache-Control"] == "private, no-store"
    assert "Ben" in answer.text
    client.logout()
    client.cookies.clear()
    assert "Ben" not in client.get("/clusters/").text


@pytest.mark.parametrize("headers", [{"HX-Request": "true"}, {"Authorization": "Bearer x"}], ids=["fragment", "program"])
def test_what_tells_a_reader_apart_goes_past_the_shelf(kept, client, people, headers):
    tag = client.get("/clusters/")["ETag"]
    answer = client.get("/clusters/", headers={"If-None-Match": tag, **headers})
    assert answer.status_code == 200
    assert "ETag" not in answer


def test_a_page_with_a_form_is_kept_for_nobody(kept, client, people):
    address = reverse("clusters:organisation_sign_up", args=[people.north.slug])
    first = client.get(address)
    assert first.status_code == 200, address
    assert "csrftoken" in first.cookies
    assert "ETag" not in first
    again = client.get(address)  # with the cookie no new one is set
    other = type(client)().get(address)
    assert again.context["csrf_token"] != other.context["csrf_token"]
    assert other.cookies["csrftoken"].value != client.cookies["csrftoken"].value


def test_a_visitor_with_a_cookie_for_forms_gets_kept_pages_and_fills_none(kept, client, people, counted):
    client.cookies["csrftoken"] = "x" * 32
    client.get("/evidence/")
    with pytest.raises(pytest.fail.Exception), counted(1):
        client.get("/evidence/")
    client.cookies.clear()
    client.get("/evidence/")
    client.cookies["csrftoken"] = "x" * 32
    with counted(1):
        client.get("/evidence/")


def test_closed_missing_and_refused_pages_are_not_kept(kept, client, people):
    for address, status in (("/dashboard/", 302), ("/clusters/nowhere/", 404), ("/clusters/?page=99", 404)):
        for _time in range(2):
            answer = client.get(address)
            assert (answer.status_code, "ETag" in answer) == (status, False), address
    assert client.get("/clusters/", HTTP_HOST="evil.example").status_code == 400


def test_whether_we_live_is_not_asked_of_the_database(kept, client, counted, db):
    with counted(0):
        client.get("/health/live")


def test_a_very_long_query_goes_past_the_shelf(kept, client, people):
    assert "ETag" not in client.get("/clusters/?q=" + "x" * LONGEST_QUERY)


def test_the_shelf_holds_so_many_bytes_and_forgets_what_was_asked_for_longest_ago():
    shelf = Shelf(most_bytes=250)
    for name in ("a", "b"):
        shelf.put((name,), Page("1", b"x" * 100, ()))
    assert shelf.get(("a",), "1")
    shelf.put(("c",), Page("1", b"x" * 100, ()))
    assert [bool(shelf.get((name,), "1")) for name in "abc"] == [True, False, True]
    assert shelf.get(("a",), "2") is None
    shelf.put(("a",), Page("2", b"x" * 10, ()))
    assert shelf.bytes == 110


def test_a_release_is_one_digest_of_what_pages_are_made_of():
    assert release() == release()
    assert len(release()) == 64


# Readers beside acts -----------------------------------------------------------------------------------------------------


def fetch(handler, address="/findings/"):
    try:
        answer: HttpResponse = handler.get_response(RequestFactory().get(address))
        answer.close()
        return answer.content.decode()
    finally:
        close_old_connections()


def in_a_thread(function, *arguments):
    """Run it as another process would: with a connection of its own. What it raises, is raised here."""
    caught = []

    def run():
        try:
            function(*arguments)
        except BaseException as error:
            caught.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, caught


def test_a_page_made_while_an_act_commits_is_not_good_afterwards(kept, people):
    """The version is read before the content: what an act changes in between ends the page at once."""

    def page(request):
        read = HttpResponse(Cluster.objects.get(pk=people.north.pk).name)
        if not acted:
            acted.append(rename(people.north, "Far North", people.ben_acts))
        return read

    acted, middleware = [], kept_pages(page)
    assert middleware(RequestFactory().get("/clusters/")).text == "Cluster north"
    assert middleware(RequestFactory().get("/clusters/")).text == "Far North"
    assert middleware(RequestFactory().get("/clusters/")).text == "Far North"


@pytest.mark.django_db(transaction=True)
def test_after_the_answer_of_an_act_no_reader_gets_an_older_page(kept, people):
    """Readers fetch all the time, from one shelf; whoever asks after an act has answered sees what it wrote."""
    finding = things.finding(status="published", title="Lights", summary="Lamps bring people out.")
    handler, stop, old = WSGIHandler(), threading.Event(), []
    done = [0]

    def read():
        while not stop.is_set():
            before = done[0]
            text = fetch(handler, finding.get_absolute_url())
            if before and f"Correction number {before}." not in text:
                old.append(before)

    readers = [in_a_thread(read) for _reader in range(3)]
    try:
        for number in range(1, 16):
            correct_finding(finding, text=f"Correction number {number}.", language="en", by=people.edda_acts)
            done[0] = number
            assert f"Correction number {number}." in fetch(handler, finding.get_absolute_url())
    finally:
        stop.set()
        for thread, _caught in readers:
            thread.join()
    assert not old
    assert [caught for _thread, caught in readers] == [[]] * 3
    assert ContentVersion.objects.count() == 1

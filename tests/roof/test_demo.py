"""The demo's own pages: sign in as anybody it made, read the mail that went out."""

from email.message import EmailMessage

import pytest

from tests import factories as make
from tests.roof.pages import as_person, queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts(people):
    manager = make.user("manager@north.demo.example", "Vastaava", language="fi")
    make.member(people.north, manager, "manager")
    make.user("editor@epsi.demo.example", "EPSI editor")
    return people


@pytest.fixture
def mails(settings, tmp_path):
    settings.MAIL_DIR = tmp_path
    return tmp_path


def letter(
    folder, name="20261101T100000-abc", subject="Palaute", text="Vastaa: http://testserver/fi/feedback/x/\n<script>", html="<p>Hei</p>", language="fi"
):
    mail = EmailMessage()
    mail["Subject"], mail["To"], mail["Date"] = subject, "ana@north.example", "Sun, 01 Nov 2026 10:00:00 +0000"
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
        mail.get_payload()[1].add_related(b"\x89PNG", "image", "png", cid="<emblem>")
    if language:
        mail["Content-Language"] = language
    (folder / f"{name}.eml").write_bytes(mail.as_bytes())


def test_demo_lists_its_accounts_by_region_and_nobody_else(accounts, client):
    text = client.get("/demo/").content.decode()
    assert 'value="manager@north.demo.example"' in text
    assert 'value="editor@epsi.demo.example"' in text
    assert "ana@north.example" not in text
    assert '<button class="btn btn--line btn--small" lang="fi">Vastaava</button>' in text


def test_demo_is_not_kept_by_caches(accounts, client):
    assert "no-store" in client.get("/demo/")["Cache-Control"]


def test_demo_sign_in_leads_to_the_tasks_in_the_language_of_the_account(accounts, client):
    answer = client.post("/demo/sign-in/", {"email": "manager@north.demo.example"})
    assert answer.status_code == 302
    assert answer["Location"] == "/fi/dashboard/"
    assert client.get("/fi/dashboard/").status_code == 200
    # Another account at once, without signing out first.
    assert client.post("/demo/sign-in/", {"email": "editor@epsi.demo.example"})["Location"] == "/dashboard/"


@pytest.mark.parametrize("email", ["ana@north.example", "ari@portal.example", "nobody@north.demo.example", "", "x@notdemo.example"])
def test_demo_sign_in_knows_demo_accounts_alone(accounts, client, email):
    make.user("x@notdemo.example")
    assert client.post("/demo/sign-in/", {"email": email}).status_code == 404
    assert client.get("/dashboard/").status_code == 302


def test_demo_sign_in_needs_a_post_with_its_token(accounts, client):
    assert client.get("/demo/sign-in/").status_code == 405
    client.handler.enforce_csrf_checks = True
    assert client.post("/demo/sign-in/", {"email": "manager@north.demo.example"}).status_code == 403


def test_demo_sign_in_is_closed_to_accounts_that_are(accounts, client):
    gone = make.user("gone@north.demo.example", is_active=False)
    assert client.post("/demo/sign-in/", {"email": gone.email}).status_code == 404


def test_demo_mail_lists_the_newest_first(mails, client):
    letter(mails, "20261101T100000-abc", subject="First")
    letter(mails, "20261102T100000-abc", subject="Second <b>")
    text = client.get("/demo/mail/").content.decode()
    assert text.index("Second &lt;b&gt;") < text.index("First")


def test_demo_mail_without_mail_says_what_comes_here(mails, client):
    assert "No mail yet" in client.get("/demo/mail/").content.decode()
    mails.rmdir()
    assert client.get("/demo/mail/").status_code == 200


def test_demo_letter_shows_text_with_links_and_no_markup_of_its_own(mails, client):
    letter(mails)
    text = client.get("/demo/mail/20261101T100000-abc/").content.decode()
    assert 'href="http://testserver/fi/feedback/x/"' in text
    assert "&lt;script&gt;" in text
    assert '<div class="prose section--near" lang="fi">' in text
    assert "1\u00a0November\u00a02026" in text


def test_demo_letter_html_stands_in_a_sandbox_with_its_pictures_inside(mails, client):
    letter(mails, html='<p>Hei<img src="cid:emblem"></p>')
    answer = client.get("/demo/mail/20261101T100000-abc/html/")
    policy = answer["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert 'src="data:image/png;base64,iVBORw=="' in answer.content.decode()


def test_demo_letter_without_html_or_language_opens(mails, client):
    letter(mails, html="", language="")
    assert client.get("/demo/mail/20261101T100000-abc/").status_code == 200
    assert client.get("/demo/mail/20261101T100000-abc/html/").status_code == 404


@pytest.mark.parametrize("name", ["missing", "..%2fsecret_key", "%2e%2e", "a.b"])
def test_demo_letter_reads_nothing_but_mail(mails, client, name):
    (mails.parent / "secret_key.eml").write_text("Subject: x\n\nsecret")
    assert client.get(f"/demo/mail/{name}/").status_code == 404


def test_demo_takes_as_many_queries_for_one_as_for_thirty(accounts, mails, client):
    before = queries(client, "/demo/")
    for n in range(30):
        where = make.cluster(f"far-{n}")
        make.member(where, make.user(f"manager@far-{n}.demo.example"), "manager")
    assert queries(client, "/demo/") == before
    assert before <= 12


def test_demo_bar_is_a_link_without_a_form(accounts, client):
    text = client.get("/findings/").content.decode()
    bar = text[text.index('class="fund__demo"') :]
    assert 'href="/demo/"' in bar[: bar.index("</p>")]
    assert "<form" not in bar[: bar.index("</p>")]
    as_person(client, accounts.ana)
    assert 'href="/demo/"' in client.get("/dashboard/").content.decode()

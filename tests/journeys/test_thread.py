"""The whole thread in a real browser against the running processes: from a partner's feedback to a finding in a digest."""

import os

import psycopg2
import pytest
from playwright.sync_api import expect, sync_playwright

from tests import services
from tests.core.sinks import Sink, port_of, serve
from tests.journeys.walker import PASSWORD, PostBox, Walker, day, link_in, text_of
from tests.ops.portal import Portal

LAPLAND, VALENCIA, SOUTH, HAJDU = (f"{{role}}@{slug}.demo.example" for slug in ("lapland", "valencia", "south-netherlands", "hajdu-bihar"))
SPANISH = "Más tiempo en la nieve, menos diapositivas."
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=services.chromium_path(), args=["--no-sandbox", "--disable-background-networking"])
        yield chromium
        chromium.close()


@pytest.fixture
def production_like(tmp_path):
    """PostgreSQL, Redis and an SMTP server: what production has, on loopback."""
    name = f"journey_{os.getpid()}"
    admin = psycopg2.connect(host="127.0.0.1", port=5432, user="postgres", dbname="postgres")
    admin.autocommit = True
    admin.cursor().execute(f"DROP DATABASE IF EXISTS {name}")
    admin.cursor().execute(f"CREATE DATABASE {name}")
    sink = Sink()
    controller = serve(sink)
    env = {
        "DATABASE_URL": f"postgres://postgres@127.0.0.1:5432/{name}",
        "REDIS_URL": f"redis://127.0.0.1:6379/{os.getpid() % 8 + 4}",
        "EMAIL_URL": f"smtp://127.0.0.1:{port_of(controller)}",
    }
    with Portal(tmp_path / "data", DEMO="1", DEMO_PASSWORD=PASSWORD, **env) as portal:
        portal.until_ready()
        yield portal, PostBox(sink, tmp_path)
    controller.stop()
    admin.cursor().execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    admin.close()


@pytest.fixture
def embedded(tmp_path):
    """SQLite, the file broker and .eml files: what `make run` gives."""
    with Portal(tmp_path / "data", DEMO="1", DEMO_PASSWORD=PASSWORD) as portal:
        portal.until_ready()
        yield portal, PostBox(None, tmp_path / "data" / "mail")


@pytest.mark.browser
@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.processes
def test_thread_from_feedback_to_digest_as_in_production(browser, production_like):
    walk_the_thread(browser, *production_like)


@pytest.mark.browser
@pytest.mark.processes
def test_thread_from_feedback_to_digest_as_embedded(browser, embedded):
    walk_the_thread(browser, *embedded)


def walk_the_thread(browser, portal, post):
    base = f"http://localhost:{portal.port}"
    lapland = Walker(browser, base, "fi")
    lapland.sign_in(LAPLAND.format(role="manager"))
    quiet_digest(lapland)
    session = hold_a_session(lapland)
    request = ask_for_feedback(lapland, session)
    answer_on_a_phone(browser, base, post)
    hear_share_and_reply(lapland, request, post)

    south = Walker(browser, base, "nl")
    south.sign_in(SOUTH.format(role="manager"))
    lesson = learn(south, request)
    ambition = aspire(south, lesson, browser, base, post)
    result = carry_out(south, lesson, ambition)
    finding = tell(browser, base, result)

    bring_digest(lapland, finding, post)
    see_the_thread(browser, base, lapland)
    for walker in (lapland, south):
        assert walker.complaints == []


def quiet_digest(walker):
    """The digest waits until the end: its hour is set to one that is not now in the zone chosen for it."""
    walker.go("/settings/")
    walker.fill(timezone="Pacific/Honolulu", digest_hour="23", digest="daily")
    walker.send()
    expect(walker.page.locator("[name=digest_hour]")).to_have_value("23")


def hold_a_session(walker):
    walker.go("/learning/sessions/new/")
    walker.fill(title="Lumikävely joen yli", summary="Kävelemme reitin.", place="Rovaniemi", starts_on=day(), audience="network")
    walker.page.locator("main [name=session_kind]").select_option(index=1)
    walker.send()
    path = walker.path()
    walker.step("announce_session")
    walker.step("hold_session")
    return path


def ask_for_feedback(walker, session):
    """Three screens: the session, the request with its defaults, the people."""
    walker.go(session)
    walker.press("main a[href*='/feedback-requests/new/']")
    walker.send()
    walker.fill(addresses=f"{VALENCIA.format(role='partner')}; es; Socio")
    walker.press("main form:has(textarea[name=addresses]) button")
    walker.press("main button[name=confirm][value=open]")
    walker.page.wait_for_load_state()
    return "/feedback-requests/" + walker.path().split("/feedback-requests/")[1].split("/")[0] + "/"


def answer_on_a_phone(browser, base, post):
    """The link in the mail, 360 px wide; the connection goes and comes back; nothing typed is lost; no account."""
    mail = post.wait(VALENCIA.format(role="partner"), "/es/feedback/")
    phone = Walker(browser, base, "es", width=360, height=740)
    phone.page.goto(link_in(mail, "/es/feedback/"))
    assert "/es/feedback/on/" in phone.page.url, "the token left the address"
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "no sideways scroll"
    before = phone.page.locator("main").inner_text().split(phone.page.locator("main fieldset legend").first.inner_text())[0]
    assert len(before.split()) <= 60, f"at most 60 words before the first question, here {len(before.split())}"
    if SCREENSHOTS:
        phone.page.screenshot(path=f"{SCREENSHOTS}/phone.png", full_page=True)
    phone.fill(q1="5", q2="9", q3="c1")
    phone.context.set_offline(True)
    phone.fill(q5=SPANISH)
    expect(phone.page.locator(".save--off")).to_be_visible()
    phone.context.set_offline(False)
    phone.page.reload()
    expect(phone.page.locator("main [name=q5]")).to_have_value(SPANISH)
    with phone.page.expect_navigation():
        phone.page.locator(".bar button.btn").click()
    assert phone.page.url.endswith("/receipt/")
    assert SPANISH in phone.text()
    assert phone.complaints == []


def hear_share_and_reply(walker, request, post):
    walker.go(f"{request}summary/")
    assert SPANISH in walker.text()
    walker.press(f"main li:has-text('{SPANISH}') form button")
    walker.go(request)
    walker.step("close_request")
    walker.step("share_summary")
    walker.go(request)
    walker.step("reply_to_feedback")
    first = walker.page.locator("main [name$='-said']").first
    first.fill("Enemmän aikaa lumella")
    walker.page.locator("main [name$='-text']").first.fill("Ensi kerralla puoli päivää ulkona.")
    walker.press("main form:has([name$='-said']) button.btn")
    post.wait(VALENCIA.format(role="partner"), "Ensi kerralla puoli päivää ulkona.")


def learn(walker, request):
    """From what was said to a shared lesson: the way out stands on the evidence panel."""
    walker.go(request)
    walker.press("main .evidence a[href*='/learning/lessons/new/']")
    walker.fill(title="Buiten leren werkt beter", text="Wie buiten leert, onthoudt meer.", audience="public", level="organisational")
    walker.send()
    path = walker.path()
    walker.step("share_lesson")
    return path


def aspire(walker, lesson, browser, base, post):
    walker.go(lesson)
    walker.press("main .evidence a[href*='/ambitions/new/']")
    walker.fill(title="Elke bijeenkomst half buiten", text="In 2028 is elke bijeenkomst voor de helft buiten.")
    walker.send()
    path = walker.path()
    walker.step("open_ambition")
    walker.send()
    mail = post.wait(HAJDU.format(role="manager"), "Elke bijeenkomst half buiten")
    other = Walker(browser, base, "hu")
    other.page.goto(link_in(mail, "/hu/feedback/"))
    other.fill(q1="4", q2="c1", q3="Mi lesz télen?")
    with other.page.expect_navigation():
        other.page.locator(".bar button.btn").click()
    walker.go(f"{path}points/")
    walker.press("main form:has(textarea[name$='quote']) button")
    walker.choose(walker.page.locator("main [name$='-answer'][value=accepted]").first)
    walker.press("main form:has([name$='-answer']) button.btn")
    walker.go(path)
    assert "Mi lesz télen?" in walker.text()
    slug = walker.page.locator("main .evidence a[href*='/feedback-requests/']", has_text="half buiten").first.get_attribute("href")
    walker.page.goto(f"{base}{slug}")
    walker.step("close_request")
    walker.go(path)
    walker.step("adopt_ambition")
    return path


def carry_out(walker, lesson, ambition):
    walker.go("/action-plans/new/")
    walker.fill(title="Plan buiten leren", policy_instrument="OP Zuid")
    walker.send()
    plan = walker.path()
    walker.press("main a[href$='/actions/new/']")
    walker.fill(title="Half buiten", background="Geleerd in Lapland.", milestones=f"{day(90)} Eerste bijeenkomst buiten")
    for words in ("Buiten leren werkt beter", "Elke bijeenkomst half buiten"):
        walker.choose(walker.page.locator("main label.choice", has_text=words).locator("input"))
    walker.send()
    walker.step("decide_plan")
    walker.step("record_endorsement")
    walker.fill(body="Provincie Noord-Brabant", endorsed_on=day())
    letter = {"name": "besluit.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n"}
    walker.page.set_input_files("main [name=upload]", letter)
    walker.send()
    walker.step("start_plan")
    walker.go(f"{plan}actions/1/report/")
    walker.fill(state="completed", text="Twaalf bijeenkomsten waren voor de helft buiten.")
    walker.page.set_input_files("main [name=upload]", letter | {"name": "verslag.pdf"})
    walker.send()
    walker.press("main form[action$='/result/'] button")
    walker.fill(title="Twaalf bijeenkomsten waren voor de helft buiten")
    walker.send()
    result = walker.path()
    walker.step("publish_result")
    return result


def tell(browser, base, result):
    """Written by an editor, who cannot publish it; published by another."""
    editor = Walker(browser, base)
    editor.sign_in("editor@epsi.demo.example")
    editor.go(result)
    editor.press("main .evidence a[href*='/findings/new/?cite=']")
    editor.fill(title="Learn outside", summary="Twelve sessions were held half outside.", text="## What was done\n\nOutside.", finding_kind="result")
    editor.send()
    path = editor.path()
    editor.step("submit_finding")
    editor.go(path)
    assert not editor.page.locator("form[action*='publish_finding']").count(), "nobody publishes their own"
    second = Walker(browser, base)
    second.sign_in("reviewer@epsi.demo.example")
    second.go(path)
    second.step("publish_finding")
    return path


def bring_digest(walker, finding, post):
    """The next digest of the Lapland manager brings the finding, in Finnish, once."""
    address = LAPLAND.format(role="manager")
    walker.go("/settings/")
    walker.fill(digest_hour="0")
    walker.send()
    mail = post.wait(address, "Learn outside", within=180)
    assert mail["Content-Language"] == "fi"
    assert "/fi/findings/" in text_of(mail)
    assert sum("Learn outside" in text_of(m) for m in post.to(address)) == 1


def see_the_thread(browser, base, manager):
    """Unbroken from feedback to finding: for the network with every title, for a visitor with feedback closed."""
    manager.go("/evidence/")
    stages = manager.page.locator("ol.thread > li")
    assert stages.count() == 6
    assert manager.page.locator("ol.thread > li.is-gap").count() == 0
    words = manager.page.locator("ol.thread").inner_text()
    for title in (
        "Buiten leren werkt beter",
        "Elke bijeenkomst half buiten",
        "Half buiten",
        "Twaalf bijeenkomsten waren voor de helft buiten",
        "Learn outside",
    ):
        assert title in words
    visitor = Walker(browser, base)
    visitor.go("/evidence/")
    seen = visitor.page.locator("ol.thread").inner_text()
    assert "Seen by the network" in seen
    assert "Learn outside" in seen
    assert visitor.context.cookies() == [], "a visitor gets no cookie"

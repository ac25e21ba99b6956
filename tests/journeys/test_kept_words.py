"""What is typed and not saved is there again, in a real browser: after leaving the page, and after the session ended under it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from dissemination.models import Finding
from learning.models import FeedbackInvitation, Lesson
from tests.journeys.screens import EDITOR, LODZ, MANAGER, SCREENS, Screen, answered_request
from tests.journeys.test_screens import Portal, browser, portal, sign_in  # noqa: F401 -- two are fixtures

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
WORDS = "Puolikas lause"


def keeps(screen: Screen) -> bool:
    """Whether the form of that page stays in the browser, by its template or a part of it."""
    text = (TEMPLATES / screen.template).read_text()
    parts = [(TEMPLATES / name).read_text() for name in re.findall(r'{% include "([^"]+)"', text)]
    return screen.status == 200 and not screen.fill and any("data-keep=" in source for source in (text, *parts))


KEEPING = [screen for screen in SCREENS if keeps(screen)]


def field_of(page: Page) -> Locator:
    """The first field into which one writes."""
    written = "textarea, input[type=text], input[type=url], input[type=number], input:not([type])"
    return page.locator("main form[data-keep]").first.locator(written).locator("visible=true").first


def type_half(page: Page) -> str:
    """Begin to write; answers what the field then holds."""
    field = field_of(page)
    field.fill("7" if field.get_attribute("type") == "number" else WORDS)
    return field.input_value()


def test_words_are_back_on_every_page_with_a_form(portal: Portal):  # noqa: F811 -- the fixture
    assert len(KEEPING) > 25, "one row a page: a page with a form that keeps is not found any more"
    wrong = []
    for screen in KEEPING:
        at = screen.at if isinstance(screen.at, str) else screen.at()
        page = portal.window(screen.who)
        assert not portal.open(page, screen, at), screen
        if not field_of(page).count():
            continue  # only ticks and choices
        typed = type_half(page)
        portal.open(page, screen, at)
        if field_of(page).input_value() != typed or not page.get_by_text("What you typed here and did not save is back.").count():
            wrong.append(f"{screen}: lost by leaving the page")
        if screen.who:
            wrong += [f"{screen}: {sentence}" for sentence in after_the_session(portal, screen, at, typed)]
    portal.close()
    assert not wrong, "\n".join(wrong)


def after_the_session(portal: Portal, screen: Screen, at: str, typed: str) -> list[str]:  # noqa: F811
    """The browser has dropped the cookie that was too old: the page that says so shows the words, and so does the form after signing in."""
    page, wrong = portal.window(screen.who), []
    page.context.clear_cookies(name="sessionid")
    form = page.locator("main form[data-keep]").first
    form.evaluate("f => { f.noValidate = true }")
    with page.expect_navigation():
        form.locator("button:not([type=button]):visible").first.click()
    if typed not in page.content():
        wrong.append(f"not shown back at {page.url}")
    sign_in(page.context, screen.who, portal.base)
    portal.open(page, screen, at)
    if field_of(page).input_value() != typed:
        wrong.append("lost when the session ended")
    return wrong


def test_words_are_forgotten_when_they_are_saved_and_when_they_are_dropped(portal: Portal):  # noqa: F811
    page = portal.window(EDITOR)
    at = f"{portal.base}{Finding.objects.filter(status='published').first().get_absolute_url()}steps/correct_finding/"
    page.goto(at)
    type_half(page)
    page.goto(at)
    page.locator("details.ask summary", has_text="Drop it").click()
    page.locator("[data-drop]").click()
    page.wait_for_load_state()
    assert field_of(page).input_value() == ""
    type_half(page)
    page.locator("main form[data-keep] button.btn").last.click()
    page.wait_for_url("**/findings/*/")
    page.goto(at)
    assert field_of(page).input_value() == ""
    portal.close()


def test_words_are_back_after_the_line_broke_while_they_were_sent(portal: Portal):  # noqa: F811
    page = portal.window(EDITOR)
    at = f"{portal.base}/findings/new/"
    page.goto(at)
    type_half(page)
    page.locator("main form[data-keep]").evaluate("f => { f.noValidate = true }")
    page.context.set_offline(True)
    page.locator("main form[data-keep] button.btn").last.click()
    page.wait_for_url("chrome-error://**")
    page.context.set_offline(False)
    page.goto(at)
    assert field_of(page).input_value() == WORDS
    page.locator("main form[data-keep]").evaluate("f => { f.noValidate = true }")
    page.locator("main form[data-keep] button.btn").last.click()
    assert page.locator("main [role=alert]").count() == 1, "not all is there"
    assert field_of(page).input_value() == WORDS
    portal.close()


def test_words_for_one_thing_are_not_offered_for_another(portal: Portal):  # noqa: F811
    """A finding that is begun from a result is about that result."""
    page = portal.window(EDITOR)
    first, second = (f"{portal.base}/findings/new/?cite=learning.lesson:{lesson.public_id}" for lesson in Lesson.objects.filter(status="shared")[:2])
    page.goto(first)
    type_half(page)
    page.goto(second)
    assert field_of(page).input_value() == ""
    page.goto(first)
    assert field_of(page).input_value() == WORDS
    portal.close()


def test_words_in_another_window_are_not_forgotten_when_this_one_saves(portal: Portal):  # noqa: F811
    one = portal.window(EDITOR)
    other = one.context.new_page()
    at = f"{portal.base}{Finding.objects.filter(status='published').first().get_absolute_url()}steps/correct_finding/"
    for page in (one, other):
        page.goto(at)
        type_half(page)
    one.locator("main form[data-keep] button.btn").last.click()
    one.wait_for_url("**/findings/*/")
    other.goto(at)
    assert field_of(other).input_value() == WORDS
    portal.close()


def test_feedback_of_who_has_an_account_outlives_the_session(portal: Portal):  # noqa: F811
    """The saving says where to sign in, sending shows the words back, and after signing in the form has them."""
    row = FeedbackInvitation.objects.filter(request__status="open", withdrawn_at=None, user__isnull=False).select_related("user").first()
    page = portal.window(row.user.email)
    at = f"{portal.base}/feedback/on/{row.public_id}/"
    page.goto(at)
    page.context.clear_cookies(name="sessionid")
    field = page.locator("main form textarea").first
    with page.expect_response("**/draft/") as saving:
        field.fill(WORDS)
    assert saving.value.status == 401
    assert page.locator(".save a").get_attribute("href") == f"/accounts/login/?next=/feedback/on/{row.public_id}/"
    page.locator("main form .bar button").click()
    page.wait_for_load_state()
    assert WORDS in page.locator("main").inner_html()
    assert page.locator(f"main a[href='/accounts/login/?next=/feedback/on/{row.public_id}/']").count()
    sign_in(page.context, row.user.email, portal.base)
    page.goto(at)
    assert field.input_value() == WORDS
    portal.close()


def test_what_is_back_in_a_closed_part_of_a_form_is_in_sight(portal: Portal):  # noqa: F811
    page = portal.window(MANAGER)
    at = f"{portal.base}/learning/lessons/new/"
    page.goto(at)
    groups = page.locator("main form details:not(.ask)")
    groups.nth(1).locator("summary").click()
    box = groups.nth(1).locator("input").first
    box.check()
    page.goto(at)
    page.wait_for_selector("[data-drop]", state="attached")
    assert box.is_checked()
    assert [group.get_attribute("open") is not None for group in groups.all()] == [False, True, False]
    page = portal.window(LODZ)
    page.goto(f"{portal.base}{answered_request().get_absolute_url()}steps/reply_to_feedback/")
    more = page.locator("main form details:not(.ask)")
    more.locator("summary").click()
    more.locator("textarea").last.fill(WORDS)
    page.reload()
    assert more.locator("textarea").last.is_visible()
    assert more.locator("textarea").last.input_value() == WORDS
    portal.close()

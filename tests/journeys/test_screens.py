"""For everybody: every page in a real browser, in both themes, at seven widths, with large text, by keyboard, printed, without JavaScript."""

import os
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.test.signals import template_rendered
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from clusters.models import Cluster, Organisation, User
from inno4sports.core.models import Thing
from learning.models import Questionnaire, SessionKind
from tests import services
from tests.journeys import eyes
from tests.journeys.screens import SCREENS, Screen

SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
AREAS = sorted({screen.area for screen in SCREENS})
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser():
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright runs a loop in this thread, which Django would take for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=services.chromium_path(), args=["--no-sandbox", "--disable-background-networking"])
        yield chromium
        chromium.close()


@pytest.fixture
def portal(browser, live_server, settings, tmp_path):
    settings.MAIL_DIR = tmp_path
    ship()
    call_command("load_demo")
    return Portal(browser, live_server.url)


def ship() -> None:
    """What migrations bring: tests that commit leave the tables empty."""
    for name, model in (("0002_shipped_session_kinds", SessionKind), ("0003_shipped_questionnaire", Questionnaire)):
        if not model.objects.exists():
            import_module(f"learning.migrations.{name}").ship(apps, None)


class Portal:
    """The running portal with its demo data, and one browser window a person."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser, self.base = browser, base
        self.windows: dict[tuple[str, bool], Page] = {}
        self.rendered: list[str] = []
        self.sent = 0
        self.said = words_of_people()
        template_rendered.connect(self.note)

    def note(self, template, **_more) -> None:
        self.rendered.append(template.name)

    def window(self, who: str, scripts: bool = True) -> Page:
        if (who, scripts) not in self.windows:
            context = self.browser.new_context(java_script_enabled=scripts, reduced_motion="reduce")
            if who:
                sign_in(context, who, self.base)
            self.windows[who, scripts] = context.new_page()
        return self.windows[who, scripts]

    def close(self) -> None:
        template_rendered.disconnect(self.note)
        for page in self.windows.values():
            page.context.close()

    def open(self, page: Page, screen: Screen, at: str, language: str = "en") -> list[str]:
        """Go there as a person would; says what is wrong with the answer."""
        prefix = "" if language == "en" or not screen.prefixed else f"/{language}"
        with screen.around():
            if not screen.who:
                page.context.clear_cookies()
            self.rendered.clear()
            answer = page.goto(f"{self.base}{prefix}{at}")
            if screen.fill:
                self.sent += 1  # the same address may be sent a code three times a minute
                answer = send(page, {name: value.replace("{n}", str(self.sent)) for name, value in screen.fill.items()})
        wrong = [] if answer.status == screen.status else [f"answers {answer.status} at {page.url}"]
        return wrong if screen.template in self.rendered else [*wrong, f"shows {self.rendered[:1]} at {page.url}"]


def sign_in(context: BrowserContext, who: str, base: str) -> None:
    client = Client()
    client.force_login(User.objects.get(email=who), backend="allauth.account.auth_backends.AuthenticationBackend")
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": base}])


def send(page: Page, fields: dict[str, str]):
    """Fill the main form and press its button; the answer to it."""
    form = page.locator("main form[method=post]").first
    for name, value in fields.items():
        field = form.locator(f"[name={name}]").first
        field.select_option(value) if field.evaluate("e => e.tagName") == "SELECT" else field.fill(value)
    form.evaluate("f => { f.noValidate = true }")  # what the server says is looked at, not the browser's bubble
    with page.expect_navigation() as answer:
        form.locator("button:not([type=button])").first.click()
    return answer.value


def words_of_people() -> dict[str, str]:
    """What people wrote in one line, and its language; left out what is written the same in two."""
    said: dict[str, str] = {}
    for model in apps.get_models():
        if issubclass(model, Thing) and hasattr(model, "language"):
            for name in ("title", "summary", "challenge"):
                if any(f.name == name for f in model._meta.fields):
                    for text, language in model._base_manager.values_list(name, "language"):
                        said[" ".join((text or "").split())] = language if said.get(text, language) == language else ""
    names = {*Cluster.objects.values_list("name", flat=True), *Organisation.objects.values_list("name", flat=True)}
    return {text: language for text, language in said.items() if text and language and text not in names}


@pytest.mark.parametrize("area", AREAS)
def test_screens_of(area, portal):
    wrong = []
    try:
        for n, screen in enumerate(s for s in SCREENS if s.area == area):
            found = look(portal, screen, f"{n:02}")
            wrong += [f"{screen}: {sentence}" for sentence in found]
    finally:
        portal.close()
    assert not wrong, f"{len(wrong)} things are wrong:\n" + "\n".join(wrong)


def look(portal: Portal, screen: Screen, number: str) -> list[str]:
    """All that is wrong with one page."""
    at = screen.at if isinstance(screen.at, str) else screen.at()
    page = portal.window(screen.who)
    wrong = portal.open(page, screen, at)
    if wrong:
        return wrong
    portal.said |= words_of_people() if callable(screen.at) else {}
    wrong += eyes.structure(page, "en", crumbs=screen.crumbs, indexed=screen.indexed)
    wrong += eyes.foreign_words(page, portal.said)
    wrong += eyes.by_keyboard(page)
    wrong += eyes.sideways(page)
    wrong += eyes.findings_of_axe(page)
    wrong += eyes.printed(page)
    picture(page, screen, number)
    for language in ("fi", "hu") if screen.prefixed else ():
        page.set_viewport_size({"width": 320, "height": eyes.HEIGHT})
        wrong += portal.open(page, screen, at, language)
        found = eyes.structure(page, language, crumbs=screen.crumbs, indexed=screen.indexed) + eyes.sideways(page, (320, 1280))
        wrong += [f"in {language}: {sentence}" for sentence in found + eyes.foreign_words(page, portal.said)]
        if SCREENSHOTS and language == "fi":
            page.set_viewport_size({"width": 320, "height": eyes.HEIGHT})
            page.screenshot(path=Path(SCREENSHOTS) / f"{screen.area}_{number}_{name_of(screen)}_fi.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": eyes.HEIGHT})
    return wrong + without_scripts(portal, screen, at)


def without_scripts(portal: Portal, screen: Screen, at: str) -> list[str]:
    """The page comes without JavaScript too, with everything that can be typed or pressed in sight."""
    page = portal.window(screen.who, scripts=False)
    return [f"without JavaScript: {sentence}" for sentence in portal.open(page, screen, at)]


def name_of(screen: Screen) -> str:
    return str(screen).replace("/", "_").replace(" ", "_")


def picture(page: Page, screen: Screen, number: str) -> None:
    if SCREENSHOTS:
        stem = Path(SCREENSHOTS) / f"{screen.area}_{number}_{name_of(screen)}"
        page.screenshot(path=f"{stem}_light.png", full_page=True)
        page.emulate_media(color_scheme="dark")
        page.screenshot(path=f"{stem}_dark.png", full_page=True)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 320, "height": eyes.HEIGHT})
        page.screenshot(path=f"{stem}_320.png", full_page=True)

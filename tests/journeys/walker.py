"""A person at a real browser, in words: sign in, fill, press, take a step; and a post box that is read like theirs."""

import datetime as dt
import email
import pathlib
import re
import time
from email import policy

from playwright.sync_api import Browser, Locator, Page

from tests.core.sinks import Sink

PASSWORD = "a-pass-phrase-of-the-journey"


class Walker:
    """One person, one browser context; `language` is the prefix of the pages they walk."""

    def __init__(self, browser: Browser, base: str, language: str = "en", width: int = 1280, height: int = 900) -> None:
        self.base, self.prefix = base, "" if language == "en" else f"/{language}"
        self.context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.complaints: list[str] = []
        self.page.on("console", lambda m: self.complaints.append(m.text) if "Content Security Policy" in m.text else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}{self.prefix}{path}")

    def sign_in(self, address: str) -> None:
        self.go("/accounts/login/")
        self.fill(login=address, password=PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url("**/dashboard/")

    def fill(self, **values: str) -> None:
        """Text into fields, by name; radio buttons and tick boxes by the value; a select by its value."""
        for name, value in values.items():
            field = self.page.locator(f"main [name='{name}']")
            kind = field.first.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
            if kind in ("radio", "checkbox"):
                self.choose(self.page.locator(f"main [name='{name}'][value='{value}']"))
            elif kind == "select":
                field.select_option(value)
            else:
                field.fill(value)

    def choose(self, field: Locator) -> None:
        """Tick or choose by keyboard, as the field itself may lie under its label."""
        closed = field.locator("xpath=ancestor::details[not(@open)]/summary")
        if closed.count():
            closed.click()
        field.focus()
        if not field.is_checked():
            field.press("Space")
        assert field.is_checked()

    def send(self) -> None:
        """Press the form's own button: the last filled one of the page's main form."""
        with self.page.expect_navigation():
            self.page.locator(
                "main form[method=post].questions button.btn, main form[method=post].stack button.btn, main form.narrow button.btn"
            ).first.click()
        assert not self.page.locator(".banner--bad").count(), self.page.locator(".banner--bad").first.inner_text()

    def press(self, selector: str) -> None:
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()

    def step(self, name: str) -> None:
        """Take a lifecycle step by its button; one that asks first is asked."""
        form = self.page.locator(f"main form[action*='/steps/{name}/']")
        if form.count():
            ask = self.page.locator(f"main details:has(form[action*='/steps/{name}/']) > summary")
            if ask.count():
                ask.click()
            with self.page.expect_navigation():
                form.locator("button").click()
        else:
            self.press(f"main a[href*='/steps/{name}/']")

    def path(self) -> str:
        """The present address without base and language."""
        return self.page.url.removeprefix(self.base).removeprefix(self.prefix)

    def text(self) -> str:
        return self.page.locator("main").inner_text()


class PostBox:
    """What the mail server took, or what lies as .eml files."""

    def __init__(self, sink: Sink | None, folder: pathlib.Path) -> None:
        self.sink, self.folder = sink, folder

    def mails(self) -> list:
        if self.sink is not None:
            return list(self.sink.mails)
        return [email.message_from_bytes(p.read_bytes()) for p in sorted(self.folder.glob("*.eml"))] if self.folder.exists() else []

    def to(self, address: str) -> list:
        return [m for m in self.mails() if m["To"] == address]

    def wait(self, address: str, holds: str, within: float = 120):
        """The mail to `address` whose text holds `holds`."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            for mail in self.to(address):
                if holds in text_of(mail):
                    return mail
            time.sleep(0.5)
        raise AssertionError(f"no mail to {address} with {holds!r}; got {[m['Subject'] for m in self.to(address)]}")


def text_of(mail) -> str:
    message = email.message_from_bytes(mail.as_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    return body.get_content() if body is not None else ""


def link_in(mail, word: str) -> str:
    """The first address in a mail that holds `word`."""
    return next(u for u in re.findall(r"https?://\S+", text_of(mail)) if word in u)


def day(days: int = 0) -> str:
    return (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days)).isoformat()

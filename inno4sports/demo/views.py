"""The demo's own pages: sign in as anybody, read the mail that went out. Production has none of them."""

import base64
import datetime as dt
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from clusters.models import Membership, User
from inno4sports.core.forms import clean_text

DOMAIN = ".demo.example"
SHOWN = 100
# A mail brings its own styles and pictures; it runs nothing, sends nothing and fetches nothing.
SANDBOX = {
    "default-src": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": ["data:"],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-top-navigation-by-user-activation"],
}


def demo_users() -> list[User]:
    return list(User.objects.filter(email__endswith=DOMAIN).order_by("email"))


@login_not_required
@never_cache
@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """Everybody there is, by region."""
    members = Membership.objects.current().filter(user__email__endswith=DOMAIN).select_related("user", "cluster")
    groups: dict[int, list[Membership]] = {}
    for membership in members:
        groups.setdefault(membership.cluster_id, []).append(membership)
    of_regions = {m.user_id for rows in groups.values() for m in rows}
    others = [u for u in demo_users() if u.pk not in of_regions]
    return render(request, "inno4sports/demo.html", {"groups": list(groups.values()), "others": others})


@login_not_required
@never_cache
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in as a demo account, and go to its tasks in its language."""
    user = get_object_or_404(User, email=clean_text(request.POST.get("email", "")), email__endswith=DOMAIN, is_active=True)
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    with translation.override(user.language):
        return redirect("dashboard")


@dataclass
class Letter:
    """A mail that went out, as the demo shows it."""

    name: str
    mail: EmailMessage

    def part(self, kind: str) -> str:
        body = self.mail.get_body((kind,))
        return body.get_content() if body is not None else ""

    @property
    def text(self) -> str:
        return self.part("plain")

    @property
    def language(self) -> str:
        return self.mail["Content-Language"] or ""

    @property
    def sent_at(self) -> dt.datetime | None:
        return self.mail["Date"].datetime if self.mail["Date"] else None

    @property
    def html(self) -> str:
        """The HTML part with its pictures inside: in a sandbox nothing can be fetched."""
        html = self.part("html")
        for part in self.mail.walk():
            if part.get_content_maintype() == "image" and part["Content-ID"]:
                picture = base64.b64encode(part.get_content()).decode()
                html = html.replace(f"cid:{part['Content-ID'].strip('<>')}", f"data:{part.get_content_type()};base64,{picture}")
        return html


def letter_at(path: Path) -> Letter:
    return Letter(path.stem, message_from_bytes(path.read_bytes(), policy=policy.default))


@login_not_required
@never_cache
@require_safe
def demo_mail(request: HttpRequest) -> HttpResponse:
    """The latest mails, newest first."""
    files = sorted(settings.MAIL_DIR.glob("*.eml"), reverse=True)[:SHOWN] if settings.MAIL_DIR.exists() else []
    return render(request, "inno4sports/demo_mail.html", {"letters": [letter_at(path) for path in files]})


def found_letter(name: str) -> Letter:
    try:
        return letter_at(settings.MAIL_DIR / f"{name}.eml")  # `name` is a slug: no dots, no slashes
    except OSError as error:  # not there, or a name that no file can have
        raise Http404 from error


@login_not_required
@never_cache
@require_safe
def demo_letter(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "inno4sports/demo_letter.html", {"letter": found_letter(name)})


@login_not_required
@never_cache
@xframe_options_sameorigin
@require_safe
def demo_letter_html(_request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part, in a sandbox: a mail's own styles, no script, no form, nothing from elsewhere."""
    html = found_letter(name).html
    if not html:
        raise Http404
    response = HttpResponse(html)
    response._csp_replace = SANDBOX  # type: ignore[attr-defined]  # django-csp's own way
    return response

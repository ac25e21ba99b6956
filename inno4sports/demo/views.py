"""The demo's own pages: sign in as anybody, read the mail that went out. Production has none of them."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

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

DOMAIN = ".example"
SHOWN = 100


def demo_users() -> "list[User]":
    return list(User.objects.filter(email__endswith=f"demo{DOMAIN}").order_by("email"))


@login_not_required
@never_cache
@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """Everybody there is, by region."""
    members = Membership.objects.current().filter(user__email__endswith=f"demo{DOMAIN}").select_related("user", "cluster")
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
    user = get_object_or_404(User, email=request.POST.get("email", ""), email__endswith=f"demo{DOMAIN}", is_active=True)
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
    def links(self) -> list[str]:
        """The addresses in the text, so that they can be followed."""
        return [word for word in self.text.split() if word.startswith(settings.SITE_URL)]


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
    path = settings.MAIL_DIR / f"{name}.eml"  # `name` is a slug: no dots, no slashes
    if not path.is_file():
        raise Http404
    return letter_at(path)


@login_not_required
@never_cache
@require_safe
def demo_letter(request: HttpRequest, name: str) -> HttpResponse:
    return render(request, "inno4sports/demo_letter.html", {"letter": found_letter(name)})


@login_not_required
@never_cache
@xframe_options_sameorigin
@require_safe
def demo_letter_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part, in a sandbox: a mail's own styles, no script, no form, nothing from elsewhere."""
    html = found_letter(name).part("html")
    if not html:
        raise Http404
    response = HttpResponse(html.replace("cid:emblem", "/static/img/eu-emblem.svg"))
    response._csp_replace = {"default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "img-src": ["'self'"], "frame-ancestors": ["'self'"], "sandbox": ["allow-popups", "allow-top-navigation-by-user-activation"]}  # type: ignore[attr-defined]  # django-csp's own way
    return response

"""`manage.py create_administrator EMAIL`: the first account of an empty portal, and its first sign-in link."""

from argparse import ArgumentParser
from typing import Any

from allauth.account import app_settings
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from clusters.models import User
from inno4sports.core.forms import valid_address


class Command(BaseCommand):
    help = "Makes EMAIL an administrator and prints a link to choose a password; again for the same EMAIL: a new link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--name", default="", help="how the person is called (default: the address before the @)")
        parser.add_argument("--language", default=settings.LANGUAGE_CODE, choices=[code for code, _ in settings.LANGUAGES])

    def handle(self, *_args: Any, email: str, name: str, language: str, **_options: Any) -> None:
        try:
            valid_address(email)
        except ValidationError as error:
            raise CommandError(f"“{email}” is no e-mail address.") from error
        user, was_there = administrator(email.lower(), name or email.partition("@")[0], language)
        days = settings.PASSWORD_RESET_TIMEOUT // 86400
        self.stdout.write(f"{user.email} is {'now' if was_there else 'the new'} administrator. To choose a password, open within {days} days:")
        self.stdout.write(first_sign_in_link(user))


@transaction.atomic
def administrator(email: str, name: str, language: str) -> tuple[User, bool]:
    """The account with `email`, made if missing, as administrator with a verified address; whether it was there.

    No password is set and no other right is given: an administrator runs the portal and reads no more than others
    (docs/adr/0009).
    """
    user = User.objects.filter(email__iexact=email).first()
    was_there = user is not None
    if user is None:
        user = User.objects.create_user(email, None, name=name, language=language)
    user.is_staff, user.is_active = True, True
    user.save(update_fields=["is_staff", "is_active"])
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    return user, was_there


def first_sign_in_link(user: User) -> str:
    """The page where `user` chooses a password; valid once, for PASSWORD_RESET_TIMEOUT seconds."""
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    with translation.override(user.language):
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})
    return settings.SITE_URL + path

"""How allauth makes and greets accounts, and the forms of a person's own account."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import RequestLoginCodeForm
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import MinimumLengthValidator, password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from inno4sports.core.forms import PortalForm, PortalModelForm

from ..models import Topic, User
from .choices import hours, zones


class AccountAdapter(DefaultAccountAdapter):
    """allauth's way to our users: nobody makes an account alone, mail comes in the person's language."""

    # Said for codes too, and for who asked too often; its own words speak of failed logins only.
    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _("Too many tries. Wait five minutes, then try again."),
        "duplicate_email": _("This address is among yours already."),
        "incorrect_code": _("This is not the code. It stands in the newest mail."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 -- allauth's signature
        """Accounts are made by accepting an invitation; an organisation signs itself up on a page of its own."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """My tasks, in the person's own language whatever the language of the sign-in page was."""
        user = request.user
        with translation.override(user.language if user.is_authenticated else settings.LANGUAGE_CODE):
            return reverse(settings.LOGIN_REDIRECT_URL)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        user = context.get("user") or User.objects.filter(email__iexact=email).first()
        language = getattr(user, "language", None) or translation.get_language() or settings.LANGUAGE_CODE
        with translation.override(language):
            super().send_mail(template_prefix, email, context)


class CodeForm(RequestLoginCodeForm):
    """Asks for a code; takes the address from the form of the password too. Where none was typed there it is asked for."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data and "login" in data and "email" not in data:
            data, kwargs = ({**data.dict(), "email": data["login"]}, kwargs) if data["login"].strip() else (None, {})
        super().__init__(data, *args, **kwargs)


class LongEnough(MinimumLengthValidator):
    """Django's rule in words that stand in all six languages: its own are in English where a translation is missing."""

    def get_error_message(self) -> str:
        return _("The password is too short: it needs at least %(count)s characters.") % {"count": self.min_length}

    def get_help_text(self) -> str:
        return _("At least %(count)s characters.") % {"count": self.min_length}


class AcceptForm(PortalForm):
    """The account of an invited person who has none yet; the address comes from the invitation."""

    name = forms.CharField(
        label=_("Your name"), max_length=120, help_text=_("As colleagues in other regions know you"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    password = forms.CharField(label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, help_text=_("Of the pages and of your e-mails"))

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.data.get("name", "")))
        return password


class SettingsForm(PortalModelForm):
    """What a person chooses for the own account."""

    timezone = forms.ChoiceField(label=_("Time zone"), help_text=_("Times are shown in it, and your digest comes by it"))
    digest_hour = forms.TypedChoiceField(label=_("Hour of the digest"), coerce=int)
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics you follow"),
        queryset=Topic.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Your digest tells of new practices and findings on them"),
    )

    class Meta:
        model = User
        fields = ["name", "language", "timezone", "theme", "digest", "digest_hour", "topics"]
        widgets = {"theme": forms.RadioSelect, "digest": forms.RadioSelect, "name": forms.TextInput(attrs={"autocomplete": "name"})}
        help_texts = {
            "digest": _("One e-mail a day with what concerns you, and only if there is something. E-mails that wait for your answer come at once."),
            "language": _("Of the pages and of your e-mails"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["timezone"].choices = zones(self.instance.timezone)  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["digest_hour"].choices = hours()  # type: ignore[attr-defined]  # a ChoiceField

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"]).strip()
        if not name:
            raise ValidationError(_("Your name is missing."))
        return name

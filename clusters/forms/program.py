"""The forms of programs, and how allauth names our rights to them."""

from typing import Any

import cryptography.hazmat.primitives.serialization  # noqa: F401 -- allauth takes it for imported when it shows its public key
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.forms import ConfirmCodeForm
from allauth.idp.oidc.internal.oauthlib.device_codes import cache_device_code_key, confirm_or_deny_device_code
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inno4sports.core.forms import CleanTextMixin, PortalForm

from ..models import SCOPES, Cluster, Program, ProgramRole, scope_choices, scope_words


class ProgramAdapter(DefaultOIDCAdapter):
    """allauth's way to our programs: rights in words, one address whatever the request says."""

    scope_display = SCOPES

    def get_issuer(self) -> str:
        return str(settings.SITE_URL)

    def populate_server_metadata(self, metadata: dict[str, Any]) -> None:
        """What our programs can use: nothing is asked of a browser, and no token says who somebody is."""
        for name in ("authorization_endpoint", "code_challenge_methods_supported", "userinfo_endpoint"):
            del metadata[name]
        metadata["response_types_supported"] = []
        metadata["scopes_supported"] = list(SCOPES)
        metadata["grant_types_supported"] = ["client_credentials", "urn:ietf:params:oauth:grant-type:device_code", "refresh_token"]


class ProgramForm(PortalForm):
    """What it is called, as whom it acts, what it may do."""

    name = forms.CharField(label=_("Name of the program"), max_length=80, help_text=_("It stands in the history wherever the program did something"))
    role = forms.ChoiceField(label=_("It acts"), widget=forms.RadioSelect)
    scopes = forms.MultipleChoiceField(label=_("What it may do"), choices=scope_choices, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, cluster: Cluster | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [ProgramRole.PARTNER, ProgramRole.MANAGER] if cluster else [ProgramRole.EDITOR]
        self.fields["role"].choices = [(r, r.label) for r in (*roles, ProgramRole.PERSON)]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["role"].initial = roles[0]


class DeviceCodeForm(CleanTextMixin, ConfirmCodeForm):
    """The code that a program shows to its person; valid, it knows the program and what it asks for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].help_text = _("The program shows it to you")

    def clean_code(self) -> str:
        code = super().clean_code().strip()
        self.program = Program.objects.select_related("cluster").filter(client=self.client).first()
        if self.program is None or not self.program.works:
            raise ValidationError(_("This program does not work any more."))
        return code

    @property
    def asked(self) -> list[str]:
        """What the program asks to do, in words."""
        held = cache.get(cache_device_code_key(self.device_code)) or {}
        return scope_words(held.get("scope") or self.client.get_default_scopes())

    def answer(self, user: Any, *, confirm: bool) -> None:
        """Tell the waiting program; the code has served."""
        confirm_or_deny_device_code(user, self.device_code, confirm=confirm)

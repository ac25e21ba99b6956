"""The form that invites a person by mail."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inno4sports.core.forms import AddressField, PortalForm

from ..domain.member import why_not_invited
from ..models import Cluster, Membership, Organisation


class InviteForm(PortalForm):
    """Who is invited, as what, for which member organisation. An administrator appoints managers only."""

    name = forms.CharField(label=_("Name"), max_length=120)
    email = AddressField(label=_("E-mail address"), help_text=_("The invitation works for 14 days and only for this address"))
    role = forms.ChoiceField(label=_("Role"), choices=Membership.Role.choices, widget=forms.RadioSelect, initial=Membership.Role.PARTNER)
    organisation = forms.ModelChoiceField(
        label=_("Member organisation"), queryset=Organisation.objects.none(), required=False, empty_label=_("none"),
        to_field_name="slug", help_text=_("A partner edits what the directory says of it"),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of the invitation"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, cluster: Cluster, managers_only: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cluster = cluster
        self.fields["organisation"].queryset = Organisation.objects.of_cluster(cluster).approved()  # type: ignore[attr-defined]  # a ModelChoiceField
        if managers_only:
            role = self.fields["role"]
            role.choices = [(Membership.Role.MANAGER, Membership.Role.MANAGER.label)]  # type: ignore[attr-defined]  # a ChoiceField
            role.initial = Membership.Role.MANAGER

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "email" in data and "role" in data and (reason := why_not_invited(self.cluster, data["email"], data["role"])):
            self.add_error("email", ValidationError(reason))
        return data

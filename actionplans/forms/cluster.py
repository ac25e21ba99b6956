"""What the forms of ambitions and plans share: for which cluster, in which language."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clusters.models import Cluster
from inno4sports.core.forms import PortalModelForm


class OfClusterForm(PortalModelForm):
    """Whoever manages one cluster is not asked which."""

    cluster = forms.ModelChoiceField(Cluster.objects.none(), label=_("Cluster"))
    language = forms.ChoiceField(label=_("Language of the text"), choices=settings.LANGUAGES)
    only: Cluster | None = None

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.settle("cluster", self.instance.cluster.slug)
            return
        own = list(Cluster.objects.filter(pk__in=user.managed_ids))
        self.fields["cluster"].queryset = Cluster.objects.filter(pk__in=user.managed_ids)
        self.initial |= {"cluster": own[0] if own else None, "language": get_language() or "en"}
        if len(own) == 1:
            self.only = own[0]
            self.settle("cluster", own[0].slug)

    def clean(self) -> dict[str, Any]:
        super().clean()
        if self.only is not None:
            self.cleaned_data["cluster"] = self.only
            if self.data.get("cluster", self.only.slug) != self.only.slug:
                self.add_error(None, forms.ModelChoiceField.default_error_messages["invalid_choice"])
        return self.cleaned_data

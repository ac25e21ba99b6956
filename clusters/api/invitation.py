"""Invitations that wait for an answer, for the managers of the cluster: as on the members' page."""

from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Label, Reference, Shape, shape_of
from inno4sports.core.api.writing import Act
from inno4sports.core.permissions import allowed

from ..domain import member as acts
from ..forms.member import InviteForm
from ..models import Cluster, Invitation


@shape_of("clusters.invitation")
class InvitationShape(Shape):
    id = serializers.UUIDField(source="public_id", read_only=True)
    cluster = Reference("clusters.cluster")
    organisation = Reference("clusters.organisation")
    role_label = Label("role")

    class Meta:
        model = Invitation
        fields = [
            "id", "cluster", "organisation", "email", "name", "role", "role_label", "language", "invited_at", "expires_at", "withdrawn_at",
        ]  # fmt: skip


class InviteBody(InviteForm):
    """The page's form, and into which cluster. `clusters` are those the person may invite into."""

    cluster = forms.ChoiceField()  # type: ignore[assignment]  # on the page it is the address

    def __init__(self, data: Any = None, *, clusters: list[Cluster], managed: set[int]) -> None:
        slugs = {cluster.slug: cluster for cluster in clusters}
        self.chosen = slugs.get(str((data or {}).get("cluster")), clusters[0])
        super().__init__(data, cluster=self.chosen, managers_only=self.chosen.pk not in managed)
        self.fields["cluster"].choices = [(slug, str(cluster)) for slug, cluster in slugs.items()]  # type: ignore[attr-defined]  # a ChoiceField
        if len(clusters) == 1:
            self.settle("cluster", clusters[0].slug)


class Invitations(Resource):
    name, scope, model, shape, form, closed = "invitations", "clusters", Invitation, InvitationShape, InviteBody, True
    key = "public_id"
    order = ("-id",)
    filters = {"cluster": "cluster__slug", "role": "role"}
    tells_history = has_changes = False
    create_permission = "clusters.invite_member"
    acts = (
        Act("withdraw_invitation", acts.withdraw_invitation, label=_("Withdraw the invitation"), open=lambda invitation: invitation.is_open),
    )  # fmt: skip

    def visible(self) -> models.QuerySet:
        rows = Invitation.objects.open().filter(cluster_id__in=self.request.user.managed_ids)
        return self.shape.loaded(rows, self.request.user)

    @property
    def clusters(self) -> list[Cluster]:
        """Managers invite into their clusters; an administrator appoints managers of any."""
        user = self.request.user
        return list(Cluster.objects.visible_to(user)) if allowed(user, "clusters.appoint_manager") else user.managed_clusters

    def may_make(self) -> bool:
        return bool(self.clusters)

    def build(self, data: Any, files: Any, thing: Any = None) -> InviteBody:
        return InviteBody(data, clusters=self.clusters, managed=self.request.user.managed_ids)

    def make(self, form: InviteBody) -> Invitation:
        said = {name: value for name, value in form.cleaned_data.items() if name != "cluster"}
        return acts.invite_member(form.chosen, by=self.actor(), **said)

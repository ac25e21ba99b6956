"""People of a cluster with an account, for its managers: as on the members' page."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from inno4sports.core.api.addresses import named
from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Label, Reference, Shape, shape_of
from inno4sports.core.api.writing import Act

from ..domain.member import remove_member
from ..models import Cluster, Membership


@shape_of("clusters.membership")
class MemberShape(Shape):
    cluster = Reference("clusters.cluster")
    person = serializers.UUIDField(source="user.public_id", read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    email = serializers.CharField(source="user.email", read_only=True)
    organisation = Reference("clusters.organisation")
    role_label = Label("role")

    class Meta:
        model = Membership
        fields = ["cluster", "person", "name", "email", "role", "role_label", "organisation", "created_at", "removed_at"]


class Members(Resource):
    """One is named by cluster and person: `members/<slug>/<id>/`."""

    name, scope, model, shape, closed = "members", "clusters", Membership, MemberShape, True
    order = ("-id",)
    filters = {"cluster": "cluster__slug", "role": "role"}
    tells_history = has_changes = False
    acts = (Act("remove_member", remove_member, label=_("Remove"), open=lambda membership: membership.removed_at is None),)

    @classmethod
    def key_route(cls) -> str:
        return "<slug:cluster>/<uuid:person>"

    @classmethod
    def address_kwargs(cls, thing: Any) -> dict[str, Any]:
        return {"cluster": thing.cluster.slug, "person": thing.user.public_id}

    def named(self) -> dict[str, Any]:
        cluster = {f"cluster__{word}": key for word, key in named(Cluster, self.kwargs["cluster"]).items()}
        return {**cluster, "user__public_id": self.kwargs["person"]}

    def visible(self) -> models.QuerySet:
        rows = Membership.objects.current().filter(cluster_id__in=self.request.user.managed_ids)
        return self.shape.loaded(rows, self.request.user)

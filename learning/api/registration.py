"""Places at sessions: for the hosts, for managers those of their cluster, for each person the own ones."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Reference, Shape, shape_of
from inno4sports.core.api.writing import Act
from inno4sports.core.permissions import allowed

from ..domain.registration import remove_person
from ..models import Registration


@shape_of("learning.registration")
class RegistrationShape(Shape):
    id = serializers.UUIDField(source="public_id", read_only=True)
    session = Reference("learning.session")
    cluster = Reference("clusters.cluster")
    organisation = Reference("clusters.organisation")

    class Meta:
        model = Registration
        fields = ["id", "session", "name", "email", "cluster", "organisation", "registered_at", "attended", "left_at"]


class Registrations(Resource):
    name, scope, model, shape, closed = "registrations", "learning", Registration, RegistrationShape, True
    key = "public_id"
    order = ("-id",)
    filters = {"session": "session__slug", "cluster": "cluster__slug"}
    tells_history = has_changes = False
    acts = (Act("remove_person", remove_person, label=_("Take off the list"), open=lambda held: held.session.status == "announced"),)

    def visible(self) -> models.QuerySet:
        return self.shape.loaded(Registration.objects.current().visible_to(self.request.user), self.request.user)

    def may(self, act: Act, thing: Any) -> bool:
        """Hosts take anybody off the list, managers people of their cluster; oneself by leaving the session."""
        user = self.request.user
        if not allowed(user, "learning.register_for_session", thing.session):
            return False
        return user.manages(thing.cluster_id) or allowed(user, "learning.record_attendance", thing.session)

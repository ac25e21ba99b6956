"""Sessions as programs read and write them."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, IntegerField, OuterRef, QuerySet, Subquery, UUIDField, Value
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Label, Reference, References, ThingShape, prepared, shape_of
from inno4sports.core.api.writing import Act, Call
from inno4sports.core.models import HistoryEvent, number_of
from inno4sports.core.permissions import allowed

from ..domain import registration as places
from ..domain import session as acts
from ..forms.session import AttendanceForm, PersonForm, SessionForm
from ..models import FeedbackRequest, Registration, Session
from ..permissions import hosts_for


@shape_of("learning.session")
class SessionShape(ThingShape):
    """Places are told to the network, as on the page; the request on it to those who may see that."""

    cluster = Reference("clusters.cluster")
    session_kind = Reference("learning.sessionkind")
    topics = References("clusters.topic")
    status_label = Label("status")
    audience_label = Label("audience")
    capacity = serializers.IntegerField(source="places", read_only=True, allow_null=True)
    registered = serializers.IntegerField(read_only=True, allow_null=True)
    places_left = serializers.IntegerField(read_only=True, allow_null=True)
    my_registration = serializers.UUIDField(read_only=True, allow_null=True)
    feedback_request = serializers.CharField(source="asked", read_only=True, allow_null=True)

    class Meta:
        model = Session
        fields = [
            "id", "slug", "url", "version", "language", "cluster", "title", "session_kind", "summary", "programme", "place", "link", "starts_on",
            "ends_on", "starts_time", "ends_time", "date_text", "timezone", "capacity", "registered", "places_left", "my_registration",
            "registration_closes_on", "audience", "audience_label", "topics", "feedback_request", "status", "status_label", "origin", "sources",
            "created_at", "changed_at", "announced_at", "held_at", "closed_at", "cancelled_at",
        ]  # fmt: skip

    @classmethod
    def loaded(cls, things: QuerySet, who: Any) -> QuerySet:
        things = prepared(things, cls)
        if not (who.is_authenticated and who.in_network):
            none = Value(None, IntegerField())
            counts: dict[str, Any] = {"places": none, "registered": none, "places_left": none, "my_registration": Value(None, UUIDField())}
        else:
            held = Registration.objects.current().filter(session=OuterRef("pk"))
            own = Subquery(held.filter(user=who).values("public_id")[:1])
            counts = {"places": F("capacity"), "registered": number_of(held), "my_registration": own}
            counts["places_left"] = F("capacity") - number_of(held)
        asked = FeedbackRequest.objects.visible_to(who).filter(pk=OuterRef("feedback_request_id"))
        return things.annotate(asked=Subquery(asked.values("slug")[:1]), **counts)


def attendance(data: Any, _files: Any, call: Call) -> AttendanceForm:
    return AttendanceForm(data, registrations=call.thing.registrations.current().select_related("cluster"))


def person(form: PersonForm, _call: Call) -> dict[str, Any]:
    data = form.cleaned_data
    return {"cluster": form.chosen, "name": data["name"], "email": data["email"], "language": data["language"]}


class Sessions(Resource):
    name, scope, model, shape, form = "sessions", "learning", Session, SessionShape, SessionForm
    order = ("-id",)
    filters = {
        "cluster": "cluster__slug", "kind": "session_kind__slug", "topic": "topics__slug", "status": "status", "audience": "audience",
    }  # fmt: skip
    create_permission, edit_permission = "learning.create_session", "learning.edit_session"
    acts = (
        *(Act(name, do) for name, do in acts.SESSION_STEPS.items()),
        Act(
            "register_for_session", places.register_for_session, label=_("Register for the session"),
            open=lambda session: not session.my_registration and not places.why_closed(session) and session.places_left != 0,
        ),
        Act("leave_session", places.leave_session, label=_("Give my place back"), open=lambda session: bool(session.my_registration)),
        Act(
            "register_person", places.register_person, PersonForm,
            lambda data, _files, call: PersonForm(data, clusters=call.user.managed_clusters), person,
            label=_("Register a person of your cluster"),
            open=lambda session: not places.why_closed(session) and session.places_left != 0, creates="learning.registration",
        ),
        Act(
            "record_attendance", acts.record_attendance, AttendanceForm, attendance, label=_("Record who was there"),
            open=lambda session: session.status in ("announced", "held") and acts.has_begun(session),
        ),
    )  # fmt: skip

    def events(self, thing: Session) -> Iterable[HistoryEvent]:
        user = self.request.user
        return places.history_for(thing, user, hosting=allowed(user, "learning.record_attendance", thing))

    def build(self, data: Any, files: Any, thing: Any = None) -> SessionForm:
        return SessionForm(data, hosts=hosts_for(self.request.user) if thing is None else [thing.cluster], stored=thing)

    def make(self, form: SessionForm) -> Session:
        return acts.create_session(cluster=form.host, topics=form.cleaned_data["topics"], by=self.actor(), **form.facts)

    def change(self, thing: Session, form: SessionForm, version: int | None) -> Session:
        return acts.edit_session(thing, topics=form.cleaned_data["topics"], by=self.actor(), version=version, **form.facts)

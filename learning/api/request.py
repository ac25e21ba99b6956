"""Feedback requests as programs read and write them, and what was said."""

from typing import Any

from django import forms
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, When
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inno4sports.core.api.resource import Resource
from inno4sports.core.api.shape import Label, Reference, References, ThingShape, prepared, shape_of
from inno4sports.core.api.told import Told
from inno4sports.core.api.view import kept
from inno4sports.core.models import number_of
from inno4sports.core.permissions import require

from ..domain import request as acts
from ..domain.summary import read_in_full, summary_of
from ..forms.request import RequestForm
from ..models import Feedback, FeedbackInvitation, FeedbackRequest, Session
from ..permissions import hosts_for
from .request_acts import ACTS
from .summary import SCHEMA, told


@shape_of("learning.feedbackrequest")
class RequestShape(ThingShape):
    """How many were asked and answered is told to the hosts, and to all once what was said is shared."""

    cluster = Reference("clusters.cluster")
    questionnaire = Reference("learning.questionnaire", by="public_id")
    topics = References("clusters.topic")
    names_label = Label("names")
    status_label = Label("status")
    notice = serializers.CharField(read_only=True)
    takes_answers = serializers.BooleanField(read_only=True)
    invited = serializers.IntegerField(read_only=True, allow_null=True)
    answered = serializers.IntegerField(read_only=True, allow_null=True)
    my_invitation = serializers.UUIDField(read_only=True, allow_null=True)
    guarded = {"questionnaire": "learning.read_answers", "remind_at": "learning.read_answers"}

    class Meta:
        model = FeedbackRequest
        fields = [
            "id", "slug", "url", "version", "language", "cluster", "title", "introduction", "notice", "about_title", "about_url", "questionnaire", "names",
            "names_label", "closes_at", "remind_at", "takes_answers", "topics", "invited", "answered", "my_invitation", "status",
            "status_label", "origin", "sources", "created_at", "changed_at", "opened_at", "closed_at", "shared_at", "replied_at",
        ]  # fmt: skip

    @classmethod
    def loaded(cls, things: QuerySet, who: Any) -> QuerySet:
        if not who.is_authenticated:  # who opens a reference as a visitor, of which nothing is seen
            return prepared(things.none(), cls)
        told_to = Q(shared_at__isnull=False) | Q(cluster_id__in=who.managed_ids) | (Q(cluster=None) if who.is_editor else Q())
        live = FeedbackInvitation.objects.filter(request=OuterRef("pk"), withdrawn_at=None)
        sent = Feedback.objects.submitted().filter(request=OuterRef("pk"))
        counts = {"invited": number_of(live), "answered": number_of(sent)}
        shown = {name: Case(When(told_to, then=number)) for name, number in counts.items()}
        own = FeedbackInvitation.objects.live().filter(request=OuterRef("pk"), user=who)
        return prepared(things, cls).annotate(my_invitation=Subquery(own.values("public_id")[:1]), **shown)


class RequestBody(RequestForm):
    """The page's form; `session` names the session it is about, whose people are then asked."""

    session = forms.ModelChoiceField(Session.objects.none(), to_field_name="slug", required=False, label=_("Session"))

    def __init__(self, data: Any = None, *, user: Any, **about: Any) -> None:
        super().__init__(data, user=user, **about)
        if about.get("stored") is None:
            self.fields["session"].queryset = Session.objects.visible_to(user)  # type: ignore[attr-defined]  # a ModelChoiceField
        else:
            del self.fields["session"]


class Requests(Resource):
    name, scope, model, shape, form, closed = "feedback-requests", "learning", FeedbackRequest, RequestShape, RequestBody, True
    filters = {"cluster": "cluster__slug", "status": "status"}
    create_permission, edit_permission = "learning.create_request", "learning.edit_request"
    reads = ("summary",)
    told = {"summary": Told("What was said, as its page shows it to you", SCHEMA, permission="hosts; the network once it is shared", statuses=(409,))}
    acts = ACTS

    def build(self, data: Any, files: Any, thing: Any = None) -> RequestBody:
        user = self.request.user
        if thing is not None:
            return RequestBody(data, user=user, hosts=[thing.cluster], stored=thing, session=thing.sessions.first())
        session = Session.objects.visible_to(user).filter(slug=str((data or self.request.data).get("session") or "")).first()
        if session is None:
            return RequestBody(data, user=user, hosts=hosts_for(user))
        require(user, "learning.create_request", session)
        return RequestBody(data, user=user, hosts=[session.cluster], session=session)

    def make(self, form: RequestBody) -> FeedbackRequest:
        data, session = form.cleaned_data, form.cleaned_data["session"]
        about: dict[str, Any] = acts.about_session(session) if session else {name: data[name] for name in ("about_title", "about_url")}
        topics = session.topics.all() if session else ()
        return acts.create_request(cluster=form.host, session=session, topics=topics, by=self.actor(), **about, **form.request_data)

    def change(self, thing: FeedbackRequest, form: RequestBody, version: int | None) -> FeedbackRequest:
        about = {name: form.cleaned_data.get(name, getattr(thing, name)) for name in ("about_title", "about_url")}
        return acts.edit_request(thing, by=self.actor(), version=version, **about, **form.request_data)

    def summary(self, request: Request, **_kwargs: Any) -> Response:
        """What was said, as its page shows it to the caller: in full to the hosts, to others once it is shared."""
        asked = self.thing()
        full = read_in_full(asked, request.user)
        return kept(request, told(summary_of(asked, full=full)), str(asked.version))
